"""Reads certificates from a file, or says what else the file holds."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from cli.certificates.chain_check import ChainError, parse_certificates, require_readable_keys
from cli.terminal import EXIT_USAGE, fail, require_file
from edge_signer.signing.credentials.certificate import UNREADABLE

# No chain is larger, even with text around its certificates.
_MAX_FILE_BYTES = 256 * 1024
_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,40})-----")
_CERTIFICATE_LABELS = {b"CERTIFICATE", b"X509 CERTIFICATE"}
_PKCS7_LABELS = {b"PKCS7", b"PKCS #7 SIGNED DATA", b"CMS"}
_REQUEST_LABELS = {b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST"}
_SEQUENCE = 0x30
# PFX begins with version 3 and the content type pkcs7-data (RFC 7292 section 4).
_PKCS12 = re.compile(
    rb"\x30(?:[\x00-\x7f]|\x80|\x81.|\x82..|\x83...)\x02\x01\x03\x30"
    rb"(?:[\x00-\x7f]|\x80|\x81.|\x82..|\x83...)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07",
    re.DOTALL,
)
_JAVA_KEY_STORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")

_PRIVATE_KEY = (
    "this file holds a private key: nothing else in it was read, and nothing was sent. "
    "The signing key stays in KMS; give certificates only"
)
_REQUEST = (
    "this is a certification request (PKCS #10), not a certificate: send it to the authority, and "
    "install what comes back"
)


@dataclass(frozen=True)
class CertificateFile:
    """What a file holds.

    Attributes:
        certificates: In the file's order.
        is_ordered: Whether their order is meaningful; PKCS #7 holds a set.
    """

    certificates: list[x509.Certificate]
    is_ordered: bool


def read_certificate_file(file: Path) -> CertificateFile:
    """Read the certificates of a file: PEM, one certificate in DER, or PKCS #7 in PEM or DER.

    Text around PEM is ignored.

    Args:
        file: A plain file.

    Raises:
        ChainError: It is too large, or holds a private key, something else, or nothing readable.
        OSError: It cannot be read.
    """
    if file.stat().st_size > _MAX_FILE_BYTES:
        raise ChainError(f"has more than {_MAX_FILE_BYTES} bytes")
    content = file.read_bytes()
    if b"PRIVATE KEY" in content:
        raise ChainError(_PRIVATE_KEY)
    labels = _LABEL.findall(content)
    found = _from_pem(content, labels) if labels else _from_binary(content)
    require_readable_keys(found.certificates)
    return found


def _from_pem(content: bytes, labels: list[bytes]) -> CertificateFile:
    if _CERTIFICATE_LABELS & {*labels}:
        return CertificateFile(parse_certificates(content), is_ordered=True)
    if _PKCS7_LABELS & {*labels}:
        # openssl labels it CMS, others PKCS7; the content is the same.
        for label in _PKCS7_LABELS:
            content = content.replace(b" %b-----" % label, b" PKCS7-----")
        try:
            return _from_pkcs7(pkcs7.load_pem_pkcs7_certificates, content)
        except UNREADABLE as broken:
            raise ChainError("its PKCS #7 cannot be read, or has no certificates") from broken
    if _REQUEST_LABELS & {*labels}:
        raise ChainError(_REQUEST)
    raise ChainError(f"it holds no certificate, but: {labels[0].decode()}")


def _from_binary(content: bytes) -> CertificateFile:
    if _PKCS12.match(content):
        raise ChainError(
            "this is a PKCS #12 file (.p12, .pfx), which usually holds a private key, so it was "
            "not opened. The signing key is in KMS; give its certificates in PEM, DER or PKCS #7"
        )
    if content.startswith(_JAVA_KEY_STORES):
        raise ChainError("this is a Java key store: export its certificates in PEM")
    if content[:1] != bytes([_SEQUENCE]):
        raise ChainError("it holds no certificate in PEM, DER or PKCS #7")
    if _is_private_key(content):
        raise ChainError(_PRIVATE_KEY)
    with suppress(*UNREADABLE):
        return CertificateFile([x509.load_der_x509_certificate(content)], is_ordered=True)
    with suppress(*UNREADABLE):
        return _from_pkcs7(pkcs7.load_der_pkcs7_certificates, content)
    try:
        x509.load_der_x509_csr(content)
    except UNREADABLE as broken:
        raise ChainError("it holds no certificate that can be read, nor PKCS #7") from broken
    raise ChainError(_REQUEST)


def _from_pkcs7(load: Callable[[bytes], list[x509.Certificate]], content: bytes) -> CertificateFile:
    with warnings.catch_warnings():
        # cryptography warns that the SET is not in DER order, which is not required.
        warnings.simplefilter("ignore", UserWarning)
        return CertificateFile(load(content), is_ordered=False)


def _is_private_key(der: bytes) -> bool:
    try:
        serialization.load_der_private_key(der, None)
    except TypeError:
        return True  # It is encrypted.
    except UNREADABLE:
        return False
    return True


def read_or_exit(file: Path) -> CertificateFile:
    """Read the certificates of a file that the user named.

    Raises:
        typer.Exit: There is no such file, or it cannot be read (2); or it holds none (1).
    """
    require_file(file)
    try:
        return read_certificate_file(file)
    except ChainError as refused:
        fail(f"{file}: {refused}")
    except OSError as unreadable:
        fail(f"{file}: {unreadable.strerror}", EXIT_USAGE)
