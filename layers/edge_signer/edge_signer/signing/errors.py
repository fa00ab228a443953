"""The errors of signing, one class per code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class InvalidAssertionError(EdgeSignerError):
    """An assertion is not valid under the standard; the message names its path."""

    code = "INVALID_ASSERTION"
    quotes_request = True


class InvalidIngredientError(EdgeSignerError):
    """An ingredient, or its manifest store, cannot be used; the message names which and why."""

    code = "INVALID_INGREDIENT"
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
    """The manifest store does not fit into the space reserved; `store_bytes` is what it needs.

    Args:
        store_bytes: The least that `embed.store_bytes` may be for this manifest; None if that is
            more than it may be at all.
    """

    code = "STORE_TOO_LARGE"

    def __init__(self, store_bytes: int | None) -> None:
        super().__init__(
            "This manifest is too large to be embedded; request a sidecar."
            if store_bytes is None
            else f"embed.store_bytes must be {store_bytes} or more for this manifest."
        )
        self.store_bytes = store_bytes


class AlreadySignedError(EdgeSignerError):
    """The inline asset already has a C2PA manifest store."""

    code = "ALREADY_SIGNED"


class AssetNotEmbeddableError(EdgeSignerError):
    """No manifest can be embedded in the inline asset; the message says why."""

    code = "ASSET_NOT_EMBEDDABLE"


class EmbeddingUnavailableError(EdgeSignerError):
    """Only the edge makes embedded manifests, and it cannot sign now."""

    code = "EMBEDDING_UNAVAILABLE"


class IngredientsUnavailableError(EdgeSignerError):
    """Only the edge makes manifests with ingredients, and it cannot sign now."""

    code = "INGREDIENTS_UNAVAILABLE"


class ManifestIdReusedError(EdgeSignerError):
    """The `manifest_id` was used before, and what is stored under it stays."""

    code = "MANIFEST_ID_REUSED"
    title = "Manifest identifier reused"


class CredentialUnavailableError(EdgeSignerError):
    """The certificate chain is missing, not currently valid, or for another key."""

    code = "CREDENTIAL_UNAVAILABLE"
    title = "Signing credential unavailable"


class TsaUnavailableError(EdgeSignerError):
    """A time-stamp was requested, but none is available.

    Without `retry_after_s` an operator must act first; the message says how.
    """

    code = "TSA_UNAVAILABLE"
    title = "Time-stamp authority unavailable"
