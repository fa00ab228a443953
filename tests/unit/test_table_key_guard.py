"""The key of the tenants' table encrypts that table and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.conftest import ROOT
from tests.guards.key_guard import key_faults

SAM: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
Change = Callable[[dict[str, Any]], Any]


def without_condition(sid: str, remove: str) -> Change:
    """Take a condition out of a statement of the tenants' table's key."""

    def change(document: dict[str, Any]) -> None:
        for one in document["Resources"]["TenantsKey"]["Properties"]["KeyPolicy"]["Statement"]:
            if one["Sid"] == sid:
                for conditions in one["Condition"].values():
                    conditions.pop(remove, None)

    return change


MUTATIONS: dict[str, tuple[Change, str]] = {
    "a table's key for other accounts": (
        without_condition("EncryptTheTable", "kms:CallerAccount"),
        "TenantsKey: EncryptTheTable: is for other accounts too",
    ),
    "a table's key for anybody": (
        without_condition("EncryptTheTable", "kms:ViaService"),
        "TenantsKey: EncryptTheTable: is not for DynamoDB alone",
    ),
    "a table's key for all tables": (
        without_condition("EncryptTheTable", "kms:EncryptionContext:aws:dynamodb:tableName"),
        "TenantsKey: EncryptTheTable: is for every table",
    ),
    "grants of a table's key": (
        without_condition("LetDynamoDbKeepTheTable", "kms:GrantIsForAWSResource"),
        "TenantsKey: LetDynamoDbKeepTheTable: grants the key to others than AWS",
    ),
    "a table's key that goes": (
        lambda document: document["Resources"]["TenantsKey"].pop("DeletionPolicy"),
        "TenantsKey: goes with the stack",
    ),
    "a table's key that stays the same": (
        lambda document: document["Resources"]["TenantsKey"]["Properties"].pop("EnableKeyRotation"),
        "TenantsKey: is never rotated",
    ),
}


@pytest.mark.parametrize("case", MUTATIONS)
def test_a_key_that_does_more_is_refused(case: str) -> None:
    change, fault = MUTATIONS[case]
    mutated = copy.deepcopy(SAM)
    change(mutated)
    assert list(key_faults(mutated)) == [fault]
