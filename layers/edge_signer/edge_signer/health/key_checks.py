"""Checks of the signing key in KMS and of its certificate; neither signs."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.health.examination import EVERY_WAY, Finding, Way
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.errors import CredentialUnavailableError

#: A certificate authority may take a week or two.
WARN_DAYS = 30


def check_key(kms: Any, key: str, needed_for: frozenset[Way]) -> Finding:
    """Check that a key can sign; needs `kms:DescribeKey` on it.

    Args:
        kms: Client in the key's region.
        key: Alias or ARN.
        needed_for: Ways to sign that need it.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: KMS failed, or has no such key.
    """
    metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
    details = {
        "key_id": metadata["Arn"],
        "key_state": metadata["KeyState"],
        "key_usage": metadata["KeyUsage"],
    }
    if metadata["KeyState"] == "Enabled" and metadata["KeyUsage"] == "SIGN_VERIFY":
        return Finding("ok", details)
    return Finding("unavailable", details, needed_for)


def check_certificate(ssm: Any, kms: Any, parameter: str, key: str) -> Finding:
    """Check that a chain is installed, valid, and the key's; warn before it expires.

    Needs `ssm:GetParameter` on the chain's parameter and `kms:GetPublicKey` on the key.

    Args:
        ssm: Client in the function's region.
        kms: Client in the key's region.
        parameter: Name of the parameter that holds the chain in PEM.
        key: Alias of the key.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: SSM failed. Workers that have the chain
            continue with it.
    """
    try:
        answer = ssm.get_parameter(Name=parameter)
        chain = CertificateChain.from_pem(answer["Parameter"]["Value"])
        chain.require_valid()
    except ssm.exceptions.ParameterNotFound:
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
        certified = kms.get_public_key(KeyId=key)["PublicKey"]
    except (BotoCoreError, ClientError) as failure:
        compared = f"it could not be compared with the key: {failure}"
        return Finding("degraded", details | {"error": compared})
    if certified != chain.public_key_der():
        mismatch = "the certificate is not the signing key's"
        return Finding("unavailable", details | {"error": mismatch}, EVERY_WAY)
    return Finding("degraded" if details["days_left"] < WARN_DAYS else "ok", details)
