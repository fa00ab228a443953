"""Names the resources that the emulator does not create.

These types are either emulated elsewhere (functions, the API) or not needed for a request on a
laptop (roles, policies, alarms, the CDN). Other resources may refer to them, so each has the Ref
and the attributes that CloudFormation would return.
"""

from collections.abc import Callable, Mapping
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


def _named(property_name: str, service: str = "", resource: str = "{}") -> "_Namer":
    """Make a namer for types whose Ref is a physical name and whose only attribute is an ARN."""

    def name(logical_id: str, properties: _Properties) -> Identity:
        ref = str(properties.get(property_name) or f"{STACK_NAME}-{logical_id}")
        attributes = {"Arn": arn(service, resource.format(ref))} if service else {}
        return Identity(ref, attributes)

    return name


def _unnamed(logical_id: str, _properties: _Properties) -> Identity:
    return Identity(f"{STACK_NAME}-{logical_id}")


def _layer_version(logical_id: str, properties: _Properties) -> Identity:
    name = properties.get("LayerName") or f"{STACK_NAME}-{logical_id}"
    layer = arn("lambda", f"layer:{name}:1")
    return Identity(layer, {"LayerVersionArn": layer})


def _version(_logical_id: str, properties: _Properties) -> Identity:
    name = str(properties["FunctionName"]).rpartition(":")[2]
    version = arn("lambda", f"function:{name}:1")
    return Identity(version, {"FunctionArn": version, "Version": "1"})


def _alias(_logical_id: str, properties: _Properties) -> Identity:
    name = str(properties["FunctionName"]).rpartition(":")[2]
    alias = arn("lambda", f"function:{name}:{properties['Name']}")
    return Identity(alias, {"AliasArn": alias})


def _role(logical_id: str, properties: _Properties) -> Identity:
    name = str(properties.get("RoleName") or f"{STACK_NAME}-{logical_id}")
    return Identity(name, {"Arn": arn("iam", f"role/{name}", region=""), "RoleId": name})


def _managed_policy(logical_id: str, properties: _Properties) -> Identity:
    name = str(properties.get("ManagedPolicyName") or f"{STACK_NAME}-{logical_id}")
    policy = arn("iam", f"policy/{name}", region="")
    return Identity(policy, {"PolicyArn": policy})


def _api(logical_id: str, _properties: _Properties) -> Identity:
    api_id = logical_id.lower()
    endpoint = f"https://{api_id}.execute-api.invalid"
    return Identity(api_id, {"ApiId": api_id, "ApiEndpoint": endpoint})


def _domain(_logical_id: str, properties: _Properties) -> Identity:
    name = str(properties["DomainName"])
    target = f"{name}.execute-api.invalid"
    return Identity(name, {"RegionalDomainName": target, "RegionalHostedZoneId": "Z0"})


def _topic(logical_id: str, properties: _Properties) -> Identity:
    name = str(properties.get("TopicName") or f"{STACK_NAME}-{logical_id}")
    topic = arn("sns", name)
    return Identity(topic, {"TopicArn": topic, "TopicName": name})


def _distribution(logical_id: str, _properties: _Properties) -> Identity:
    identifier = logical_id.upper()
    domain = f"{logical_id.lower()}.cloudfront.invalid"
    return Identity(identifier, {"Id": identifier, "DomainName": domain})


def _with_id(logical_id: str, _properties: _Properties) -> Identity:
    return Identity(logical_id, {"Id": logical_id})


_Namer = Callable[[str, _Properties], Identity]

IGNORED_TYPES: Mapping[str, _Namer] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGatewayV2::ApiMapping": _unnamed,
    "AWS::ApiGatewayV2::DomainName": _domain,
    "AWS::ApiGatewayV2::Stage": _named("StageName"),
    "AWS::CloudFront::CachePolicy": _with_id,
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::CloudFront::OriginAccessControl": _with_id,
    "AWS::CloudFront::ResponseHeadersPolicy": _with_id,
    "AWS::CloudWatch::Alarm": _named("AlarmName", "cloudwatch", "alarm:{}"),
    "AWS::CloudWatch::CompositeAlarm": _named("AlarmName", "cloudwatch", "alarm:{}"),
    "AWS::CloudWatch::Dashboard": _named("DashboardName"),
    "AWS::CodeDeploy::Application": _named("ApplicationName"),
    "AWS::CodeDeploy::DeploymentGroup": _named("DeploymentGroupName"),
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Policy": _unnamed,
    "AWS::IAM::Role": _role,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::EventInvokeConfig": _unnamed,
    "AWS::Lambda::Function": _named("FunctionName", "lambda", "function:{}"),
    "AWS::Lambda::LayerVersion": _layer_version,
    "AWS::Lambda::Permission": _unnamed,
    "AWS::Lambda::Version": _version,
    "AWS::Logs::LogGroup": _named("LogGroupName", "logs", "log-group:{}:*"),
    "AWS::Logs::MetricFilter": _unnamed,
    "AWS::Logs::QueryDefinition": _unnamed,
    "AWS::Route53::RecordSet": _named("Name"),
    "AWS::SNS::Subscription": _unnamed,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::TopicPolicy": _unnamed,
}
"""Types that are named but not created, each with its namer."""
