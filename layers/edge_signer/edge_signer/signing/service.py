"""How an asset gets its manifest, top to bottom."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.platform.request_record import RequestRecord
from edge_signer.signing.algorithm import SignatureMismatchError
from edge_signer.signing.assertions import manifest_assertions
from edge_signer.signing.builder import (
    Assertion,
    BuildError,
    ManifestBuilder,
    ManifestDefinition,
    PreparedManifest,
)
from edge_signer.signing.errors import (
    InvalidAssertionError,
    KmsUnavailableError,
    TbsTooLargeError,
    TsaUnavailableError,
)
from edge_signer.signing.kms import Signer
from edge_signer.signing.policy import SigningPolicy
from edge_signer.signing.policy_directory import PolicyDirectory
from edge_signer.signing.store import ManifestStore, StoredManifest
from edge_signer.signing.time_stamp import TimeStampAuthority


@dataclass(frozen=True)
class SigningRequest:
    """A validated request of an authenticated tenant.

    Attributes:
        tenant_id: Whose request it is.
        asset_sha256: 32 bytes, the digest of the whole asset.
        assertions: What the client says of the asset, by label.
        policy_id: Which policy to sign under.
        tsa: Whether a time-stamp is wanted; None leaves it to the policy.
    """

    tenant_id: str
    asset_sha256: bytes
    assertions: Mapping[str, Any]
    policy_id: str
    tsa: bool | None


@dataclass(frozen=True)
class SignedManifest:
    """What became of a request.

    Attributes:
        stored: The manifest.
        signing_mode: How it was signed.
        kms_key_id: Which key signed.
        tsa_token_url: Where the time-stamp is; None where there is none.
    """

    stored: StoredManifest
    signing_mode: str
    kms_key_id: str
    tsa_token_url: str | None


@dataclass(frozen=True)
class PlannedManifest:
    """What would be signed.

    Attributes:
        policy: Under which.
        assertions: In the standard's form.
        time_stamp_authority: Who stamps it; None for nobody.
    """

    policy: SigningPolicy
    assertions: Sequence[Assertion]
    time_stamp_authority: TimeStampAuthority | None

    @property
    def signing_mode(self) -> str:
        """How it is signed."""
        return f"edge-tbs+remote-{self.policy.algorithm.lower()}"


class SigningService:
    """Signs requests.

    Args:
        policies: Finds the policy of a request.
        builder: The WebAssembly builder.
        signer_for: Gives the signer that a policy names.
        store: Where manifests are kept.
        time_stamp_authority: Stamps signatures; None where this signer has none.
    """

    def __init__(
        self,
        policies: PolicyDirectory,
        builder: ManifestBuilder,
        signer_for: Callable[[SigningPolicy], Signer],
        store: ManifestStore,
        time_stamp_authority: TimeStampAuthority | None = None,
    ) -> None:
        self._policies = policies
        self._builder = builder
        self._signer_for = signer_for
        self._store = store
        self._time_stamp_authority = time_stamp_authority

    def plan(self, request: SigningRequest) -> PlannedManifest:
        """Check a request against its policy; nothing is asked of KMS.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        policy = self._policies.find(request.policy_id, request.tenant_id)
        assertions = manifest_assertions(request.assertions, policy)
        return PlannedManifest(policy, assertions, self._authority_for(policy, request.tsa))

    def sign(self, request: SigningRequest, record: RequestRecord) -> SignedManifest:
        """Build, sign, check and store the manifest of an asset.

        Args:
            request: What is to be signed.
            record: Learns what is signed with what, and how long the steps policy, credential,
                wasm, kms, check, tsa where there is a time-stamp, and store take.

        Raises:
            EdgeSignerError: One of the catalogue. Nothing was stored then, unless the store did not
                confirm it.
        """
        stopwatch = record.stopwatch
        with stopwatch.step("policy"):
            planned = self.plan(request)
            policy, authority = planned.policy, planned.time_stamp_authority
            record.policy_id = policy.policy_id

        with stopwatch.step("credential"):
            signer = self._signer_for(policy)
            credential = signer.credential()
            chain = credential.certificate_chain
            record.kms_key_id, record.kms_region = credential.key_id, credential.kms_region
            record.cert_serial = chain.serial_number

        with stopwatch.step("wasm"):
            prepared = self._prepare(
                ManifestDefinition(
                    label=f"urn:c2pa:{uuid.uuid4()}",
                    instance_id=f"xmp:iid:{uuid.uuid4()}",
                    algorithm=policy.algorithm,
                    claim_generator_info=policy.claim_generator_info.model_dump(exclude_none=True),
                    assertions=planned.assertions,
                    asset_sha256=request.asset_sha256,
                    x5chain=chain.x5chain,
                )
            )

            record.tbs_hash = hashlib.sha256(prepared.tbs).hexdigest()

        with stopwatch.step("kms"):
            signature = signer.sign(credential, prepared.tbs)

        with stopwatch.step("check"):
            try:
                chain.verify(signer.algorithm, prepared.tbs, signature)
            except SignatureMismatchError as mismatch:
                raise KmsUnavailableError(
                    "The signature that KMS gave does not verify against the certificate."
                ) from mismatch

        stamp = None
        if authority is not None:
            with stopwatch.step("tsa"):
                stamp = authority.stamp(prepared.time_stamp_payload(signature))
                chain.require_valid(stamp.made_at)

        with stopwatch.step("wasm"):
            manifest_store = prepared.assemble(signature, stamp.token if stamp else b"")

        with stopwatch.step("store"):
            token_url = self._store.put_time_stamp(request.tenant_id, stamp) if stamp else None
            stored = self._store.put(request.tenant_id, request.asset_sha256, manifest_store)
            record.manifest_sha256 = hashlib.sha256(manifest_store).hexdigest()
            record.signing_mode = planned.signing_mode

        return SignedManifest(
            stored=stored,
            signing_mode=planned.signing_mode,
            kms_key_id=credential.key_id,
            tsa_token_url=token_url,
        )

    def _authority_for(
        self, policy: SigningPolicy, asked: bool | None
    ) -> TimeStampAuthority | None:
        """Give the authority that shall stamp; None where nothing is to be stamped."""
        if not policy.wants_time_stamp(asked):
            return None
        if self._time_stamp_authority is None:
            raise TsaUnavailableError("This signer has no time-stamp authority.")
        return self._time_stamp_authority

    def _prepare(self, definition: ManifestDefinition) -> PreparedManifest:
        try:
            return self._builder.prepare(definition)
        except BuildError as refused:
            if refused.name == "TbsTooLarge":
                raise TbsTooLargeError("The assertions make more than 16 KiB to sign.") from refused
            if refused.name.startswith("Json"):
                raise InvalidAssertionError(
                    f"The builder refuses the assertions: {refused.name}."
                ) from refused
            raise
