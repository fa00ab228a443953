"""Forms that one engine reads and another refuses: no manifest is made that contains them."""

from __future__ import annotations

import struct
from collections.abc import Callable

import cbor2
import pytest

from edge_signer.signing.errors import InvalidIngredientError
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.verification.store_reader import Box, read_store
from tests.conformance.ingredients.chains import opened, require_trusted, roots
from tests.media.made_stores import UUID_TAIL, box, superbox
from tests.signers import forgery
from tests.signers.software_signer import Workshop

Reshaping = Callable[[bytes], bytes]
FREE = box(b"free", bytes(8))


def signed_with(newsroom: Workshop, photograph: bytes, parent: bytes) -> bytes:
    return newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )


def with_private(private: bytes, toggles: int) -> Reshaping:
    def described(inside: bytes) -> bytes:
        end = int.from_bytes(inside[:4])
        description = inside[8:24] + bytes([toggles]) + inside[25:end] + private
        return box(b"jumb", box(b"jumd", description) + inside[end:])

    return described


def with_long_header(inside: bytes) -> bytes:
    end = int.from_bytes(inside[:4])
    return box(b"jumb", struct.pack(">I4sQ", 1, b"jumd", 8 + end) + inside[8:end] + inside[end:])


RESHAPED: dict[str, Reshaping] = {
    "a length of eight bytes": lambda inside: (
        struct.pack(">I4sQ", 1, b"jumb", 16 + len(inside)) + inside
    ),
    "a description's length of eight bytes": with_long_header,
    "a free box": lambda inside: box(b"jumb", inside + FREE),
    "a box of another kind": lambda inside: box(b"jumb", inside + box(b"xyzw", b"")),
    "another superbox": lambda inside: box(
        b"jumb", inside + superbox(b"cbor", "other", box(b"cbor", b"\xa0"))
    ),
    "an identifier": with_private(bytes(4), 0x07),
    "a salt": with_private(box(b"c2sh", bytes(16)), 0x13),
    "something private": with_private(box(b"priv", bytes(16)), 0x13),
}


def reshaped(one: Box, kind: str, how: Reshaping) -> bytes:
    """Write a store again, its boxes of a kind in another way."""
    inside = b"".join(
        [
            one.description,
            *(box(name.encode(), bytes(content)) for name, content in one.contents),
            *(reshaped(child, kind, how) for child in one.children),
        ]
    )
    return how(inside) if one.kind == kind else box(b"jumb", inside)


@pytest.mark.parametrize("kind", ["c2ma", "c2as", "c2cl", "c2cs"])
@pytest.mark.parametrize("how", RESHAPED)
def test_boxes_that_no_signature_covers_have_their_usual_form(
    newsroom: Workshop, photograph: bytes, kind: str, how: str
) -> None:
    store = read_store(newsroom.sign(photograph)).box
    assert store
    parent = reshaped(store, kind, RESHAPED[how])
    assert read_store(parent).box
    if (kind, how) == ("c2ma", "a length of eight bytes"):
        # The header of a whole manifest is written anew.
        store_with_it = signed_with(newsroom, photograph, parent)
        require_trusted(photograph, store_with_it, roots(newsroom))
        return
    with pytest.raises(InvalidIngredientError, match=r"^ingredients\[0\]: .*damaged"):
        signed_with(newsroom, photograph, parent)


def cbor(content: bytes, *more: bytes, toggles: int = 3, private: bytes = b"") -> bytes:
    description = b"cbor" + UUID_TAIL + bytes([toggles]) + b"org.x\0" + private
    return box(b"jumb", box(b"jumd", description) + box(b"cbor", content) + b"".join(more))


def in_json(content: bytes) -> bytes:
    return superbox(b"json", "org.x", box(b"json", content))


EMBEDDED_FILE = bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369")


def file(description: bytes) -> bytes:
    inside = box(b"jumd", EMBEDDED_FILE + b"\x03org.x\0") + box(b"bfdb", description)
    return box(b"jumb", inside + box(b"bidb", b"pixels"))


