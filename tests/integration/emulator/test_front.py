from __future__ import annotations

import base64
import json
import socket
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.system.running import Running

MEBIBYTE = 1024 * 1024


def answering(**answer: Any) -> str:
    """Make a target at which the function gives this answer."""
    return f"/echo?answer={base64.urlsafe_b64encode(json.dumps(answer).encode()).decode()}"


def talk(system: Running, sent: bytes) -> bytes:
    """Send bytes as they are, and read until the server hangs up."""
    address = urlsplit(system.state.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_request_reaches_the_function_as_an_event(system: Running) -> None:
    event = system.call("GET", "/items/7?x=1&x=2", headers={"X-Tag": "a"}).json()["event"]

    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /items/{item_id}"
    assert event["pathParameters"] == {"item_id": "7"}
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["headers"]["x-tag"] == "a"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert "body" not in event


def test_whatever_has_no_route_reaches_the_default(system: Running) -> None:
    assert system.call("PATCH", "/nowhere").json()["event"]["routeKey"] == "$default"


def test_a_binary_body_travels_both_ways(system: Running) -> None:
    sent = bytes(range(256))
    event = system.call("POST", "/", sent, {"Content-Type": "image/png"}).json()["event"]
    assert base64.b64decode(event["body"]) == sent

    back = base64.b64encode(sent).decode()
    answer = system.call("GET", answering(statusCode=200, body=back, isBase64Encoded=True))
    assert answer.body == sent


def test_status_headers_and_cookies_come_back(system: Running) -> None:
    answer = system.call(
        "GET", answering(statusCode=418, headers={"X-Kind": "teapot"}, cookies=["a=1"], body="no")
    )

    assert (answer.status, answer.body) == (418, b"no")
    assert answer.headers["x-kind"] == "teapot"
    assert answer.headers["set-cookie"] == "a=1"
    assert answer.headers["apigw-requestid"]


def test_a_head_request_gets_headers_alone(system: Running) -> None:
    answer = system.call("HEAD", answering(statusCode=200, body="four"))

    assert answer.body == b""
    assert answer.headers["content-length"] == "4"


@pytest.mark.parametrize("size", [10 * MEBIBYTE + 1, 6 * MEBIBYTE])
def test_a_body_that_aws_does_not_take_is_413(system: Running, size: int) -> None:
    answer = system.call("POST", "/", b"x" * size, {"Content-Type": "text/plain"})

    assert (answer.status, answer.json()) == (413, {"message": "Request Entity Too Large"})


def test_a_chunked_body_that_never_ends_is_413(system: Running) -> None:
    chunk = b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert talk(system, head + chunk * 11).startswith(b"HTTP/1.1 413 ")


def test_endless_headers_are_413(system: Running) -> None:
    headers = b"".join(b"X-Number-%d: %s\r\n" % (n, b"x" * 1000) for n in range(100))

    answer = talk(system, b"GET / HTTP/1.1\r\nHost: here\r\n" + headers + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b'{"message":"Request Entity Too Large"}')


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\nbad header\r\n\r\n",
    ],
)
def test_a_malformed_request_is_400(system: Running, sent: bytes) -> None:
    assert talk(system, sent).startswith(b"HTTP/1.1 400 ")


def test_a_connection_carries_many_requests(system: Running) -> None:
    connection = HTTPConnection(urlsplit(system.state.url).netloc, timeout=20)
    connection.connect()
    first = connection.sock

    for number in range(3):
        connection.request("POST", f"/{number}", b"x" * number)
        assert json.loads(connection.getresponse().read())["event"]["rawPath"] == f"/{number}"

    assert connection.sock is first
    connection.close()


def test_requests_that_arrive_together_are_answered_in_order(system: Running) -> None:
    requests = [
        f"GET {answering(statusCode=200, body=word)} HTTP/1.1\r\nHost: here\r\n\r\n"
        for word in ("first", "second")
    ]

    answer = talk(system, "".join(requests).encode())

    assert 0 < answer.find(b"\r\n\r\nfirst") < answer.find(b"\r\n\r\nsecond")


def test_a_client_that_waits_to_be_asked_is_asked(system: Running) -> None:
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"

    assert talk(system, head + b"x").startswith(b"HTTP/1.1 100 ")


def test_every_request_is_reported(system: Running) -> None:
    system.call("PUT", "/to-be-reported?secret=1")

    assert ("PUT", "/to-be-reported", 200) in system.notes.requests
