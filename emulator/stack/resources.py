"""Creates the resources that functions use, through the services' own APIs.

Each creator lists its type's properties by name. A property in neither list is refused: ignoring
it would make a template work here and behave differently on AWS.
"""

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from emulator.account import STACK_NAME, arn
from emulator.errors import TemplateError
from emulator.stack.intrinsics import Identity

_Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Services:
    """boto3 clients of the services that hold state."""

    kms: Any
    s3: Any
    dynamodb: Any
    ssm: Any


def create(
    services: Services, type_name: str, logical_id: str, properties: _Properties
) -> Identity:
    """Create one resource.

    Args:
        services: Where to create it.
        type_name: A member of CREATED_TYPES.
        logical_id: The resource's name in the template.
        properties: Its properties, resolved.

    Raises:
        TemplateError: A property is missing or unknown, or the service refuses it.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    known = CREATED_TYPES[type_name]
    strange = sorted(set(properties) - known.used - known.inert)
    if strange:
        raise TemplateError(
            f"{logical_id}.Properties: {type_name} has {', '.join(strange)}, unknown here"
        )
    try:
        return known.creator(services, logical_id, _Required(logical_id, properties))
    except (BotoCoreError, ClientError) as error:
        raise TemplateError(f"{logical_id}: {error}") from error


class _Required(dict[str, Any]):
    """Properties; a missing one is a TemplateError."""

    def __init__(self, logical_id: str, properties: _Properties) -> None:
        super().__init__(properties)
        self._logical_id = logical_id

    def __missing__(self, name: str) -> Any:
        raise TemplateError(f"{self._logical_id}.Properties: {name} is missing")


def _key(services: Services, _logical_id: str, properties: _Properties) -> Identity:
    metadata = services.kms.create_key(
        Description=properties.get("Description", ""),
        KeySpec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
        KeyUsage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
        MultiRegion=bool(properties.get("MultiRegion", False)),
        Policy=json.dumps(properties["KeyPolicy"]),
    )["KeyMetadata"]
    if not properties.get("Enabled", True):
        services.kms.disable_key(KeyId=metadata["KeyId"])
    return Identity(metadata["KeyId"], {"Arn": metadata["Arn"], "KeyId": metadata["KeyId"]})


def _key_alias(services: Services, _logical_id: str, properties: _Properties) -> Identity:
    name = properties["AliasName"]
    services.kms.create_alias(AliasName=name, TargetKeyId=properties["TargetKeyId"])
    return Identity(name)


def _bucket(services: Services, logical_id: str, properties: _Properties) -> Identity:
    name = properties.get("BucketName") or f"{STACK_NAME}-{logical_id}".lower()
    services.s3.create_bucket(Bucket=name)
    for property_name, configure in (
        ("VersioningConfiguration", services.s3.put_bucket_versioning),
        ("OwnershipControls", services.s3.put_bucket_ownership_controls),
        ("PublicAccessBlockConfiguration", services.s3.put_public_access_block),
    ):
        if property_name in properties:
            configure(Bucket=name, **{property_name: properties[property_name]})
    if "CorsConfiguration" in properties:
        rules = [_cors_rule(one) for one in properties["CorsConfiguration"]["CorsRules"]]
        services.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
    if "NotificationConfiguration" in properties:
        _notify(services, name, properties["NotificationConfiguration"])
    return Identity(
        name,
        {
            "Arn": arn("s3", name, region="", account_id=""),
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{services.s3.meta.region_name}.amazonaws.com",
        },
    )


def _cors_rule(rule: _Properties) -> dict[str, Any]:
    """Return a rule in the words of S3's API."""
    renamed = {"ExposedHeaders": "ExposeHeaders", "Id": "ID", "MaxAge": "MaxAgeSeconds"}
    return {renamed.get(name, name): value for name, value in rule.items()}


