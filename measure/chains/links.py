"""One link of a chain: a file with the credentials that this signer or c2pa-rs gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from edge_signer.signing.ingredients.ingredient import Ingredient, Thumbnail
from edge_signer.signing.manifest.embedding import LAYOUTS
from edge_signer.signing.rules.digital_source_types import IPTC
from edge_signer.signing.rules.policy import Relationship
from edge_signer.signing.rules.redactions import Redaction
from edge_signer.verification.store_reader import manifests_of
from measure.chains.signers import Maker
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset, png
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

#: What links can be: every format that this signer embeds in.
FORMATS = {name: one for name, one in SAMPLE_ASSETS.items() if one.media_type in LAYOUTS}
NOTE_LABEL = "org.example.note"
METADATA_LABEL = "c2pa.metadata"
_METADATA = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSLatitude": "39,21.1N"}
_STORE_BYTES = 32 * 1024
_COMPOSITE = {"digitalSourceType": IPTC + "composite"}
_CAPTURE = {"digitalSourceType": IPTC + "digitalCapture"}


@dataclass(frozen=True)
class Link:
    """A file of a chain.

    Attributes:
        maker: Whose program made the manifest.
        algorithm: What it is signed with.
        media_type: Of the file.
        asset: The file; with its store, if that is inside.
        store: The manifest store.
        is_embedded: Whether the store is inside.
        note: A text of eight characters in one of its assertions.
        below: What it was made from.
        has_metadata: Whether its manifest has metadata, which may be redacted.
        is_update: Whether its manifest is an update manifest.
    """

    maker: Maker
    algorithm: str
    media_type: str
    asset: bytes
    store: bytes
    is_embedded: bool
    note: str
    below: tuple[Source, ...] = ()
    has_metadata: bool = False
    is_update: bool = False

    @property
    def sidecar(self) -> bytes | None:
        """The store, if it is not inside."""
        return None if self.is_embedded else self.store

    @property
    def label(self) -> str:
        """Of the active manifest."""
        return labels_of(self.store)[-1]


@dataclass(frozen=True)
class Source:
    """What a link was made from.

    Attributes:
        relationship: What the link has to do with it.
        link: The file; None if it has no credentials.
        is_checked: Whether the client says that file and credentials belong together.
        has_thumbnail: Whether the client sends a thumbnail of it.
    """

    relationship: Relationship
    link: Link | None
    is_checked: bool = False
    has_thumbnail: bool = False


@dataclass(frozen=True)
class Form:
    """What a link is to be.

    Attributes:
        sample: The file to sign.
        embed: Whether the store goes inside.
        note: For an assertion.
        with_metadata: Whether to say something that may be redacted later.
        tsa: Whether it gets a time-stamp.
        redactions: URIs of assertions to take out of what it was made from.
        is_update: Whether to add to the credentials of the same file.
        later: Names and fields of actions after the first ones.
    """

    sample: SampleAsset
    embed: bool
    note: str
    with_metadata: bool = False
    tsa: bool = False
    redactions: tuple[str, ...] = ()
    is_update: bool = False
    later: tuple[Mapping[str, Any], ...] = field(default=())


def labels_of(store: bytes) -> list[str]:
    """Return the labels of a store's manifests, the active one last."""
    return [one.label for one in manifests_of(store)]


def by_this_signer(workshop: Workshop, form: Form, below: Sequence[Source]) -> Link:
    """Have this signer make a link.

    Raises:
        EdgeSignerError: It refuses.
    """
    ingredients = [_ingredient(number, one) for number, one in enumerate(below)]
    parts: dict[str, Any] = {
        "assertions": _assertions(form, below),
        "ingredients": ingredients,
        "redactions": [Redaction(uri) for uri in form.redactions],
        "is_update": form.is_update,
        "tsa": form.tsa,
    }
    content = form.sample.content
    if form.embed:
        brought = sum(len(one.manifest_store or b"") for one in ingredients)
        _, content = embedded(workshop, content, _STORE_BYTES + brought, **parts)
    else:
        workshop.sign(content, **parts)
    return _link("edge-signer", workshop, form, content, workshop.store.kept[-1][2], below)


def by_c2pa_rs(workshop: Workshop, form: Form, below: Sequence[Source], roots_pem: str) -> Link:
    """Have c2pa-rs make a link; it reads the credentials of ingredients in their files only."""
    parents = [
        Parent(
            one.link.asset if one.link else png(),
            str(number),
            one.relationship,
            one.link.media_type if one.link else "image/png",
        )
        for number, one in enumerate(below)
    ]
    signed = signed_by_c2pa_rs(
        workshop,
        form.sample.content,
        parents=parents,
        embed=form.embed,
        trusts=roots_pem,
        media_type=form.sample.media_type,
        assertions=_assertions(form, below),
    )
    return _link("c2pa-rs", workshop, form, signed.asset, signed.store, below)


def _link(
    maker: Maker,
    workshop: Workshop,
    form: Form,
    asset: bytes,
    store: bytes,
    below: Sequence[Source],
) -> Link:
    return Link(
        maker,
        workshop.signer.algorithm.name,
        form.sample.media_type,
        asset,
        store,
        form.embed,
        form.note,
        tuple(below),
        form.with_metadata,
        form.is_update,
    )


def _ingredient(number: int, source: Source) -> Ingredient:
    return Ingredient(
        source.relationship,
        id=str(number),
        manifest_store=source.link.store if source.link else None,
        title=f"ingredient {number}",
        media_type=source.link.media_type if source.link else "image/png",
        asset_checked=source.is_checked,
        thumbnail=Thumbnail("image/png", png()) if source.has_thumbnail else None,
    )


def _assertions(form: Form, below: Sequence[Source]) -> dict[str, Any]:
    actions = {"actions": [*_actions(form, below)], "allActionsIncluded": True}
    said: dict[str, Any] = {"c2pa.actions.v2": actions}
    if not form.is_update:
        said[NOTE_LABEL] = {"note": form.note}
    return said | ({METADATA_LABEL: _METADATA} if form.with_metadata else {})


def _actions(form: Form, below: Sequence[Source]) -> Sequence[Mapping[str, Any]]:
    by_relationship: dict[str, list[str]] = {}
    for number, one in enumerate(below):
        by_relationship.setdefault(one.relationship, []).append(str(number))
    if parents := by_relationship.get("parentOf"):
        first: dict[str, Any] = {"action": "c2pa.opened", "parameters": {"ingredientIds": parents}}
    else:
        first = {"action": "c2pa.created", **(_COMPOSITE if below else _CAPTURE)}
    placed = [
        {"action": "c2pa.placed", "parameters": {"ingredientIds": [one]}}
        for one in by_relationship.get("componentOf", ())
    ]
    return [first, *placed, *form.later]


def later_actions(rng: Random, *, is_update: bool) -> tuple[Mapping[str, Any], ...]:
    """Choose what was done to a link after the first actions."""
    if is_update:
        return ({"action": "c2pa.published"},)
    possible: list[Mapping[str, Any]] = [
        {"action": "c2pa.cropped", "digitalSourceType": IPTC + "humanEdits"},
        {"action": "c2pa.resized.proportional"},
        {"action": "c2pa.transcoded"},
        {"action": "c2pa.converted"},
    ]
    return tuple(one for one in possible if rng.random() < 0.25)
