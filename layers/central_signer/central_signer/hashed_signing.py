"""Signing of a digest with c2pa-rs: what its C API has and c2pa-python does not wrap.

Only this file speaks to the library by ctypes. It passes handles that c2pa-python owns, and frees
what the library gives.
"""

from __future__ import annotations

import ctypes
import json
import logging

import c2pa
import c2pa.c2pa as native

_HANDLE = ctypes.c_void_p
_BYTES = ctypes.POINTER(_HANDLE)
#: A store by itself, not one inside an asset.
_FORMAT = b"application/c2pa"

_library = native._lib
_placeholder = _library.c2pa_builder_data_hashed_placeholder
_placeholder.restype = ctypes.c_int64
_placeholder.argtypes = [_HANDLE, ctypes.c_size_t, ctypes.c_char_p, _BYTES]
_sign = _library.c2pa_builder_sign_data_hashed_embeddable
_sign.restype = ctypes.c_int64
_sign.argtypes = [_HANDLE, _HANDLE, ctypes.c_char_p, ctypes.c_char_p, _HANDLE, _BYTES]

# A failure of the callback is raised; the package's own line of it would be one too many.
logging.getLogger("c2pa").setLevel(logging.CRITICAL)


class EngineError(Exception):
    """c2pa-rs refused its input, or made nothing of it; the text is its own."""


def sign_digest(builder: c2pa.Builder, signer: c2pa.Signer, asset_sha256: bytes) -> bytes:
    """Give the manifest store of an asset of which only the digest is known.

    Args:
        builder: Holds the manifest's definition.
        signer: Signs.
        asset_sha256: 32 bytes; the hard binding is over the whole asset.

    Raises:
        EngineError: c2pa-rs failed, or the signer's callback raised.
    """
    # The engine signs only after it was asked for a placeholder, which nobody embeds here.
    _answer(_placeholder, builder._handle, signer.reserve_size(), _FORMAT)
    # Bytes must be lists of numbers: base64 would be hashed as it stands.
    binding = {"alg": "sha256", "hash": list(asset_sha256), "name": "jumbf manifest", "pad": []}
    return _answer(
        _sign, builder._handle, signer._handle, json.dumps(binding).encode(), _FORMAT, None
    )


def _answer(function: ctypes._NamedFuncPointer, *arguments: object) -> bytes:
    out = _HANDLE()
    length = function(*arguments, ctypes.byref(out))
    if length <= 0:
        raise EngineError(_last_error())
    try:
        return ctypes.string_at(out, length)
    finally:
        _library.c2pa_free(out)


def _last_error() -> str:
    pointer = _library.c2pa_error()
    if not pointer:
        return "no reason given"
    try:
        return ctypes.string_at(pointer).decode(errors="replace")
    finally:
        _library.c2pa_free(ctypes.c_void_p(pointer))
