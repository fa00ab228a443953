"""What the template makes of the parameters that say where keys are and who serves manifests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from emulator.account import PSEUDO_PARAMETERS
from emulator.errors import TemplateError
from emulator.stack.identities import IGNORED_TYPES, ignored_identity
from emulator.stack.intrinsics import Identity, Resolver, parameter_values
from emulator.stack.template import translate
from tests.conftest import ROOT
from tests.guards.role_statements import statements_of
from tests.guards.template_guard import functions

#: What Lambda keeps for functions that reserve nothing.
UNRESERVED = 100
NAME = re.compile(r"(?<![.])\b[A-Z][A-Za-z]+\b")
TEXT = (ROOT / "template.yaml").read_text()
KEY = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0000-0000-0000-000000000001"
KEYS = f"{KEY},{KEY[:-1]}2"
SIGNERS = ("SignFunction", "FallbackFunction")
ROLE = "arn:aws:iam::123456789012:role/edge"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0123abcd-0000"
API_CERTIFICATE = CERTIFICATE.replace("us-east-1", "eu-central-1")
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E123"


@dataclass(frozen=True)
class Stack:
    """A template with its parameters put in."""

    document: dict[str, Any]
    resolver: Resolver

    @classmethod
    def of(cls, **given: str) -> Stack:
        document = translate(TEXT, given, ROOT / "template.yaml")
        values = parameter_values(document["Parameters"], given)

        def identify(name: str) -> Identity:
            kind = document["Resources"][name]["Type"]
            if kind in IGNORED_TYPES and kind.startswith(
                ("AWS::ApiGatewayV2", "AWS::CloudFront", "AWS::IAM")
            ):
                properties = {"DomainName": values["DomainName"]}
                return ignored_identity(kind, name, properties)
            attributes = ("Arn", "RegionalDomainName", "Version")
            return Identity(name, {one: f"{name}-{one}" for one in attributes})

        return cls(document, Resolver(document, {**PSEUDO_PARAMETERS, **values}, identify))

    def has(self, logical_id: str) -> bool:
        return self.resolver.is_wanted(logical_id)

    def properties(self, logical_id: str) -> Any:
        return self.resolver.resolve(self.document["Resources"][logical_id]["Properties"], "")

    def output(self, name: str) -> str:
        return str(self.resolver.resolve(self.document["Outputs"][name]["Value"], ""))

    def is_reached_by_its_domain_alone(self) -> bool:
        (server,) = self.properties("HttpApi")["Body"]["servers"]
        endpoint = server["x-amazon-apigateway-endpoint-configuration"]
        return bool(endpoint["disableExecuteApiEndpoint"])

    def variable(self, name: str) -> str:
        return str(self.properties("SignFunction")["Environment"]["Variables"][name])

    def statements(self, function: str) -> dict[str, Any]:
        found = self.resolver.resolve(statements_of(self.document, function), "")
        return {one["Sid"]: one for one in found}

    def signers(self) -> list[str]:
        policy = self.properties("SigningKey")["KeyPolicy"]["Statement"]
        (found,) = (one for one in policy if one["Sid"] == "SignDigests")
        named: list[str] = found["Condition"]["ArnEquals"]["aws:PrincipalArn"]
        return named


def test_a_stack_by_itself_has_its_own_key_and_nobody_else_signs_with_it() -> None:
    stack = Stack.of()
    assert stack.has("SigningKey")
    assert stack.has("SigningKeyAlias")
    assert stack.variable("KMS_REGION") == "us-east-1"
    assert [one.rpartition("/")[2] for one in stack.signers()] == [
        "edge-signer-SignFunctionRole",
        "edge-signer-FallbackFunctionRole",
    ]


def test_an_edge_region_signs_where_the_key_is_and_makes_none() -> None:
    stack = Stack.of(KmsRegion="eu-central-1")
    assert not stack.has("SigningKey")
    assert not stack.has("SigningKeyAlias")
    assert stack.variable("KMS_REGION") == "eu-central-1"
    for function in SIGNERS:
        for sid in ("SignDigests", "CompareTheCertificate"):
            statement = stack.statements(function)[sid]
            assert statement["Resource"] == "arn:aws:kms:eu-central-1:123456789012:key/*"


def test_the_region_of_the_stack_is_no_other_region() -> None:
    assert Stack.of(KmsRegion="us-east-1").has("SigningKey")


def test_others_sign_where_they_are_named() -> None:
    assert Stack.of(OtherSignerArns=f"{ROLE}1,{ROLE}2").signers()[2:] == [f"{ROLE}1", f"{ROLE}2"]


def test_functions_sign_with_other_keys_where_they_are_named() -> None:
    others = {
        "SignDigestsWithOtherKeys",
        "SignWithEd25519WhichTakesNoDigest",
        "CompareTheCertificatesOfOtherKeys",
    }
    for function in SIGNERS:
        assert not others & Stack.of().statements(function).keys()
        found = Stack.of(SigningKeyArns=KEYS).statements(function)
        assert all(found[sid]["Resource"] == KEYS.split(",") for sid in others)
    looked_at = Stack.of(SigningKeyArns=KEYS).statements("HealthFunction")["LookAtOtherKeys"]
    assert looked_at["Resource"] == KEYS.split(",")


def test_the_policy_has_room_for_fifteen_other_keys() -> None:
    longest = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-" + "0" * 32
    stack = Stack.of(Stage="a" * 16, ChaosAllowed="true", SigningKeyArns=",".join([longest] * 15))
    policy = stack.properties("SigningPolicy")["PolicyDocument"]
    # IAM does not count white space.
    assert len(json.dumps(policy, separators=(",", ":"))) <= 6144


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SigningKeyArns", f"{KEY},*"),
        ("SigningKeyArns", KEY.replace("0123abcd-0000-0000-0000-000000000001", "*")),
        ("OtherSignerArns", "*"),
        ("OtherSignerArns", f"{ROLE},{ROLE}-*"),
        ("KmsRegion", "*"),
        ("ManifestDistributionArn", "arn:aws:cloudfront::123456789012:distribution/*"),
    ],
)
def test_a_parameter_cannot_widen_who_signs_or_reads(name: str, value: str) -> None:
    with pytest.raises(TemplateError, match=name):
        Stack.of(**{name: value})


def test_manifests_have_the_address_of_the_stacks_own_distribution() -> None:
    stack = Stack.of()
    domain = "manifestdistribution.cloudfront.invalid"
    assert stack.has("ManifestDistribution")
    assert stack.variable("MANIFEST_BASE_URL") == f"https://{domain}"
    distribution = stack.properties("ManifestDistribution")["DistributionConfig"]
    assert "Aliases" not in distribution


def test_the_distribution_has_a_host_name_of_ones_own() -> None:
    url = "https://manifests.example.com"
    stack = Stack.of(ManifestBaseUrl=url, ManifestCertificateArn=CERTIFICATE)
    assert stack.variable("MANIFEST_BASE_URL") == url
    distribution = stack.properties("ManifestDistribution")["DistributionConfig"]
    assert distribution["Aliases"] == ["manifests.example.com"]
    assert distribution["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE


def test_another_cdn_reads_the_bucket_where_it_is_named() -> None:
    url = "https://manifests.example.com"
    stack = Stack.of(ManifestBaseUrl=url, ManifestDistributionArn=DISTRIBUTION)
    assert not stack.has("ManifestDistribution")
    policy = stack.properties("ManifestBucketPolicy")["PolicyDocument"]["Statement"]
    leaves = [one for one in policy if one["Effect"] == "Allow"]
    assert [one["Condition"]["StringEquals"]["aws:SourceArn"] for one in leaves] == [DISTRIBUTION]


DOMAIN = {"DomainName": "sign.example.com", "DomainCertificateArn": API_CERTIFICATE}
DOMAIN_PARTS = ("ApiDomain", "ApiDomainMapping", "ApiDomainRecord")


def test_the_api_has_the_address_that_aws_gives_it() -> None:
    stack = Stack.of()
    assert not any(stack.has(one) for one in DOMAIN_PARTS)
    assert not stack.is_reached_by_its_domain_alone()
    assert stack.output("ApiUrl").endswith(".execute-api.invalid")


def test_a_domain_is_the_only_way_to_the_api() -> None:
    stack = Stack.of(**DOMAIN, HostedZoneId="Z0123456789ABC")
    assert all(stack.has(one) for one in DOMAIN_PARTS)
    assert stack.is_reached_by_its_domain_alone()
    assert stack.output("ApiUrl") == "https://sign.example.com"
    domain = stack.properties("ApiDomain")
    assert domain["DomainNameConfigurations"][0]["CertificateArn"] == API_CERTIFICATE
    assert "MutualTlsAuthentication" not in domain
    assert stack.properties("ApiDomainMapping")["DomainName"] == "sign.example.com"
    record = stack.properties("ApiDomainRecord")
    assert record["AliasTarget"]["DNSName"] == stack.output("ApiDomainTarget")


def test_a_domain_with_dns_elsewhere_has_no_record_in_route_53() -> None:
    stack = Stack.of(**DOMAIN)
    assert [stack.has(one) for one in DOMAIN_PARTS] == [True, True, False]


def test_callers_of_a_domain_show_certificates_where_that_is_asked_for() -> None:
    stack = Stack.of(**DOMAIN, TruststoreUri="s3://trust/clients.pem")
    tls = stack.properties("ApiDomain")["MutualTlsAuthentication"]
    assert tls == {"TruststoreUri": "s3://trust/clients.pem"}


def test_a_domain_without_its_certificate_is_refused_before_anything_is_made() -> None:
    rule = yaml_parse(TEXT)["Rules"]["ADomainNeedsACertificate"]
    named = set(re.findall(r'"Ref": "(\w+)"', json.dumps(rule["RuleCondition"])))
    assert named == {"DomainName", "DomainCertificateArn", "HostedZoneId", "TruststoreUri"}
    needed = re.findall(r'"Ref": "(\w+)"', json.dumps(rule["Assertions"][0]["Assert"]))
    assert needed == ["DomainName", "DomainCertificateArn"]


def test_manifests_are_locked_where_that_is_asked_for() -> None:
    assert "ObjectLockEnabled" not in Stack.of().properties("ManifestBucket")
    locked = Stack.of(ManifestLockDays="30").properties("ManifestBucket")
    assert locked["ObjectLockEnabled"] is True
    assert locked["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"] == "30"


@pytest.mark.parametrize(("stage", "protected"), [("dev", False), ("prod", True)])
def test_tables_that_are_kept_are_protected_but_on_a_disposable_stage(
    stage: str, protected: bool
) -> None:
    stack = Stack.of(Stage=stage)
    for table in ("TenantsTable", "LimitsTable"):
        assert stack.properties(table)["DeletionProtectionEnabled"] is protected


#: Too long for a version's description; `Revision` stands for them.
TEXTS = {
    *("ManifestBaseUrl", "CorsOrigins", "TenantAllowlist", "TsaUrl", "CentralSignerUrl"),
    *("OriginalsBucket", "DerivativeVariants"),
}


def test_a_parameter_that_functions_are_told_publishes_versions_when_it_changes() -> None:
    document = yaml_parse(TEXT)
    parameters = document["Parameters"].keys() - {"Stage"}
    for name, function in functions(document).items():
        told = NAME.findall(json.dumps(function["Environment"]))
        described = NAME.findall(function["VersionDescription"]["Fn::Sub"])
        assert parameters & set(told) <= {*described, *TEXTS}, name
        assert "Revision" in described


def test_the_quota_that_deployments_need_is_the_one_that_is_documented() -> None:
    functions_of = functions(Stack.of().document).values()
    wanted = [one.get("ReservedConcurrentExecutions") for one in functions_of]
    reserved = sum(one["Fn::If"][1] for one in wanted if one is not None)
    page = (ROOT / "docs/deploy.md").read_text()
    assert f"is below {reserved + UNRESERVED}, as it may be" in page
    assert f"needs a quota of {reserved + UNRESERVED} or more" in page
