"""Read c2pa-rs's reports into a verdict.

The engine reports on bytes from anywhere, so nothing here trusts the shape of a report: whatever is
missing or of another type counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.verdict import Action, Finding, Ingredient, TimeStamp, Verdict
from edge_signer.signing.action_model import DIGITAL_SOURCE_TYPES

#: Ingredients within ingredients that are followed; deeper ones are named but not opened.
MAX_DEPTH = 16
_LABEL_IN_URI = "self#jumbf=/c2pa/"
# Validation may settle now what it could not settle when the ingredient was added.
_SETTLED_BY = {
    "signingCredential.untrusted": "signingCredential.trusted",
    "timeStamp.untrusted": "timeStamp.trusted",
}


def read_report(report: Any, detailed: Any, crjson: Any, *, engine: str, read_from: str) -> Verdict:
    """Read what c2pa-rs says.

    Args:
        report: Its manifest store report.
        detailed: Its detailed report, which has claims as they were signed.
        crjson: Its crJSON.
        engine: Name and version.
        read_from: `sidecar` or `file`.
    """
    label = _text(report, "active_manifest")
    manifest = _mapping(_mapping(report, "manifests"), label)
    results = _mapping(_mapping(report, "validation_results"), "activeManifest")
    signature = _mapping(manifest, "signature_info")
    claim = _mapping(_mapping(_mapping(detailed, "manifests"), label), "claim")
    actions = tuple(_actions(manifest))
    failures = _findings(results, "failure")
    return Verdict(
        state=_text(report, "validation_state") or "Unreadable",
        failures=failures,
        engine=engine,
        read_from=read_from,
        informational=_findings(results, "informational"),
        notes=tuple(_notes(claim, actions)),
        signer=" · ".join(
            filter(None, (_text(signature, "common_name"), _text(signature, "issuer")))
        ),
        algorithm=_cose_name(_text(signature, "alg")),
        generator=next(
            (_text(one, "name") for one in _items(manifest, "claim_generator_info")), ""
        ),
        is_update=any(
            one.get("isUpdateManifest") is True
            for one in _items(crjson, "manifests")
            if _text(one, "label") == label
        ),
        actions=actions,
        time_stamp=_time_stamp(results, _text(signature, "time")),
        ingredients=_ingredients(report, label, (label,)),
    )


def _notes(claim: Mapping[str, Any], actions: tuple[Action, ...]) -> Iterator[str]:
    if claim and not _text(claim, "instanceID").strip():
        yield "the claim's instanceID is empty; the standard requires one"
    for action in actions:
        source_type = action.digital_source_type
        if source_type and source_type not in DIGITAL_SOURCE_TYPES:
            yield f"{action.name} has a source type outside the IPTC vocabulary: {source_type}"


def _actions(manifest: Mapping[str, Any]) -> Iterator[Action]:
    for assertion in _items(manifest, "assertions"):
        if _text(assertion, "label").startswith("c2pa.actions"):
            for action in _items(_mapping(assertion, "data"), "actions"):
                yield Action(_text(action, "action"), _text(action, "digitalSourceType"))


def _time_stamp(results: Mapping[str, Any], time: str) -> TimeStamp:
    said = {
        one.code: one.explanation
        for kind in ("failure", "informational", "success")
        for one in _findings(results, kind)
        if one.code.startswith("timeStamp.")
    }
    problems = [code for code in said if code not in ("timeStamp.trusted", "timeStamp.validated")]
    if not said:
        return TimeStamp("none", time)
    if not problems and "timeStamp.trusted" in said:
        return TimeStamp("trusted", time)
    if problems in ([], ["timeStamp.untrusted"]):
        return TimeStamp("untrusted", time, "the authority is not on the list of trusted roots")
    return TimeStamp("invalid", time, f"{problems[0]}: {said[problems[0]]}")


def _ingredients(
    report: Mapping[str, Any], label: str, path: tuple[str, ...]
) -> tuple[Ingredient, ...]:
    manifest = _mapping(_mapping(report, "manifests"), label)
    found = []
    for one in _items(manifest, "ingredients"):
        own = _text(one, "active_manifest")
        is_followed = bool(own) and own not in path and len(path) < MAX_DEPTH
        recorded = _mapping(_mapping(one, "validation_results"), "activeManifest")
        later = _deltas(report, label, _text(one, "label"))
        settled = {finding.code for finding in _findings(later, "success")}
        found.append(
            Ingredient(
                title=_text(one, "title"),
                relationship=_text(one, "relationship"),
                manifest=own,
                failures=_unsettled(recorded, later, "failure", settled),
                informational=_unsettled(recorded, later, "informational", settled),
                ingredients=_ingredients(report, own, (*path, own)) if is_followed else (),
            )
        )
    return tuple(found)


def _deltas(report: Mapping[str, Any], label: str, assertion: str) -> Mapping[str, Any]:
    """Give what validation found now and the manifest had not recorded."""
    uri = f"{_LABEL_IN_URI}{label}/c2pa.assertions/{assertion}"
    for one in _items(_mapping(report, "validation_results"), "ingredientDeltas"):
        if _text(one, "ingredientAssertionURI") == uri:
            return _mapping(one, "validationDeltas")
    return {}


def _unsettled(
    recorded: Mapping[str, Any], later: Mapping[str, Any], kind: str, settled: set[str]
) -> tuple[Finding, ...]:
    findings = dict.fromkeys((*_findings(recorded, kind), *_findings(later, kind)))
    return tuple(one for one in findings if _SETTLED_BY.get(one.code) not in settled)


def _findings(results: Mapping[str, Any], kind: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(_text(one, "code"), _text(one, "explanation")) for one in _items(results, kind)
    )


def _cose_name(algorithm: str) -> str:
    """Spell Es256 as COSE does, ES256."""
    return algorithm.upper() if algorithm[:2] in {"Es", "Ps"} else algorithm


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _items(value: Any, name: str) -> list[dict[str, Any]]:
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
