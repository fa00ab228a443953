"""The answers of commands that change something, as programs read them."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.system.command import edge_signer
from tests.system.running import Running

SIGN = ("sign", "--source-type", "digitalCapture", "--json")


def answer(state: Path, *arguments: object, code: int = 0) -> Any:
    told = edge_signer(state, *arguments)
    assert told.returncode == code, told.stderr
    return json.loads(told.stdout)


def test_a_signed_file_is_one_object(state: Path, photo: Path) -> None:
    signed = photo.with_name("signed.jpg")
    told = answer(state, *SIGN, photo, "-o", signed)
    assert (told["outcome"], told["signed"]) == ("signed", str(signed))
    assert told["manifest_url"].endswith(".embedded.c2pa")
    assert told["said"] == "c2pa.created, digitalCapture"
    assert answer(state, *SIGN, photo, "-o", signed, code=2)["outcome"] == "skipped"


def test_a_refused_file_is_an_object_and_an_error(state: Path, photo: Path) -> None:
    told = edge_signer(state, *SIGN, "--policy", "none-v1", photo)
    assert told.returncode == 1
    assert json.loads(told.stdout)["code"] == "UNKNOWN_POLICY"
    assert "UNKNOWN_POLICY" in told.stderr


def test_of_several_files_each_is_a_line(state: Path, photo: Path, tmp_path: Path) -> None:
    other = photo.with_name("other.jpg")
    other.write_bytes(photo.read_bytes())
    told = edge_signer(state, *SIGN, photo, other, "--output-dir", tmp_path / "out")
    assert (told.returncode, told.stderr) == (0, "")
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(one["asset"], one["outcome"]) for one in lines] == [
        (str(photo), "signed"),
        (str(other), "signed"),
    ]


def test_a_flag_that_was_set_and_unset(state: Path) -> None:
    told = answer(state, "flags", "set", "execution_enabled", "true", "--json")
    assert (told["flag"], told["value"], told["from"]) == (
        "execution_enabled",
        "true",
        "SSM",
    )
    told = answer(state, "flags", "unset", "execution_enabled", "--json")
    assert (told["value"], told["from"]) == (None, "default")


def test_a_policy_that_is_checked_put_and_shown(state: Path, tmp_path: Path) -> None:
    shown = answer(state, "policies", "show", "newsroom-default-v3", "--json")
    document = tmp_path / "json-answers-v1.yaml"
    document.write_text(json.dumps({**shown, "policy_id": "json-answers-v1"}))
    (checked,) = answer(state, "policies", "check", document, "--json")
    assert (checked["policy_id"], checked["valid"]) == ("json-answers-v1", True)
    assert answer(state, "policies", "put", document, "--json")["policy_id"] == "json-answers-v1"
    document.write_text("policy_id: [")
    (checked,) = answer(state, "policies", "check", document, "--json", code=1)
    assert (checked["valid"], bool(checked["fault"])) == (False, True)


def test_a_certification_request_is_a_member(state: Path) -> None:
    named = ("--country", "CH", "--organization", "Example", "--product", "Example")
    told = answer(state, "certificate", "request", *named, "--json")
    assert told["request"].startswith("-----BEGIN CERTIFICATE REQUEST-----")
    assert told["file"] is None


def test_a_trust_list_that_is_installed_and_removed(state: Path, system: Running) -> None:
    options = ("--name", "json-answers", "--purpose", "signers", "--json")
    told = answer(state, "trust", "update", system.state.anchors, *options)
    assert (told["name"], told["purposes"], told["was"]) == ("json-answers", ["signers"], None)
    assert told["installed"]
    listed = answer(state, "trust", "list", "--json")
    assert "json-answers" in [one["name"] for one in listed]
    assert answer(state, "trust", "remove", "json-answers", "--json")["removed"]


def test_a_derivative_is_one_object(state: Path, photo: Path) -> None:
    smaller = photo.with_name("smaller.jpg")
    pytest.importorskip("PIL")
    told = answer(state, "derive", photo, "-o", smaller, "--width", "40", "--json")
    assert (told["signed"], told["width"]) == (str(smaller), 40)


def test_a_shell_takes_the_local_systems_address_and_token(state: Path, system: Running) -> None:
    told = edge_signer(state, "env", "--tenant", "testcorp")
    shown = subprocess.run(
        ["sh", "-c", f"{told.stdout}\nprintf '%s %s' $EDGE_SIGNER_URL $EDGE_SIGNER_TOKEN"],
        capture_output=True,
        text=True,
    )
    assert shlex.split(shown.stdout) == [system.state.url, system.state.token_of("testcorp")]
    as_json = answer(state, "env", "--json")
    assert as_json["EDGE_SIGNER_TOKEN"] == system.state.token_of("acme")
