"""The JSON report of c2pa-rs, in which a damaged store may leave out any field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Action:
    """An action in a manifest.

    Attributes:
        action: Its name.
        digital_source_type: URI; empty if the action has none.
    """

    action: str
    digital_source_type: str = ""


@dataclass(frozen=True)
class Manifest:
    """What a manifest says.

    Attributes:
        label: Its label.
        title: The asset's title.
        signer: Common name and organisation of the certificate.
        algorithm: COSE name of the signature algorithm, or as c2pa-rs spells it.
        generator: The claim generator.
        time: When it was signed, according to a valid time-stamp; empty without one.
        actions: Its actions.
    """

    label: str = ""
    title: str = ""
    signer: str = ""
    algorithm: str = ""
    generator: str = ""
    time: str = ""
    actions: tuple[Action, ...] = ()


class Report:
    """A report of c2pa-rs.

    Args:
        content: The JSON; of any shape.
    """

    def __init__(self, content: Any) -> None:
        self._content = mapping(content)
        self._results = mapping(self._content.get("validation_results"))
        self._manifests = mapping(self._content.get("manifests"))

    @property
    def state(self) -> str:
        """`Trusted`, `Valid` or `Invalid`; empty if the report has none."""
        return text(self._content.get("validation_state"))

    @property
    def active_label(self) -> str:
        """Label of the active manifest."""
        return text(self._content.get("active_manifest"))

    @property
    def trust_list(self) -> str:
        """The list of roots that has the active manifest's signer."""
        return text(self._results.get("trustListUri"))

    @property
    def findings(self) -> Findings:
        """The findings about the active manifest."""
        if self._results:
            return findings_of(self._results.get("activeManifest"))
        return Findings(failure=_findings(self._content.get("validation_status")))

    def deltas(self) -> dict[str, Findings]:
        """Return new findings about ingredients, by the JUMBF URI of their assertion."""
        found: dict[str, Findings] = {}
        for one in sequence(self._results.get("ingredientDeltas")):
            uri = text(mapping(one).get("ingredientAssertionURI"))
            new = findings_of(mapping(one).get("validationDeltas"))
            found[uri] = found.get(uri, Findings()) + new
        return found

    def manifest(self, label: str) -> Manifest:
        """Return what a manifest says; empty if the engine could not read it."""
        said = mapping(self._manifests.get(label))
        signature = mapping(said.get("signature_info"))
        signer = (text(signature.get(part)) for part in ("common_name", "issuer"))
        generators = [mapping(one) for one in sequence(said.get("claim_generator_info"))]
        return Manifest(
            label=label,
            title=text(said.get("title")),
            signer=" · ".join(filter(None, signer)),
            algorithm=_cose_name(text(signature.get("alg"))),
            generator=text(generators[0].get("name")) if generators else "",
            time=text(signature.get("time")),
            actions=tuple(_actions(said)),
        )

    def ingredients(self, label: str) -> list[Mapping[str, Any]]:
        """Return the ingredients of a manifest as the report has them."""
        said = mapping(self._manifests.get(label))
        return [mapping(one) for one in sequence(said.get("ingredients"))]


def findings_of(results: Any) -> Findings:
    """Read the three lists of a validation result."""
    lists = mapping(results)
    return Findings(*(_findings(lists.get(k)) for k in ("success", "informational", "failure")))


def mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return the value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def _findings(listed: Any) -> tuple[Finding, ...]:
    return tuple(
        finding_of(
            text(one.get("code")) or "unnamed", text(one.get("explanation")), text(one.get("url"))
        )
        for one in map(mapping, sequence(listed))
    )


def _actions(manifest: Mapping[str, Any]) -> Iterator[Action]:
    for assertion in map(mapping, sequence(manifest.get("assertions"))):
        if text(assertion.get("label")).startswith("c2pa.actions"):
            listed = sequence(mapping(assertion.get("data")).get("actions"))
            for one in map(mapping, listed):
                yield Action(text(one.get("action")), text(one.get("digitalSourceType")))


def _cose_name(algorithm: str) -> str:
    """Spell Es256 as in COSE, ES256."""
    return algorithm.upper() if algorithm[:2] in {"Es", "Ps"} else algorithm
