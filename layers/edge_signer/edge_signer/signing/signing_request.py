"""The signing service's input, what follows from it, and its output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.platform.deadline import Deadline
from edge_signer.signing.credentials.time_stamp import TimeStamp
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.ingredients.ingredient import Ingredient, Thumbnail
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.embedding import Embedding
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.redactions import Redaction
from edge_signer.telemetry.request_record import RequestRecord

MAX_TITLE_CHARACTERS = 256


@dataclass(frozen=True)
class SigningRequest:
    """A validated request of an authenticated tenant.

    Attributes:
        tenant_id: The tenant.
        asset_sha256: 32 bytes, the digest of the whole asset.
        assertions: The client's assertions, by label.
        policy_id: The policy to sign under.
        tsa: Whether a time-stamp is wanted; None leaves it to the policy.
        title: Name of the asset for people (`dc:title` of the claim); None for none.
        embedding: Where the store will stand in the asset; None for a sidecar. For an `Embedding`,
            `asset_sha256` is the digest of what the hard binding covers.
        ingredients: What the asset was made from.
        redactions: What is to be taken out of the ingredients' credentials.
        is_update: Whether the manifest only adds to the parent's, without a hard binding of its own
            (C2PA 2.2 §11.2.3).
        thumbnail: A small picture of the asset; None for none.
        manifest_id: UUID under which the manifest is stored, because the asset already names its
            address; None stores it under the asset's digest.
    """

    tenant_id: str
    asset_sha256: bytes
    assertions: Mapping[str, Any]
    policy_id: str
    tsa: bool | None
    title: str | None = None
    embedding: Embedding | InlineEmbedding | None = None
    manifest_id: str | None = None
    ingredients: Sequence[Ingredient] = ()
    thumbnail: Thumbnail | None = None
    redactions: Sequence[Redaction] = ()
    is_update: bool = False

    @property
    def needs_check(self) -> bool:
        """Whether the store may be refused though each ingredient holds.

        It is changed, or has no binding of its own, or has manifests that say things about each
        other and never stood together.
        """
        with_credentials = sum(one.has_credentials for one in self.ingredients)
        return self.is_update or bool(self.redactions) or with_credentials > 1

    @property
    def needs_edge(self) -> bool:
        """Whether only the edge makes it: the central signer makes plain sidecars."""
        return bool(self.embedding or self.ingredients or self.thumbnail)


@dataclass(frozen=True)
class PlannedManifest:
    """The content of a manifest, before anything is signed.

    Attributes:
        policy: The policy to sign under.
        assertions: In the standard's form.
        time_stamp_authority: The authority that stamps it; None for no time-stamp.
        manifest_url: Where it will be.
        earlier_manifests: The ingredients' manifests, as whole boxes, to be copied.
    """

    policy: SigningPolicy
    assertions: Sequence[Assertion]
    time_stamp_authority: HttpTimeStampAuthority | None
    manifest_url: str
    earlier_manifests: bytes = b""

    @property
    def is_stamped(self) -> bool:
        """Whether the manifest gets a time-stamp."""
        return self.time_stamp_authority is not None

    @property
    def signing_mode(self) -> str:
        """The `signing_mode` of a manifest made at the edge."""
        return f"edge-tbs+remote-{self.policy.algorithm.lower()}"


@dataclass(frozen=True)
class Attempt:
    """A planned request on its way to a signature.

    Attributes:
        request: What is to be signed.
        planned: What follows from it and its policy.
        record: Takes what was signed with what, and the duration of each step.
        deadline: Of the request.
        before_kms: Called before a key is used; an error that it raises ends the attempt.
    """

    request: SigningRequest
    planned: PlannedManifest
    record: RequestRecord
    deadline: Deadline
    before_kms: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class SignedManifest:
    """A signed manifest and where it is stored.

    Attributes:
        manifest_url: Where it is, or will be.
        version: Of the stored manifest; empty until it is stored.
        signing_mode: How it was signed.
        kms_key_id: The key that signed it.
        tsa_token_url: Address of its time-stamp; None for none.
        manifest_store: The bytes.
    """

    manifest_url: str
    version: str
    signing_mode: str
    kms_key_id: str
    tsa_token_url: str | None
    manifest_store: bytes


@dataclass(frozen=True)
class SignedStore:
    """A manifest store that verifiers accept.

    Attributes:
        manifest_store: The bytes.
        signing_mode: How it was signed.
        kms_key_id: The key that signed it.
        stamp: Its time-stamp, if it has one.
    """

    manifest_store: bytes
    signing_mode: str
    kms_key_id: str
    stamp: TimeStamp | None
