"""The signing service with its real adapters, put together once an execution environment."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from edge_signer.platform.clients import client
from edge_signer.platform.flags import Flags
from edge_signer.platform.parameters import SsmParameterFolder
from edge_signer.platform.settings import Settings
from edge_signer.signing.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.builder import ManifestBuilder
from edge_signer.signing.kms import KmsSigner
from edge_signer.signing.policy import SigningPolicy
from edge_signer.signing.policy_directory import PolicyDirectory
from edge_signer.signing.policy_document import shipped_policies
from edge_signer.signing.service import SigningService
from edge_signer.signing.store import S3ManifestStore
from edge_signer.signing.time_stamp import time_stamp_authority
from edge_signer.signing.time_stamp_roots import SsmTimeStampRoots

# How long a worker may serve a policy after its document was replaced.
_POLICY_REFRESH_S = 30.0


def signing_service(
    settings: Settings, flags: Callable[[], Flags], complain: Callable[[str], None]
) -> SigningService:
    """Give the service that a function signs with.

    Args:
        settings: Of the function.
        flags: Gives the operator's flags in force.
        complain: Told of what an operator must mend, such as a broken policy document.
    """
    region = settings.aws_region
    ssm = client("ssm", region)

    def kms() -> Any:
        timeout_s = flags().kms_timeout_ms / 1000
        return client("kms", settings.kms_region, timeout_s=timeout_s)

    @lru_cache
    def signer(key_name: str, certificate_name: str, algorithm: AlgorithmName) -> KmsSigner:
        # One for all policies that share a key: it keeps the chain and the public key.
        return KmsSigner(
            kms=kms,
            ssm=ssm,
            key_alias=settings.key_alias(key_name),
            certificate_parameter=settings.certificate_parameter(certificate_name),
            algorithm=ALGORITHMS[algorithm],
        )

    def signer_for(policy: SigningPolicy) -> KmsSigner:
        return signer(policy.signing_key, policy.certificate, policy.algorithm)

    documents = SsmParameterFolder(ssm, settings.policy_folder, refresh_s=_POLICY_REFRESH_S)
    store = S3ManifestStore(
        client("s3", region), settings.manifest_bucket, settings.manifest_base_url
    )
    policies = PolicyDirectory(shipped_policies(), documents, complain)
    roots = SsmTimeStampRoots(ssm, settings.certificate_parameter("tsa"))
    authority = time_stamp_authority(settings.tsa_url, roots)
    return SigningService(policies, ManifestBuilder(), signer_for, store, authority)
