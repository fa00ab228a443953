"""Credentials that an engine could not read inside a new manifest, as fuzzing made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cbor2
import pytest

from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.errors import InvalidIngredientError
from edge_signer.signing.ingredients.ingredient import Ingredient
from tests.authorities.time_stamp_forge import StampForge
from tests.authorities.time_stamp_server import Behaviour, roots_of, time_stamp_server
from tests.conformance.ingredients.chains import opened, recorded, require_trusted, roots
from tests.media.jumbf_tree import LABEL_AT, Node, read_tree
from tests.media.sample_metadata import METADATA
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def twice(label: str) -> Callable[[Node], None]:
    """Repeat the content of a box."""

    def spoil(root: Node) -> None:
        box = root.labelled(label)
        box.inside.append(box.inside[-1])

    return spoil


def moved(label: str, into: str) -> Callable[[Node], None]:
    """Put a copy of a box into another one."""

    def spoil(root: Node) -> None:
        root.labelled(into).inside.append(root.labelled(label))

    return spoil


def between_the_parts(root: Node) -> None:
    """An assertion beside the assertions."""
    root.inside[-1].inside.append(root.labelled("c2pa.hash.data"))


def loose_content(root: Node) -> None:
    """A box between the parts of the manifest."""
    root.inside[-1].inside.append(Node("free", b"0000"))


def changed(label: str, before: bytes, after: bytes) -> Callable[[Node], None]:
    """Change the content of a box."""

    def spoil(root: Node) -> None:
        for one in root.labelled(label).inside[1:]:
            one.content = one.content.replace(before, after)

    return spoil


def of_kind(label: str, kind: bytes) -> Callable[[Node], None]:
    """Change the kind of a box."""

    def spoil(root: Node) -> None:
        description = root.labelled(label).inside[0]
        description.content = kind + description.content[4:]
        assert len(description.content) > LABEL_AT

    return spoil


def toggled(root: Node) -> None:
    """Set a bit of a description that nothing defines."""
    description = root.labelled("c2pa.metadata").inside[0]
    content = bytearray(description.content)
    content[LABEL_AT - 1] |= 0x20
    description.content = bytes(content)


def labelled_anew(before: str, after: bytes) -> Callable[[Node], None]:
    """Change a label."""

    def spoil(root: Node) -> None:
        description = root.labelled(before).inside[0]
        _, _, rest = description.content[LABEL_AT:].partition(b"\0")
        description.content = description.content[:LABEL_AT] + after + b"\0" + rest

    return spoil


SPOILT: dict[str, tuple[Callable[[Node], None], str]] = {
    "a second signature in its box": (twice("c2pa.signature"), "c2pa.signature"),
    "a second claim in its box": (twice("c2pa.claim.v2"), "c2pa.claim.v2"),
    "assertions in the claim": (moved("c2pa.assertions", "c2pa.claim.v2"), "c2pa.claim.v2"),
    "an assertion between the parts": (between_the_parts, "c2pa.hash.data"),
    "padding between the parts": (loose_content, "urn:c2pa:"),
    "a description with an unknown toggle": (toggled, "c2pa.metadata"),
    "a claim under the label of another version": (
        labelled_anew("c2pa.claim.v2", b"c2pa.claim"),
        "c2pa.claim'",
    ),
    "a thumbnail without a type": (
        changed("c2pa.thumbnail.claim", b"jpeg\0", b"jpeg"),
        "c2pa.thumbnail.claim",
    ),
    "a thumbnail of no type": (
        changed("c2pa.thumbnail.claim", b"image/jpeg\0", b"\0"),
        "c2pa.thumbnail.claim",
    ),
    "a thumbnail of a type in no alphabet": (
        changed("c2pa.thumbnail.claim", b"image/jpeg\0", b"image/\xeapeg\0"),
        "c2pa.thumbnail.claim",
    ),
    "metadata without a context": (
        changed("cawg.metadata", b"@context", b"@-ontext"),
        "cawg.metadata",
    ),
    "metadata with a value that JSON has not": (
        changed("cawg.metadata", b"rphotoshop:Headline`", b"qphotoshop:Headlin\xf3"),
        "cawg.metadata",
    ),
    "metadata with a field twice": (
        changed("c2pa.metadata", b'"@context"', b'"@context":{},"@context"'),
        "c2pa.metadata",
    ),
    "metadata of an unknown kind": (of_kind("c2pa.metadata", b"jso\0"), "c2pa.metadata"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_what_an_engine_could_not_read_is_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes, case: str
) -> None:
    spoil, box = SPOILT[case]
    parent = signed_by_c2pa_rs(camera, photograph, thumbnails=True, assertions=METADATA).store
    root = read_tree(parent)
    spoil(root)
    assert root.written() != parent
    with pytest.raises(InvalidIngredientError, match=rf"^ingredients\[0\]: .*damaged .*'{box}"):
        newsroom.sign(photograph, opened(), ingredients=[given(root.written())])


def given(store: bytes) -> Ingredient:
    return Ingredient("parentOf", manifest_store=store)


def test_metadata_that_can_still_be_read_are_recorded_as_changed(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph, assertions=METADATA).store
    root = read_tree(parent)
    changed("cawg.metadata", b"photoshop:Headline", b"photoshop:Headlong")(root)
    assert root.written() != parent
    store = newsroom.sign(photograph, opened(), ingredients=[given(root.written())])
    assert recorded(store)["failure"] == {"assertion.hashedURI.mismatch"}
    require_trusted(photograph, store, roots(newsroom, camera))


@pytest.mark.parametrize(
    ("version", "change"),
    [
        (1, {"dc:format": 1}),
        (1, {"a": 1}),
        (2, {"a": 1}),
        (2, {"claim_generator_info": {"name": "n", 1: 1}}),
        (2, {"claim_generator_info": cbor2.CBORTag(4, {"name": "n"})}),
        (2, {"claim_generator_info": {"name": "n", "version": 1}}),
        (2, {"claim_generator_info": {"name": "n", "icon": 1}}),
    ],
)
def test_a_changed_claim_with_what_no_claim_has_is_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes, version: int, change: dict[str, Any]
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph, claim_version=version).store
    root = read_tree(parent)
    label = "c2pa.claim" if version == 1 else "c2pa.claim.v2"
    content = root.labelled(label).inside[1]
    content.content = cbor2.dumps(cbor2.loads(content.content) | change)
    with pytest.raises(InvalidIngredientError, match=rf"damaged .*'{label}'"):
        newsroom.sign(photograph, opened(), ingredients=[given(root.written())])


def test_a_signature_in_another_form_is_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph).store
    root = read_tree(parent)
    content = root.labelled("c2pa.signature").inside[1]
    protected, unprotected, payload, signature = cbor2.loads(content.content).value
    tagged, odd = cbor2.CBORTag(4, unprotected), {**unprotected, b"pad2": b""}
    for headers, is_read in ((unprotected, True), (tagged, False), (odd, False)):
        broken = [protected, headers, payload, signature[:-1] + bytes([signature[-1] ^ 1])]
        content.content = cbor2.dumps(cbor2.CBORTag(18, broken))
        if is_read:
            store = newsroom.sign(photograph, opened(), ingredients=[given(root.written())])
            assert recorded(store)["failure"] == {"claimSignature.mismatch"}
            require_trusted(photograph, store, roots(newsroom, camera))
            continue
        with pytest.raises(InvalidIngredientError, match=r"damaged .*'c2pa.signature'"):
            newsroom.sign(photograph, opened(), ingredients=[given(root.written())])


def test_a_description_with_a_length_of_64_bits_is_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph, assertions=METADATA).store
    root = read_tree(parent)
    metadata = root.labelled("c2pa.metadata")
    content = metadata.inside[0].content
    long = (1).to_bytes(4) + b"jumd" + (16 + len(content)).to_bytes(8) + content
    metadata.content, metadata.inside = long + metadata.inside[1].written(), []
    with pytest.raises(InvalidIngredientError, match=r"damaged .*'c2pa.metadata'"):
        newsroom.sign(photograph, opened(), ingredients=[given(root.written())])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The extension that says that it is no CA becomes an unknown one, and critical.
        (b"\x06\x03\x55\x1d\x13", b"\x06\x03\x55\x1d\x17"),
        # The algorithm in the certificate is no longer the one beside it.
        (_ECDSA_WITH_SHA256, _ECDSA_WITH_SHA256.replace(b"\x3d\x04", b"\x3d\x84")),
    ],
)
def test_a_damaged_certificate_of_a_time_stamp_is_refused(
    newsroom: Workshop, photograph: bytes, before: bytes, after: bytes
) -> None:
    forge = StampForge()
    with time_stamp_server(Behaviour(forge.reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of(forge.root_pem))
        stamped = Workshop(ca=newsroom.ca, authority=authority).sign(photograph, tsa=True)
    newsroom.sign(photograph, opened(), ingredients=[given(stamped)])
    begin = stamped.index(b"sigTst2")
    place = stamped.index(before, begin)
    spoilt = stamped[:place] + after + stamped[place + len(before) :]
    with pytest.raises(InvalidIngredientError, match="certificate of the time-stamp authority"):
        newsroom.sign(photograph, opened(), ingredients=[given(spoilt)])
