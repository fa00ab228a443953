"""The verifier for what tenants hand in, as the service asks for it."""

from __future__ import annotations

from central_signer.verification.asset import AssetToVerify
from central_signer.verification.verifier import Verifier
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.submissions.submission import SubmittedAsset


class SubmissionVerifier:
    """Hands submitted assets to the verifier; see the protocol `Verifier` of the submissions.

    Args:
        verifier: The engines.
    """

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def verify(self, asset: SubmittedAsset) -> VerificationReport:
        """Judge an asset's credentials; every asset gets a report.

        Raises:
            AnchorsError: c2pa-rs rejects the trusted certificates.
            Exception: What the asset's stream raises.
        """
        return self._verifier.verify(_asset_of(asset))

    def crjson(self, asset: SubmittedAsset) -> str:
        """Return c2pa-rs's own report in crJSON; empty if it makes none.

        Raises:
            AnchorsError: c2pa-rs rejects the trusted certificates.
            Exception: What the asset's stream raises.
        """
        return self._verifier.crjson(_asset_of(asset))


def _asset_of(asset: SubmittedAsset) -> AssetToVerify:
    return AssetToVerify(
        media_type=asset.media_type,
        stream=asset.stream,
        sha256=asset.sha256,
        manifest_store=asset.manifest_store,
        credentials=asset.credentials,
        source=asset.source,
    )
