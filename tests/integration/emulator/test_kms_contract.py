"""What AWS KMS does, point by point; signatures are verified by cryptography, never by KMS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from emulator.aws.services import ServiceHost
from emulator.http.message import Request
from emulator.stack.resources import Services

MESSAGE = b"to be signed"
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
SCHEMES = [
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
    ("RSA_2048", "RSASSA_PSS_SHA_256"),
    ("RSA_2048", "RSASSA_PSS_SHA_384"),
    ("RSA_2048", "RSASSA_PSS_SHA_512"),
    ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
]


class Keys:
    """Makes one key a spec and keeps it: RSA keys take a while."""

    def __init__(self, kms: Any) -> None:
        self._kms = kms
        self._kept: dict[str, str] = {}

    def new(self, spec: str, usage: str = "SIGN_VERIFY") -> str:
        policy = json.dumps({"Version": "2012-10-17", "Statement": []})
        created = self._kms.create_key(KeySpec=spec, KeyUsage=usage, Policy=policy)
        return str(created["KeyMetadata"]["KeyId"])

    def kept(self, spec: str) -> str:
        if spec not in self._kept:
            self._kept[spec] = self.new(spec)
        return self._kept[spec]


@pytest.fixture(scope="module")
def keys(aws: Services) -> Keys:
    return Keys(aws.kms)


@pytest.fixture
def kms(aws: Services) -> Any:
    return aws.kms


def digest(algorithm: str, message: bytes = MESSAGE) -> bytes:
    return hashlib.new(f"sha{algorithm[-3:]}", message).digest()


def check(kms: Any, key_id: str, algorithm: str, signature: bytes, message: bytes) -> None:
    """Verify with the public key alone; a PSS salt must be as long as the digest."""
    public_key = load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
    hashed = HASHES[algorithm[-3:]]()
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        public_key.verify(signature, message, ec.ECDSA(hashed))
    elif isinstance(public_key, rsa.RSAPublicKey) and "PSS" in algorithm:
        pss = padding.PSS(padding.MGF1(hashed), hashed.digest_size)
        public_key.verify(signature, message, pss, hashed)
    elif isinstance(public_key, rsa.RSAPublicKey):
        public_key.verify(signature, message, padding.PKCS1v15(), hashed)
    else:
        assert isinstance(public_key, ed25519.Ed25519PublicKey)
        public_key.verify(signature, message)


def sign(kms: Any, key_id: str, algorithm: str, message: bytes, **more: Any) -> bytes:
    answer = kms.sign(KeyId=key_id, SigningAlgorithm=algorithm, Message=message, **more)
    assert answer["KeyId"].endswith(f":key/{key_id}")
    assert answer["SigningAlgorithm"] == algorithm
    signature: bytes = answer["Signature"]
    return signature


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize(("spec", "algorithm"), SCHEMES)
def test_a_digest_is_signed_as_it_is(kms: Any, keys: Keys, spec: str, algorithm: str) -> None:
    key_id = keys.kept(spec)

    signature = sign(kms, key_id, algorithm, digest(algorithm), MessageType="DIGEST")

    check(kms, key_id, algorithm, signature, MESSAGE)


@pytest.mark.parametrize(("spec", "algorithm"), SCHEMES)
def test_a_raw_message_is_hashed_once(kms: Any, keys: Keys, spec: str, algorithm: str) -> None:
    key_id = keys.kept(spec)

    signature = sign(kms, key_id, algorithm, MESSAGE, MessageType="RAW")

    check(kms, key_id, algorithm, signature, MESSAGE)


def test_raw_is_the_default_message_type(kms: Any, keys: Keys) -> None:
    key_id = keys.kept("ECC_NIST_P256")

    signature = sign(kms, key_id, "ECDSA_SHA_256", MESSAGE)

    check(kms, key_id, "ECDSA_SHA_256", signature, MESSAGE)


@pytest.mark.parametrize(("spec", "algorithm"), SCHEMES)
def test_a_digest_of_another_length_is_refused(
    kms: Any, keys: Keys, spec: str, algorithm: str
) -> None:
    wrong = digest(algorithm)[:-1]
    arguments = {"KeyId": keys.kept(spec), "SigningAlgorithm": algorithm, "MessageType": "DIGEST"}

    assert refusal(kms.sign, Message=wrong, **arguments) == "ValidationException"


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_EDWARDS25519"])
def test_a_raw_message_has_at_most_4096_bytes(kms: Any, keys: Keys, spec: str) -> None:
    algorithm = "ECDSA_SHA_256" if spec == "ECC_NIST_P256" else "ED25519_SHA_512"
    key_id = keys.kept(spec)

    signature = sign(kms, key_id, algorithm, b"x" * 4096)

    check(kms, key_id, algorithm, signature, b"x" * 4096)
    arguments = {"KeyId": key_id, "SigningAlgorithm": algorithm, "Message": b"x" * 4097}
    assert refusal(kms.sign, **arguments) == "ValidationException"


def test_a_disabled_key_signs_nothing_until_it_is_enabled(kms: Any, keys: Keys) -> None:
    key_id = keys.new("ECC_NIST_P256")
    arguments = {"KeyId": key_id, "SigningAlgorithm": "ECDSA_SHA_256", "Message": MESSAGE}
    kms.disable_key(KeyId=key_id)

    assert refusal(kms.sign, **arguments) == "DisabledException"
    kms.enable_key(KeyId=key_id)
    assert kms.sign(**arguments)["Signature"]


def test_a_key_that_waits_for_its_deletion_signs_nothing(kms: Any, keys: Keys) -> None:
    key_id = keys.new("ECC_NIST_P256")
    kms.schedule_key_deletion(KeyId=key_id)

    arguments = {"KeyId": key_id, "SigningAlgorithm": "ECDSA_SHA_256", "Message": MESSAGE}
    assert refusal(kms.sign, **arguments) == "KMSInvalidStateException"


def test_a_key_for_encryption_signs_nothing(kms: Any, keys: Keys) -> None:
    key_id = keys.new("RSA_2048", "ENCRYPT_DECRYPT")

    arguments = {"KeyId": key_id, "SigningAlgorithm": "RSASSA_PSS_SHA_256", "Message": MESSAGE}
    assert refusal(kms.sign, **arguments) == "InvalidKeyUsageException"


def test_an_algorithm_of_another_key_spec_is_refused(kms: Any, keys: Keys) -> None:
    arguments = {"KeyId": keys.kept("ECC_NIST_P256"), "Message": MESSAGE}

    assert (
        refusal(kms.sign, SigningAlgorithm="ECDSA_SHA_384", **arguments)
        == "InvalidKeyUsageException"
    )
    assert refusal(kms.sign, SigningAlgorithm="ECDSA_MD5", **arguments) == "ValidationException"


def test_a_key_that_does_not_exist_is_not_found(kms: Any) -> None:
    arguments = {"SigningAlgorithm": "ECDSA_SHA_256", "Message": MESSAGE}

    assert refusal(kms.sign, KeyId="alias/none", **arguments) == "NotFoundException"


def test_a_dry_run_checks_everything_and_signs_nothing(kms: Any, keys: Keys) -> None:
    arguments = {"KeyId": keys.kept("ECC_NIST_P256"), "Message": MESSAGE, "DryRun": True}

    assert (
        refusal(kms.sign, SigningAlgorithm="ECDSA_SHA_256", **arguments)
        == "DryRunOperationException"
    )
    assert (
        refusal(kms.sign, SigningAlgorithm="ECDSA_SHA_384", **arguments)
        == "InvalidKeyUsageException"
    )


def test_an_ed25519_key_signs_the_whole_message(kms: Any, keys: Keys) -> None:
    key_id = keys.kept("ECC_NIST_EDWARDS25519")

    signature = sign(kms, key_id, "ED25519_SHA_512", MESSAGE, MessageType="RAW")

    check(kms, key_id, "ED25519_SHA_512", signature, MESSAGE)


def test_ed25519_takes_no_digest(kms: Any, keys: Keys) -> None:
    arguments = {"KeyId": keys.kept("ECC_NIST_EDWARDS25519"), "MessageType": "DIGEST"}

    assert (
        refusal(kms.sign, SigningAlgorithm="ED25519_SHA_512", Message=b"x" * 64, **arguments)
        == "ValidationException"
    )


@pytest.mark.parametrize(
    ("spec", "algorithms"),
    [
        ("ECC_NIST_P256", ["ECDSA_SHA_256"]),
        ("ECC_NIST_P384", ["ECDSA_SHA_384"]),
        ("ECC_NIST_EDWARDS25519", ["ED25519_PH_SHA_512", "ED25519_SHA_512"]),
    ],
)
def test_a_public_key_comes_with_its_spec_and_algorithms(
    kms: Any, keys: Keys, spec: str, algorithms: list[str]
) -> None:
    answer = kms.get_public_key(KeyId=keys.kept(spec))

    assert answer["KeySpec"] == spec
    assert answer["KeyUsage"] == "SIGN_VERIFY"
    assert sorted(answer["SigningAlgorithms"]) == algorithms
    assert answer["KeyId"].startswith("arn:aws:kms:us-east-1:")
    metadata = kms.describe_key(KeyId=keys.kept(spec))["KeyMetadata"]
    assert (metadata["KeySpec"], sorted(metadata["SigningAlgorithms"])) == (spec, algorithms)


def test_a_symmetric_key_has_no_public_half(kms: Any, keys: Keys) -> None:
    key_id = keys.new("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")

    assert refusal(kms.get_public_key, KeyId=key_id) == "UnsupportedOperationException"


def test_verify_agrees_with_the_public_key(kms: Any, keys: Keys) -> None:
    arguments = {"KeyId": keys.kept("ECC_NIST_P256"), "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = sign(kms, arguments["KeyId"], "ECDSA_SHA_256", MESSAGE)

    answer = kms.verify(
        Signature=signature, Message=digest("256"), MessageType="DIGEST", **arguments
    )

    assert answer["SignatureValid"] is True
    assert (
        refusal(kms.verify, Signature=signature, Message=b"something else", **arguments)
        == "KMSInvalidSignatureException"
    )


def test_the_check_of_these_tests_can_fail(kms: Any, keys: Keys) -> None:
    key_id = keys.kept("ECC_NIST_P256")
    signature = sign(kms, key_id, "ECDSA_SHA_256", MESSAGE)

    with pytest.raises(InvalidSignature):
        check(kms, key_id, "ECDSA_SHA_256", signature, b"something else")


@pytest.mark.parametrize("corruption", ["signature", "other_key", "malformed"])
@pytest.mark.parametrize(("spec", "algorithm"), SCHEMES[:4])
def test_a_corrupted_answer_has_a_signature_that_is_none(
    host: ServiceHost, kms: Any, keys: Keys, spec: str, algorithm: str, corruption: str
) -> None:
    rule = {"service": "kms", "operation": "Sign", "corrupt": corruption, "times": 1}
    put = host.answer(Request("PUT", "/_emulator/faults", body=json.dumps([rule]).encode()))
    assert put.status == 204
    key_id = keys.kept(spec)

    signature = sign(kms, key_id, algorithm, digest(algorithm), MessageType="DIGEST")

    with pytest.raises(InvalidSignature):
        check(kms, key_id, algorithm, signature, MESSAGE)
    if spec.startswith("ECC") and corruption != "malformed":
        decode_dss_signature(signature)
    check(kms, key_id, algorithm, sign(kms, key_id, algorithm, MESSAGE), MESSAGE)
