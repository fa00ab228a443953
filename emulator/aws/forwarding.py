"""Hands requests for functions to the process that runs them."""

from http.client import HTTPConnection

from emulator.http.message import Request, Response

# Longer than any function runs.
_TIMEOUT_S = 900.0


def forward(request: Request, port: int) -> Response:
    """Send a request to a port of 127.0.0.1, and give its answer.

    Raises:
        OSError, http.client.HTTPException: There is none.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        passed = {
            name: value
            for name, value in request.headers
            if name not in ("connection", "content-length", "host", "transfer-encoding")
        }
        connection.request(request.method, request.target, request.body, passed)
        answer = connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Response(answer.status, headers, answer.read())
    finally:
        connection.close()
