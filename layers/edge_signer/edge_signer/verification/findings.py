"""Validation codes of the standard (C2PA 2.2 §15.2.2), with their meaning in plain English."""

from __future__ import annotations

from dataclasses import dataclass, field

_CHANGED_FILE = (
    "The file was changed after it was signed, or these credentials belong to another file."
)
_MEANINGS = {
    "assertion.dataHash.mismatch": _CHANGED_FILE,
    "assertion.bmffHash.mismatch": _CHANGED_FILE,
    "assertion.boxesHash.mismatch": _CHANGED_FILE,
    "assertion.collectionHash.mismatch": _CHANGED_FILE,
    "assertion.hashedURI.mismatch": "A statement in the manifest was changed after it was signed.",
    "assertion.missing": "A statement that was signed is no longer in the manifest.",
    "assertion.undeclared": "The manifest holds a statement that was not signed.",
    "assertion.cbor.invalid": "A statement in the manifest cannot be read.",
    "assertion.json.invalid": "A statement in the manifest cannot be read.",
    "assertion.notRedacted": "A statement that was redacted is still in the manifest.",
    "assertion.selfRedacted": "The manifest redacts its own statements, which is not allowed.",
    "assertion.action.redacted": "The actions were redacted, which is not allowed.",
    "assertion.dataHash.redacted": "The binding to the file was redacted, which is not allowed.",
    "assertion.outsideManifest": "The manifest claims a statement of another manifest.",
    "assertion.action.malformed": "The actions do not follow the standard.",
    "assertion.action.ingredientMismatch": "An action does not name the ingredient that it needs.",
    "assertion.action.redactionMismatch": "A redaction does not name what was redacted.",
    "assertion.ingredient.malformed": "The statement about an ingredient is incomplete.",
    "assertion.timestamp.malformed": "The time-stamps for other manifests cannot be read.",
    "assertion.metadata.disallowed": "The metadata has a field that is not allowed there.",
    "assertion.cloud-data.malformed": "The reference to data elsewhere is incomplete.",
    "assertion.cloud-data.hardBinding": "The binding to the file is not in the manifest.",
    "assertion.cloud-data.actions": "The actions of an update are not in the manifest.",
    "assertion.dataHash.malformed": "The binding to the file is malformed.",
    "assertion.bmffHash.malformed": "The binding to the file is malformed.",
    "assertion.boxesHash.malformed": "The binding to the file is malformed.",
    "assertion.boxesHash.unknownBox": "The file has a part that was not signed.",
    "assertion.dataHash.additionalExclusionsPresent": "Parts of the file besides the credentials "
    "are not covered by the signature.",
    "assertion.bmffHash.additionalExclusionsPresent": "Parts of the file besides the credentials "
    "are not covered by the signature.",
    "assertion.boxesHash.additionalExclusionsPresent": "Parts of the file besides the credentials "
    "are not covered by the signature.",
    "assertion.required.missing": "The manifest lacks a statement that it must have.",
    "assertion.multipleHardBindings": "The manifest is bound to the file more than once.",
    "claim.malformed": "The claim does not follow the standard.",
    "claim.missing": "The manifest has no claim.",
    "claim.multiple": "The manifest has more than one claim.",
    "claim.hardBindings.missing": "The manifest is not bound to a file.",
    "claim.cbor.invalid": "The claim cannot be read.",
    "claimSignature.missing": "The manifest has no signature.",
    "claimSignature.mismatch": "The signature does not match: the claim was changed, or another "
    "key signed it.",
    "claimSignature.outsideValidity": "The certificate is not valid at the time of the signature: "
    "that of a trusted time-stamp, or now if there is none.",
    "signingCredential.untrusted": "The signer's certificate does not lead to a trusted root; "
    "name more roots with --anchors.",
    "signingCredential.invalid": "The signer's certificate may not sign Content Credentials.",
    "signingCredential.expired": "The signer's certificate has expired, and no trusted time-stamp "
    "says that it was valid then.",
    "signingCredential.ocsp.revoked": "The signer's certificate was revoked.",
    "ingredient.manifest.missing": "The credentials of an ingredient are not in the file.",
    "ingredient.manifest.mismatch": "The credentials of an ingredient were changed after this "
    "manifest was signed.",
    "ingredient.claimSignature.missing": "The credentials of an ingredient have no signature.",
    "ingredient.claimSignature.mismatch": "The signature in an ingredient's credentials was "
    "changed after this manifest was signed.",
    "ingredient.unknownProvenance": "An ingredient has no credentials.",
    "hashedURI.missing": "Something that the manifest refers to is missing.",
    "hashedURI.mismatch": "Something that the manifest refers to was changed.",
    "manifest.compressed.invalid": "A compressed manifest cannot be read.",
    "manifest.inaccessible": "A manifest that this one refers to cannot be reached.",
    "manifest.multipleParents": "The manifest names more than one parent.",
    "manifest.update.invalid": "An update manifest has statements that are not allowed in one.",
    "manifest.update.wrongParents": "An update manifest must name exactly one parent.",
    "timeStamp.mismatch": "The time-stamp was made for another signature.",
    "timeStamp.malformed": "The time-stamp cannot be read.",
    "timeStamp.outsideValidity": "The time-stamp was not made while its authority's certificate "
    "was valid.",
    "timeStamp.untrusted": "The time-stamp authority's certificate does not lead to a trusted "
    "root; name more roots with --tsa-anchors.",
    "signingCredential.ocsp.notRevoked": "The certificate was not revoked when it signed.",
    "signingCredential.ocsp.unknown": "The certificate's issuer does not know it.",
    "signingCredential.ocsp.skipped": "Whether the certificate was revoked was not asked.",
    "general.error": "The manifest does not follow the standard.",
    "algorithm.unsupported": "The manifest uses an algorithm that the engine does not know.",
    "algorithm.deprecated": "The manifest uses an algorithm that the standard deprecates.",
}


