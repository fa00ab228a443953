"""What a tenant hands in to be verified, and who verifies it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport


@dataclass(frozen=True)
class Submission:
    """An asset, or its digest, and where its credentials are.

    Attributes:
        tenant_id: Who hands it in.
        asset: Its bytes, if they are in the request.
        upload_id: Of the tenant's upload, if they are there.
        asset_sha256: 32 bytes, its digest, if that is all there is.
        store_range: Offset and length of the bytes that the digest leaves out, which hold the
            manifest store; None if it covers the whole asset.
        media_type: Of the asset; empty for a digest.
        manifest: Its manifest store, if that is in the request.
        manifest_url: Address of the manifest store, if this deployment stores it.
    """

    tenant_id: str
    asset: bytes | None = None
    upload_id: str | None = None
    asset_sha256: bytes | None = None
    store_range: tuple[int, int] | None = None
    media_type: str = ""
    manifest: bytes | None = None
    manifest_url: str | None = None

    def __post_init__(self) -> None:
        assets = (self.asset, self.upload_id, self.asset_sha256)
        if sum(one is not None for one in assets) != 1:
            raise ValueError("send exactly one of asset_inline, upload_id and asset_sha256")
        if self.manifest is not None and self.manifest_url is not None:
            raise ValueError("send either manifest or manifest_url, not both")
        if self.store_range is not None and (self.asset_sha256 is None or self.manifest is None):
            raise ValueError("store_range goes with asset_sha256 and manifest only")
        if self.asset_sha256 is None:
            if not self.media_type:
                raise ValueError("media_type is required with asset_inline and upload_id")
            return
        if self.media_type:
            raise ValueError("media_type must be absent with asset_sha256")
        if self.manifest is None and self.manifest_url is None:
            raise ValueError("manifest or manifest_url is required with asset_sha256")


class Verifier(Protocol):
    """The engines. Both methods raise what the asset's stream raises."""

    def verify(self, asset: AssetToVerify) -> VerificationReport:
        """Judge an asset's credentials; every asset gets a report. Nothing is fetched."""

    def crjson(self, asset: AssetToVerify) -> str:
        """Return c2pa-rs's own report in crJSON; empty if it makes none."""
