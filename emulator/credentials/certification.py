"""Certifies the stack's keys and stores the certificates where functions read them."""

from collections.abc import Collection

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulator.credentials.development_ca import DevelopmentCa
from emulator.stack.creation import Resource
from emulator.stack.resources import Services
from emulator.time_stamps import TimeStampAuthority

_ALIAS_PREFIX = "alias/edge-signer-"
# Receipts have no certificate: verifiers pin the key.
_RECEIPTS = "receipts"


def store_certificates(
    ca: DevelopmentCa, resources: Collection[Resource], services: Services, stage: str
) -> None:
    """Issue a certificate for each signing key with an alias of this system, except receipts.

    The chain of `alias/edge-signer-<stage>-<name>` goes to the SSM parameter
    `/edge-signer/<stage>/certificates/<name>`.
    """
    for name, key_id in _signing_keys(resources, stage).items():
        if name == _RECEIPTS:
            continue
        public_key = services.kms.get_public_key(KeyId=key_id)["PublicKey"]
        services.ssm.put_parameter(
            Name=f"/edge-signer/{stage}/certificates/{name}",
            Type="String",
            Value=ca.issue(f"Edge Signer {stage} {name}", public_key),
        )


def receipt_public_key(resources: Collection[Resource], services: Services, stage: str) -> str:
    """Return the key that verifies receipts: 64 hexadecimal digits, or empty if there is none."""
    key_id = _signing_keys(resources, stage).get(_RECEIPTS)
    if key_id is None:
        return ""
    public_key = services.kms.get_public_key(KeyId=key_id)["PublicKey"]
    # A SubjectPublicKeyInfo of Ed25519 ends in the key (RFC 8410, section 4).
    return bytes(public_key[-32:]).hex()


def store_time_stamp_root(ca: DevelopmentCa, services: Services, stage: str) -> None:
    """Put the time-stamp root into the SSM parameter `/edge-signer/<stage>/certificates/tsa`."""
    services.ssm.put_parameter(
        Name=f"/edge-signer/{stage}/certificates/tsa",
        Type="String",
        Value=ca.timestamp_anchors_pem(),
    )


def time_stamp_authority(ca: DevelopmentCa, openssl: str) -> TimeStampAuthority:
    """Make a time-stamp authority with a key of its own.

    Args:
        ca: Issues its certificate.
        openssl: The program that makes its responses.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate_pem = ca.issue_time_stamping(key.public_key())
    return TimeStampAuthority(openssl, certificate_pem, key_pem.decode())


def _signing_keys(resources: Collection[Resource], stage: str) -> dict[str, str]:
    """Return the ids of the signing keys by the names in their aliases."""
    signing = {
        resource.ref
        for resource in resources
        if resource.type == "AWS::KMS::Key" and resource.properties.get("KeyUsage") == "SIGN_VERIFY"
    }
    prefix = f"{_ALIAS_PREFIX}{stage}-"
    targets = {
        one.ref.removeprefix(prefix): one.properties["TargetKeyId"]
        for one in resources
        if one.type == "AWS::KMS::Alias" and one.ref.startswith(prefix)
    }
    return {name: key_id for name, key_id in targets.items() if key_id in signing}
