"""Issuers that engines do not follow are refused before anything is signed under them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type as NameType
from cryptography.x509.oid import NameOID, ObjectIdentifier

from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.errors import CredentialUnavailableError
from tests.authorities.issuing_chains import Issuer, chain_under, pem_of
from tests.judges.engines import JUDGES, require_all_trust
from tests.signers.software_signer import Workshop

ORGANISATION = NameOID.ORGANIZATION_NAME


def directory(*attributes: tuple[ObjectIdentifier, str]) -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name([x509.NameAttribute(*one) for one in attributes]))


# The leaf is CN=Leaf, O=Test.
LEAF = directory((NameOID.COMMON_NAME, "Leaf"), (ORGANISATION, "Test"))
POLICIES = x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("1.2.3.4"), None)])
EMAIL = x509.SubjectAlternativeName([x509.RFC822Name("desk@example.com")])
HOST = x509.SubjectAlternativeName([x509.DNSName("desk.example.com")])


def permitted(*names: x509.GeneralName) -> x509.NameConstraints:
    return x509.NameConstraints(list(names), None)


def excluded(*names: x509.GeneralName) -> x509.NameConstraints:
    return x509.NameConstraints(None, list(names))


ACCEPTED = {
    "a plain one": Issuer(),
    "critical policies": Issuer(critical=POLICIES),
    "critical policies of the leaf": Issuer(critical_in_leaf=POLICIES),
    "a critical alternative name": Issuer(critical=EMAIL),
    "a critical alternative name of the leaf": Issuer(critical_in_leaf=EMAIL),
    "its domain's addresses": Issuer(
        critical=permitted(x509.RFC822Name("example.com")), critical_in_leaf=EMAIL
    ),
    "one address": Issuer(
        critical=permitted(x509.RFC822Name("desk@example.com")), critical_in_leaf=EMAIL
    ),
    "addresses, of which the leaf has none": Issuer(
        critical=permitted(x509.RFC822Name("other.example"))
    ),
    "hosts of a domain": Issuer(
        critical=permitted(x509.DNSName("example.com")), critical_in_leaf=HOST
    ),
    "the leaf's name": Issuer(critical=permitted(LEAF)),
    "all but another name": Issuer(critical=excluded(directory((ORGANISATION, "Else")))),
}
BREAKING_NAME_CONSTRAINTS = {
    "another organisation's names": Issuer(critical=permitted(directory((ORGANISATION, "Else")))),
    "the leaf's name as another kind of string": Issuer(
        critical=permitted(
            x509.DirectoryName(
                x509.Name(
                    [x509.NameAttribute(NameOID.COMMON_NAME, "Leaf", NameType.PrintableString)]
                )
            )
        )
    ),
    "all but the leaf's name": Issuer(critical=excluded(LEAF)),
    "all but the leaf's name in other letters": Issuer(
        critical=excluded(directory((NameOID.COMMON_NAME, "LEAF")))
    ),
    "another domain's addresses": Issuer(
        critical=permitted(x509.RFC822Name("example.org")), critical_in_leaf=EMAIL
    ),
    "addresses of hosts below": Issuer(
        critical=permitted(x509.RFC822Name(".example.com")), critical_in_leaf=EMAIL
    ),
    "all but the leaf's address": Issuer(
        critical=excluded(x509.RFC822Name("example.com")), critical_in_leaf=EMAIL
    ),
    "another domain's hosts": Issuer(
        critical=permitted(x509.DNSName("example.org")), critical_in_leaf=HOST
    ),
    "hosts that end alike": Issuer(
        critical=permitted(x509.DNSName("k.example.com")), critical_in_leaf=HOST
    ),
}
REFUSED = {
    "no CA": (Issuer(is_ca=False), "must be a CA"),
    "no basic constraints": (Issuer(has_constraints=False), "must be a CA"),
    "no keyCertSign": (Issuer(usages=frozenset({"digital_signature"})), "keyCertSign"),
    "no authority key": (Issuer(has_authority_key=False), "authority key identifier"),
    "another curve": (Issuer(curve=ec.SECP256K1()), "a kind that verifiers take"),
    "SHA-224": (Issuer(signed_over=hashes.SHA224()), "must be signed with"),
    "critical policy constraints": (
        Issuer(critical=x509.PolicyConstraints(0, None)),
        r"policy constraints",
    ),
    "a critical alternative name of its issuer": (
        Issuer(critical=x509.IssuerAlternativeName([x509.DNSName("a.example")])),
        r"issuerAltName \(2\.5\.29\.18\)",
    ),
    **{
        case: (said, "which the name constraints of O=Test,CN=Issuer do not allow")
        for case, said in BREAKING_NAME_CONSTRAINTS.items()
    },
}


def openssl_verifies(
    certificates: tuple[x509.Certificate, ...], root: x509.Certificate, folder: Path
) -> bool:
    files = {"leaf": certificates[:1], "issuers": certificates[1:], "root": (root,)}
    for name, content in files.items():
        (folder / name).write_text(pem_of(content))
    command = ("openssl", "verify", "-CAfile", "root", "-untrusted", "issuers", "leaf")
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


@pytest.mark.parametrize("case", ACCEPTED)
def test_an_accepted_issuer_is_trusted_by_both_engines_and_openssl(
    case: str, photograph: bytes, tmp_path: Path
) -> None:
    workshop = Workshop()
    certificates, root = chain_under(ACCEPTED[case], workshop.signer.public_key)
    workshop.signer.certificate_chain = CertificateChain.from_pem(pem_of(certificates))
    store = workshop.sign(photograph)
    require_all_trust(photograph, "image/jpeg", store, pem_of((root,)))
    assert openssl_verifies(certificates, root, tmp_path)


@pytest.mark.parametrize("case", REFUSED)
def test_an_issuer_that_an_engine_or_openssl_does_not_follow_is_refused_with_the_reason(
    case: str, photograph: bytes, tmp_path: Path
) -> None:
    said, reason = REFUSED[case]
    workshop = Workshop()
    certificates, root = chain_under(said, workshop.signer.public_key)
    with pytest.raises(CredentialUnavailableError, match=reason):
        CertificateChain.from_pem(pem_of(certificates))
    # Signed under it all the same, so that the engines can say what they think.
    workshop.signer.certificate_chain = CertificateChain(certificates)
    store = workshop.sign(photograph)
    verdicts = [judge(photograph, "image/jpeg", store, pem_of((root,))) for judge in JUDGES]
    trusted = [verdict.trusted for verdict in verdicts]
    assert not all((*trusted, openssl_verifies(certificates, root, tmp_path))), verdicts
