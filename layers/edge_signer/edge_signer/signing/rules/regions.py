"""Regions of interest: the part of an asset that something is about (C2PA 2.2 §18.2).

Stricter where the standard leaves a region without meaning: a range has exactly the field that its
type needs, and a shape what its type needs. c2pa-rs reads neither wall-clock times nor roles, which
are deprecated.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from edge_signer.signing.rules.strict_content import StrictModel
from edge_signer.signing.rules.text_types import Text, refused

_NORMAL_PLAY_TIME = re.compile(r"((([01]?[0-9]|2[0-3]):)?[0-5]?[0-9]:)?[0-5]?[0-9](\.[0-9]{1,9})?")
#: The fields of which a range of each type has one.
_FIELDS = {
    "spatial": ("shape",),
    "temporal": ("time", "frame"),
    "frame": ("frame",),
    "textual": ("text", "frame"),
    "identified": ("item",),
}
_NEEDED = {"rectangle": ("width", "height"), "circle": ("width",), "polygon": ("vertices",)}
# Integers up to here become floats without loss.
_LARGEST = 2**53


def _normal_play_time(text: str) -> str:
    if not _NORMAL_PLAY_TIME.fullmatch(text):
        raise refused("must be a normal play time, such as 12.5 or 1:02:12.5")
    return text


# The standard wants floats, so integers become floats.
Number = Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]
Length = Annotated[float, Field(ge=0, le=_LARGEST)]
# c2pa-rs reads signed 32-bit integers.
Ordinal = Annotated[int, Field(ge=0, lt=2**31)]
NormalPlayTime = Annotated[str, AfterValidator(_normal_play_time)]


class Coordinate(StrictModel, defer_build=True):
    """A point."""

    x: Number
    y: Number


class Shape(StrictModel, defer_build=True):
    """A rectangle, a circle whose diameter is `width`, or a polygon."""

    type: Literal["rectangle", "circle", "polygon"]
    unit: Literal["pixel", "percent"]
    origin: Coordinate
    width: Length | None = None
    height: Length | None = None
    inside: bool | None = None
    vertices: Annotated[list[Coordinate], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_a_shape(self) -> Self:
        for name in _NEEDED[self.type]:
            if getattr(self, name) is None:
                raise refused(f"must have {name}, because it is a {self.type}")
        return self


class Time(StrictModel, defer_build=True):
    """From a start to an end, in normal play time (RFC 2326 §3.6)."""

    # c2pa-rs always writes it, and both signers have to make the same content.
    type: Literal["npt"] = "npt"
    start: NormalPlayTime | None = None
    end: NormalPlayTime | None = None


class Frame(StrictModel, defer_build=True):
    """Frames or pages, counted from 0, both ends included."""

    start: Ordinal | None = None
    end: Ordinal | None = None


class TextSelector(StrictModel, defer_build=True):
    """A fragment of a text, and the characters in it, both ends included."""

    fragment: Text
    start: Ordinal | None = None
    end: Ordinal | None = None


class TextRange(StrictModel, defer_build=True):
    """From one selector to another, or one alone."""

    selector: TextSelector
    end: TextSelector | None = None


class TextRanges(StrictModel, defer_build=True):
    """Ranges of a text, which need not be adjacent."""

    selectors: Annotated[list[TextRange], Field(min_length=1)]


class Item(StrictModel, defer_build=True):
    """A track or item of the file, such as `track_id` 2."""

    identifier: Text
    value: Text


class Range(StrictModel, defer_build=True):
    """One part of a region."""

    type: Literal["spatial", "temporal", "frame", "textual", "identified"]
    shape: Shape | None = None
    time: Time | None = None
    frame: Frame | None = None
    text: TextRanges | None = None
    item: Item | None = None

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        fields = [name for name in type(self).model_fields if name != "type"]
        given = [name for name in fields if getattr(self, name) is not None]
        if len(given) != 1 or given[0] not in _FIELDS[self.type]:
            needed = " or ".join(_FIELDS[self.type])
            raise refused(f"must have {needed} and no other range, because it is {self.type}")
        return self


class RegionOfInterest(StrictModel, defer_build=True):
    """A region, as one or more ranges."""

    region: Annotated[list[Range], Field(min_length=1)]
    name: Text | None = None
    identifier: Text | None = None
    type: Text | None = None
    description: Text | None = None
