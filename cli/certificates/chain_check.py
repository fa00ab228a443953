"""Checks whether certificates are the chain of a key, so that no chain stops the signer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.credentials.algorithm import ALGORITHMS
from edge_signer.signing.credentials.certificate import UNREADABLE, CertificateChain

#: The limit of an advanced parameter of SSM; a standard one holds 4,096 bytes.
MAX_CHAIN_BYTES = 8192


class ChainError(Exception):
    """Certificates are not the chain of that key; the message says why."""


@dataclass(frozen=True)
class ArrangedCertificates:
    """A chain, and the certificates that came with it.

    Attributes:
        chain: As the signer needs it: leaf first, without the root.
        left_out: The root, and certificates outside the chain.
    """

    chain: list[x509.Certificate]
    left_out: list[x509.Certificate]


def arranged(
    certificates: Sequence[x509.Certificate], public_key_der: bytes, *, is_ordered: bool
) -> ArrangedCertificates:
    """Leave out the root, and order a set from leaf to issuer.

    Args:
        certificates: Of a file.
        public_key_der: The SubjectPublicKeyInfo of the key in KMS.
        is_ordered: Whether their order is meaningful; if so it is kept, right or wrong.
    """
    if is_ordered:
        chain = list(certificates)
        root = [chain.pop()] if len(chain) > 1 and _is_self_issued(chain[-1]) else []
        return ArrangedCertificates(chain, root)
    left = list(certificates)
    leaf = next((one for one in left if public_key_of(one) == public_key_der), None)
    if leaf is None:
        return ArrangedCertificates(left, [])
    chain = [leaf]
    left = [one for one in left if one != leaf]
    while issuer := next((one for one in left if _issued(chain[-1], one)), None):
        if _is_self_issued(issuer):
            break
        chain.append(issuer)
        left = [one for one in left if one != issuer]
    return ArrangedCertificates(chain, left)


def checked_chain(
    certificates: Sequence[x509.Certificate], public_key_der: bytes
) -> CertificateChain:
    """Check a chain as the signer does.

    Args:
        certificates: Leaf first.
        public_key_der: The SubjectPublicKeyInfo of the key in KMS.

    Raises:
        ChainError: It certifies another key, its order is wrong, it includes the root, verifiers
            would reject a certificate, one is not valid now, or it is too long for SSM.
    """
    owner = [public_key_of(one) == public_key_der for one in certificates]
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
        raise ChainError("its key is of a kind that cannot sign claims")
    return chain


def require_anchored(
    chain: CertificateChain,
    anchors: Sequence[x509.Certificate] | None,
    left_out: Sequence[x509.Certificate] = (),
) -> None:
    """Check that a chain is complete, as far as its anchors are known.

    Args:
        chain: Without its root.
        anchors: Roots that may have issued its last certificate; None if none are known.
        left_out: Certificates that came with the chain; they show that it is complete, but are
            not anchors.

    Raises:
        ChainError: None of the roots issued it; or there are none, and the chain is the leaf alone.
    """
    last = chain.certificates[-1]
    if anchors is None:
        if len(chain.certificates) == 1 and not any(_issued(last, one) for one in left_out):
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
    """Return the names of the algorithms with which a chain's key can sign claims."""
    public_key = chain.leaf.public_key()
    return [one.name for one in ALGORITHMS.values() if one.fits(public_key)]


def as_pem(certificates: Sequence[x509.Certificate]) -> str:
    """Encode certificates in PEM, one after the other."""
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)


def parse_certificates(pem: bytes) -> list[x509.Certificate]:
    """Read certificates in PEM; anything around them is ignored.

    Raises:
        ChainError: There is none, or one is broken.
    """
    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except UNREADABLE as broken:
        raise ChainError("it holds no certificate in PEM, or a broken one") from broken
    require_readable_keys(certificates)
    return certificates


def require_readable_keys(certificates: Sequence[x509.Certificate]) -> None:
    """Refuse certificates whose public keys cannot be read.

    Raises:
        ChainError: A public key cannot be read.
    """
    try:
        for one in certificates:
            public_key_of(one)
    except UNREADABLE as broken:
        raise ChainError("a certificate's public key cannot be read") from broken


def _is_self_issued(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def public_key_of(certificate: x509.Certificate) -> bytes:
    """Return the SubjectPublicKeyInfo of a certificate, in DER."""
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
