"""The code in docs/client.md, run as it stands there, and the client's errors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from edge_signer_client import (
    Credentials,
    CredentialsError,
    EdgeSigner,
    EdgeSignerClientError,
    RefusedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from tests.conftest import ROOT
from tests.e2e.conftest import calls
from tests.system.command import edge_signer
from tests.system.running import Running

GUIDE = (ROOT / "docs/client.md").read_text()
DIGEST = "0" * 64


def ran(folder: Path, system: Running, token: str) -> subprocess.CompletedProcess[str]:
    (code,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    shutil.copy(ROOT / "examples/rocket-small.jpg", folder / "photo.jpg")
    variables = {"EDGE_SIGNER_URL": system.state.url, "EDGE_SIGNER_TOKEN": token}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def test_the_example_signs_and_its_sidecar_is_trusted(system: Running, tmp_path: Path) -> None:
    ended = ran(tmp_path, system, system.state.token_of("load"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("signed with ")
    state = Path(system.state.anchors).parent
    assert edge_signer(state, "verify", tmp_path / "photo.jpg").returncode == 0


def test_the_example_prints_a_refusal(system: Running, tmp_path: Path) -> None:
    ended = ran(tmp_path, system, "nobody")
    assert (ended.returncode, ended.stdout) == (0, "not signed: 401 UNAUTHENTICATED\n")


def test_errors_tell_what_happened(system: Running) -> None:
    def failure(url: str, token: str = "t") -> EdgeSignerClientError:
        with pytest.raises(EdgeSignerClientError) as raised:
            EdgeSigner(url, Credentials(token)).sign(DIGEST, "newsroom-default-v3", {})
        return raised.value

    refused = failure(system.state.url)
    assert isinstance(refused, RefusedError)
    assert (refused.status, refused.code) == (401, "UNAUTHENTICATED")
    assert isinstance(failure(f"{system.state.url}/manifests"), RefusedError)
    # Python's own server answers every POST with a page that says 501.
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever).start()
        unexpected = failure(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert isinstance(unexpected, UnexpectedAnswerError)
    assert unexpected.status == 501
    assert isinstance(failure("http://127.0.0.1:9"), UnreachableError)
    assert isinstance(failure(system.state.url, "\N{SNOWMAN}"), CredentialsError)


def test_a_retry_with_the_same_idempotency_key_is_signed_once(system: Running) -> None:
    signer = EdgeSigner(system.state.url, Credentials(system.state.token_of("load")))
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    said = {"c2pa.actions.v2": {"actions": [created]}}
    before = calls(system, "kms.Sign")
    first, again = (
        signer.sign(DIGEST, "newsroom-default-v3", said, idempotency_key="client-guide")
        for _ in range(2)
    )
    assert first.manifest_url == again.manifest_url
    assert calls(system, "kms.Sign") == before + 1


def test_a_key_needs_a_tenant() -> None:
    with pytest.raises(ValueError, match="requires tenant_id"):
        Credentials("token", hmac_key="key")
