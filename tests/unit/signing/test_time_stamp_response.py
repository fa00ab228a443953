"""The parts of a TimeStampResp; the response is one of a test PKI, its certificates leaf first."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge_signer.signing.credentials.signing_certificate_attribute import signing_certificate_faults
from edge_signer.signing.credentials.time_stamp_response import (
    DerError,
    children,
    encoded,
    only_element,
    read_response,
)

RESPONSE = (Path(__file__).parent.parent.parent / "data/time_stamps/leaf_first.tsr").read_bytes()


def certificates() -> list[x509.Certificate]:
    """The certificates as they stand in the response: leaf, two issuers, root."""
    _, token = children(RESPONSE, only_element(RESPONSE))
    (signed_data,) = children(RESPONSE, children(RESPONSE, token)[1])
    found = children(RESPONSE, children(RESPONSE, signed_data)[3])
    return [x509.load_der_x509_certificate(encoded(RESPONSE, one)) for one in found]


def test_the_sorted_copy_differs_in_the_order_of_certificates_alone() -> None:
    copy = read_response(RESPONSE).sorted_response
    assert copy != RESPONSE
    assert len(copy) == len(RESPONSE)
    der = [one.public_bytes(Encoding.DER) for one in certificates()]
    begin = RESPONSE.index(der[0])
    end = begin + sum(map(len, der))
    assert RESPONSE[begin:end] == b"".join(der)
    assert copy == RESPONSE[:begin] + b"".join(sorted(der)) + RESPONSE[end:]
    assert read_response(copy).sorted_response == copy


def test_bytes_that_are_no_response_are_told_and_nothing_else_is_raised() -> None:
    rng = random.Random(3161)
    refused = 0
    for _ in range(5_000):
        mutant = bytearray(RESPONSE[: rng.choice((len(RESPONSE), rng.randrange(len(RESPONSE))))])
        for _ in range(rng.randrange(1, 4)):
            # Most structure is near the beginning and in the signer at the end.
            at = rng.choice((rng.randrange(170), -rng.randrange(1, 600)))
            if -len(mutant) <= at < len(mutant):
                mutant[at] = rng.randrange(256)
        try:
            read_response(bytes(mutant))
        except DerError:
            refused += 1
    assert 1_000 < refused < 5_000


@pytest.mark.parametrize(
    "der",
    [
        "",
        "30",
        "3005",
        "30800000",
        "30810100",
        "3082000100",
        "3085000000000100",
        "1f0100",
        "0500ff",
    ],
)
def test_what_is_not_der_is_refused(der: str) -> None:
    with pytest.raises(DerError):
        only_element(bytes.fromhex(der))


def test_the_signed_attribute_names_the_authoritys_certificate_and_no_other() -> None:
    leaf, issuer, *others = certificates()
    chain = [one.public_bytes(Encoding.DER) for one in others]
    response = read_response(RESPONSE)
    assert signing_certificate_faults(response, leaf, chain) == []
    (fault,) = signing_certificate_faults(response, issuer, chain)
    assert "another certificate" in fault
