"""Strategies for everything that the builder accepts."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from tests.judges.manifest_words import COSE_IDENTIFIERS

MAX_UNSIGNED = 2**64 - 1
# Where a head, or a float, becomes longer.
_EDGES = [edge + step for edge in (0, 24, 2**8, 2**16, 2**32, 2**63) for step in (-1, 0, 1)]
INTEGERS = st.integers(-MAX_UNSIGNED, MAX_UNSIGNED) | st.sampled_from(
    [*_EDGES, *(-edge for edge in _EDGES), MAX_UNSIGNED, -MAX_UNSIGNED]
)
FLOATS = st.one_of(
    # Without a fraction, and floats still.
    st.integers(-300, 300).map(float),
    st.sampled_from([-0.0, 65504.0, 65520.0, 2.0**-24, 2.0**-25, 2.0**-149, 2.0**-150, 5e-324]),
    st.floats(width=16, allow_nan=False, allow_infinity=False),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.floats(width=64, allow_nan=False, allow_infinity=False),
)
TEXTS = st.text(max_size=8) | st.sampled_from(["", "\0", '"\\', "é" * 12, "😀" * 64, "x" * 256])
JSON = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=12,
)
# Of an actions assertion the builder reads the dates, so that all it could meet on the way matters.
_ACTION = st.fixed_dictionaries({}, optional={"when": TEXTS | JSON, "when ": TEXTS})
CONTENTS = st.one_of(
    st.dictionaries(TEXTS, JSON, max_size=5),
    st.dictionaries(st.text(max_size=3), st.none(), min_size=23, max_size=30),
    st.fixed_dictionaries({"actions": st.lists(_ACTION | JSON, max_size=4) | JSON}),
)
# CBOR more often: the module makes it, while a JSON text it only copies.
ENCODINGS = st.sampled_from(["cbor", "cbor", "json"])
SHORT_TEXTS = st.text(min_size=1, max_size=64) | st.just("é" * 128)
_LETTERS = "abcABC019.-"
# Without what would read as the number of a repeated label, and without hard bindings.
LABELS = st.one_of(
    st.sampled_from(["c2pa.actions.v2", "c2pa.actions", "a", "a_", "_a", "x" * 256]),
    st.from_regex(rf"[{_LETTERS}](_?[{_LETTERS}]){{0,30}}_?", fullmatch=True),
)


def lengths_around(*edges: int) -> st.SearchStrategy[int]:
    """Lengths of at least one byte, most of them where something changes."""
    return st.sampled_from([edge + step for edge in edges for step in (-1, 0, 1)])


def filled(lengths: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    """Bytes of these lengths; the builder looks at none of them."""
    return st.builds(lambda fill, length: fill * length, st.binary(min_size=1, max_size=1), lengths)


CERTIFICATES = st.lists(
    filled(lengths_around(2, 24, 256, 700, 1100)), min_size=1, max_size=8
) | filled(lengths_around(8 * 1024)).map(lambda one: [one])
TOKENS = st.just(b"") | filled(lengths_around(2, 24, 256, 4000, 15 * 1024))


FILES = filled(lengths_around(2, 256, 30_000))
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
HASHED_URIS = st.builds(
    lambda more, digest: {**more, "hash": digest},
    st.dictionaries(TEXTS, JSON, max_size=2),
    DIGESTS | DIGESTS.map(str.upper),
)
BINDINGS = st.one_of(
    st.none(),
    st.just({"bmff": True}),
    st.lists(st.integers(1, MAX_UNSIGNED // 4), min_size=4, max_size=4).map(
        lambda steps: {
            "exclusions": [
                {"start": steps[0], "length": steps[1]},
                {"start": sum(steps[:3]), "length": steps[3]},
            ][: 1 + steps[0] % 2]
        }
    ),
)
REDACTED = st.lists(SHORT_TEXTS.map(lambda text: f"self#jumbf=/c2pa/{text}"), max_size=3)
EARLIER = st.just(b"") | filled(lengths_around(8, 100_000))


@st.composite
def _files(draw: st.DrawFn, _: int) -> Assertion:
    label = draw(st.sampled_from(["c2pa.thumbnail.claim", "c2pa.thumbnail.ingredient", "a"]))
    content = {"media_type": draw(st.sampled_from(["image/png", "é" * 128]) | SHORT_TEXTS)}
    return Assertion(label, content, draw(st.booleans()), "file", draw(FILES))


@st.composite
def _ingredients(draw: st.DrawFn, earlier: int) -> Assertion:
    content = draw(st.dictionaries(TEXTS, JSON, max_size=2))
    content |= draw(
        st.fixed_dictionaries(
            {}, optional={"activeManifest": HASHED_URIS, "claimSignature": HASHED_URIS}
        )
    )
    if earlier and draw(st.booleans()):
        content["thumbnail"] = draw(st.integers(0, earlier - 1))
    return Assertion("c2pa.ingredient.v3", content, draw(st.booleans()))


@st.composite
def _actions_with_ingredients(draw: st.DrawFn, earlier: int) -> Assertion:
    numbers = st.lists(st.integers(0, earlier - 1), max_size=4) if earlier else st.just([])
    parameters = st.builds(
        lambda more, named: {**more, "ingredients": named}, st.dictionaries(TEXTS, JSON), numbers
    )
    action = st.fixed_dictionaries({"parameters": parameters}, optional={"when": TEXTS})
    return Assertion("c2pa.actions.v2", {"actions": draw(st.lists(action | _ACTION))}, True)


@st.composite
def definitions(draw: st.DrawFn) -> ManifestDefinition:
    """A definition that is within every bound."""
    labels = draw(st.lists(LABELS, min_size=1, max_size=3))
    plain = st.builds(Assertion, st.sampled_from(labels), CONTENTS, st.booleans(), ENCODINGS)
    assertions: list[Assertion] = [draw(plain)]
    for kind in draw(
        st.lists(st.sampled_from(["plain", "file", "ingredient", "actions"]), max_size=4)
    ):
        earlier = len(assertions)
        made = {
            "plain": plain,
            "file": _files(earlier),
            "ingredient": _ingredients(earlier),
            "actions": _actions_with_ingredients(earlier),
        }
        assertions.append(draw(made[kind]))
    name = draw(SHORT_TEXTS)
    more: dict[str, Any] = draw(st.dictionaries(TEXTS, JSON, max_size=2))
    is_update = draw(st.booleans())
    return ManifestDefinition(
        label=f"urn:c2pa:{draw(st.uuids(version=4))}",
        instance_id=draw(SHORT_TEXTS),
        algorithm=draw(st.sampled_from(sorted(COSE_IDENTIFIERS))),
        claim_generator_info={**more, "name": name},
        assertions=assertions,
        asset_sha256=draw(st.binary(min_size=32, max_size=32)),
        x5chain=draw(CERTIFICATES),
        title=draw(st.none() | SHORT_TEXTS),
        binding=None if is_update else draw(BINDINGS),
        redacted=draw(REDACTED),
        earlier_manifests=draw(EARLIER),
        is_update=is_update,
    )
