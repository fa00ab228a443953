"""`edge-signer policies` as an operator uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.e2e.conftest import body, post
from tests.system.command import edge_signer
from tests.system.running import Running

SHIPPED = ROOT / "layers/edge_signer/edge_signer/signing/rules/policies/demo-policy-v1.yaml"


@pytest.fixture
def state(office: Running) -> Path:
    return Path(office.state.anchors).parent


def written(folder: Path, **changes: object) -> Path:
    fields = {**yaml.safe_load(SHIPPED.read_text()), "policy_id": "desk-v1", **changes}
    file = folder / "desk-v1.yaml"
    file.write_text(yaml.safe_dump(fields, allow_unicode=True))
    return file


def test_a_document_is_checked_put_in_force_listed_shown_and_signed_under(
    office: Running, state: Path, tmp_path: Path
) -> None:
    allowed = {
        "ingredients": {"relationships": ["parentOf", "inputTo"], "credentials": "trusted"},
        "allowed_actions": ["c2pa.*"],
        "trusted_clients": ["load"],
        "redactable_assertions": ["stds.exif", "c2pa.thumbnail.*"],
    }
    file = written(tmp_path, tenants=["load"], claim_generator_info=GENERATOR, **allowed)
    assert edge_signer(state, "policies", "check", file).returncode == 0
    done = edge_signer(state, "policies", "put", file)
    assert (done.returncode, done.stdout) == (0, "desk-v1 is in force on dev\n")

    rows = json.loads(edge_signer(state, "policies", "list", "--json").stdout)
    assert {row["policy_id"]: row["from"] for row in rows} == {
        "demo-policy-v1": "shipped",
        "desk-v1": "document",
        "newsroom-default-v3": "shipped",
    }
    listed = edge_signer(state, "policies", "list").stdout
    assert "desk-v1" in listed
    assert "ES256" in listed

    shown = yaml.safe_load(edge_signer(state, "policies", "show", "desk-v1").stdout)
    assert shown["claim_generator_info"] == GENERATOR
    assert {name: shown[name] for name in allowed} == allowed
    assert post(office, body(b"x", policy_id="desk-v1")).status == 200


GENERATOR = {"name": "Zoë, Desk", "specVersion": "2.4.0"}


def test_what_is_no_policy_is_not_put_in_force(state: Path, tmp_path: Path) -> None:
    file = written(tmp_path, algorithm="RS256")
    for command in ("check", "put"):
        refused = edge_signer(state, "policies", command, file)
        assert refused.returncode == 1
        assert f"{file}: algorithm must be 'ES256'" in refused.stderr
    large = tmp_path / "large-v1.yaml"
    large.write_text("# " + "x" * 4096)
    assert "has more than 4096 bytes" in edge_signer(state, "policies", "check", large).stderr


def test_a_broken_document_in_force_is_seen(office: Running, state: Path) -> None:
    ssm, name = office.client("ssm"), "/edge-signer/dev/policies/odd-v1"
    ssm.put_parameter(Name=name, Type="String", Value="- a list")
    listed = edge_signer(state, "policies", "list").stdout
    shown = edge_signer(state, "policies", "show", "odd-v1")
    ssm.delete_parameter(Name=name)
    assert "must be a mapping" in listed
    assert (shown.returncode, "must be a mapping" in shown.stderr) == (1, True)


def test_usage_errors_are_told(state: Path, tmp_path: Path) -> None:
    for arguments in (("show", "nobody-v1"), ("check", tmp_path / "none.yaml"), ("frobnicate",)):
        refused = edge_signer(state, "policies", *arguments)
        assert refused.returncode == 2, arguments
        assert refused.stderr
    nowhere = edge_signer(tmp_path, "policies", "list")
    assert nowhere.returncode == 1
    assert "--stage" in nowhere.stderr
