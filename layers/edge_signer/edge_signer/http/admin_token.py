"""Operators' tokens: SSM holds only the SHA-256 of each, by the operator's name."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from edge_signer.http.errors import UnauthenticatedError
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.last_good import LastGood

OPERATOR_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_TOKEN_CHARACTERS = 512
_UNREADABLE = "The operators' tokens cannot be read; try again."


def admin_tokens_parameter(stage: str) -> str:
    """Name of the SSM parameter with the operators of a stage."""
    return f"/edge-signer/{stage}/admin/tokens"


def offers_token(headers: Mapping[str, str]) -> bool:
    """Tell whether a request carries a token.

    Args:
        headers: With names in lower case.
    """
    return "x-admin-token" in headers or "authorization" in headers


class AdminTokens:
    """Authenticates operators; needs `ssm:GetParameter` on the parameter.

    The parameter is a JSON object: the SHA-256 of each token in hexadecimal, by operator. It is
    read again after `FRESH_S` seconds, so that a revoked token soon stops working. A failure is
    cached too, for `RETRY_S`: guessed tokens must not use up the read quota of SSM.

    Args:
        ssm: Client.
        parameter: Name of the parameter; a SecureString or a String.
    """

    FRESH_S = 5.0
    RETRY_S = 1.0

    def __init__(self, ssm: Any, parameter: str) -> None:
        self._ssm = ssm
        self._parameter = parameter
        self._operators = LastGood(
            self._read, refresh_s=self.FRESH_S, retry_s=self.RETRY_S, jitter=0.0
        )

    def require(self, headers: Mapping[str, str]) -> str:
        """Return the name of the operator whose token a request carries.

        Args:
            headers: With names in lower case; `x-admin-token` precedes `authorization`.

        Raises:
            UnauthenticatedError: The token is missing or unknown.
            StoreUnavailableError: The tokens could not be read; nobody is let in.
        """
        token = _token_of(headers)
        if not token:
            raise UnauthenticatedError(
                "Send the header X-Admin-Token, or Authorization: Bearer <admin-token>."
            )
        cut = token[:_MAX_TOKEN_CHARACTERS].encode(errors="surrogatepass")
        token_sha256 = hashlib.sha256(cut).hexdigest()
        # All are compared, so that the time taken reveals nothing about a near miss.
        holders = [
            name
            for name, known_sha256 in self._operators().items()
            if hmac.compare_digest(known_sha256, token_sha256)
        ]
        if not holders or len(token) > _MAX_TOKEN_CHARACTERS:
            raise UnauthenticatedError("This admin token is not valid.")
        return holders[0]

    def _read(self) -> dict[str, str]:
        # If this fails, nobody is let in, not even operators who were known before.
        self._operators.forget()
        with StoreCall(_UNREADABLE):
            try:
                answer = self._ssm.get_parameter(Name=self._parameter, WithDecryption=True)
            except self._ssm.exceptions.ParameterNotFound:
                return {}
        try:
            return read_operators(answer["Parameter"]["Value"])
        except ValueError as malformed:
            raise StoreUnavailableError(_UNREADABLE, retry_after_s=5) from malformed


def _token_of(headers: Mapping[str, str]) -> str:
    if "x-admin-token" in headers:
        return headers["x-admin-token"].strip()
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def read_operators(text: str) -> dict[str, str]:
    """Read the parameter's value.

    Returns:
        The SHA-256 of each token, in hexadecimal, by the operator's name.

    Raises:
        ValueError: It is malformed; then nobody in it is let in.
    """
    operators = json.loads(text)
    if not isinstance(operators, dict):
        raise ValueError("the operators' tokens are not a JSON object")
    for name, token_sha256 in operators.items():
        if not (OPERATOR_NAME.fullmatch(name) and isinstance(token_sha256, str)):
            raise ValueError("the operators' tokens have an invalid entry")
        if not _SHA256.fullmatch(token_sha256):
            raise ValueError(f"the token of {name} is not a SHA-256 in hexadecimal")
    return operators
