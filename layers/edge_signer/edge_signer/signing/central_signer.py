"""The central signer, for when the edge cannot sign: what is asked of it, and by function name."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from edge_signer.platform.errors import (
    EdgeSignerError,
    KmsRateLimitError,
    KmsUnavailableError,
    StoreUnavailableError,
)
from edge_signer.signing import errors
from edge_signer.signing.central_contract import (
    MAX_ANSWER_BYTES,
    CentralAnswer,
    CentralRefusal,
    CentralRequest,
)
from edge_signer.signing.credentials.algorithm import AlgorithmName

RETRY_AFTER_S = 5
#: What the central signer may refuse with; any other code is a fault of it.
_REFUSALS: dict[str, type[EdgeSignerError]] = {
    one.code: one
    for one in (
        errors.InvalidAssertionError,
        errors.UnknownPolicyError,
        errors.PolicyViolationError,
        errors.TbsTooLargeError,
        KmsRateLimitError,
        KmsUnavailableError,
        errors.CredentialUnavailableError,
        errors.TsaUnavailableError,
        StoreUnavailableError,
    )
}
_THROTTLES = {"TooManyRequestsException", "ThrottlingException", "EC2ThrottledException"}


@dataclass(frozen=True)
class CentralManifest:
    """What another engine gave. Nothing of it is checked yet.

    Attributes:
        manifest_store: The bytes.
        kms_key_id: Which key signed, by its own account.
        algorithm: What it signed with, by its own account.
        timings_ms: Where its milliseconds went, by step.
    """

    manifest_store: bytes
    kms_key_id: str
    algorithm: AlgorithmName
    timings_ms: Mapping[str, float]


class CentralSigner(Protocol):
    """Signs a request with another engine."""

    def sign(self, request: CentralRequest) -> CentralManifest:
        """Give the manifest of a request; the caller checks it before it is stored.

        Raises:
            EdgeSignerError: One of the catalogue.
        """


class LambdaCentralSigner:
    """The central signer of the same deployment; needs `lambda:InvokeFunction` on that function.

    Args:
        client: Gives the client of Lambda, in the function's region, when it is first needed; its
            retries should be off.
        function_name: Name or ARN.
    """

    def __init__(self, client: Callable[[], Any], function_name: str) -> None:
        self._client = client
        self._function_name = function_name

    def sign(self, request: CentralRequest) -> CentralManifest:
        """Have a request signed.

        Raises:
            KmsRateLimitError: The function is at its limit, or KMS throttles it too.
            KmsUnavailableError: It did not answer, or not as the contract says.
            EdgeSignerError: What else it refuses with.
        """
        try:
            answer = self._client().invoke(
                FunctionName=self._function_name, Payload=request.to_json()
            )
            content = answer["Payload"].read(MAX_ANSWER_BYTES + 1)
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _THROTTLES:
                raise KmsRateLimitError("Too many signing requests", retry_after_s=1) from refused
            raise unavailable("refused the request") from refused
        except (BotoCoreError, OSError) as failure:
            raise unavailable("did not answer") from failure
        if answer.get("FunctionError"):
            raise unavailable("failed")
        return read_answer(content)


def read_answer(content: bytes) -> CentralManifest:
    """Give the manifest of an answer.

    Args:
        content: JSON, as it came.

    Raises:
        KmsUnavailableError: It is not what the contract says.
        EdgeSignerError: What it refuses with.
    """
    if len(content) > MAX_ANSWER_BYTES:
        raise unavailable("gave an answer that is too long")
    try:
        document = json.loads(content)
        if isinstance(document, dict) and "error" in document:
            raise _refusal(CentralRefusal.model_validate(document))
        answer = CentralAnswer.model_validate(document)
    except (ValidationError, RecursionError, ValueError) as malformed:
        raise unavailable("gave an answer that is none") from malformed
    return CentralManifest(
        base64.b64decode(answer.manifest), answer.kms_key_id, answer.alg, answer.timings
    )


def unavailable(what_it_did: str) -> KmsUnavailableError:
    """Give the error for a central signer that cannot be had."""
    return KmsUnavailableError(f"The central signer {what_it_did}.", retry_after_s=RETRY_AFTER_S)


def _refusal(refusal: CentralRefusal) -> EdgeSignerError:
    fault = refusal.error
    known = _REFUSALS.get(fault.code)
    if known is None:
        return unavailable("failed")
    return known(fault.message, retry_after_s=fault.retry_after)
