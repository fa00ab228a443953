"""The project's own verifier, for bytes and for roots in PEM."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

from cryptography import x509

from central_signer.verification.verifier import Verifier
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust import Purpose, TrustAnchor, TrustList, TrustLists


def trust_list(name: str, pem: str, *purposes: Purpose) -> TrustList:
    """A list of the certificates of a PEM text; by default for signers and time-stamps."""
    anchors = tuple(map(TrustAnchor, x509.load_pem_x509_certificates(pem.encode())))
    digest = hashlib.sha256(pem.encode()).hexdigest()
    return TrustList(name, frozenset(purposes or ("signers", "time_stamps")), anchors, digest)


def trusting(pem: str, time_stamps_pem: str = "") -> TrustLists:
    """Trust these roots; those of the second text for time-stamps only."""
    lists = [trust_list("roots", pem)]
    if time_stamps_pem:
        lists.append(trust_list("roots of time-stamps", time_stamps_pem, "time_stamps"))
    return TrustLists(tuple(lists))


def verified(
    asset: bytes,
    trust: TrustLists,
    store: bytes | None = None,
    *,
    media_type: str = "image/jpeg",
    now: datetime | None = None,
) -> VerificationReport:
    """Verify an asset with the store in it, or with this one."""
    asked = AssetToVerify(
        media_type=media_type,
        stream=io.BytesIO(asset),
        manifest_store=store,
        credentials="embedded" if store is None else "sidecar",
    )
    report = Verifier(lambda: trust).verify(asked, now)
    # Every report can be sent, and read again.
    assert VerificationReport.model_validate_json(report.to_json()) == report
    return report
