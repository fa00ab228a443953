"""The JSON report of c2pa-rs, in which a damaged store may leave out any field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.report import Signer, Verdict

_VERDICTS: Mapping[str, Verdict] = {"Trusted": "Trusted", "Valid": "Valid", "Invalid": "Invalid"}


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
    def verdict(self) -> Verdict:
        """`Trusted`, `Valid` or `Invalid`; `Unreadable` if the report has none of them."""
        said = text(self._content.get("validation_state"))
        return _VERDICTS.get(said, "Unreadable")

    @property
    def active_label(self) -> str:
        """Label of the active manifest."""
        return text(self._content.get("active_manifest"))

    @property
    def signer_list(self) -> str:
        """c2pa-rs's name for the list of roots that has the active manifest's signer."""
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

    def manifest(self, label: str) -> Mapping[str, Any]:
        """Return what a manifest says; empty if the engine could not read it."""
        return mapping(self._manifests.get(label))

    def signer(self, label: str) -> Signer | None:
        """Return who signed a manifest; None if the engine does not say."""
        signature = mapping(self.manifest(label).get("signature_info"))
        if not signature:
            return None
        return Signer(
            name=text(signature.get("common_name")),
            # c2pa-rs calls the organisation of the certificate's subject its issuer.
            organisation=text(signature.get("issuer")),
            serial_number=text(signature.get("cert_serial_number")),
            algorithm=_cose_name(text(signature.get("alg"))),
        )

    def time(self, label: str) -> datetime | None:
        """Return when a manifest was signed, according to a valid time-stamp."""
        said = text(mapping(self.manifest(label).get("signature_info")).get("time"))
        try:
            time = datetime.fromisoformat(said)
        except ValueError:
            return None
        return time if time.tzinfo else time.replace(tzinfo=UTC)

    def ingredients(self, label: str) -> list[Mapping[str, Any]]:
        """Return the ingredients of a manifest as the report has them."""
        return [mapping(one) for one in sequence(self.manifest(label).get("ingredients"))]


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
    """Return the value if it is a text, else an empty one; what UTF-8 cannot hold is replaced."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _findings(listed: Any) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            text(one.get("code")) or "unnamed", text(one.get("explanation")), text(one.get("url"))
        )
        for one in map(mapping, sequence(listed))
    )


def _cose_name(algorithm: str) -> str:
    """Spell Es256 as in COSE, ES256."""
    return algorithm.upper() if algorithm[:2] in {"Es", "Ps"} else algorithm
