"""Time-stamps over HTTP: asked for, left out, kept, and never silently missing."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from emulator.system import Settings
from emulator.time_stamps import NEEDS_OPENSSL
from tests.calls.documented_requests import BY_DIGEST, INLINE
from tests.e2e.conftest import body, calls, post
from tests.judges.engines import JUDGES
from tests.system.running import Answer, Running, running


def fetched(system: Running, url: str) -> Answer:
    answer = system.call("GET", url.removeprefix(system.state.url))
    assert answer.status == 200, answer
    return answer


def test_the_documented_request_gets_a_token_that_openssl_takes(
    system: Running, tmp_path: Path
) -> None:
    answer = post(system, BY_DIGEST, tenant="acme")
    assert answer.status == 200, answer
    url = answer.json()["tsa_token_url"]
    assert url.startswith(f"{system.state.url}/manifests/acme/tsa/")
    assert "tsa;dur=" in answer.headers["server-timing"]

    token = fetched(system, url)
    assert token.headers["content-type"] == "application/timestamp-reply"
    kept = tmp_path / "one.tsr"
    kept.write_bytes(token.body)
    shown = subprocess.run(
        ["openssl", "ts", "-reply", "-in", str(kept), "-text"], capture_output=True, text=True
    ).stdout
    assert "Status: Granted" in shown
    serial = int(url.removesuffix(".tsr").rpartition("/")[2])
    # Whole bytes, as openssl writes them.
    digits = f"{serial:X}"
    assert f"Serial number: 0x{digits.zfill(len(digits) + len(digits) % 2)}" in shown


def test_the_documented_inline_asset_gets_a_trusted_and_stamped_manifest(system: Running) -> None:
    answer = post(system, INLINE, tenant="acme")
    assert answer.status == 200, answer
    store = fetched(system, answer.json()["manifest_url"]).body
    require_stamped(base64.b64decode(INLINE["asset_inline"]), "image/png", store, system)


def test_a_stamped_sidecar_is_trusted_and_its_time_too(system: Running, photograph: bytes) -> None:
    answer = post(system, body(photograph, tsa=True))
    store = fetched(system, answer.json()["manifest_url"]).body
    # The manifest carries the very token of the kept response.
    assert fetched(system, answer.json()["tsa_token_url"]).body[-1000:] in store
    require_stamped(photograph, "image/jpeg", store, system)


def require_stamped(asset: bytes, media_type: str, store: bytes, system: Running) -> None:
    anchors = "".join(
        Path(file).read_text() for file in (system.state.anchors, system.state.tsa_anchors)
    )
    for judge in JUDGES:
        verdict = judge(asset, media_type, store, anchors)
        assert verdict.trusted, verdict
        results = verdict.report["validation_results"]
        codes = {one["code"] for one in results.get("activeManifest", results)["success"]}
        assert {"timeStamp.validated", "timeStamp.trusted"} <= codes


@pytest.mark.parametrize("said", [{}, {"tsa": False}, {"tsa": None}])
def test_who_asks_for_no_stamp_gets_none(system: Running, said: dict[str, bool | None]) -> None:
    before = calls(system, "tsa.TimeStamp")
    answer = post(system, body(b"asset", **said))
    assert answer.status == 200
    assert "tsa_token_url" not in answer.json()
    assert "tsa;" not in answer.headers["server-timing"]
    assert b"sigTst2" not in fetched(system, answer.json()["manifest_url"]).body
    assert calls(system, "tsa.TimeStamp") == before


def test_without_openssl_the_rest_works_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with running(Settings(port=0, state_directory=tmp_path / "state")) as system:
        assert system.notes.notices == [NEEDS_OPENSSL]
        assert post(system, body(b"asset")).status == 200
        before = calls(system, "kms.Sign")
        refused = post(system, body(b"asset", tsa=True))
        assert (refused.status, refused.json()["code"]) == (503, "TSA_UNAVAILABLE")
        assert refused.json()["message"] == "This signer has no time-stamp authority."
        assert calls(system, "kms.Sign") == before
