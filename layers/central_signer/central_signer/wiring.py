"""The central signing service with its settings and real adapters, built once per environment."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pydantic import Field

from central_signer.engine import C2paEngine
from central_signer.replicated_signer import ReplicatedSigner
from central_signer.service import CentralSigningService
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import (
    MAX_KMS_TIMEOUT_MS,
    ChaosSettings,
    ReplicaSettings,
    SigningSettings,
)
from edge_signer.kms_guard.kms_quota import KmsUsageTally
from edge_signer.platform.clients import client
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.certificate import InstalledChain
from edge_signer.signing.credentials.kms import KmsSigner
from edge_signer.signing.credentials.time_stamp import SsmTimeStampRoots
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import PolicyDirectory, shipped_policies


class FallbackSettings(SigningSettings, ReplicaSettings, ChaosSettings):
    """Settings of the fallback function, from `template.yaml`.

    Four KMS calls, two to each region, must fit into the function's five seconds.
    """

    requests_table: str = Field(min_length=3)
    kms_timeout_ms: int = Field(1000, ge=50, le=MAX_KMS_TIMEOUT_MS)


_POLICY_REFRESH_S = 30.0
# The function has five seconds in all, as long as its caller waits.
_SSM_TIMEOUT_S = 1.0
_TSA_TIMEOUT_S = 2.0
_DYNAMODB_TIMEOUT_S = 0.5


def central_signing_service(
    settings: FallbackSettings,
    complain: Callable[[str], None],
    complain_of_quota: Callable[[str], None],
    complain_of_time_stamps: Callable[[str], None],
) -> CentralSigningService:
    """Return the service that the fallback function signs with.

    Args:
        settings: Of the function.
        complain: Reports what an operator must fix, such as a broken policy document.
        complain_of_quota: Reports that KMS calls are not counted.
        complain_of_time_stamps: Reports why the time-stamp authority cannot be used.
    """
    ssm = client("ssm", settings.aws_region, timeout_s=_SSM_TIMEOUT_S, attempts=1)

    @lru_cache
    def usage(kms_region: str) -> KmsUsageTally:
        dynamodb = client(
            "dynamodb", settings.aws_region, timeout_s=_DYNAMODB_TIMEOUT_S, attempts=1
        )
        return KmsUsageTally(dynamodb, settings.requests_table, kms_region, complain_of_quota)

    def kms_signer(
        region: str, key: str, certificate_name: str, algorithm: AlgorithmName
    ) -> KmsSigner:
        return KmsSigner(
            kms=_clients(settings, region, ssm),
            key_alias=key,
            chain=InstalledChain(ssm, settings.certificate_parameter(certificate_name)),
            algorithm=ALGORITHMS[algorithm],
            count=usage(region).count,
        )

    @lru_cache
    def signer(key_name: str, certificate_name: str, algorithm: AlgorithmName) -> ReplicatedSigner:
        alias, replica_key = settings.key_alias(key_name), settings.kms_replica_key
        certified = (certificate_name, algorithm)
        home = kms_signer(settings.kms_region, alias, *certified)
        if not replica_key:
            return ReplicatedSigner(home, None)
        replica = kms_signer(settings.kms_replica_region, replica_key, *certified)
        return ReplicatedSigner(home, replica)

    def signer_for(policy: SigningPolicy) -> ReplicatedSigner:
        return signer(policy.signing_key, policy.certificate, policy.algorithm)

    documents = SsmParameterFolder(ssm, settings.policy_folder, refresh_s=_POLICY_REFRESH_S)
    policies = PolicyDirectory(shipped_policies(), documents.values, complain)
    roots = SsmTimeStampRoots(ssm, settings.certificate_parameter("tsa"))
    authority = None
    if settings.tsa_url:
        authority = HttpTimeStampAuthority(
            settings.tsa_url, roots, timeout_s=_TSA_TIMEOUT_S, complain=complain_of_time_stamps
        )
    return CentralSigningService(policies, C2paEngine(), signer_for, authority, roots)


def _clients(settings: FallbackSettings, region: str, ssm: Any) -> Callable[[int | None], Any]:
    def kms(_timeout_ms: int | None) -> Any:
        return client("kms", region, timeout_s=settings.kms_timeout_ms / 1000)

    if not settings.allows_chaos:
        return kms
    from edge_signer.kms_guard.chaos import ChaosOrders, chaos_parameter, chaotic_clients

    orders = ChaosOrders(ssm, chaos_parameter(settings.stage), "all")
    return chaotic_clients(kms, orders, settings.kms_timeout_ms)
