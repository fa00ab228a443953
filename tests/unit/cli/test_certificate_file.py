"""What `certificate install` reads, and what it says of other files; openssl writes them all.

`tests/data/certificates` is a chain whose issuer has critical name constraints (C=CH and addresses
at example.com), and the root above it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from cli.certificates.certificate_file import read_certificate_file
from cli.certificates.chain_check import ChainError, arranged, checked_chain, require_anchored

DATA = Path(__file__).parent.parent.parent / "data/certificates"
CHAIN = DATA / "chain_name_constraints.pem"
ROOT = DATA / "chain_root.pem"
LEAF, ISSUER = x509.load_pem_x509_certificates(CHAIN.read_bytes())
(ROOT_CERTIFICATE,) = x509.load_pem_x509_certificates(ROOT.read_bytes())
DER = serialization.Encoding.DER
PUBLIC_KEY_DER = LEAF.public_key().public_bytes(
    DER, serialization.PublicFormat.SubjectPublicKeyInfo
)


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(("openssl", *arguments), cwd=folder, capture_output=True, check=True)


def bundle(folder: Path, form: str, *, with_root: bool = True) -> Path:
    """Give a PKCS #7 file of the chain; its certificates stand root first."""
    parts = [ROOT] if with_root else []
    pem = "".join(file.read_text() for file in (*parts, CHAIN))
    (folder / "all.pem").write_text(pem)
    openssl(folder, "crl2pkcs7", "-nocrl", "-certfile", "all.pem", "-outform", form, "-out", "all")
    return folder / "all"


def test_a_chain_with_critical_name_constraints_is_installed_under_its_root() -> None:
    found = read_certificate_file(CHAIN)
    chain = checked_chain(found.certificates, PUBLIC_KEY_DER)
    require_anchored(chain, [ROOT_CERTIFICATE])
    with pytest.raises(ChainError, match="none of the anchors"):
        require_anchored(chain, [LEAF])


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_set_of_certificates_is_put_in_order_and_its_root_left_out(
    form: str, tmp_path: Path
) -> None:
    found = read_certificate_file(bundle(tmp_path, form))
    assert not found.is_ordered
    assert found.certificates[0] == ROOT_CERTIFICATE
    parts = arranged(found.certificates, PUBLIC_KEY_DER, is_ordered=False)
    assert (parts.chain, parts.left_out) == ([LEAF, ISSUER], [ROOT_CERTIFICATE])
    require_anchored(checked_chain(parts.chain, PUBLIC_KEY_DER), None, parts.left_out)


def test_the_label_of_openssl_for_the_same_is_read(tmp_path: Path) -> None:
    file = bundle(tmp_path, "PEM", with_root=False)
    file.write_text(file.read_text().replace("PKCS7", "CMS"))
    assert {*read_certificate_file(file).certificates} == {LEAF, ISSUER}


def test_one_certificate_in_der_is_read(tmp_path: Path) -> None:
    file = tmp_path / "leaf.cer"
    file.write_bytes(LEAF.public_bytes(DER))
    assert read_certificate_file(file).certificates == [LEAF]


def test_strangers_in_a_set_are_left_out_and_a_foreign_set_stays_as_it_is() -> None:
    stranger = ROOT_CERTIFICATE
    parts = arranged([stranger, LEAF, LEAF], PUBLIC_KEY_DER, is_ordered=False)
    assert (parts.chain, parts.left_out) == ([LEAF], [stranger])
    with pytest.raises(ChainError, match="issuer is missing"):
        require_anchored(checked_chain(parts.chain, PUBLIC_KEY_DER), None, parts.left_out)
    foreign = arranged([ISSUER, ROOT_CERTIFICATE], PUBLIC_KEY_DER, is_ordered=False)
    with pytest.raises(ChainError, match="another key"):
        checked_chain(foreign.chain, PUBLIC_KEY_DER)


def test_the_order_of_pem_is_kept_but_for_a_root_at_its_end() -> None:
    whole = arranged([LEAF, ISSUER, ROOT_CERTIFICATE], PUBLIC_KEY_DER, is_ordered=True)
    assert (whole.chain, whole.left_out) == ([LEAF, ISSUER], [ROOT_CERTIFICATE])
    turned = arranged([ISSUER, LEAF], PUBLIC_KEY_DER, is_ordered=True)
    assert (turned.chain, turned.left_out) == ([ISSUER, LEAF], [])


