"""Bearer tokens of operators, and the parameter that knows them by their SHA-256."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

#: The operator of a development system.
LOCAL_OPERATOR = "laptop"
_SECRET_BYTES = 32


def issue_admin_token() -> tuple[str, str]:
    """Make a token of 32 random bytes, and give it with its SHA-256 in hexadecimal."""
    token = secrets.token_urlsafe(_SECRET_BYTES)
    return token, hashlib.sha256(token.encode()).hexdigest()


def store_operators(ssm: Any, stage: str, operators: Mapping[str, str]) -> None:
    """Write the parameter that holds a stage's operators.

    Args:
        ssm: Client.
        stage: Of the deployment.
        operators: The SHA-256 of each token, in hexadecimal, by the operator's name.
    """
    ssm.put_parameter(
        Name=f"/edge-signer/{stage}/admin/tokens",
        Type="String",
        Value=json.dumps(operators, sort_keys=True),
        Overwrite=True,
    )
