"""Whom a list trusts is who both engines trust, and only while the list does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from edge_signer.verification.trust import TrustAnchor, TrustedDigest, TrustList, TrustLists
from edge_signer.verification.validator import validate_store
from tests.judges.verifying import verified
from tests.signers.software_signer import Workshop

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def lists(*entries: TrustAnchor | TrustedDigest) -> TrustLists:
    anchors = tuple(one for one in entries if isinstance(one, TrustAnchor))
    digests = tuple(one for one in entries if isinstance(one, TrustedDigest))
    one = TrustList("a list", frozenset({"signers"}), anchors, "", digests=digests)
    return TrustLists((one,))


def trusts(workshop: Workshop) -> Iterator[tuple[str, TrustLists, str]]:
    """Give lists, and the verdict that each must lead to."""
    leaf, issuing = workshop.signer.certificate_chain.certificates
    digest = TrustAnchor(leaf).sha256
    yield "the issuer", lists(TrustAnchor(issuing)), "Trusted"
    yield "the signer", lists(TrustAnchor(leaf, is_end_entity=True)), "Trusted"
    yield "its digest", lists(TrustedDigest(digest)), "Trusted"
    yield "nobody", lists(), "Valid"
    yield "another digest", lists(TrustedDigest(bytes(32))), "Valid"
    # Such an entry is trusted itself, and for nothing that it issued (C2PA 2.2 §14.4.3).
    yield "the issuer alone", lists(TrustAnchor(issuing, is_end_entity=True)), "Valid"
    yield "the issuer, once", lists(TrustAnchor(issuing, trusted_until=NOW - DAY)), "Valid"
    yield "the issuer, soon", lists(TrustAnchor(issuing, trusted_from=NOW + DAY)), "Valid"
    yield "the signer, once", lists(TrustedDigest(digest, trusted_until=NOW - DAY)), "Valid"
    for_stamps = TrustList("x", frozenset({"time_stamps"}), (TrustAnchor(issuing),), "")
    yield "the issuer, for time-stamps", TrustLists((for_stamps,)), "Valid"


@pytest.fixture(scope="module")
def store(workshop: Workshop, photograph: bytes) -> bytes:
    return workshop.sign(photograph)


def test_both_engines_trust_whom_a_list_trusts(
    workshop: Workshop, photograph: bytes, store: bytes
) -> None:
    for name, trust, expected in trusts(workshop):
        ours = validate_store(store, None, trust, NOW)
        theirs = verified(photograph, trust, store)
        assert (name, ours.verdict, theirs.verdict) == (name, expected, expected)


def test_a_signer_that_is_listed_itself_is_said_to_be_trusted_by_that_list(
    workshop: Workshop, store: bytes
) -> None:
    leaf = workshop.signer.certificate_chain.leaf
    trust = lists(TrustedDigest(TrustAnchor(leaf).sha256))
    (manifest,) = validate_store(store, None, trust, NOW).manifests
    assert manifest.signer is not None
    assert manifest.signer.trusted_by == "a list"
