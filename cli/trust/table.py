"""Prints installed lists, with their dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.terminal import out, show_row
from cli.trust.change import certificates_in, number_of_certificates
from cli.trust.places import ListPlace
from cli.verification.trusted_lists import development_lists
from edge_signer.verification.trust import Purpose, TrustList
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.list_file import purpose_text


@dataclass(frozen=True)
class ListedList:
    """A list in a place.

    Attributes:
        name: Under which it is installed.
        lists: What it trusts; nothing if it is damaged.
        installed_at: When it was installed; None for the emulator's own.
        fault: Why it cannot be read; empty if it can.
    """

    name: str
    lists: tuple[TrustList, ...] = ()
    installed_at: datetime | None = None
    fault: str = ""

    def is_overdue_at(self, moment: datetime) -> bool:
        """Tell whether a newer list should have been published by then."""
        return any(one.is_overdue_at(moment) for one in self.lists)


def listed(place: ListPlace, local: Path | None) -> list[ListedList]:
    """Read all lists of a place.

    Args:
        place: Where they are installed.
        local: The state directory, whose development roots are shown too; None for none.
    """
    found = [_listed(place, name) for name in place.names()]
    development = () if local is None else development_lists(local)
    return [*found, *(ListedList(name, (one,)) for name, one in development)]


def rows_of(found: Sequence[ListedList], now: datetime) -> list[dict[str, Any]]:
    """Return the lists as `--json` prints them."""
    return [_row(one, now) for one in found]


def show_table(found: Sequence[ListedList], now: datetime) -> None:
    """Print a line for each list; red ones need attention, yellow ones prove nothing."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("name", "for", "trusts", "issued", "next update"):
        table.add_column(title, overflow="fold", no_wrap=title in {"issued", "next update"})
    for one in found:
        if one.fault:
            table.add_row(*(f"[red]{cell}[/]" for cell in (escape(one.name), "damaged")))
            continue
        first = one.lists[0]
        is_overdue = one.is_overdue_at(now)
        cells = (
            one.name,
            purpose_text(_purposes(one)) + (", development" if first.is_development else ""),
            str(number_of_certificates(one.lists)),
            _day(first.issued),
            _day(first.next_update) + (", overdue" if is_overdue else ""),
        )
        colour = "red" if is_overdue else "yellow" if first.is_development else ""
        table.add_row(*(f"[{colour}]{cell}[/]" if colour else cell for cell in cells))
    out.print(table)
    for one in found:
        if one.fault:
            show_row("damaged", f"{one.name}: {one.fault}", "red")


def show_list(one: ListedList, now: datetime) -> None:
    """Print what a list says, and whom it trusts."""
    if one.fault:
        show_row("damaged", one.fault, "red")
        return
    first = one.lists[0]
    show_row("list", first.name)
    show_row("for", purpose_text(_purposes(one)))
    show_dates(first, now)
    show_row("signature", first.signature)
    if one.installed_at is not None:
        show_row("installed", time_text(one.installed_at))
    if first.is_development:
        show_row("note", "the emulator's own authorities, which prove nothing", "yellow")
    for line in certificates_in(one.lists):
        show_row("trusts", line)


def show_dates(one: TrustList, now: datetime) -> None:
    """Print when a list was published, and when a newer one should be."""
    if one.issued is not None:
        show_row("issued", time_text(one.issued))
    if one.next_update is not None:
        is_overdue = one.is_overdue_at(now)
        late = ": a newer list should have been published" if is_overdue else ""
        show_row("until", f"{time_text(one.next_update)}{late}", "red" if is_overdue else "")


def time_text(moment: datetime) -> str:
    """Return a time as people read it, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _listed(place: ListPlace, name: str) -> ListedList:
    try:
        installed = place.find(name)
        if installed is None:
            return ListedList(name, fault="it was removed at this moment")
        return ListedList(name, installed.trust_lists(), installed.installed_at)
    except TrustListError as damaged:
        return ListedList(name, fault=str(damaged))


def _row(one: ListedList, now: datetime) -> dict[str, Any]:
    if one.fault:
        return {"name": one.name, "fault": one.fault}
    first = one.lists[0]
    return {
        "name": one.name,
        "list": first.name,
        "purposes": sorted(_purposes(one)),
        "certificates": number_of_certificates(one.lists),
        "issued": first.issued.isoformat() if first.issued else None,
        "next_update": first.next_update.isoformat() if first.next_update else None,
        "is_overdue": one.is_overdue_at(now),
        "is_development": first.is_development,
        "signature": first.signature,
        "sha256": first.sha256,
        "installed_at": one.installed_at.isoformat() if one.installed_at else None,
    }


def _purposes(one: ListedList) -> set[Purpose]:
    return {purpose for each in one.lists for purpose in each.purposes}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "-"
