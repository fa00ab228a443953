"""What must hold of a manifest that was signed with a damaged parent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cbor2

from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.validation import StoreValidation
from edge_signer.verification.validator import validate_store
from measure.fuzz.ingredients.parents import Authorities
from tests.judges.engines import JUDGES
from tests.judges.jumbf_reader import Box, plain_boxes, superbox

# How codes end that say that the asset is the signed one.
_BINDING_HOLDS = "Hash.match"
_MISMATCH, _EXPIRED = "claimSignature.mismatch", "claimSignature.outsideValidity"
# What engines call an expired certificate as well.
_OF_EXPIRED = {"signingCredential.expired", "signingCredential.untrusted"}


@dataclass(frozen=True)
class Signing:
    """A signature to be judged.

    Attributes:
        asset: What was signed.
        parent: The store that came with the request.
        store: The store that came back.
        at: When it was signed.
    """

    asset: bytes
    parent: bytes
    store: bytes
    at: datetime

    def require_recorded(self, authorities: Authorities) -> StoreValidation:
        """Check that parent and records are what our validator finds; gives what it finds.

        Raises:
            AssertionError: They are not.
        """
        found = validate_store(self.parent, None, authorities.trust, self.at)
        *earlier, own = self._manifests()
        # What nothing refers to stays behind.
        payloads = [bytes(one.box.payload) for one in found.manifests if one.is_referenced]
        assert earlier == payloads, "the parent's manifests are not the copied ones"
        assertions = superbox(own).child("c2pa.assertions")
        said = _decoded(next(one for one in assertions.children if "ingredient" in one.label))
        digest = hashlib.sha256(payloads[-1]).digest()
        assert said["activeManifest"]["hash"] == digest, "the hash is another manifest's"
        recorded = said["validationResults"]
        found_active, active = found.manifests[-1].findings, recorded["activeManifest"]
        assert active["informational"] == _statuses(found_active.informational)
        _check_failures(active["failure"], found_active.failure)
        _check_successes(active["success"], found_active)
        deltas = [one["validationDeltas"] for one in recorded.get("ingredientDeltas", [])]
        _check_failures([status for one in deltas for status in one["failure"]], found.new_failures)
        assert not [one for one in deltas if one["success"]], "a delta claims a success"
        return found

    def require_trusted(self, authorities: Authorities, *, by_engines: bool) -> None:
        """Check that verifiers trust the manifest.

        Args:
            authorities: Whom they trust.
            by_engines: Whether the two foreign engines are asked, too.

        Raises:
            AssertionError: One of them does not.
        """
        asset = AssetContent(sha256=hashlib.sha256(self.asset).digest())
        own = validate_store(self.store, asset, authorities.trust, self.at)
        failed = [*(own.active.findings.failure if own.active else ()), *own.new_failures]
        assert (own.verdict, failed) == ("Trusted", []), f"our validator: {own.verdict}, {failed}"
        for judge in JUDGES if by_engines else ():
            verdict = judge(self.asset, "image/jpeg", self.store, authorities.anchors_pem)
            said = f"{judge.__name__}: {verdict.state}, {verdict.failures}"
            assert verdict.trusted, said

    def _manifests(self) -> list[bytes]:
        ((_, payload),) = plain_boxes(self.store)
        return [content for kind, content in plain_boxes(payload) if kind == "jumb"]


def _decoded(box: Box) -> Any:
    ((_, content),) = box.content
    return cbor2.loads(content)


def _statuses(findings: Iterable[Finding]) -> list[dict[str, str]]:
    return [{"code": one.code} | ({"url": one.url} if one.url else {}) for one in findings]


def _check_successes(recorded: list[dict[str, str]], found: Findings) -> None:
    expected, failed = _statuses(found.success), {one.code for one in found.failure}
    assert not [one for one in recorded if one["code"].endswith(_BINDING_HOLDS)]
    assert all(one in expected for one in recorded), "a success is not what was found"
    # A signature that does not hold proves nothing of its certificate either.
    assert failed & {_MISMATCH, _EXPIRED} or recorded == expected, "a success is not on record"


def _check_failures(recorded: list[dict[str, str]], found: Sequence[Finding]) -> None:
    """Check failures, in any order; one of an expired certificate may be there under all codes."""
    expected = _statuses(found)
    assert all(one in recorded for one in expected), "a failure is not on record"
    expired = [one.get("url") for one in expected if one["code"] == _EXPIRED]
    others = [one for one in recorded if one not in expected]
    assert all(one["code"] in _OF_EXPIRED and one.get("url") in expired for one in others), others
