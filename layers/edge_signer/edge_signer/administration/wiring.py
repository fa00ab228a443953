"""Administration with its real adapters, put together once per execution environment."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from edge_signer.administration.audit_trail import AuditTrail
from edge_signer.administration.flag_changes import FlagChanges
from edge_signer.administration.flag_parameters import FlagParameters, Turn
from edge_signer.administration.system_changes import BreakerChanges, ChaosChanges, UsageChanges
from edge_signer.configuration.settings import ChaosSettings, TenantNames
from edge_signer.kms_guard.breaker_rules import State
from edge_signer.kms_guard.circuit_breaker import kms_circuit_breaker
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import Telemetry


class AdminSettings(ChaosSettings):
    """The environment of the admin function, as `template.yaml` sets it.

    Attributes:
        kms_region: Names the circuit breaker.
        tenant_allowlist: Tenants that may sign if the flag is absent, as in the sign function.
    """

    kms_region: str = Field(min_length=1)
    manifest_bucket: str = Field(min_length=3)
    requests_table: str = Field(min_length=3)
    limits_table: str = Field(min_length=3)
    breakers_table: str = Field(min_length=3)
    tenant_allowlist: TenantNames = ()


@dataclass(frozen=True)
class Administration:
    """Everything that an operator can change over HTTP."""

    flags: FlagChanges
    breaker: BreakerChanges
    usage: UsageChanges
    chaos: ChaosChanges


def administration(settings: AdminSettings, telemetry: Telemetry) -> Administration:
    """Put together the changes that the admin function offers.

    Args:
        settings: Of the function.
        telemetry: Counts failures of stores, and breakers that an operator closed.
    """
    region, stage = settings.aws_region, settings.stage
    ssm = client("ssm", region)
    dynamodb = client("dynamodb", region)
    trail = AuditTrail(client("s3", region), settings.manifest_bucket)

    def changed(_old: State, new: State) -> None:
        telemetry.count(f"breaker_{'opened' if new == 'open' else new}")

    breaker = kms_circuit_breaker(
        region=region,
        table=settings.breakers_table,
        kms_region=settings.kms_region,
        complain=telemetry.complaint("breaker_impaired"),
        changed=changed,
    )
    folder = f"/edge-signer/{stage}"
    return Administration(
        FlagChanges(
            FlagParameters(ssm, f"{folder}/flags"),
            trail,
            Turn(dynamodb, settings.requests_table),
            settings.tenant_allowlist,
        ),
        BreakerChanges(breaker, f"{settings.breakers_table}/kms:{settings.kms_region}", trail),
        UsageChanges(dynamodb, settings.limits_table, trail),
        ChaosChanges(FlagParameters(ssm, folder), trail, is_allowed=settings.allows_chaos),
    )
