from __future__ import annotations

from typing import Any

import pytest

from deployment.licences import UnknownLicenceError, page


def document(*licences: dict[str, Any]) -> dict[str, Any]:
    components = [{"name": "words", "version": "1.0", "licenses": list(licences)}]
    return {"WordsLayer": {"components": components}}


@pytest.mark.parametrize(
    ("licence", "shown"),
    [
        ({"license": {"id": "MIT"}}, "MIT"),
        ({"license": {"name": "License :: OSI Approved :: BSD License"}}, "BSD License"),
        ({"expression": "Apache-2.0 OR BSD-3-Clause"}, "Apache-2.0 OR BSD-3-Clause"),
    ],
)
def test_an_accepted_licence_is_listed(licence: dict[str, Any], shown: str) -> None:
    assert f"| words | 1.0 | {shown} |\n" in page(document(licence))


@pytest.mark.parametrize("licences", [(), ({"license": {"id": "GPL-3.0-only"}},)])
def test_a_licence_that_nobody_accepted_is_an_error(licences: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(UnknownLicenceError, match="words"):
        page(document(*licences))


def test_one_accepted_licence_does_not_cover_another() -> None:
    with pytest.raises(UnknownLicenceError):
        page(document({"license": {"id": "MIT"}}, {"license": {"id": "AGPL-3.0-only"}}))
