"""What tests wait for: it happens, or they say that it did not."""

from __future__ import annotations

import subprocess
import sys
from itertools import count

import pytest

from tests.system.waiting import NeverHappenedError, begins_to_serve, wait_for


def test_the_first_true_value_is_given() -> None:
    values = count()
    assert wait_for(lambda: next(values) // 3) == 1


def test_what_never_happens_is_told() -> None:
    with pytest.raises(NeverHappenedError):
        wait_for(lambda: None, patience_s=0)


SERVER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


def test_a_server_serves_until_it_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        assert begins_to_serve(server, port, patience_s=30)
        server.communicate()
    assert not begins_to_serve(server, port, patience_s=30)
