"""What the admin function may do, and who may not touch the record of changes."""

from __future__ import annotations

from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from edge_signer.administration.flag_parameters import TURN_ID
from edge_signer.configuration.flags import Flags
from tests.conftest import ROOT
from tests.guards.rendering import rendered
from tests.guards.role_statements import listed, statements_of

SAM: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
CHAOS = "AllowsChaos"


def statements(function: str) -> list[tuple[str, dict[str, Any]]]:
    """Give each statement of a function's role, and the condition under which it is there."""
    found = []
    for one in statements_of(SAM, function):
        condition, statement, _ = one.get("Fn::If", ("", one, None))
        found.append((condition, statement))
    return found


def resources(statement: dict[str, Any]) -> list[str]:
    return [rendered(one) for one in listed(statement["Resource"])]


def test_it_may_write_every_flag_and_no_other_parameter() -> None:
    written = [
        name.partition("/edge-signer/${Stage}/")[2]
        for condition, statement in statements("AdminFunction")
        if "ssm:PutParameter" in listed(statement["Action"]) and condition != CHAOS
        for name in resources(statement)
    ]
    assert sorted(written) == sorted(f"flags/{name}" for name in Flags.model_fields)


def test_it_uses_no_key_and_deletes_nothing_but_its_turn() -> None:
    for _, statement in statements("AdminFunction"):
        for action in listed(statement["Action"]):
            assert not action.startswith("kms:")
            if "Delete" in action:
                assert action == "dynamodb:DeleteItem"
                keys = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
                assert keys == [TURN_ID]


def test_it_may_add_to_the_record_and_do_nothing_else_with_it() -> None:
    about_s3 = [
        statement
        for _, statement in statements("AdminFunction")
        if any(action.startswith("s3:") for action in listed(statement["Action"]))
    ]
    (only,) = about_s3
    assert listed(only["Action"]) == ["s3:PutObject"]
    assert resources(only) == ["${ManifestBucket.Arn}/audit/*"]
    assert only["Condition"] == {"Null": {"s3:if-none-match": "false"}}


@pytest.mark.parametrize("function", ["SignFunction", "FallbackFunction"])
def test_whoever_signs_cannot_touch_the_record(function: str) -> None:
    about_s3 = [
        statement
        for _, statement in statements(function)
        if any(action.startswith("s3:") for action in listed(statement["Action"]))
    ]
    denied = [one for one in about_s3 if one["Effect"] == "Deny"]
    assert not about_s3 or [(one["Action"], resources(one)) for one in denied] == [
        ("s3:*", ["${ManifestBucket.Arn}/audit/*"]),
        (["s3:PutObject", "s3:DeleteObject"], ["${ManifestBucket.Arn}/trust/*"]),
    ]


@pytest.mark.parametrize(
    "function", ["SignFunction", "FallbackFunction", "AdminFunction", "HealthFunction"]
)
def test_where_chaos_is_not_allowed_nobody_may_read_or_write_an_order_of_chaos(
    function: str,
) -> None:
    conditions = {
        condition
        for condition, statement in statements(function)
        if any(name.endswith("/chaos") for name in resources(statement))
    }
    assert conditions == {CHAOS}
