"""What became of a manifest, as an engine that other people wrote sees it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.judges.engines import Verdict, c2pa_rs, encypher

KEPT, BROKEN, GONE = "kept", "broken", "gone"
FATES = (KEPT, BROKEN, GONE)
# What c2pa-rs says of a file in which it finds no store, and encypher-c2pa's state of it.
_NOTHING_FOUND = "ManifestNotFound"
_NO_STATE = "None"


@dataclass(frozen=True)
class Judgement:
    """What became of one manifest.

    Attributes:
        fate: One of `FATES`, after c2pa-rs.
        other: What encypher-c2pa says, where that differs; otherwise empty.
    """

    fate: str
    other: str = ""


def fate(verdict: Verdict) -> str:
    """Tell from a verdict whether a manifest was kept, broken or is gone."""
    if verdict.trusted:
        return KEPT
    is_absent = verdict.state == _NO_STATE or any(
        one.startswith(_NOTHING_FOUND) for one in verdict.failures
    )
    return GONE if is_absent else BROKEN


def judge(asset: bytes, media_type: str, anchors_pem: str) -> Judgement:
    """Judge what is embedded in a file.

    Args:
        asset: The file, after some program has written it.
        media_type: What the file is now.
        anchors_pem: The roots to trust.
    """
    found, other = (
        fate(engine(asset, media_type, None, anchors_pem)) for engine in (c2pa_rs, encypher)
    )
    return Judgement(found, "" if other == found else other)
