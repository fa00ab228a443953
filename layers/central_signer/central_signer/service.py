"""How the central signer makes a manifest, from top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from central_signer.engine import C2paEngine, EngineError
from central_signer.replicated_signer import ReplicatedSigner
from edge_signer.platform.errors import KmsUnavailableError
from edge_signer.signing.central_signer import CentralRequest
from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.credentials.kms import region_of
from edge_signer.signing.credentials.time_stamp import RETRY_AFTER_S, TimeStampRoots
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority, required
from edge_signer.signing.errors import TbsTooLargeError, TsaUnavailableError
from edge_signer.signing.manifest.manifest_check import ExpectedManifest, check_manifest
from edge_signer.signing.manifest.manifest_reader import ManifestError, read_manifest
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import PolicyDirectory
from edge_signer.telemetry.request_record import RequestRecord

#: The same limit as the edge's builder has.
MAX_TBS_BYTES = 16 * 1024


@dataclass(frozen=True)
class SignedCentrally:
    """A manifest that c2pa-rs made and validated.

    Attributes:
        manifest_store: The bytes.
        kms_key_id: ARN of the key that signed, at home or the replica.
        algorithm: The signature algorithm.
    """

    manifest_store: bytes
    kms_key_id: str
    algorithm: AlgorithmName


class CentralSigningService:
    """Signs requests with c2pa-rs.

    Args:
        policies: Finds the policy of a request.
        engine: c2pa-rs.
        signer_for: Gives the signer of a policy.
        authority: Stamps signatures; None if there is none.
        roots: Gives the roots of that authority.
    """

    def __init__(
        self,
        policies: PolicyDirectory,
        engine: C2paEngine,
        signer_for: Callable[[SigningPolicy], ReplicatedSigner],
        authority: HttpTimeStampAuthority | None,
        roots: TimeStampRoots,
    ) -> None:
        self._policies = policies
        self._engine = engine
        self._signer_for = signer_for
        self._authority = authority
        self._roots = roots

    def sign(self, request: CentralRequest, record: RequestRecord) -> SignedCentrally:
        """Build, sign and check the manifest of an asset; nothing is stored.

        The time-stamp is fetched here, because c2pa-rs would wait for the authority without a limit
        and would not check its certificate. c2pa-rs then validates the stamped store.

        Args:
            request: What is to be signed.
            record: Takes what was signed with what, and the duration of the steps policy,
                credential, kms, engine (which includes kms), tsa if stamped, and check.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        stopwatch = record.stopwatch
        with stopwatch.step("policy"):
            policy = self._policies.find(request.policy_id, request.tenant_id)
            policy.require_title_allowed(request.title)
            assertions = manifest_assertions(request.assertions, policy)
            authority = required(self._authority) if policy.wants_time_stamp(request.tsa) else None
            if authority is not None:
                authority.require_usable()
            record.policy_id = policy.policy_id

        with stopwatch.step("credential"):
            signer = self._signer_for(policy)
            key = signer.key()

        expected = ExpectedManifest(
            asset_sha256=bytes.fromhex(request.asset_sha256),
            assertions=assertions,
            claim_generator_info=policy.claim_generator_info.model_dump(exclude_none=True),
            algorithm=signer.algorithm,
            chain=key.certificate_chain,
            time_stamped=authority is not None,
            title=request.title,
        )
        key_ids: list[str] = []

        def sign_tbs(tbs: bytes) -> bytes:
            if len(tbs) > MAX_TBS_BYTES:
                raise TbsTooLargeError("The assertions produce more than 16 KiB to sign.")
            record.counts["kms_sign"] += 1
            with stopwatch.step("kms"):
                key_id, signature = signer.sign(key, tbs, record.counts)
            key_ids.append(key_id)
            record.kms_key_id, record.kms_region = key_id, region_of(key_id)
            record.tbs_hash = hashlib.sha256(tbs).hexdigest()
            record.cert_serial = key.certificate_chain.serial_number
            return signature

        try:
            with stopwatch.step("engine"):
                made = read_manifest(self._engine.sign(expected, sign_tbs))

            token = b""
            if authority is not None:
                with stopwatch.step("tsa"):
                    stamp = authority.stamp(made.time_stamp_payload)
                    key.certificate_chain.require_valid(stamp.made_at)
                    token = stamp.token

            with stopwatch.step("check"):
                manifest_store = made.with_time_stamp(token)
                check_manifest(manifest_store, expected)
                self._check_with_engine(manifest_store, stamped=authority is not None)
        except (EngineError, ManifestError) as failure:
            raise KmsUnavailableError(
                "The central signer made an invalid manifest.", retry_after_s=5
            ) from failure
        return SignedCentrally(manifest_store, key_ids[-1], policy.algorithm)

    def _check_with_engine(self, manifest_store: bytes, *, stamped: bool) -> None:
        faults = self._engine.faults(manifest_store, self._roots() if stamped else ())
        if any("timeStamp" in fault for fault in faults):
            raise TsaUnavailableError(
                f"The time-stamp is not valid: {faults[0]}.", retry_after_s=RETRY_AFTER_S
            )
        if faults:
            raise ManifestError(faults[0])
