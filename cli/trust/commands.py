"""The commands `edge-signer trust …`: install, show and remove trust lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from cli.deployment import aws_failures_reported
from cli.options import Json, Region, Stage, State
from cli.terminal import EXIT_USAGE, fail, out, require_file, show_row
from cli.trust.change import change_between, counted
from cli.trust.places import ListPlace, places, require_name
from cli.trust.table import listed, rows_of, show_dates, show_list, show_table, time_text
from cli.verification.trusted_lists import read_file
from edge_signer.verification.trust import Purpose, TrustList
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.installed_list import InstalledList
from edge_signer.verification.trust_lists.list_bucket import REFRESH_S
from edge_signer.verification.trust_lists.list_file import ListFile, purpose_text
from edge_signer.verification.trust_lists.list_signature import ListSigner
from emulator.local_state import default_directory

app = typer.Typer()

Name = Annotated[str, typer.Argument(metavar="NAME", help="The list's name, as `show` prints it.")]

# More lines than this would hide what matters.
_MOST_LINES = 100


class PurposeOption(Enum):
    """What a list is for, as the option spells it."""

    SIGNERS = "signers"
    TIME_STAMPS = "time-stamps"


_PURPOSES: dict[PurposeOption, Purpose] = {
    PurposeOption.SIGNERS: "signers",
    PurposeOption.TIME_STAMPS: "time_stamps",
}


@app.command()
def update(
    file: Annotated[
        Path,
        typer.Argument(help="C2PA's or IPTC's JSON, JSON signed as a JWS, PEM, or digests."),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            help="Name to install it under.", show_default="the list's own, or the file's"
        ),
    ] = None,
    purpose: Annotated[
        PurposeOption | None,
        typer.Option(help="What to trust it for.", show_default="as it says, or as before"),
    ] = None,
    signer: Annotated[
        Path | None,
        typer.Option(help="Certificate or public key of who must have signed it, in PEM or DER."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check it, and show what would change.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a list that was published later.")
    ] = False,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
) -> None:
    """Check a trust list, show what it changes, and install it.

    Without --stage, it is for `edge-signer verify` on this machine and for the emulator.
    """
    read = read_file(file, None if signer is None else _read_signer(signer))
    chosen = name or _slug(read.content.title or file.name.partition(".")[0])
    require_name(chosen)
    with _failures_reported():
        everywhere = places(stage, region, state)
        for place in everywhere:
            place.require_room(chosen)
        before = _installed(everywhere[0], chosen)
        after = _as_lists(read, file, chosen, purpose, before)
        _require_replaceable(before, after, chosen, force=force)
        _show_change(read, before, after, chosen)
        if dry_run:
            out.print("Nothing was installed (--dry-run).")
            return
        installed = InstalledList.of_file(
            chosen,
            _purposes(after),
            read.file,
            read.signature,
            datetime.now(UTC).replace(microsecond=0),
        )
        for place in everywhere:
            show_row("installed", place.write(installed))
    if len(everywhere) > 1 or stage is not None:
        out.print(f"Every worker uses it within {REFRESH_S / 60:.0f} minutes.")


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Print the certificates of this list.")] = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Print the installed lists. Exit codes: 0 all are in order, 1 one is overdue or damaged."""
    with _failures_reported():
        place = places(stage, region, state)[0]
        local = None if stage is not None else state or default_directory()
        found = listed(place, local)
    if name is not None:
        found = [one for one in found if one.name == name]
        if not found:
            fail(f"there is no trust list {name}", EXIT_USAGE)
    now = datetime.now(UTC)
    if as_json:
        out.print(json.dumps(rows_of(found, now)), markup=False)
    elif name is not None:
        show_list(found[0], now)
    elif found:
        show_table(found, now)
    else:
        out.print("No trust list is installed.")
    raise typer.Exit(int(any(one.fault or one.is_overdue_at(now) for one in found)))


