"""The parts of POST /edge-sign that say what an asset was made from."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.http.wire_formats import (
    ASSERTION_URI,
    INGREDIENT_ID,
    MEDIA_TYPE,
    UPLOAD_ID,
    read_base64,
)
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.ingredients.ingredient import Ingredient, Thumbnail
from edge_signer.signing.rules.policy import Relationship
from edge_signer.signing.rules.redactions import Redaction

MAX_INGREDIENTS = 32
MAX_REDACTIONS = 32
#: The most bytes of one thumbnail, and of all in a request.
MAX_THUMBNAIL_BYTES = 64 * 1024
MAX_THUMBNAILS_BYTES = 128 * 1024
_MAX_TEXT_CHARACTERS = 256
_MAX_URL_CHARACTERS = 2048
# How the files of each type of thumbnail begin; of WebP, before and after its length.
_BEGINNINGS = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
_Text = Annotated[str | None, Field(min_length=1, max_length=_MAX_TEXT_CHARACTERS)]
_Base64 = Field(json_schema_extra={"contentEncoding": "base64"})


class ThumbnailRequest(BaseModel):
    """A small picture that the client made."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Annotated[
        Literal["image/jpeg", "image/png", "image/webp"], Field(description="Its media type.")
    ]
    content: Annotated[
        str,
        Field(
            description="The picture, up to 64 KiB, in padded base64.",
            json_schema_extra={"contentEncoding": "base64"},
        ),
    ]

    def to_thumbnail(self, field: str) -> Thumbnail:
        """Return the thumbnail to the signing service.

        Args:
            field: Its place in the request, for messages.

        Raises:
            InvalidRequestError: It is empty or too large, or begins as no such file does.
            InvalidBase64Error: It is not base64.
        """
        content = read_base64(f"{field}.content", self.content)
        if not content or len(content) > MAX_THUMBNAIL_BYTES:
            raise InvalidRequestError(
                f"{field}.content must have from 1 to {MAX_THUMBNAIL_BYTES} bytes"
            )
        if not _BEGINNINGS[self.format].match(content):
            raise InvalidRequestError(f"{field}.content is no file of the type {self.format}")
        return Thumbnail(self.format, content)


class RedactionRequest(BaseModel):
    """An assertion to take out of an ingredient's credentials."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    uri: Annotated[
        str,
        Field(
            pattern=ASSERTION_URI,
            description="Its absolute JUMBF URI, as reports of `POST /verify` name it.",
        ),
    ]
    reason: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=128,
            description="A reason of the standard, such as `c2pa.PII.present`. With it, "
            "the manifest states the action `c2pa.redacted`, which encypher-c2pa does not accept.",
        ),
    ] = None

    def to_redaction(self) -> Redaction:
        """Return the redaction to the signing service."""
        return Redaction(self.uri, self.reason)


class IngredientRequest(BaseModel):
    """Something that the asset was made from, and where its credentials are."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    relationship: Annotated[
        Relationship,
        Field(
            description="`parentOf` for what the asset is a version of, `componentOf` for a part "
            "of it, `inputTo` for what a process such as an AI model was given."
        ),
    ]
    id: Annotated[
        str | None,
        Field(
            pattern=INGREDIENT_ID,
            description="How actions name it in `parameters.ingredientIds`.",
        ),
    ] = None
    manifest: Annotated[
        str | None,
        _Base64,
        Field(description="Its manifest store, in padded base64."),
    ] = None
    manifest_url: Annotated[
        str | None,
        Field(
            max_length=_MAX_URL_CHARACTERS,
            description="The same, as a `manifest_url` of this tenant, with `?versionId=` for an "
            "older version. Nothing else is fetched.",
        ),
    ] = None
    upload_id: Annotated[
        str | None,
        Field(
            pattern=UPLOAD_ID,
            description="The same, if it was uploaded with the form of `POST /verify/uploads`.",
        ),
    ] = None
    in_asset: Annotated[
        bool,
        Field(
            description="Whether its credentials are those inside `asset_inline`. The hard binding "
            "is then checked too, and with `embed` the new store takes their place."
        ),
    ] = False
    title: Annotated[_Text, Field(description="Its name, for people.")] = None
    format: Annotated[
        str | None, Field(pattern=MEDIA_TYPE, description="Its media type, such as `image/jpeg`.")
    ] = None
    instance_id: Annotated[
        _Text, Field(description="An identifier of it, such as its XMP instance ID.")
    ] = None
    description: Annotated[_Text, Field(description="What it is.")] = None
    asset_checked: Annotated[
        bool,
        Field(
            description="Whether you have checked that its credentials belong to its file. It "
            "counts only for tenants that the policy lists under `trusted_clients`."
        ),
    ] = False
    thumbnail: Annotated[ThumbnailRequest | None, Field(description="A small picture of it.")] = (
        None
    )

    def to_ingredient(self, field: str, asset: bytes | None) -> Ingredient:
        """Return the ingredient to the signing service.

        Args:
            field: Its place in the request, for messages.
            asset: The inline asset, if there is one.

        Raises:
            InvalidRequestError: It names several manifest stores, or an empty one.
            InvalidBase64Error: Of `manifest`, or of the thumbnail.
        """
        if self.in_asset and asset is None:
            raise InvalidRequestError(f"{field}.in_asset needs asset_inline")
        named = [self.manifest, self.manifest_url, self.upload_id, self.in_asset or None]
        if sum(one is not None for one in named) > 1:
            raise InvalidRequestError(
                f"{field}: send one of manifest, manifest_url, upload_id and in_asset"
            )
        store = None
        if self.manifest is not None:
            store = read_base64(f"{field}.manifest", self.manifest)
            if not store:
                raise InvalidRequestError(f"{field}.manifest: the manifest store is empty")
        return Ingredient(
            relationship=self.relationship,
            id=self.id,
            manifest_store=store,
            manifest_url=self.manifest_url,
            upload_id=self.upload_id,
            title=self.title,
            media_type=self.format,
            instance_id=self.instance_id,
            description=self.description,
            asset=asset if self.in_asset else None,
            asset_checked=self.asset_checked,
            thumbnail=self.thumbnail.to_thumbnail(f"{field}.thumbnail") if self.thumbnail else None,
        )


def to_ingredients(
    requested: list[IngredientRequest], asset: bytes | None
) -> tuple[Ingredient, ...]:
    """Return the ingredients to the signing service.

    Args:
        requested: The request's.
        asset: The inline asset, if there is one.

    Raises:
        InvalidRequestError: There are two parents, two have one id, or one cannot be used.
        InvalidBase64Error: Of a manifest store or a thumbnail.
    """
    found = tuple(
        one.to_ingredient(f"ingredients[{number}]", asset) for number, one in enumerate(requested)
    )
    if sum(one.relationship == "parentOf" for one in found) > 1:
        raise InvalidRequestError("ingredients: only one of them may be parentOf")
    ids = [one.id for one in found if one.id is not None]
    if len(set(ids)) != len(ids):
        raise InvalidRequestError("ingredients: each id must be unique")
    return found


def require_small_thumbnails(thumbnails: list[Thumbnail | None]) -> None:
    """Refuse thumbnails that are too large together.

    Raises:
        InvalidRequestError: They are.
    """
    if sum(len(one.content) for one in thumbnails if one) > MAX_THUMBNAILS_BYTES:
        raise InvalidRequestError(
            f"thumbnails: they have more than {MAX_THUMBNAILS_BYTES} bytes together"
        )
