"""An HTTP/1.1 server on asyncio; h11 implements the protocol."""

import asyncio
import logging
import socket
import time
from contextlib import suppress
from http.client import responses

import h11

from emulator.http.message import Handler, Request, Response, json_response

_LOG = logging.getLogger(__name__)
_READ_BYTES = 64 * 1024
_MAX_HEADER_BYTES = 64 * 1024
# API Gateway's own bodies for requests that never reach a function.
_TOO_LARGE = json_response(413, b'{"message":"Request Entity Too Large"}')
_MALFORMED = json_response(400, b'{"message":"Bad Request"}')
_FAILED = json_response(500, b'{"message":"Internal Server Error"}')
# h11 frames the message; a handler must not contradict it.
_FRAMING_HEADERS = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


class HttpServer:
    """Serves a handler on a listening socket until it is closed.

    Args:
        handler: Answers each request. An exception becomes a 500 and a logged line.
        max_body_bytes: Longer bodies get a 413 and never reach the handler.
    """

    def __init__(self, handler: Handler, max_body_bytes: int) -> None:
        self._handler = handler
        self._max_body_bytes = max_body_bytes
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Start accepting connections.

        Args:
            listener: A bound TCP socket, which the server closes at the end.
        """
        self._server = await asyncio.start_server(self._accept, sock=listener)

    async def close(self) -> None:
        """Stop accepting, and cut open connections."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        connection = _Connection(reader, writer, self._max_body_bytes)
        # A cancelled connection ends here; asyncio's own callback would log an error.
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await self._converse(connection)
        finally:
            writer.close()

    async def _converse(self, connection: "_Connection") -> None:
        while True:
            try:
                request = await connection.receive()
            except h11.RemoteProtocolError as error:
                too_large = error.error_status_hint in (413, 431)
                await connection.refuse(_TOO_LARGE if too_large else _MALFORMED)
                return
            if request is None:
                return
            try:
                response = await self._handler(request)
            except Exception:
                _LOG.exception("%s %s failed", request.method, request.path)
                response = _FAILED
            if not await connection.send(response, is_head=request.method == "HEAD"):
                return


def _too_large() -> h11.RemoteProtocolError:
    """Return the error for headers or a body longer than the server accepts."""
    return h11.RemoteProtocolError("too large", error_status_hint=413)


class _Connection:
    """One client's connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, max_body_bytes: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._max_body_bytes = max_body_bytes
        self._peer = str((writer.get_extra_info("peername") or ("",))[0])
        self._arrived_s = 0.0
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEADER_BYTES)

    async def receive(self) -> Request | None:
        """Read one request; None if the client has gone."""
        self._arrived_s = 0.0
        head = await self._next_event()
        if not isinstance(head, h11.Request):
            return None
        if sum(len(name) + len(value) for name, value in head.headers) > _MAX_HEADER_BYTES:
            raise _too_large()
        headers = tuple((name.decode(), value.decode("latin-1")) for name, value in head.headers)
        names = dict(headers)
        if "content-length" in names and "transfer-encoding" in names:
            # Two readers could disagree on where the body ends (RFC 9112 section 6.1).
            raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding")
        announced = names.get("content-length", "0")
        if int(announced) > self._max_body_bytes:
            raise _too_large()
        if self._protocol.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[])
            self._writer.write(self._protocol.send(go_on) or b"")
            await self._writer.drain()
        body = bytearray()
        while isinstance(event := await self._next_event(), h11.Data):
            body += event.data
            if len(body) > self._max_body_bytes:
                raise _too_large()
        if not isinstance(event, h11.EndOfMessage):
            return None
        target = head.target.decode("latin-1")
        method, content = head.method.decode().upper(), bytes(body)
        arrived_s = self._arrived_s or time.monotonic()
        return Request(method, target, headers, content, self._peer, arrived_s)

    async def send(self, response: Response, *, is_head: bool) -> bool:
        """Write one response, and return whether the connection can be reused."""
        try:
            head = _head(response)
        except h11.LocalProtocolError:
            _LOG.exception("a handler's response is not valid HTTP")
            response, head = _FAILED, _head(_FAILED)
        output = self._protocol.send(head) or b""
        if response.body and not is_head and response.status not in (204, 304):
            output += self._protocol.send(h11.Data(data=response.body)) or b""
        output += self._protocol.send(h11.EndOfMessage()) or b""
        self._writer.write(output)
        await self._writer.drain()
        if self._protocol.our_state is h11.MUST_CLOSE:
            return False
        self._protocol.start_next_cycle()
        return True

    async def refuse(self, response: Response) -> None:
        """Answer a request that was not read to its end; the connection cannot be reused."""
        if self._protocol.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        head = _head(response, close=True)
        output = self._protocol.send(head) or b""
        output += self._protocol.send(h11.Data(data=response.body)) or b""
        self._writer.write(output + (self._protocol.send(h11.EndOfMessage()) or b""))
        await self._writer.drain()
        await self._discard_rest()

    async def _discard_rest(self) -> None:
        # If it is closed with unread input, the kernel resets the connection, and the client
        # would lose an answer that it has not read yet.
        self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while await self._reader.read(_READ_BYTES):
                    pass

    async def _next_event(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            received = await self._reader.read(_READ_BYTES)
            self._arrived_s = self._arrived_s or time.monotonic()
            self._protocol.receive_data(received)
        return event  # type: ignore[return-value]


def _head(response: Response, *, close: bool = False) -> h11.Response:
    headers = [(k, v) for k, v in response.headers if k.lower() not in _FRAMING_HEADERS]
    if response.status not in (204, 304):
        headers.append(("content-length", str(len(response.body))))
    if close:
        headers.append(("connection", "close"))
    try:
        encoded = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
    except UnicodeEncodeError as error:
        raise h11.LocalProtocolError(str(error)) from error
    reason = responses.get(response.status, "").encode()
    return h11.Response(status_code=response.status, headers=encoded, reason=reason)