ODD = {
    "a free box after the content": cbor(b"\xa0", FREE),
    "two contents": cbor(b"\xa0", box(b"cbor", b"\xa0")),
    "an identifier": cbor(b"\xa0", toggles=7, private=bytes(4)),
    "something private": cbor(b"\xa0", toggles=0x13, private=box(b"priv", b"")),
    "a simple value": cbor(b"\xa1\x61a\xf8\xff"),
    "a map as a key": cbor(b"\xa1\xa0\x01"),
    "an unknown kind": superbox(b"abcd", "org.x", box(b"abcd", b"")),
    "a number out of range": in_json(b'{"a": 1e999}'),
    "a long number": in_json(b"9" * 400),
    "no number": in_json(b'{"a": NaN}'),
    "half a pair": in_json(rb'{"a": "\ud800"}'),
    "a byte order mark": in_json(b"\xef\xbb\xbf{}"),
    "another encoding": in_json("{}".encode("utf-16")),
    "many levels": in_json(b"[" * 140 + b"]" * 140),
    "a file without a zero": file(b"\0image/png"),
    "a file with a name": file(b"\1image/png\0name\0"),
    "a file without a type": file(b""),
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_assertions_have_a_form_that_all_engines_read(
    newsroom: Workshop, photograph: bytes, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However well they are signed."""
    as_it_is = {"org.x": content}
    monkeypatch.setattr(forgery, "_box", lambda label, _: as_it_is[label])
    parent = forgery.forged(newsroom.sign(photograph), newsroom.signer, assertions=as_it_is)
    with pytest.raises(InvalidIngredientError, match=r"damaged.*'org.x'"):
        signed_with(newsroom, photograph, parent)


@pytest.mark.parametrize(
    "label", ["", "org.x__0", "org.x__01", "org x", "org.\u00e9", "c2pa.ingredient.v4"]
)
def test_labels_are_those_that_all_engines_read(
    newsroom: Workshop, photograph: bytes, label: str
) -> None:
    said = {"relationship": "inputTo"}
    parent = forgery.forged(newsroom.sign(photograph), newsroom.signer, assertions={label: said})
    with pytest.raises(InvalidIngredientError, match="damaged"):
        signed_with(newsroom, photograph, parent)


@pytest.mark.parametrize(
    ("field", "content"),
    [("when", 5), ("parameters", [1]), ("reason", 5), ("softwareAgent", 5), ("changes", 5)],
)
def test_actions_have_the_types_of_the_standard(
    newsroom: Workshop, photograph: bytes, field: str, content: object
) -> None:
    first = newsroom.sign(photograph)
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    actions = {"actions": [created, {"action": "c2pa.edited", field: content}]}
    parent = forgery.forged(first, newsroom.signer, assertions={"c2pa.actions.v2": actions})
    with pytest.raises(InvalidIngredientError, match=r"damaged.*'c2pa.actions.v2'"):
        signed_with(newsroom, photograph, parent)


def test_usual_forms_are_accepted_and_trusted(
    newsroom: Workshop, photograph: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A salted label, undefined in CBOR, JSON, a file, and two of a label."""
    usual = {
        "org.a": cbor(b"\xa1\x61a\xf7").replace(b"org.x", b"org.a"),
        "org.x": cbor(cbor2.dumps({}), toggles=0x13, private=box(b"c2sh", bytes(16))),
        "org.x__1": superbox(b"json", "org.x__1", box(b"json", b' {"a": [1.5, "\\ud83d\\ude00"]}')),
        "org.b": file(b"\0image/png\0").replace(b"org.x", b"org.b"),
    }
    monkeypatch.setattr(forgery, "_box", lambda label, _: usual[label])
    parent = forgery.forged(newsroom.sign(photograph), newsroom.signer, assertions=usual)
    store = signed_with(newsroom, photograph, parent)
    require_trusted(photograph, store, roots(newsroom))
