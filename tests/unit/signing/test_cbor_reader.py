"""The strict reader beside cbor2."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_signer.signing.manifest.cbor_reader import CborError, cbor_bytes, cbor_text, read_cbor

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(max_size=300),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(-99, 99), inner),
    max_leaves=20,
)


@given(_VALUES, st.booleans())
def test_it_reads_what_cbor2_writes(value: Any, canonical: bool) -> None:
    assert repr(read_cbor(cbor2.dumps(value, canonical=canonical))) == repr(
        cbor2.loads(cbor2.dumps(value, canonical=canonical))
    )


@given(st.binary(max_size=40))
def test_what_it_takes_of_any_bytes_cbor2_takes_too(encoded: bytes) -> None:
    try:
        read = read_cbor(encoded)
    except CborError:
        return
    assert cbor2.loads(encoded) is not None or read is None


@given(st.text(max_size=300), st.binary(max_size=300))
def test_it_writes_as_cbor2_does(text: str, content: bytes) -> None:
    assert cbor_text(text) == cbor2.dumps(text)
    assert cbor_bytes(content) == cbor2.dumps(content)


@pytest.mark.parametrize(
    "encoded",
    [
        *("", "1801", "190001", "1a00000001", "1b0000000000000001"),  # empty, not the shortest
        *("5f4101ff", "9f01ff", "bf6161f6ff", "7f6161ff"),  # without an end that is told
        *("f7", "f818", "f97c00", "f97e00", "1c", "fc"),  # undefined, infinity, reserved
        *("a2616101616102", "a1f501", "a14101f6", "a180f6"),  # keys twice, or no keys
        *("c16161", "d81e00", "0000", "62ffff", "42ff", "9affffffff", "81" * 40 + "00"),
    ],
)
def test_what_readers_understand_differently_is_refused(encoded: str) -> None:
    with pytest.raises(CborError):
        read_cbor(bytes.fromhex(encoded))
