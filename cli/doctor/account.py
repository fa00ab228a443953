"""What a stage needs in its AWS account, as far as the caller may look: nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from cli.certificates.certified_key import CertifiedKey
from cli.deployment import Deployment
from cli.doctor.checkup import Checkup, Found, missing, ok, wrong
from edge_signer.configuration.flags import Flags
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import Settings
from edge_signer.health.examination import EVERY_WAY, Finding
from edge_signer.health.key_checks import check_certificate, check_key
from edge_signer.health.service_checks import check_bucket
from edge_signer.health.switch_checks import check_flags
from edge_signer.http.admin_token import admin_tokens_parameter, read_operators
from edge_signer.signing.rules.policy_directory import PolicyDocumentError, read_policy

#: Signed requests to AWS, and ours with an HMAC key, are refused after five minutes.
MOST_SKEW_S = 60.0
_CREDENTIALS = "sign in with `aws sso login`, or set AWS_PROFILE"
_REGION = "name it with --region, or set AWS_DEFAULT_REGION"
_TABLES = ("TENANTS_TABLE", "LIMITS_TABLE", "REQUESTS_TABLE", "BREAKERS_TABLE")
_QUOTA = "cryptographic operations (ecc) request rate"


def skew_found(there: str) -> Found:
    """Compare this machine's clock with the `Date` header of an answer that has just come."""
    if not there:
        return missing("the answer has no Date header", "ask another server for the time")
    skew_s = time.time() - parsedate_to_datetime(there).timestamp()
    text = f"{abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'} the server"
    if abs(skew_s) > MOST_SKEW_S:
        return wrong(text, "set the clock: `timedatectl set-ntp true`")
    return ok(text)


