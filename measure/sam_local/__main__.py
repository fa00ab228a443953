"""Invoke the built functions in containers with the events of events/: BUILT SAM [OPTION…]."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from emulator.account import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY
from emulator.system import Settings
from measure.sam_local.relay import relay
from measure.sam_local.template import write_local_template
from tests.calls.event_requests import Answer, over_http
from tests.calls.sample_events import EXPECTED, FALLBACK, event_text, function_of
from tests.system.running import running
from tests.system.waiting import begins_to_serve

PATIENCE_S = 120.0
# A container for each takes its time.
INVOKED = {"sign", "sign-unauthenticated", "health", "health-deep", FALLBACK}
#: The central signer answers without a status: a manifest stands for 200.
_EXPECTED: dict[str, Answer] = {**EXPECTED, FALLBACK: (200, None)}
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
    "AWS_DEFAULT_REGION": REGION,
    "SAM_CLI_TELEMETRY": "0",
}
_OVERRIDES = ("--parameter-overrides", "ManifestBaseUrl=https://manifests.example.com")


def bridge_address() -> str:
    """Give the address under which containers see this machine; end where there is no Docker."""
    asked = ("docker", "network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}")
    if shutil.which(asked[0]) is None:
        sys.exit("sam-local: there is no Docker on this machine; nothing was run.")
    told = subprocess.run(asked, capture_output=True, text=True)
    if told.returncode:
        sys.exit(f"sam-local: Docker does not answer; nothing was run.\n{told.stderr.strip()}")
    network = json.loads(told.stdout)[0]
    # Docker takes the first address, and does not always say so.
    return str(network.get("Gateway") or next(ip_network(network["Subnet"]).hosts()))


def invoke(sam: list[str], name: str, *tokens: str) -> Answer:
    """Run one event in a container of its own, and give status and error code of the answer."""
    function = function_of(name)
    command = [*sam[:1], "local", "invoke", str(function), "--event", "-", *sam[1:]]
    done = subprocess.run(command, input=event_text(name, *tokens), capture_output=True, text=True)
    answer = json.loads((done.stdout.strip().splitlines() or ["null"])[-1])
    if isinstance(answer, dict) and "manifest" in answer:
        return 200, None
    if not isinstance(answer, dict) or "statusCode" not in answer:
        sys.exit(f"invoke {name}: {answer}\n{done.stderr}")
    body = json.loads(answer["body"]) if answer.get("body") else {}
    return answer["statusCode"], body.get("code")


@contextmanager
def started_api(sam: list[str]) -> Iterator[str]:
    """Run `sam local start-api` on a free port of 127.0.0.1, and give its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lasting = ("--warm-containers", "LAZY", "--port", str(port))
    command = [*sam[:1], "local", "start-api", *lasting, *sam[1:]]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            if not begins_to_serve(server, port, PATIENCE_S):
                log.seek(0)
                sys.exit(f"sam local start-api did not start:\n{log.read()}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def main(built: str, sam_command: str, *options: str) -> None:
    """Run events by `invoke` and all by `start-api`; end with 1 where an answer is another."""
    address = bridge_address()
    os.environ.update(_ENVIRONMENT)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        system = stack.enter_context(running(Settings(port=0, state_directory=directory)))
        served = urlsplit(system.state.aws_endpoint).port
        assert served is not None
        port = stack.enter_context(relay(address, served))
        template = write_local_template(Path(built), system.state, f"http://{address}:{port}")
        sam = [sam_command, "--template", str(template), *_OVERRIDES, *options]
        tokens = (system.state.token_of("acme"), system.state.admin_token)
        names = [name for name in EXPECTED if function_of(name)]
        are_right = [
            _is_right("invoke", name, partial(invoke, sam, name, *tokens))
            for name in (*names, FALLBACK)
            if name in INVOKED
        ]
        url = stack.enter_context(started_api(sam))
        are_right += [
            _is_right("start-api", name, partial(over_http, url, name, *tokens)) for name in names
        ]
    sys.exit(0 if all(are_right) else 1)


def _is_right(step: str, name: str, asked: Callable[[], Answer]) -> bool:
    began_s = time.monotonic()
    answer = asked()
    status, code = answer
    note = "" if answer == _EXPECTED[name] else f"  but {_EXPECTED[name]} was expected"
    took_s = time.monotonic() - began_s
    print(f"{step:9}  {name:20}  {status} {code or '':20} {took_s:4.1f} s{note}", flush=True)
    return not note


if __name__ == "__main__":
    main(*sys.argv[1:])
