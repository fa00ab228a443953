"""Credentials that a tenant's files carry before they are damaged: c2pa-rs's and our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.ingredients.ingredient import Ingredient, Thumbnail
from edge_signer.verification.trust import TrustLists
from tests.authorities.time_stamp_forge import StampForge
from tests.authorities.time_stamp_server import Behaviour, roots_of, time_stamp_server
from tests.conformance.ingredients.chains import opened
from tests.judges.verifying import trusting
from tests.media.sample_assets import jpeg, png
from tests.media.sample_metadata import METADATA
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import ACTIONS, Workshop


@dataclass(frozen=True)
class Seed:
    """A parent's credentials.

    Attributes:
        name: What they are.
        store: The manifest store.
    """

    name: str
    store: bytes


@dataclass(frozen=True)
class Authorities:
    """Whom signer and engines trust.

    Attributes:
        anchors_pem: The roots, also that of the time-stamps.
        trust: The same as lists.
    """

    anchors_pem: str
    trust: TrustLists


class Parents:
    """Makes credentials with two trusted signers and one unknown one.

    Args:
        newsroom: Our own signer.
    """

    def __init__(self, newsroom: Workshop) -> None:
        self._newsroom = newsroom
        self._camera, self._unknown = Workshop(name="Camera"), Workshop(name="Unknown")
        self._forge = StampForge()
        anchors = newsroom.ca.anchors_pem() + self._camera.ca.anchors_pem()
        self.authorities = Authorities(
            anchors + self._forge.root_pem, trusting(anchors, self._forge.root_pem)
        )

    def made(self) -> list[Seed]:
        """Make new ones; no two calls give manifests with the same label."""
        with time_stamp_server(Behaviour(self._forge.reply)) as url:
            authority = HttpTimeStampAuthority(url, roots_of(self._forge.root_pem))
            return [*self._of_c2pa_rs(url), *self._of_ours(authority)]

    def _of_c2pa_rs(self, tsa_url: str) -> Iterator[Seed]:
        asset, camera = jpeg(), self._camera
        first = signed_by_c2pa_rs(camera, asset, assertions=METADATA)
        parent = Parent(first.asset)
        yield Seed("c2pa-rs", first.store)
        yield Seed("unknown signer", signed_by_c2pa_rs(self._unknown, asset).store)
        yield Seed("thumbnail", signed_by_c2pa_rs(camera, asset, thumbnails=True).store)
        yield Seed("grandparent", signed_by_c2pa_rs(camera, asset, parents=[parent]).store)
        component = [Parent(asset), Parent(first.asset)]
        placed = {"action": "c2pa.placed", "parameters": {"ingredientIds": ["1"]}}
        child = signed_by_c2pa_rs(
            camera, asset, parents=component, actions=[placed], thumbnails=True
        )
        yield Seed("component", child.store)
        yield Seed("claim v1", signed_by_c2pa_rs(camera, asset, claim_version=1).store)
        yield Seed("stamped by c2pa-rs", signed_by_c2pa_rs(camera, asset, tsa_url=tsa_url).store)
        update = signed_by_c2pa_rs(camera, first.asset, parents=[parent], update=True)
        yield Seed("update", update.store)

    def _of_ours(self, authority: HttpTimeStampAuthority) -> Iterator[Seed]:
        asset = jpeg()
        ours = Workshop(ca=self._newsroom.ca, authority=authority)
        ours.trust = self.authorities.trust
        yield Seed("ours", ours.sign(asset, {**ACTIONS, **METADATA}, tsa=False))
        yield Seed("ours, stamped", ours.sign(asset, tsa=True))
        first = signed_by_c2pa_rs(self._unknown, asset).store
        asked = Ingredient(
            "parentOf", manifest_store=first, thumbnail=Thumbnail("image/png", png())
        )
        edited = ours.sign(asset, opened(), tsa=False, ingredients=[asked])
        yield Seed("ours, edited", edited)
        asked = Ingredient("parentOf", manifest_store=edited)
        yield Seed("ours, a chain", ours.sign(asset, opened(), tsa=False, ingredients=[asked]))
