"""The real inputs that mutation begins with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from tests.judges.manifest_reader import SIGNATURE_LENGTHS
from tests.media.sample_metadata import METADATA

_LABEL = "urn:c2pa:01234567-89ab-4def-8123-456789abcdef"
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_CREATED = {"action": "c2pa.created", "digitalSourceType": _IPTC + "digitalCapture"}
_HISTORY = {
    "actions": [
        {**_CREATED, "when": "2026-01-31T12:00:00.5+01:00", "softwareAgent": {"name": "Brush"}},
        {
            "action": "c2pa.translated",
            "digitalSourceType": _IPTC + "humanEdits",
            "parameters": {"sourceLanguage": "de", "targetLanguage": "en", "com.example.n": [1.5]},
            "reason": "com.example.reason",
        },
    ],
    "allActionsIncluded": False,
}
_EVERYTHING: dict[str, Any] = {
    **{"": [0, -1, 1.5, 0.1, 1e300, 2**63 - 1, -(2**63), None, True, -0.0], "Zoë": "\0😀\\"},
    **{"a": {"b": {"c": {"d": []}}}, "z" * 24: "x" * 300},
}
_MINING = {"entries": {"cawg.data_mining": {"use": "constrained", "constraint_info": "ask"}}}


@dataclass(frozen=True)
class Seed:
    """An input that is accepted: what `prepare` takes, and what follows it."""

    definition: bytes
    asset_sha256: bytes
    x5chain: tuple[bytes, ...]
    signature: bytes
    token: bytes


def _seed(algorithm: str, x5chain: tuple[bytes, ...], *assertions: Assertion) -> Seed:
    definition = ManifestDefinition(
        label=_LABEL,
        instance_id="xmp:iid:01234567-89ab-4def-8123-456789abcdef",
        algorithm=algorithm,
        claim_generator_info={"name": "Edge Signer", "specVersion": "2.4.0"},
        assertions=assertions,
        asset_sha256=bytes(range(32)),
        x5chain=x5chain,
    )
    signature = b"s" * SIGNATURE_LENGTHS[algorithm][-1]
    return Seed(definition.to_json(), definition.asset_sha256, x5chain, signature, b"t" * 40)


MODULE_SEEDS = {
    "minimal": _seed("ES256", (b"leaf",), Assertion("a", {}, True)),
    "rich": _seed(
        "PS512",
        (b"l" * 700, b"i" * 600),
        Assertion("c2pa.actions.v2", _HISTORY, True),
        Assertion("cawg.training-mining", _MINING, False),
        Assertion("org.example", _EVERYTHING, False),
        Assertion("org.example", {"again": 1}, False),
    ),
    "JSON boxes": _seed(
        "ES384",
        (b"l" * 700, b"i" * 600),
        Assertion("org.example.metadata", _EVERYTHING, True, "json"),
        Assertion("org.example.metadata", {"again": 1}, False, "json"),
        *(Assertion(label, said, False, "json") for label, said in METADATA.items()),
        Assertion("org.example", {"n": 1}, False),
    ),
    "eight certificates": _seed(
        "EdDSA", tuple(b"c" * (300 * n) for n in range(1, 9)), Assertion("a", {"n": 1}, True)
    ),
    "near the limits": _seed(
        "ES512",
        (b"l" * 3000,),
        *(Assertion(f"org.example.{n % 32}", {"t": "x" * 400}, n % 2 == 0) for n in range(63)),
        Assertion("org.example", {"a": [[n] for n in range(780)]}, False),
    ),
}


def _body(**assertions: Any) -> bytes:
    said = {"c2pa.actions.v2": {"actions": [_CREATED]}, **assertions}
    fields = {"asset_sha256": "0" * 64, "policy_id": "newsroom-default-v3", "assertions": said}
    return json.dumps({**fields, "tsa": False}, ensure_ascii=False).encode()


REQUEST_SEEDS = {
    "minimal": _body(),
    "rich": _body(
        **{
            "c2pa.actions.v2": _HISTORY,
            "c2pa.training-minims": _MINING,
            "org.example.x": _EVERYTHING,
        }
    ),
    "metadata": _body(**METADATA),
    "the short forms": _body(
        **{"c2pa.actions.v2": [{"action": "created", "digitalSourceType": _IPTC + "print"}]},
    ),
    "near the limits": _body(
        **{f"com.example.n{n}": {"a": [n] * 40, "t": "x" * 1000} for n in range(31)}
    ),
}
