"""Our own validator as a judge, with trust lists from PEM."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509

from edge_signer.verification.findings import Finding
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.trust import Purpose, TrustAnchor, TrustList, TrustLists
from edge_signer.verification.validation import StoreValidation
from edge_signer.verification.validator import validate_store
from tests.signers.software_signer import Workshop


def trust_list(
    name: str,
    pem: str,
    *purposes: Purpose,
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> TrustList:
    certificates = x509.load_pem_x509_certificates(pem.encode())
    anchors = tuple(
        TrustAnchor(one, trusted_from=begins, trusted_until=ends) for one in certificates
    )
    return TrustList(name, frozenset(purposes), anchors, hashlib.sha256(pem.encode()).hexdigest())


def trusting(*workshops: Workshop) -> TrustLists:
    """Lists that trust the signers of workshops."""
    return TrustLists(
        tuple(trust_list("signers", one.ca.anchors_pem(), "signers") for one in workshops)
    )


def trusted_by(lists: TrustLists, purpose: Purpose, moment: datetime) -> list[x509.Certificate]:
    """The certificates that lists trust."""
    return [anchor.certificate for _, anchor in lists.anchors(purpose, moment)]


def digest_of(asset: bytes) -> AssetContent:
    """What is known of an asset whose digest alone is known."""
    return AssetContent(sha256=hashlib.sha256(asset).digest())


def file_of(asset: bytes, *, is_embedded: bool = False) -> AssetContent:
    """An asset as a stream; the store is inside or beside it."""
    return AssetContent(stream=io.BytesIO(asset), size_bytes=len(asset), is_embedded=is_embedded)


def validated(
    store: bytes, asset: AssetContent | None, trust: TrustLists, now: datetime | None = None
) -> StoreValidation:
    """Validate a store as of now."""
    return validate_store(store, asset, trust, now or datetime.now(UTC))


def codes(findings: Iterable[Finding]) -> set[str]:
    return {one.code for one in findings}


def failures(found: StoreValidation) -> set[str]:
    """The failures of the active manifest, and what is new about ingredients."""
    own = found.active.findings.failure if found.active else ()
    return codes((*own, *found.new_failures))
