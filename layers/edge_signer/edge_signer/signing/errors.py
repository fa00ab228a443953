"""What signing refuses or fails at, one class for each code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class InvalidAssertionError(EdgeSignerError):
    """An assertion is not what the standard allows; the message names its path."""

    code = "INVALID_ASSERTION"
    title = "Invalid assertion"
    quotes_request = True


class UnknownPolicyError(EdgeSignerError):
    """No policy has that identifier."""

    code = "UNKNOWN_POLICY"
    title = "Unknown policy"
    quotes_request = True


class PolicyViolationError(EdgeSignerError):
    """Valid C2PA, but not what the policy lets this signer say."""

    code = "POLICY_VIOLATION"
    title = "Policy violation"
    quotes_request = True


class TbsTooLargeError(EdgeSignerError):
    """The bytes to be signed exceed what the builder or KMS takes."""

    code = "TBS_TOO_LARGE"
    title = "Too much to sign"


class CredentialUnavailableError(EdgeSignerError):
    """The certificate chain is missing, outside its validity, or not the key's."""

    code = "CREDENTIAL_UNAVAILABLE"
    title = "Signing credential unavailable"


class TsaUnavailableError(EdgeSignerError):
    """A time-stamp was asked for and there is none to be had.

    Without `retry_after_s` it will stay so until an operator acts; the message says on what.
    """

    code = "TSA_UNAVAILABLE"
    title = "Time-stamp authority unavailable"
