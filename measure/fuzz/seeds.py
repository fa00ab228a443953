"""The real inputs that mutation begins with."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from tests.judges.manifest_words import SIGNATURE_LENGTHS
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
    attachments: tuple[bytes, ...]
    x5chain: tuple[bytes, ...]
    signature: bytes
    token: bytes


def _seed(algorithm: str, x5chain: tuple[bytes, ...], *assertions: Assertion, **more: Any) -> Seed:
    definition = ManifestDefinition(
        label=_LABEL,
        instance_id="xmp:iid:01234567-89ab-4def-8123-456789abcdef",
        algorithm=algorithm,
        claim_generator_info={"name": "Edge Signer", "specVersion": "2.4.0"},
        assertions=assertions,
        asset_sha256=bytes(range(32)),
        x5chain=x5chain,
        **more,
    )
    signature = b"s" * SIGNATURE_LENGTHS[algorithm][-1]
    attachments = tuple(definition.attachments)
    text = definition.to_json()
    return Seed(text, definition.asset_sha256, attachments, x5chain, signature, b"t" * 40)


_PARENT = "self#jumbf=/c2pa/urn:c2pa:89abcdef-0123-4def-8123-456789abcdef"
_PICTURE = b"\x89PNG\r\n\x1a\n" + b"p" * 300
_INGREDIENTS = (
    Assertion("c2pa.thumbnail.ingredient", {"media_type": "image/png"}, False, "file", _PICTURE),
    Assertion(
        "c2pa.ingredient.v3",
        {
            "relationship": "parentOf",
            "thumbnail": 0,
            "activeManifest": {"url": _PARENT, "alg": "sha256", "hash": "0a" * 32},
            "claimSignature": {"url": f"{_PARENT}/c2pa.signature", "hash": "Ff" * 32},
            "validationResults": {"activeManifest": {"success": [], "failure": [{"code": "x"}]}},
        },
        True,
    ),
    Assertion("c2pa.ingredient.v3", {"relationship": "componentOf", "dc:title": "Logo"}, True),
    Assertion(
        "c2pa.actions.v2",
        {
            "actions": [
                {"action": "c2pa.opened", "parameters": {"ingredients": [1]}},
                {"action": "c2pa.placed", "parameters": {"ingredients": [2, 1], "n": 1}},
            ]
        },
        True,
    ),
    Assertion("c2pa.thumbnail.claim", {"media_type": "image/webp"}, False, "file", b"RIFF"),
)


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
    "ingredients": _seed("ES256", (b"l" * 700, b"i" * 600), *_INGREDIENTS, title="Harbour"),
    "an update": _seed(
        "ES256",
        (b"leaf",),
        Assertion("c2pa.ingredient.v3", {"relationship": "parentOf"}, True),
        Assertion(
            "c2pa.actions.v2",
            {"actions": [{"action": "c2pa.opened", "parameters": {"ingredients": [0]}}]},
            True,
        ),
        redacted=[f"{_PARENT}/c2pa.assertions/c2pa.metadata", f"{_PARENT}/c2pa.assertions/x"],
        is_update=True,
    ),
    "a place in a file": _seed(
        "ES256",
        (b"leaf",),
        Assertion("a", {"n": 1}, True),
        binding={"exclusions": [{"start": 4, "length": 8}, {"start": 2**40, "length": 9000}]},
    ),
    "a place in a movie": _seed(
        "ES256", (b"leaf",), Assertion("a", {"n": 1}, True), binding={"bmff": True}
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


def _body(more: dict[str, Any] | None = None, /, **assertions: Any) -> bytes:
    said = {"c2pa.actions.v2": {"actions": [_CREATED]}, **assertions}
    fields = {"asset_sha256": "0" * 64, "policy_id": "newsroom-default-v3", "assertions": said}
    return json.dumps({**fields, "tsa": False, **(more or {})}, ensure_ascii=False).encode()


_SMALL = {"format": "image/png", "content": base64.b64encode(_PICTURE).decode()}
_MADE_FROM = {
    "ingredients": [
        {"relationship": "parentOf", "id": "a", "title": "Harbour", "thumbnail": _SMALL},
        {"relationship": "componentOf", "id": "b", "format": "image/png", "description": "Logo"},
    ],
    "thumbnail": _SMALL,
}
_OPENED_AND_PLACED = [
    {"action": "opened"},
    {"action": "placed", "parameters": {"ingredientIds": ["b"]}},
]


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
    "ingredients": _body(_MADE_FROM, **{"c2pa.actions.v2": _OPENED_AND_PLACED}),
    "near the limits": _body(
        **{f"com.example.n{n}": {"a": [n] * 40, "t": "x" * 1000} for n in range(31)}
    ),
}
