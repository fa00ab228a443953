"""What must hold of a manifest that was signed with a damaged parent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cbor2

from edge_signer.verification.claims.manifest_reading import KINDS
from edge_signer.verification.findings import Finding
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.store_reader import read_store
from edge_signer.verification.validation import StoreValidation
from edge_signer.verification.validator import validate_store
from measure.fuzz.ingredients.parents import Authorities
from tests.judges.engines import JUDGES
from tests.judges.jumbf_reader import Box, plain_boxes, superbox

# An assertion of C2PA 2.2 §9 that the asset is the signed one.
_BINDING_HOLDS = "Hash.match"


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
        boxes = read_store(self.parent).box
        assert boxes
        payloads = [bytes(one.payload) for one in boxes.children if one.kind in KINDS]
        assert earlier == payloads, "the parent's manifests are not the copied ones"
        assertions = superbox(own).child("c2pa.assertions")
        said = _decoded(next(one for one in assertions.children if "ingredient" in one.label))
        digest = hashlib.sha256(payloads[-1]).digest()
        assert said["activeManifest"]["hash"] == digest, "the hash is another manifest's"
        recorded = said["validationResults"]
        active = found.manifests[-1].findings
        for kind in ("success", "informational", "failure"):
            listed = recorded["activeManifest"][kind]
            assert listed == _statuses(getattr(active, kind)), f"{kind} is not what was found"
            assert not [one for one in listed if one["code"].endswith(_BINDING_HOLDS)]
        deltas = [one["validationDeltas"] for one in recorded.get("ingredientDeltas", [])]
        failures = [status for one in deltas for status in one["failure"]]
        expected = _statuses(found.new_failures)
        assert _sorted(failures) == _sorted(expected), "the deltas are not what was found"
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


def _sorted(statuses: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    return sorted((one["code"], one.get("url", "")) for one in statuses)
