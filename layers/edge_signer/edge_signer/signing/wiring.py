"""The signing service with its real adapters, built once per execution environment."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from edge_signer.configuration.flags import Flags
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import MAX_KMS_TIMEOUT_MS, Settings
from edge_signer.kms_guard.breaker_rules import State
from edge_signer.kms_guard.circuit_breaker import TIMEOUT_S, Admission, kms_circuit_breaker
from edge_signer.kms_guard.kms_quota import KmsUsageTally
from edge_signer.platform.clients import client
from edge_signer.signing.central_path import CentralPath
from edge_signer.signing.central_signer import CentralSigner, LambdaCentralSigner
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.certificate import InstalledChain
from edge_signer.signing.credentials.kms import KmsSigner
from edge_signer.signing.credentials.time_stamp import SsmTimeStampRoots
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.edge_path import EdgePath, Patience
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import PolicyDirectory, shipped_policies
from edge_signer.signing.service import SigningService
from edge_signer.signing.store import S3ManifestStore
from edge_signer.telemetry.telemetry import Telemetry

if TYPE_CHECKING:
    from edge_signer.signing.ingredients.planner import IngredientPlanner

# A worker takes a policy up within a minute after its document was replaced.
_POLICY_REFRESH_S, _POLICY_LATEST_S = 30.0, 50.0
_CHAOS_TIMEOUT_S = 1.0


def signing_service(
    settings: Settings, flags: Callable[[], Flags], telemetry: Telemetry
) -> SigningService:
    """Return the service that a function signs with.

    Args:
        settings: Of the function.
        flags: Gives the operator's flags in force.
        telemetry: Reports what an operator must fix, such as a broken policy document.
    """
    region = settings.aws_region
    ssm = client("ssm", region)
    signers = _Signers(settings, flags, telemetry, ssm)
    roots = SsmTimeStampRoots(ssm, settings.certificate_parameter("tsa"))
    authority = None
    if settings.tsa_url:
        complain = telemetry.complaint("tsa_unusable")
        authority = HttpTimeStampAuthority(settings.tsa_url, roots, complain=complain)
    elsewhere = central_signer(settings, ssm)
    documents = SsmParameterFolder(
        ssm, settings.policy_folder, refresh_s=_POLICY_REFRESH_S, latest_s=_POLICY_LATEST_S
    )
    return SigningService(
        PolicyDirectory(
            shipped_policies(), documents.values, telemetry.complaint("policy_ignored")
        ),
        EdgePath(
            ManifestBuilder(),
            signers.signer_for,
            _admissions(settings, flags, telemetry),
            lambda: Patience(
                attempts=settings.retry_attempts,
                delay_ms=settings.retry_delay_ms,
                kms_timeout_ms=flags().kms_timeout_ms,
                cpu_timeout_ms=settings.cpu_timeout_ms,
            ),
        ),
        CentralPath(elsewhere, signers.chain_for, roots) if elsewhere else None,
        S3ManifestStore(client("s3", region), settings.manifest_bucket, settings.manifest_base_url),
        authority,
        lambda tenant_id: flags().signs_at_edge(tenant_id),
        lambda: flags().central_signer_enabled,
        lru_cache(partial(_ingredient_planner, settings, telemetry)),
    )


def _ingredient_planner(settings: Settings, telemetry: Telemetry) -> IngredientPlanner:
    # Imported here: it loads the validator, which most requests do not need.
    from edge_signer.signing.ingredients.sources import ingredient_planner

    return ingredient_planner(
        settings.aws_region,
        settings.manifest_bucket,
        settings.manifest_base_url,
        settings.upload_bucket,
        telemetry.complaint("trust_list_rejected"),
    )


class _Signers:
    """The signers of policies; policies with the same key share one, and its chain."""

    def __init__(
        self, settings: Settings, flags: Callable[[], Flags], telemetry: Telemetry, ssm: Any
    ) -> None:
        self._settings = settings
        self._flags = flags
        self._telemetry = telemetry
        self._ssm = ssm
        self._usage = KmsUsageTally(
            # The same arguments as the breaker's, so that both share a client.
            client("dynamodb", settings.aws_region, timeout_s=TIMEOUT_S, attempts=1),
            settings.requests_table,
            settings.kms_region,
            telemetry.complaint("kms_quota_impaired"),
        )
        self._kms = self._kms_with_chaos() if settings.allows_chaos else self._real_kms
        self._signer = lru_cache(self._new_signer)

    def signer_for(self, policy: SigningPolicy) -> KmsSigner:
        """Return the signer of a policy."""
        return self._signer(policy.signing_key, policy.certificate, policy.algorithm)

    def chain_for(self, policy: SigningPolicy) -> InstalledChain:
        """Return the installed chain of a policy's key."""
        return self.signer_for(policy).chain

    def _new_signer(
        self, key_name: str, certificate_name: str, algorithm: AlgorithmName
    ) -> KmsSigner:
        return KmsSigner(
            kms=self._kms,
            key_alias=self._settings.key_alias(key_name),
            chain=InstalledChain(
                self._ssm,
                self._settings.certificate_parameter(certificate_name),
                partial(self._telemetry.level, "certificate_days_left"),
            ),
            algorithm=ALGORITHMS[algorithm],
            count=self._usage.count,
        )

    def _real_kms(self, timeout_ms: int | None) -> Any:
        waits_ms = self._flags().kms_timeout_ms if timeout_ms is None else timeout_ms
        return client("kms", self._settings.kms_region, timeout_s=waits_ms / 1000)

    def _kms_with_chaos(self) -> Callable[[int | None], Any]:
        from edge_signer.kms_guard.chaos import ChaosOrders, chaos_parameter, chaotic_clients

        # A client of its own with a short timeout, since the read delays a request.
        ssm = client("ssm", self._settings.aws_region, timeout_s=_CHAOS_TIMEOUT_S, attempts=1)
        orders = ChaosOrders(ssm, chaos_parameter(self._settings.stage), "edge")
        return chaotic_clients(self._real_kms, orders, MAX_KMS_TIMEOUT_MS)


def central_signer(settings: Settings, ssm: Any) -> CentralSigner | None:
    """Return the central signer: the one elsewhere, else the deployment's own, else None.

    Args:
        settings: Of the function.
        ssm: Client for the API key of the one elsewhere; needs `ssm:GetParameter` on it.
    """
    if settings.central_signer_url:
        # Imported here: most deployments have a central signer of their own.
        from edge_signer.signing.http_central_signer import HttpCentralSigner, ssm_api_key

        api_key = ssm_api_key(ssm, settings.central_signer_api_key)
        return HttpCentralSigner(settings.central_signer_url, api_key)
    if settings.fallback_function:
        invoker = partial(client, "lambda", settings.aws_region)
        return LambdaCentralSigner(invoker, settings.fallback_function)
    return None


def _admissions(
    settings: Settings, flags: Callable[[], Flags], telemetry: Telemetry
) -> Callable[[], Admission]:
    """Ask the circuit breaker of KMS for each attempt, unless an operator has switched it off."""

    def tell(old: State, new: State) -> None:
        if new != "half_open":
            telemetry.complaint(f"breaker_{'opened' if new == 'open' else 'closed'}")(
                f"circuit breaker of KMS: {old}, now {new}"
            )

    breaker = kms_circuit_breaker(
        region=settings.aws_region,
        table=settings.breakers_table,
        kms_region=settings.kms_region,
        complain=telemetry.complaint("breaker_impaired"),
        changed=tell,
    )

    def admission() -> Admission:
        if not flags().circuit_breaker_enabled:
            return Admission(lambda _: None, "closed")
        return breaker.allows()

    return admission
