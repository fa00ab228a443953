"""An engine that cannot be had is passed over aloud; one that says anything else is not."""

from __future__ import annotations

import sys

import pytest

from tests.borrowed import Missing
from tests.older_engine.__main__ import main

ENGINE = """
import json, sys
print(json.dumps({"version": "0"}))
for line in sys.stdin:
    print(json.dumps({"state": %r, "failures": %r}))
"""


@pytest.mark.parametrize(
    ("state", "failures"), [("Trusted", []), ("Invalid", ["claim.missing"]), ("Trusted", ["odd"])]
)
def test_an_engine_that_says_the_same_of_all_disagrees(state: str, failures: list[str]) -> None:
    assert main(lambda: [sys.executable, "-c", ENGINE % (state, failures)])


def test_an_engine_that_cannot_be_had_is_passed_over_aloud(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def find() -> list[str]:
        raise Missing("no node here")

    assert not main(find)
    assert capsys.readouterr().out == "skipped: no node here\n"
