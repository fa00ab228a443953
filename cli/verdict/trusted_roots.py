"""The certificates that a verdict rests on: roots of signers, and of time-stamp authorities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class AnchorsError(Exception):
    """The trusted roots cannot be read; the text says why in one line."""


@dataclass(frozen=True)
class TrustedRoots:
    """Whom to trust.

    Attributes:
        signers_pem: Roots of signers. c2pa-rs accepts them for time-stamps too.
        time_stamps_pem: Roots of time-stamp authorities; they make no signer trusted.
        named: Where they come from, for messages.
    """

    signers_pem: str
    time_stamps_pem: str = ""
    named: str = "the trusted roots"

    def refused(self, reason: str) -> AnchorsError:
        """The error of an engine that does not take them."""
        return AnchorsError(f"{self.named} cannot be read: {reason}")


def read_certificates(file: Path) -> str:
    """Read the certificates of a PEM file; trust lists have text between them.

    Args:
        file: With at least one certificate.

    Returns:
        The certificates alone, in PEM.

    Raises:
        AnchorsError: A certificate in it cannot be read, or there is none.
        OSError: The file cannot be read.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        certificates = x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError as broken:
        raise AnchorsError(f"{file} holds no certificates in PEM ({broken})") from broken
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)
