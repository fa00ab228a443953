"""Finds the credentials of files that an asset is made from, and of the asset itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from edge_signer_client import AssetLayoutError, EdgeSignerClientError, Ingredient
from edge_signer_client.file_credentials import FileCredentials, credentials_of
from edge_signer_client.ingredient import Relationship


class UnreadableCredentialsError(EdgeSignerClientError):
    """A file has credentials that cannot be made those of an ingredient.

    Attributes:
        layout_error: Why its format's layout could not be read.
    """

    def __init__(self, text: str, layout_error: AssetLayoutError) -> None:
        super().__init__(text)
        self.layout_error = layout_error


@dataclass(frozen=True)
class Found:
    """A file as an ingredient.

    Attributes:
        ingredient: With the credentials of the file.
        where: Where they are, for people; empty for none.
        is_inside: Whether the file itself carries credentials, or names them.
        warning: What is odd about the credentials; empty for nothing.
        is_checked: Whether c2pa-rs found that the file and its credentials belong together.
    """

    ingredient: Ingredient
    where: str
    is_inside: bool
    warning: str = ""
    is_checked: bool = False

    def as_ingredient(self, *, attests: bool) -> Ingredient:
        """Return the ingredient for a request.

        Args:
            attests: Whether to tell the signer that the file was checked, if it was.
        """
        return replace(self.ingredient, asset_checked=attests and self.is_checked)


def found_ingredient(
    path: Path, relationship: Relationship, ingredient_id: str, *, check: bool = False
) -> Found:
    """Make an ingredient of a file, with the credentials that `edge-signer verify` would judge.

    Args:
        path: The file.
        relationship: What it is to the asset.
        ingredient_id: How actions name it.
        check: Whether to have c2pa-rs validate that the file and its credentials belong together.

    Raises:
        UnreadableCredentialsError: It carries credentials in a place where they cannot be read.
        AssetLayoutError: What is beside it as its sidecar is none.
        OSError: A file cannot be read.
    """
    credentials = credentials_of(path)
    if credentials.unreadable is not None and credentials.sidecar is None:
        _require_none(path, credentials.unreadable)
    ingredient = Ingredient.with_credentials(
        credentials, relationship, title=path.name, id=ingredient_id
    )
    warning, is_checked = _unused(credentials), False
    if check and ingredient.manifest_store is not None and ingredient.format is not None:
        from central_signer.verification.engine import validation_failures

        failures = validation_failures(path, ingredient.format, credentials.sidecar)
        is_checked = not failures
        mismatches = [one for one in failures if one.endswith("Hash.mismatch")]
        if mismatches:
            warning = f"the credentials of {path.name} are of another file: {mismatches[0]}"
    is_inside = credentials.embedded is not None or credentials.manifest_url is not None
    return Found(ingredient, _place(credentials, path), is_inside, warning, is_checked)


def _require_none(path: Path, unreadable: AssetLayoutError) -> None:
    """Raise an error unless c2pa-rs, which reads more formats, finds no credentials either."""
    if find_spec("c2pa") is None:
        if unreadable.name == "UnknownFormat":
            return
    else:
        # It is a large library, so it is loaded only for files that need it.
        from central_signer.verification.engine import carries_credentials

        if not carries_credentials(path):
            return
    raise UnreadableCredentialsError(
        f"{path} may carry Content Credentials that cannot be read here ({unreadable}): put its "
        f"manifest store beside it, as {path.name}.c2pa, or sign without them (--no-parent)",
        unreadable,
    )


def _place(credentials: FileCredentials, path: Path) -> str:
    if credentials.sidecar is not None:
        return f"from {path.name}.c2pa"
    if credentials.embedded is not None:
        return "from the file"
    return f"at {credentials.manifest_url}" if credentials.manifest_url is not None else ""


def _unused(credentials: FileCredentials) -> str:
    if credentials.sidecar is None or credentials.embedded is None:
        return ""
    if _first_manifest(credentials.embedded) in credentials.sidecar:
        return ""
    return "the credentials inside the file are left aside, because it has a sidecar"


def _first_manifest(manifest_store: bytes) -> bytes:
    """Return the first manifest of a store: another store may hold it as an ingredient's."""
    at = 8 + int.from_bytes(manifest_store[8:12], "big")
    return manifest_store[at : at + int.from_bytes(manifest_store[at : at + 4], "big")]
