"""Ingredient assertions: what they say, and whether the manifest that they name is there unchanged.

C2PA 2.2 §15.11 and §18.15.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from edge_signer.verification.claims.assertion_checks import INGREDIENTS, is_blank
from edge_signer.verification.claims.manifest_reading import Claim, ManifestReading, base_label
from edge_signer.verification.claims.references import (
    HASH_ALGORITHMS,
    HashedUri,
    StoreIndex,
    absolute,
    assertion_uri,
    hashed_uri,
    manifest_label_of,
    path_of,
)
from edge_signer.verification.findings import Finding, FindingLog, Findings
from edge_signer.verification.store_reader import Box

RELATIONSHIPS = frozenset({"parentOf", "componentOf", "inputTo"})
PARENT = "parentOf"
_V3 = "c2pa.ingredient.v3"


@dataclass(frozen=True)
class Ingredient:
    """What an ingredient assertion says.

    Attributes:
        label: Label of the assertion.
        uri: Its absolute JUMBF URI.
        title: The ingredient's title.
        media_type: Its media type.
        relationship: `parentOf`, `componentOf` or `inputTo`; empty if it says none of these.
        manifest_label: Label of its active manifest; empty if it has no credentials.
        manifest: The reference to that manifest.
        claim_signature: The reference to that manifest's signature.
        recorded: What its signer found, by absolute URI; None if nothing was recorded.
        recorded_deltas: What its signer found about the ingredient's own ingredients.
    """

    label: str
    uri: str
    title: str
    media_type: str
    relationship: str
    manifest_label: str = ""
    manifest: HashedUri | None = None
    claim_signature: HashedUri | None = None
    recorded: Findings | None = None
    recorded_deltas: Findings | None = None

    @property
    def is_v3(self) -> bool:
        """Whether the assertion is of version 3, which records results and the signature."""
        return base_label(self.label) == _V3


def ingredients_of(manifest: ManifestReading) -> tuple[Ingredient, ...]:
    """Return what the ingredient assertions of a manifest say; what was blanked out says nothing.

    A later manifest may redact an ingredient assertion.
    """
    return tuple(
        _ingredient(manifest, box)
        for box in manifest.assertions_of(*INGREDIENTS)
        if not is_blank(box)
    )


def check_form(manifest: ManifestReading, ingredient: Ingredient) -> None:
    """Check an ingredient assertion by itself (C2PA 2.2 §15.11.3.2)."""
    if not ingredient.relationship:
        said = "It has none of the relationships that there are."
        manifest.log.failure("assertion.ingredient.malformed", ingredient.uri, said)
    if ingredient.is_v3 and ingredient.manifest and ingredient.recorded is None:
        said = "It has a manifest, and no results of validating it."
        manifest.log.failure("assertion.ingredient.malformed", ingredient.uri, said)
    if not ingredient.manifest and ingredient.relationship != "inputTo":
        manifest.log.informational("ingredient.unknownProvenance", ingredient.uri)


def check_manifest(
    log: FindingLog,
    ingredient: Ingredient,
    claims: tuple[Claim, Claim | None],
    index: StoreIndex,
    redacted_labels: Collection[str],
) -> bool:
    """Check that the manifest of an ingredient is there, and that nobody changed it.

    Args:
        log: Takes the findings.
        ingredient: An ingredient with a manifest.
        claims: The claim with the ingredient, and the ingredient's own.
        index: All boxes of the store.
        redacted_labels: Labels of the manifests with redacted assertions. Their hash cannot match;
            the hash of their signature is checked instead.

    Returns:
        Whether it is unchanged.
    """
    reference = ingredient.manifest
    uri = absolute(reference.url, "") if reference else ingredient.uri
    box = index.resolve(uri)
    if reference is None or box is None or path_of(uri):
        log.failure("ingredient.manifest.missing", uri)
        return False
    if _has_hash(index, box, reference, claims):
        log.success("ingredient.manifest.validated", uri)
        return True
    if _has_early_hash(reference, claims[1]):
        return True
    if ingredient.manifest_label not in redacted_labels:
        log.failure("ingredient.manifest.mismatch", uri)
        return False
    own = claims[1]
    if own is not None and own.version == 1 and not ingredient.is_v3:
        log.skip(f"{uri} was redacted, and its ingredient assertion is too old to check it then.")
        return True
    return _check_signature(log, ingredient, claims, index)


def _check_signature(
    log: FindingLog,
    ingredient: Ingredient,
    claims: tuple[Claim, Claim | None],
    index: StoreIndex,
) -> bool:
    """Check the hash of the signature of a redacted manifest (C2PA 2.2 §15.11.3.3.1)."""
    signature = ingredient.claim_signature
    url = absolute(signature.url, ingredient.manifest_label) if signature else ingredient.uri
    target = index.resolve(url)
    if signature is None or target is None or manifest_label_of(url) != ingredient.manifest_label:
        log.failure("ingredient.claimSignature.missing", url)
        return False
    if not _has_hash(index, target, signature, claims):
        log.failure("ingredient.claimSignature.mismatch", url)
        return False
    log.success("ingredient.claimSignature.validated", url)
    return True


def _has_early_hash(reference: HashedUri, claim: Claim | None) -> bool:
    """Tell whether a reference has the hash of the claim alone, as versions 1.0 and 1.1 had it."""
    if claim is None or claim.version != 1:
        return False
    algorithm = reference.algorithm or claim.algorithm
    if algorithm not in HASH_ALGORITHMS:
        return False
    return hmac.compare_digest(hashlib.new(algorithm, claim.encoded).digest(), reference.digest)


def _has_hash(
    index: StoreIndex, box: Box, reference: HashedUri, claims: tuple[Claim, Claim | None]
) -> bool:
    # Without an algorithm of its own, c2pa-rs means the ingredient's, and the standard the
    # claim's that refers to it.
    own = [reference.algorithm] if reference.algorithm else []
    named = own or [one.algorithm for one in claims if one]
    return any(index.matches(box, reference, one) for one in named if one in HASH_ALGORITHMS)


def _ingredient(manifest: ManifestReading, box: Box) -> Ingredient:
    said = manifest.content(box)
    reference = hashed_uri(said.get("activeManifest")) or hashed_uri(said.get("c2pa_manifest"))
    label = manifest_label_of(absolute(reference.url, "")) if reference else ""
    relationship = said.get("relationship")
    recorded = said.get("validationResults", said.get("validationStatus"))
    return Ingredient(
        box.label,
        assertion_uri(manifest.label, box.label),
        _text(said.get("dc:title")),
        _text(said.get("dc:format")),
        relationship if isinstance(relationship, str) and relationship in RELATIONSHIPS else "",
        label,
        reference,
        hashed_uri(said.get("claimSignature")),
        None if recorded is None else _recorded(recorded, label),
        _recorded_deltas(recorded),
    )


def _recorded(results: Any, label: str) -> Findings:
    """Read results of version 3, or the list of statuses of earlier versions."""
    if isinstance(results, list):
        return Findings(failure=tuple(_statuses(results, label)))
    active = results.get("activeManifest") if isinstance(results, dict) else None
    return _lists(active, label)


def _recorded_deltas(results: Any) -> Findings:
    deltas = results.get("ingredientDeltas") if isinstance(results, dict) else None
    listed = [one for one in deltas if isinstance(one, dict)] if isinstance(deltas, list) else []
    found = [_lists(one.get("validationDeltas"), "") for one in listed]
    return Findings(
        tuple(one for each in found for one in each.success),
        tuple(one for each in found for one in each.informational),
        tuple(one for each in found for one in each.failure),
    )


def _lists(said: Any, label: str) -> Findings:
    kinds = ("success", "informational", "failure")
    lists = [said.get(kind) if isinstance(said, dict) else None for kind in kinds]
    return Findings(*(tuple(_statuses(one, label)) for one in lists))


def _statuses(listed: Any, label: str) -> Iterator[Any]:
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("code"), str):
            url = absolute(_text(one.get("url")), label)
            yield Finding(one["code"], _text(one.get("explanation")), url)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
