"""A manifest taken apart: its claim, its assertions and its signature (C2PA 2.2 §11.1.4, §10.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from edge_signer.verification.cbor_values import ItemBudget, Value, read_cbor
from edge_signer.verification.claims.references import (
    HashedUri,
    absolute,
    hashed_uri,
    manifest_uri,
    path_of,
)
from edge_signer.verification.findings import FindingLog
from edge_signer.verification.json_values import read_json
from edge_signer.verification.store_reader import Box

#: Kind of a manifest by the type of its box.
KINDS = {"c2ma": "standard", "c2md": "standard", "c2um": "update", "c2cm": "compressed"}
_CLAIM_LABELS = {"c2pa.claim", "c2pa.claim.v2"}
_REQUIRED_V1 = {"claim_generator", "signature", "assertions", "dc:format", "instanceID"}
_REQUIRED_V2 = {"instanceID", "claim_generator_info", "signature", "created_assertions"}


@dataclass(frozen=True)
class Claim:
    """A claim.

    Attributes:
        version: 1 or 2.
        encoded: The claim as it was signed.
        algorithm: Hash algorithm where a reference names none; empty if the claim names none.
        signature_url: Where its signature is.
        assertions: References to its assertions, the created ones before the gathered ones.
        gathered: How many of them, from the end, were gathered; the signer does not vouch for them.
        generators: What it says about its claim generator, or about several.
        redacted: JUMBF URIs of assertions of other manifests that it redacts.
    """

    version: int
    encoded: bytes
    algorithm: str
    signature_url: str
    assertions: tuple[HashedUri, ...]
    gathered: int
    generators: Any
    redacted: tuple[str, ...]


class ManifestReading:
    """A manifest of a store.

    Args:
        box: Its superbox.
        budget: Limits the values of the whole store.

    Attributes:
        box: Its superbox.
        label: Its label.
        kind: `standard`, `update` or `compressed`.
        log: The findings about it so far.
        claim: Its claim; None if it has none that can be read.
        signature: The box of its signature; None if it has not exactly one.
        assertions: The boxes of its assertions.
        own: The same, as a set.
        intact: Those whose hash is the one in the claim, once that was checked.
    """

    def __init__(self, box: Box, budget: ItemBudget) -> None:
        self.box = box
        self.label = box.label
        self.kind = KINDS[box.kind]
        self.log = FindingLog()
        self._budget = budget
        self._values: dict[Box, Value] = {}
        self._json: dict[Box, Value] = {}
        self.claim: Claim | None = None
        self.signature: Box | None = None
        self.assertions: tuple[Box, ...] = ()
        self.intact: set[Box] = set()
        if self.kind != "compressed":
            self._read_parts()
        self.own: frozenset[Box | None] = frozenset(self.assertions)

    @property
    def uri(self) -> str:
        """Its absolute JUMBF URI."""
        return manifest_uri(self.label)

    @cached_property
    def declared(self) -> frozenset[tuple[str, ...]]:
        """The paths of the assertions that its claim refers to."""
        references = self.claim.assertions if self.claim else ()
        return frozenset(path_of(absolute(one.url, self.label)) for one in references)

    @cached_property
    def redactions(self) -> tuple[str, ...]:
        """The absolute URIs of what its claim redacts."""
        said = self.claim.redacted if self.claim else ()
        return tuple(absolute(one, self.label) for one in said)

    def odd_values(self) -> tuple[str, ...]:
        """Return the labels of the boxes read so far whose CBOR not every reader knows."""
        return tuple(box.label for box, read in self._values.items() if read.is_odd)

    def value(self, box: Box) -> Value:
        """Return the CBOR of one of its boxes, read once."""
        found = self._values.get(box)
        if found is None:
            found = self._values[box] = read_cbor(box.content("cbor"), self._budget)
        return found

    def content(self, box: Box) -> Mapping[Any, Any]:
        """Return the CBOR of one of its boxes if it is a map, else an empty one."""
        value = self.value(box).value
        return value if isinstance(value, dict) else {}

    def json(self, box: Box) -> Value:
        """Return the JSON of one of its boxes, read once."""
        found = self._json.get(box)
        if found is None:
            found = self._json[box] = read_json(box.content("json"), self._budget)
        return found

    def assertions_of(self, *labels: str) -> Iterator[Box]:
        """Return the assertions with one of these labels, instances included."""
        return (box for box in self.assertions if base_label(box.label) in labels)

    def _read_parts(self) -> None:
        parts = self.box.children
        claims = [one for one in parts if one.kind == "c2cl" and one.label in _CLAIM_LABELS]
        signatures = [one for one in parts if (one.kind, one.label) == ("c2cs", "c2pa.signature")]
        stores = [one for one in parts if (one.kind, one.label) == ("c2as", "c2pa.assertions")]
        for box in (self.box, *parts):
            for fault in box.faults:
                self.log.failure("general.error", self.uri, f"In the box {box.label}, {fault}.")
        if len(stores) != 1:
            said = f"It has {len(stores)} assertion stores instead of one."
            self.log.failure("general.error", self.uri, said)
        for box in stores[:1]:
            self.assertions = box.children
            if any(kind != "free" for kind, _ in box.contents):
                said = "The assertion store has a box that is no assertion."
                self.log.failure("general.error", self.uri, said)
        if len(signatures) == 1:
            self.signature = signatures[0]
        else:
            said = f"It has {len(signatures)} signatures instead of one."
            self.log.failure("claimSignature.missing", self.uri, said)
        if not claims:
            self.log.failure("claim.missing", self.uri)
        elif len(claims) > 1:
            self.log.failure("claim.multiple", self.uri)
        else:
            self.claim = self._read_claim(claims[0])
        if self.signature is not None:
            # Like the claim, it is read before any assertion can use up the budget.
            self.value(self.signature)

    def _read_claim(self, box: Box) -> Claim | None:
        url = manifest_uri(self.label, box.label)
        encoded = _only_cbor(box)
        read = self._values[box] = read_cbor(encoded, self._budget)
        if not read.is_well_formed or not isinstance(read.value, dict):
            said = "It is too large." if read.is_too_large else ""
            self.log.failure("claim.cbor.invalid", url, said)
            return None
        said_in_claim: dict[Any, Any] = read.value
        version = 2 if "created_assertions" in said_in_claim else 1
        faults = [*_claim_faults(box.label, said_in_claim, version)]
        for fault in faults:
            self.log.failure("claim.malformed", url, fault)
        made = "created_assertions" if version == 2 else "assertions"
        created = [*_references(said_in_claim, made)]
        gathered = [*_references(said_in_claim, "gathered_assertions")] if version == 2 else []
        if None in (*created, *gathered):
            said = "It refers to an assertion without a URI or a hash."
            self.log.failure("claim.malformed", url, said)
        redacted = said_in_claim.get("redacted_assertions")
        algorithm = said_in_claim.get("alg")
        signature_url = said_in_claim.get("signature")
        return Claim(
            version,
            encoded,
            algorithm if isinstance(algorithm, str) else "",
            signature_url if isinstance(signature_url, str) else "",
            tuple(one for one in (*created, *gathered) if one),
            sum(one is not None for one in gathered),
            said_in_claim.get("claim_generator_info"),
            tuple(one for one in _listed(redacted) if isinstance(one, str)),
        )


def base_label(label: str) -> str:
    """Return the label of an assertion without the number of its instance (C2PA 2.2 §6.4)."""
    base, separator, number = label.rpartition("__")
    return base if separator and number.isdecimal() else label


def _only_cbor(box: Box) -> bytes:
    kinds = [kind for kind, _ in box.contents if kind != "free"]
    return box.content("cbor") if kinds == ["cbor"] and not box.children else b""


def _claim_faults(label: str, said: Mapping[Any, Any], version: int) -> Iterator[str]:
    required = _REQUIRED_V2 if version == 2 else _REQUIRED_V1
    for name in sorted(required - said.keys()):
        yield f"It has no {name}."
    if version == 1 and label == "c2pa.claim.v2":
        yield "It is of version 1, under the label of version 2."
    for name in ("instanceID", "signature", "alg"):
        if name in said and not isinstance(said[name], str):
            yield f"Its {name} is no text."
    info = said.get("claim_generator_info")
    if version == 2 and info is not None:
        generator = info.get("name") if isinstance(info, dict) else None
        if not isinstance(generator, str) or not generator:
            yield "Its claim_generator_info has no name."
    if "redacted_assertions" in said and not all(
        isinstance(one, str) for one in _listed(said["redacted_assertions"], [None])
    ):
        yield "Its redacted_assertions are not a list of URIs."


def _references(said: Mapping[Any, Any], name: str) -> Iterator[HashedUri | None]:
    if name in said:
        yield from (hashed_uri(one) for one in _listed(said[name], [None]))


def _listed(value: Any, otherwise: Any = ()) -> Any:
    return value if isinstance(value, list) else otherwise
