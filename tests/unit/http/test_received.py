"""What a body is declared as: anything that is not read is refused with what to send."""

from __future__ import annotations

import pytest

from edge_signer.http.catalogue import error_headers
from edge_signer.http.errors import UnsupportedMediaTypeError
from edge_signer.http.received import require_media_type

JSON = ("application/json",)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "Application/JSON; charset=UTF-8"},
        {"content-type": 'application/json;charset="utf-8"'},
        {"content-type": "application/json", "content-encoding": "identity"},
        {"content-type": "application/json", "content-encoding": ""},
    ],
)
def test_json_in_utf_8_is_read(headers: dict[str, str]) -> None:
    require_media_type(headers, JSON)


@pytest.mark.parametrize(
    ("headers", "remedy"),
    [
        ({}, "Content-Type: application/json"),
        ({"content-type": "text/plain"}, "Content-Type: application/json"),
        ({"content-type": "application/json; charset=latin-1"}, "UTF-8, not in latin-1"),
        ({"content-type": "application/json; charset='utf-16'"}, "UTF-8, not in utf-16"),
        ({"content-type": "application/json", "content-encoding": "gzip"}, "without"),
        ({"content-type": "application/json", "content-encoding": "identity, br"}, "without"),
    ],
)
def test_anything_else_is_refused_with_what_to_send(headers: dict[str, str], remedy: str) -> None:
    with pytest.raises(UnsupportedMediaTypeError, match=remedy) as refused:
        require_media_type(headers, JSON)
    assert error_headers(refused.value) == {"Accept-Encoding": "identity"}
