"""Checks that a manifest has the assertions that its claim refers to (C2PA 2.2 §15.10.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from edge_signer.verification.claims.manifest_reading import Claim, ManifestReading, base_label
from edge_signer.verification.claims.references import (
    HASH_ALGORITHMS,
    HashedUri,
    StoreIndex,
    absolute,
    assertion_uri,
    hashed_uri,
    manifest_label_of,
    manifest_uri,
    path_of,
)
from edge_signer.verification.store_reader import Box

#: Labels of the hard bindings (C2PA 2.2 §15.10.1.2); `c2pa.hash.bmff` is to be ignored (§18.6.1).
HARD_BINDINGS = frozenset(
    {
        *("c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.collection.data"),
        *("c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3"),
    }
)
MULTI_ASSET = "c2pa.hash.multi-asset"
ACTIONS = ("c2pa.actions", "c2pa.actions.v2")
INGREDIENTS = ("c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3")
# References to other manifests, which the checks of ingredients follow.
_OF_INGREDIENTS = {"activeManifest", "c2pa_manifest", "claimSignature"}
_ASSERTION_STORE = "c2pa.assertions"
_REDACTED = bytes.fromhex("caa98eee9d4df80e86ad4dffca263973")


def check_assertions(
    manifest: ManifestReading, claim: Claim, index: StoreIndex, redactions: Collection[str]
) -> None:
    """Check the references of a claim, and that no other assertion is there.

    Args:
        manifest: The manifest; findings are added to its log.
        claim: Its claim.
        index: All boxes of the store.
        redactions: Absolute URIs of what manifests that use this one have redacted.
    """
    _check_redactions(manifest, claim)
    declared: set[Box] = set()
    for reference in claim.assertions:
        url = absolute(reference.url, manifest.label)
        box = _assertion(manifest, index, url)
        if box is not None:
            declared.add(box)
        if url in redactions:
            _check_redacted(manifest, url, box)
        elif manifest_label_of(url) != manifest.label:
            manifest.log.failure("assertion.outsideManifest", url)
        elif box is None:
            manifest.log.failure("assertion.missing", url)
        else:
            if check_hash(manifest, claim, index, box, reference, "assertion.hashedURI.mismatch"):
                manifest.log.success("assertion.hashedURI.match", url)
                manifest.intact.add(box)
            _check_content(manifest, box, url)
    for box in manifest.assertions:
        if box not in declared:
            url = assertion_uri(manifest.label, box.label)
            manifest.log.failure("assertion.undeclared", url)
    _check_references(manifest, claim, index, redactions)


def check_hash(
    manifest: ManifestReading,
    claim: Claim,
    index: StoreIndex,
    box: Box,
    reference: HashedUri,
    mismatch: str,
) -> bool:
    """Tell whether a box has the hash of a reference (C2PA 2.2 §15.4), and record it if not.

    Args:
        manifest: The manifest with the reference.
        claim: Its claim.
        index: All boxes of the store.
        box: What is referred to.
        reference: The reference.
        mismatch: The failure code of another hash.
    """
    url = absolute(reference.url, manifest.label)
    algorithm = reference.algorithm or claim.algorithm
    if algorithm not in HASH_ALGORITHMS:
        said = f"The hash algorithm {algorithm[:40]!r} is not allowed."
        manifest.log.failure("algorithm.unsupported", url, said)
    elif index.matches(box, reference, algorithm):
        return True
    else:
        manifest.log.failure(mismatch, url)
    return False


def intact_binding(manifest: ManifestReading | None) -> str:
    """Return the absolute URI of a manifest's hard binding; empty if it is not as it was signed."""
    if manifest is None:
        return ""
    boxes = (one for one in manifest.assertions_of(*HARD_BINDINGS) if one in manifest.intact)
    return next((assertion_uri(manifest.label, one.label) for one in boxes), "")


def is_blank(box: Box) -> bool:
    """Tell whether a box holds nothing but zeros, as what is redacted does."""
    # The box of a redacted assertion holds the UUID of redaction, then zeros (C2PA 2.2 §6.8).
    redacted = [bytes(content) for _, content in box.contents]
    return not box.children and not any(
        one.removeprefix(_REDACTED).strip(b"\0") for one in redacted
    )


def _assertion(manifest: ManifestReading, index: StoreIndex, url: str) -> Box | None:
    path = path_of(url)
    if manifest_label_of(url) != manifest.label or len(path) != 2 or path[0] != _ASSERTION_STORE:
        return None
    box = index.resolve(url)
    return box if box in manifest.own else None


def _check_redactions(manifest: ManifestReading, claim: Claim) -> None:
    """Check that a claim redacts only what may be redacted, and nothing of its own."""
    for said in claim.redacted:
        url = absolute(said, manifest.label)
        label = base_label(path_of(url)[-1]) if path_of(url) else ""
        if manifest_label_of(url) == manifest.label:
            manifest.log.failure("assertion.selfRedacted", url)
        if label in ACTIONS:
            manifest.log.failure("assertion.action.redacted", url)
        if label in HARD_BINDINGS:
            manifest.log.failure("assertion.dataHash.redacted", url)


def _check_redacted(manifest: ManifestReading, url: str, box: Box | None) -> None:
    label = base_label(path_of(url)[-1])
    if label in ACTIONS:
        manifest.log.failure("assertion.action.redacted", url)
    elif label in HARD_BINDINGS:
        manifest.log.failure("assertion.dataHash.redacted", url)
    elif box is not None and not is_blank(box):
        manifest.log.failure("assertion.notRedacted", url)


def _check_content(manifest: ManifestReading, box: Box, url: str) -> None:
    """Check that an assertion can be read; an own one too, if it says that it is CBOR or JSON."""
    if box.kind not in {"cbor", "json"}:
        return
    read = manifest.value(box) if box.kind == "cbor" else manifest.json(box)
    if read.is_too_large:
        manifest.log.skip(f"The content of {url} was not read: the store has too many values.")
    elif not read.is_well_formed:
        manifest.log.failure(f"assertion.{box.kind}.invalid", url)


def _check_references(
    manifest: ManifestReading, claim: Claim, index: StoreIndex, redactions: Collection[str]
) -> None:
    """Check the hashed URIs inside the claim and standard assertions (C2PA 2.2 §15.10.3.3)."""
    standard = (
        manifest.value(box).value
        for box in manifest.assertions
        if box.label.startswith("c2pa.") and box.kind == "cbor"
    )
    gone = {*redactions, *claim.redacted}
    for value in (claim.generators, *standard):
        for reference in _hashed_uris(value):
            url = absolute(reference.url, manifest.label)
            target = index.resolve(url)
            if url in gone or not url.startswith(manifest_uri("")):
                continue
            if target is None:
                manifest.log.failure("hashedURI.missing", url)
            else:
                check_hash(manifest, claim, index, target, reference, "hashedURI.mismatch")


def _hashed_uris(value: Any) -> Iterator[HashedUri]:
    """Find the hashed URIs in a value, however deep; the reader of CBOR bounds the depth."""
    if isinstance(value, list):
        for one in value:
            yield from _hashed_uris(one)
    elif isinstance(value, dict):
        if found := hashed_uri(value):
            yield found
        for key, one in value.items():
            if key not in _OF_INGREDIENTS:
                yield from _hashed_uris(one)
