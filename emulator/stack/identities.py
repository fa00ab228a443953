"""Names the resources that the emulator does not create.

These types are either emulated elsewhere (functions, the API) or not needed for a request on a
laptop (roles, policies, alarms, the CDN). Other resources may refer to them, so each has the Ref
and the attributes that CloudFormation would return.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from emulator.account import STACK_NAME, arn
from emulator.stack.intrinsics import Identity

_Properties = Mapping[str, Any]


def ignored_identity(type_name: str, logical_id: str, properties: _Properties) -> Identity:
    """Name a resource of an ignored type.

    Args:
        type_name: A member of IGNORED_TYPES.
        logical_id: The resource's name in the template.
        properties: Its properties, resolved.
    """
    return IGNORED_TYPES[type_name](logical_id, properties)


def _named(
    property_name: str = "",
    ref: str = "{name}",
    attributes: Mapping[str, str] = MappingProxyType({}),
) -> "_Namer":
    """Make a namer from formats, in which `{name}` is the physical name and `{id}` the logical one.

    `{lower}` and `{upper}` are the logical name in small letters and in capitals.

    Args:
        property_name: The property that has the physical name; without it one is made up.
        ref: Format of Ref.
        attributes: Formats of the attributes, by name.
    """

    def name(logical_id: str, properties: _Properties) -> Identity:
        physical = str(properties.get(property_name) or f"{STACK_NAME}-{logical_id}")
        names = {
            "name": physical,
            "id": logical_id,
            "lower": logical_id.lower(),
            "upper": logical_id.upper(),
        }
        formatted = {key: one.format(**names) for key, one in attributes.items()}
        return Identity(ref.format(**names), formatted)

    return name


def _version(_logical_id: str, properties: _Properties) -> Identity:
    name = str(properties["FunctionName"]).rpartition(":")[2]
    version = arn("lambda", f"function:{name}:1")
    return Identity(version, {"FunctionArn": version, "Version": "1"})


def _alias(_logical_id: str, properties: _Properties) -> Identity:
    name = str(properties["FunctionName"]).rpartition(":")[2]
    alias = arn("lambda", f"function:{name}:{properties['Name']}")
    return Identity(alias, {"AliasArn": alias})


_Namer = Callable[[str, _Properties], Identity]

_ALARM = {"Arn": arn("cloudwatch", "alarm:{name}")}
_LAYER = arn("lambda", "layer:{name}:1")
_POLICY = arn("iam", "policy/{name}", region="")
_TOPIC = arn("sns", "{name}")

IGNORED_TYPES: Mapping[str, _Namer] = {
    "AWS::ApiGatewayV2::Api": _named(
        ref="{lower}",
        attributes={"ApiId": "{lower}", "ApiEndpoint": "https://{lower}.execute-api.invalid"},
    ),
    "AWS::ApiGatewayV2::ApiMapping": _named(),
    "AWS::ApiGatewayV2::DomainName": _named(
        "DomainName",
        attributes={
            "RegionalDomainName": "{name}.execute-api.invalid",
            "RegionalHostedZoneId": "Z0",
        },
    ),
    "AWS::ApiGatewayV2::Stage": _named("StageName"),
    "AWS::CloudFront::CachePolicy": _named(ref="{id}", attributes={"Id": "{id}"}),
    "AWS::CloudFront::Distribution": _named(
        ref="{upper}", attributes={"Id": "{upper}", "DomainName": "{lower}.cloudfront.invalid"}
    ),
    "AWS::CloudFront::OriginAccessControl": _named(ref="{id}", attributes={"Id": "{id}"}),
    "AWS::CloudFront::ResponseHeadersPolicy": _named(ref="{id}", attributes={"Id": "{id}"}),
    "AWS::CloudWatch::Alarm": _named("AlarmName", attributes=_ALARM),
    "AWS::CloudWatch::CompositeAlarm": _named("AlarmName", attributes=_ALARM),
    "AWS::CloudWatch::Dashboard": _named("DashboardName"),
    "AWS::CodeDeploy::Application": _named("ApplicationName"),
    "AWS::CodeDeploy::DeploymentGroup": _named("DeploymentGroupName"),
    "AWS::IAM::ManagedPolicy": _named("ManagedPolicyName", _POLICY, {"PolicyArn": _POLICY}),
    "AWS::IAM::Policy": _named(),
    "AWS::IAM::Role": _named(
        "RoleName",
        attributes={"Arn": arn("iam", "role/{name}", region=""), "RoleId": "{name}"},
    ),
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::EventInvokeConfig": _named(),
    "AWS::Lambda::Function": _named(
        "FunctionName", attributes={"Arn": arn("lambda", "function:{name}")}
    ),
    "AWS::Lambda::LayerVersion": _named("LayerName", _LAYER, {"LayerVersionArn": _LAYER}),
    "AWS::Lambda::Permission": _named(),
    "AWS::Lambda::Version": _version,
    "AWS::Logs::LogGroup": _named(
        "LogGroupName", attributes={"Arn": arn("logs", "log-group:{name}:*")}
    ),
    "AWS::Logs::MetricFilter": _named(),
    "AWS::Logs::QueryDefinition": _named(),
    "AWS::Route53::RecordSet": _named("Name"),
    "AWS::SNS::Subscription": _named(),
    "AWS::SNS::Topic": _named("TopicName", _TOPIC, {"TopicArn": _TOPIC, "TopicName": "{name}"}),
    "AWS::SNS::TopicPolicy": _named(),
}
"""Types that are named but not created, each with its namer."""
