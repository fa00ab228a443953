from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from emulator.gateway.event import Arrival, MalformedAnswerError, event_of, response_of
from emulator.http.message import Request


def arrival(**request: Any) -> Arrival:
    request = {"method": "POST", "target": "/edge-sign", **request}
    return Arrival(Request(**request), "POST /edge-sign", {}, "api", "request-id", "Root=1-2-3")


def test_an_event_has_the_fields_of_payload_format_2() -> None:
    event = event_of(
        arrival(headers=(("host", "api.example.com"), ("user-agent", "test/1")), peer="192.0.2.7")
    )

    context = event.pop("requestContext")
    assert event == {
        "version": "2.0",
        "routeKey": "POST /edge-sign",
        "rawPath": "/edge-sign",
        "rawQueryString": "",
        "headers": {
            "host": "api.example.com",
            "user-agent": "test/1",
            "x-amzn-trace-id": "Root=1-2-3",
            "x-forwarded-for": "192.0.2.7",
            "x-forwarded-port": "80",
            "x-forwarded-proto": "http",
        },
        "isBase64Encoded": False,
    }
    assert context.pop("timeEpoch") > 1_700_000_000_000
    assert context.pop("time").endswith(" +0000")
    assert context == {
        "accountId": "123456789012",
        "apiId": "api",
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "http": {
            "method": "POST",
            "path": "/edge-sign",
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.7",
            "userAgent": "test/1",
        },
        "requestId": "request-id",
        "routeKey": "POST /edge-sign",
        "stage": "$default",
    }


def test_the_path_is_decoded_and_the_query_is_not() -> None:
    event = event_of(arrival(target="/a%20b?x=1%202&x=3&empty="))

    assert event["rawPath"] == "/a b"
    assert event["rawQueryString"] == "x=1%202&x=3&empty="
    assert event["queryStringParameters"] == {"x": "1 2,3", "empty": ""}


def test_what_a_client_says_of_its_way_is_not_believed() -> None:
    said = (("host", "h:3000"), ("x-forwarded-for", "203.0.113.1"), ("x-forwarded-proto", "https"))
    headers = event_of(arrival(headers=said, peer="192.0.2.7"))["headers"]

    assert headers["x-forwarded-for"] == "203.0.113.1, 192.0.2.7"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-port"] == "3000"


def test_duplicate_headers_are_joined_and_cookies_stand_apart() -> None:
    event = event_of(arrival(headers=(("x-tag", "a"), ("cookie", "one=1; two=2"), ("x-tag", "b"))))

    assert event["headers"]["x-tag"] == "a,b"
    assert event["cookies"] == ["one=1", "two=2"]
    assert "cookie" not in event["headers"]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "text/plain", "application/xml"],
)
def test_a_textual_body_is_passed_as_text(content_type: str) -> None:
    event = event_of(arrival(headers=(("content-type", content_type),), body="é".encode()))

    assert (event["body"], event["isBase64Encoded"]) == ("é", False)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/octet-stream", b"text"),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("", b"text"),
        ("application/json", b"\xff\xfe"),
    ],
)
def test_any_other_body_is_passed_in_base64(content_type: str, body: bytes) -> None:
    event = event_of(arrival(headers=(("content-type", content_type),), body=body))

    assert base64.b64decode(event["body"]) == body
    assert event["isBase64Encoded"] is True


def test_an_answer_without_a_status_is_a_200_in_json() -> None:
    response = response_of(b'{"ok": true}')

    assert response.status == 200
    assert response.headers == (("content-type", "application/json"),)
    assert json.loads(response.body) == {"ok": True}


def test_a_string_is_itself_the_body() -> None:
    assert response_of(b'"hello"').body == b"hello"


def test_an_answer_keeps_status_headers_cookies_and_binary_body() -> None:
    answer = {
        "statusCode": "201",
        "headers": {"content-type": "image/png", "x-count": 3, "x-flag": True},
        "cookies": ["a=1", "b=2"],
        "body": base64.b64encode(b"\x89PNG").decode(),
        "isBase64Encoded": True,
    }

    response = response_of(json.dumps(answer).encode())

    assert response.status == 201
    assert response.body == b"\x89PNG"
    assert response.headers == (
        ("content-type", "image/png"),
        ("x-count", "3"),
        ("x-flag", "true"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )


def test_a_body_without_a_type_is_plain_text() -> None:
    response = response_of(b'{"statusCode": 200, "body": "x"}')

    assert response.headers == (("content-type", "text/plain;charset=UTF-8"),)


@pytest.mark.parametrize(
    "answer",
    [
        "not JSON",
        '{"statusCode": "many"}',
        '{"statusCode": 42}',
        '{"statusCode": 200, "body": {"a": 1}}',
        '{"statusCode": 200, "body": "%%", "isBase64Encoded": true}',
        '{"statusCode": 200, "headers": ["a"]}',
        '{"statusCode": 200, "headers": {"a": ["b"]}}',
    ],
)
def test_an_answer_that_format_2_does_not_allow_is_malformed(answer: str) -> None:
    with pytest.raises(MalformedAnswerError):
        response_of(answer.encode())
