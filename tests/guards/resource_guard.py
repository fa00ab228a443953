"""What the template's resources must have: pure functions from a template to its faults.

They read SAM's form, with intrinsic functions as `Fn::…`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.guards.key_guard import is_retained, key_faults
from tests.guards.rendering import rendered
from tests.guards.role_statements import Document, branches, listed
from tests.guards.template_guard import functions

#: What a CDN may give to everybody.
SERVED = {
    "${ManifestBucket.Arn}/*/sha256/*.c2pa",
    "${ManifestBucket.Arn}/*/id/*.c2pa",
    "${ManifestBucket.Arn}/*/tsa/*.tsr",
    "${ConsoleBucket.Arn}/index.html",
    "${ConsoleBucket.Arn}/favicon.svg",
    "${ConsoleBucket.Arn}/console/*",
}
HIDDEN = ("${ManifestBucket.Arn}/audit/*", "${ManifestBucket.Arn}/trust/*")
#: What is believed because of who wrote it: the record, and what is still to be signed.
WRITTEN_BY_ONE = {
    "${ManifestBucket.Arn}/audit/*": "${AdminFunctionRole.Arn}",
    "${ManifestBucket.Arn}/*/sha256/*": "${SignFunctionRole.Arn}",
    "${ManifestBucket.Arn}/*/id/*": "${SignFunctionRole.Arn}",
    "${ManifestBucket.Arn}/*/tsa/*": "${SignFunctionRole.Arn}",
    "${JobsBucket.Arn}/*": "${ExecuteFunctionRole.Arn}",
    "${UploadBucket.Arn}/*": "${VerifyFunctionRole.Arn}",
    "${DerivativesBucket.Arn}/*": "${DeriveFunctionRole.Arn}",
}
#: Buckets that keep nothing: what is deleted there must be gone.
WITHOUT_VERSIONS = {"UploadBucket"}
#: Items that are replaced and never expire.
WITHOUT_EXPIRY = {"BreakersTable"}
#: Their items hold secrets.
OF_OUR_OWN_KEY = {"TenantsTable"}
LEAST_LOG_DAYS = 90
_CDN = {"Service": "cloudfront.amazonaws.com"}
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def resource_faults(document: Document) -> list[str]:
    """Say what the resources of a template lack."""
    found = list(key_faults(document))
    for logical_id, properties in functions(document).items():
        whole = {**document.get("Globals", {}).get("Function", {}), **properties}
        found += [f"{logical_id}: {fault}" for fault in _function_faults(document, whole)]
    for logical_id, one in of_type(document, "AWS::Serverless::LayerVersion"):
        if one["Properties"].get("PublishLambdaVersion") is not True:
            found.append(f"{logical_id}: functions keep the old layer when it changes")
    for logical_id, one in of_type(document, "AWS::S3::Bucket"):
        found += [f"{logical_id}: {fault}" for fault in _bucket_faults(document, logical_id, one)]
    for logical_id, one in of_type(document, "AWS::DynamoDB::Table"):
        found += [f"{logical_id}: {fault}" for fault in _table_faults(logical_id, one)]
    for logical_id, one in of_type(document, "AWS::Logs::LogGroup"):
        if one["Properties"].get("RetentionInDays", 0) < LEAST_LOG_DAYS:
            found.append(f"{logical_id}: keeps its lines for less than {LEAST_LOG_DAYS} days")
    return found


def of_type(document: Document, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the resources of a type with their logical ids."""
    return ((name, one) for name, one in document["Resources"].items() if one["Type"] == kind)


def _function_faults(document: Document, function: Mapping[str, Any]) -> Iterator[str]:
    if not function.get("AutoPublishAlias"):
        yield "has no alias"
    if function.get("AutoPublishAliasAllProperties") is not True:
        yield "its alias keeps an old version when a layer or a variable changes"
    group = function.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref", "")
    log = document["Resources"].get(group, {"Type": ""})
    expected = f"/aws/lambda/{rendered(function.get('FunctionName'))}"
    if log["Type"] != "AWS::Logs::LogGroup":
        yield "its log is not in the template"
    elif rendered(log["Properties"].get("LogGroupName")) != expected:
        yield f"its log is not called {expected}"