@app.command()
def remove(name: Name, stage: Stage = None, region: Region = None, state: State = None) -> None:
    """Remove a list; what it trusts is no longer trusted."""
    require_name(name)
    with _failures_reported():
        everywhere = places(stage, region, state)
        holding = [place for place in everywhere if name in place.names()]
        if not holding:
            fail(f"there is no trust list {name}", EXIT_USAGE)
        for place in holding:
            show_row("removed", place.remove(name))
    if len(everywhere) > 1 or stage is not None:
        out.print(f"Every worker stops trusting it within {REFRESH_S / 60:.0f} minutes.")


@dataclass(frozen=True)
class _Before:
    """What is installed under a name; nothing if it cannot be read."""

    purposes: frozenset[Purpose]
    lists: tuple[TrustList, ...]


def _installed(place: ListPlace, name: str) -> _Before:
    try:
        found = place.find(name)
        if found is None:
            return _Before(frozenset(), ())
        return _Before(frozenset(found.purposes), found.trust_lists())
    except TrustListError as damaged:
        show_row("damaged", f"the installed list cannot be read: {damaged}", "yellow")
        return _Before(frozenset(), ())


def _as_lists(
    read: ListFile, file: Path, name: str, purpose: PurposeOption | None, before: _Before
) -> tuple[TrustList, ...]:
    wanted = frozenset({_PURPOSES[purpose]} if purpose else ())
    said = read.purposes()
    try:
        return read.trust_lists(name, wanted or (frozenset() if said else before.purposes))
    except TrustListError as refused:
        remedy = "" if wanted or said else "; give --purpose signers or --purpose time-stamps"
        fail(f"{file}: {refused}{remedy}", EXIT_USAGE)


def _require_replaceable(
    before: _Before, after: Sequence[TrustList], name: str, *, force: bool
) -> None:
    purposes = _purposes(after)
    if before.purposes and before.purposes != purposes:
        fail(
            f"the installed list {name} is for {purpose_text(before.purposes)}, this one for "
            f"{purpose_text(purposes)}: choose another --name, or remove the installed one",
            EXIT_USAGE,
        )
    was, now = _issued(before.lists), _issued(after)
    if was is not None and not force and (now is None or now < was):
        published = f"this one on {time_text(now)}" if now else "this one does not say when"
        fail(
            f"the installed list {name} was published on {time_text(was)}, {published}: --force "
            "installs the older one"
        )


def _show_change(read: ListFile, before: _Before, after: Sequence[TrustList], name: str) -> None:
    now = datetime.now(UTC)
    first = after[0]
    show_row("list", first.name if first.name == name else f"{first.name}, as {name}")
    show_row("for", purpose_text(_purposes(after)))
    show_row("trusts", counted(after))
    show_dates(first, now)
    show_row("signature", read.signature)
    for note in read.content.notes[:_MOST_LINES]:
        show_row("left out", note, "yellow")
    change = change_between(before.lists, after)
    if not before.lists:
        show_row("was", "nothing")
        return
    show_row("was", counted(before.lists))
    _show_lines("added", change.added, "green")
    _show_lines("removed", change.removed, "red")
    _show_lines("changed", change.changed, "yellow")
    if change.is_empty:
        show_row("changes", "none")


def _show_lines(name: str, lines: Sequence[str], colour: str) -> None:
    for line in lines[:_MOST_LINES]:
        show_row(name, line, colour)
    if len(lines) > _MOST_LINES:
        show_row(name, f"and {len(lines) - _MOST_LINES} more", colour)


def _purposes(lists: Sequence[TrustList]) -> frozenset[Purpose]:
    return frozenset[Purpose]().union(*(one.purposes for one in lists))


def _issued(lists: Sequence[TrustList]) -> datetime | None:
    return lists[0].issued if lists else None


def _read_signer(file: Path) -> ListSigner:
    require_file(file)
    try:
        return ListSigner.from_file(file.read_bytes())
    except TrustListError as refused:
        fail(f"--signer {file}: {refused}", EXIT_USAGE)
    except OSError as unreadable:
        fail(f"{file}: {unreadable.strerror}", EXIT_USAGE)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:63] or "list"


@contextmanager
def _failures_reported() -> Iterator[None]:
    """End the command with a one-line error if AWS or the folder fails."""
    with aws_failures_reported():
        try:
            yield
        except OSError as failed:
            fail(f"{failed.filename}: {failed.strerror}")
