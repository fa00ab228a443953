"""Strict Ed25519 verification (RFC 8032 §5.1.7; Taming the Many EdDSAs, §3).

OpenSSL accepts keys of small order, under which anybody can forge signatures. This module refuses
them, and accepts keys and signatures only in canonical form.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PUBLIC_KEY_BYTES = 32

_FIELD_PRIME = 2**255 - 19
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_SIGN_BIT = 1 << 255
# The y of the eight points of small order; each of the last two belongs to two points of order 8.
_SMALL_ORDER_Y = {
    0,
    1,
    _FIELD_PRIME - 1,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
}
# SubjectPublicKeyInfo of an Ed25519 key is these bytes and the key (RFC 8410 §4).
_SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")


class Fault(Enum):
    """Why a signature is refused."""

    NOT_CANONICAL = auto()
    MISMATCH = auto()


def usable_point(encoded: bytes) -> bool:
    """Tell whether 32 bytes are a coordinate in canonical form, of a point not of small order.

    It does not check that the point is on the curve; verifying a signature does.
    """
    y = int.from_bytes(encoded, "little") & ~_SIGN_BIT
    return y < _FIELD_PRIME and y not in _SMALL_ORDER_Y


def signature_fault(public_key: bytes, message: bytes, signature: bytes) -> Fault | None:
    """Check a signature.

    Args:
        public_key: 32 bytes, a usable point.
        message: The signed message, for pure Ed25519.
        signature: 64 bytes, R and S; any other length is a fault.

    Returns:
        None if the key made it.
    """
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _GROUP_ORDER or not usable_point(signature[:32]):
        return Fault.NOT_CANONICAL
    try:
        _key(public_key).verify(signature, message)
    except InvalidSignature:
        return Fault.MISMATCH
    return None


def key_id(public_key: bytes) -> str:
    """Return a key's name in DSSE: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal."""
    return sha256(_SPKI_PREFIX + public_key).hexdigest()


def from_subject_public_key_info(der: bytes) -> bytes | None:
    """Extract the 32 bytes of a SubjectPublicKeyInfo; None if it is not a usable Ed25519 key."""
    public_key = der.removeprefix(_SPKI_PREFIX)
    is_ed25519 = len(public_key) == PUBLIC_KEY_BYTES and der.startswith(_SPKI_PREFIX)
    return public_key if is_ed25519 and usable_point(public_key) else None


@lru_cache(maxsize=16)
def _key(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)
