"""The commands `edge-signer trust …`: install, show and remove trust lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from cli.deployment import aws_failures_reported
from cli.options import Json, Region, Stage, State
from cli.terminal import EXIT_USAGE, fail, out, require_file, show_json, show_row
from cli.trust.places import places, require_name
from cli.trust.replacement import Replacement
from cli.trust.table import listed, rows_of, show_list, show_table
from cli.verification.trusted_lists import read_file
from edge_signer.verification.trust import Purpose
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.list_bucket import REFRESH_S
from edge_signer.verification.trust_lists.list_signature import ListSigner
from emulator.local_state import default_directory

app = typer.Typer()

Name = Annotated[str, typer.Argument(metavar="NAME", help="The list's name, as `show` prints it.")]


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
    as_json: Json = False,
) -> None:
    """Check a trust list, show what it changes, and install it.

    Without --stage, it is for `edge-signer verify` on this machine and for the emulator.
    """
    require_file(file)
    with _failures_reported():
        read = read_file(file, None if signer is None else _read_signer(signer))
        chosen = name or _slug(read.content.title or file.name.partition(".")[0])
        require_name(chosen)
        everywhere = places(stage, region, state)
        for place in everywhere:
            place.require_room(chosen)
        wanted = frozenset[Purpose]({_PURPOSES[purpose]} if purpose else ())
        replacement = Replacement.planned(chosen, file, read, wanted, everywhere[0])
        replacement.require_same_purpose()
        if not force:
            replacement.require_newer()
        if not as_json:
            replacement.show()
        if dry_run:
            if as_json:
                show_json({**replacement.facts(), "installed": []})
            else:
                out.print("Nothing was installed (--dry-run).")
            return
        installed = replacement.document()
        written = [place.write(installed) for place in everywhere]
    if as_json:
        show_json({**replacement.facts(), "installed": written})
        return
    for one in written:
        show_row("installed", one)
    if len(everywhere) > 1 or stage is not None:
        out.print(f"Every worker uses it within {REFRESH_S / 60:.0f} minutes.")


@app.command("list")
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
        show_json(rows_of(found, now))
    elif name is not None:
        show_list(found[0], now)
    elif found:
        show_table(found, now)
    else:
        out.print("No trust list is installed.")
    raise typer.Exit(int(any(one.fault or one.is_overdue_at(now) for one in found)))


@app.command()
def remove(
    name: Name,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Remove a list; what it trusts is no longer trusted."""
    require_name(name)
    with _failures_reported():
        everywhere = places(stage, region, state)
        holding = [place for place in everywhere if name in place.names()]
        if not holding:
            fail(f"there is no trust list {name}", EXIT_USAGE)
        removed = [place.remove(name) for place in holding]
    if as_json:
        show_json({"name": name, "removed": removed})
        return
    for one in removed:
        show_row("removed", one)
    if len(everywhere) > 1 or stage is not None:
        out.print(f"Every worker stops trusting it within {REFRESH_S / 60:.0f} minutes.")


def _read_signer(file: Path) -> ListSigner:
    require_file(file)
    try:
        return ListSigner.from_file(file.read_bytes())
    except TrustListError as refused:
        raise TrustListError(f"--signer {file}: {refused}") from refused


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:63] or "list"


@contextmanager
def _failures_reported() -> Iterator[None]:
    """End the command with a one-line error if AWS, the folder or a list fails."""
    with aws_failures_reported():
        try:
            yield
        except TrustListError as refused:
            fail(str(refused), EXIT_USAGE)
        except OSError as failed:
            fail(f"{failed.filename}: {failed.strerror}")
