"""`edge-signer flags` as an operator uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.command import edge_signer
from tests.system.running import Running

FOLDER = "/edge-signer/dev/flags"
DEFAULTS = {
    "edge_signer_enabled": "true",
    "tenant_allowlist": "acme,testcorp,load",
    "kill_switch": "false",
    "max_payload_size": "65536",
    "kms_timeout_ms": "2000",
    "execution_enabled": "true",
    "verification_enabled": "true",
    "derivatives_enabled": "false",
    "edge_disabled_tenants": "",
    "central_signer_enabled": "true",
    "circuit_breaker_enabled": "true",
}


@pytest.fixture
def state(office: Running) -> Path:
    return Path(office.state.anchors).parent


def stored(office: Running) -> dict[str, str]:
    found = office.client("ssm").get_parameters_by_path(Path=FOLDER)["Parameters"]
    return {one["Name"].rpartition("/")[2]: one["Value"] for one in found}


def shown(state: Path) -> dict[str, Any]:
    rows = json.loads(edge_signer(state, "flags", "get", "--json").stdout)
    return {row.pop("flag"): row for row in rows}


def test_every_flag_is_shown_with_its_value_and_where_it_comes_from(state: Path) -> None:
    assert shown(state) == {
        name: {"value": value, "source": "default", "fault": ""} for name, value in DEFAULTS.items()
    }
    as_table = edge_signer(state, "flags", "get").stdout
    for name, value in DEFAULTS.items():
        assert [name, value or "-", "default", "-"] in [
            line.split() for line in as_table.splitlines()
        ]


def test_a_flag_is_set_as_workers_read_it_and_returned_to_its_default(
    office: Running, state: Path
) -> None:
    done = edge_signer(state, "flags", "set", "kill_switch", "ON")
    assert (done.returncode, done.stdout) == (
        0,
        "kill_switch is true on dev: every worker sees it within 10 s\n",
    )
    assert edge_signer(state, "flags", "set", "tenant_allowlist", "acme, load").returncode == 0
    assert stored(office) == {"kill_switch": "true", "tenant_allowlist": "acme,load"}
    assert shown(state)["kill_switch"] == {"value": "true", "source": "SSM", "fault": ""}
    for name in ("kill_switch", "tenant_allowlist", "tenant_allowlist"):
        done = edge_signer(state, "flags", "unset", name)
        assert (done.returncode, f"{name} is back to its default" in done.stdout) == (0, True)
    assert stored(office) == {}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("set", "kil_switch", "true"), "kil_switch is not a flag; known flags:"),
        (("unset", "kil_switch"), "kil_switch is not a flag; known flags:"),
        (("set", "kill_switch", "perhaps"), "kill_switch takes true or false"),
        (("set", "tenant_allowlist", "Acme"), "tenant_allowlist takes names of tenants"),
        (("set", "tenant_allowlist", " "), "needs at least one tenant"),
        (("set", "tenant_allowlist", ",".join(["acme"] * 900)), "more than 4096 bytes"),
        (("set", "max_payload_size", "6000001"), "from 1024 to 6000000"),
        (("set", "kms_timeout_ms", "2001"), "from 50 to 2000"),
        (("set", "circuit_breaker_enabled", "perhaps"), "takes true or false"),
        (("set", "smart_placement_enabled", "true"), "is not supported yet"),
        (("set", "kill_switch"), "Missing argument 'VALUE'"),
        (("get", "--region", "eu-west-1"), "--region needs --stage"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(
    office: Running, state: Path, arguments: tuple[str, ...], why: str
) -> None:
    refused = edge_signer(state, "flags", *arguments)
    assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr
    assert stored(office) == {}


def test_what_somebody_else_wrote_is_shown_with_its_fault(office: Running, state: Path) -> None:
    ssm = office.client("ssm")
    for name in ("kill_switch", "smart_placement_enabled"):
        ssm.put_parameter(Name=f"{FOLDER}/{name}", Type="String", Value="perhaps")
    seen = shown(state)
    fault = "kill_switch takes true or false"
    assert seen["kill_switch"] == {"value": None, "source": "SSM", "fault": fault}
    assert seen["smart_placement_enabled"]["fault"].endswith("is not supported yet")
    for name in ("kill_switch", "smart_placement_enabled"):
        assert edge_signer(state, "flags", "unset", name).returncode == 0
    assert stored(office) == {}
