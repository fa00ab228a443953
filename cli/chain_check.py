"""Whether a file is the chain of a key: what is refused here would stop the signer there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.algorithm import ALGORITHMS
from edge_signer.signing.certificate import UNREADABLE, CertificateChain

#: What an advanced parameter of SSM holds; a standard one holds 4,096 bytes.
MAX_CHAIN_BYTES = 8192

# More is no chain, whatever is written around its certificates.
_MAX_FILE_BYTES = 256 * 1024
_PRIVATE = b"PRIVATE KEY"


class ChainError(Exception):
    """Certificates are not the chain of that key; the message says why."""


def read_certificates(file: Path) -> list[x509.Certificate]:
    """Read the certificates of a PEM file; text around them is passed over.

    Args:
        file: A plain file.

    Raises:
        ChainError: It is too long, holds a private key or no certificate, or a broken one.
        OSError: It cannot be read.
    """
    if file.stat().st_size > _MAX_FILE_BYTES:
        raise ChainError(f"has more than {_MAX_FILE_BYTES} bytes")
    content = file.read_bytes()
    if _PRIVATE in content:
        raise ChainError(
            "this file holds a private key: nothing else of it was read, and nothing was sent. "
            "The signing key is in KMS; only certificates go in"
        )
    return _certificates(content)


def checked_chain(
    certificates: Sequence[x509.Certificate], public_key_der: bytes
) -> CertificateChain:
    """Check a chain as the signer does, and say what is wrong with it.

    Args:
        certificates: Leaf first.
        public_key_der: The SubjectPublicKeyInfo of the key in KMS.

    Raises:
        ChainError: It certifies another key, its order is wrong, its root is there, verifiers
            would not accept a certificate, one is not valid now, or SSM does not hold it.
    """
    owner = [_spki(one) == public_key_der for one in certificates]
    if not any(owner):
        raise ChainError("it certifies another key")
    if not owner[0]:
        raise ChainError(
            f"the key's certificate is number {owner.index(True) + 1}; it must be the first, "
            "then the one that issued it"
        )
    pem = as_pem(certificates)
    if len(pem) > MAX_CHAIN_BYTES:
        raise ChainError(f"its certificates have {len(pem)} bytes; SSM holds {MAX_CHAIN_BYTES}")
    try:
        chain = CertificateChain.from_pem(pem)
        chain.require_valid()
    except EdgeSignerError as refused:
        raise ChainError(str(refused).rstrip(".")) from refused
    if not algorithms_of(chain):
        raise ChainError("its key is of a kind that signs no claims")
    return chain


def require_anchored(chain: CertificateChain, anchors: Sequence[x509.Certificate] | None) -> None:
    """Check that a chain is whole, as far as that can be told.

    Args:
        chain: Of which the root is left out.
        anchors: Roots that its last certificate may be issued by; None where none are known.

    Raises:
        ChainError: None of the roots issued it; or there are none, and the chain is the leaf alone.
    """
    last = chain.certificates[-1]
    if anchors is None:
        if len(chain.certificates) == 1:
            raise ChainError(
                f"the certificate of its issuer is missing: {last.issuer.rfc4514_string()}. Add "
                "it; or, if it is a root, name it with --anchors"
            )
        return
    if not any(_issued(last, anchor) for anchor in anchors):
        raise ChainError(
            "it leads to none of the anchors: there is no certificate of "
            f"{last.issuer.rfc4514_string()}"
        )


def algorithms_of(chain: CertificateChain) -> list[str]:
    """Name the algorithms that a chain's key signs claims with."""
    public_key = chain.leaf.public_key()
    return [one.name for one in ALGORITHMS.values() if one.fits(public_key)]


def as_pem(certificates: Sequence[x509.Certificate]) -> str:
    """Write certificates in PEM, one after the other."""
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)


def parse_certificates(text: str) -> list[x509.Certificate]:
    """Read certificates in PEM.

    Raises:
        ChainError: There is none, or a broken one.
    """
    return _certificates(text.encode())


def _certificates(content: bytes) -> list[x509.Certificate]:
    try:
        certificates = x509.load_pem_x509_certificates(content)
        for one in certificates:
            _spki(one)
    except UNREADABLE as broken:
        raise ChainError("it holds no certificate in PEM, or a broken one") from broken
    return certificates


def _spki(certificate: x509.Certificate) -> bytes:
    public_key: Any = certificate.public_key()
    return bytes(
        public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def _issued(certificate: x509.Certificate, anchor: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(anchor)
    except UNREADABLE:
        return False
    return True
