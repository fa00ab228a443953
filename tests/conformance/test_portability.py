"""V8 gives wasmtime's bytes; what is played tells every refusal; a difference would be seen."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.tbs_module import TBS_MODULE
from measure.portability.__main__ import main
from measure.portability.recordings import PLAIN, RECORDINGS, Recording
from measure.portability.runtimes import Played, RuntimeDied, play, v8, wasmtime
from tests.conftest import ROOT
from tests.judges.borrowed import Missing


@pytest.fixture(scope="module")
def expected() -> Played:
    return play(wasmtime(), RECORDINGS)


@pytest.fixture(scope="module")
def node() -> list[str]:
    try:
        return v8()
    except Missing as missing:
        pytest.skip(str(missing))


def test_v8_gives_the_same_bytes(node: list[str], expected: Played) -> None:
    assert play(node, RECORDINGS).differences(expected, RECORDINGS) == []


def test_what_is_played_is_what_the_builder_calls(expected: Played) -> None:
    (_, tbs), (_, payload), *_ = json.loads(expected.answers[0])["answers"]
    prepared = ManifestBuilder().prepare(PLAIN)
    signature = RECORDINGS[0].calls[1][1][4:]
    assert tbs == prepared.tbs.hex()
    assert payload == prepared.time_stamp_payload(signature).hex()


def test_every_error_of_the_module_is_played(expected: Played) -> None:
    told = {
        bytes.fromhex(content).decode()
        for line in expected.answers
        for failed, content in json.loads(line)["answers"]
        if failed
    }
    sources = "".join(file.read_text() for file in (ROOT / "wasm_tbs/src").glob("*.zig"))
    declared = {
        name.strip()
        for names in re.findall(r"error\s*\{([^}]*)\}", sources)
        for name in names.split(",")
    }
    assert told == declared - {""}


def manifests(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    return tuple(one for one in recordings if len(one.calls) == 4)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(b"created_assertions", b"cReated_assertions"), (b"NotPrepared", b"NotprEpared")],
)
def test_a_module_with_other_bytes_would_be_seen(
    ours: bytes, theirs: bytes, node: list[str], expected: Played, tmp_path: Path
) -> None:
    other = tmp_path / "other.wasm"
    other.write_bytes(TBS_MODULE.path.read_bytes().replace(ours, theirs))
    differences = play(node, RECORDINGS, other).differences(expected, RECORDINGS)
    assert differences
    assert set(differences) >= {one.name for one in manifests(RECORDINGS)}


def test_a_runtime_that_answers_otherwise_fails_the_comparison() -> None:
    def forgetful() -> list[str]:
        same = f"print({json.dumps({'answers': [], 'memory': ''})!r})"
        hello = f"print({json.dumps({'runtime': 'none', 'version': '0'})!r})"
        return [sys.executable, "-c", f"{hello}\nfor _ in range({len(RECORDINGS)}): {same}"]

    assert main({"none": forgetful})


def test_a_runtime_that_is_missing_is_passed_over_aloud(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    def find() -> list[str]:
        raise Missing("no CPython 3.10 here")

    assert not main({"wasmer": find})
    assert "skipped: no CPython 3.10 here" in capsys.readouterr().out


def test_a_runtime_that_stops_early_would_be_seen(node: list[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.wasm"
    broken.write_bytes(TBS_MODULE.path.read_bytes()[:-1])
    with pytest.raises(RuntimeDied):
        play(node, RECORDINGS, broken)
