"""The request body of POST /edge-sign."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from edge_signer.configuration.flags import DEFAULT_PAYLOAD_BYTES
from edge_signer.http.routes.ingredient_models import (
    MAX_INGREDIENTS,
    MAX_REDACTIONS,
    IngredientRequest,
    RedactionRequest,
    ThumbnailRequest,
    require_small_thumbnails,
    to_ingredients,
)
from edge_signer.http.wire_formats import ASSET_SHA256, read_inline_asset
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.manifest.embedding import (
    LAYOUTS,
    MAX_STORE_BYTES,
    MIN_STORE_BYTES,
    UPDATABLE,
    Embedding,
)
from edge_signer.signing.signing_request import MAX_TITLE_CHARACTERS, SigningRequest

#: The largest inline asset by default.
DEFAULT_INLINE_BYTES = 32 * 1024
# What a body has beside the largest inline asset: more than can be signed.
_BESIDE_INLINE_BYTES = DEFAULT_PAYLOAD_BYTES // 3
# Lower case only: the key of the object in S3 is a matter of case.
_UUID_V4 = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def max_inline_bytes(max_payload_bytes: int) -> int:
    """Return the limit of an inline asset, which grows with that of the body.

    Args:
        max_payload_bytes: Limit of a request's body.
    """
    # Base64 takes four bytes for three.
    return max(DEFAULT_INLINE_BYTES, (max_payload_bytes - _BESIDE_INLINE_BYTES) * 3 // 4)


class EmbedRequest(BaseModel):
    """The place for the manifest store in the asset."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: str = Field(min_length=1, max_length=64)
    offset: int | None = Field(None, ge=0, lt=2**63 - MAX_STORE_BYTES)
    store_bytes: int | None = Field(None, ge=MIN_STORE_BYTES, le=MAX_STORE_BYTES)

    def to_embedding(self) -> Embedding:
        """Return the place to the signing service.

        Raises:
            InvalidRequestError: The format is unknown, or needs other fields.
        """
        layout = LAYOUTS.get(self.format)
        if layout is None:
            raise InvalidRequestError(f"embed.format must be one of {', '.join(LAYOUTS)}")
        if layout.hole_bytes is None and self.offset is not None:
            raise InvalidRequestError(f"embed.offset must be absent for {self.format}")
        if layout.hole_bytes is not None and self.offset is None:
            raise InvalidRequestError(f"embed.offset is required for {self.format}")
        if self.store_bytes is None and not layout.is_hashed_first:
            raise InvalidRequestError(f"embed.store_bytes is required for {self.format}")
        return Embedding(self.format, self.offset, self.store_bytes)


