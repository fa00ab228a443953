"""Credentials that c2pa-rs writes: embedded, with ingredients, or named by a URL alone."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from central_signer.engine_settings import TRUST_CONFIG
from edge_signer.signing.rules.digital_source_types import TERMS
from tests.signers.software_signer import Workshop

CREATED = {"action": "c2pa.created", "digitalSourceType": TERMS["digitalCapture"]}


@dataclass(frozen=True)
class Parent:
    """A file that another one was made from; the first is the parent, unless it says otherwise."""

    asset: bytes
    title: str = "parent.jpg"
    relationship: str | None = None
    media_type: str = ""


@dataclass(frozen=True)
class Signed:
    """A file as c2pa-rs wrote it, and its manifest store."""

    asset: bytes
    store: bytes


def signed_by_c2pa_rs(
    workshop: Workshop,
    asset: bytes,
    *,
    parents: Sequence[Parent] = (),
    update: bool = False,
    remote_url: str | None = None,
    embed: bool = True,
    trusts: str = "",
    media_type: str = "image/jpeg",
    note: str = "",
    actions: Sequence[Mapping[str, Any]] = (),
    assertions: Mapping[str, Any] | None = None,
    redactions: Sequence[str] = (),
    core: Mapping[str, Any] | None = None,
    thumbnails: bool = False,
    claim_version: int = 2,
    tsa_url: str | None = None,
) -> Signed:
    """Have c2pa-rs sign a file.

    Args:
        workshop: Whose key signs.
        asset: The file.
        parents: What it was made from.
        update: Write an update manifest over the credentials that the asset has.
        remote_url: Where the file says that its credentials are.
        embed: Whether to put them into the file.
        trusts: Roots that the signing software trusts, in PEM, besides the workshop's own.
        media_type: Of the file, and of parents that have none of their own.
        note: Text to say in an assertion of its own.
        actions: What was done after the first action.
        assertions: Contents of more assertions, by label.
        redactions: URIs of the parents' assertions to take away.
        core: Settings of c2pa-rs under `core`.
        thumbnails: Whether c2pa-rs makes thumbnails of the file and its parents.
        claim_version: 2, or 1 for a claim as before C2PA 2.0.
        tsa_url: Address of an authority that stamps the signature; None for none.
    """
    settings: dict[str, Any] = {
        "trust": {
            "trust_anchors": workshop.ca.anchors_pem() + trusts,
            "trust_config": TRUST_CONFIG,
        },
        "builder": {"thumbnail": {"enabled": thumbnails}},
        "verify": {"remote_manifest_fetch": False, "verify_after_sign": False},
        "core": dict(core or {}),
    }
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["0"]}}
    first = opened if parents else CREATED
    contents: dict[str, Any] = {} if update else {"c2pa.actions.v2": {"actions": [first, *actions]}}
    contents |= {"org.example.note": {"note": note}} if note else {}
    definition: dict[str, Any] = {
        "claim_version": claim_version,
        "claim_generator_info": [{"name": "c2pa-rs"}],
        "assertions": [
            {"label": label, "data": content}
            for label, content in (contents | dict(assertions or {})).items()
        ],
        "redactions": list(redactions),
    }
    builder = c2pa.Builder(definition, c2pa.Context(c2pa.Settings.from_dict(settings)))
    if update:
        builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
    for number, parent in enumerate(parents):
        relationship = parent.relationship or ("componentOf" if number else "parentOf")
        said = {"title": parent.title, "relationship": relationship}
        said |= {"label": str(number), "instance_id": str(number)}
        builder.add_ingredient(said, parent.media_type or media_type, io.BytesIO(parent.asset))
    if remote_url:
        builder.set_remote_url(remote_url)
    if not embed:
        builder.set_no_embed()
    written = io.BytesIO()
    store: bytes = builder.sign(_signer(workshop, tsa_url), media_type, io.BytesIO(asset), written)
    return Signed(written.getvalue(), store)


def _signer(workshop: Workshop, tsa_url: str | None) -> Any:
    chain = workshop.signer.certificate_chain.x5chain
    pem = [x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in chain]
    name = workshop.signer.algorithm.name.upper()
    algorithm = c2pa.C2paSigningAlg["ED25519" if name == "EDDSA" else name]
    return c2pa.Signer.from_callback(
        workshop.signer.sign_tbs, algorithm, b"".join(pem).decode(), tsa_url
    )
