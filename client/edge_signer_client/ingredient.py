"""What an asset was made from, with the credentials that it carries or has beside it."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from edge_signer_client.errors import AssetLayoutError

if TYPE_CHECKING:
    from edge_signer_client.file_credentials import FileCredentials

#: C2PA 2.4 "Ingredient": what the asset was opened from, contains, or was computed from.
Relationship = Literal["parentOf", "componentOf", "inputTo"]


@dataclass(frozen=True)
class Thumbnail:
    """A small picture of an asset or an ingredient.

    Attributes:
        format: Its media type, such as image/jpeg.
        content: The picture.
    """

    format: str
    content: bytes = field(repr=False)

    @property
    def member(self) -> dict[str, str]:
        """The member of a request."""
        return {"format": self.format, "content": base64.b64encode(self.content).decode()}


@dataclass(frozen=True, kw_only=True)
class Ingredient:
    """What an asset was made from. The file itself is not sent, only its manifest store.

    Attributes:
        relationship: What it is to the asset; at most one is its `parentOf`.
        manifest_store: Its credentials; None if it has none, or they are at `manifest_url`.
        manifest_url: Where this deployment stores its credentials for the same tenant.
        title: Its name, for people.
        format: Its media type.
        id: How `ingredientIds` of actions name it: 1 to 64 of `A-Z a-z 0-9 . _ -`.
        instance_id: Its own identifier, such as `xmpMM:InstanceID`.
        description: What it is, for people.
        asset_checked: The caller has validated that file and manifest store belong together. It
            needs a policy with this tenant under `trusted_clients`.
        thumbnail: A small picture of it.

    Raises:
        ValueError: It has a store and an address.
    """

    relationship: Relationship
    manifest_store: bytes | None = field(default=None, repr=False)
    manifest_url: str | None = None
    title: str | None = None
    format: str | None = None
    id: str | None = None
    instance_id: str | None = None
    description: str | None = None
    asset_checked: bool = False
    thumbnail: Thumbnail | None = None

    def __post_init__(self) -> None:
        if self.manifest_store is not None and self.manifest_url is not None:
            raise ValueError("an ingredient has a manifest_store or a manifest_url, not both")

    @property
    def has_credentials(self) -> bool:
        """Whether it has any."""
        return self.manifest_store is not None or self.manifest_url is not None

    @classmethod
    def of_file(
        cls, path: Path, relationship: Relationship, *, id: str | None = None
    ) -> Ingredient:
        """Make an ingredient of a file, with the credentials that are found for it.

        They are, in this order: the sidecar beside it (`photo.jpg.c2pa`), the manifest store in it,
        the address in its XMP. Nothing is validated here: the server does.

        Args:
            path: The file; it is read, and not sent.
            relationship: What it is to the asset.
            id: How actions name it.

        Raises:
            AssetLayoutError: The file is damaged, so that nobody can tell whether it has
                credentials, or what is beside it as its sidecar is none.
            OSError: A file cannot be read.
        """
        # wasmtime takes longer to import than all the rest.
        from edge_signer_client.file_credentials import credentials_of

        found = credentials_of(path)
        unreadable = found.unreadable
        # A file of another format has credentials only beside it.
        if unreadable and found.sidecar is None and unreadable.name != "UnknownFormat":
            raise AssetLayoutError(unreadable.name, f"{path}: {unreadable}") from None
        return cls.with_credentials(found, relationship, title=path.name, id=id)

    @classmethod
    def of_bytes(
        cls,
        content: bytes,
        relationship: Relationship,
        *,
        title: str | None = None,
        id: str | None = None,
    ) -> Ingredient:
        """Make an ingredient of a file in memory, as `of_file`; nothing is beside it.

        Raises:
            AssetLayoutError: The file is damaged, or of a format that is not supported.
        """
        from edge_signer_client.file_credentials import credentials_in

        found = credentials_in(io.BytesIO(content))
        if found.unreadable is not None:
            raise found.unreadable
        return cls.with_credentials(found, relationship, title=title, id=id)

    @classmethod
    def with_credentials(
        cls,
        found: FileCredentials,
        relationship: Relationship,
        *,
        title: str | None = None,
        id: str | None = None,
    ) -> Ingredient:
        """Make an ingredient of a file whose credentials are known, the sidecar's before others."""
        store = found.embedded if found.sidecar is None else found.sidecar
        return cls(
            relationship=relationship,
            manifest_store=store,
            manifest_url=found.manifest_url if store is None else None,
            title=title,
            format=found.media_type,
            id=id,
        )

    def member(self, upload_id: str | None = None) -> dict[str, Any]:
        """Return the member of a request.

        Args:
            upload_id: Of the manifest store, if it was uploaded; otherwise it is in the member.
        """
        store = self.manifest_store
        has_content = store is not None and upload_id is None
        content = {
            "id": self.id,
            "relationship": self.relationship,
            "manifest": base64.b64encode(store).decode() if has_content and store else None,
            "manifest_url": self.manifest_url,
            "upload_id": upload_id,
            "title": self.title,
            "format": self.format,
            "instance_id": self.instance_id,
            "description": self.description,
            "asset_checked": self.asset_checked or None,
            "thumbnail": self.thumbnail.member if self.thumbnail is not None else None,
        }
        return {name: value for name, value in content.items() if value is not None}
