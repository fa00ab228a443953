"""What this machine needs: Python, packages, modules, programs, room, a port, and the time."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from cli.doctor.checkup import Checkup, Found, missing, ok, wrong
from emulator.local_state import LocalState, NotRunningError, checkout, is_checkout
from emulator.time_stamps import find_openssl

USUAL_PORT = 3000
_OLDEST_PYTHON = (3, 11)
# A system that runs for a day writes logs and manifests.
_SPARE_BYTES = 500 * 1000 * 1000
_PACKAGES = {
    **{"boto3": "boto3", "cryptography": "cryptography", "pydantic": "pydantic"},
    **{"rfc3161_client": "rfc3161-client", "urllib3": "urllib3", "wasmtime": "wasmtime"},
    **{"yaml": "pyyaml", "c2pa": "c2pa-python", "h11": "h11", "moto": "moto"},
    **{"samtranslator": "aws-sam-translator", "awslambdaric": "awslambdaric"},
    "aws_lambda_powertools": "aws-lambda-powertools",
}
_PROGRAMS = {
    "node": ("node", "the JavaScript client's tests and `make engines`"),
    "php": ("php", "the PHP verifier of receipts"),
    "chromium": ("chromium", "the tests in a browser"),
}


def machine_checkups(state: Path) -> Iterator[Checkup]:
    """Give the checks of this machine.

    Args:
        state: The emulator's state directory.
    """
    again = "run `make setup` again" if is_checkout() else "install the wheel again"
    yield Checkup("python", _python, "install Python 3.11 or later")
    yield Checkup("packages", lambda: _packages(again), again)
    yield Checkup("modules", lambda: _modules(again), again)
    yield Checkup("pillow", _pillow, "pip install pillow", is_needed=False)
    yield Checkup("openssl", _openssl, "install openssl 3", is_needed=False)
    for name, (program, purpose) in _PROGRAMS.items():
        yield Checkup(name, _program(program, purpose), f"install {program}", is_needed=False)
    yield Checkup("disk", lambda: _disk(state), "free some space, or set EDGE_SIGNER_STATE")
    yield Checkup("clock", _clock, "set the clock")
    yield Checkup("system", lambda: _system(state), "edge-signer run", is_needed=False)
    yield Checkup("port", lambda: _port(state), "edge-signer run --port 0", is_needed=False)


def _python() -> Found:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:
        return wrong(text, "install Python 3.11 or later")
    if sys.platform != "linux":
        return wrong(text, "`edge-signer run` needs Linux; signing and verifying work here")
    return ok(text)


def _packages(again: str) -> Found:
    absent = [name for module, name in _PACKAGES.items() if find_spec(module) is None]
    if absent:
        return missing(f"not installed: {', '.join(absent)}", f"{again}, into this Python")
    return ok(f"{len(_PACKAGES)} packages in {sys.prefix}")


def _modules(again: str) -> Found:
    from edge_signer.health.builder_check import BuilderCheck
    from edge_signer.signing.layout.embed_module import EMBED_MODULE, EMBED_MODULE_SHA256

    built = BuilderCheck()()
    if built.state != "ok":
        return wrong(f"tbs.wasm: {built.details['error']}", again)
    EMBED_MODULE.load()
    tbs = str(built.details["module_sha256"])
    return ok(f"tbs.wasm {tbs[:12]}…, embed.wasm {EMBED_MODULE_SHA256[:12]}…, both as pinned")


def _pillow() -> Found:
    if find_spec("PIL") is None:
        return missing("`edge-signer derive` resizes with it", "pip install pillow")
    return ok("installed")


def _openssl() -> Found:
    found = find_openssl()
    if found is None:
        return missing("the local system cannot time-stamp", "install openssl 3 or later")
    return ok(found)


def _program(program: str, purpose: str) -> Callable[[], Found]:
    def look() -> Found:
        found = shutil.which(program)
        return ok(found) if found else missing(f"only {purpose} need it", f"install {program}")

    return look


def _disk(state: Path) -> Found:
    folder = state
    while not folder.exists():
        folder = folder.parent
    free_bytes = shutil.disk_usage(folder).free
    text = f"{free_bytes / 1e9:.1f} GB free for {state}"
    if not os.access(folder, os.W_OK):
        return wrong(f"{folder} cannot be written", "set EDGE_SIGNER_STATE to another folder")
    if free_bytes < _SPARE_BYTES:
        return wrong(text, "free some space, or set EDGE_SIGNER_STATE to another folder")
    return ok(text)


def _clock() -> Found:
    """Check what can be checked without asking anyone: nothing here is from the future."""
    now_s = time.time()
    text = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now_s))
    if now_s < (checkout() / "template.yaml").stat().st_mtime - 1:
        return wrong(f"{text} is before this program was written", "set the clock")
    return ok(text)


def _system(state: Path) -> Found:
    try:
        return ok(f"runs at {LocalState.load(state).url}")
    except NotRunningError:
        return missing(f"nothing runs on {state}", "`edge-signer run` starts it")


def _port(state: Path) -> Found:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", USUAL_PORT))
            return ok(f"{USUAL_PORT} is free")
        except OSError as taken:
            reason = taken.strerror
    try:
        if LocalState.load(state).url.endswith(f":{USUAL_PORT}"):
            return ok(f"{USUAL_PORT} is the local system's")
    except NotRunningError:
        pass
    return wrong(f"{USUAL_PORT}: {reason}", "`edge-signer run --port 0` takes any free one")
