"""What `make public-files` says of files that were signed as parents."""

from __future__ import annotations

from measure.engines.public_parents import Row, doubt, summary, table, unexpected
from tests.judges.engines import Verdict

TRUSTED = "Trusted"
REFUSED = "INVALID_INGREDIENT: ingredients[0]: damaged | changed"


def row(name: str, sidecar: str, webp: str = "-") -> Row:
    return Row(f"some/folder/{name}", "Invalid", {"sidecar": sidecar, "WebP": webp, "AVIF": "-"})


def said(state: str, *failures: str) -> Verdict:
    return Verdict(state, [*failures], {})


def test_what_an_engine_says_of_the_original_too_is_told_apart() -> None:
    identity, other = "cawg.ica.signature_mismatch", "assertion.required.missing"
    inherited = doubt("c2pa-rs", said("Invalid", identity), said("Invalid", identity, other))
    assert inherited == "c2pa-rs: Invalid, for `cawg.*` of the original"
    new = doubt("c2pa-rs", said("Invalid", identity), said("Trusted"))
    assert new == f"c2pa-rs: Invalid: {identity}"
    unexplained = doubt("c2pa-rs", said("Invalid"), said("Invalid", other))
    rows = [row("a.jpg", inherited), row("b.jpg", new), row("c.jpg", unexplained)]
    assert unexpected(rows) == [
        f"some/folder/b.jpg, sidecar: {new}",
        f"some/folder/c.jpg, sidecar: {unexplained}",
    ]


def test_several_doubts_are_never_expected() -> None:
    both = "c2pa-rs: Invalid: x; encypher-c2pa: Invalid, for `y` of the original"
    assert len(unexpected([row("a.jpg", both)])) == 1


def test_the_table_has_a_row_for_each_reason() -> None:
    rows = [row("a.jpg", REFUSED, REFUSED), row("b.jpg", REFUSED), row("c.jpg", TRUSTED, TRUSTED)]
    rows.append(row("d.jpg", TRUSTED, REFUSED))
    assert unexpected(rows) == []
    names = "some/folder/a.jpg, some/folder/b.jpg, some/folder/d.jpg (WebP)"
    assert table(rows).splitlines()[2:] == [f"| {REFUSED.replace('|', '/')} | {names} |"]
    assert "sidecar: 2 of 4, and 2 refused; WebP: 1 of 3, and 2 refused" in summary(rows)
