"""What is played into every runtime: raw calls, the same in every run."""

from __future__ import annotations

import hashlib
import math
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition

Call = tuple[str, bytes, int]
SIGNATURE_LENGTHS = {
    **{"ES256": 64, "ES384": 96, "ES512": 132},
    **{"PS256": 256, "PS384": 384, "PS512": 512, "EdDSA": 64},
}
_INPUT_CAPACITY = 192 * 1024


@dataclass(frozen=True)
class Recording:
    """Calls into one instance.

    Attributes:
        name: What it shows.
        calls: Export, input, and the length that is told, which a broken host could get wrong.
    """

    name: str
    calls: tuple[Call, ...]


def pattern(name: str, length: int) -> bytes:
    """Bytes without a pattern, the same ones for the same name."""
    return hashlib.shake_256(name.encode()).digest(length)


def call(export: str, *fields: bytes) -> Call:
    content = b"".join(struct.pack("<I", len(field)) + field for field in fields)
    return export, content, len(content)


def prepare(definition: ManifestDefinition) -> Call:
    return call("prepare", definition.to_json(), definition.asset_sha256, *definition.x5chain)


def whole(name: str, definition: ManifestDefinition) -> Recording:
    """A manifest from its definition to its store, without and with a time-stamp."""
    signature = pattern("signature", SIGNATURE_LENGTHS[definition.algorithm])
    return Recording(
        name,
        (
            prepare(definition),
            call("time_stamp_payload", signature),
            call("assemble", signature, b""),
            call("assemble", signature, pattern("token", 5000)),
        ),
    )


CREATED = {"action": "c2pa.created", "when": "2026-01-31T12:00:00Z"}
PLAIN = ManifestDefinition(
    label="urn:c2pa:00000000-0000-4000-8000-000000000000",
    instance_id="xmp:iid:00000000-0000-4000-8000-000000000001",
    algorithm="ES256",
    claim_generator_info={"name": "Edge Signer", "version": "1"},
    assertions=(Assertion("c2pa.actions.v2", {"actions": [CREATED]}, True),),
    asset_sha256=pattern("asset", 32),
    x5chain=(pattern("leaf", 900), pattern("issuing", 700)),
)
BINDINGS: dict[str, dict[str, Any]] = {
    "one range": {"exclusions": [{"start": 20, "length": 2500}]},
    "two ranges": {"exclusions": [{"start": 2**40, "length": 4}, {"start": 2**41, "length": 9}]},
    "boxes": {"bmff": True},
}
INGREDIENTS = (
    Assertion(
        "c2pa.thumbnail.ingredient",
        {"media_type": "image/png"},
        created=False,
        encoding="file",
        attachment=pattern("thumbnail", 9000),
    ),
    Assertion(
        "c2pa.ingredient.v3",
        {
            "relationship": "componentOf",
            "thumbnail": 0,
            "activeManifest": {"url": "self#jumbf=/c2pa/p", "alg": "sha256", "hash": "0a" * 32},
        },
        created=True,
    ),
)
PLACING = (
    Assertion(
        "c2pa.actions.v2",
        {"actions": [{"action": "c2pa.placed", "parameters": {"ingredients": [1]}}]},
        created=True,
    ),
)
NUMBERS = [0, -1, 2**63, 2**64 - 1, -(2**63), 1.5, -0.0, 0.1, 1e-5, 65504.0, 5e-324, 1.7e308]
UNICODE = {"Zoë": '\u0000\u001f"\\é😀', "שלום": "مرحبا", "\U0010ffff": "e\u0301", "": "日本語"}


def said(*contents: Any) -> ManifestDefinition:
    """The plain definition that says more: the first is vouched for, the others are gathered."""
    more = (Assertion("org.example", {"a": one}, not at) for at, one in enumerate(contents))
    return replace(PLAIN, assertions=(*PLAIN.assertions, *more))


def nested(levels: int) -> Any:
    content: Any = {}
    for _ in range(levels):
        content = [content, {"a": levels}]
    return content


def chance(dice: random.Random, depth: int = 0) -> Any:
    """Content by lot; any finite double can come up, because reading and halving them is work."""
    kinds = "nisf" if depth == 4 else "nisfao"
    match dice.choice(kinds):
        case "n":
            return dice.choice([None, True, False])
        case "i":
            return dice.randrange(-(2**63), 2**64) >> dice.randrange(64)
        case "s":
            return "".join(chr(dice.choice([97, 233, 0x65E5, 0x1F600])) for _ in range(depth * 9))
        case "f":
            (number,) = struct.unpack("<d", dice.randbytes(8))
            return number if math.isfinite(number) else 0.5
        case "a":
            return [chance(dice, depth + 1) for _ in range(dice.randrange(5))]
        case _:
            return {str(dice.random()): chance(dice, depth + 1) for _ in range(dice.randrange(5))}


