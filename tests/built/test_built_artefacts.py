"""What is deployed imports, signs and stamps; `make build-check`."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path
from typing import Any, cast

import pytest

from deployment.archives import function_bytes
from edge_signer.signing.layout.embed_module import EMBED_MODULE
from edge_signer.signing.manifest.pinned_module import PinnedModule
from edge_signer.signing.manifest.tbs_module import TBS_MODULE
from emulator.time_stamps import NEEDS_OPENSSL, find_openssl
from tests.e2e.conftest import body, inline_body, post
from tests.judges.engines import JUDGES, Judge
from tests.media.sample_assets import jpeg
from tests.system.running import Running

if "BUILT_ARTEFACTS" not in os.environ:
    pytest.skip("`make build-check` builds what this runs", allow_module_level=True)


def signed(system: Running, asset: bytes, *, tsa: bool) -> dict[str, Any]:
    key = {"Idempotency-Key": str(tsa)}
    answer = post(system, body(asset, tsa=tsa), tenant="acme", **key)
    assert answer.status == 200, (answer, system.notes.notices)
    return cast("dict[str, Any]", answer.json())


def fetched(system: Running, url: str) -> bytes:
    answer = system.call("GET", url.removeprefix(system.state.url))
    assert answer.status == 200, answer
    return answer.body


@pytest.mark.parametrize("judge", JUDGES)
def test_the_built_function_signs_what_is_trusted(
    system: Running, photograph: bytes, judge: Judge
) -> None:
    store = fetched(system, signed(system, photograph, tsa=False)["manifest_url"])
    verdict = judge(photograph, "image/jpeg", store, Path(system.state.anchors).read_text())
    assert verdict.trusted, verdict
    assert system.notes.notices == []


@pytest.mark.parametrize("judge", JUDGES)
def test_the_built_function_embeds_in_an_inline_asset(system: Running, judge: Judge) -> None:
    answer = post(system, {**inline_body(jpeg()), "embed": True}, tenant="acme")
    assert answer.status == 200, (answer, system.notes.notices)
    signed = base64.b64decode(answer.json()["asset"])
    verdict = judge(signed, "image/jpeg", None, Path(system.state.anchors).read_text())
    assert verdict.trusted, verdict


@pytest.mark.skipif(find_openssl() is None, reason=NEEDS_OPENSSL)
def test_the_built_function_stamps_what_it_signs(system: Running, photograph: bytes) -> None:
    answer = signed(system, photograph, tsa=True)
    token = fetched(system, answer["tsa_token_url"])
    assert token[-500:] in fetched(system, answer["manifest_url"])


MODULES = {"manifest": TBS_MODULE, "layout": EMBED_MODULE}


@pytest.mark.parametrize(("room", "module"), MODULES.items())
def test_a_module_in_the_layer_is_the_committed_one(
    built: Path, room: str, module: PinnedModule
) -> None:
    shipped = built / "EdgeSignerLayer/python/edge_signer/signing" / room / module.path.name
    assert hashlib.sha256(shipped.read_bytes()).hexdigest() == module.sha256


@pytest.mark.parametrize("room", MODULES)
def test_the_layer_holds_a_module_compiled_for_its_architecture(built: Path, room: str) -> None:
    (compiled,) = (built / "EdgeSignerLayer/python/edge_signer/signing" / room).glob("*.cwasm")
    wanted = re.search(
        r"Architecture:.*?Default: (\w+)", (built / "template.yaml").read_text(), re.S
    )
    assert wanted
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[wanted[1]]
    assert compiled.stem.endswith(machine)


def test_every_module_of_the_layer_has_its_bytecode(built: Path) -> None:
    layer = built / "EdgeSignerLayer/python"
    compiled = {
        path.parent.parent / path.name.replace(".cpython-313.pyc", ".py")
        for path in layer.rglob("__pycache__/*.cpython-313.pyc")
    }
    assert compiled == set(layer.rglob("*.py"))


def test_the_layer_ships_the_licences_and_no_tests(built: Path) -> None:
    layer = built / "EdgeSignerLayer/python"
    for package in layer.glob("*.dist-info"):
        assert [*package.rglob("LICEN[CS]E*"), *package.rglob("METADATA")], package
    assert not list(layer.rglob("tests"))


def test_every_function_is_within_its_weight(built: Path) -> None:
    weights = function_bytes(built)
    assert weights
    assert all(size_bytes <= allowed_bytes for size_bytes, allowed_bytes in weights.values())