def _bucket_faults(document: Document, logical_id: str, bucket: Mapping[str, Any]) -> Iterator[str]:
    properties = bucket["Properties"]
    if not is_retained(bucket):
        yield "goes with the stack"
    if logical_id in WITHOUT_VERSIONS:
        if "VersioningConfiguration" in properties:
            yield "keeps what is deleted"
        if not any(map(_deletes_all, properties["LifecycleConfiguration"]["Rules"])):
            yield "keeps what nobody deletes"
    elif properties.get("VersioningConfiguration") != {"Status": "Enabled"}:
        yield "is not versioned"
    if "BucketEncryption" not in properties:
        yield "is not said to be encrypted"
    if {"ObjectOwnership": "BucketOwnerEnforced"} not in properties.get(
        "OwnershipControls", {}
    ).get("Rules", []):
        yield "objects may be somebody else's"
    blocked = properties.get("PublicAccessBlockConfiguration", {})
    if not all(blocked.get(one) is True for one in _BLOCKS):
        yield "may be made public"
    policies = [
        one["Properties"]["PolicyDocument"]["Statement"]
        for _, one in of_type(document, "AWS::S3::BucketPolicy")
        if one["Properties"]["Bucket"] == {"Ref": logical_id}
    ]
    statements = [branch for policy in policies for one in policy for branch in branches(one)]
    yield from _policy_faults(statements)
    for resource, role in WRITTEN_BY_ONE.items():
        if resource.startswith(f"${{{logical_id}.") and (resource, role) not in _writers(
            statements
        ):
            yield f"others than {role} may write {resource}"


def _deletes_all(rule: Mapping[str, Any]) -> bool:
    return rule == {"Id": rule["Id"], "Status": "Enabled", "ExpirationInDays": 1}


def _writers(statements: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Name what only one role may write, and that role."""
    return {
        (rendered(resource), rendered(one["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]))
        for one in statements
        for resource in listed(one["Resource"])
        if (one["Effect"], one["Principal"], one["Action"]) == ("Deny", "*", "s3:PutObject")
    }


def _policy_faults(statements: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    refusals = [one for one in statements if one["Effect"] == "Deny"]
    without_tls = {"Bool": {"aws:SecureTransport": "false"}}
    if not any(one["Principal"] == "*" and one.get("Condition") == without_tls for one in refusals):
        yield "answers without TLS"
    hidden = [
        resource
        for one in refusals
        if one["Principal"] == _CDN and "Condition" not in one
        for resource in map(rendered, listed(one["Resource"]))
    ]
    leaves = [one for one in statements if one["Effect"] == "Allow"]
    served = [rendered(resource) for one in leaves for resource in listed(one["Resource"])]
    if any(one.startswith("${ManifestBucket.Arn}/") for one in served):
        yield from (f"a CDN is not refused {one}" for one in HIDDEN if one not in hidden)
    for one in leaves:
        yield from _leave_faults(one)


def _leave_faults(leave: Mapping[str, Any]) -> Iterator[str]:
    where = leave.get("Sid", "a statement")
    if leave["Principal"] != _CDN:
        yield f"{where}: lets in {leave['Principal']}, which is no CDN"
    if not set(listed(leave["Action"])) <= {"s3:GetObject", "s3:GetObjectVersion"}:
        yield f"{where}: allows {leave['Action']}"
    if not {rendered(one) for one in listed(leave["Resource"])} <= SERVED:
        yield f"{where}: shows more than manifests, time-stamps and the console"
    if "aws:SourceArn" not in leave.get("Condition", {}).get("StringEquals", {}):
        yield f"{where}: lets in the distributions of others"


def _table_faults(logical_id: str, table: Mapping[str, Any]) -> Iterator[str]:
    properties = table["Properties"]
    if properties.get("BillingMode") != "PAY_PER_REQUEST":
        yield "is not on demand"
    recovery = properties.get("PointInTimeRecoverySpecification", {})
    if recovery.get("PointInTimeRecoveryEnabled") is not True:
        yield "cannot be restored to a point in time"
    if logical_id in OF_OUR_OWN_KEY and "KMSMasterKeyId" not in properties.get(
        "SSESpecification", {}
    ):
        yield "is encrypted with a key that is not the account's"
    if logical_id not in WITHOUT_EXPIRY and not properties.get("TimeToLiveSpecification"):
        yield "its items never expire"
    if is_retained(table) and not properties.get("DeletionProtectionEnabled"):
        yield "is kept, and may be deleted in one call"
