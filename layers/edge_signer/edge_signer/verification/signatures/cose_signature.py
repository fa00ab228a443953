"""Reads a COSE_Sign1 (RFC 9052 §4.2) as C2PA uses it (C2PA 2.2 §13.2.3, §14.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_signer.signing.credentials.algorithm import COSE_IDENTIFIERS, AlgorithmName
from edge_signer.signing.manifest.cbor_reader import COSE_SIGN1_TAG, sig_structure
from edge_signer.verification.cbor_values import ItemBudget, Value, read_cbor

_ALGORITHM, _CRITICAL, _X5CHAIN = 1, 2, 33
_X5CHAIN_NAMES = (_X5CHAIN, "x5chain")
_ALGORITHM_NAMES: Mapping[int, AlgorithmName] = {
    identifier: name for name, identifier in COSE_IDENTIFIERS.items()
}
#: Real chains have two or three certificates.
MAX_CERTIFICATES = 10
# Of the protected header, which has a dozen.
_MAX_HEADER_ITEMS = 1_000


class CoseError(ValueError):
    """The bytes are no COSE_Sign1 that C2PA allows; the text says why, in a sentence."""


@dataclass(frozen=True)
class CoseSignature:
    """A COSE_Sign1.

    Attributes:
        protected: The protected header, encoded.
        unprotected: The unprotected header.
        signature: The signature, in COSE form.
        algorithm: Name of the algorithm; None if C2PA does not allow it.
        x5chain: Certificates in DER, the signer's first.
    """

    protected: bytes
    unprotected: Mapping[Any, Any]
    signature: bytes
    algorithm: AlgorithmName | None
    x5chain: tuple[bytes, ...]

    def signed_bytes(self, context: str, payload: bytes) -> bytes:
        """Return the `sig_structure` of a payload under this header."""
        return sig_structure(context, self.protected, payload)


def read_cose_signature(read: Value, claim: bytes) -> CoseSignature:
    """Read a claim's signature.

    Args:
        read: The content of the signature's box.
        claim: The signed claim; a payload in the signature must be the same.

    Raises:
        CoseError: It is not one that C2PA allows.
    """
    if read.is_too_large:
        raise CoseError("The signature was not read: the store has too many values.")
    if read.tag != COSE_SIGN1_TAG or not read.is_well_formed:
        raise CoseError("The signature is no tagged COSE_Sign1.")
    match read.value:
        case [bytes(protected), dict(unprotected), payload, bytes(signature)]:
            pass
        case _:
            raise CoseError("The signature does not have the four parts of a COSE_Sign1.")
    # A payload of its own would be what the signature covers, and not the claim.
    if payload is not None and payload != claim:
        raise CoseError("The signature has a payload, which is not the claim.")
    header = _header(protected)
    algorithm = header.get(_ALGORITHM)
    name = _ALGORITHM_NAMES.get(algorithm) if isinstance(algorithm, int) else None
    return CoseSignature(protected, unprotected, signature, name, _x5chain(header, unprotected))


def _header(protected: bytes) -> Mapping[Any, Any]:
    read = read_cbor(protected, ItemBudget(_MAX_HEADER_ITEMS))
    if not read.is_well_formed or not isinstance(read.value, dict) or read.repeated_keys:
        raise CoseError("The protected header of the signature cannot be read.")
    if _CRITICAL in read.value:
        raise CoseError("The signature has a critical header, which C2PA does not know.")
    return read.value


def _x5chain(protected: Mapping[Any, Any], unprotected: Mapping[Any, Any]) -> tuple[bytes, ...]:
    """Return the certificates; early versions of the standard had them unprotected (§14.5)."""
    found = [(bucket, name) for bucket in (protected, unprotected) for name in _X5CHAIN_NAMES]
    present = [(bucket, name) for bucket, name in found if name in bucket]
    if not present:
        raise CoseError("The signature has no certificate.")
    if any(name in protected and name in unprotected for name in _X5CHAIN_NAMES):
        raise CoseError("The signature has certificates in both of its headers.")
    bucket, name = present[0]
    chain = bucket[name]
    certificates = chain if isinstance(chain, list) else [chain]
    if not all(isinstance(one, bytes) for one in certificates) or not certificates:
        raise CoseError("The certificates of the signature cannot be read.")
    if len(certificates) > MAX_CERTIFICATES:
        raise CoseError(f"The signature has more than {MAX_CERTIFICATES} certificates.")
    return tuple(certificates)
