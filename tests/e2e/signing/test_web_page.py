"""The client for pages in a real browser: the page of its README, and what its errors say."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.e2e.conftest import Faults
from tests.jobs.receipts import DATA, REFUSALS, VECTORS
from tests.judges.engines import require_all_trust
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.system.browser import outcome_of
from tests.system.node import CLIENT, node
from tests.system.running import Running

PHOTOGRAPH = ROOT / "examples/rocket-small.jpg"
LIBRARY = CLIENT / "lib"
ALLOWED, STRANGER = "desk.example.com", "desk.example.org"


def page(name: str) -> str:
    return (CLIENT / f"tests/pages/{name}.html").read_text()


def shown(system: Running, folder: Path, *pages: str, host: str = ALLOWED, **given: str) -> Any:
    signing = {"url": system.state.url, "token": system.state.token_of("load"), **given}
    files = {
        "/page.html": "".join((page("report"), *pages)).encode(),
        "/photo.jpg": PHOTOGRAPH.read_bytes(),
        "/signing.json": json.dumps(signing).encode(),
    }
    scripts = [*LIBRARY.rglob("*.js"), LIBRARY / "embed.wasm"]
    files["/vectors.json"] = (DATA / "vectors.json").read_bytes()
    files["/hello.wasm"] = (ROOT / "examples/hello.wasm").read_bytes()
    files |= {f"/{one.relative_to(LIBRARY)}": one.read_bytes() for one in scripts}
    return outcome_of(host, files, folder)


def require_trusted(system: Running, asset: bytes, media_type: str) -> None:
    roots = (system.state.anchors, system.state.tsa_anchors)
    anchors_pem = "".join(Path(one).read_text() for one in roots)
    require_all_trust(asset, media_type, None, anchors_pem)


def test_the_readmes_page_signs_what_a_reader_chooses(system: Running, tmp_path: Path) -> None:
    (example,) = re.findall(
        r"^```html\n(.*?)^```$", (CLIENT / "README.md").read_text(), re.M | re.S
    )
    found = shown(system, tmp_path, example, page("reader"))
    assert (found.get("told"), found.get("name")) == ("save", "signed photo.jpg"), found
    kind, _, content = found["signed"].partition(";base64,")
    assert kind == "data:image/jpeg"
    require_trusted(system, base64.b64decode(content), "image/jpeg")


def test_in_node_files_are_signed_with_a_time_stamp(system: Running, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("JPEG", "SVG", "WAV", "MP4")}
    for name, file in files.items():
        file.write_bytes(SAMPLE_ASSETS[name].content)
    token = system.state.token_of("load")
    ran = node("tests/sign_files.mjs", system.state.url, token, *files.values())
    assert (ran.returncode, ran.stderr) == (0, "")
    for name, file in files.items():
        require_trusted(system, file.read_bytes(), SAMPLE_ASSETS[name].media_type)


def test_a_page_reads_why_it_was_refused(system: Running, tmp_path: Path) -> None:
    found = shown(system, tmp_path, page("refusal"), policyId="nobody-v1")
    told = {"status": 422, "code": "UNKNOWN_POLICY", "retryAfterS": None, "isNamed": True}
    assert found == {"name": "RefusedError", **told}


def test_a_page_reads_how_long_to_wait(system: Running, faults: Faults, tmp_path: Path) -> None:
    # Whether the Idempotency-Key was used before cannot be told now.
    faults({"service": "dynamodb", "operation": "PutItem", "status": 500})
    found = shown(system, tmp_path, page("refusal"), policyId="newsroom-default-v3")
    told = {"status": 503, "code": "STORE_UNAVAILABLE", "retryAfterS": 5, "isNamed": True}
    assert found == {"name": "RefusedError", **told}


def test_a_page_of_an_origin_that_is_not_listed_reads_nothing(
    system: Running, tmp_path: Path
) -> None:
    found = shown(system, tmp_path, page("refusal"), host=STRANGER, policyId="newsroom-default-v3")
    assert found == {"name": "UnreachableError", "isNamed": False}


def test_a_page_verifies_receipts_and_jobs(system: Running, tmp_path: Path) -> None:
    found = shown(system, tmp_path, page("verify"), key=system.state.receipt_public_key)
    assert found["refusals"] == [REFUSALS[case["id"]] for case in VECTORS["cases"]]
    assert found["job"] == [None, "stdout_mismatch"]


def test_places_beyond_four_gibibytes_move(system: Running, tmp_path: Path) -> None:
    found = shown(system, tmp_path, page("large"))
    assert found == {"mediaType": "video/mp4", "grownBy": [0, 0], "isMoved": True}
