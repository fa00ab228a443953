"""The health report with its real adapters, put together once per execution environment."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pydantic import Field

from edge_signer.configuration.flags import Flags
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import (
    ChaosSettings,
    ReplicaSettings,
    SigningSettings,
    SwitchedSettings,
)
from edge_signer.health.builder_check import BuilderCheck
from edge_signer.health.examination import EVERY_WAY, Check, Examination, KeptReport, Way
from edge_signer.health.key_checks import check_key
from edge_signer.health.policy_keys import PolicyKeys
from edge_signer.health.service_checks import (
    check_authority,
    check_bucket,
    check_quota,
    check_tenants,
)
from edge_signer.health.switch_checks import check_breaker, check_chaos, check_flags
from edge_signer.kms_guard.breaker_store import DynamoDbBreakerStore
from edge_signer.kms_guard.chaos import chaos_parameter
from edge_signer.kms_guard.kms_quota import read_kms_usage
from edge_signer.platform.clients import Service, client
from edge_signer.signing.rules.policy_directory import PolicyDirectory, shipped_policies

#: For all checks together.
DEADLINE_S = 3.0
#: For one call; connecting may take as long again.
_CALL_S = 1.0
# Two checks of one report share a reading of the policies; the next report reads them again.
_POLICY_REFRESH_S = 5.0
_AT_HOME: frozenset[Way] = frozenset({"edge", "central"})


class HealthSettings(SigningSettings, SwitchedSettings, ReplicaSettings, ChaosSettings):
    """The environment of the health function, mostly that of the functions that sign.

    Attributes:
        fallback_function: Name of the central signer's function; empty for none.
        central_signer_url: Address of an external central signer; empty for none.
        kms_sign_quota_per_s: Signatures per second that KMS allows the account in the key's region.
    """

    manifest_bucket: str = Field(min_length=3)
    tenants_table: str = Field(min_length=3)
    requests_table: str = Field(min_length=3)
    breakers_table: str = Field(min_length=3)
    fallback_function: str = ""
    central_signer_url: str = ""
    kms_sign_quota_per_s: int = Field(1000, ge=1)

    @property
    def ways(self) -> frozenset[Way]:
        """The ways to sign that this deployment has when all is well."""
        has_central_signer = bool(self.fallback_function or self.central_signer_url)
        central: set[Way] = {"central"} if has_central_signer else set()
        if has_central_signer and self.kms_replica_key:
            central.add("replica")
        return frozenset({"edge", *central})


def health_report(settings: HealthSettings) -> KeptReport:
    """Make the report of a deployment."""
    return KeptReport(Examination(list(_checks(settings)), deadline_s=DEADLINE_S), settings.ways)


def _checks(settings: HealthSettings) -> Iterator[Check]:
    kms, ssm = _client("kms", settings.kms_region), _client("ssm", settings.aws_region)
    dynamodb = _client("dynamodb", settings.aws_region)
    s3 = _client("s3", settings.aws_region)
    documents = SsmParameterFolder(ssm, settings.policy_folder, refresh_s=_POLICY_REFRESH_S)
    # Workers that sign complain about broken documents.
    policies = PolicyDirectory(shipped_policies(), documents.values, lambda _: None)
    keys = PolicyKeys(
        policies.in_force, kms, ssm, settings.key_alias, settings.certificate_parameter
    )

    yield Check("kms", partial(keys.check_keys, _AT_HOME), needed_for=_AT_HOME)
    if settings.kms_replica_key:
        replica: frozenset[Way] = frozenset({"replica"})
        abroad = _client("kms", settings.kms_replica_region)
        look = partial(check_key, abroad, settings.kms_replica_key, replica)
        yield Check("kms_replica", look, needed_for=replica)
    yield Check("certificate", keys.check_certificates)
    yield Check("builder", BuilderCheck(), needed_for=frozenset({"edge"}))
    bucket = partial(check_bucket, s3, settings.manifest_bucket)
    yield Check("manifests", bucket, needed_for=EVERY_WAY)
    tenants = partial(check_tenants, dynamodb, settings.tenants_table)
    yield Check("tenants", tenants, needed_for=EVERY_WAY)
    folder = SsmParameterFolder(ssm, settings.flag_folder, refresh_s=0)
    yield Check("flags", partial(check_flags, folder, Flags.defaults(settings)))
    complaints: list[str] = []
    breaker = DynamoDbBreakerStore(
        dynamodb, settings.breakers_table, f"kms:{settings.kms_region}", complaints.append
    )
    yield Check("breaker", partial(check_breaker, breaker.read, complaints))
    usage = partial(read_kms_usage, dynamodb, settings.requests_table, settings.kms_region)
    yield Check("kms_quota", partial(check_quota, usage, settings.kms_sign_quota_per_s))
    if settings.tsa_url:
        yield Check("time_stamps", partial(check_authority, settings.tsa_url, timeout_s=_CALL_S))
    if settings.allows_chaos:
        yield Check("chaos", partial(check_chaos, ssm, chaos_parameter(settings.stage)))


def _client(service: Service, region: str) -> Any:
    return client(service, region, timeout_s=_CALL_S, attempts=1)
