"""The examination with its real adapters, put together once an execution environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_signer.configuration.flags import Flags
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.health.authority_check import AuthorityCheck
from edge_signer.health.builder_check import BuilderCheck
from edge_signer.health.examination import Examination
from edge_signer.health.finding import EVERY_WAY, Check, Way
from edge_signer.health.key_checks import CertificateCheck, KeyCheck
from edge_signer.health.quota_check import QuotaCheck
from edge_signer.health.report import KeptReport
from edge_signer.health.settings import HealthSettings
from edge_signer.health.store_checks import BucketCheck, TenantsCheck
from edge_signer.health.switch_checks import BreakerCheck, ChaosCheck, FlagsCheck
from edge_signer.kms_guard.breaker_store import DynamoDbBreakerStore
from edge_signer.kms_guard.chaos import chaos_parameter
from edge_signer.kms_guard.kms_quota import KmsUsageReader
from edge_signer.platform.clients import Service, client

#: For all checks together.
DEADLINE_S = 3.0
#: For one call; to connect it may take as long again.
_CALL_S = 1.0
# The key and the certificate that the shipped policies name.
_SIGNING = "signing"
_AT_HOME: frozenset[Way] = frozenset({"edge", "central"})


def health_report(settings: HealthSettings) -> KeptReport:
    """Give the report of a deployment.

    Args:
        settings: Of the function.
    """
    return KeptReport(Examination(list(_checks(settings)), deadline_s=DEADLINE_S), settings.ways)


def _checks(settings: HealthSettings) -> Iterator[Check]:
    kms, ssm = _client("kms", settings.kms_region), _client("ssm", settings.aws_region)
    dynamodb = _client("dynamodb", settings.aws_region)
    key = settings.key_alias(_SIGNING)

    yield Check("kms", KeyCheck(kms, key, _AT_HOME), needed_for=_AT_HOME)
    if settings.kms_replica_key:
        replica: frozenset[Way] = frozenset({"replica"})
        abroad = _client("kms", settings.kms_replica_region)
        look = KeyCheck(abroad, settings.kms_replica_key, replica)
        yield Check("kms_replica", look, needed_for=replica)
    certificate = settings.certificate_parameter(_SIGNING)
    yield Check("certificate", CertificateCheck(ssm, kms, certificate, key))
    yield Check("builder", BuilderCheck(), needed_for=frozenset({"edge"}))
    s3 = _client("s3", settings.aws_region)
    yield Check("manifests", BucketCheck(s3, settings.manifest_bucket), needed_for=EVERY_WAY)
    tenants = TenantsCheck(dynamodb, settings.tenants_table)
    yield Check("tenants", tenants, needed_for=EVERY_WAY)
    folder = SsmParameterFolder(ssm, settings.flag_folder, refresh_s=0)
    yield Check("flags", FlagsCheck(folder, Flags.defaults(settings)))
    complaints: list[str] = []
    breaker = DynamoDbBreakerStore(
        dynamodb, settings.breakers_table, f"kms:{settings.kms_region}", complaints.append
    )
    yield Check("breaker", BreakerCheck(breaker.read, complaints))
    usage = KmsUsageReader(dynamodb, settings.requests_table, settings.kms_region)
    yield Check("kms_quota", QuotaCheck(usage, settings.kms_sign_quota_per_s))
    if settings.tsa_url:
        yield Check("time_stamps", AuthorityCheck(settings.tsa_url, timeout_s=_CALL_S))
    if settings.allows_chaos:
        yield Check("chaos", ChaosCheck(ssm, chaos_parameter(settings.stage)))


def _client(service: Service, region: str) -> Any:
    return client(service, region, timeout_s=_CALL_S, attempts=1)
