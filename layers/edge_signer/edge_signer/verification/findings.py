"""Validation codes of the standard (C2PA 2.2 §15.2.2), with their meaning in plain English."""

from __future__ import annotations

from dataclasses import dataclass

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
    "assertion.required.missing": "The manifest lacks a statement that it must have.",
    "assertion.multipleHardBindings": "The manifest is bound to the file more than once.",
    "claim.missing": "The manifest has no claim.",
    "claim.multiple": "The manifest has more than one claim.",
    "claim.hardBindings.missing": "The manifest is not bound to a file.",
    "claim.cbor.invalid": "The claim cannot be read.",
    "claimSignature.missing": "The manifest has no signature.",
    "claimSignature.mismatch": "The signature does not match: the claim was changed, or another "
    "key signed it.",
    "claimSignature.outsideValidity": "The signature was not made while the certificate was valid.",
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
        meaning: The code in plain English; empty if unknown.
    """

    code: str
    explanation: str = ""
    url: str = ""
    meaning: str = ""


def finding_of(code: str, explanation: str = "", url: str = "") -> Finding:
    """Return a finding with the meaning of its code."""
    return Finding(code, explanation, url, meaning_of(code))


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