def manifests() -> Iterator[Recording]:
    yield whole("plain", PLAIN)
    for algorithm in SIGNATURE_LENGTHS:
        yield whole(algorithm, replace(PLAIN, algorithm=algorithm))
    for count in (1, 8):
        chain = tuple(pattern(f"certificate {at}", 1200 + at) for at in range(count))
        yield whole(f"{count} certificates", replace(PLAIN, x5chain=chain))
    for name, binding in BINDINGS.items():
        padded = struct.pack("<I", 6000)
        bound = whole(name, replace(PLAIN, title="Zoë", binding=binding))
        yield replace(bound, calls=(*bound.calls, call("assemble", bytes(64), b"", padded)))
    yield whole("ingredients", replace(PLAIN, assertions=(*INGREDIENTS, *PLACING)))
    gone = ("self#jumbf=/c2pa/p/c2pa.assertions/c2pa.metadata",)
    yield whole("an update", replace(PLAIN, is_update=True, redacted=gone))
    yield whole("numbers", said(NUMBERS))
    yield whole("unicode", said(UNICODE, list(UNICODE)))
    yield whole("deep", said(nested(14)))
    yield whole("one label many times", said(*range(63)))
    texts = (Assertion("org.example", one, False, "json") for one in (UNICODE, {"a": NUMBERS}))
    yield whole("JSON texts", replace(PLAIN, assertions=(*PLAIN.assertions, *texts)))
    yield whole("rich", said(NUMBERS, UNICODE, nested(8), {str(at): at / 7 for at in range(300)}))
    for seed in range(60):
        dice = random.Random(seed)
        yield whole(f"by lot, {seed}", said(*(chance(dice) for _ in range(3))))


def refusals() -> Iterator[Recording]:
    digest, leaf = PLAIN.asset_sha256, b"leaf"
    for name, changes in REFUSED_DEFINITIONS.items():
        yield Recording(name, (prepare(replace(PLAIN, **changes)),))
    for text in REFUSED_JSON:
        yield Recording(text, (call("prepare", text.encode(), digest, leaf),))
    empty = replace(PLAIN, assertions=(Assertion("org.example", {}, True),)).to_json()
    for name, fields in CONTENTS_THAT_ARE_NOT_ONE.items():
        told = empty.replace(b',"data":{}', fields)
        yield Recording(name, (call("prepare", told, digest, leaf),))
    yield Recording("no JSON at all", (call("prepare", b"\xff", digest, leaf),))
    yield Recording("no fields", (call("prepare"),))
    yield Recording("half a field", (("prepare", struct.pack("<I", 9) + b"half", 8),))
    yield Recording("longer than the buffer", (("prepare", b"", _INPUT_CAPACITY + 1),))
    yield Recording("assembled first", (call("assemble", bytes(64), b""),))
    short = call("assemble", bytes(64), b"", b"")
    small = call("assemble", bytes(64), b"", struct.pack("<I", 100))
    many = call("assemble", bytes(64), b"", struct.pack("<I", 6000), b"")
    yield Recording(
        "a length that is none, too small, too many", (prepare(PLAIN), short, small, many)
    )
    for length in (0, 63, 65, 132):
        late = (call("time_stamp_payload", bytes(length)), call("assemble", bytes(length), b""))
        yield Recording(f"a signature of {length} bytes", (prepare(PLAIN), *late))
    refused_then_built = (call("prepare", b"{}", digest, leaf), prepare(PLAIN))
    yield Recording("refused, then built", (*refused_then_built, call("assemble", bytes(64), b"")))
    large = said({str(at): "x" * 90 for at in range(900)})
    again_and_again = (call("assemble", bytes(64), b""),) * 40
    yield Recording("until the memory ends", (prepare(large), *again_and_again))


REFUSED_DEFINITIONS: dict[str, dict[str, Any]] = {
    "another label": {"label": "urn:uuid:00000000-0000-4000-8000-000000000000"},
    "another algorithm": {"algorithm": "RS256"},
    "another digest": {"asset_sha256": bytes(20)},
    "no certificate": {"x5chain": ()},
    "nine certificates": {"x5chain": (b"c",) * 9},
    "large certificates": {"x5chain": (pattern("large", 16_384),)},
    "a reference to nothing": {"assertions": (*INGREDIENTS[1:2], *PLACING)},
    "no assertion": {"assertions": ()},
    "129 assertions": {"assertions": (Assertion("org.example", {}, True),) * 129},
    "a hard binding": {"assertions": (Assertion("c2pa.hash.data", {}, True),)},
    "a label with a slash": {"assertions": (Assertion("org/example", {}, True),)},
    "no name": {"claim_generator_info": {"version": "1"}},
    "an empty text": {"instance_id": ""},
    "nothing excluded": {"binding": {"exclusions": []}},
    "ranges that overlap": {
        "binding": {"exclusions": [{"start": 2, "length": 2}, {"start": 3, "length": 2}]}
    },
    "too deep": {"assertions": (Assertion("org.example", {"a": nested(40)}, True),)},
    "too many": {"assertions": (Assertion("org.example", {"a": [0] * 10_000}, True),)},
    "too large": {"assertions": (Assertion("org.example", {"a": 2**64}, True),)},
}
CONTENTS_THAT_ARE_NOT_ONE = {
    "a file that is not there": b',"file":{"media_type":"image/png","attachment":0}',
    "data and a JSON text": b',"data":{},"json":"{}"',
    "neither data nor a JSON text": b"",
    "JSON that is no text": b',"json":{}',
}
REFUSED_JSON = ["", "{", "[]", '{"a":1}', '{"a":1,"a":2}', '{"a":1e999}', '{"a":"\\ud800"}']
RECORDINGS = (*manifests(), *refusals())
