"""What is done to inputs: to bytes, to the tokens of a JSON text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

_TOKEN = re.compile(rb'"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+|\s+|.', re.DOTALL)
_LARGEST_SEED = 64 * 1024
_QUOTE = ord('"')
_SCALARS = b'"-0123456789tfn'
_EDGES = [edge + step for edge in (0, 24, 2**8, 2**16, 2**32, 2**63, 2**64) for step in (-1, 0, 1)]
# What readers of JSON and CBOR, and this project's bounds, may stumble at; all of it is JSON.
VALUES = [
    *(str(edge).encode() for edge in (*_EDGES, *(-edge for edge in _EDGES))),
    *(b"-0", b"-0.0", b"1.0", b"0.1", b"1e5", b"65504.0", b"65520.0", b"5e-324", b"1e308"),
    *(b"1e400", b"1e-400", b"2.2250738585072011e-308", b"9" * 400, b"1" * 300 + b".5"),
    *(b"null", b"true", b"false", b"[]", b"{}", b"[[]]", b'{"":{}}', b'{"a":1,"a":2}'),
    *(b'""', b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xc3\xa9"'),
    *(
        b'"' + b"x" * length + b'"'
        for length in (23, 24, 128, 255, 256, 257, 1024, 1025, 8192, 8193)
    ),
    *(b"[" * depth + b"]" * depth for depth in (16, 20, 24, 28, 29, 32, 33, 5000)),
    *(b'{"a":' * depth + b"1.1" + b"}" * depth for depth in (20, 24, 28, 29, 33)),
    *(b"[" + b"0," * count + b"0]" for count in (22, 255, 1400, 9999, 10_100)),
    b"{" + b",".join(b'"%d":[]' % number for number in range(600)) + b"}",
    b"{" + b",".join(b'"%d":0' % (number % 299) for number in range(300)) + b"}",
]
BROKEN = [
    *(b"00", b"+1", b"1.", b".5", b"1e", b"0x1", b"NaN", b"Infinity", b"nul", b"True", b"'a'"),
    *(b'"\\x"', b'"\\u12"', b'"\x00"', b'"\n"', b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"'),
    *(b'"\xf4\x90\x80\x80"', b"\xef\xbb\xbf", b"//", b'"a":1', b"[1,]", b"{,}", b"1 2", b""),
]
WORDS = [
    b'"%s"' % word
    for word in (
        *(b"label", b"instance_id", b"alg", b"claim_generator_info", b"assertions", b"created"),
        *(b"data", b"json", b"name", b"actions", b"action", b"when", b"parameters"),
        *(b"softwareAgent", b"c2pa.metadata", b"cawg.metadata", b"@context", b"dc", b"dc:title"),
        *(b"c2pa.actions", b"c2pa.actions.v2", b"c2pa.created", b"created", b"c2pa.hash.data"),
        b"c2pa.opened",
        *(b"cawg.training-mining", b"c2pa.training-minims", b"entries", b"use", b"cawg.x"),
        *(b"limitations", b"no-generative-ai", b"org.example", b"org.example__1", b"org.x.v1.y"),
        *(b"ES256", b"ES384", b"ES512", b"PS256", b"PS384", b"PS512", b"EdDSA", b"es256"),
        *(b"urn:c2pa:00000000-0000-4000-8000-000000000000", b"2026-01-31T12:00:00Z"),
        *(b"asset_sha256", b"asset_inline", b"policy_id", b"tenant_id", b"tsa", b"title"),
        *(b"binding", b"exclusions", b"bmff", b"update", b"start", b"length", b"redacted"),
        *(b"attachments", b"file", b"attachment", b"media_type", b"hash", b"url", b"thumbnail"),
        *(b"ingredients", b"ingredientIds", b"activeManifest", b"claimSignature"),
        *(b"c2pa.ingredient.v3", b"relationship", b"parentOf", b"componentOf", b"inputTo"),
        b"http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    )
]
LABELS = [
    b'"c2pa.hash.data"',
    b'"c2pa.hash.x"',
    b'"org.example__1"',
    b'"org/x"',
    b'"net.example.x"',
]
_TWISTS = [b'__1"', b'/x"', b'.v1"', b'.metadata"', b'\\n"', b'\xc3\xa9"', b"x" * 256 + b'"']
_BYTES = [b"\0", b"\xff", b"\x80", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\n", b"e"]
Mutation = Callable[[Random, bytes], bytes]


def _span(random: Random, length: int) -> tuple[int, int]:
    start = random.randrange(length + 1)
    return start, min(length, start + random.choice((1, 1, 2, 4, 16, 256)))


def mutate_bytes(random: Random, content: bytes) -> bytes:
    """Change, insert, remove or repeat bytes, with no regard to what they mean."""
    start, end = _span(random, len(content))
    taken = content[start:end]
    flipped = bytes(byte ^ 1 << random.randrange(8) for byte in taken[:1]) + taken[1:]
    replacement = random.choice(
        (flipped, random.randbytes(len(taken)), random.choice(_BYTES), b"", taken * 2, taken * 9)
    )
    return content[:start] + replacement + content[end:]


def truncate(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content) + 1)]


@dataclass(frozen=True)
class _Parts:
    """A JSON text in tokens, and where those stand that are exchanged for others."""

    tokens: tuple[bytes, ...]
    texts: list[int]
    values: list[int]
    brackets: list[tuple[int, int]]


def _parts(text: bytes) -> _Parts:
    tokens = tuple(_TOKEN.findall(text))
    parts = _Parts(tokens, [], [], [])
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token[0] == _QUOTE:
            parts.texts.append(place)
        if token[0] in _SCALARS and tokens[place + 1 : place + 2] != (b":",):
            parts.values.append(place)
        elif token in {b"{", b"["}:
            opened.append(place)
        elif token in {b"}", b"]"} and opened:
            parts.brackets.append((opened.pop(), place + 1))
    return parts


# The seeds come again and again; what became of them does not, and may be large.
_parts_of_seed = lru_cache(maxsize=16)(_parts)


def mutate_tokens(random: Random, text: bytes) -> bytes:
    """Replace tokens of JSON, or all that a bracket holds; most of the results are JSON still."""
    parts = _parts_of_seed(text) if len(text) < _LARGEST_SEED else _parts(text)
    tokens = list(parts.tokens)
    change = random.randrange(20)
    if change < 8 and parts.values:
        tokens[random.choice(parts.values)] = random.choice(VALUES)
    elif change < 13 and parts.texts:
        # Also a key: a known one, one of the text's own a second time, or its own prolonged.
        place = random.choice(parts.texts)
        twisted = tokens[place][:-1] + random.choice(_TWISTS)
        other = tokens[random.choice(parts.texts)]
        known = random.choice((random.choice(WORDS), random.choice(LABELS)))
        tokens[place] = random.choice((known, other, twisted))
    elif change < 18 and parts.brackets:
        start, end = random.choice(parts.brackets)
        tokens[start:end] = _instead(random, tokens[start:end])
    elif tokens:
        place = random.randrange(len(tokens))
        tokens[place : place + random.randrange(2)] = random.choice(([], [random.choice(BROKEN)]))
    return b"".join(tokens)


def _instead(random: Random, bracket: Sequence[bytes]) -> Sequence[bytes]:
    """Give something for a whole bracket: another value, itself deeper, itself several times."""
    change = random.randrange(4)
    if change == 0:
        return [random.choice(VALUES)]
    if change == 1:
        return [bracket[0], bracket[-1]]
    if change == 2:
        depth = random.choice((1, 2, 12, 20, 30))
        return [b"[" * depth, *bracket, b"]" * depth]
    # Of a long one 129 would be far beyond what is read at all.
    times = random.choice((2, 2, 3, 9, 65, 127, 128, 129) if len(bracket) < 2000 else (2, 3))
    return [*([*bracket, b","] * (times - 1)), *bracket]


def mutated(random: Random, content: bytes, mutations: Sequence[Mutation]) -> bytes:
    """Apply one mutation, sometimes several."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        content = random.choice(mutations)(random, content)
    return content


JSON_MUTATIONS: tuple[Mutation, ...] = (*[mutate_tokens] * 7, mutate_bytes)
BYTE_MUTATIONS: tuple[Mutation, ...] = (mutate_bytes, mutate_bytes, truncate)
