"""The trust lists that `edge-signer verify` rests on."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

from cli.terminal import EXIT_USAGE, fail, require_file
from cli.trust.places import FolderPlace
from edge_signer.verification.trust import Purpose, TrustList, TrustLists
from edge_signer.verification.trust_lists.content import MAX_LIST_BYTES, TrustListError
from edge_signer.verification.trust_lists.list_file import ListFile, read_list_file
from edge_signer.verification.trust_lists.list_signature import ListSigner
from emulator.local_state import ANCHORS_NAME, TSA_ANCHORS_NAME

_EITHER: frozenset[Purpose] = frozenset({"signers", "time_stamps"})
_STAMPS: frozenset[Purpose] = frozenset({"time_stamps"})
# The emulator's roots of signers never stamp time, and the other way round.
_DEVELOPMENT: tuple[tuple[str, frozenset[Purpose]], ...] = (
    (ANCHORS_NAME, frozenset({"signers"})),
    (TSA_ANCHORS_NAME, _STAMPS),
)


def trust_lists(anchors: Path | None, tsa_anchors: Path | None, state: Path) -> TrustLists:
    """Read the lists that a verdict rests on; end the command if one cannot be read.

    Args:
        anchors: The only list of signers, in any published format; it is for time-stamps too unless
            it says otherwise. None for the installed lists and the emulator's.
        tsa_anchors: One more list, for time-stamps only.
        state: The emulator's state directory, in which lists are installed.
    """
    lists = () if tsa_anchors is None else _named(tsa_anchors, _STAMPS, "--tsa-anchors")
    if anchors is not None:
        return TrustLists((*_named(anchors, _EITHER, "--anchors"), *lists))
    found = (*installed_lists(state), *development_lists(state))
    if not any("signers" in one.purposes for one in found):
        fail(
            "no trust list is installed and no emulator has run here yet: install one with "
            "`edge-signer trust update FILE`, or name one with --anchors",
            EXIT_USAGE,
        )
    return TrustLists((*found, *lists))


def installed_lists(state: Path) -> tuple[TrustList, ...]:
    """Read the lists that are installed on this machine; end the command if one is damaged."""
    place = FolderPlace(state)
    found: list[TrustList] = []
    for name in place.names():
        try:
            installed = place.find(name)
            found += installed.trust_lists() if installed else ()
        except TrustListError as damaged:
            fail(
                f"the installed trust list {name} cannot be read: {damaged}; install it again, or "
                f"`edge-signer trust remove {name}`",
                EXIT_USAGE,
            )
    return tuple(found)


def development_lists(state: Path) -> tuple[TrustList, ...]:
    """Read the roots of this and earlier runs of the emulator; there may be none."""
    found: list[TrustList] = []
    for name, purposes in _DEVELOPMENT:
        file = state / name
        if file.exists():
            found += _as_lists(read_file(file), file, purposes, is_development=True)
    return tuple(found)


def read_file(file: Path, signer: ListSigner | None = None) -> ListFile:
    """Read a list's file; end the command if it is none.

    Args:
        file: In any published format.
        signer: Who must have signed it; None for anybody or nobody.
    """
    require_file(file)
    try:
        with file.open("rb") as stream:
            return read_list_file(stream.read(MAX_LIST_BYTES + 1), signer)
    except TrustListError as broken:
        fail(f"{file}: {broken}", EXIT_USAGE)
    except OSError as unreadable:
        fail(f"{file}: {unreadable.strerror}", EXIT_USAGE)


def _named(file: Path, wanted: Set[Purpose], option: str) -> tuple[TrustList, ...]:
    read = read_file(file)
    said = read.purposes()
    if option == "--anchors" and said == _STAMPS:
        fail(f"{file} is for time-stamps: name it with --tsa-anchors", EXIT_USAGE)
    if option == "--tsa-anchors" and said and not said & _STAMPS:
        fail(f"{file} is for signers: name it with --anchors", EXIT_USAGE)
    return _as_lists(read, file, wanted)


def _as_lists(
    read: ListFile, file: Path, wanted: Set[Purpose], *, is_development: bool = False
) -> tuple[TrustList, ...]:
    try:
        return read.trust_lists(str(file), wanted, is_development=is_development)
    except TrustListError as refused:
        fail(f"{file}: {refused}", EXIT_USAGE)
