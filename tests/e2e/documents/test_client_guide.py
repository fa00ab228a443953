"""The code in docs/client.md, run as it stands there with the wheel; and the client's errors."""

from __future__ import annotations

import re
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from edge_signer.signing.manifest.embedding import LAYOUTS
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
from tests.media.sample_assets import EXAMPLES, SAMPLE_ASSETS
from tests.system.client_wheel import build, install, run
from tests.system.command import edge_signer
from tests.system.running import Running

GUIDE = (ROOT / "docs/client.md").read_text()
EXAMPLES_OF_GUIDE = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
DIGEST = "0" * 64


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    install(build(tmp_path_factory.mktemp("dist")), folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the guide takes to be there."""
    shutil.copy(EXAMPLES / "rocket-small.jpg", tmp_path / "photo.jpg")
    shutil.copy(ROOT / "examples/hello.wasm", tmp_path)
    (tmp_path / "small.webp").write_bytes(SAMPLE_ASSETS["WebP"].content)
    (tmp_path / "published").mkdir()
    (tmp_path / "photos").mkdir()
    for name in ("one.jpg", "two.jpg"):
        shutil.copy(tmp_path / "photo.jpg", tmp_path / "photos" / name)
    return tmp_path


def ran(
    installed: Path, folder: Path, code: str, system: Running, token: str
) -> subprocess.CompletedProcess[str]:
    variables = {"EDGE_SIGNER_URL": system.state.url, "EDGE_SIGNER_TOKEN": token}
    return run(installed, code, cwd=folder, **variables)


def test_the_examples_sign_what_is_trusted(system: Running, installed: Path, folder: Path) -> None:
    code = "\n".join(EXAMPLES_OF_GUIDE)
    ended = ran(installed, folder, code, system, system.state.token_of("load"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.fullmatch(r"signed with \S+ in [0-9.]+ ms\n!dlroW ,olleH\n\n?", ended.stdout)
    state = Path(system.state.anchors).parent
    for beside in ("photo.jpg", "remote.jpg"):
        assert edge_signer(state, "verify", folder / beside).returncode == 0, beside
    made = [folder / f"{name}.jpg" for name in ("signed", "stream", "bytes", "again")]
    made.append(folder / "derived.webp")
    made += (folder / "published" / one.name for one in (folder / "photos").iterdir())
    for signed in made:
        assert edge_signer(state, "verify", "--embedded", signed).returncode == 0, signed
    assert not list(folder.rglob("*.part"))


def test_the_example_prints_a_refusal_and_leaves_no_file(
    system: Running, installed: Path, folder: Path
) -> None:
    before_signing = EXAMPLES_OF_GUIDE[0].partition("signed = ")[0]
    code = before_signing + EXAMPLES_OF_GUIDE[-1]
    ended = ran(installed, folder, code, system, "nobody")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "not signed: 401 UNAUTHENTICATED\n"
    (folder / "photo.jpg").write_bytes(b"plain text")
    ended = ran(installed, folder, code, system, system.state.token_of("load"))
    assert ended.stdout == "not signed: UnknownFormat; a sidecar works for every file\n"
    assert not list(folder.glob("*again*"))


def test_the_guide_names_every_format_that_embeds() -> None:
    (formats,) = re.findall(r"^## Formats$(.*?)^## ", GUIDE, re.MULTILINE | re.DOTALL)
    embeds = {name for name, one in SAMPLE_ASSETS.items() if one.media_type in LAYOUTS}
    assert embeds <= {*re.findall(r"\w+", formats)}


def test_errors_tell_what_happened(system: Running) -> None:
    def failure(url: str, token: str = "t") -> EdgeSignerClientError:
        signer = EdgeSigner(url, Credentials(token), patience_s=0)
        with pytest.raises(EdgeSignerClientError) as raised:
            signer.sign(DIGEST, "newsroom-default-v3", {})
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
