"""The trust lists of the commands: installed, named by the user, or the emulator's own."""

from __future__ import annotations

from collections.abc import Iterable, Set
from pathlib import Path

from cli.trust.places import FolderPlace
from edge_signer.verification.trust import Purpose, TrustList, TrustLists
from edge_signer.verification.trust_lists.content import MAX_LIST_BYTES, TrustListError
from edge_signer.verification.trust_lists.list_file import ListFile, read_list_file
from edge_signer.verification.trust_lists.list_signature import ListSigner
from emulator.local_state import ANCHORS_NAME, TSA_ANCHORS_NAME

#: What reports call the emulator's own lists.
SIGNERS, TIME_STAMPS = "the emulator's signers", "the emulator's time-stamps"

_EITHER: frozenset[Purpose] = frozenset({"signers", "time_stamps"})
_STAMPS: frozenset[Purpose] = frozenset({"time_stamps"})
_DEVELOPMENT: tuple[tuple[str, str, frozenset[Purpose]], ...] = (
    (ANCHORS_NAME, SIGNERS, frozenset({"signers"})),
    (TSA_ANCHORS_NAME, TIME_STAMPS, _STAMPS),
)


def trust_lists(anchors: Path | None, tsa_anchors: Path | None, state: Path) -> TrustLists:
    """Read the trust lists of a command.

    Args:
        anchors: The only list of signers, in any published format; it is for time-stamps too unless
            it says otherwise. None for the installed lists and the emulator's.
        tsa_anchors: One more list, for time-stamps only.
        state: The emulator's state directory, in which lists are installed.

    Raises:
        TrustListError: A list cannot be read or is for something else; or there is none of signers.
            The message names it.
        OSError: A file cannot be read.
    """
    lists: list[TrustList] = []
    if anchors is None:
        lists += installed_lists(state)
        lists += (one for _, one in development_lists(state))
        if not any("signers" in one.purposes for one in lists):
            raise TrustListError(
                "no trust list of signers is installed, and no emulator has run here yet: install "
                "one with `edge-signer trust update FILE`, or name one with --anchors"
            )
    else:
        read = read_file(anchors)
        if read.purposes() == _STAMPS:
            raise TrustListError(f"{anchors} is for time-stamps: name it with --tsa-anchors")
        lists += _as_lists(read, anchors, _EITHER)
    if tsa_anchors is not None:
        read = read_file(tsa_anchors)
        if read.purposes() and not read.purposes() & _STAMPS:
            raise TrustListError(f"{tsa_anchors} is for signers: name it with --anchors")
        lists += _as_lists(read, tsa_anchors, _STAMPS)
    return TrustLists(tuple(lists))


def installed_lists(state: Path) -> Iterable[TrustList]:
    """Read the lists that are installed on this machine.

    Raises:
        TrustListError: One cannot be read; the message names it.
        OSError: A file cannot be read.
    """
    place = FolderPlace(state)
    for name in place.names():
        try:
            installed = place.find(name)
            yield from installed.trust_lists() if installed else ()
        except TrustListError as damaged:
            raise TrustListError(
                f"the installed trust list {name} cannot be read: {damaged}; install it again, or "
                f"remove it with `edge-signer trust remove {name}`"
            ) from damaged


def development_lists(state: Path) -> Iterable[tuple[str, TrustList]]:
    """Read the roots of this and earlier runs of the emulator, with their files' names.

    Raises:
        TrustListError: One cannot be read; the message names it.
        OSError: A file cannot be read.
    """
    for name, title, purposes in _DEVELOPMENT:
        file = state / name
        if file.exists():
            read = read_file(file)
            for one in read.trust_lists(title, purposes, is_development=True):
                yield file.stem, one


def read_file(file: Path, signer: ListSigner | None = None) -> ListFile:
    """Read a list's file.

    Args:
        file: In any published format.
        signer: Who must have signed it; None for anybody or nobody.

    Raises:
        TrustListError: It is no list, or not by the signer; the message names the file.
        OSError: It cannot be read.
    """
    with file.open("rb") as stream:
        content = stream.read(MAX_LIST_BYTES + 1)
    try:
        return read_list_file(content, signer)
    except TrustListError as broken:
        raise TrustListError(f"{file}: {broken}") from broken


def _as_lists(read: ListFile, file: Path, wanted: Set[Purpose]) -> tuple[TrustList, ...]:
    try:
        return read.trust_lists(file.name, wanted)
    except TrustListError as refused:
        raise TrustListError(f"{file}: {refused}") from refused
