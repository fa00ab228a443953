"""The JSON report of c2pa-rs, in which a damaged store may leave out any field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edge_signer.verification.findings import Finding, Findings, finding_of


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
