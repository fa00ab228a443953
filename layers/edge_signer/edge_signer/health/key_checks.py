"""The signing key in KMS, and the certificate that vouches for it; neither check signs."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.health.finding import EVERY_WAY, Finding, Way
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.errors import CredentialUnavailableError

#: A certificate authority may take a week or two.
WARN_DAYS = 30


class KeyCheck:
    """Asks KMS for the state of a key; needs `kms:DescribeKey` on it.

    Args:
        kms: Client in the key's region.
        key: Alias or ARN.
        needed_for: Ways to sign that need it.
    """

    def __init__(self, kms: Any, key: str, needed_for: frozenset[Way]) -> None:
        self._kms = kms
        self._key = key
        self._needed_for = needed_for

    def __call__(self) -> Finding:
        """Tell whether the key may sign.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: KMS does not answer, or knows no such
                key.
        """
        metadata = self._kms.describe_key(KeyId=self._key)["KeyMetadata"]
        details = {
            "key_id": metadata["Arn"],
            "key_state": metadata["KeyState"],
            "key_usage": metadata["KeyUsage"],
        }
        if metadata["KeyState"] == "Enabled" and metadata["KeyUsage"] == "SIGN_VERIFY":
            return Finding("ok", details)
        return Finding("unavailable", details, self._needed_for)


class CertificateCheck:
    """Compares the installed chain with the clock and with the key.

    Needs `ssm:GetParameter` on the chain's parameter, `kms:GetPublicKey` on the key.

    Args:
        ssm: Client in the function's region.
        kms: Client in the key's region.
        parameter: Name of the parameter that holds the chain in PEM.
        key: Alias of the key.
    """

    def __init__(self, ssm: Any, kms: Any, parameter: str, key: str) -> None:
        self._ssm = ssm
        self._kms = kms
        self._parameter = parameter
        self._key = key

    def __call__(self) -> Finding:
        """Tell whether the chain is there, valid, the key's, and for how many days.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: SSM does not answer. Workers that have
                the chain go on with it.
        """
        try:
            answer = self._ssm.get_parameter(Name=self._parameter)
            chain = CertificateChain.from_pem(answer["Parameter"]["Value"])
            chain.require_valid()
        except self._ssm.exceptions.ParameterNotFound:
            return Finding("unavailable", {"error": "no chain is installed"}, EVERY_WAY)
        except CredentialUnavailableError as unusable:
            return Finding("unavailable", {"error": unusable.message}, EVERY_WAY)
        left = chain.expires_at - datetime.now(UTC)
        details: dict[str, Any] = {
            "serial_number": chain.serial_number,
            "expires_at": chain.expires_at.isoformat(),
            "days_left": math.floor(left.total_seconds() / 86_400),
        }
        try:
            certified = self._kms.get_public_key(KeyId=self._key)["PublicKey"]
        except (BotoCoreError, ClientError) as failure:
            compared = f"it could not be compared with the key: {failure}"
            return Finding("degraded", details | {"error": compared})
        if certified != chain.public_key_der():
            mismatch = "the certificate is not the signing key's"
            return Finding("unavailable", details | {"error": mismatch}, EVERY_WAY)
        return Finding("degraded" if details["days_left"] < WARN_DAYS else "ok", details)
