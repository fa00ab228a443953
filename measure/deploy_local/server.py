"""MiniStack in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployment.packages import RUNTIME
from tests.system.waiting import begins_to_serve

PATIENCE_S = 60.0
# By default it listens on every interface, and for MQTT too.
_SETTINGS = {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0"}


@contextmanager
def ministack(command: str) -> Iterator[str]:
    """Run MiniStack on a free port of 127.0.0.1, and give its URL.

    Args:
        command: Its program, in an environment of the functions' version of Python: MiniStack runs
            them under its own.
    """
    _require_python(Path(command).with_name("python"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Functions inherit what it has, and must find no module but those of their layers.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {**_SETTINGS, "GATEWAY_PORT": str(port)}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([command], env=environment, stdout=log, stderr=log)
        try:
            if not begins_to_serve(server, port, PATIENCE_S):
                sys.exit("MiniStack did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def _require_python(python: Path) -> None:
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    told = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    if told.stdout.strip() != RUNTIME:
        sys.exit(f"{python} is {told.stdout.strip()}; what was built is for Python {RUNTIME}")
