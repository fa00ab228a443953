"""The kinds of KMS signing keys, and how each signs.

Follows the KMS developer guide, "Key spec reference", and the Sign API's MessageType.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

ED25519_SPEC = "ECC_NIST_EDWARDS25519"
ED25519_ALGORITHMS = ("ED25519_PH_SHA_512", "ED25519_SHA_512")
ED25519_RAW = "ED25519_SHA_512"

_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}


class Ed25519Key:
    """A key of the spec ECC_NIST_EDWARDS25519, which moto does not have."""

    def __init__(self) -> None:
        self.private_key = ed25519.Ed25519PrivateKey.generate()

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo in DER."""
        return self.private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True)
class Signature:
    """One way of signing with one key.

    Attributes:
        key: The private key.
        algorithm: KMS's name of the signing algorithm.
        is_digest: Whether the input is already the message's hash.
    """

    key: Any
    algorithm: str
    is_digest: bool

    @property
    def digest_size(self) -> int:
        """The length in bytes of the digest that this algorithm signs."""
        return self._hash().digest_size

    def make(self, message: bytes) -> bytes:
        """Sign; an ECDSA signature is DER, as from KMS."""
        signature: bytes = self.key.sign(message, *self._scheme())
        return signature

    def matches(self, signature: bytes, message: bytes) -> bool:
        """Return whether a signature is this key's, over this message."""
        try:
            self.key.public_key().verify(signature, message, *self._scheme())
        except InvalidSignature:
            return False
        return True

    def _hash(self) -> hashes.HashAlgorithm:
        return _HASHES[self.algorithm[-3:]]()

    def _scheme(self) -> tuple[Any, ...]:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return ()
        hashed = utils.Prehashed(self._hash()) if self.is_digest else self._hash()
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return (ec.ECDSA(hashed),)
        if not isinstance(self.key, rsa.RSAPrivateKey):
            raise TypeError(f"{self.algorithm} has no scheme for {type(self.key).__name__}")
        if self.algorithm.startswith("RSASSA_PKCS1"):
            return (padding.PKCS1v15(), hashed)
        # RFC 4055 and JOSE's PS256 require a salt as long as the digest; moto uses the longest.
        salt = padding.PSS.DIGEST_LENGTH
        return (padding.PSS(padding.MGF1(self._hash()), salt), hashed)
