"""Lists of certificates and of their digests: PEM bundles, the interim list, IPTC's publishers."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from edge_signer.verification.trust import TrustList, TrustLists
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.list_file import read_list_file
from tests.authorities.published_lists import (
    base64_of,
    base64url,
    digest_line,
    hierarchy,
    pem_bundle,
    publisher,
    publishers_list,
)
from tests.judges.own_validator import trusted_by

CA, OTHER = hierarchy(), hierarchy()
NOW = datetime.now(UTC)
PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


def signers(content: bytes) -> TrustList:
    (one,) = read_list_file(content).trust_lists("a file", {"signers"})
    return one


def test_text_between_certificates_is_ignored() -> None:
    bundle = b"## M\xfcller AG\r\n" + pem_bundle(CA.root, OTHER.root) + b"the end"
    one = signers(b"\xef\xbb\xbf" + bundle)
    assert [anchor.certificate for anchor in one.anchors] == [CA.root, OTHER.root]
    assert (one.name, one.issued, one.anchors[0].entity) == ("a file", None, "Test")


def test_a_bundle_may_be_for_signers_and_time_stamps() -> None:
    content = pem_bundle(CA.root, OTHER.leaf)
    with pytest.raises(TrustListError, match="does not say whether it is for signers"):
        read_list_file(content).trust_lists("x")
    lists = TrustLists(read_list_file(content).trust_lists("x", {"signers", "time_stamps"}))
    assert trusted_by(lists, "signers", NOW) == [CA.root, OTHER.leaf]
    # An end-entity certificate is never trusted for time-stamps (C2PA 2.2 §14.4.3).
    assert trusted_by(lists, "time_stamps", NOW) == [CA.root]
    with pytest.raises(TrustListError, match="none of its certificates may issue others"):
        read_list_file(pem_bundle(CA.leaf)).trust_lists("x", {"time_stamps"})


def test_one_certificate_in_der_is_a_list() -> None:
    one = signers(CA.root.public_bytes(Encoding.DER))
    assert [anchor.certificate for anchor in one.anchors] == [CA.root]


def test_engines_get_end_entities_by_digest() -> None:
    lists = TrustLists((signers(pem_bundle(CA.root, CA.leaf, CA.root)),))
    issuers = [one for _, one in lists.anchors("signers", NOW) if not one.is_end_entity]
    assert {one.pem for one in issuers} == {CA.root.public_bytes(Encoding.PEM).decode()}
    assert lists.allowed_list(NOW) == f"{digest_line(CA.leaf).decode()}\n"
    assert trusted_by(lists, "time_stamps", NOW) == []


def test_a_list_of_digests_may_begin_with_any_digest() -> None:
    # In base64 it begins with a 0, as a certificate in DER does.
    digest = bytes([0xD1]) + bytes(31)
    (found,) = signers(base64.b64encode(digest)).digests
    assert found.sha256 == digest


def test_a_signer_may_be_listed_by_digest_alone() -> None:
    one = signers(b"# O=Example\n%b\n\n%b\n" % (digest_line(CA.leaf), digest_line(OTHER.leaf)))
    assert one.anchors == ()
    lists = TrustLists((one,))
    assert lists.list_with_signer(CA.leaf, NOW) is one
    assert lists.list_with_signer(CA.issuing, NOW) is None
    assert lists.allowed_list(NOW).splitlines() == [
        digest_line(CA.leaf).decode(),
        digest_line(OTHER.leaf).decode(),
    ]


def test_a_root_is_not_taken_for_a_signer() -> None:
    lists = TrustLists((signers(pem_bundle(CA.root)),))
    assert lists.list_with_signer(CA.root, NOW) is None


PEM = CA.root.public_bytes(Encoding.PEM)


DAMAGED: list[tuple[bytes, str]] = [
    (b"", "it is no trust list"),
    (b"junk", "it is no trust list: neither"),
    (b"//id-kp-emailProtection\n1.3.6.1.5.5.7.3.4\n", "a list of extended key usages"),
    (PEM + PRIVATE_KEY, "it holds a private key, at line"),
    (PEM + b"words\n" + PEM[:-40], r"the certificate that begins at line \d+ has no end"),
    (PEM[:-40] + b"\n" + PEM, "the certificate that begins at line 1 has no end"),
    (PEM + PEM.replace(b"MII", b"!II", 1), r"certificate 2, at line \d+, is not base64"),
    (PEM.replace(b"MII", b"MIJ", 1), "certificate 1, at line 1, is not a certificate"),
    (b"-----BEGIN PKCS7-----\n-----END PKCS7-----", "line 1 begins a PKCS7"),
    (b"\x30\x03\x02\x01\x00", "the file is not a certificate that can be read"),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED, ids=[message for _, message in DAMAGED])
def test_a_damaged_bundle_is_one_error_that_says_where(content: bytes, message: str) -> None:
    with pytest.raises(TrustListError, match=message):
        read_list_file(content)


def thumbprint(certificate: Any) -> str:
    return base64url(certificate.fingerprint(hashes.SHA256())).decode()


def test_publishers_are_trusted_themselves_and_authorities_for_what_they_issue() -> None:
    one = signers(
        publishers_list(
            publisher("Daily News", {"x5c": [base64_of(CA.leaf), base64_of(CA.issuing)]}),
            publisher("Broadcaster", {"x5c": [base64_of(OTHER.root)]}, is_ca=True),
            publisher("Agency", {"x5t#S256": thumbprint(OTHER.leaf)}),
        )
    )
    assert (one.name, [*one.purposes]) == ("IPTC - Verified Publishers", ["signers"])
    assert one.issued == datetime(2026, 8, 5, 0, 11, 39, 123000, UTC)
    found = [(anchor.entity, anchor.certificate, anchor.is_end_entity) for anchor in one.anchors]
    assert found == [("Daily News", CA.leaf, True), ("Broadcaster", OTHER.root, False)]
    (digest,) = one.digests
    assert digest.entity == "Agency"
    assert TrustLists((one,)).list_with_signer(OTHER.leaf, NOW) is one


def test_an_authority_that_the_list_calls_a_publisher_issues_nothing() -> None:
    one = signers(publishers_list(publisher("Daily News", {"x5c": [base64_of(CA.root)]})))
    assert [anchor.is_end_entity for anchor in one.anchors] == [True]


def test_x5c_may_be_pem_as_iptcs_page_says() -> None:
    one = signers(publishers_list(publisher("Daily News", {"x5c": [PEM.decode()]}, is_ca=True)))
    assert [anchor.certificate for anchor in one.anchors] == [CA.root]


def test_an_authority_of_which_only_a_digest_is_listed_is_left_out_and_said_to_be() -> None:
    key = {"x5t#S256": thumbprint(CA.root)}
    read = read_list_file(publishers_list(publisher("Broadcaster", key, is_ca=True)))
    (note,) = read.content.notes
    assert note.startswith("Broadcaster is an authority of which only a digest")
    (one,) = read.trust_lists("x")
    assert (one.anchors, one.digests) == ((), ())


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ({"display_name": "x", "jwks": {"keys": []}}, r"entities\[0\].isCA is missing"),
        (publisher("x", {}), r"entities\[0\].jwks.keys\[0\] has neither x5c nor x5t#S256"),
        (publisher("x", {"x5c": ["!"]}), r"jwks.keys\[0\].x5c\[0\] is not base64"),
        (publisher("x", {"x5c": ["MA=="]}), r"keys\[0\].x5c\[0\] is not a certificate"),
        (publisher("x", {"x5t#S256": "AAAA"}), r"x5t#S256 has 3 bytes instead of 32"),
        (publisher("x", {"x5t#S256": "?"}), r"x5t#S256 is not base64url"),
        ({**publisher("x", {}), "isCA": "no"}, r"entities\[0\].isCA, no, is not a valid boolean"),
    ],
)
def test_a_damaged_list_of_publishers_names_the_field(entity: dict[str, Any], message: str) -> None:
    with pytest.raises(TrustListError, match=message):
        read_list_file(publishers_list(entity))
