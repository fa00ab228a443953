"""The errors of verification, one class per code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class UnknownUploadError(EdgeSignerError):
    """The tenant has no such upload: nothing arrived, it was verified, or it expired."""

    code = "UNKNOWN_UPLOAD"


class UploadChangedError(EdgeSignerError):
    """The upload was replaced while it was being verified."""

    code = "UPLOAD_CHANGED"


class UploadTooLargeError(EdgeSignerError):
    """The upload is too large for its media type; the message names the limit."""

    code = "UPLOAD_TOO_LARGE"


class UnknownManifestError(EdgeSignerError):
    """`manifest_url` is an address of this deployment, but there is no manifest."""

    code = "UNKNOWN_MANIFEST"


class NoCrjsonError(EdgeSignerError):
    """c2pa-rs makes no crJSON of this, or too much to send; the report says more."""

    code = "NO_CRJSON"
    title = "No crJSON"


class VerificationTooLongError(EdgeSignerError):
    """Reading the upload took longer than a request may take; the message names the limit."""

    code = "VERIFICATION_TOO_LONG"
