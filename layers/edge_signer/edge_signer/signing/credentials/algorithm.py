"""Signature algorithms: their forms in KMS and COSE, and verification (C2PA 2.2 §13.2.1)."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes as PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

AlgorithmName = Literal["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"]
MessageType = Literal["DIGEST", "RAW"]

#: What COSE headers call them (RFC 9053 §2, RFC 8230 §2).
COSE_IDENTIFIERS: Mapping[AlgorithmName, int] = {
    "ES256": -7, "ES384": -35, "ES512": -36, "PS256": -37, "PS384": -38, "PS512": -39, "EdDSA": -8,
}  # fmt: skip

#: The longest message that KMS signs without a digest.
KMS_RAW_LIMIT_BYTES = 4096


class SignatureMismatchError(Exception):
    """A signature is malformed, or does not verify with the certificate's key."""


@dataclass(frozen=True)
class Algorithm(ABC):
    """One signature algorithm.

    Attributes:
        name: As COSE spells it.
        kms_name: `SigningAlgorithm` of KMS.
        message_type: `MessageType` of KMS: whether it gets the digest or the TBS bytes.
    """

    name: AlgorithmName
    kms_name: str
    message_type: MessageType

    @abstractmethod
    def fits(self, public_key: PublicKey) -> bool:
        """Tell whether this algorithm can use a key of this kind and size."""

    @abstractmethod
    def message(self, tbs: bytes) -> bytes:
        """Return the message for KMS: the digest of the TBS bytes, or for Ed25519 the bytes."""

    @abstractmethod
    def cose_signature(self, kms_signature: bytes) -> bytes:
        """Convert a signature from KMS to COSE form.

        Raises:
            SignatureMismatchError: It is not a signature of this algorithm.
        """

    @abstractmethod
    def signature_bytes(self, public_key: Any) -> int:
        """Return the length in COSE form of a signature by a key that fits."""

    def verify(self, public_key: PublicKey, tbs: bytes, signature: bytes) -> None:
        """Verify a signature in COSE form.

        Raises:
            SignatureMismatchError: The key does not fit, or the signature does not verify.
        """
        if not self.fits(public_key):
            raise SignatureMismatchError("wrong kind of key")
        try:
            self._check(public_key, tbs, signature)
        except InvalidSignature:
            raise SignatureMismatchError("the certificate's key did not make it") from None

    @abstractmethod
    def _check(self, public_key: Any, tbs: bytes, signature: bytes) -> None:
        """Raise InvalidSignature unless the fitting key signed the bytes."""


@dataclass(frozen=True)
class Ecdsa(Algorithm):
    """ECDSA on the curve of the hash's size; r and s in P1363 form (RFC 9053 §2.1)."""

    curve: ec.EllipticCurve
    hash_algorithm: hashes.HashAlgorithm

    @property
    def coordinate_bytes(self) -> int:
        """Length of r and of s in bytes: 66 for P-521."""
        return (self.curve.key_size + 7) // 8

    def fits(self, public_key: PublicKey) -> bool:
        """Tell whether a key is on the curve."""
        return (
            isinstance(public_key, ec.EllipticCurvePublicKey)
            and public_key.curve.name == self.curve.name
        )

    def message(self, tbs: bytes) -> bytes:
        """Return the digest."""
        return _digest(self.hash_algorithm, tbs)

    def cose_signature(self, kms_signature: bytes) -> bytes:
        """Decode r and s from DER, and pad each to the length of the field."""
        try:
            r, s = decode_dss_signature(kms_signature)
            return r.to_bytes(self.coordinate_bytes) + s.to_bytes(self.coordinate_bytes)
        except (ValueError, OverflowError):
            raise SignatureMismatchError("not an ECDSA signature in DER") from None

    def signature_bytes(self, _public_key: Any) -> int:
        """Return twice the length of the field."""
        return 2 * self.coordinate_bytes

    def _check(self, public_key: Any, tbs: bytes, signature: bytes) -> None:
        length = self.coordinate_bytes
        if len(signature) != 2 * length:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:length]), int.from_bytes(signature[length:])
        scheme = ec.ECDSA(Prehashed(self.hash_algorithm))
        public_key.verify(encode_dss_signature(r, s), self.message(tbs), scheme)


