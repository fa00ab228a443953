"""Certifies the stack's signing keys and stores the chains where functions look for them."""

from collections.abc import Iterable, Iterator

from emulator.credentials.development_ca import DevelopmentCa
from emulator.stack.creation import Resource
from emulator.stack.resources import Services

_ALIAS_PREFIX = "alias/edge-signer-"


def store_certificates(
    ca: DevelopmentCa, resources: Iterable[Resource], services: Services, stage: str
) -> None:
    """Issue a certificate for each signing key that has an alias of this system.

    The chain of `alias/edge-signer-<stage>-<name>` goes to the SSM parameter
    `/edge-signer/<stage>/certificates/<name>`.

    Args:
        ca: Issues the certificates.
        resources: The created stack.
        services: Where keys are, and where the parameters go.
        stage: The stack's stage.
    """
    for name, key_id in _signing_keys(list(resources), f"{_ALIAS_PREFIX}{stage}-"):
        public_key = services.kms.get_public_key(KeyId=key_id)["PublicKey"]
        services.ssm.put_parameter(
            Name=f"/edge-signer/{stage}/certificates/{name}",
            Type="String",
            Value=ca.issue(f"Edge Signer {stage} {name}", public_key),
        )


def _signing_keys(resources: list[Resource], alias_prefix: str) -> Iterator[tuple[str, str]]:
    signing = {
        resource.ref
        for resource in resources
        if resource.type == "AWS::KMS::Key" and resource.properties.get("KeyUsage") == "SIGN_VERIFY"
    }
    for resource in resources:
        if resource.type == "AWS::KMS::Alias" and resource.ref.startswith(alias_prefix):
            key_id = resource.properties["TargetKeyId"]
            if key_id in signing:
                yield resource.ref.removeprefix(alias_prefix), key_id