def test_words_around_certificates_are_passed_over_and_a_long_file_is_not_read(
    tmp_path: Path,
) -> None:
    file = tmp_path / "chain.pem"
    file.write_text("Bag Attributes\n" + CHAIN.read_text() + "issuer:\n" + ROOT.read_text())
    assert len(read_certificate_file(file).certificates) == 3
    file.write_text(" " * (256 * 1024) + CHAIN.read_text())
    with pytest.raises(ChainError, match="more than 262144 bytes"):
        read_certificate_file(file)


# For each form of a private key, how openssl makes it of `key`.
PRIVATE_KEYS = {
    "PEM": ("pkey", "-in", "key"),
    "encrypted PEM": ("pkcs8", "-topk8", "-in", "key", "-passout", "pass:x"),
    "DER": ("pkey", "-in", "key", "-outform", "DER"),
    "traditional DER": ("ec", "-in", "key", "-outform", "DER"),
    "encrypted DER": ("pkcs8", "-topk8", "-in", "key", "-outform", "DER", "-passout", "pass:x"),
}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    curve = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    openssl(tmp_path, "genpkey", *curve, "-out", "key")
    return tmp_path / "key"


@pytest.mark.parametrize("form", PRIVATE_KEYS)
def test_a_private_key_is_refused_and_nothing_of_it_is_echoed(form: str, key: Path) -> None:
    openssl(key.parent, *PRIVATE_KEYS[form], "-out", "file")
    with pytest.raises(ChainError) as refused:
        read_certificate_file(key.parent / "file")
    assert str(refused.value).startswith("this file holds a private key")
    assert not [line for line in key.read_text().splitlines() if line in str(refused.value)]


@pytest.mark.parametrize("placed", ["before", "after"])
def test_a_private_key_beside_certificates_is_refused(placed: str, key: Path) -> None:
    parts = [key.read_text(), CHAIN.read_text()]
    file = key.parent / "chain.pem"
    file.write_text("".join(parts if placed == "before" else reversed(parts)))
    with pytest.raises(ChainError, match=r"^this file holds a private key"):
        read_certificate_file(file)


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_request_is_told_from_a_certificate(form: str, key: Path) -> None:
    command = ("req", "-new", "-key", "key", "-subj", "/CN=a", "-outform", form, "-out", "csr")
    openssl(key.parent, *command)
    with pytest.raises(ChainError, match=r"certification request \(PKCS #10\)"):
        read_certificate_file(key.parent / "csr")


def test_pkcs_12_is_told_and_not_opened(key: Path) -> None:
    command = ("req", "-x509", "-key", "key", "-subj", "/CN=a", "-out", "certificate")
    openssl(key.parent, *command)
    openssl(
        key.parent,
        *("pkcs12", "-export", "-inkey", "key", "-in", "certificate"),
        *("-passout", "pass:x", "-out", "bag.p12"),
    )
    with pytest.raises(ChainError, match=r"PKCS #12 file.*was not opened"):
        read_certificate_file(key.parent / "bag.p12")


def public_key(folder: Path) -> bytes:
    openssl(folder, "pkey", "-in", "key", "-pubout", "-out", "public")
    return (folder / "public").read_bytes()


OTHER_FILES = {
    b"": "no certificate in PEM, DER or PKCS #7",
    b"certificate, honestly": "no certificate in PEM, DER or PKCS #7",
    b"\xfe\xed\xfe\xed\0\0\0\x02": "Java key store",
    b"\x30\x03\x02\x01\x00": "no certificate that can be read",
    b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n": "PKCS #7 cannot be read",
    b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n": "or a broken one",
    LEAF.public_bytes(DER)[:-1]: "no certificate that can be read",
    pkcs7.serialize_certificates([LEAF, ISSUER], DER)[:-1]: "no certificate that can be read",
}


@pytest.mark.parametrize("content", OTHER_FILES, ids=range(len(OTHER_FILES)))
def test_what_a_file_holds_instead_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(ChainError, match=OTHER_FILES[content]):
        read_certificate_file(file)


def test_another_kind_of_pem_is_named(key: Path) -> None:
    file = key.parent / "other.pem"
    file.write_bytes(public_key(key.parent))
    with pytest.raises(ChainError, match="no certificate, but: PUBLIC KEY"):
        read_certificate_file(file)
