"""Signature algorithms: how COSE, KMS and `cryptography` call the same thing (C2PA 2.2 §13.2.1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import hashes

AlgorithmName = Literal["ES256"]


@dataclass(frozen=True)
class Algorithm:
    """One signature algorithm.

    Attributes:
        name: The COSE name; the builder knows its identifier.
        kms_name: `SigningAlgorithm` of KMS.
        hash_algorithm: What the TBS bytes are hashed with before they go to KMS.
        coordinate_bytes: Length of r and of s in a P1363 signature.
    """

    name: AlgorithmName
    kms_name: str
    hash_algorithm: hashes.HashAlgorithm
    coordinate_bytes: int

    def digest(self, tbs: bytes) -> bytes:
        """Hash the TBS bytes as this algorithm does."""
        return hashlib.new(self.hash_algorithm.name, tbs).digest()


ALGORITHMS: dict[AlgorithmName, Algorithm] = {
    "ES256": Algorithm("ES256", "ECDSA_SHA_256", hashes.SHA256(), 32),
}
