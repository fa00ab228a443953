"""The example for Node: sharp resizes, and the client for JavaScript signs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from edge_signer_client import Credentials, EdgeSigner, embed_file
from tests.conftest import ROOT
from tests.judges.engines import require_all_trust
from tests.media.sample_assets import EXAMPLES
from tests.system.running import Running

FOLDER = ROOT / "examples/sharp"
CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
CREATED = {"action": "c2pa.created", "digitalSourceType": CAPTURE}


@pytest.mark.parametrize("has_sidecar", [True, False])
def test_sharp_makes_an_edit_of_the_original(
    system: Running, tmp_path: Path, has_sidecar: bool
) -> None:
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip("run `npm ci` in examples/sharp: the example was not tried")
    token = system.state.token_of("acme")
    original, target = tmp_path / "signed.jpg", tmp_path / "small.webp"
    signer = EdgeSigner(system.state.url, Credentials(token))
    said = {"c2pa.actions.v2": {"actions": [CREATED]}}
    photo = EXAMPLES / "rocket-small.jpg"
    if has_sidecar:
        shutil.copy(photo, original)
        digest = hashlib.sha256(photo.read_bytes()).hexdigest()
        store = signer.sign(digest, "newsroom-default-v3", said).manifest_store
        original.with_name("signed.jpg.c2pa").write_bytes(store)
    else:
        embed_file(signer, photo, original, "newsroom-default-v3", said)
    ran = subprocess.run(
        [node, FOLDER / "derive.mjs", original, "80", target],
        env={**os.environ, "EDGE_SIGNER_URL": system.state.url, "EDGE_SIGNER_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    anchors_pem = Path(system.state.anchors).read_text()
    require_all_trust(target.read_bytes(), "image/webp", None, anchors_pem)
    names = (b"c2pa.opened", b"c2pa.resized.proportional", b"c2pa.converted", b"c2pa.created")
    assert all(name in target.read_bytes() for name in names)
