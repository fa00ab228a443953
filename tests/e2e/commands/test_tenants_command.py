"""`edge-signer tenants` as an operator uses it, and what the tokens are worth over HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from edge_signer.platform.names import TENANT_ID
from tests.conftest import ROOT
from tests.e2e.conftest import body, calls, post
from tests.guards.secrecy import SENT
from tests.system import command
from tests.system.running import Running

TABLE = "edge-signer-dev-tenants"


def edge_signer(
    system: Running, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    state = Path(system.state.anchors).parent
    return command.edge_signer(state, *arguments, **{"COLUMNS": "80", **environment})


def tenants(system: Running, *arguments: object) -> Any:
    done = edge_signer(system, "tenants", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    if isinstance(printed, dict):
        SENT.keep("token", printed.get("token"))
        SENT.keep("HMAC key", printed.get("hmac_key"))
    return printed


def listed(system: Running, tenant: str) -> dict[str, dict[str, Any]]:
    return {
        token["fingerprint"]: token
        for token in tenants(system, "list")
        if token["tenant_id"] == tenant
    }


def status(system: Running, token: str) -> int:
    return post(system, body(b"by command"), Authorization=f"Bearer {token}").status


@pytest.fixture(autouse=True)
def _nobody_is_left(system: Running) -> Any:
    yield
    edge_signer(system, "tenants", "remove", "newcorp")


def test_a_new_tenants_token_signs_and_a_removed_one_does_not(system: Running) -> None:
    added = tenants(system, "add", "newcorp")
    assert added["hmac_key"] is None
    assert status(system, added["token"]) == 200

    unused = tenants(system, "rotate", "newcorp")
    before = calls(system, "kms.Sign")
    removed = tenants(system, "remove", "newcorp", "--token", unused["fingerprint"])
    assert removed["removed"] == [unused["fingerprint"]]
    assert status(system, unused["token"]) == 401
    assert calls(system, "kms.Sign") == before
    assert list(listed(system, "newcorp")) == [added["fingerprint"]]


def test_the_old_token_works_within_the_grace_and_not_after(system: Running) -> None:
    first = tenants(system, "add", "newcorp")
    second = tenants(system, "rotate", "newcorp", "--grace", "1h")
    assert second["ending"] == [first["fingerprint"]]
    assert listed(system, "newcorp")[first["fingerprint"]]["expires_at"] == second["ending_at"]
    assert status(system, first["token"]) == status(system, second["token"]) == 200

    third = tenants(system, "rotate", "newcorp", "--grace", "2h")
    ends = {name: token["expires_at"] for name, token in listed(system, "newcorp").items()}
    assert ends == {
        first["fingerprint"]: second["ending_at"],
        second["fingerprint"]: third["ending_at"],
        third["fingerprint"]: None,
    }

    # The grace ends in the table, not by waiting; no worker has seen this token.
    fourth = tenants(system, "rotate", "newcorp")
    dynamodb = system.client("dynamodb")
    (key,) = [
        item["token_sha256"]
        for item in dynamodb.scan(TableName=TABLE)["Items"]
        if item["token_sha256"]["S"].startswith(third["fingerprint"])
    ]
    dynamodb.update_item(
        TableName=TABLE,
        Key={"token_sha256": key},
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
    )
    before = calls(system, "kms.Sign")
    assert status(system, third["token"]) == 401
    assert calls(system, "kms.Sign") == before
    assert status(system, fourth["token"]) == 200


def test_no_grace_ends_the_old_token_now(system: Running) -> None:
    leaked = tenants(system, "add", "newcorp")
    tenants(system, "rotate", "newcorp", "--grace", "0")
    assert status(system, leaked["token"]) == 401


def test_a_tenant_that_signs_its_requests_goes_on_doing_so(system: Running, tmp_path: Path) -> None:
    tenants(system, "add", "newcorp")
    for changes, has_key in ((("--hmac",), True), ((), True), (("--no-hmac",), False)):
        credential = tenants(system, "rotate", "newcorp", *changes)
        assert (credential["hmac_key"] is not None) == has_key
        photograph = Path(shutil.copy(ROOT / "examples/rocket-small.jpg", tmp_path / "a.jpg"))
        said = ("--source-type", "digitalCapture")
        # One of the two requests of --remote has a query, which is signed too.
        where = ("--remote", "-o", tmp_path / "signed.jpg", "--force")
        who = ("--tenant", "newcorp", "--token", credential["token"])
        sign = ("sign", photograph, *said, *where, *who)
        key = {"EDGE_SIGNER_HMAC_KEY": credential["hmac_key"]} if credential["hmac_key"] else {}
        done = edge_signer(system, *sign, **key)
        assert done.returncode == 0, done.stderr
        if key:
            refused = edge_signer(system, *sign)
            assert (refused.returncode, "INVALID_SIGNATURE" in refused.stderr) == (1, True)


def test_a_secret_is_shown_once_and_the_list_fits_a_terminal(system: Running) -> None:
    added = edge_signer(system, "tenants", "add", "newcorp", "--hmac")
    assert added.returncode == 0, added.stderr
    facts = dict(line.split(maxsplit=1) for line in added.stdout.splitlines() if "  " in line)
    token = facts["token"]
    hmac_key = facts["HMAC"].removeprefix("key").strip()
    SENT.keep("token", token)
    SENT.keep("HMAC key", hmac_key)
    assert "never shown again" in added.stdout

    as_json = edge_signer(system, "tenants", "list", "--json")
    shown = edge_signer(system, "tenants", "list")
    for secret in (token, hmac_key):
        assert secret not in as_json.stdout + shown.stdout + shown.stderr
    (line,) = [line for line in shown.stdout.splitlines() if line.startswith("newcorp ")]
    assert line.split()[1:2] == [*listed(system, "newcorp")]
    assert line.rstrip().endswith("yes")
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "…" not in shown.stdout


def test_a_stage_on_aws_is_reached_through_the_developers_own_session(system: Running) -> None:
    aws = {
        "AWS_ENDPOINT_URL": system.state.aws_endpoint,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "EDGE_SIGNER_STATE": "nowhere",
    }
    here = ("--stage", "dev", "--region", "us-east-1", "--json")
    found = edge_signer(system, "tenants", "list", *here, **aws)
    assert found.returncode == 0, found.stderr
    assert {"acme", "load"} <= {token["tenant_id"] for token in json.loads(found.stdout)}
    nothing = ("--stage", "prod", "--region", "us-east-1")
    absent = edge_signer(system, "tenants", "list", *nothing, **aws)
    assert absent.returncode == 1
    assert "edge-signer-prod-tenants: " in absent.stderr
    assert "ResourceNotFoundException" in absent.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "acme"), "rotate acme"),
        (("add", "New Corp"), "not a valid tenant's name"),
        (("add", "audit"), "audit is a reserved name"),
        (("add", "-x"), "-x"),
        (("add", "x" * 64), "63"),
        (("rotate", "newcorp"), "no tenant newcorp"),
        (("rotate", "acme", "--grace", "soon"), "90s, 30m, 24h, 7d or 0"),
        (("rotate", "acme", "--grace", "24"), "90s, 30m, 24h, 7d or 0"),
        (("rotate", "acme", "--grace", "91d"), "90d"),
        (("remove", "newcorp"), "no tenant newcorp"),
        (("remove", "acme", "--token", "00000000"), "no token 00000000"),
        (("list", "--region", "us-east-1"), "--stage"),
        (("list", "--stage", "Prod"), "not a stage"),
    ],
)
def test_wrong_usage_changes_nothing_and_is_told(
    system: Running, arguments: tuple[str, ...], words: str
) -> None:
    before = tenants(system, "list")
    refused = edge_signer(system, "tenants", *arguments)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert tenants(system, "list") == before


def test_the_template_and_the_signer_have_one_idea_of_a_name() -> None:
    assert (
        f'"({TENANT_ID.pattern}(, *{TENANT_ID.pattern})*)?"' in (ROOT / "template.yaml").read_text()
    )
