"""The signing service with its real adapters, put together once an execution environment."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from edge_signer.configuration.flags import Flags
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import MAX_KMS_TIMEOUT_MS, Settings
from edge_signer.kms_guard.breaker_rules import State
from edge_signer.kms_guard.circuit_breaker import TIMEOUT_S, Admission, kms_circuit_breaker
from edge_signer.kms_guard.kms_quota import KmsUsageTally
from edge_signer.platform.clients import client
from edge_signer.signing.central_path import CentralPath
from edge_signer.signing.central_wiring import central_signer
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.installed_chain import InstalledChain
from edge_signer.signing.credentials.kms import KmsSigner
from edge_signer.signing.credentials.time_stamp import time_stamp_authority
from edge_signer.signing.credentials.time_stamp_roots import SsmTimeStampRoots
from edge_signer.signing.edge_path import EdgePath, Patience
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import PolicyDirectory
from edge_signer.signing.rules.policy_document import shipped_policies
from edge_signer.signing.service import SigningService
from edge_signer.signing.store import S3ManifestStore
from edge_signer.telemetry.telemetry import Telemetry

# How long a worker may serve a policy after its document was replaced.
_POLICY_REFRESH_S = 30.0
_CHAOS_TIMEOUT_S = 1.0


def signing_service(
    settings: Settings, flags: Callable[[], Flags], telemetry: Telemetry
) -> SigningService:
    """Give the service that a function signs with.

    Args:
        settings: Of the function.
        flags: Gives the operator's flags in force.
        telemetry: Told of what an operator must mend, such as a broken policy document.
    """
    region = settings.aws_region
    ssm = client("ssm", region)

    def real_kms(timeout_ms: int | None) -> Any:
        waits_ms = flags().kms_timeout_ms if timeout_ms is None else timeout_ms
        return client("kms", settings.kms_region, timeout_s=waits_ms / 1000)

    usage = KmsUsageTally(
        # The same arguments as the breaker's, so that both share a client.
        client("dynamodb", region, timeout_s=TIMEOUT_S, attempts=1),
        settings.requests_table,
        settings.kms_region,
        telemetry.complaint("kms_quota_impaired"),
    )
    kms: Callable[[int | None], Any] = real_kms
    if settings.allows_chaos:
        from edge_signer.kms_guard.chaos import ChaosOrders, chaos_parameter, chaotic_clients

        # The read is part of somebody's request.
        hurried = client("ssm", region, timeout_s=_CHAOS_TIMEOUT_S, attempts=1)
        orders = ChaosOrders(hurried, chaos_parameter(settings.stage), "edge")
        kms = chaotic_clients(real_kms, orders, MAX_KMS_TIMEOUT_MS)

    @lru_cache
    def signer(key_name: str, certificate_name: str, algorithm: AlgorithmName) -> KmsSigner:
        # One for all policies that share a key: it keeps the chain and the public key.
        return KmsSigner(
            kms=kms,
            key_alias=settings.key_alias(key_name),
            chain=InstalledChain(
                ssm,
                settings.certificate_parameter(certificate_name),
                partial(telemetry.level, "certificate_days_left"),
            ),
            algorithm=ALGORITHMS[algorithm],
            count=usage.count,
        )

    def signer_for(policy: SigningPolicy) -> KmsSigner:
        return signer(policy.signing_key, policy.certificate, policy.algorithm)

    def chain_for(policy: SigningPolicy) -> InstalledChain:
        return signer_for(policy).chain

    roots = SsmTimeStampRoots(ssm, settings.certificate_parameter("tsa"))
    edge = EdgePath(
        ManifestBuilder(),
        signer_for,
        SwitchedBreaker(settings, flags, telemetry),
        lambda: Patience(
            attempts=settings.retry_attempts,
            delay_ms=settings.retry_delay_ms,
            kms_timeout_ms=flags().kms_timeout_ms,
            cpu_timeout_ms=settings.cpu_timeout_ms,
        ),
    )
    elsewhere = central_signer(settings, ssm)
    documents = SsmParameterFolder(ssm, settings.policy_folder, refresh_s=_POLICY_REFRESH_S)
    return SigningService(
        PolicyDirectory(
            shipped_policies(), documents.values, telemetry.complaint("policy_ignored")
        ),
        edge,
        CentralPath(elsewhere, chain_for, roots) if elsewhere else None,
        S3ManifestStore(client("s3", region), settings.manifest_bucket, settings.manifest_base_url),
        time_stamp_authority(settings.tsa_url, roots, telemetry.complaint("tsa_unusable")),
        lambda tenant_id: flags().signs_at_edge(tenant_id),
        lambda: flags().central_signer_enabled,
    )


class SwitchedBreaker:
    """The circuit breaker of KMS, unless an operator has switched it off.

    Args:
        settings: Of the function.
        flags: Gives the operator's flags in force.
        telemetry: Counts its openings.
    """

    def __init__(
        self, settings: Settings, flags: Callable[[], Flags], telemetry: Telemetry
    ) -> None:
        self._flags = flags
        self._telemetry = telemetry
        self._breaker = kms_circuit_breaker(
            region=settings.aws_region,
            table=settings.breakers_table,
            kms_region=settings.kms_region,
            complain=telemetry.complaint("breaker_impaired"),
            changed=self._tell,
        )

    def allows(self) -> Admission:
        """Decide on one attempt."""
        if not self._flags().circuit_breaker_enabled:
            return Admission(lambda _: None, "closed")
        return self._breaker.allows()

    def _tell(self, old: State, new: State) -> None:
        if new != "half_open":
            self._telemetry.complaint(f"breaker_{'opened' if new == 'open' else 'closed'}")(
                f"circuit breaker of KMS: {old}, now {new}"
            )
