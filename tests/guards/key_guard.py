"""Who may sign with the keys of a template: a pure function from a template to its faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.guards.rendering import rendered
from tests.guards.role_statements import Document, branches, listed

REPLICAS = {"AWS::KMS::ReplicaKey"}
KEY_TYPES = {"AWS::KMS::Key", *REPLICAS}
#: What signs, or lets others sign, and never in anybody's hands but a signer's.
SIGNING = {"kms:sign"}
FORBIDDEN = {"kms:creategrant", "kms:decrypt", "kms:encrypt", "kms:generatemac"}
USES_OF_A_TABLE_KEY = {
    *("kms:creategrant", "kms:decrypt", "kms:encrypt", "kms:reencryptfrom", "kms:reencryptto"),
    *("kms:generatedatakey", "kms:generatedatakeywithoutplaintext"),
}
PUBLIC_KEY = "kms:getpublickey"
PRINCIPAL = "aws:PrincipalArn"
_ACCOUNT = {"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}


def key_faults(document: Document) -> Iterator[str]:
    """Say which keys others than their signers could sign with, or nobody could administer."""
    for logical_id, key in document["Resources"].items():
        if key["Type"] in KEY_TYPES:
            signs = key["Type"] in REPLICAS or "KeyUsage" in key["Properties"]
            for fault in _faults(key) if signs else _table_key_faults(key):
                yield f"{logical_id}: {fault}"


def signers(statement: Mapping[str, Any], operator: str) -> set[str]:
    """Name the principals of a statement's condition."""
    named = statement.get("Condition", {}).get(operator, {}).get(PRINCIPAL)
    return {name for one in listed(named) for name in rendered(one).split(",")}


def _faults(key: Mapping[str, Any]) -> Iterator[str]:
    if not is_retained(key):
        yield "goes with the stack"
    policy = key["Properties"]["KeyPolicy"]
    statements = [branch for one in policy["Statement"] for branch in branches(one)]
    leaves = [one for one in statements if one["Effect"] == "Allow"]
    for leave in leaves:
        yield from _leave_faults(leave)
    if not any("kms:putkeypolicy" in _actions(one) and "Condition" not in one for one in leaves):
        yield "its policy could never be changed"
    allowed = {name for one in leaves if _actions(one) & SIGNING for name in _named(one)}
    refused = [
        signers(one, "ArnNotEquals")
        for one in statements
        if one["Effect"] == "Deny" and one["Principal"] == "*" and _actions(one) >= SIGNING
    ]
    if allowed not in refused:
        yield "nothing refuses a signature to those who are not named"


def _table_key_faults(key: Mapping[str, Any]) -> Iterator[str]:
    """Say how a key that encrypts a table could be used without asking DynamoDB for that table."""
    if not is_retained(key):
        yield "goes with the stack"
    if key["Properties"].get("EnableKeyRotation") is not True:
        yield "is never rotated"
    for leave in key["Properties"]["KeyPolicy"]["Statement"]:
        where, actions = leave["Sid"], _actions(leave)
        if any("*" in one for one in actions):
            yield f"{where}: allows more than it names"
        if not actions & USES_OF_A_TABLE_KEY:
            continue
        exact = leave.get("Condition", {}).get("StringEquals", {})
        if rendered(exact.get("kms:CallerAccount")) != "${AWS::AccountId}":
            yield f"{where}: is for other accounts too"
        if rendered(exact.get("kms:ViaService")) != "dynamodb.${AWS::Region}.amazonaws.com":
            yield f"{where}: is not for DynamoDB alone"
        if "kms:creategrant" in actions:
            if leave["Condition"].get("Bool") != {"kms:GrantIsForAWSResource": "true"}:
                yield f"{where}: grants the key to others than AWS"
        elif not exact.get("kms:EncryptionContext:aws:dynamodb:tableName"):
            yield f"{where}: is for every table"


def _leave_faults(leave: Mapping[str, Any]) -> Iterator[str]:
    where, actions = leave.get("Sid", "a statement"), _actions(leave)
    principal = leave["Principal"]
    if (
        not isinstance(principal, Mapping)
        or {kind: rendered(one) for kind, one in principal.items()} != _ACCOUNT
    ):
        yield f"{where}: is not for the account alone"
    if "NotAction" in leave or any("*" in one for one in actions):
        yield f"{where}: allows more than it names"
    for action in sorted(actions & FORBIDDEN):
        yield f"{where}: allows {action}"
    if actions & {*SIGNING, PUBLIC_KEY}:
        named = _named(leave)
        if not named or any("*" in one or "?" in one for one in named):
            yield f"{where}: is not for named principals alone"
    exact = leave.get("Condition", {}).get("StringEquals", {})
    if actions & SIGNING and not {"kms:MessageType", "kms:SigningAlgorithm"} <= exact.keys():
        yield f"{where}: leaves open what is signed and how"


def _named(leave: Mapping[str, Any]) -> set[str]:
    return signers(leave, "ArnEquals")


def _actions(statement: Mapping[str, Any]) -> set[str]:
    return {str(one).lower() for one in listed(statement.get("Action"))}


def is_retained(resource: Mapping[str, Any]) -> bool:
    """Tell whether a resource outlives its stack, once the stack was made.

    What a first deployment that failed has made goes with it: names are fixed, so that the next
    attempt would otherwise find them taken.
    """
    policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
    return policies == ("RetainExceptOnCreate", "Retain")
