"""Calls a WSGI application with the emulator's own requests (PEP 3333)."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from werkzeug.test import run_wsgi_app

from emulator.http.message import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def call(application: WSGIApplication, request: Request) -> Response:
    """Run one request, whose Host header becomes the server's name, through an application."""
    chunks, status, headers = run_wsgi_app(application, environment(request), buffered=True)
    return Response(int(status.split(" ", 1)[0]), tuple(headers), b"".join(chunks))


def environment(request: Request) -> dict[str, Any]:
    """Return a request as WSGI has it."""
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
