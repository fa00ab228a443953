"""What a BMFF hash leaves out of a file (C2PA 2.2 §18.6.2)."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import pytest

from edge_signer.verification.findings import FindingLog, Findings
from edge_signer.verification.hard_bindings import bmff_boxes
from edge_signer.verification.hard_bindings.bmff_hash import check_bmff_hash
from edge_signer.verification.hard_bindings.data_hash import Binding
from tests.judges.own_validator import codes, file_of

MATCH, MISMATCH = "assertion.bmffHash.match", "assertion.bmffHash.mismatch"


def box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def header(version: int, flags: int, text: bytes) -> bytes:
    return box(b"tkhd", struct.pack(">I", version << 24 | flags), text)


FTYP = box(b"ftyp", b"isom")
FIRST, SECOND = header(0, 3, b"first"), header(1, 7, b"second")
ITEM = box(b"iloc", bytes(4), b"item")
META = box(b"meta", bytes(4), ITEM)
QUICK_TIME_META = box(b"meta", box(b"hdlr", b"any"), ITEM)
TRAKS = box(b"trak", FIRST), box(b"trak", SECOND)
MDAT = box(b"mdat", b"data")
ROOTS = [FTYP, box(b"moov", *TRAKS), META, QUICK_TIME_META, MDAT]


def findings(exclusions: Any, hashed: bytes, asset: bytes) -> Findings:
    log = FindingLog()
    said = {"exclusions": exclusions, "hash": hashlib.sha256(hashed).digest()}
    check_bmff_hash(Binding(said, "", "sha256", file_of(asset), b""), log)
    return log.findings()


def hashed_without(*left_out: bytes, roots: list[bytes] | None = None) -> bytes:
    """Give what is hashed: each root box behind its place, without some of its bytes."""
    hashed, at = b"", 0
    for root in roots or ROOTS:
        kept = root
        for one in left_out:
            kept = kept.replace(one, b"")
        hashed += (struct.pack(">Q", at) + kept) if root not in left_out else b""
        at += len(root)
    return hashed


@pytest.mark.parametrize(
    ("exclusion", "left_out"),
    [
        ({"xpath": "/ftyp"}, [FTYP]),
        ({"xpath": "/free"}, []),
        ({"xpath": "/moov/trak/tkhd"}, [FIRST, SECOND]),
        ({"xpath": "/moov/trak[2]/tkhd"}, [SECOND]),
        ({"xpath": "/moov/trak[3]"}, []),
        ({"xpath": "/moov[1]/trak[1]"}, [TRAKS[0]]),
        ({"xpath": "/meta/iloc"}, [ITEM]),
        ({"xpath": "/meta[2]"}, [QUICK_TIME_META]),
        ({"xpath": "/moov/trak/tkhd", "length": len(SECOND)}, [SECOND]),
        ({"xpath": "/moov/trak/tkhd", "version": 1}, [SECOND]),
        ({"xpath": "/moov/trak/tkhd", "version": 2}, []),
        ({"xpath": "/moov/trak/tkhd", "flags": b"\0\0\3"}, [FIRST]),
        ({"xpath": "/moov/trak/tkhd", "flags": b"\0\0\3", "exact": True}, [FIRST]),
        ({"xpath": "/moov/trak/tkhd", "flags": b"\0\0\3", "exact": False}, [FIRST, SECOND]),
        ({"xpath": "/moov/trak/tkhd", "flags": b"\0\0\4", "exact": False}, [SECOND]),
        ({"xpath": "/moov/trak/tkhd", "flags": b"\3"}, []),
        ({"xpath": "/ftyp", "version": 0}, []),
        (
            {"xpath": "/moov/trak/tkhd", "data": [{"offset": 12, "value": b"second"}]},
            [SECOND],
        ),
        ({"xpath": "/ftyp", "data": [{"offset": 8, "value": b"iso?"}]}, []),
        ({"xpath": "/ftyp", "data": [{"offset": -1, "value": b""}]}, []),
        ({"xpath": "/mdat", "subset": [{"offset": 8, "length": 0}]}, [b"data"]),
        ({"xpath": "/mdat", "subset": [{"offset": 8, "length": 99}]}, [b"data"]),
        (
            {
                "xpath": "/moov/trak/tkhd",
                "subset": [{"offset": 12, "length": 3}, {"offset": 15, "length": 2}],
                "version": 0,
            },
            [b"first"],
        ),
        ({"xpath": "/mdat", "subset": [{"offset": 100, "length": 4}]}, []),
    ],
    ids=str,
)
def test_an_exclusion_leaves_out_the_boxes_that_meet_it(
    exclusion: dict[str, Any], left_out: list[bytes]
) -> None:
    asset = b"".join(ROOTS)
    found = findings([exclusion], hashed_without(*left_out), asset)
    assert codes(found.success) == {MATCH}
    # Leaving out the whole file would be something else.
    assert codes(findings([exclusion], b"", asset).failure) == {MISMATCH}


@pytest.mark.parametrize(
    "exclusions",
    [
        None,
        [],
        {},
        [1],
        [{"xpath": 1}],
        [{"xpath": "/ftyp", "subset": {}}],
        [{"xpath": "/ftyp", "data": {"offset": 8, "value": b"isom"}}],
        [{"xpath": "/ftyp", "subset": [{"offset": 4, "length": 4}, {"offset": 7, "length": 1}]}],
        [{"xpath": "/ftyp", "subset": [{"offset": -1, "length": 4}]}],
    ],
    ids=str,
)
def test_malformed_exclusions_are_a_failure(exclusions: Any) -> None:
    found = findings(exclusions, b"", b"".join(ROOTS))
    assert codes(found.failure) == {"assertion.bmffHash.malformed"}


@pytest.mark.parametrize("xpath", ["ftyp", "", "/", "/ftyp[0]", "/mo", "/moov//trak", "/moov" * 17])
def test_what_is_no_path_is_a_mismatch(xpath: str) -> None:
    found = findings([{"xpath": xpath}], hashed_without(), b"".join(ROOTS))
    assert codes(found.failure) == {MISMATCH}


def test_a_path_through_a_box_with_more_than_boxes_leads_nowhere() -> None:
    asset = b"".join([FTYP, box(b"abcd", FIRST)])
    found = findings(
        [{"xpath": "/abcd/tkhd"}], hashed_without(roots=[FTYP, box(b"abcd", FIRST)]), asset
    )
    assert codes(found.success) == {MATCH}


def test_lengths_of_boxes_in_all_forms() -> None:
    long = struct.pack(">I4sQ", 1, b"mdat", 20) + b"long"
    to_the_end = struct.pack(">I4s", 0, b"mdat") + b"to the end"
    roots = [FTYP, long, to_the_end]
    found = findings(
        [{"xpath": "/mdat[2]"}], hashed_without(to_the_end, roots=roots), b"".join(roots)
    )
    assert codes(found.success) == {MATCH}


@pytest.mark.parametrize(
    "asset",
    [
        b"",
        b"short",
        struct.pack(">I4s", 4, b"ftyp"),
        struct.pack(">I4s", 100, b"ftyp"),
        struct.pack(">I4sQ", 1, b"ftyp", 1 << 63),
    ],
)
def test_what_has_no_boxes_is_a_mismatch(asset: bytes) -> None:
    assert codes(findings([{"xpath": "/ftyp"}], b"", asset).failure) == {MISMATCH}


def not_checked(exclusions: list[dict[str, Any]], asset: bytes) -> list[str]:
    """Give what was not checked, where nothing else was found."""
    log = FindingLog()
    said = {"exclusions": exclusions, "hash": b""}
    check_bmff_hash(Binding(said, "", "sha256", file_of(asset), b""), log)
    assert log.findings() == Findings()
    return log.not_checked


def test_more_boxes_than_are_read_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    many = box(b"free") * 10_000
    numbered = [{"xpath": f"/free[{number}]"} for number in range(1, 600)]
    subsets = [{"offset": 8, "length": 0}] * 60
    for exclusions in (numbered, [{"xpath": "/free", "subset": subsets}]):
        assert "more boxes than are read" in not_checked(exclusions, FTYP + many)[0]
    monkeypatch.setattr(bmff_boxes, "_MAX_BOXES", 10_000)
    assert "more boxes than are read" in not_checked([{"xpath": "/free"}], FTYP + many)[0]


def test_a_box_of_a_form_that_is_not_known_decides_nothing() -> None:
    asset = FTYP + box(b"abcd", bytes(4))
    assert "abcd" in not_checked([{"xpath": "/abcd", "version": 0}], asset)[0]
