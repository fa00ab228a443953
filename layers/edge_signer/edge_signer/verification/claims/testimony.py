"""What manifests say about the manifests that they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from edge_signer.verification.claims.ingredients import Ingredient
from edge_signer.verification.claims.manifest_reading import ManifestReading
from edge_signer.verification.claims.references import absolute, assertion_uri, manifest_label_of
from edge_signer.verification.findings import Finding, FindingLog
from edge_signer.verification.signatures.revocation import MAX_RESPONSES

_TIME_STAMPS, _CERTIFICATE_STATUS = "c2pa.time-stamp", "c2pa.certificate-status"
# c2pa-rs has a code of its own for a certificate that was not valid when it signed.
_MEANT = {"signingCredential.expired": "claimSignature.outsideValidity"}
_MOST_KEPT = 64
# For all manifests of a store, which may be about the same certificate: of OCSP responses, each
# read again for each, and counted as having so many bytes at least.
_MAX_READ_BYTES = 2 * 1024 * 1024
_LEAST_BYTES = 16 * 1024


class Testimony:
    """Collects it, from each manifest before those that it was made from.

    Args:
        active_label: Label of the active manifest, which nothing needs to vouch for.

    Attributes:
        redactions: Absolute URIs of redacted assertions.
        redacted_labels: Labels of the manifests that have them.
        tokens: Time-stamp tokens by the label of the manifest that they are for (§15.8.1.2).
    """

    def __init__(self, active_label: str) -> None:
        self.redactions: set[str] = set()
        self.redacted_labels: set[str] = set()
        self.tokens: dict[str, list[bytes]] = {}
        self._responses: list[bytes] = []
        self._left_bytes = _MAX_READ_BYTES
        self._recorded: set[tuple[str, str]] = set()
        self._vouched = {active_label}

    def hear(self, manifest: ManifestReading, ingredients: Sequence[Ingredient]) -> None:
        """Take what a manifest says, once its assertions are checked."""
        if manifest.claim is None:
            return
        for said in manifest.claim.redacted:
            url = absolute(said, manifest.label)
            if manifest_label_of(url) != manifest.label:
                self.redactions.add(url)
                self.redacted_labels.add(manifest_label_of(url))
        for box in manifest.assertions_of(_TIME_STAMPS):
            for label, token in manifest.content(box).items():
                if box in manifest.intact and isinstance(token, bytes) and label != manifest.label:
                    self.tokens.setdefault(str(label), []).append(token)
        for box in manifest.assertions_of(_CERTIFICATE_STATUS):
            listed = manifest.content(box).get("ocspVals")
            if box in manifest.intact and isinstance(listed, list):
                self._responses += [one for one in listed if isinstance(one, bytes)]
        del self._responses[_MOST_KEPT:]
        # What was recorded counts only where nobody could have changed the record.
        if manifest.label in self._vouched:
            intact = {assertion_uri(manifest.label, box.label) for box in manifest.intact}
            for one in ingredients:
                if one.uri in intact and one.recorded is not None:
                    self._record(one.recorded.failure)
                if one.uri in intact and one.recorded_deltas is not None:
                    self._record(one.recorded_deltas.failure)

    def responses(self, log: FindingLog) -> Sequence[bytes]:
        """Return the OCSP responses that were heard of (§18.18), for one manifest.

        Args:
            log: The manifest's; it is told if there were too many for all manifests before it.
        """
        responses = self._responses
        self._left_bytes -= sum(max(len(one), _LEAST_BYTES) for one in responses[:MAX_RESPONSES])
        if responses and self._left_bytes < 0:
            log.skip("OCSP responses in later manifests were not read: there are too many.")
            return ()
        return responses

    def vouch_for(self, manifest_label: str, by: ManifestReading) -> None:
        """Note that a manifest is the one that another was made from, unchanged."""
        if by.label in self._vouched:
            self._vouched.add(manifest_label)

    def is_recorded(self, failure: Finding) -> bool:
        """Tell whether a manifest that was made later says so itself (C2PA 2.2 §15.11.3.3)."""
        return (_meant(failure.code), manifest_label_of(failure.url)) in self._recorded

    def _record(self, failures: Iterable[Finding]) -> None:
        self._recorded |= {(_meant(one.code), manifest_label_of(one.url)) for one in failures}


def _meant(code: str) -> str:
    return _MEANT.get(code, code)
