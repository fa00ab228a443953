"""Keys in the emulator's KMS, their certificates in its SSM, and the signer that finds both."""

from __future__ import annotations

import json
from functools import cache

from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.certificate import InstalledChain
from edge_signer.signing.credentials.kms import KmsSigner
from emulator.credentials.development_ca import DevelopmentCa
from emulator.stack.resources import Services

KEY_SPECS: dict[AlgorithmName, str] = {
    "ES256": "ECC_NIST_P256",
    "ES384": "ECC_NIST_P384",
    "ES512": "ECC_NIST_P521",
    "PS256": "RSA_2048",
    "PS384": "RSA_3072",
    "PS512": "RSA_4096",
    "EdDSA": "ECC_NIST_EDWARDS25519",
}
PARAMETER = "/edge-signer/test/certificates/signing"


class KmsKeys:
    """Makes keys and certifies them.

    Args:
        aws: The emulator's services.
    """

    def __init__(self, aws: Services) -> None:
        self.aws = aws
        self.ca = DevelopmentCa()
        self.kept = cache(self.new)

    def new(self, key_spec: str = "ECC_NIST_P256") -> str:
        """Make a key and give its ARN; `kept` makes one a spec, since RSA keys take a while."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": []})
        created = self.aws.kms.create_key(KeySpec=key_spec, KeyUsage="SIGN_VERIFY", Policy=policy)
        return str(created["KeyMetadata"]["Arn"])

    def certify(self, key_id: str, parameter: str = PARAMETER) -> None:
        """Issue a chain for a key and put it where a signer looks for it."""
        public_key = self.aws.kms.get_public_key(KeyId=key_id)["PublicKey"]
        self.aws.ssm.put_parameter(
            Name=parameter, Type="String", Value=self.ca.issue("Test", public_key), Overwrite=True
        )

    def signer(
        self, key_id: str, parameter: str = PARAMETER, algorithm: AlgorithmName = "ES256"
    ) -> KmsSigner:
        """Give the signer of a key."""
        return KmsSigner(
            kms=lambda _: self.aws.kms,
            key_alias=key_id,
            chain=InstalledChain(self.aws.ssm, parameter),
            algorithm=ALGORITHMS[algorithm],
        )

    def certified_signer(self, algorithm: AlgorithmName) -> KmsSigner:
        """Give a signer with a key of the algorithm's own kind."""
        key_id, parameter = self.kept(KEY_SPECS[algorithm]), f"{PARAMETER}-{algorithm}"
        self.certify(key_id, parameter)
        return self.signer(key_id, parameter, algorithm)
