"""An ingredient as a client names it, before its credentials are read."""

from __future__ import annotations

from dataclasses import dataclass

from edge_signer.signing.rules.policy import Relationship


@dataclass(frozen=True)
class Thumbnail:
    """A small picture that the client made.

    Attributes:
        media_type: `image/jpeg`, `image/png` or `image/webp`.
        content: The file.
    """

    media_type: str
    content: bytes


@dataclass(frozen=True)
class Ingredient:
    """An ingredient of a request; at most one of the four places has its credentials.

    Attributes:
        relationship: What the asset has to do with it.
        id: How actions name it; None if none does.
        manifest_store: Its manifest store.
        manifest_url: Address of its manifest store, if this deployment stores it.
        upload_id: Of an upload of its manifest store.
        title: Its name for people.
        media_type: Of the ingredient itself.
        instance_id: An identifier of the ingredient, such as its XMP instance ID.
        description: What it is.
        asset: Its file, which has the manifest store inside; None if the client keeps it.
        asset_checked: Whether the client says that it has checked the credentials' hard binding.
        thumbnail: A small picture of it.
    """

    relationship: Relationship
    id: str | None = None
    manifest_store: bytes | None = None
    manifest_url: str | None = None
    upload_id: str | None = None
    title: str | None = None
    media_type: str | None = None
    instance_id: str | None = None
    description: str | None = None
    asset: bytes | None = None
    asset_checked: bool = False
    thumbnail: Thumbnail | None = None

    @property
    def place(self) -> str:
        """What its manifest store has to be read from; empty if it is at hand, or there is none."""
        if self.asset is not None:
            return "asset_inline"
        return self.manifest_url or self.upload_id or ""

    @property
    def has_credentials(self) -> bool:
        """Whether it names a manifest store."""
        named = self.manifest_store, self.manifest_url, self.upload_id, self.asset
        return any(one is not None for one in named)
