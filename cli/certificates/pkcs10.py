"""Certification requests (PKCS #10, RFC 2986) that a key in KMS signs for itself."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from edge_signer.signing.credentials.algorithm import ALGORITHMS, Algorithm, Ecdsa, Ed25519, RsaPss
from emulator.credentials.leaf_profile import Extension


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


_KINDS = {Ecdsa: _EcKey, RsaPss: _RsaKey, Ed25519: _Ed25519Key}


class RequestError(Exception):
    """The key cannot sign a request, or KMS returned a signature that does not verify."""


def signed_by_kms(
    kms: Any, alias: str, subject: x509.Name, extensions: list[Extension], algorithm: str | None
) -> x509.CertificateSigningRequest:
    """Let a key sign a request for itself; needs `kms:GetPublicKey` and `kms:Sign`.

    Args:
        kms: Client.
        alias: The key's alias.
        subject: The subject of the certificate.
        extensions: The extensions to ask for, each with whether it is critical.
        algorithm: Its COSE name; None for the first that the key supports.

    Raises:
        RequestError: The key cannot sign claims or not with this algorithm, or its signature
            does not verify.
        botocore.exceptions.BotoCoreError, ClientError: KMS refuses or does not answer.
    """
    found = kms.get_public_key(KeyId=alias)
    public_key: Any = serialization.load_der_public_key(found["PublicKey"])
    chosen = _algorithm_for(public_key, alias, algorithm)
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    # By its ARN: the alias may point to another key by now.
    key: Any = _KINDS[type(chosen)](kms, found["KeyId"], public_key, chosen)
    digest: Any = chosen.hash_algorithm if isinstance(chosen, Ecdsa | RsaPss) else None
    scheme = None
    if isinstance(chosen, RsaPss):
        scheme = padding.PSS(padding.MGF1(chosen.hash_algorithm), padding.PSS.DIGEST_LENGTH)
    request = builder.sign(key, digest, rsa_padding=scheme)
    if not request.is_signature_valid:
        raise RequestError("the signature that KMS returned does not verify; nothing was written")
    return request


def _algorithm_for(public_key: Any, alias: str, name: str | None) -> Algorithm:
    fitting = [one for one in ALGORITHMS.values() if one.fits(public_key)]
    if not fitting:
        raise RequestError(f"{alias} is of a kind that cannot sign claims")
    for one in fitting:
        if name in (None, one.name):
            return one
    raise RequestError(f"{alias} signs with {', '.join(one.name for one in fitting)}")
