"""Makes the derivatives of the derive function, and has them signed as any client would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from derivatives import resizing
from edge_signer.derivatives.errors import (
    DerivativeNotReadyError,
    DerivativeRefusedError,
    UnsuitableOriginalError,
)
from edge_signer.derivatives.variant import Variant
from edge_signer_client import (
    AssetLayoutError,
    Credentials,
    EdgeSigner,
    EdgeSignerClientError,
    Ingredient,
    RefusedError,
    Session,
)

# Shorter than a request to this function may take.
_PATIENCE_S = 8
_RETRY_AFTER_S = 5
_UNAUTHENTICATED = 401


class SigningMaker:
    """Resizes with Pillow, and signs as a tenant of the same deployment.

    Args:
        token: Reads the tenant's API token; None if there is none.
        session: Makes a session for credentials.
        policy_id: The policy to sign under.
    """

    def __init__(
        self,
        token: Callable[[], str | None],
        session: Callable[[Credentials], Session],
        policy_id: str,
    ) -> None:
        self._token = token
        self._session = session
        self._policy_id = policy_id
        self._signer: EdgeSigner | None = None

    def make(self, key: str, content: bytes, sidecar: bytes | None, variant: Variant) -> bytes:
        """Make a derivative with its manifest inside.

        Args:
            key: Of the original; its last part is the original's title.
            content: The original.
            sidecar: The manifest store beside it; None for none.
            variant: What is wanted.

        Raises:
            UnsuitableOriginalError: No derivative can be made of the original.
            DerivativeRefusedError: The signer refuses it.
            DerivativeNotReadyError: The signer is busy, or does not answer.
            StoreUnavailableError: The token cannot be read.
        """
        wanted = resizing.Variant(variant.format, width=variant.width)
        try:
            made = resizing.derive_image(content, wanted)
            parent = _parent(PurePosixPath(key).name, content, sidecar)
        except resizing.ImageError as refused:
            raise UnsuitableOriginalError(f"Of the original, {refused}.") from None
        except AssetLayoutError as refused:
            raise UnsuitableOriginalError(f"The original is damaged: {refused}.") from None
        try:
            signed, _ = self._signed_in().derive(
                made.content, parent, self._policy_id, made.actions
            )
        except RefusedError as refused:
            if refused.status == _UNAUTHENTICATED:
                # The token was replaced, so it is read again.
                self._signer = None
            elif not refused.may_pass:
                told = refused.code or f"status {refused.status}"
                raise DerivativeRefusedError(f"The signer refuses it: {told}.") from refused
            raise _not_ready() from refused
        except EdgeSignerClientError as failure:
            raise _not_ready() from failure
        return signed

    def _signed_in(self) -> EdgeSigner:
        if self._signer is None:
            token = self._token()
            if token is None:
                raise DerivativeRefusedError("The deployment has no token for derivatives.")
            session = self._session(Credentials(token.strip()))
            self._signer = EdgeSigner.over(session, patience_s=_PATIENCE_S)
        return self._signer


def _parent(title: str, content: bytes, sidecar: bytes | None) -> Ingredient:
    found = Ingredient.of_bytes(content, "parentOf", title=title)
    if sidecar is None:
        return found
    return Ingredient(
        relationship="parentOf", manifest_store=sidecar, title=title, format=found.format
    )


def _not_ready() -> DerivativeNotReadyError:
    return DerivativeNotReadyError("The signer is busy.", retry_after_s=_RETRY_AFTER_S)
