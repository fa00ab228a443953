"""A release's notes are its section of the changelog."""

from __future__ import annotations

import pytest

from deployment.release_notes import ReleaseError, release_notes

CHANGELOG = """# Changelog

## [Unreleased]

### Added

- Not yet.

## [0.2.0] - 2026-12-01

### Fixed

- A fault.

## [0.1.0] - 2026-11-01

- The first.
"""


def test_the_notes_are_the_section_of_the_tag() -> None:
    assert release_notes("v0.2.0", CHANGELOG, "0.2.0") == "### Fixed\n\n- A fault.\n"
    assert release_notes("v0.1.0", CHANGELOG, "0.1.0") == "- The first.\n"


@pytest.mark.parametrize(
    ("tag", "version", "reason"),
    [
        ("v0.2.0", "0.1.0", "pyproject.toml has version 0.1.0"),
        ("v0.3.0", "0.3.0", "no section"),
        ("v0x2.0", "0x2.0", "no section"),
    ],
)
def test_a_tag_that_is_not_described_is_no_release(tag: str, version: str, reason: str) -> None:
    with pytest.raises(ReleaseError, match=reason):
        release_notes(tag, CHANGELOG, version)
