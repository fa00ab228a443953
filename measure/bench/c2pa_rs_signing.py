"""The other engine at the same work: c2pa-rs through c2pa-python, sidecar only, thumbnails off."""

from __future__ import annotations

import ctypes
import io
import json
from typing import Any, BinaryIO

import c2pa
import c2pa.c2pa as native
from cryptography.hazmat.primitives import serialization

from central_signer.engine_settings import TRUST_CONFIG
from tests.signers.software_signer import Workshop

_HANDLE = ctypes.c_void_p
_library = native._lib
_placeholder = _library.c2pa_builder_data_hashed_placeholder
_placeholder.restype = ctypes.c_int64
_placeholder.argtypes = [_HANDLE, ctypes.c_size_t, ctypes.c_char_p, ctypes.POINTER(_HANDLE)]
_sign_hashed = _library.c2pa_builder_sign_data_hashed_embeddable
_sign_hashed.restype = ctypes.c_int64
_sign_hashed.argtypes = [
    *(_HANDLE, _HANDLE, ctypes.c_char_p, ctypes.c_char_p, _HANDLE),
    ctypes.POINTER(_HANDLE),
]


class C2paRsSigning:
    """Signs as c2pa-rs does, with the same key, certificates and claims as ours.

    Args:
        workshop: Whose key signs.
        assertions: Content by label, valid C2PA.
        trusted_pem: Roots that it trusts besides the workshop's own.
    """

    def __init__(
        self, workshop: Workshop, assertions: dict[str, Any], *, trusted_pem: str = ""
    ) -> None:
        self._definition = json.dumps(
            {
                "claim_generator_info": [{"name": "Edge Signer", "version": "0.1.0"}],
                "assertions": [
                    {"label": label, "data": content, "created": label.startswith("c2pa.")}
                    for label, content in assertions.items()
                ],
            }
        )
        self._context = c2pa.Context(
            c2pa.Settings.from_dict(
                {
                    "builder": {"thumbnail": {"enabled": False}},
                    "trust": {
                        "trust_anchors": workshop.ca.anchors_pem() + trusted_pem,
                        "trust_config": TRUST_CONFIG,
                    },
                }
            )
        )
        chain = "".join(
            one.public_bytes(serialization.Encoding.PEM).decode()
            for one in workshop.signer.certificate_chain.certificates
        )
        self._signer = c2pa.Signer.from_callback(
            workshop.signer.sign_tbs, c2pa.C2paSigningAlg.ES256, chain
        )

    def sign_asset(self, asset: bytes, media_type: str) -> bytes:
        """`Builder.sign`: hashes the asset, signs, reads its own work again."""
        builder = c2pa.Builder(self._definition, context=self._context)
        builder.set_no_embed()
        return bytes(builder.sign(self._signer, media_type, io.BytesIO(asset)))

    def sign_edit(self, asset: bytes, media_type: str, parent: bytes) -> bytes:
        """`add_ingredient` with the parent's file, then `Builder.sign`."""
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}
        actions = {"label": "c2pa.actions.v2", "data": {"actions": [opened]}, "created": True}
        definition = {**json.loads(self._definition), "assertions": [actions]}
        builder = c2pa.Builder(definition, context=self._context)
        builder.set_no_embed()
        said = {"relationship": "parentOf", "title": "rocket.jpg", "label": "parent"}
        builder.add_ingredient(said, media_type, io.BytesIO(parent))
        return bytes(builder.sign(self._signer, media_type, io.BytesIO(asset)))

    def embed(self, media_type: str, asset: BinaryIO, signed: BinaryIO) -> None:
        """`Builder.sign` into a file: hashes the asset, signs, writes, reads its own work again."""
        builder = c2pa.Builder(self._definition, context=self._context)
        builder.sign(self._signer, media_type, asset, signed)

    def sign_digest(self, asset_sha256: bytes) -> bytes:
        """The C function for a digest, which c2pa-python does not wrap."""
        builder = c2pa.Builder(self._definition, context=self._context)
        out = _HANDLE()
        reserved = self._signer.reserve_size()
        length = _placeholder(builder._handle, reserved, b"application/c2pa", ctypes.byref(out))
        assert length > 0
        _library.c2pa_free(out)
        data_hash = json.dumps(
            {"alg": "sha256", "hash": list(asset_sha256), "name": "jumbf manifest", "pad": []}
        )
        length = _sign_hashed(
            *(builder._handle, self._signer._handle, data_hash.encode()),
            *(b"application/c2pa", None, ctypes.byref(out)),
        )
        assert length > 0
        try:
            return ctypes.string_at(out, length)
        finally:
            _library.c2pa_free(out)
            builder.close()
