"""The trust lists of the commands: files that the user names, or the emulator's own."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography import x509

from edge_signer.verification.trust import Purpose, TrustAnchor, TrustList, TrustLists
from emulator.local_state import ANCHORS_NAME, TSA_ANCHORS_NAME

#: What reports call the emulator's own lists.
SIGNERS, TIME_STAMPS = "the emulator's signers", "the emulator's time-stamps"


class TrustListError(Exception):
    """A trust list cannot be read; the text names it and says why in one line."""


def trust_lists(anchors: Path | None, tsa_anchors: Path | None, state: Path) -> TrustLists:
    """Read the trust lists of a command.

    Args:
        anchors: PEM file of certificates trusted for signers and time-stamps; None for those of
            the emulator's runs.
        tsa_anchors: PEM file of more, for time-stamps only.
        state: The emulator's state directory.

    Raises:
        TrustListError: A file has no certificates, or no emulator has run here.
        OSError: A file cannot be read.
    """
    lists = []
    if anchors is None:
        if not (state / ANCHORS_NAME).exists():
            raise TrustListError(
                "no emulator has run here yet: name the trusted roots with --anchors"
            )
        lists.append(_read(SIGNERS, state / ANCHORS_NAME, {"signers"}, is_development=True))
        stamps = state / TSA_ANCHORS_NAME
        if stamps.exists():
            lists.append(_read(TIME_STAMPS, stamps, {"time_stamps"}, is_development=True))
    else:
        lists.append(_read(anchors.name, anchors, {"signers", "time_stamps"}))
    if tsa_anchors is not None:
        lists.append(_read(tsa_anchors.name, tsa_anchors, {"time_stamps"}))
    return TrustLists(tuple(lists))


def _read(
    name: str, file: Path, purposes: set[Purpose], *, is_development: bool = False
) -> TrustList:
    content = file.read_bytes()
    try:
        certificates = x509.load_pem_x509_certificates(content)
    except ValueError as broken:
        raise TrustListError(f"{file} contains no PEM certificates ({broken})") from broken
    return TrustList(
        name=name,
        purposes=frozenset(purposes),
        anchors=tuple(map(TrustAnchor, certificates)),
        sha256=hashlib.sha256(content).hexdigest(),
        is_development=is_development,
    )
