"""Python client of the Edge Signer API: signs assets, embeds manifests, runs WebAssembly jobs."""

from edge_signer_client.credentials import Credentials, signature_headers
from edge_signer_client.session import (
    CredentialsError,
    EdgeSignerClientError,
    RefusedError,
    Session,
    UnexpectedAnswerError,
    UnreachableError,
)
from edge_signer_client.signer import EdgeSigner, SignedAsset, server_timing

__all__ = [
    "Credentials",
    "CredentialsError",
    "EdgeSigner",
    "EdgeSignerClientError",
    "RefusedError",
    "Session",
    "SignedAsset",
    "UnexpectedAnswerError",
    "UnreachableError",
    "server_timing",
    "signature_headers",
]
