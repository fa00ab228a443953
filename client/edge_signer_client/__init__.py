"""Python client of the Edge Signer API: signs assets, embeds manifests, runs WebAssembly jobs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from edge_signer_client.credentials import Credentials, signature_headers
from edge_signer_client.errors import (
    AssetLayoutError,
    CredentialsError,
    EdgeSignerClientError,
    RefusedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from edge_signer_client.ingredient import Ingredient, Thumbnail
from edge_signer_client.request_body import Redaction, SigningOptions
from edge_signer_client.session import Session
from edge_signer_client.signed_asset import SignedAsset, server_timing
from edge_signer_client.signer import EdgeSigner

if TYPE_CHECKING:
    from edge_signer_client.asynchronous import AsyncEdgeSigner
    from edge_signer_client.signed_file import ChangedAssetError, TargetError, embed_file

__all__ = [
    "AssetLayoutError",
    "AsyncEdgeSigner",
    "ChangedAssetError",
    "Credentials",
    "CredentialsError",
    "EdgeSigner",
    "EdgeSignerClientError",
    "Ingredient",
    "Redaction",
    "RefusedError",
    "Session",
    "SignedAsset",
    "SigningOptions",
    "TargetError",
    "Thumbnail",
    "UnexpectedAnswerError",
    "UnreachableError",
    "embed_file",
    "server_timing",
    "signature_headers",
]

# Imported at their first use: one loads asyncio, and files need system calls that Windows has not.
_LATE = {
    "AsyncEdgeSigner": "asynchronous",
    "ChangedAssetError": "signed_file",
    "TargetError": "signed_file",
    "embed_file": "signed_file",
}

# A checker of types would otherwise believe that any name is here.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
