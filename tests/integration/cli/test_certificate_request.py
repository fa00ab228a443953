"""Requests that KMS signs, read by openssl; and what they ask for, by the programme's rules."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from cli.certificates.certificate_request import listed_product, requested_extensions, subject
from cli.certificates.pkcs10 import RequestError, signed_by_kms
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from emulator.aws.services import in_process_services, moto_host
from tests.signers.kms_keys import KEY_SPECS, KmsKeys

RECORD = "0197aa34-665b-7811-9bbc-317cfd988d0a"
SUBJECT = subject("CH", "Example AG", "Desk Camera", "Desk")


@pytest.fixture(scope="module")
def keys() -> KmsKeys:
    return KmsKeys(in_process_services(moto_host()))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_openssl_accepts_the_signature_of_every_algorithm(
    keys: KmsKeys, name: AlgorithmName
) -> None:
    key_id = keys.kept(KEY_SPECS[name])
    asked = requested_extensions(listed_product(RECORD, 2))
    request = signed_by_kms(keys.aws.kms, key_id, SUBJECT, asked, name)
    read = subprocess.run(
        ["openssl", "req", "-verify", "-noout", "-subject", "-nameopt", "RFC2253"],
        input=request.public_bytes(serialization.Encoding.PEM),
        capture_output=True,
    )
    assert (read.returncode, b"verify OK" in read.stderr) == (0, True), read.stderr
    assert read.stdout == b"subject=CN=Desk Camera,OU=Desk,O=Example AG,C=CH\n"
    public_key = request.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert public_key == keys.aws.kms.get_public_key(KeyId=key_id)["PublicKey"]


def test_a_listed_product_asks_for_the_programmes_extensions(keys: KmsKeys) -> None:
    asked = requested_extensions(listed_product(RECORD.upper(), 1))
    found = signed_by_kms(keys.aws.kms, keys.kept(), SUBJECT, asked, None).extensions
    # The programme's schema of requests: these, these critical, these bits and no others.
    assert {one.oid.dotted_string: one.critical for one in found} == {
        "2.5.29.19": True,
        "2.5.29.15": True,
        "2.5.29.37": False,
        "2.5.29.32": False,
        "1.3.6.1.4.1.62558.3": False,
        "1.3.6.1.4.1.62558.4": False,
    }
    assert not found.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = found.get_extension_for_class(x509.KeyUsage).value
    assert usage.public_bytes() == bytes.fromhex("030206c0")
    uses = set(found.get_extension_for_class(x509.ExtendedKeyUsage).value)
    assert uses == {
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),
    }
    level = found.get_extension_for_oid(ObjectIdentifier("1.3.6.1.4.1.62558.3")).value
    record = found.get_extension_for_oid(ObjectIdentifier("1.3.6.1.4.1.62558.4")).value
    assert isinstance(level, x509.UnrecognizedExtension)
    assert isinstance(record, x509.UnrecognizedExtension)
    assert level.value == bytes.fromhex("060a2b0601040183e85e030a")
    assert record.value == b"\x0c\x24" + RECORD.encode()


def test_an_authority_outside_the_programme_is_asked_for_no_more_than_it_knows(
    keys: KmsKeys,
) -> None:
    asked = requested_extensions(listed_product(None, None))
    found = signed_by_kms(keys.aws.kms, keys.kept(), SUBJECT, asked, None).extensions
    assert [one.oid.dotted_string for one in found] == ["2.5.29.19", "2.5.29.15", "2.5.29.37"]


def test_the_subject_is_in_the_order_and_the_string_types_of_the_list() -> None:
    name = subject("CH", "Example AG", "Desk Camera")
    assert [one.oid for one in name] == [
        NameOID.COUNTRY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.COMMON_NAME,
    ]


def test_a_signature_that_is_not_the_keys_makes_no_request(keys: KmsKeys) -> None:
    key_id, kms = keys.kept(), keys.aws.kms
    signature = kms.sign(
        KeyId=key_id, Message=bytes(32), MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
    )
    wrong = SimpleNamespace(get_public_key=kms.get_public_key, sign=lambda **_: signature)
    with pytest.raises(RequestError, match="does not verify"):
        signed_by_kms(wrong, key_id, SUBJECT, requested_extensions(None), None)


def test_a_key_of_another_kind_makes_no_request(keys: KmsKeys) -> None:
    with pytest.raises(RequestError, match="signs with ES256"):
        signed_by_kms(keys.aws.kms, keys.kept(), SUBJECT, requested_extensions(None), "PS256")
    other = keys.new("ECC_SECG_P256K1")
    with pytest.raises(RequestError, match="cannot sign claims"):
        signed_by_kms(keys.aws.kms, other, SUBJECT, requested_extensions(None), None)
