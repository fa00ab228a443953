"""The trusted certificates as c2pa-rs takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import c2pa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from edge_signer.verification.trust import TrustLists

#: Extended key usages of signers and time-stamp authorities; c2pa-rs needs them beside the anchors.
TRUST_CONFIG = "\n".join(
    ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.8")
)
#: Settings under which c2pa-rs contacts nobody, neither for a remote manifest nor for an OCSP
#: response nor for a `did:web` of an identity assertion: a verdict must not reveal what is being
#: verified, and must be the same tomorrow. Identity assertions are not decoded at all, because
#: their validation does not obey the list of hosts.
OFFLINE: Mapping[str, Mapping[str, Any]] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"decode_identity_assertions": False, "allowed_network_hosts": []},
}
#: c2pa-rs's name for `user_anchors`, where it says in which list it found a root.
TIME_STAMP_ANCHORS_LIST = "user_anchors"


class AnchorsError(Exception):
    """c2pa-rs rejects the trusted certificates; the text says why in one line."""


@dataclass(frozen=True)
class TrustedRoots:
    """Settings of c2pa-rs, and what they were made of.

    Attributes:
        context: The settings.
        signers: Certificates that signers are trusted for.
        time_stamps: Certificates that time-stamp authorities are trusted for.
        signers_may_stamp: Whether any certificate is in both; c2pa-rs accepts all of the first for
            time-stamps.
    """

    context: c2pa.Context
    signers: tuple[Certificate, ...]
    time_stamps: tuple[Certificate, ...]
    signers_may_stamp: bool


class TrustedRootsCache:
    """Makes the settings of c2pa-rs, and keeps the last ones: lists change rarely."""

    def __init__(self) -> None:
        self._last: tuple[tuple[int, ...], TrustedRoots] | None = None

    def at(self, trust: TrustLists, moment: datetime) -> TrustedRoots:
        """Return the settings with the certificates that are trusted at a time.

        Raises:
            AnchorsError: c2pa-rs rejects the certificates.
        """
        signers = tuple(trust.certificates("signers", moment))
        stamps = tuple(trust.certificates("time_stamps", moment))
        # The kept certificates are alive, so no other has the identity of one of them.
        key = (*map(id, signers), 0, *map(id, stamps))
        last = self._last
        if last is not None and last[0] == key:
            return last[1]
        known = {one.public_bytes(Encoding.DER) for one in signers}
        only = tuple(one for one in stamps if one.public_bytes(Encoding.DER) not in known)
        roots = TrustedRoots(_context(signers, only), signers, stamps, len(only) < len(stamps))
        self._last = key, roots
        return roots


def _context(signers: Sequence[Certificate], time_stamps: Sequence[Certificate]) -> c2pa.Context:
    trust = {"trust_config": TRUST_CONFIG}
    if signers:
        trust["trust_anchors"] = _pem(signers)
    if time_stamps:
        trust["user_anchors"] = _pem(time_stamps)
    try:
        return c2pa.Context(c2pa.Settings.from_dict({"trust": trust, **OFFLINE}))
    except c2pa.C2paError as broken:
        raise AnchorsError(f"c2pa-rs cannot read the trusted certificates: {broken}") from broken


def _pem(certificates: Sequence[Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)
