"""A system that runs beside the test, and a client for it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from emulator.local_state import LocalState
from emulator.system import Settings, start
from tests.telemetry.log_lines import require_canonical_lines


@dataclass
class Notes:
    """A reporter that remembers."""

    requests: list[tuple[str, str, int]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def request(self, method: str, path: str, status: int, duration_ms: float) -> None:
        assert duration_ms > 0
        self.requests.append((method, path, status))

    def notice(self, line: str) -> None:
        self.notices.append(line)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Running:
    """A running system."""

    state: LocalState
    notes: Notes

    def call(
        self,
        method: str,
        target: str,
        body: bytes | dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        return call(self.state.url, method, target, body, headers)

    def log(self, name: str) -> str:
        return (Path(self.state.anchors).parent / "logs" / f"{name}.log").read_text()

    def client(self, service: str) -> Any:
        return aws_client(service, self.state.aws_endpoint)


def call(
    url: str,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()


def aws_client(service: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


@contextmanager
def running(settings: Settings) -> Iterator[Running]:
    """Run a system in a thread of its own."""
    notes = Notes()
    ready: list[LocalState | BaseException] = []
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        try:
            async with start(settings, notes) as system:
                ready.append(system.state)
                started.set()
                await stop.wait()
        except BaseException as error:
            ready.append(error)
            started.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(60)
        if isinstance(ready[0], BaseException):
            raise ready[0]
        yield Running(ready[0], notes)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
    require_canonical_lines(settings.state_directory / "logs")
