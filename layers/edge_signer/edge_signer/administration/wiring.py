"""Administration with its real adapters, put together once an execution environment."""

from __future__ import annotations

from dataclasses import dataclass

from edge_signer.administration.audit_trail import AuditTrail
from edge_signer.administration.breaker_changes import BreakerChanges
from edge_signer.administration.chaos_changes import ChaosChanges
from edge_signer.administration.flag_changes import FlagChanges
from edge_signer.administration.flag_parameters import FlagParameters
from edge_signer.administration.settings import AdminSettings
from edge_signer.administration.turn import Turn
from edge_signer.administration.usage_changes import UsageChanges
from edge_signer.kms_guard.breaker_rules import State
from edge_signer.kms_guard.circuit_breaker import kms_circuit_breaker
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import Telemetry


@dataclass(frozen=True)
class Administration:
    """All that an operator can change over HTTP."""

    flags: FlagChanges
    breaker: BreakerChanges
    usage: UsageChanges
    chaos: ChaosChanges


def administration(settings: AdminSettings, telemetry: Telemetry) -> Administration:
    """Give what the admin function changes things with.

    Args:
        settings: Of the function.
        telemetry: Told that a store fails, and of a breaker that was closed.
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
