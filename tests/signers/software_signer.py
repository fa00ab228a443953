"""A signing key made by the tests, behind the same interface as KMS, and its CA."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from edge_signer.kms_guard.circuit_breaker import Admission
from edge_signer.platform.deadline import Deadline
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName, Ecdsa, RsaPss
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.kms import Credential, Signer
from edge_signer.signing.credentials.time_stamp import TimeStamp
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.edge_path import EdgePath, Patience
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.signing.ingredients.planner import IngredientPlanner
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.embedding import Embedding
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import PolicyDirectory, shipped_policies
from edge_signer.signing.service import SigningService
from edge_signer.signing.signing_request import SigningRequest
from edge_signer.signing.store import S3ManifestStore
from edge_signer.telemetry.request_record import RequestRecord
from emulator.credentials.development_ca import DevelopmentCa
from tests.judges.verifying import trusting

ACTIONS: Mapping[str, Any] = {
    "c2pa.actions": [
        {
            "action": "created",
            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
        }
    ]
}


class SoftwareSigner:
    """Signs with a key of this process, and counts how often."""

    def __init__(
        self, ca: DevelopmentCa, algorithm: AlgorithmName = "ES256", name: str = "Test Signer"
    ) -> None:
        self.algorithm = ALGORITHMS[algorithm]
        self.signatures = 0
        self._key: Any
        if isinstance(self.algorithm, Ecdsa):
            self._key = ec.generate_private_key(self.algorithm.curve)
        elif isinstance(self.algorithm, RsaPss):
            self._key = rsa.generate_private_key(65537, 2048)
        else:
            self._key = ed25519.Ed25519PrivateKey.generate()
        self.public_key = self._key.public_key()
        public_key_der = self.public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.certificate_chain = CertificateChain.from_pem(ca.issue(name, public_key_der))

    def credential(self) -> Credential:
        return Credential("a key of the tests", self.certificate_chain)

    def sign(self, credential: Credential, tbs: bytes, _: int | None = None, /) -> bytes:
        assert credential.certificate_chain is self.certificate_chain
        return self.sign_tbs(tbs)

    def sign_tbs(self, tbs: bytes) -> bytes:
        self.signatures += 1
        return self.algorithm.cose_signature(self._sign(tbs))

    def _sign(self, tbs: bytes) -> bytes:
        signed: bytes
        if isinstance(self.algorithm, Ecdsa):
            signed = self._key.sign(tbs, ec.ECDSA(self.algorithm.hash_algorithm))
        elif isinstance(self.algorithm, RsaPss):
            hashed = self.algorithm.hash_algorithm
            signed = self._key.sign(
                tbs, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed
            )
        else:
            signed = self._key.sign(tbs)
        return signed


@dataclass
class MemoryStore(S3ManifestStore):
    """Keeps manifest stores where the test can look at them."""

    kept: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    stamps: list[tuple[str, TimeStamp]] = field(default_factory=list)

    def url_of(self, request: SigningRequest) -> str:  # noqa: ARG002
        return "https://manifests.test/one"

    def put(self, request: SigningRequest, manifest_store: bytes) -> str:
        self.kept.append((request.tenant_id, request.asset_sha256, manifest_store))
        return str(len(self.kept))

    def url_of_time_stamp(self, tenant_id: str, stamp: TimeStamp) -> str:  # noqa: ARG002
        return f"https://manifests.test/{stamp.serial_number}.tsr"

    def put_time_stamp(self, tenant_id: str, stamp: TimeStamp) -> None:
        self.stamps.append((tenant_id, stamp))


def policy_directory(policies: Mapping[str, SigningPolicy]) -> PolicyDirectory:
    """A directory of these policies alone."""

    def complain(message: str) -> NoReturn:
        raise AssertionError(message)

    return PolicyDirectory(policies, dict, complain)


def admitted() -> Admission:
    """Let an attempt be made."""
    return Admission(lambda _: None, "closed")


def edge_path(signer: Signer, builder: ManifestBuilder | None = None) -> EdgePath:
    """The edge with one signer, which is asked once and for as long as it takes."""
    patient = Patience(attempts=1, cpu_timeout_ms=60_000)
    return EdgePath(builder or ManifestBuilder(), lambda _: signer, admitted, lambda: patient)


class Workshop:
    """All that is needed to sign an asset without a network.

    Args:
        algorithm: What the policy says.
        signer: Signs; by default a key of this process.
        ca: Certifies that key.
        authority: Stamps; None for no stamps.
        name: Of the signer, in its certificate.
        builder: Builds the manifests; by default one of its own.

    Attributes:
        trust: Whom it trusts for the credentials of ingredients.
    """

    def __init__(
        self,
        algorithm: AlgorithmName = "ES256",
        signer: Signer | None = None,
        ca: DevelopmentCa | None = None,
        authority: HttpTimeStampAuthority | None = None,
        name: str = "Test Signer",
        builder: ManifestBuilder | None = None,
    ) -> None:
        self.ca = ca or DevelopmentCa()
        self.trust = trusting(self.ca.anchors_pem())
        self.store = MemoryStore()
        self.builder = builder or ManifestBuilder()
        self.signer = SoftwareSigner(self.ca, algorithm, name)
        self.policies = {
            name: policy.model_copy(update={"algorithm": algorithm})
            for name, policy in shipped_policies().items()
        }
        self.planner = IngredientPlanner(
            lambda _tenant, one, _where: one.manifest_store, lambda: self.trust
        )
        used = signer or self.signer
        self.service = SigningService(
            policy_directory(self.policies),
            edge_path(used, self.builder),
            None,
            self.store,
            authority,
            ingredients=lambda: self.planner,
        )

    def sign(
        self,
        asset: bytes,
        assertions: Mapping[str, Any] = ACTIONS,
        policy_id: str = "newsroom-default-v3",
        tsa: bool | None = None,
        title: str | None = None,
        embedding: Embedding | None = None,
        ingredients: Sequence[Ingredient] = (),
        **parts: Any,
    ) -> bytes:
        """Sign an asset, or for an embedding its digest, and give its manifest store."""
        digest = hashlib.sha256(asset).digest() if embedding is None else asset
        request = SigningRequest(
            "acme",
            digest,
            assertions,
            policy_id,
            tsa,
            title,
            embedding,
            ingredients=ingredients,
            **parts,
        )
        self.service.sign(request, RequestRecord("a request"), Deadline())
        return self.store.kept[-1][2]
