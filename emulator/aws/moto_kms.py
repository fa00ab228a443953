"""Corrects moto's KMS, which hashes a digest again and signs with disabled keys.

Follows the KMS API reference (Sign, Verify, GetPublicKey, ReplicateKey) and "Key states of AWS KMS
keys". KMS answers clients' mistakes with HTTP status 400, and so do moto's errors.
"""

import base64
import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms import models, utils
from moto.kms.exceptions import ValidationException
from moto.kms.responses import KmsResponse

from emulator.aws.signing_keys import (
    ED25519_ALGORITHMS,
    ED25519_RAW,
    ED25519_SPEC,
    Ed25519Key,
    Signature,
)

_MAX_MESSAGE_BYTES = 4096

_moto_key_specs = utils.KeySpec.key_specs()
_moto_algorithms = utils.SigningAlgorithm.signing_algorithms()
_moto_generate = utils.generate_private_key
_moto_replicate = models.KmsBackend.replicate_key


def mend_kms() -> None:
    """Replace Sign, Verify, GetPublicKey and ReplicateKey, and add the Ed25519 key spec."""
    for owner, name, replacement in (
        (utils.KeySpec, "key_specs", classmethod(_key_specs)),
        (models, "generate_private_key", _generate_private_key),
        (models, "Key", _Key),
        (models.KmsBackend, "replicate_key", _replicate_key),
        (KmsResponse, "sign", _sign),
        (KmsResponse, "verify", _verify),
        (KmsResponse, "get_public_key", _get_public_key),
    ):
        setattr(owner, name, replacement)


def _key_specs(_cls: type[utils.KeySpec]) -> list[str]:
    return sorted([*_moto_key_specs, ED25519_SPEC])


def _generate_private_key(key_spec: str) -> utils.AbstractPrivateKey | Ed25519Key:
    return Ed25519Key() if key_spec == ED25519_SPEC else _moto_generate(key_spec)


class _Key(models.Key):
    """moto's key, extended with the algorithms of Ed25519 keys."""

    @property
    def signing_algorithms(self) -> list[str]:
        if self.key_spec == ED25519_SPEC:
            return list(ED25519_ALGORITHMS)
        return super().signing_algorithms


def _replicate_key(backend: models.KmsBackend, key_id: str, replica_region: str) -> models.Key:
    """Separate the replica from its primary: moto gives both the same aliases and type."""
    key = backend.describe_key(key_id)
    if not key.multi_region:
        raise JsonRESTError("UnsupportedOperationException", f"{key.arn} is not multi-Region.")
    replica = _moto_replicate(backend, key.id, replica_region)
    replica.aliases = {}
    replica.multi_region_configuration = {
        **key.multi_region_configuration,
        "MultiRegionKeyType": "REPLICA",
    }
    return replica


def _sign(response: KmsResponse) -> str:
    key, scheme, message = _checked_request(response, "Sign")
    return json.dumps(
        {
            "KeyId": key.arn,
            "Signature": base64.b64encode(scheme.make(message)).decode(),
            "SigningAlgorithm": scheme.algorithm,
        }
    )


def _verify(response: KmsResponse) -> str:
    key, scheme, message = _checked_request(response, "Verify")
    signature = base64.b64decode(response._get_param("Signature") or "")
    if not scheme.matches(signature, message):
        raise JsonRESTError("KMSInvalidSignatureException", "")
    return json.dumps(
        {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": scheme.algorithm}
    )


def _get_public_key(response: KmsResponse) -> str:
    key = _key(response)
    if isinstance(key.private_key, Ed25519Key) or key.key_spec.startswith(("RSA_", "ECC_")):
        answer: dict[str, Any] = {
            "CustomerMasterKeySpec": key.key_spec,
            "KeyId": key.arn,
            "KeySpec": key.key_spec,
            "KeyUsage": key.key_usage,
            "PublicKey": base64.b64encode(key.private_key.public_key()).decode(),
        }
        if key.key_usage == "SIGN_VERIFY":
            answer["SigningAlgorithms"] = key.signing_algorithms
        else:
            answer["EncryptionAlgorithms"] = key.encryption_algorithms
        return json.dumps(answer)
    raise JsonRESTError(
        "UnsupportedOperationException",
        f"{key.arn} key spec is {key.key_spec} which is not valid for GetPublicKey.",
    )


def _key(response: KmsResponse) -> models.Key:
    key_id = response._get_param("KeyId")
    response._validate_key_id(key_id)
    return response.kms_backend.describe_key(key_id)


def _checked_request(response: KmsResponse, operation: str) -> tuple[models.Key, Signature, bytes]:
    """Check input, key usage, key state and DryRun, as KMS does before it uses the key."""
    key = _key(response)
    algorithm = response._get_param("SigningAlgorithm")
    message: bytes = response._get_param("Message")
    is_digest = response._get_param("MessageType") == "DIGEST"
    if algorithm not in {*_moto_algorithms, *ED25519_ALGORITHMS}:
        raise _invalid_member(
            "signingAlgorithm",
            f"satisfy enum value set: {[*_moto_algorithms, *ED25519_ALGORITHMS]}",
        )
    if not 1 <= len(message) <= _MAX_MESSAGE_BYTES:
        raise _invalid_member("message", f"have length between 1 and {_MAX_MESSAGE_BYTES}")
    _check_usage(key, operation, algorithm)
    _check_state(key)
    private_key = key.private_key.private_key  # type: ignore[attr-defined]
    scheme = Signature(private_key, algorithm, is_digest)
    _check_message_type(scheme, message)
    if response._get_param("DryRun"):
        raise JsonRESTError(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        )
    return key, scheme, message


def _check_usage(key: models.Key, operation: str, algorithm: str) -> None:
    if key.key_usage != "SIGN_VERIFY":
        raise JsonRESTError(
            "InvalidKeyUsageException",
            f"{key.arn} key usage is {key.key_usage} which is not valid for {operation}.",
        )
    if algorithm not in (key.signing_algorithms or []):
        raise JsonRESTError(
            "InvalidKeyUsageException",
            f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}.",
        )


def _check_state(key: models.Key) -> None:
    if key.key_state == "Disabled":
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state == "PendingDeletion":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def _check_message_type(scheme: Signature, message: bytes) -> None:
    if scheme.algorithm in ED25519_ALGORITHMS:
        if scheme.is_digest == (scheme.algorithm == ED25519_RAW):
            kind = "DIGEST" if scheme.is_digest else "RAW"
            raise ValidationException(
                f"{scheme.algorithm} is not compatible with message type {kind}."
            )
        if scheme.algorithm != ED25519_RAW:
            # AWS supports this, but cryptography has no Ed25519ph.
            raise JsonRESTError(
                "UnsupportedOperationException", f"{scheme.algorithm} is not emulated."
            )
    elif scheme.is_digest and len(message) != scheme.digest_size:
        raise ValidationException(f"Digest is invalid length for algorithm {scheme.algorithm}.")


def _invalid_member(member: str, constraint: str) -> JsonRESTError:
    return ValidationException(
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        f"Member must {constraint}",
    )
