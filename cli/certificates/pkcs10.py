"""Certification requests (PKCS #10, RFC 2986) that a key in KMS signs for itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from edge_signer.signing.credentials.algorithm import Algorithm, Ecdsa, RsaPss


class _KmsKey:
    """What `cryptography` needs of a private key to sign a request; KMS does the signing."""

    def __init__(self, kms: Any, key_id: str, public_key: Any, algorithm: Algorithm) -> None:
        self._kms = kms
        self._key_id = key_id
        self._public_key = public_key
        self._algorithm = algorithm

    def public_key(self) -> Any:
        return self._public_key

    def sign(self, message: bytes, *_scheme: Any) -> Any:
        return self._kms.sign(
            KeyId=self._key_id,
            Message=self._algorithm.message(message),
            MessageType=self._algorithm.message_type,
            SigningAlgorithm=self._algorithm.kms_name,
        )["Signature"]


# `cryptography` tells the kinds of keys apart by these interfaces.
@ec.EllipticCurvePrivateKey.register
class _EcKey(_KmsKey):
    pass


@rsa.RSAPrivateKey.register
class _RsaKey(_KmsKey):
    pass


@ed25519.Ed25519PrivateKey.register
class _Ed25519Key(_KmsKey):
    pass


def signed_request(
    kms: Any,
    key_id: str,
    public_key: Any,
    algorithm: Algorithm,
    subject: x509.Name,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> x509.CertificateSigningRequest:
    """Let KMS sign a request, without checking its signature.

    Args:
        kms: Client.
        key_id: The key's ARN or id.
        public_key: The key's public key.
        algorithm: One that fits the key.
        subject: The subject of the certificate.
        extensions: The extensions to ask for, each with whether it is critical.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: KMS refuses or does not answer.
    """
    builder = x509.CertificateSigningRequestBuilder(subject)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    key: Any
    if isinstance(algorithm, RsaPss):
        key, digest = _RsaKey(kms, key_id, public_key, algorithm), algorithm.hash_algorithm
        pss = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
        return builder.sign(key, digest, rsa_padding=pss)
    if isinstance(algorithm, Ecdsa):
        key = _EcKey(kms, key_id, public_key, algorithm)
        return builder.sign(key, algorithm.hash_algorithm)
    key = _Ed25519Key(kms, key_id, public_key, algorithm)
    return builder.sign(key, None)
