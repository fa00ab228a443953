"""A damaged list is a list or a named error, whatever was damaged."""

from __future__ import annotations

import random
import ssl

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.list_file import read_list_file
from tests.authorities.published_lists import (
    UNTRUSTED,
    Lote,
    Service,
    base64_of,
    digest_line,
    hierarchy,
    jws,
    list_signer,
    pem_bundle,
    publisher,
    publishers_list,
)

CA = hierarchy()
LOTE = Lote([Service(CA.root, history=[(UNTRUSTED, "2025-06-01T00:00:00Z")])]).to_json()
LISTS = {
    "C2PA": LOTE,
    "signed": jws(list_signer(), LOTE),
    "PEM": pem_bundle(CA.root, CA.leaf) + digest_line(CA.leaf),
    "IPTC": publishers_list(publisher("x", {"x5c": [base64_of(CA.leaf)]})),
}
CHANGES = 300


def fault_in(content: bytes) -> str | None:
    try:
        read_list_file(content).trust_lists("x", {"signers"})
    except TrustListError as fault:
        return str(fault)
    return None


@pytest.mark.parametrize("name", LISTS)
def test_a_changed_byte_gives_a_list_or_a_named_error(name: str) -> None:
    chance = random.Random(name)
    original = LISTS[name]
    assert read_list_file(original).trust_lists("x", {"signers"})
    refused = 0
    for _ in range(CHANGES):
        at = chance.randrange(len(original))
        changed = bytearray(original)
        changed[at] ^= 1 << chance.randrange(8)
        fault = fault_in(bytes(changed))
        refused += fault is not None
        assert fault is None or (fault and "\n" not in fault)
    assert refused


def test_a_certificate_whose_name_cannot_be_read_is_refused() -> None:
    name, utf8_string, private_tag = CA.leaf.subject.public_bytes(), b"\x0c", b"\xcc"
    der = CA.leaf.public_bytes(Encoding.DER)
    changed = der.replace(name, name.replace(utf8_string, private_tag))
    fault = fault_in(ssl.DER_cert_to_PEM_cert(changed).encode())
    assert fault == "certificate 1, at line 1, is not a certificate that can be read"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_ends_early_trusts_nobody_else(name: str) -> None:
    original = LISTS[name]
    (whole,) = read_list_file(original).trust_lists("x", {"signers"})
    for end in range(0, len(original), 37):
        try:
            read = read_list_file(original[:end]).trust_lists("x", {"signers"})
        except TrustListError:
            continue
        assert {a.sha256 for one in read for a in one.anchors} <= {a.sha256 for a in whole.anchors}