def _notify(services: Services, bucket: str, properties: _Properties) -> None:
    """Set a bucket's notifications, in the words of S3's API."""
    if strange := sorted(properties.keys() - {"LambdaConfigurations"}):
        raise TemplateError(f"NotificationConfiguration has {', '.join(strange)}, unknown here")
    configurations = []
    for one in properties["LambdaConfigurations"]:
        made = {"LambdaFunctionArn": one["Function"], "Events": [one["Event"]]}
        if "Filter" in one:
            made["Filter"] = {"Key": {"FilterRules": one["Filter"]["S3Key"]["Rules"]}}
        configurations.append(made)
    services.s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": configurations},
    )


def _bucket_policy(services: Services, _logical_id: str, properties: _Properties) -> Identity:
    bucket = properties["Bucket"]
    services.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(properties["PolicyDocument"]))
    return Identity(bucket)


def _table(services: Services, logical_id: str, properties: _Properties) -> Identity:
    name = properties.get("TableName") or f"{STACK_NAME}-{logical_id}"
    optional = ("BillingMode", "GlobalSecondaryIndexes", "ProvisionedThroughput")
    services.dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=properties["AttributeDefinitions"],
        KeySchema=properties["KeySchema"],
        **{key: properties[key] for key in optional if key in properties},
    )
    for property_name, configure in (
        ("TimeToLiveSpecification", services.dynamodb.update_time_to_live),
        ("PointInTimeRecoverySpecification", services.dynamodb.update_continuous_backups),
    ):
        if property_name in properties:
            configure(TableName=name, **{property_name: properties[property_name]})
    return Identity(name, {"Arn": arn("dynamodb", f"table/{name}")})


def _parameter(services: Services, logical_id: str, properties: _Properties) -> Identity:
    name = properties.get("Name") or f"{STACK_NAME}-{logical_id}"
    value = str(properties["Value"])
    services.ssm.put_parameter(Name=name, Type=properties["Type"], Value=value)
    return Identity(name, {"Type": properties["Type"], "Value": value})


@dataclass(frozen=True)
class _Known:
    """A creator, the properties that it uses, and those without an effect in the emulator."""

    creator: Callable[[Services, str, _Properties], Identity]
    used: Set[str]
    inert: Set[str] = frozenset({"Tags"})


CREATED_TYPES: Mapping[str, _Known] = {
    "AWS::KMS::Key": _Known(
        _key,
        {"Description", "Enabled", "KeyPolicy", "KeySpec", "KeyUsage", "MultiRegion"},
        {"EnableKeyRotation", "PendingWindowInDays", "Tags"},
    ),
    "AWS::KMS::Alias": _Known(_key_alias, {"AliasName", "TargetKeyId"}),
    "AWS::S3::Bucket": _Known(
        _bucket,
        {
            "BucketName",
            "CorsConfiguration",
            "NotificationConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "VersioningConfiguration",
        },
        {
            "BucketEncryption",
            # The emulator deletes nothing by itself; at its end, everything is gone.
            "LifecycleConfiguration",
            "LoggingConfiguration",
            # The emulator never deletes a manifest.
            "ObjectLockConfiguration",
            "ObjectLockEnabled",
            "Tags",
        },
    ),
    "AWS::S3::BucketPolicy": _Known(_bucket_policy, {"Bucket", "PolicyDocument"}),
    "AWS::DynamoDB::Table": _Known(
        _table,
        {
            "AttributeDefinitions",
            "BillingMode",
            "GlobalSecondaryIndexes",
            "KeySchema",
            "PointInTimeRecoverySpecification",
            "ProvisionedThroughput",
            "TableName",
            "TimeToLiveSpecification",
        },
        {"DeletionProtectionEnabled", "SSESpecification", "Tags"},
    ),
    "AWS::SSM::Parameter": _Known(
        _parameter,
        {"Name", "Type", "Value"},
        {"AllowedPattern", "Description", "Tags", "Tier"},
    ),
}
"""Types that are created."""
