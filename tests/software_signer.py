"""A signing key made by the tests, behind the same interface as KMS, and its CA."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge_signer.platform.stopwatch import Stopwatch
from edge_signer.signing.algorithm import ALGORITHMS, Algorithm
from edge_signer.signing.builder import ManifestBuilder
from edge_signer.signing.certificate import CertificateChain, p1363_from_der
from edge_signer.signing.kms import Credential
from edge_signer.signing.policy import shipped_policies
from edge_signer.signing.service import SigningRequest, SigningService
from edge_signer.signing.store import StoredManifest
from emulator.credentials.development_ca import DevelopmentCa

ACTIONS: Mapping[str, Any] = {
    "c2pa.actions": [
        {
            "action": "created",
            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
        }
    ]
}


class SoftwareSigner:
    """Signs with a key of this process."""

    def __init__(self, ca: DevelopmentCa, algorithm: Algorithm = ALGORITHMS["ES256"]) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = self._key.public_key()
        public_key_der = self.public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.algorithm = algorithm
        self.certificate_chain = CertificateChain.from_pem(ca.issue("Test Signer", public_key_der))

    def credential(self) -> Credential:
        return Credential("a key of the tests", self.certificate_chain)

    def sign(self, credential: Credential, tbs: bytes) -> bytes:
        assert credential.certificate_chain is self.certificate_chain
        return self.sign_tbs(tbs)

    def sign_tbs(self, tbs: bytes) -> bytes:
        return p1363_from_der(self.algorithm, self._key.sign(tbs, ec.ECDSA(hashes.SHA256())))


@dataclass
class MemoryStore:
    """Keeps manifest stores where the test can look at them."""

    kept: list[tuple[str, bytes, bytes]] = field(default_factory=list)

    def put(self, tenant_id: str, asset_sha256: bytes, manifest_store: bytes) -> StoredManifest:
        self.kept.append((tenant_id, asset_sha256, manifest_store))
        return StoredManifest("https://manifests.test/one", str(len(self.kept)))


@dataclass
class Workshop:
    """All that is needed to sign an asset without a network."""

    ca: DevelopmentCa = field(default_factory=DevelopmentCa)
    store: MemoryStore = field(default_factory=MemoryStore)
    builder: ManifestBuilder = field(default_factory=ManifestBuilder)

    def __post_init__(self) -> None:
        self.signer = SoftwareSigner(self.ca)
        self.service = SigningService(
            shipped_policies(), self.builder, lambda _: self.signer, self.store
        )

    def sign(self, asset: bytes, assertions: Mapping[str, Any] = ACTIONS) -> bytes:
        """Sign an asset and give its manifest store."""
        digest = hashlib.sha256(asset).digest()
        request = SigningRequest("acme", digest, assertions, "newsroom-default-v3", tsa=False)
        self.service.sign(request, Stopwatch())
        return self.store.kept[-1][2]
