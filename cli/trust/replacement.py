"""An installed list and the newer one that is to replace it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.terminal import show_row
from cli.trust.change import change_between, counted, number_of_certificates
from cli.trust.places import ListPlace
from cli.trust.table import show_dates, time_text
from edge_signer.verification.trust import Purpose, TrustList
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.installed_list import InstalledList
from edge_signer.verification.trust_lists.list_file import ListFile, purpose_text

# More lines than this would hide what matters.
_MOST_LINES = 100


@dataclass(frozen=True)
class Replacement:
    """A list that is about to be installed.

    Attributes:
        name: To install it under.
        read: Its file.
        before: What the installed list of this name trusts; nothing if there is none.
        after: What it trusts itself.
    """

    name: str
    read: ListFile
    before: tuple[TrustList, ...]
    after: tuple[TrustList, ...]

    @classmethod
    def planned(
        cls, name: str, file: Path, read: ListFile, wanted: frozenset[Purpose], place: ListPlace
    ) -> Replacement:
        """Decide what a list is for: as is wanted, else as it says, else as before.

        Args:
            name: To install it under.
            file: Where it is, for messages.
            read: The file.
            wanted: What to trust it for; nothing if the caller does not say.
            place: Where the list is that it replaces, if there is one.

        Raises:
            TrustListError: It is for something else, or nobody says what it is for.
        """
        before = _installed(place, name)
        said = read.purposes()
        try:
            after = read.trust_lists(name, wanted or (frozenset() if said else _purposes(before)))
        except TrustListError as refused:
            remedy = "" if wanted or said else "; give --purpose signers or --purpose time-stamps"
            raise TrustListError(f"{file}: {refused}{remedy}") from refused
        return cls(name, read, before, after)

    def require_same_purpose(self) -> None:
        """Refuse to replace a list by one that is for something else.

        Raises:
            TrustListError: It would.
        """
        before, after = _purposes(self.before), _purposes(self.after)
        if before and before != after:
            raise TrustListError(
                f"the installed list {self.name} is for {purpose_text(before)}, this one for "
                f"{purpose_text(after)}: choose another --name, or remove the installed one"
            )

    def require_newer(self) -> None:
        """Refuse to replace a list by one that was published earlier.

        Raises:
            TrustListError: It would.
        """
        was = self.before[0].issued if self.before else None
        now = self.after[0].issued
        if was is not None and (now is None or now < was):
            published = f"this one on {time_text(now)}" if now else "this one does not say when"
            raise TrustListError(
                f"the installed list {self.name} was published on {time_text(was)}, {published}: "
                "--force installs it nevertheless"
            )

    def show(self) -> None:
        """Print what the list says, and what it changes."""
        first = self.after[0]
        named = first.name if first.name == self.name else f"{first.name}, as {self.name}"
        show_row("list", named)
        show_row("for", purpose_text(_purposes(self.after)))
        show_row("trusts", counted(self.after))
        show_dates(first, datetime.now(UTC))
        show_row("signature", self.read.signature)
        _show_lines("left out", self.read.content.notes, "yellow")
        if not self.before:
            show_row("was", "nothing")
            return
        show_row("was", counted(self.before))
        change = change_between(self.before, self.after)
        _show_lines("added", change.added, "green")
        _show_lines("removed", change.removed, "red")
        _show_lines("changed", change.changed, "yellow")
        if change.is_empty:
            show_row("changes", "none")

    def facts(self) -> dict[str, object]:
        """Return what the list says and changes, in JSON's types."""
        change = change_between(self.before, self.after)
        return {
            "name": self.name,
            "purposes": sorted(_purposes(self.after)),
            "certificates": number_of_certificates(self.after),
            "signature": self.read.signature,
            "was": number_of_certificates(self.before) if self.before else None,
            "added": list(change.added),
            "removed": list(change.removed),
            "changed": list(change.changed),
            "left_out": list(self.read.content.notes),
        }

    def document(self) -> InstalledList:
        """Return what is to be stored."""
        return InstalledList.of_file(
            self.name,
            _purposes(self.after),
            self.read.file,
            self.read.signature,
            datetime.now(UTC).replace(microsecond=0),
        )


def _installed(place: ListPlace, name: str) -> tuple[TrustList, ...]:
    try:
        found = place.find(name)
        return found.trust_lists() if found else ()
    except TrustListError as damaged:
        show_row("damaged", f"the installed list cannot be read: {damaged}", "yellow")
        return ()


def _purposes(lists: Sequence[TrustList]) -> frozenset[Purpose]:
    return frozenset[Purpose]().union(*(one.purposes for one in lists))


def _show_lines(name: str, lines: Sequence[str], colour: str) -> None:
    for line in lines[:_MOST_LINES]:
        show_row(name, line, colour)
    if len(lines) > _MOST_LINES:
        show_row(name, f"and {len(lines) - _MOST_LINES} more", colour)
