"""Metadata: what the standard allows goes in as it was said, and all else is refused by path."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.metadata import is_metadata, metadata_assertion
from edge_signer.signing.rules.metadata_properties import PROPERTIES, SCHEMAS
from edge_signer.signing.rules.strict_content import MAX_PATH_CHARACTERS
from tests.media.sample_metadata import METADATA, context

C2PA, CAWG, OWN = METADATA
DC = context("dc")
FORMAT = {"dc:format": "image/jpeg"}


def accepted(label: str, said: Any) -> dict[str, Any]:
    return metadata_assertion(label, said, f"assertions.{label}")


@pytest.mark.parametrize("label", METADATA)
def test_what_is_accepted_is_kept_as_it_was_said(label: str) -> None:
    assert accepted(label, METADATA[label]) == METADATA[label]


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_every_property_of_the_annex_is_accepted(name: str) -> None:
    assert accepted(C2PA, {"@context": context(name.partition(":")[0]), name: 1})


def test_the_annex_is_whole() -> None:
    assert len(PROPERTIES) == 294
    assert {name.partition(":")[0] for name in PROPERTIES} == SCHEMAS.keys()


ANYTHING: dict[str, dict[str, Any]] = {
    "a property of a known schema": {"@context": DC, "dc:rights": "x"},
    "a known prefix for something else": {"@context": {"dc": "urn:x"}, "dc:a": 1},
    "letters of any script": {"@context": {"é": "https://example.com/é#"}, "é:日本_1.b-c": None},
    "keywords and languages": {"@context": DC, "dc:a": {"@list": [1], "en-GB": "x", "": 2}},
}


@pytest.mark.parametrize("case", ANYTHING)
def test_only_the_standards_own_assertion_is_bound_to_its_list(case: str) -> None:
    said = ANYTHING[case]
    assert accepted(CAWG, said) == accepted(OWN, said) == said


FAULTS: dict[str, tuple[Any, str]] = {
    "a list": ([], " must be an object"),
    "a text": ("{}", " must be an object"),
    "no context": (FORMAT, ".@context is required"),
    "a null context": ({"@context": None, **FORMAT}, ".@context is required"),
    "a context elsewhere": (
        {"@context": "https://example.com/", **FORMAT},
        ".@context must be an object of prefixes and namespaces",
    ),
    "contexts": ({"@context": [DC], **FORMAT}, ".@context must be an object of prefixes"),
    "an empty context": ({"@context": {}, **FORMAT}, ".@context must not be empty"),
    "an empty prefix": ({"@context": {"": "urn:x"}, **FORMAT}, ".@context. is not a prefix"),
    "a keyword in the context": (
        {"@context": {**DC, "@vocab": "urn:x"}, **FORMAT},
        ".@context.@vocab is not a prefix, such as dc",
    ),
    "a prefix of blank nodes": (
        {"@context": {"_": "urn:x"}, **FORMAT},
        ".@context._ is not a prefix",
    ),
    "a prefix with a colon": ({"@context": {"a:b": "urn:x"}, **FORMAT}, ".@context.a:b is no"),
    "a prefix and more": ({"@context": {"dc\n": "urn:x"}, **FORMAT}, ".@context.dc\n is no"),
    "a prefix that is no text": (
        {"@context": {1: "urn:x"}, **FORMAT},
        ".@context.1 is not a prefix",
    ),
    "a definition of a term": (
        {"@context": {"dc": {"@id": SCHEMAS["dc"]}}, **FORMAT},
        ".@context.dc must be a namespace, such as http://purl.org/dc/elements/1.1/",
    ),
    "a relative namespace": ({"@context": {"dc": "elements/"}, **FORMAT}, ".@context.dc must be a"),
    "a namespace with a space": ({"@context": {"dc": "urn:x y"}, **FORMAT}, ".@context.dc must be"),
    "an empty namespace": ({"@context": {"dc": ""}, **FORMAT}, ".@context.dc must be a namespace"),
    "nothing but a context": ({"@context": DC}, " must have a property besides @context"),
    "a name without a prefix": (
        {"@context": DC, "format": "x"},
        ".format must be named prefix:Name, such as dc:format",
    ),
    "a keyword": ({"@context": DC, **FORMAT, "@id": "urn:x"}, ".@id must be named prefix:Name"),
    "a name that is empty": ({"@context": DC, "dc:": "x"}, ".dc: must be named prefix:Name"),
    "a name with two colons": ({"@context": DC, "dc:a:b": "x"}, ".dc:a:b must be named prefix:"),
    "a name with a space": ({"@context": DC, "dc:a b": "x"}, ".dc:a b must be named prefix:Name"),
    "a name that is no text": ({"@context": DC, 1: "x"}, ".1 must be named prefix:Name"),
    "a prefix that is not declared": (
        {"@context": DC, "tiff:Make": "x"},
        ".tiff:Make has a prefix that @context does not declare",
    ),
    "a context in a value": (
        {"@context": DC, "dc:date": [{"@context": {"dc": "urn:x"}}]},
        ".dc:date[0].@context must not occur inside a value",
    ),
    "an undeclared prefix in a value": (
        {"@context": DC, "dc:date": {"@list": [1, {"tiff:Make": 1}]}},
        ".dc:date.@list[1].tiff:Make has a prefix that @context does not declare",
    ),
    "an odd name in a value": (
        {"@context": DC, "dc:date": {"dc:": 1}},
        ".dc:date.dc: must be named prefix:Name",
    ),
    "a number for a name in a value": (
        {"@context": DC, "dc:date": {1: 1}},
        ".dc:date.1 must have a text as its name",
    ),
}
FAULTS_OF_THE_STANDARDS_OWN: dict[str, tuple[Any, str]] = {
    "a schema that is not the standard's": (
        {"@context": {**DC, "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"}, **FORMAT},
        ".@context.stEvt is not a schema that c2pa.metadata may have; cawg.metadata may have any",
    ),
    "a schema under another prefix": (
        {"@context": {"d": SCHEMAS["dc"]}, "d:format": "x"},
        ".@context.d is not a schema that c2pa.metadata may have",
    ),
    "another namespace": (
        {"@context": {"exifEX": "http://cipa.jp/exif/2.32/"}, "exifEX:LensMake": "x"},
        ".@context.exifEX must be http://cipa.jp/exif/1.0/",
    ),
    "a property that is not listed": (
        {"@context": DC, "dc:colour": "red"},
        ".dc:colour is not a property that c2pa.metadata may have; cawg.metadata may have any",
    ),
    "a listed property in another case": (
        {"@context": DC, "dc:Format": "x"},
        ".dc:Format is not a property that c2pa.metadata may have",
    ),
}


@pytest.mark.parametrize("label", METADATA)
@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named_by_its_path(case: str, label: str) -> None:
    said, message = FAULTS[case]
    with pytest.raises(InvalidAssertionError) as fault:
        accepted(label, said)
    assert fault.value.message.startswith(f"assertions.{label}{message}")


@pytest.mark.parametrize("case", FAULTS_OF_THE_STANDARDS_OWN)
def test_a_fault_of_the_standards_own_assertion_is_none_of_others(case: str) -> None:
    said, message = FAULTS_OF_THE_STANDARDS_OWN[case]
    with pytest.raises(InvalidAssertionError) as fault:
        accepted(C2PA, said)
    assert fault.value.message.startswith(f"assertions.{C2PA}{message}")
    assert accepted(CAWG, said) == accepted(OWN, said) == said


def test_the_path_of_a_fault_is_not_longer_than_a_line() -> None:
    long = {"@context": DC, "dc:date": {"x" * 8000: [{"y" * 8000: {"z:z": 1}}]}}
    for said in (long, {"@context": DC, "dc:" + "x" * 8000 + " ": 1}):
        with pytest.raises(InvalidAssertionError) as fault:
            accepted(CAWG, said)
        assert len(fault.value.message) < MAX_PATH_CHARACTERS + 100


def test_metadata_are_known_by_the_end_of_their_label() -> None:
    assert all(is_metadata(label) for label in METADATA)
    assert not is_metadata("com.example.metadata.x")
    assert not is_metadata("com.example-metadata")
