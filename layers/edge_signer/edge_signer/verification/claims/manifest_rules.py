"""Which assertions a manifest of each kind must and must not have (C2PA 2.2 §15.10.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from edge_signer.signing.rules.metadata_properties import PROPERTIES
from edge_signer.verification.claims.assertion_checks import ACTIONS, HARD_BINDINGS, MULTI_ASSET
from edge_signer.verification.claims.ingredients import PARENT, Ingredient, check_form
from edge_signer.verification.claims.manifest_reading import Claim, ManifestReading, base_label
from edge_signer.verification.claims.references import assertion_uri
from edge_signer.verification.store_reader import Box

_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# C2PA 2.2 §8.1: a UUID, then a claim generator, then a version and a reason; and the form of
# earlier versions of the standard, which early claims of version 2 have.
_GENERATOR = "[!-.0-9;-~]{0,32}"
_LABEL = re.compile(rf"urn:c2pa:{_UUID}(:{_GENERATOR}(:\d+_\d+)?)?|([!-~]+:)?urn:uuid:{_UUID}")
_UPDATE_ACTIONS = {"c2pa.edited.metadata", "c2pa.opened", "c2pa.published", "c2pa.redacted"}
_NOT_IN_UPDATES = HARD_BINDINGS | {MULTI_ASSET}
_CLOUD_FIELDS = {"label", "size", "location", "content_type"}


def check_rules(manifest: ManifestReading, claim: Claim, ingredients: Sequence[Ingredient]) -> None:
    """Check the assertions that the claim refers to; findings go to the manifest's log."""
    log = manifest.log
    if claim.version == 2 and not _LABEL.fullmatch(manifest.label):
        said = "The manifest's label is not of the form urn:c2pa:UUID."
        log.failure("claim.malformed", manifest.uri, said)
    for one in ingredients:
        check_form(manifest, one)
    if manifest.kind == "update":
        _check_update(manifest, ingredients)
    else:
        # The signer must vouch for the binding (§10.2.2).
        created = claim.assertions[: len(claim.assertions) - claim.gathered]
        labels = [base_label(one.url.rpartition("/")[2]) for one in created]
        if not any(one in HARD_BINDINGS for one in labels):
            log.failure("claim.hardBindings.missing", manifest.uri)
        if len([*manifest.assertions_of(*HARD_BINDINGS)]) > 1:
            log.failure("assertion.multipleHardBindings", manifest.uri)
        if sum(one.relationship == PARENT for one in ingredients) > 1:
            log.failure("manifest.multipleParents", manifest.uri)
    for box in manifest.assertions:
        _check_special(manifest, claim, box)


def _check_update(manifest: ManifestReading, ingredients: Sequence[Ingredient]) -> None:
    if [one.relationship for one in ingredients] != [PARENT]:
        manifest.log.failure("manifest.update.wrongParents", manifest.uri)
    for box in manifest.assertions:
        label = base_label(box.label)
        url = assertion_uri(manifest.label, box.label)
        if label in _NOT_IN_UPDATES or label.startswith("c2pa.thumbnail.claim"):
            said = f"It has the assertion {label}."
            manifest.log.failure("manifest.update.invalid", url, said)
        if label in ACTIONS:
            for action in _listed(manifest.content(box).get("actions")):
                name = action.get("action") if isinstance(action, dict) else None
                if name not in _UPDATE_ACTIONS:
                    said = f"It has the action {str(name)[:100]}."
                    manifest.log.failure("manifest.update.invalid", url, said)


def _check_special(manifest: ManifestReading, claim: Claim, box: Box) -> None:
    """Check the assertions for which the standard has rules of their own (§15.10.3.2)."""
    label, url = base_label(box.label), assertion_uri(manifest.label, box.label)
    said = manifest.content(box)
    if label == "c2pa.time-stamp" and not said:
        manifest.log.failure("assertion.timestamp.malformed", url)
    elif label == "c2pa.cloud-data":
        bound = said.get("label")
        base = base_label(bound) if isinstance(bound, str) else ""
        if _CLOUD_FIELDS - said.keys():
            manifest.log.failure("assertion.cloud-data.malformed", url)
        if base in HARD_BINDINGS:
            manifest.log.failure("assertion.cloud-data.hardBinding", url)
        if base in ACTIONS and manifest.kind == "update":
            manifest.log.failure("assertion.cloud-data.actions", url)
    elif label == "c2pa.metadata" and claim.version == 2:
        _check_metadata(manifest, box, url)


def _check_metadata(manifest: ManifestReading, box: Box, url: str) -> None:
    content = manifest.json(box).value
    if isinstance(content, dict):
        for name in content.keys() - PROPERTIES - {"@context"}:
            said = f"It has the property {name[:100]}."
            manifest.log.failure("assertion.metadata.disallowed", url, said)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
