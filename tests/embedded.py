"""Assets with Content Credentials inside them, as c2pa-rs embeds them."""

from __future__ import annotations

import io
import json

import c2pa
from cryptography.hazmat.primitives.serialization import Encoding

from edge_signer.signing.action_model import IPTC
from tests.software_signer import Workshop


def embedded(asset: bytes, workshop: Workshop, media_type: str = "image/jpeg") -> bytes:
    """Give the asset with a manifest of c2pa-rs in it, signed with the workshop's key."""
    definition = {
        "claim_version": 2,
        "claim_generator_info": [{"name": "another tool"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "created": True,
                "data": {
                    "actions": [
                        {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}
                    ]
                },
            }
        ],
    }
    chain = "".join(
        one.public_bytes(Encoding.PEM).decode()
        for one in workshop.signer.certificate_chain.certificates
    )
    settings = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    signed = io.BytesIO()
    with (
        c2pa.Context(settings) as context,
        c2pa.Builder(json.dumps(definition), context=context) as builder,
        c2pa.Signer.from_callback(
            workshop.signer.sign_tbs, c2pa.C2paSigningAlg.ES256, chain
        ) as signer,
    ):
        builder.sign(signer, media_type, io.BytesIO(asset), signed)
    return signed.getvalue()