class Account:
    """The account of a deployment, on AWS or in the emulator.

    Args:
        target: The deployment.
    """

    def __init__(self, target: Deployment) -> None:
        self._target = target

    def access_checkups(self) -> Iterator[Checkup]:
        """Give the checks without which the others cannot be made."""
        if not self._target.aws_endpoint:
            yield Checkup("region", self._region, _REGION)
            yield Checkup("credentials", self._credentials, _CREDENTIALS)

    def checkups(self) -> Iterator[Checkup]:
        """Give the other checks."""
        stage = self._target.stage
        deploy = f"sam deploy --config-env {stage}"
        certificate = "see docs/certificates.md: `edge-signer certificate request`, then `install`"
        if not self._target.aws_endpoint:
            yield Checkup("clock", self._clock, "set the clock: `timedatectl set-ntp true`")
            yield Checkup("KMS quota", self._quota, "allow servicequotas:ListServiceQuotas", False)
        yield Checkup("functions", self._functions, deploy)
        yield Checkup("signing key", self._key, f"{deploy}; enable the key if it is disabled")
        yield Checkup("certificate", self._certificate, certificate)
        yield Checkup("bucket", self._bucket, deploy)
        yield Checkup("tables", self._tables, deploy)
        yield Checkup("flags", self._flags, f"edge-signer flags list --stage {stage}")
        yield Checkup("policies", self._policies, f"edge-signer policies list --stage {stage}")
        yield Checkup("operators", self._operators, "edge-signer admin tokens issue NAME", False)

    @cached_property
    def _variables(self) -> Mapping[str, str]:
        return self._target.variables("sign")

    @property
    def _of_stage(self) -> str:
        """What names the stage in a command."""
        return "" if self._target.aws_endpoint else f" --stage {self._target.stage}"

    @cached_property
    def _signing(self) -> CertifiedKey:
        return CertifiedKey(self._target, "signing", "signing")

    def _kms(self) -> Any:
        return self._target.unchecked_client("kms", self._variables.get("KMS_REGION"))

    def _region(self) -> Found:
        return ok(self._target.unchecked_client("ssm").meta.region_name)

    def _credentials(self) -> Found:
        identity = self._target.unchecked_client("sts").get_caller_identity()
        return ok(str(identity["Arn"]))

    def _clock(self) -> Found:
        answer = self._target.unchecked_client("sts").get_caller_identity()
        return skew_found(answer["ResponseMetadata"]["HTTPHeaders"].get("date", ""))

    def _quota(self) -> Found:
        quotas = self._target.unchecked_client("service-quotas", self._variables.get("KMS_REGION"))
        pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="kms")
        for page in pages:
            for one in page["Quotas"]:
                if one["QuotaName"].lower() == _QUOTA:
                    return ok(f"{one['Value']:.0f} signatures per second of ECC keys")
        return missing("not listed for this region", "look in the console of Service Quotas")

    def _functions(self) -> Found:
        names = ("sign", "fallback", "health", "verify")
        absent = [name for name in names if not self._target.variables(name)]
        if absent:
            return missing(f"not deployed: {', '.join(absent)}", "deploy the stack")
        return ok(f"{', '.join(names)} of stage {self._target.stage}")

    def _key(self) -> Found:
        found = check_key(self._kms(), self._signing.alias, EVERY_WAY)
        text = f"{self._signing.alias}, {found.details['key_state']}"
        return ok(text) if found.state == "ok" else wrong(text, "enable the key in KMS")

    def _certificate(self) -> Found:
        ssm, key = self._target.unchecked_client("ssm"), self._signing
        found = check_certificate(ssm, self._kms(), key.parameter, key.alias)
        renew = f"`edge-signer certificate request{self._of_stage}`, then `install`"
        if found.state == "ok":
            return ok(f"{key.parameter}, the key's own, valid {_days(found)} more days")
        error = found.details.get("error")
        if error == "no chain is installed":
            return missing(f"{key.parameter}: {error}", renew)
        return wrong(f"{key.parameter}: {error or f'expires in {_days(found)} days'}", renew)

    def _bucket(self) -> Found:
        bucket = self._variables.get("MANIFEST_BUCKET", "")
        check_bucket(self._target.unchecked_client("s3"), bucket)
        return ok(bucket)

    def _tables(self) -> Found:
        dynamodb = self._target.unchecked_client("dynamodb")
        names = [self._variables[one] for one in _TABLES if one in self._variables]
        states = {
            name: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] for name in names
        }
        inactive = [f"{name} is {state}" for name, state in states.items() if state != "ACTIVE"]
        if inactive:
            return wrong(", ".join(inactive), "wait until they are active")
        return ok(", ".join(names))

    def _folder(self, name: str) -> SsmParameterFolder:
        ssm = self._target.unchecked_client("ssm")
        return SsmParameterFolder(ssm, self._target.folder(name), refresh_s=0)

    def _flags(self) -> Found:
        region = self._target.unchecked_client("ssm").meta.region_name
        settings = Settings.from_environment({**self._variables, "AWS_REGION": region})
        found = check_flags(self._folder("flags"), Flags.defaults(settings))
        if ignored := found.details.get("ignored"):
            return wrong("; ".join(ignored), f"`edge-signer flags unset NAME{self._of_stage}`")
        for name, off, what in _SWITCHES:
            if found.details[name] == off:
                remedy = (
                    f"`edge-signer flags set {name} {_OTHER.get(off, 'TENANT')}{self._of_stage}`"
                )
                return wrong(f"{name} is {off or 'empty'}: {what}", remedy)
        return ok(f"signing is on, for {found.details['tenant_allowlist']}")

    def _policies(self) -> Found:
        faults, documents = [], self._folder("policies").read()
        for name, text in documents.items():
            try:
                read_policy(text, name)
            except PolicyDocumentError as broken:
                faults.append(f"{name}: {broken}")
        if faults:
            return wrong("; ".join(faults), f"`edge-signer policies put FILE{self._of_stage}`")
        return ok(f"{len(documents)} documents besides those that are shipped")

    def _operators(self) -> Found:
        ssm, parameter = (
            self._target.unchecked_client("ssm"),
            admin_tokens_parameter(self._target.stage),
        )
        issue = f"`edge-signer admin tokens issue NAME{self._of_stage}`"
        try:
            text = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return missing("no operator has a token, so /admin answers nobody", issue)
        try:
            return ok(f"{len(read_operators(text))} with a token")
        except ValueError as broken:
            return wrong(f"{parameter}: {broken}", "correct the parameter")


_OTHER = {"true": "false", "false": "true"}
_SWITCHES = (
    ("kill_switch", "true", "nothing is signed"),
    ("edge_signer_enabled", "false", "the edge signs nothing"),
    ("central_signer_enabled", "false", "nobody signs when the edge cannot"),
    ("tenant_allowlist", "", "no tenant may sign"),
)


def _days(found: Finding) -> str:
    return str(found.details.get("days_left", "an unknown number of"))


def no_account_checkups(credentials: Callable[[], Any]) -> Iterator[Checkup]:
    """Give what can be checked without a stage: whether there are credentials of AWS at all.

    Args:
        credentials: Finds them; None for none.
    """

    def look() -> Found:
        if credentials() is None:
            return missing("none; only commands with --stage need them", _CREDENTIALS)
        return ok("there are some; --stage checks what they can reach")

    yield Checkup("credentials", look, _CREDENTIALS, is_needed=False)
