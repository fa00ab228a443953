"""The errors of signing, one class per code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class InvalidAssertionError(EdgeSignerError):
    """An assertion is not valid under the standard; the message names its path."""

    code = "INVALID_ASSERTION"
    quotes_request = True


class UnknownPolicyError(EdgeSignerError):
    """No policy has that identifier."""

    code = "UNKNOWN_POLICY"
    quotes_request = True


class PolicyViolationError(EdgeSignerError):
    """The request is valid C2PA, but the policy does not allow it."""

    code = "POLICY_VIOLATION"
    quotes_request = True


class TbsTooLargeError(EdgeSignerError):
    """The bytes to sign exceed the limit of the builder or of KMS."""

    code = "TBS_TOO_LARGE"
    title = "Too much to sign"


class EmbeddedStoreTooLargeError(EdgeSignerError):
    """The manifest store does not fit into the space reserved for it; the message says the size."""

    code = "STORE_TOO_LARGE"


class EmbeddingUnavailableError(EdgeSignerError):
    """Only the edge makes embedded manifests, and it cannot sign now."""

    code = "EMBEDDING_UNAVAILABLE"


class CredentialUnavailableError(EdgeSignerError):
    """The certificate chain is missing, not valid now, or of another key."""

    code = "CREDENTIAL_UNAVAILABLE"
    title = "Signing credential unavailable"


class TsaUnavailableError(EdgeSignerError):
    """A time-stamp was requested, but none is available.

    Without `retry_after_s` an operator must act first; the message says how.
    """

    code = "TSA_UNAVAILABLE"
    title = "Time-stamp authority unavailable"
