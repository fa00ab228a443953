"""Where the manifest stores of ingredients come from: the request, this deployment, an upload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_signer.platform.clients import client
from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.errors import AssetNotEmbeddableError, InvalidIngredientError
from edge_signer.signing.ingredients.copied import MAX_INGREDIENT_BYTES
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.signing.ingredients.planner import IngredientPlanner
from edge_signer.signing.layout.earlier_store import earlier_store
from edge_signer.verification.submissions.errors import (
    UnknownManifestError,
    UnknownUploadError,
    UploadChangedError,
    UploadTooLargeError,
)
from edge_signer.verification.submissions.stored_manifests import StoredManifests
from edge_signer.verification.submissions.uploads import UploadBucket
from edge_signer.verification.trust_lists.list_bucket import TrustListBucket

_NOT_READ = (
    InvalidRequestError,
    UnknownManifestError,
    UnknownUploadError,
    UploadChangedError,
    UploadTooLargeError,
)
MANIFEST_STORE_TYPE = "application/c2pa"


class IngredientSources:
    """Reads the manifest stores of ingredients.

    Args:
        stored: The manifests of this deployment.
        uploads: The tenants' uploads; None if there is no bucket for them.
    """

    def __init__(self, stored: StoredManifests, uploads: UploadBucket | None) -> None:
        self._stored = stored
        self._uploads = uploads

    def read(self, tenant_id: str, ingredient: Ingredient, where: str) -> bytes | None:
        """Return the manifest store of an ingredient; None if it names none.

        Args:
            tenant_id: Only its own uploads and manifests are read.
            ingredient: The ingredient.
            where: Its place in the request, for messages.

        Raises:
            InvalidIngredientError: It is too large, or not there, or another tenant's.
            StoreUnavailableError: S3 does not answer.
        """
        store = ingredient.manifest_store
        try:
            if ingredient.asset is not None:
                store = earlier_store(ingredient.asset)
                if store is None:
                    raise InvalidIngredientError(f"{where}: asset_inline carries no credentials")
            elif ingredient.manifest_url is not None:
                store = self._stored.read(ingredient.manifest_url, tenant_id)
            elif ingredient.upload_id is not None:
                store = self._uploaded(tenant_id, ingredient.upload_id, where)
        except AssetNotEmbeddableError as unreadable:
            # Its own remedy is for those who embed.
            raise InvalidIngredientError(
                f"{where}.in_asset: the credentials inside asset_inline cannot be read; send the "
                "manifest store in manifest, or leave it out"
            ) from unreadable
        except _NOT_READ as refused:
            raise InvalidIngredientError(f"{where}: {refused}") from refused
        if store is not None and len(store) > MAX_INGREDIENT_BYTES:
            raise InvalidIngredientError(
                f"{where}: its manifest store has more than {MAX_INGREDIENT_BYTES} bytes"
            )
        return store

    def _uploaded(self, tenant_id: str, upload_id: str, where: str) -> bytes:
        if self._uploads is None:
            raise InvalidIngredientError(f"{where}.upload_id: this deployment takes no uploads")
        # The upload stays, so that the request may be sent again; it expires by itself.
        with self._uploads.open(tenant_id, upload_id, MANIFEST_STORE_TYPE, Deadline()) as stream:
            return stream.read(MAX_INGREDIENT_BYTES + 1)


def ingredient_planner(
    region: str,
    manifest_bucket: str,
    manifest_base_url: str,
    upload_bucket: str,
    complain: Callable[[str], None],
) -> IngredientPlanner:
    """Build the planner with its real adapters; reads can be repeated, unlike writes.

    Args:
        region: Of the buckets.
        manifest_bucket: Has the manifests and the trust lists.
        manifest_base_url: Public address of the manifests.
        upload_bucket: Where tenants upload; empty for none.
        complain: Takes a line about a damaged trust list.
    """
    s3: Any = client("s3", region, attempts=3)
    stored = StoredManifests(s3, manifest_bucket, manifest_base_url)
    uploads = UploadBucket(s3, upload_bucket) if upload_bucket else None
    trust = TrustListBucket(s3, manifest_bucket, complain)
    return IngredientPlanner(IngredientSources(stored, uploads).read, trust)