def meaning_of(code: str) -> str:
    """Return what a code means; empty if it is not in the table."""
    return _MEANINGS.get(code, "")


@dataclass(frozen=True)
class Finding:
    """A finding of the engine.

    Attributes:
        code: A validation code of the standard.
        explanation: The engine's own words.
        url: JUMBF URI of what it is about.
    """

    code: str
    explanation: str = ""
    url: str = ""

    @property
    def meaning(self) -> str:
        """The code in plain English; empty if unknown."""
        return meaning_of(self.code)


@dataclass(frozen=True)
class Findings:
    """The engine's findings about one manifest."""

    success: tuple[Finding, ...] = ()
    informational: tuple[Finding, ...] = ()
    failure: tuple[Finding, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        return Findings(
            self.success + other.success,
            self.informational + other.informational,
            self.failure + other.failure,
        )


_MAX_URL_CHARACTERS = 2_000
_MAX_FINDINGS = 1_000


@dataclass
class FindingLog:
    """Collects findings; beyond 1,000 of a kind the rest is counted and left out.

    Attributes:
        not_checked: What could not be checked, in sentences.
    """

    not_checked: list[str] = field(default_factory=list)
    _success: list[Finding] = field(default_factory=list)
    _informational: list[Finding] = field(default_factory=list)
    _failure: list[Finding] = field(default_factory=list)

    def success(self, code: str, url: str = "", explanation: str = "") -> None:
        """Record that something holds."""
        _record(self._success, code, url, explanation)

    def informational(self, code: str, url: str = "", explanation: str = "") -> None:
        """Record something that does not decide."""
        _record(self._informational, code, url, explanation)

    def failure(self, code: str, url: str = "", explanation: str = "") -> None:
        """Record that something does not hold."""
        _record(self._failure, code, url, explanation)

    def skip(self, sentence: str) -> None:
        """Record that something was not checked, once."""
        if len(self.not_checked) < _MAX_FINDINGS and sentence not in self.not_checked:
            self.not_checked.append(sentence)

    def add(self, other: FindingLog) -> None:
        """Take over what another log has recorded."""
        self._success += other._success
        self._informational += other._informational
        self._failure += other._failure
        for sentence in other.not_checked:
            self.skip(sentence)

    def findings(self) -> Findings:
        """Return what was recorded."""
        return Findings(tuple(self._success), tuple(self._informational), tuple(self._failure))


def _record(findings: list[Finding], code: str, url: str, explanation: str) -> None:
    if len(findings) < _MAX_FINDINGS:
        findings.append(Finding(code, explanation, url[:_MAX_URL_CHARACTERS]))
