"""Signed requests: an HMAC over the whole request, valid once and for ten minutes.

The string to sign has seven lines, joined by line feeds, without one at the end:

    edge-signer-hmac-v1
    the header X-Signature-Timestamp
    the header X-Signature-Nonce
    the method
    the path, and if there is a query, `?` and the query as it was sent
    the tenant of the token
    the SHA-256 of the body, 64 lower-case hexadecimal digits
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterable, Mapping

from edge_signer.http.errors import InvalidSignatureError
from edge_signer.http.received import ReceivedRequest
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import Tenant

VERSION = "edge-signer-hmac-v1"
#: Largest difference between a client's clock and ours, in either direction.
WINDOW_S = 300
# Workers' clocks differ too: a nonce is remembered for longer than any of them accepts it.
_CLOCKS_DIFFER_S = 60

_TIMESTAMP, _NONCE, _SIGNATURE = "X-Signature-Timestamp", "X-Signature-Nonce", "X-Signature"
_FORMS = {
    _TIMESTAMP: (re.compile(r"[0-9]{1,12}"), "the time in whole seconds since 1970, in UTC"),
    _NONCE: (re.compile(r"[A-Za-z0-9_-]{16,64}"), "16 to 64 letters, digits, - or _"),
    _SIGNATURE: (re.compile(r"v1=[0-9a-f]{64}"), "v1= and 64 lower-case hexadecimal digits"),
}


def string_to_sign(request: ReceivedRequest, tenant_id: str) -> str:
    """Return the string that the signature of a request covers.

    Args:
        request: With its timestamp and nonce among the headers.
        tenant_id: The tenant of the token.
    """
    return "\n".join(
        (
            VERSION,
            request.headers[_TIMESTAMP.lower()],
            request.headers[_NONCE.lower()],
            request.method,
            request.target,
            tenant_id,
            hashlib.sha256(request.body).hexdigest(),
        )
    )


class RequestSignatures:
    """Checks the signatures of requests.

    Args:
        replays: Remembers nonces, for all workers.
        clock: Gives epoch seconds.
    """

    def __init__(
        self, replays: DynamoDbReplayGuard, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._replays = replays
        self._clock = clock

    def check(self, tenant: Tenant, request: ReceivedRequest) -> None:
        """Check that a request is signed as its token requires.

        Raises:
            InvalidSignatureError: It is not; the message says what to fix.
        """
        if not is_signed(request) and not tenant.hmac_required:
            return
        if tenant.hmac_key is None:
            raise InvalidSignatureError(
                "This API token has no HMAC key, so the signature cannot be checked: "
                f"leave out {_names_of(_FORMS)}."
            )
        _require_headers(request.headers)
        self._require_timestamp_in_window(request.headers)
        self._require_signature(tenant, tenant.hmac_key, request)

    def spend(self, tenant: Tenant, request: ReceivedRequest) -> None:
        """Spend the nonce of a signed request, after its signature was checked.

        Raises:
            InvalidSignatureError: Its nonce was used before.
            StoreUnavailableError: DynamoDB did not answer.
        """
        if not is_signed(request):
            return
        nonce = request.headers[_NONCE.lower()]
        timestamp_s = int(request.headers[_TIMESTAMP.lower()])
        remember_until_s = timestamp_s + WINDOW_S + _CLOCKS_DIFFER_S
        if not self._replays.admit(tenant.tenant_id, nonce, remember_until_s):
            raise InvalidSignatureError(
                f"This {_NONCE} was used before; sign each request, and each retry, with a new one."
            )

    def _require_timestamp_in_window(self, headers: Mapping[str, str]) -> None:
        timestamp_s, now_s = int(headers[_TIMESTAMP.lower()]), int(self._clock())
        if abs(now_s - timestamp_s) > WINDOW_S:
            side = "behind" if timestamp_s < now_s else "ahead of"
            raise InvalidSignatureError(
                f"{_TIMESTAMP} is {abs(now_s - timestamp_s)} s {side} this server's clock, "
                f"{now_s}; at most {WINDOW_S} s are allowed."
            )

    @staticmethod
    def _require_signature(tenant: Tenant, key: str, request: ReceivedRequest) -> None:
        signed = string_to_sign(request, tenant.tenant_id).encode()
        expected = f"v1={hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(expected, request.headers[_SIGNATURE.lower()]):
            raise InvalidSignatureError(
                f"{_SIGNATURE} does not match this request. Check the HMAC key, and the string to "
                f"sign: {VERSION}, timestamp, nonce, method, path with its query, tenant and the "
                "SHA-256 of the body, one a line."
            )


def is_signed(request: ReceivedRequest) -> bool:
    """Return whether a request claims to be signed."""
    return any(name.lower() in request.headers for name in _FORMS)


def _require_headers(headers: Mapping[str, str]) -> None:
    missing = [name for name in _FORMS if name.lower() not in headers]
    if missing:
        raise InvalidSignatureError(
            f"Requests with this API token are signed: send {_names_of(missing)} too."
            if len(missing) < len(_FORMS)
            else f"Requests with this API token must be signed: send {_names_of(missing)}."
        )
    for name, (form, meaning) in _FORMS.items():
        if not form.fullmatch(headers[name.lower()]):
            raise InvalidSignatureError(f"{name} must be {meaning}.")


def _names_of(headers: Iterable[str]) -> str:
    *first, last = headers
    return f"{', '.join(first)} and {last}" if first else last
