"""What no template of this system may say: pure functions from a template to its faults.

They read SAM's form and the translated one, with intrinsic functions as `Fn::…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.guards.manifest_bucket_guard import (
    MANIFESTS_BY_NAME,
    manifest_bucket_faults,
)
from tests.guards.rendering import rendered
from tests.guards.role_statements import (
    POLICIES,
    Document,
    attached,
    is_ours,
    listed,
    statements,
)
from tests.guards.secrets_scan import secrets_in

#: All that a function may do with keys.
KMS_ACTIONS = {"kms:describekey", "kms:getpublickey", "kms:sign", "kms:verify"}
_FORBIDDEN = re.compile(
    r"s3:(delete|putbucket|putobjectacl|bypass).*|dynamodb:(delete|create|update)table"
    # Of tokens and of other tenants' usage, nobody reads more than the item that is asked for.
    r"|dynamodb:(scan|query|partiql.*)"
    r"|(iam|sts|organizations|lambda:(update|create|add|put)).*"
)
_KEYS = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
_KEYS_OF_KMS_REGION = _KEYS.replace("${AWS::Region}", "${AWS::Region}|${KmsRegion}")
_KEYS_ABROAD = "arn:${AWS::Partition}:kms:${KmsReplicaRegion}:${AWS::AccountId}:key/*"
_FOLDER = (
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/edge-signer/${Stage}"
)
#: The only resources with a wildcard; keys must be narrowed by their aliases besides.
WILDCARDS = {
    _KEYS,
    _KEYS_OF_KMS_REGION,
    _KEYS_ABROAD,
    f"{_FOLDER}/certificates/*",
    f"{_FOLDER}/policies/*",
    f"{_FOLDER}/flags/*",
    "${ManifestBucket.Arn}/*/sha256/*.c2pa",
    "${ManifestBucket.Arn}/*/id/*.c2pa",
    "${ManifestBucket.Arn}/*/tsa/*.tsr",
    "${JobsBucket.Arn}/modules/*/*.wasm",
    "${JobsBucket.Arn}/results/*/*.json",
    "${JobsBucket.Arn}/unsigned/*/*.json",
    "${JobsBucket.Arn}/compiled/*/*.cwasm",
    "${ManifestBucket.Arn}/audit/*",
    "${ManifestBucket.Arn}/trust/*",
    "${UploadBucket.Arn}/uploads/*/*",
    "${DerivativesBucket.Arn}/derivatives/*",
    # The publisher's images, of which anybody may read derivatives.
    "arn:${AWS::Partition}:s3:::${OriginalsBucket}/*",
    f"{MANIFESTS_BY_NAME}/*/sha256/*.c2pa",
    f"{MANIFESTS_BY_NAME}/*/id/*.c2pa",
    f"{MANIFESTS_BY_NAME}/trust/*",
}
#: What decodes images or reads what strangers wrote; it may use no key.
KEYLESS = re.compile(r"(Verify|Recheck|Derive)Function(Role)?, ")
#: The only objects that a function may delete: nothing depends on them.
DELETABLE = {"${UploadBucket.Arn}/uploads/*/*"}
#: What SAM gives to every function: to write its own log.
MANAGED = {
    "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
}
#: What SAM gives to the role with which CodeDeploy moves aliases; no function can take it on.
_DEPLOYERS = {
    one.replace("AWSLambdaBasicExecutionRole", "AWSCodeDeployRoleForLambda") for one in MANAGED
}
_ALIASES = "kms:ResourceAliases"
_OURS = "alias/edge-signer-${Stage}-"
_FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_SECRET_NAME = re.compile(r"(^|_)(KEY|SECRET|TOKEN|PASSWORD|PASSPHRASE|CREDENTIALS?)(_|$)")
_NAME_OF_SOMETHING = re.compile(r"alias/|arn:|/[a-z]|\$\{[A-Za-z]+(\.[A-Za-z]+)?\}$")


def faults(document: Document) -> list[str]:
    """Say what the functions of a template may do and must not, or are told and must not be."""
    found = [fault for where, one in statements(document) for fault in _faults(where, one)]
    found += list(_role_faults(document))
    found += list(manifest_bucket_faults(document))
    found += list(_chaos_faults(document))
    found += list(_parameter_faults(document))
    for logical_id, properties in functions(document).items():
        variables = properties.get("Environment", {}).get("Variables", {})
        found += [
            f"{logical_id}: {fault}"
            for fault in environment_faults(variables, free_parameters(document))
        ]
    shared = document.get("Globals", {}).get("Function", {}).get("Environment", {})
    found += environment_faults(shared.get("Variables", {}), free_parameters(document))
    return found


def functions(document: Document) -> dict[str, dict[str, Any]]:
    """Give the properties of every function, by logical id."""
    return {
        logical_id: resource.get("Properties", {})
        for logical_id, resource in document["Resources"].items()
        if resource.get("Type") in _FUNCTIONS
    }


def free_parameters(document: Document) -> set[str]:
    """Name the template's parameters that may hold anything but an ARN."""
    return {
        name
        for name, parameter in document.get("Parameters", {}).items()
        if not str(parameter.get("AllowedPattern", "")).startswith("(arn:")
    }


def allowed_actions(document: Document) -> set[str]:
    """Name all that the functions together may do, in lower case as IAM compares."""
    return {
        action.lower()
        for _, statement in statements(document)
        if statement.get("Effect") == "Allow"
        for action in listed(statement.get("Action"))
    }


