"""The linter names the rule that a chain breaks, and passes nothing that c2pa-rs refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from cli.certificates.lint_rules import RULES
from cli.certificates.linter import lint
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.certificate_profile import CODES
from tests.authorities.certificates import key_usage
from tests.authorities.issuing_chains import pem_of
from tests.authorities.linted_chains import LEVEL, RECORD, USES, Chain, unknown
from tests.judges.engines import c2pa_rs
from tests.signers.software_signer import Workshop

Spoil = Callable[[Chain], Any]
DOCUMENTS = ObjectIdentifier("1.3.6.1.5.5.7.3.36")


def usage(draft: str, *names: str, critical: bool = True) -> Spoil:
    return lambda one: getattr(one, draft).extensions.update(
        usage=(key_usage(frozenset(names)), critical)
    )


def uses(draft: str, *purposes: ObjectIdentifier, critical: bool = False) -> Spoil:
    return lambda one: getattr(one, draft).extensions.update(
        uses=(x509.ExtendedKeyUsage(purposes), critical)
    )


def constraints(draft: str, ca: bool, length: int | None = None, critical: bool = True) -> Spoil:
    said = (x509.BasicConstraints(ca=ca, path_length=length), critical)
    return lambda one: getattr(one, draft).extensions.update(constraints=said)


def without(draft: str, name: str) -> Spoil:
    return lambda one: getattr(one, draft).extensions.pop(name)


def added(draft: str, extension: x509.ExtensionType, critical: bool) -> Spoil:
    return lambda one: getattr(one, draft).extensions.update(added=(extension, critical))


def unnamed(oid: ObjectIdentifier) -> Spoil:
    return lambda one: one.leaf.names.pop(oid)


def changed(draft: str, **fields: Any) -> Spoil:
    return lambda one: vars(getattr(one, draft)).update(fields)


def arranged(order: Callable[[list[x509.Certificate]], list[x509.Certificate]]) -> Spoil:
    return lambda one: setattr(one, "arranged", order)


def certifying(key: Any) -> Spoil:
    return changed("leaf", public_key=key.public_key())


def self_signed(chain: Chain) -> None:
    chain.leaf.names = dict(chain.issuer.names)
    chain.arranged = lambda certificates: certificates[:1]


LONG_AGO, SOON = timedelta(days=-400), timedelta(days=-1)
ELSE = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Else")]))
#: By the code, and what distinguishes cases of one code: what spoils a chain.
WRONG: dict[str, Spoil] = {
    "leaf-is-ca": constraints("leaf", ca=True),
    "digital-signature-missing": usage("leaf", "content_commitment"),
    "digital-signature-missing without usages": without("leaf", "usage"),
    "digital-signature-missing for agreement": usage("leaf", "key_agreement"),
    "leaf-signs-certificates": usage(
        "leaf", "digital_signature", "content_commitment", "key_cert_sign"
    ),
    "extended-key-usage-missing": without("leaf", "uses"),
    "extended-key-usage-missing of servers": uses("leaf", ExtendedKeyUsageOID.SERVER_AUTH),
    "extended-key-usage-missing of code": uses("leaf", ExtendedKeyUsageOID.CODE_SIGNING),
    "extended-key-usage-forbidden for anything": uses(
        "leaf", *USES, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
    ),
    "extended-key-usage-forbidden for time": uses("leaf", *USES, ExtendedKeyUsageOID.TIME_STAMPING),
    "extended-key-usage-forbidden for OCSP": uses("leaf", *USES, ExtendedKeyUsageOID.OCSP_SIGNING),
    "authority-key-missing": lambda one: setattr(one, "has_authority_key", False),
    "authority-key-missing of the issuer": without("issuer", "authority"),
    "organisation-missing": unnamed(NameOID.ORGANIZATION_NAME),
    "issuer-is-no-ca": constraints("issuer", ca=False),
    "issuer-is-no-ca without constraints": without("issuer", "constraints"),
    "issuer-signs-no-certificates": usage("issuer", "digital_signature", "crl_sign"),
    "issuer-key on another curve": lambda one: one.set_issuer_key(
        ec.generate_private_key(ec.SECP256K1())
    ),
    "issuer-key too short": lambda one: one.set_issuer_key(rsa.generate_private_key(65537, 1024)),
    "signature-algorithm over SHA-224": changed("leaf", hashed=hashes.SHA224()),
    "signature-algorithm over SHA3": changed("leaf", hashed=hashes.SHA3_256()),
    "signature-algorithm of the issuer": changed("issuer", hashed=hashes.SHA224()),
    "critical-extension of TLS": added(
        "leaf", x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=True
    ),
    "critical-extension unknown": added(
        "leaf", unknown(ObjectIdentifier("1.3.6.1.4.1.99999.1"), 1), critical=True
    ),
    "critical-extension of the issuer": added(
        "issuer", x509.PolicyConstraints(0, None), critical=True
    ),
    "name-constraints permitted": added(
        "issuer", x509.NameConstraints([ELSE], None), critical=True
    ),
    "name-constraints excluded": added(
        "issuer",
        x509.NameConstraints(
            None,
            [x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CH")]))],
        ),
        critical=True,
    ),
    "leaf-key on another curve": certifying(ec.generate_private_key(ec.SECP256K1())),
    "leaf-key too short": certifying(rsa.generate_private_key(65537, 1024)),
    "key-usage-not-critical": usage(
        "leaf", "digital_signature", "content_commitment", critical=False
    ),
    "self-signed": self_signed,
    "expired": changed("leaf", begins=LONG_AGO, ends=SOON),
    "expired issuer": changed("issuer", begins=LONG_AGO, ends=SOON),
    "not-yet-valid": changed("leaf", begins=timedelta(days=1)),
    "order": arranged(lambda certificates: certificates[::-1]),
    "not-anchored": arranged(lambda certificates: certificates[:1]),
    "duplicate": arranged(lambda certificates: [*certificates, certificates[1]]),
}
#: Nothing can be signed under these.
UNSIGNABLE = {"leaf-key on another curve", "leaf-key too short", "order"}
#: What c2pa-rs 0.91 takes all the same.
TAKEN = {
    "authority-key-missing of the issuer",
    "critical-extension of the issuer",
    "digital-signature-missing",
    "issuer-key too short",
    "key-usage-not-critical",
    "name-constraints excluded",
    "name-constraints permitted",
    "organisation-missing",
}
#: What engines take and only the programme forbids.
BELOW_LEVEL_2: dict[str, Spoil] = {
    "country-missing": unnamed(NameOID.COUNTRY_NAME),
    "common-name-missing": unnamed(NameOID.COMMON_NAME),
    "non-repudiation-missing": usage("leaf", "digital_signature"),
    "basic-constraints-missing": without("leaf", "constraints"),
    "basic-constraints-missing as critical": constraints("leaf", ca=False, critical=False),
    "claim-signing-missing": uses("leaf", ExtendedKeyUsageOID.EMAIL_PROTECTION),
    "extended-key-usage-critical": uses("leaf", *USES, critical=True),
    "subject-key-missing": without("leaf", "key"),
    "policy-missing": without("leaf", "policies"),
    "policy-missing of the issuer": without("issuer", "policies"),
    "ocsp-address-missing": without("leaf", "access"),
    "assurance-level": without("leaf", "level"),
    "assurance-level 1": lambda one: one.leaf.extensions.update(
        level=(unknown(LEVEL, ObjectIdentifier("1.3.6.1.4.1.62558.3.10")), False)
    ),
    "cpl-record": without("leaf", "record"),
    "cpl-record that is no UUID": lambda one: one.leaf.extensions.update(
        record=(unknown(RECORD, "a camera"), False)
    ),
    "validity-too-long": changed("leaf", ends=timedelta(days=91)),
    "issuer-key-weak": lambda one: one.set_issuer_key(ec.generate_private_key(ec.SECP256R1())),
    "issuer-path-length": constraints("issuer", ca=True),
    "issuer-lists-missing": usage("issuer", "key_cert_sign"),
    "issuer-usage-missing": without("issuer", "uses"),
    "issuer-revocation-missing": without("issuer", "access"),
    "issuer-validity-too-long": changed("issuer", ends=timedelta(days=1900)),
}


def state(workshop: Workshop, certificates: list[x509.Certificate], root: Any, photo: bytes) -> str:
    """Sign under the chain, although our own check would refuse it, and have c2pa-rs judge."""
    workshop.signer.certificate_chain = CertificateChain(tuple(certificates))
    return c2pa_rs(photo, "image/jpeg", workshop.sign(photo), pem_of((root,))).state


def found(chain: Chain, level: int | None = None) -> tuple[list[x509.Certificate], Any, list[str]]:
    certificates, root = chain.certificates()
    findings = lint(certificates, level=level, anchors=[root])
    return certificates, root, [one.code for one in findings if one.severity == "error"]


def test_a_conforming_chain_has_no_fault_and_is_trusted(photograph: bytes) -> None:
    workshop = Workshop()
    certificates, root, codes = found(Chain(workshop.signer.public_key), level=2)
    assert codes == []
    assert state(workshop, certificates, root, photograph) == "Trusted"


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_chain_gets_the_code_of_its_rule(case: str, photograph: bytes) -> None:
    workshop = Workshop()
    chain = Chain(workshop.signer.public_key)
    WRONG[case](chain)
    certificates, root, codes = found(chain)
    code = case.split(maxsplit=1)[0]
    assert code in codes
    if case not in UNSIGNABLE:
        said = state(workshop, certificates, root, photograph)
        assert (said == "Trusted") == (case in TAKEN), said


@pytest.mark.parametrize("case", BELOW_LEVEL_2)
def test_what_only_the_programme_forbids_is_a_fault_at_its_level_alone(
    case: str, photograph: bytes
) -> None:
    workshop = Workshop()
    chain = Chain(workshop.signer.public_key)
    BELOW_LEVEL_2[case](chain)
    certificates, root, codes = found(chain, level=2)
    assert codes == [case.split(maxsplit=1)[0]]
    plain = [one for one in lint(certificates, anchors=[root]) if one.severity == "error"]
    assert plain == []
    assert state(workshop, certificates, root, photograph) == "Trusted"


def test_every_rule_that_the_signer_enforces_has_a_remedy() -> None:
    assert RULES.keys() > CODES
