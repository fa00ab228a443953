"""The statements of IAM in a template, and those that apply to one function.

It reads SAM's form and the translated one, with intrinsic functions as `Fn::…`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]

MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
POLICIES = ("AWS::IAM::Policy", MANAGED_POLICY)


def statements(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every statement of IAM, with where it stands."""
    for logical_id, resource in document["Resources"].items():
        for number, whole in enumerate(standing_in(resource)):
            for statement in branches(whole):
                yield f"{logical_id}, {statement.get('Sid', number)}", statement


def branches(statement: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what a statement is under some condition of the template; it may be nothing."""
    if "Fn::If" not in statement:
        yield dict(statement)
        return
    for branch in statement["Fn::If"][1:]:
        if branch != {"Ref": "AWS::NoValue"}:
            yield from branches(branch)


def statements_of(document: Mapping[str, Any], function: str) -> list[dict[str, Any]]:
    """Give all statements that apply to a function, each with its `Fn::If`."""
    resources = document["Resources"]
    role = resources[function]["Properties"].get("Role", {}).get("Fn::GetAtt", [function])[0]
    ours = [one["Ref"] for one in attached(resources[role]) if is_ours(document, one)]
    return [one for name in (role, *ours) for one in standing_in(resources[name])]


def standing_in(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the statements that are written in a resource, each with its `Fn::If`."""
    kind, properties = resource.get("Type"), resource.get("Properties", {})
    documents: list[Any] = []
    if kind == "AWS::Serverless::Function":
        documents = [one for one in listed(properties.get("Policies")) if _is_document(one)]
    elif kind == "AWS::IAM::Role":
        documents = [one["PolicyDocument"] for one in properties.get("Policies", [])]
    elif kind in POLICIES:
        documents = [properties["PolicyDocument"]]
    return [statement for one in documents for statement in listed(one["Statement"])]


def attached(resource: Mapping[str, Any]) -> list[Any]:
    """Give the managed policies that a function or a role has."""
    properties = resource.get("Properties", {})
    if resource.get("Type") == "AWS::Serverless::Function":
        return [one for one in listed(properties.get("Policies")) if not _is_document(one)]
    return listed(properties.get("ManagedPolicyArns"))


def is_ours(document: Mapping[str, Any], policy: Any) -> bool:
    """Tell whether a policy that is attached is one of the template's own."""
    name = policy.get("Ref") if isinstance(policy, Mapping) else None
    return name in document["Resources"] and document["Resources"][name]["Type"] == MANAGED_POLICY


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_document(policy: Any) -> bool:
    return isinstance(policy, Mapping) and "Statement" in policy
