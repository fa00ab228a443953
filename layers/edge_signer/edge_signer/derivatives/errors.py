"""The errors of derivatives, one class per code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class DerivativesDisabledError(EdgeSignerError):
    """Derivatives are switched off, which is the default."""

    code = "DERIVATIVES_DISABLED"
    is_wanted = True


class UnknownOriginalError(EdgeSignerError):
    """There is no such original, or no such version of it."""

    code = "UNKNOWN_ORIGINAL"


class UnknownVariantError(EdgeSignerError):
    """The deployment does not make derivatives of this width and format."""

    code = "UNKNOWN_VARIANT"


class UnsuitableOriginalError(EdgeSignerError):
    """No derivative can be made of this original; the message says why."""

    code = "UNSUITABLE_ORIGINAL"


class DerivativeRefusedError(EdgeSignerError):
    """The signer refuses the derivative; the message has its code."""

    code = "DERIVATIVE_REFUSED"


class DerivativeNotReadyError(EdgeSignerError):
    """The derivative is still being made, or the signer is busy; ask again."""

    code = "DERIVATIVE_NOT_READY"
