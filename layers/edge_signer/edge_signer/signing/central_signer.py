"""The central signer: its contract with the edge, and the one that Lambda invokes by name.

The central signer is another engine whose key has the same certificate. The edge asks it when its
own path fails, and checks the manifest (`manifest_check`) before storing anything.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import AfterValidator, Field, ValidationError

from edge_signer.platform.errors import (
    EdgeSignerError,
    KmsRateLimitError,
    KmsUnavailableError,
    StoreUnavailableError,
)
from edge_signer.platform.names import TenantName
from edge_signer.signing import errors
from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.rules.strict_content import StrictModel
from edge_signer.signing.signing_request import MAX_TITLE_CHARACTERS

#: The longest accepted manifest: 16 KiB to sign and as much again, certificates, a token.
MAX_MANIFEST_BYTES = 256 * 1024
#: The longest answer: that in base64, and the other fields.
MAX_ANSWER_BYTES = MAX_MANIFEST_BYTES * 4 // 3 + 4096


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    return text


class CentralRequest(StrictModel):
    """A request that the edge has authenticated, counted and validated.

    Attributes:
        asset_sha256: The digest of the whole asset, in hexadecimal.
        assertions: The client's assertions, by label, unchanged.
        policy_id: The policy to sign under.
        tenant_id: The tenant.
        tsa: Whether a time-stamp is wanted; None leaves it to the policy.
        request_id: A UUID, in the log lines of both.
        title: Name of the asset for people; None for none.
    """

    asset_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    assertions: dict[str, Any]
    policy_id: str = Field(min_length=1, max_length=64)
    tenant_id: TenantName
    tsa: bool | None
    request_id: str = Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
    title: str | None = Field(default=None, min_length=1, max_length=MAX_TITLE_CHARACTERS)

    def to_json(self) -> bytes:
        """Encode the request; an earlier version of the central signer does not know `title`."""
        return self.model_dump_json(exclude={"title"} if self.title is None else None).encode()


class CentralAnswer(StrictModel):
    """A signed manifest; the caller checks it before storing it.

    Attributes:
        manifest: The manifest store in base64.
        kms_key_id: ARN of the key that signed, according to the central signer.
        alg: The signature algorithm, likewise.
        timings: Milliseconds by step.
    """

    manifest: Annotated[str, Field(min_length=1), AfterValidator(_base64)]
    kms_key_id: str = Field(min_length=1, max_length=2048)
    alg: AlgorithmName
    timings: Mapping[str, float]

    @property
    def manifest_store(self) -> bytes:
        """The bytes of the manifest store."""
        return base64.b64decode(self.manifest)


class CentralFault(StrictModel):
    """Why there is no manifest.

    Attributes:
        code: Error code of the catalogue.
        message: For the client.
        retry_after: Seconds after which the same request may succeed.
    """

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")
    message: str = Field(max_length=1024)
    retry_after: int | None = Field(None, ge=0, le=86400)


class CentralRefusal(StrictModel):
    """The answer if there is no manifest."""

    error: CentralFault


RETRY_AFTER_S = 5
#: Errors that the central signer may return; any other code means that it failed.
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


class CentralSigner(Protocol):
    """Signs with another engine."""

    def sign(self, request: CentralRequest) -> CentralAnswer:
        """Have a request signed.

        Raises:
            EdgeSignerError: One of the catalogue.
        """


class LambdaCentralSigner:
    """The central signer of the same deployment; needs `lambda:InvokeFunction` on its function.

    Args:
        client: Gives the Lambda client of the function's region when it is first needed. Its
            retries should be off.
        function_name: Name or ARN.
    """

    def __init__(self, client: Callable[[], Any], function_name: str) -> None:
        self._client = client
        self._function_name = function_name

    def sign(self, request: CentralRequest) -> CentralAnswer:
        """Have a request signed.

        Raises:
            KmsRateLimitError: The function is at its concurrency limit, or KMS throttles it too.
            KmsUnavailableError: It did not answer, or not according to the contract.
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


def read_answer(content: bytes) -> CentralAnswer:
    """Read an answer, JSON as it arrived.

    Raises:
        KmsUnavailableError: It does not follow the contract.
        EdgeSignerError: What the central signer refuses with.
    """
    if len(content) > MAX_ANSWER_BYTES:
        raise unavailable("returned an answer that is too long")
    try:
        document = json.loads(content)
        if isinstance(document, dict) and "error" in document:
            raise _refusal(CentralRefusal.model_validate(document))
        answer = CentralAnswer.model_validate(document)
    except (ValidationError, RecursionError, ValueError) as malformed:
        raise unavailable("returned an invalid answer") from malformed
    return answer


def unavailable(what_it_did: str) -> KmsUnavailableError:
    """Return the error of an unavailable central signer."""
    return KmsUnavailableError(f"The central signer {what_it_did}.", retry_after_s=RETRY_AFTER_S)


def _refusal(refusal: CentralRefusal) -> EdgeSignerError:
    fault = refusal.error
    known = _REFUSALS.get(fault.code)
    if known is None:
        return unavailable("failed")
    return known(fault.message, retry_after_s=fault.retry_after)
