"""The builder as the signing service calls it, with definitions that nobody checked before."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition
from edge_signer.signing.manifest.manifest_reader import jumbf_box
from measure.fuzz.mutations import JSON_MUTATIONS, mutate_bytes, mutated
from measure.fuzz.outcomes import check_refusal, read_json
from measure.fuzz.seeds import MODULE_SEEDS
from tests.judges.exact_values import exactly
from tests.judges.manifest_reader import check_store, check_tbs, check_time_stamp_payload
from tests.judges.manifest_words import Said

_CHAINS = (
    (),
    (b"",),
    (b"leaf", b""),
    (b"c",) * 8,
    (b"c",) * 9,
    (b"c" * 17_000,),
    (b"c" * 200_000,),
)
_SIGNATURES = (0, 63, 64, 65, 96, 132, 256, 512, 200_000)
_UPDATE = exactly({"update": True})
_TOKENS = (0, 1, 70_000, 200_000)
_EARLIER = (b"", b"", b"", jumbf_box("jumb", b"m" * 40), jumbf_box("jumb", b"") * 20_000)
_PADDINGS = (*[None] * 10, -(10**6), -1, 0, 1, 4, 5, 300, 70_000, 10**7, 2**32)


@dataclass(frozen=True)
class Request:
    """What one caller does with the builder."""

    text: bytes
    asset_sha256: bytes
    attachments: tuple[bytes, ...]
    x5chain: tuple[bytes, ...]
    signature: bytes
    token: bytes
    earlier_manifests: bytes
    padding_bytes: int | None


def request(random: Random) -> Request:
    """Give a request: its definition mutated as text, its bytes in what they are and how long."""
    seed = random.choice(list(MODULE_SEEDS.values()))
    digest, chain, signature, token = seed.asset_sha256, seed.x5chain, seed.signature, seed.token
    if random.random() < 0.1:
        chain = random.choice(_CHAINS)
    if random.random() < 0.05:
        digest = mutate_bytes(random, digest)
    if random.random() < 0.2:
        signature, token = bytes(random.choice(_SIGNATURES)), bytes(random.choice(_TOKENS))
    return Request(
        mutated(random, seed.definition, JSON_MUTATIONS),
        digest,
        seed.attachments,
        chain,
        signature,
        token,
        random.choice(_EARLIER),
        random.choice(_PADDINGS),
    )


class _AsWritten(ManifestDefinition):
    """A definition whose JSON no encoder wrote; its label is that text."""

    def to_json(self) -> bytes:
        return self.label.encode("latin-1")


class HostTarget:
    """Shares one builder between all requests, as a process does."""

    def __init__(self) -> None:
        self._builder = ManifestBuilder()

    def run(self, wanted: Request) -> list[str]:
        """Prepare, ask for the time-stamp's payload and assemble; give what each came to.

        Raises:
            AssertionError: An answer is wrong, or a refusal has no name.
            Exception: Something else than `BuildError` came out.
        """
        definition = _definition(wanted)
        try:
            prepared = self._builder.prepare(definition)
        except BuildError as refused:
            check_refusal(refused.name, wanted.text)
            return [refused.name]
        if isinstance(definition, _AsWritten):
            said = Said(
                read_json(wanted.text),
                wanted.asset_sha256,
                wanted.x5chain,
                wanted.attachments,
                wanted.earlier_manifests,
            )
        else:
            said = Said.by(definition)
        signature, token, tbs = wanted.signature, wanted.token, prepared.tbs
        check_tbs(tbs, said)

        def stamp() -> None:
            payload = prepared.time_stamp_payload(signature)
            check_time_stamp_payload(payload, tbs, said, signature)

        def assemble() -> None:
            store = prepared.assemble(signature, token)
            check_store(store, tbs, said, signature, token)
            if wanted.padding_bytes is not None:
                store_bytes = len(store) + wanted.padding_bytes
                padded = prepared.assemble(signature, token, store_bytes)
                check_store(padded, tbs, said, signature, token, store_bytes)

        return ["prepare", _outcome("time_stamp_payload", stamp), _outcome("assemble", assemble)]


def _outcome(name: str, call: Callable[[], None]) -> str:
    try:
        call()
    except BuildError as refused:
        check_refusal(refused.name, b"")
        return refused.name
    return name


def _definition(wanted: Request) -> ManifestDefinition:
    """The definition as an object where the text has its form, else as that text."""
    try:
        fields = json.loads(wanted.text)
        return ManifestDefinition(
            label=fields.pop("label"),
            instance_id=fields.pop("instance_id"),
            algorithm=fields.pop("alg"),
            claim_generator_info=fields.pop("claim_generator_info"),
            assertions=[_assertion(one, wanted) for one in fields.pop("assertions")],
            asset_sha256=wanted.asset_sha256,
            x5chain=wanted.x5chain,
            title=fields.pop("title", None),
            redacted=_only_list(fields.pop("redacted", [])),
            earlier_manifests=wanted.earlier_manifests,
            **_binding(fields.pop("binding", None)),
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        text = wanted.text.decode("latin-1")
        files = [Assertion("", {}, True, "file", one) for one in wanted.attachments]
        return _AsWritten(
            text,
            "",
            "",
            {},
            files,
            wanted.asset_sha256,
            wanted.x5chain,
            earlier_manifests=wanted.earlier_manifests,
        )


def _binding(said: Any) -> dict[str, Any]:
    return {"is_update": True} if exactly(said) == _UPDATE else {"binding": said}


def _only_list(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise TypeError
    return said


def _assertion(said: dict[str, Any], wanted: Request) -> Assertion:
    if "file" in said:
        content = {**said["file"]}
        attachment = wanted.attachments[content.pop("attachment")]
        return Assertion(said["label"], content, said["created"], "file", attachment)
    if "json" in said:
        return Assertion(said["label"], read_json(said["json"].encode()), said["created"], "json")
    return Assertion(said["label"], said["data"], said["created"])
