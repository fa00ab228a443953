"""c2pa-rs as the central signer's engine: it builds manifests, and validates its own work."""

from __future__ import annotations

import ctypes
import io
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import c2pa
import c2pa.c2pa as native
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from central_signer.engine_settings import OFFLINE, TRUST_CONFIG
from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.manifest.manifest_check import ExpectedManifest
from edge_signer.signing.rules.exact_numbers import exact_digits

_HANDLE = ctypes.c_void_p
_BYTES = ctypes.POINTER(_HANDLE)
#: A manifest store on its own, not inside an asset.
_FORMAT = b"application/c2pa"

_library = native._lib
_placeholder = _library.c2pa_builder_data_hashed_placeholder
_placeholder.restype = ctypes.c_int64
_placeholder.argtypes = [_HANDLE, ctypes.c_size_t, ctypes.c_char_p, _BYTES]
_sign = _library.c2pa_builder_sign_data_hashed_embeddable
_sign.restype = ctypes.c_int64
_sign.argtypes = [_HANDLE, _HANDLE, ctypes.c_char_p, ctypes.c_char_p, _HANDLE, _BYTES]

# Failures of the callback are raised, so the package need not log them.
logging.getLogger("c2pa").setLevel(logging.CRITICAL)


class EngineError(Exception):
    """c2pa-rs failed or refused its input; the text is its own."""


def sign_digest(builder: c2pa.Builder, signer: c2pa.Signer, asset_sha256: bytes) -> bytes:
    """Make the manifest store of an asset from its digest.

    c2pa-python does not wrap this part of the C API. Only this function and its helpers use ctypes:
    they pass handles that c2pa-python owns, and free what the library returns.

    Args:
        builder: Has the manifest's definition.
        signer: Signs.
        asset_sha256: 32 bytes; the hard binding is over the whole asset.

    Raises:
        EngineError: c2pa-rs failed, or the signer's callback raised.
    """
    # The engine signs only after making a placeholder, which is not embedded here.
    _answer(_placeholder, builder._handle, signer.reserve_size(), _FORMAT)
    # Bytes must be lists of numbers: base64 would be taken literally.
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


_ALGORITHMS: Mapping[AlgorithmName, c2pa.C2paSigningAlg] = {
    "ES256": c2pa.C2paSigningAlg.ES256,
    "ES384": c2pa.C2paSigningAlg.ES384,
    "ES512": c2pa.C2paSigningAlg.ES512,
    "PS256": c2pa.C2paSigningAlg.PS256,
    "PS384": c2pa.C2paSigningAlg.PS384,
    "PS512": c2pa.C2paSigningAlg.PS512,
    "EdDSA": c2pa.C2paSigningAlg.ED25519,
}
# The asset is not available here, nor is the root of the signing chain.
_NOT_CHECKED_HERE = {"assertion.dataHash.mismatch", "signingCredential.untrusted"}
_VERSIONED = re.compile(r"\.v[0-9]+$")
_SIGNED = {"claimSignature.validated", "claimSignature.insideValidity"}
_STAMPED = {"timeStamp.validated", "timeStamp.trusted"}


class C2paEngine:
    """Makes manifests with c2pa-rs; shared by all requests of a process."""

    def __init__(self) -> None:
        self._building = _context({"builder": {"thumbnail": {"enabled": False}}})
        self._reading = lru_cache(maxsize=4)(_reading_context)

    def sign(self, wanted: ExpectedManifest, sign_tbs: Callable[[bytes], bytes]) -> bytes:
        """Make a manifest store with c2pa-rs, without a time-stamp.

        Args:
            wanted: The manifest. The engine adds the hard binding to its assertions, and its own
                version to the claim generator.
            sign_tbs: Gives the signature over TBS bytes, in COSE form.

        Raises:
            EngineError: c2pa-rs refused or failed.
            Exception: The failure of `sign_tbs`; c2pa-rs would call it an invalid signature.
        """
        raised: list[Exception] = []

        def callback(tbs: bytes) -> bytes:
            try:
                return sign_tbs(tbs)
            except Exception as failure:
                raised.append(failure)
                raise

        algorithm = _ALGORITHMS[wanted.algorithm.name]
        certificates = _pem(wanted.chain.certificates)
        try:
            with (
                c2pa.Builder(_definition(wanted), context=self._building) as builder,
                c2pa.Signer.from_callback(callback, algorithm, certificates) as signer,
            ):
                return sign_digest(builder, signer, wanted.asset_sha256)
        except (c2pa.C2paError, EngineError) as failure:
            if raised:
                raise raised[0] from None
            raise EngineError(str(failure)) from failure

    def faults(self, manifest_store: bytes, stamped_under: Sequence[Certificate] = ()) -> list[str]:
        """List the faults that c2pa-rs finds in a store, by the standard's codes.

        Args:
            manifest_store: The store to validate.
            stamped_under: Roots of the authority of its time-stamp; empty for no time-stamp.
        """
        context = self._reading(_pem(stamped_under))
        try:
            with c2pa.Reader(
                "application/c2pa", io.BytesIO(manifest_store), context=context
            ) as reader:
                results = json.loads(reader.json())["validation_results"]["activeManifest"]
        except c2pa.C2paError as unreadable:
            return [f"unreadable: {unreadable}"]
        confirmed = {one["code"] for one in results["success"]}
        failed = {one["code"] for one in results["failure"]} - _NOT_CHECKED_HERE
        wanted = _SIGNED | (_STAMPED if stamped_under else set())
        return [*sorted(failed), *(f"no {code}" for code in sorted(wanted - confirmed))]


def _pem(certificates: Sequence[Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def _definition(wanted: ExpectedManifest) -> str:
    return _json(
        {
            "claim_version": 2,
            **({"title": wanted.title} if wanted.title is not None else {}),
            "claim_generator_info": [dict(wanted.claim_generator_info)],
            "assertions": [
                {
                    "label": _unversioned(one.label),
                    "data": one.content,
                    "created": one.created,
                    **({"kind": "Json"} if one.encoding == "json" else {}),
                }
                for one in wanted.assertions
            ],
        }
    )


def _json(value: Any) -> str:
    """Encode a value so that c2pa-rs reads its floats exactly."""
    if isinstance(value, dict):
        members = (f"{_json(name)}:{_json(item)}" for name, item in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_json, value))}]"
    if isinstance(value, float):
        return exact_digits(value)
    return json.dumps(value, ensure_ascii=False)


def _unversioned(label: str) -> str:
    """Keep c2pa-rs from removing the version of a custom label; it always removes `.v1`."""
    custom = not label.startswith(("c2pa.", "cawg."))
    return f"{label}.v1" if custom and _VERSIONED.search(label) else label


def _reading_context(roots_pem: str) -> c2pa.Context:
    trust = {"trust_config": TRUST_CONFIG, **({"trust_anchors": roots_pem} if roots_pem else {})}
    return _context({"trust": trust, **OFFLINE})


def _context(settings: dict[str, Any]) -> c2pa.Context:
    return c2pa.Context(c2pa.Settings.from_dict(settings))
