"""The central signer's service without a network, beside a workshop of the edge's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from central_signer.engine import C2paEngine
from central_signer.replicated_signer import ReplicatedSigner
from central_signer.service import CentralSigningService, SignedCentrally
from edge_signer.signing.central_signer import CentralRequest
from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.credentials.kms import Signer
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.manifest.manifest_check import ExpectedManifest
from edge_signer.signing.rules.policy_directory import shipped_policies
from edge_signer.signing.signing_request import SigningRequest
from edge_signer.telemetry.request_record import RequestRecord
from tests.authorities.time_stamp_server import roots_of
from tests.signers.software_signer import ACTIONS, Workshop, policy_directory

ENGINE = C2paEngine()


def central_request(
    asset: bytes,
    assertions: Mapping[str, Any] = ACTIONS,
    policy_id: str = "newsroom-default-v3",
    tsa: bool | None = None,
    title: str | None = None,
) -> CentralRequest:
    return CentralRequest(
        asset_sha256=hashlib.sha256(asset).hexdigest(),
        assertions=dict(assertions),
        policy_id=policy_id,
        tenant_id="acme",
        tsa=tsa,
        request_id="5f0c2f1e-8a0b-4d5b-9c37-0d7c6a1b2e3f",
        title=title,
    )


class CentralWorkshop:
    """Signs with c2pa-rs under the policies, key and CA of an edge's workshop.

    Args:
        edge: The workshop.
        signer: Signs; by default the edge's.
        replica: Signs where that fails.
        authority: Stamps; None for no stamps.
        tsa_anchors_pem: Its roots; by default those of the edge's CA.
        engine: By default c2pa-rs.
    """

    def __init__(
        self,
        edge: Workshop,
        algorithm: AlgorithmName = "ES256",
        signer: Signer | None = None,
        replica: Signer | None = None,
        authority: HttpTimeStampAuthority | None = None,
        tsa_anchors_pem: str = "",
        engine: C2paEngine = ENGINE,
    ) -> None:
        self.edge = edge
        policies = {
            name: policy.model_copy(update={"algorithm": algorithm})
            for name, policy in shipped_policies().items()
        }
        self.signer = ReplicatedSigner(signer or edge.signer, replica)
        self.stopwatch = RequestRecord("a request")
        self.service = CentralSigningService(
            policy_directory(policies),
            engine,
            lambda _: self.signer,
            authority,
            roots_of(tsa_anchors_pem or edge.ca.timestamp_anchors_pem()),
        )

    def sign(self, asset: bytes, *said: Any, **more: Any) -> SignedCentrally:
        """Sign an asset; the arguments are those of `central_request`."""
        return self.service.sign(central_request(asset, *said, **more), self.stopwatch)

    def expected(
        self,
        asset: bytes,
        assertions: Mapping[str, Any] = ACTIONS,
        policy_id: str = "newsroom-default-v3",
        *,
        time_stamped: bool = False,
        title: str | None = None,
    ) -> ExpectedManifest:
        """What the edge would hold a manifest of such a request against."""
        digest = hashlib.sha256(asset).digest()
        request = SigningRequest("acme", digest, assertions, policy_id, None, title)
        planned = self.edge.service.plan(request)
        return ExpectedManifest(
            asset_sha256=digest,
            assertions=planned.assertions,
            claim_generator_info=planned.policy.claim_generator_info.model_dump(exclude_none=True),
            algorithm=self.signer.algorithm,
            chain=self.signer.key().certificate_chain,
            time_stamped=time_stamped,
            title=title,
        )