@dataclass(frozen=True)
class RsaPss(Algorithm):
    """RSASSA-PSS with MGF1, and a salt as long as the digest (RFC 8230 §2)."""

    hash_algorithm: hashes.HashAlgorithm

    #: Key sizes of KMS; the standard requires at least 2,048 bits.
    KEY_SIZES = (2048, 3072, 4096)

    def fits(self, public_key: PublicKey) -> bool:
        """Tell whether a key is an RSA key of a size that KMS supports."""
        return isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size in self.KEY_SIZES

    def message(self, tbs: bytes) -> bytes:
        """Return the digest."""
        return _digest(self.hash_algorithm, tbs)

    def cose_signature(self, kms_signature: bytes) -> bytes:
        """Return it unchanged: one number as long as the modulus."""
        if len(kms_signature) * 8 not in self.KEY_SIZES:
            raise SignatureMismatchError("not as long as a modulus")
        return kms_signature

    def signature_bytes(self, public_key: Any) -> int:
        """Return the length of the modulus."""
        return int(public_key.key_size) // 8

    def _check(self, public_key: Any, tbs: bytes, signature: bytes) -> None:
        scheme = padding.PSS(padding.MGF1(self.hash_algorithm), self.hash_algorithm.digest_size)
        public_key.verify(signature, self.message(tbs), scheme, Prehashed(self.hash_algorithm))


@dataclass(frozen=True)
class Ed25519(Algorithm):
    """Ed25519, which signs the message itself (RFC 8032 §5.1, RFC 9053 §2.2)."""

    SIGNATURE_BYTES = 64

    def fits(self, public_key: PublicKey) -> bool:
        """Tell whether a key is an Ed25519 key."""
        return isinstance(public_key, ed25519.Ed25519PublicKey)

    def message(self, tbs: bytes) -> bytes:
        """Return the bytes."""
        return tbs

    def cose_signature(self, kms_signature: bytes) -> bytes:
        """Return it unchanged: R and S."""
        if len(kms_signature) != self.SIGNATURE_BYTES:
            raise SignatureMismatchError("not 64 bytes")
        return kms_signature

    def signature_bytes(self, _public_key: Any) -> int:
        """Return the length of R and S."""
        return self.SIGNATURE_BYTES

    def _check(self, public_key: Any, tbs: bytes, signature: bytes) -> None:
        public_key.verify(signature, tbs)


def _digest(hash_algorithm: hashes.HashAlgorithm, tbs: bytes) -> bytes:
    return hashlib.new(hash_algorithm.name, tbs).digest()


ALGORITHMS: dict[AlgorithmName, Algorithm] = {
    "ES256": Ecdsa("ES256", "ECDSA_SHA_256", "DIGEST", ec.SECP256R1(), hashes.SHA256()),
    "ES384": Ecdsa("ES384", "ECDSA_SHA_384", "DIGEST", ec.SECP384R1(), hashes.SHA384()),
    "ES512": Ecdsa("ES512", "ECDSA_SHA_512", "DIGEST", ec.SECP521R1(), hashes.SHA512()),
    "PS256": RsaPss("PS256", "RSASSA_PSS_SHA_256", "DIGEST", hashes.SHA256()),
    "PS384": RsaPss("PS384", "RSASSA_PSS_SHA_384", "DIGEST", hashes.SHA384()),
    "PS512": RsaPss("PS512", "RSASSA_PSS_SHA_512", "DIGEST", hashes.SHA512()),
    "EdDSA": Ed25519("EdDSA", "ED25519_SHA_512", "RAW"),
}
