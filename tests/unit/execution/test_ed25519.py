"""Keys and signatures that have two forms, or under which anybody can sign."""

from __future__ import annotations

import pytest

from edge_signer.execution.receipts.ed25519 import (
    Fault,
    from_subject_public_key_info,
    key_id,
    signature_fault,
    usable_point,
)
from tests.jobs.receipts import SoftwareReceiptSigner

PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME
SIGNER = SoftwareReceiptSigner()
KEY = SIGNER.key()


def encoded_y(y: int, sign: int = 0) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def points_of_small_order() -> set[int]:
    """Find the y of all points P with 8P = 0, by halving: they are the multiples of one of them."""
    root = next(y for y in range(2, 1000) if (point := on_curve(y)) and order_8(multiple(point)))
    point = multiple(on_curve(root) or (0, 0))
    found, one = set(), (0, 1)
    for _ in range(8):
        one = added(one, point)
        found.add(one[1])
    return found


def on_curve(y: int) -> tuple[int, int] | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    for root in (x, x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
        if root * root % PRIME == square:
            return root, y
    return None


def added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x, y), (u, v) = one, other
    k = D * x * u * y * v
    return (
        (x * v + y * u) * pow(1 + k, -1, PRIME) % PRIME,
        (y * v + x * u) * pow(1 - k, -1, PRIME) % PRIME,
    )


def multiple(point: tuple[int, int]) -> tuple[int, int]:
    """Multiply by the order of the large group: what is left is of small order."""
    product, factor = (0, 1), 2**252 + 27742317777372353535851937790883648493
    while factor:
        if factor & 1:
            product = added(product, point)
        point, factor = added(point, point), factor >> 1
    return product


def order_8(point: tuple[int, int]) -> bool:
    twice = added(point, point)
    return added(twice, twice) != (0, 1)


def test_every_point_of_small_order_is_refused_in_every_form() -> None:
    small = points_of_small_order()
    assert len(small) == 5
    for y in small:
        for form in {y, y + PRIME} if y + PRIME < 2**255 else {y}:
            assert not usable_point(encoded_y(form))
            assert not usable_point(encoded_y(form, sign=1))


def test_a_coordinate_has_one_form() -> None:
    assert usable_point(encoded_y(PRIME - 2))
    assert not usable_point(encoded_y(PRIME + 3))


def test_a_signature_has_one_form() -> None:
    signature = SIGNER.sign(KEY, b"message")
    assert signature_fault(KEY.public_key, b"message", signature) is None
    scalar = (
        int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    )
    other_form = signature[:32] + scalar.to_bytes(32, "little")
    assert signature_fault(KEY.public_key, b"message", other_form) is Fault.NOT_CANONICAL
    assert signature_fault(KEY.public_key, b"massage", signature) is Fault.MISMATCH


def test_a_key_that_is_no_point_signed_nothing() -> None:
    no_point = encoded_y(next(y for y in range(2, 100) if on_curve(y) is None))
    assert usable_point(no_point)
    assert signature_fault(no_point, b"message", SIGNER.sign(KEY, b"message")) is Fault.MISMATCH


def test_a_keys_name_is_the_digest_of_what_openssl_writes() -> None:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    der = Ed25519PublicKey.from_public_bytes(KEY.public_key).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    assert key_id(KEY.public_key) == digest.finalize().hex()
    assert from_subject_public_key_info(der) == KEY.public_key


@pytest.mark.parametrize("der", [b"", KEY.public_key, b"x" * 44, b"x" * 91])
def test_another_kind_of_key_is_none(der: bytes) -> None:
    assert from_subject_public_key_info(der) is None
