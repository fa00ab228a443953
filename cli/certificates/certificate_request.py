"""A certification request (PKCS #10): what it asks for, and where it is written.

What is asked for follows the C2PA Certificate Policy 0.2, "The Use of Meaningful Names" and the
profile "Claim Signing Leaf", and the list of conforming products, whose entries have C, O, OU, CN.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID, ObjectIdentifier

from cli.certificates.certified_key import CertifiedKey
from cli.certificates.pkcs10 import RequestError, signed_by_kms
from cli.deployment import aws_failures_reported
from cli.terminal import EXIT_USAGE, fail, out, show_json
from edge_signer.signing.credentials.algorithm import ALGORITHMS
from emulator.credentials.leaf_profile import Extension, claim_signing_extensions
from emulator.files import write_atomically

ASSURANCE_LEVEL = ObjectIdentifier("1.3.6.1.4.1.62558.3")
ASSURANCE_LEVELS = {
    1: ObjectIdentifier("1.3.6.1.4.1.62558.3.10"),
    2: ObjectIdentifier("1.3.6.1.4.1.62558.3.20"),
}
CPL_RECORD = ObjectIdentifier("1.3.6.1.4.1.62558.4")
#: The longest organisation, unit or name of a subject (X.520, upper bounds).
_LONGEST = 64


class SubjectError(Exception):
    """The policy does not allow a part of the subject, or the listed product is not valid."""


@dataclass(frozen=True)
class ListedProduct:
    """An entry of the programme's list of conforming products.

    Attributes:
        record_id: Its UUID there.
        assurance_level: 1 or 2.
    """

    record_id: uuid.UUID
    assurance_level: int


def subject(country: str, organization: str, product: str, unit: str | None = None) -> x509.Name:
    """Name a product.

    Args:
        country: Two letters (ISO 3166-1).
        organization: The manufacturer; O.
        product: Its name; CN.
        unit: OU, if the list of conforming products has one.

    Raises:
        SubjectError: A part is empty, too long or not plain ASCII.
    """
    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise SubjectError("country takes two capital letters, such as CH")
    for name, value in (("organization", organization), ("unit", unit), ("product", product)):
        if value is None:
            continue
        if not value.strip() or len(value) > _LONGEST:
            raise SubjectError(f"{name} takes 1 to {_LONGEST} characters")
        if not (value.isascii() and value.isprintable()):
            raise SubjectError(f"{name} must be plain ASCII (C2PA Certificate Policy)")
    parts = (
        (NameOID.COUNTRY_NAME, country),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, product),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value is not None])


def listed_product(record_id: str | None, assurance_level: int | None) -> ListedProduct | None:
    """Return the entry of the list of conforming products; None if neither option is given.

    Args:
        record_id: Its UUID on the list.
        assurance_level: 1 or 2.

    Raises:
        SubjectError: One is given without the other, or is not valid.
    """
    if record_id is None and assurance_level is None:
        return None
    if record_id is None or assurance_level is None:
        raise SubjectError("--cpl-record and --assurance-level go together")
    if assurance_level not in ASSURANCE_LEVELS:
        raise SubjectError("--assurance-level takes 1 or 2")
    try:
        return ListedProduct(uuid.UUID(record_id), assurance_level)
    except ValueError:
        raise SubjectError("--cpl-record takes a UUID") from None


def requested_extensions(product: ListedProduct | None) -> list[Extension]:
    """Return the extensions to ask for.

    Args:
        product: The entry of the list; None for an authority outside the programme.
    """
    extensions = claim_signing_extensions(names_policy=product is not None)
    if product is not None:
        level = asn1.encode_der(ASSURANCE_LEVELS[product.assurance_level])
        record = asn1.encode_der(str(product.record_id))
        extensions += [
            (x509.UnrecognizedExtension(ASSURANCE_LEVEL, level), False),
            (x509.UnrecognizedExtension(CPL_RECORD, record), False),
        ]
    return extensions


def write_request(
    key: CertifiedKey,
    subject: x509.Name,
    extensions: list[Extension],
    algorithm: str | None,
    file: Path | None,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Sign a request with KMS and write it in PEM.

    Args:
        key: The key to certify.
        subject: The subject of the certificate.
        extensions: The extensions to ask for, each with whether it is critical.
        algorithm: Signs the request; None for the first that the key supports.
        file: Where to write it; None for standard output.
        force: Whether to replace an existing file.
        as_json: Whether to print an object that holds the request.

    Raises:
        typer.Exit: The file exists or cannot be written (2), or the key cannot sign the request or
            AWS refuses (1).
    """
    if algorithm is not None and algorithm not in ALGORITHMS:
        fail(f"--algorithm takes one of {', '.join(ALGORITHMS)}", EXIT_USAGE)
    if file is not None and file.exists() and not (force and file.is_file()):
        fail(f"{file} exists; --force replaces a file", EXIT_USAGE)
    with aws_failures_reported():
        try:
            request = signed_by_kms(key.kms(), key.alias, subject, extensions, algorithm)
        except RequestError as broken:
            fail(str(broken))
    pem = request.public_bytes(serialization.Encoding.PEM).decode()
    if file is not None:
        try:
            write_atomically(file, pem, mode=0o644)
        except OSError as unwritable:
            fail(f"{file}: {unwritable.strerror}", EXIT_USAGE)
    named = request.subject.rfc4514_string()
    if as_json:
        written = None if file is None else str(file)
        show_json({"key": key.alias, "subject": named, "file": written, "request": pem})
    elif file is None:
        out.print(pem, markup=False, end="")
    else:
        out.print(f"{file} asks for a certificate of {key.alias} for {named}", markup=False)
