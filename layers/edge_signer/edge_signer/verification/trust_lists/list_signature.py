"""Signed lists: a JWS in compact form (RFC 7515), which JAdES is too (ETSI TS 119 182-1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key
from pydantic import Field

from edge_signer.signing.credentials.algorithm import ALGORITHMS, Algorithm, SignatureMismatchError
from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.verification.trust_lists.content import (
    TrustListError,
    is_usable,
    name_of,
    read_base64url,
)
from edge_signer.verification.trust_lists.json_text import Items, ListPart, read_form, read_json

#: What a report says of the signatures of lists.
NOT_SIGNED = "not signed"
NOT_VERIFIED = "signed; the signature was not verified"
# A header is an object, so its base64url begins with an `e`.
_COMPACT = re.compile(rb"\s*(e[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)\s*")
# JAdES has these among its critical parameters. They do not change what is signed.
_UNDERSTOOD = {"sigT", "iat"}


class _Header(ListPart):
    alg: str
    critical: Items[str] = Field(default=[], alias="crit")


@dataclass(frozen=True)
class ListSigner:
    """Who is expected to have signed a list.

    Attributes:
        public_key: The key.
        certificate: Its certificate; None if only the key is known.
    """

    public_key: CertificatePublicKeyTypes
    certificate: x509.Certificate | None = None

    @classmethod
    def from_file(cls, content: bytes) -> ListSigner:
        """Read a certificate or a public key (SubjectPublicKeyInfo), in PEM or DER.

        Raises:
            TrustListError: It is neither.
        """
        if b"PRIVATE KEY" in content:
            raise TrustListError("it holds a private key; give the certificate or the public key")
        certificates = (x509.load_pem_x509_certificate, x509.load_der_x509_certificate)
        for load in certificates:
            certificate = _try(load, content)
            if certificate is not None and is_usable(certificate):
                return cls(certificate.public_key(), certificate)
        for load_key in (load_pem_public_key, load_der_public_key):
            public_key = _try(load_key, content)
            if public_key is not None:
                return cls(public_key)
        raise TrustListError("it holds neither a certificate nor a public key")

    def verify(self, signed: SignedList) -> None:
        """Require that this signer signed a list.

        Raises:
            TrustListError: Somebody else signed it, or it was changed.
        """
        try:
            signed.algorithm.verify(self.public_key, signed.signed_bytes, signed.signature)
        except SignatureMismatchError:
            raise TrustListError(
                "its signature does not verify with the signer's key: it was changed, or somebody "
                "else signed it"
            ) from None

    def require_valid_at(self, issued: datetime | None) -> None:
        """Require that the certificate was valid when the list was published.

        Raises:
            TrustListError: It was not.
        """
        valid = self.certificate
        if valid is None or issued is None:
            return
        if not valid.not_valid_before_utc <= issued <= valid.not_valid_after_utc:
            raise TrustListError(
                "its signer's certificate was not valid when the list was published, on "
                f"{issued:%Y-%m-%d}"
            )

    @property
    def verified(self) -> str:
        """What a report says of a list that this signer signed."""
        if self.certificate is None:
            return "signed by the given key"
        return f"signed by {name_of(self.certificate) or 'the given certificate'}"


@dataclass(frozen=True)
class SignedList:
    """A JWS.

    Attributes:
        payload: The list.
        algorithm: Of the signature.
        signed_bytes: What is signed.
        signature: In the form of JWS, which is that of COSE.
    """

    payload: bytes
    algorithm: Algorithm
    signed_bytes: bytes
    signature: bytes


def is_compact_jws(content: bytes) -> bool:
    """Tell whether a file looks like a JWS in compact form."""
    return _COMPACT.fullmatch(content) is not None


def read_signed_list(content: bytes) -> SignedList:
    """Read a JWS in compact form; its signature is not verified here.

    Raises:
        TrustListError: A part cannot be read, the payload is elsewhere, or the algorithm or a
            critical header parameter is not supported.
    """
    form = _COMPACT.fullmatch(content)
    if form is None:
        raise TrustListError("it is not a JWS in compact form")
    parts: dict[str, bytes] = {}
    for name, text in zip(("header", "payload", "signature"), form.groups(), strict=True):
        try:
            parts[name] = read_base64url(text.decode())
        except ValueError:
            raise TrustListError(f"the JWS's {name} is not base64url") from None
    if not parts["payload"]:
        raise TrustListError("the JWS has no payload; a detached signature is not supported")
    header = read_form(_Header, read_json(parts["header"]))
    for parameter in header.critical:
        if parameter not in _UNDERSTOOD:
            raise TrustListError(f"the JWS's critical parameter {parameter[:60]} is not supported")
    algorithm = next((one for one in ALGORITHMS.values() if one.name == header.alg), None)
    if algorithm is None:
        known = ", ".join(ALGORITHMS)
        raise TrustListError(f"the JWS's alg, {header.alg[:60]}, is none of {known}")
    return SignedList(
        parts["payload"], algorithm, b"%b.%b" % (form[1], form[2]), parts["signature"]
    )


def _try(load: Callable[[bytes], Any], content: bytes) -> Any:
    try:
        return load(content)
    except UNREADABLE:
        return None