def environment_faults(variables: Mapping[str, Any], parameter_names: set[str]) -> list[str]:
    """Say which variables are secrets, or are called so and name nothing that holds one.

    Args:
        variables: Values as the template has them.
        parameter_names: A value that comes from one of these is known to whoever deploys.
    """
    found = []
    for name, value in variables.items():
        for text in filter(None, map(rendered, _alternatives(value))):
            if secrets_in(f'{name}="{text}"'.encode()):
                found.append(f"{name} holds a secret")
            elif _SECRET_NAME.search(name.upper()) and (
                not _NAME_OF_SOMETHING.match(text) or text.strip("${}") in parameter_names
            ):
                found.append(
                    f"{name} is called a secret, and is not an alias, an ARN or a parameter"
                )
    return found


def _alternatives(value: Any) -> Iterator[Any]:
    """Give what a value is under some condition of the template."""
    if isinstance(value, Mapping) and "Fn::If" in value:
        for branch in value["Fn::If"][1:]:
            yield from _alternatives(branch)
    else:
        yield value


def _faults(where: str, statement: Mapping[str, Any]) -> Iterator[str]:
    if statement.get("Effect") == "Deny":
        return
    for inverted in ("NotAction", "NotResource"):
        if inverted in statement:
            yield f"{where}: {inverted} allows all that it does not name"
    resources = [rendered(one) for one in listed(statement.get("Resource"))]
    for action in map(rendered, listed(statement.get("Action"))):
        if action == "s3:DeleteObject" and set(resources) <= DELETABLE:
            continue
        if "*" in action or "?" in action:
            yield f"{where}: {action} is a wildcard"
        elif (
            action.lower().startswith("kms:") and action.lower() not in KMS_ACTIONS
        ) or _FORBIDDEN.fullmatch(action.lower()):
            yield f"{where}: {action} is forbidden"
        elif KEYLESS.match(where) and action.lower().startswith("kms:"):
            yield f"{where}: whoever reads foreign files may not use {action}"
    if not resources:
        yield f"{where}: names no resource"
    for resource in resources:
        if ("*" in resource or "?" in resource) and resource not in WILDCARDS:
            yield f"{where}: the resource {resource} is wider than what is allowed to be wide"
        is_any_key = resource in {_KEYS, _KEYS_OF_KMS_REGION, _KEYS_ABROAD}
        if is_any_key and not _is_narrowed_by_alias(statement.get("Condition", {})):
            yield f"{where}: takes every key of the account"


def _parameter_faults(document: Document) -> Iterator[str]:
    """Say which statements name a resource that whoever deploys may choose at will."""
    free = {f"${{{name}}}" for name in free_parameters(document)}
    for where, statement in statements(document):
        for resource in map(rendered, listed(statement.get("Resource"))):
            if resource in free:
                yield f"{where}: the resource {resource} may be anything"


def _chaos_faults(document: Document) -> Iterator[str]:
    """Say whether calls of KMS may be made to fail in production."""
    never_in_prod = {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "prod"]}]}
    allows = document.get("Conditions", {}).get("AllowsChaos", {"Fn::And": [never_in_prod]})
    if never_in_prod not in allows.get("Fn::And", []):
        yield "AllowsChaos: allows chaos in prod"
    for where, statement in statements(document):
        resources = map(rendered, listed(statement.get("Resource")))
        if any("/chaos" in one for one in resources) and statement not in list(
            _under_chaos(document)
        ):
            yield f"{where}: may touch the order of faults in every stage"


def _under_chaos(value: Any) -> Iterator[Any]:
    """Give every statement that is there under the condition alone."""
    if isinstance(value, Mapping):
        if listed(value.get("Fn::If"))[:1] == ["AllowsChaos"]:
            yield value["Fn::If"][1]
        value = list(value.values())
    for one in value if isinstance(value, list) else ():
        yield from _under_chaos(one)


def _is_narrowed_by_alias(condition: Mapping[str, Mapping[str, Any]]) -> bool:
    aliases = [
        rendered(alias)
        for operator in ("ForAnyValue:StringLike", "ForAnyValue:StringEquals")
        for alias in listed(condition.get(operator, {}).get(_ALIASES))
    ]
    return bool(aliases) and all(
        alias.startswith(_OURS) and alias != f"{_OURS}*" for alias in aliases
    )


def _role_faults(document: Document) -> Iterator[str]:
    """Say which permissions lie where nobody reads them here."""
    for logical_id, resource in document["Resources"].items():
        kind, properties = resource.get("Type"), resource.get("Properties", {})
        known = MANAGED | (_DEPLOYERS if _is_for_code_deploy(properties) else set())
        for one in attached(resource):
            if rendered(one) not in known and not is_ours(document, one):
                yield f"{logical_id}: what {rendered(one)} allows is written elsewhere"
        if kind in POLICIES and properties.keys() & {"Roles", "Users", "Groups"}:
            yield f"{logical_id}: whom it is given to is not written there"
        if kind in _FUNCTIONS and "Role" in properties:
            role = rendered(properties["Role"]).strip("${}").removesuffix(".Arn")
            if document["Resources"].get(role, {}).get("Type") != "AWS::IAM::Role":
                yield f"{logical_id}: its role is not in the template"


def _is_for_code_deploy(properties: Mapping[str, Any]) -> bool:
    trust = properties.get("AssumeRolePolicyDocument", {}).get("Statement", [])
    whom = [one.get("Principal") for one in trust]
    return whom == [{"Service": ["codedeploy.amazonaws.com"]}]
