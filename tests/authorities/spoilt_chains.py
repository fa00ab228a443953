"""Chains that are wrong in one point, by the code of the rule that they break."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID, ObjectIdentifier

from edge_signer.signing.credentials.time_stamp_response import children, encoded, only_element
from tests.authorities.certificates import key_usage
from tests.authorities.linted_chains import LEVEL, RECORD, USES, Chain, Edit, unknown
from tests.authorities.time_stamp_forge import der

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


def edited(draft: str, change: Edit) -> Spoil:
    return lambda one: one.edits.update({draft: change})


def with_field(tag: int) -> Edit:
    """Put a unique identifier after the public key, where it belongs."""
    return lambda fields: [*fields[:7], der(tag, b"\0\1"), *fields[7:]]


def numbered(number: bytes) -> Edit:
    return lambda fields: [fields[0], der(0x02, number), *fields[2:]]


def compressed(fields: list[bytes]) -> list[bytes]:
    key: Any = serialization.load_der_public_key(fields[6])
    point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    sequence = only_element(fields[6])
    algorithm = encoded(fields[6], children(fields[6], sequence)[0])
    return [*fields[:6], der(0x30, algorithm + der(0x03, b"\0" + point)), *fields[7:]]


def self_signed(chain: Chain) -> None:
    chain.leaf.names = dict(chain.issuer.names)
    chain.arranged = lambda certificates: certificates[:1]


def of_another_key(chain: Chain) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key)
    chain.has_authority_key = False
    chain.leaf.extensions["authority"] = (identifier, False)


def policy_that_the_issuer_demands(chain: Chain) -> None:
    chain.issuer.extensions["added"] = (x509.PolicyConstraints(0, None), False)
    del chain.leaf.extensions["policies"]


def p521(chain: Chain) -> None:
    chain.set_issuer_key(ec.generate_private_key(ec.SECP521R1()))
    chain.leaf.hashed = hashes.SHA256()


def p521_root(chain: Chain) -> None:
    chain.set_root_key(ec.generate_private_key(ec.SECP521R1()))
    chain.issuer.hashed = hashes.SHA256()


def too_many(certificates: list[x509.Certificate]) -> list[x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return [*certificates, *(one for _ in range(4) for one in Chain(key).certificates()[0])]


LONG_AGO, SOON = timedelta(days=-400), timedelta(days=-1)
ELSE = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Else")]))
#: By the code, and what distinguishes cases of one code: what spoils a chain.
WRONG: dict[str, Spoil] = {
    "version": edited("leaf", lambda fields: fields[1:7]),
    "version of the issuer": edited("issuer", lambda fields: fields[1:]),
    "unique-identifier of the issuer": edited("leaf", with_field(0x81)),
    "unique-identifier of the subject": edited("leaf", with_field(0x82)),
    "unique-identifier of the issuer's issuer": edited("issuer", with_field(0x81)),
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
    "issuer-subject-key-missing": without("issuer", "key"),
    "policy-constraints": policy_that_the_issuer_demands,
    "path-length": lambda one: one.add_upper(path_length=0),
    "signature-digest": p521,
    "signature-digest of the issuer": p521_root,
    "key-form": edited("leaf", compressed),
    "unreadable": added(
        "leaf",
        x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\xff"),
        critical=False,
    ),
    "serial-number of zero": edited("leaf", numbered(b"\0")),
    "serial-number below zero": edited("issuer", numbered(b"\x80")),
    "serial-number of 21 octets": edited("leaf", numbered(b"\x7f" * 21)),
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
    "self-issued": self_signed,
    "self-issued under an issuer": lambda one: changed("leaf", names=dict(one.issuer.names))(one),
    "expired": changed("leaf", begins=LONG_AGO, ends=SOON),
    "expired issuer": changed("issuer", begins=LONG_AGO, ends=SOON),
    "not-yet-valid": changed("leaf", begins=timedelta(days=1)),
    "order": arranged(lambda certificates: certificates[::-1]),
    "not-anchored": arranged(lambda certificates: certificates[:1]),
    "root-unusable because it expired": changed("root", begins=LONG_AGO, ends=SOON),
    "root-unusable because of its path": constraints("root", ca=True, length=0),
    "root-unusable because of its names": added(
        "root", x509.NameConstraints([ELSE], None), critical=True
    ),
    "duplicate": arranged(lambda certificates: [*certificates, certificates[1]]),
    "chain-too-long": arranged(too_many),
}
#: What engines take and only the programme forbids.
BELOW_LEVEL_2: dict[str, Spoil] = {
    "key-usage-not-critical": usage(
        "leaf", "digital_signature", "content_commitment", critical=False
    ),
    "authority-key-mismatch": of_another_key,
    "policies-critical": lambda one: one.leaf.extensions.update(
        policies=(one.leaf.extensions["policies"][0], True)
    ),
    "issuer-name-incomplete": lambda one: one.issuer.names.pop(NameOID.COUNTRY_NAME),
    "country-missing": unnamed(NameOID.COUNTRY_NAME),
    "common-name-missing": unnamed(NameOID.COMMON_NAME),
    "non-repudiation-missing": usage("leaf", "digital_signature"),
    "basic-constraints-missing": without("leaf", "constraints"),
    "basic-constraints-missing as critical": constraints("leaf", ca=False, critical=False),
    "companion-usage-missing": uses("leaf", USES[0]),
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


#: What engines take, and what may become a fault.
WARNED: dict[str, Spoil] = {
    "ends-soon": changed("leaf", ends=timedelta(days=29)),
    "outlives-issuer": changed("issuer", ends=timedelta(days=45)),
    "email-protection-missing": uses("leaf", USES[0], DOCUMENTS),
}
