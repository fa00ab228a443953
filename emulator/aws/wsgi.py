"""Calls a WSGI application with the emulator's own requests (PEP 3333)."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from emulator.http.message import Request, Response

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def call(application: WsgiApplication, request: Request) -> Response:
    """Run one request through a WSGI application.

    Args:
        application: The application.
        request: Its Host header becomes the server's name.
    """
    answers: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_exc_info: Any) -> None:
        answers.append((status, headers))

    chunks = application(_environment(request), start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = answers[-1]
    return Response(int(status.split(" ", 1)[0]), tuple(headers), body)


def _environment(request: Request) -> dict[str, Any]:
    host, _, port = (request.header("host") or "localhost").partition(":")
    environment: dict[str, Any] = {
        "CONTENT_LENGTH": str(len(request.body)),
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "RAW_URI": request.target,
        "REMOTE_ADDR": request.peer,
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": request.target,
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.errors": sys.stderr,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }
    for name, value in request.headers:
        if name == "content-type":
            environment["CONTENT_TYPE"] = value
        elif name not in ("content-length", "transfer-encoding"):
            key = f"HTTP_{name.upper().replace('-', '_')}"
            environment[key] = f"{environment[key]},{value}" if key in environment else value
    return environment
