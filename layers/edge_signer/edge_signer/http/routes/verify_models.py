"""Request and response bodies of the routes of verification."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.http.answers import AnswerBody
from edge_signer.http.wire_formats import ASSET_SHA256, read_base64, read_inline_asset
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.verification.submissions.submission import Submission
from edge_signer.verification.submissions.uploads import UploadForm

#: In base64 it fits into a request, beside a small manifest.
MAX_INLINE_BYTES = 4 * 1024 * 1024
MAX_MANIFEST_URL_CHARACTERS = 2048
#: Integers that every JSON reader can hold.
MAX_ASSET_BYTES = 2**53 - 1

Base64 = Annotated[str | None, Field(json_schema_extra={"contentEncoding": "base64"})]


class StoreRange(BaseModel):
    """The bytes of an asset that hold its manifest store, the format's own around it included."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    offset: Annotated[int, Field(ge=0, le=MAX_ASSET_BYTES, description="Of the first byte.")]
    length: Annotated[int, Field(ge=1, le=MAX_ASSET_BYTES, description="In bytes.")]


class VerifyRequest(BaseModel):
    """An asset, or its digest, and where its credentials are."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    asset_inline: Annotated[
        Base64,
        Field(description="The asset itself, up to 4 MiB, in padded base64."),
    ] = None
    upload_id: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            description="Of a file that was uploaded with the form of `POST /verify/uploads`. It "
            "is deleted after the verdict.",
        ),
    ] = None
    asset_sha256: Annotated[
        str | None,
        Field(
            pattern=ASSET_SHA256,
            description="SHA-256 of the asset, which stays with you. It needs `manifest` or "
            "`manifest_url`, and no `media_type`.",
        ),
    ] = None
    store_range: Annotated[
        StoreRange | None,
        Field(
            description="With `asset_sha256` and `manifest`, if you took the manifest store out of "
            "the asset: where it stands. The digest then leaves these bytes out, as for signing "
            "with `embed`.",
        ),
    ] = None
    media_type: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}$",
            description="Media type of the asset, such as `image/jpeg`; required with an asset.",
        ),
    ] = None
    manifest: Annotated[
        Base64,
        Field(
            description="The manifest store, in padded base64, if it is not inside the asset.",
        ),
    ] = None
    manifest_url: Annotated[
        str | None,
        Field(
            max_length=MAX_MANIFEST_URL_CHARACTERS,
            description="The same, as a `manifest_url` of this deployment, with `?versionId=` for "
            "an older version. Nothing else is fetched.",
        ),
    ] = None

    def to_submission(self, tenant_id: str) -> Submission:
        """Return what is handed in, on behalf of an authenticated tenant.

        Raises:
            InvalidRequestError: Fields are missing, or do not go together.
            InvalidBase64Error: Of `asset_inline` or `manifest`.
            AssetTooLargeError: `asset_inline` is.
        """
        where = self.store_range
        try:
            return Submission(
                tenant_id=tenant_id,
                asset=read_inline_asset(
                    self.asset_inline,
                    MAX_INLINE_BYTES,
                    "upload the asset with the form of POST /verify/uploads",
                ),
                upload_id=self.upload_id,
                asset_sha256=bytes.fromhex(self.asset_sha256) if self.asset_sha256 else None,
                store_range=(where.offset, where.length) if where is not None else None,
                media_type=self.media_type or "",
                manifest=self._manifest(),
                manifest_url=self.manifest_url,
            )
        except ValueError as refused:
            raise InvalidRequestError(str(refused)) from None

    def _manifest(self) -> bytes | None:
        if self.manifest is None:
            return None
        store = read_base64("manifest", self.manifest)
        if not store:
            raise InvalidRequestError("manifest: the manifest store is empty")
        return store


class UploadRequest(BaseModel):
    """Nothing: an empty object."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class UploadAnswer(AnswerBody):
    """A form with which to upload one file."""

    upload_id: Annotated[str, Field(description="For `POST /verify`.")]
    url: Annotated[str, Field(description="Where to send the form, as multipart/form-data.")]
    fields: Annotated[
        dict[str, str],
        Field(description="The form's fields; the file comes after them, as the field `file`."),
    ]
    max_bytes: Annotated[int, Field(description="The largest file that the form takes.")]
    ends_at: Annotated[datetime, Field(description="Until when the form may be used.")]

    @classmethod
    def of(cls, form: UploadForm, max_bytes: int) -> UploadAnswer:
        """Describe a form."""
        return cls(
            upload_id=form.upload_id,
            url=form.url,
            fields=dict(form.fields),
            max_bytes=max_bytes,
            ends_at=form.ends_at,
        )