class EdgeSignRequest(BaseModel):
    """The body that a client sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    asset_sha256: str | None = Field(None, pattern=ASSET_SHA256)
    asset_inline: str | None = None
    policy_id: str = Field(min_length=1, max_length=64)
    assertions: dict[str, Any]
    tenant_id: str | None = Field(None, min_length=1, max_length=64)
    tsa: bool | None = None
    title: str | None = Field(None, min_length=1, max_length=MAX_TITLE_CHARACTERS)
    embed: EmbedRequest | Literal[True] | None = None
    manifest_id: str | None = Field(None, pattern=_UUID_V4)
    ingredients: Annotated[
        list[IngredientRequest],
        Field(
            max_length=MAX_INGREDIENTS,
            description="What the asset was made from. The credentials of ingredients are "
            "validated, and their manifests are copied into the new store.",
        ),
    ] = []
    thumbnail: Annotated[
        ThumbnailRequest | None,
        Field(description="A small picture of the asset, if the policy allows one."),
    ] = None
    redactions: Annotated[
        list[RedactionRequest],
        Field(
            max_length=MAX_REDACTIONS,
            description="Assertions to take out of the ingredients' manifests, if the policy "
            "allows it.",
        ),
    ] = []
    update: Annotated[
        bool,
        Field(
            description="Whether the manifest only adds to that of its parent, the same asset. An "
            "update manifest has no hard binding of its own."
        ),
    ] = False

    @field_validator("embed", mode="before")
    @classmethod
    def _place_or_true(cls, value: Any) -> Any:
        # Judged here, so that a message names the field and not the members of the union.
        if value is None or value is True:
            return value
        if not isinstance(value, dict):
            raise ValueError(
                'must be true, or a place such as {"format": "image/png", "offset": 33}'
            )
        return EmbedRequest.model_validate(value)

    def to_signing_request(
        self, tenant_id: str, inline_limit_bytes: int = DEFAULT_INLINE_BYTES
    ) -> SigningRequest:
        """Return the request to the signing service, on behalf of an authenticated tenant.

        Args:
            tenant_id: The tenant.
            inline_limit_bytes: The largest inline asset.

        Raises:
            InvalidRequestError: There is no asset, or the digest is not the inline asset's, or
                `embed` does not suit it, or the manifest would be both in the asset and elsewhere.
            InvalidBase64Error, AssetTooLargeError: Of `asset_inline`, or of an ingredient.
        """
        if self.embed is not None and self.manifest_id is not None:
            raise InvalidRequestError("manifest_id must be absent with embed")
        asset = read_inline_asset(self.asset_inline, inline_limit_bytes, "send asset_sha256")
        ingredients = to_ingredients(self.ingredients, asset)
        thumbnail = self.thumbnail.to_thumbnail("thumbnail") if self.thumbnail else None
        require_small_thumbnails([thumbnail, *(one.thumbnail for one in ingredients)])
        return SigningRequest(
            tenant_id=tenant_id,
            asset_sha256=self._asset_digest(asset),
            assertions=self.assertions,
            policy_id=self.policy_id,
            tsa=self.tsa,
            title=self.title,
            embedding=self._embedding(asset),
            manifest_id=self.manifest_id,
            ingredients=ingredients,
            thumbnail=thumbnail,
            redactions=[one.to_redaction() for one in self.redactions],
            is_update=self._is_update(ingredients),
        )

    def _is_update(self, ingredients: Sequence[Ingredient]) -> bool:
        if self.redactions and not ingredients:
            raise InvalidRequestError("redactions: there are no ingredients to redact from")
        if not self.update:
            return False
        if [one.relationship for one in ingredients] != ["parentOf"]:
            raise InvalidRequestError("update needs exactly one ingredient, with parentOf")
        for place, thumbnail in {
            "thumbnail": self.thumbnail,
            "ingredients[0].thumbnail": ingredients[0].thumbnail,
        }.items():
            if thumbnail is not None:
                raise InvalidRequestError(f"{place} must be absent with update")
        if self.embed is True:
            raise InvalidRequestError("update: true goes with a place in embed, not with true")
        if self.embed is not None and self.embed.format not in UPDATABLE:
            raise InvalidRequestError(
                f"update: embed.format must be one of {', '.join(UPDATABLE)}; for others, leave "
                "embed out and keep the update as a sidecar"
            )
        return True

    def _embedding(self, asset: bytes | None) -> Embedding | InlineEmbedding | None:
        if isinstance(self.embed, EmbedRequest):
            return self.embed.to_embedding()
        if self.embed is None:
            return None
        if asset is None:
            raise InvalidRequestError(
                "embed: true needs asset_inline; with asset_sha256, name a place such as "
                '{"format": "image/png", "offset": 33}'
            )
        return InlineEmbedding(asset, replaces=any(one.in_asset for one in self.ingredients))

    def _asset_digest(self, asset: bytes | None) -> bytes:
        given = bytes.fromhex(self.asset_sha256) if self.asset_sha256 else None
        if asset is None:
            if given is None:
                raise InvalidRequestError("asset_sha256 or asset_inline is required")
            return given
        digest = hashlib.sha256(asset).digest()
        if given is not None and given != digest:
            raise InvalidRequestError("asset_sha256 is not the digest of asset_inline")
        return digest
