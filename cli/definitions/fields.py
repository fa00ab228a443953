"""Reads fields of a manifest definition; every error names the field and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_signer_client import Thumbnail

# More than the server takes; a resource is held in memory.
_MOST_RESOURCE_BYTES = 16 * 1024 * 1024


class DefinitionError(Exception):
    """A manifest definition cannot be translated; the text names the field and the remedy."""


@dataclass(frozen=True)
class Source:
    """Where fields stand.

    Attributes:
        file: The definition, or an ingredient's own file.
        base: Folder to which paths in it are relative.
        root: Folder that resources may not leave, because they are sent.
        notes: What was left out, for people; shared by all parts of a definition.
    """

    file: Path
    base: Path
    root: Path
    notes: list[str] = field(default_factory=list)

    def refused(self, where: str, why: str) -> DefinitionError:
        """Return the error for a field."""
        return DefinitionError(f"{self.file}: {where} {why}")

    def note(self, where: str, why: str) -> None:
        """Remember that a field was left out; a reason is told once."""
        line = f"{self.file}: {where} was left out: {why}"
        if line not in self.notes:
            self.notes.append(line)

    def text(self, value: Any, where: str) -> str:
        """Return a text that is not empty.

        Raises:
            DefinitionError: It is none.
        """
        if not isinstance(value, str) or not value:
            raise self.refused(where, "must be a text that is not empty")
        return value

    def mapping(self, value: Any, where: str) -> dict[str, Any]:
        """Return an object.

        Raises:
            DefinitionError: It is none.
        """
        if not isinstance(value, dict):
            raise self.refused(where, "must be an object")
        return value

    def items(self, value: Any, where: str) -> list[Any]:
        """Return a list; of null, an empty one.

        Raises:
            DefinitionError: It is none.
        """
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.refused(where, "must be a list")
        return value

    def sift(
        self,
        given: Mapping[str, Any],
        prefix: str,
        translated: Collection[str],
        left_out: Mapping[str, str],
        unsupported: Mapping[str, str],
    ) -> None:
        """Note the fields that are left out, and refuse those that cannot be.

        Args:
            given: The object.
            prefix: Its place in the file, with a dot; empty at the top.
            translated: Names of fields that the caller translates.
            left_out: Why others are left out.
            unsupported: Why others are refused, and the remedy.

        Raises:
            DefinitionError: A field is not supported, or unknown.
        """
        for name, value in given.items():
            if name in translated or value is None:
                continue
            if name in left_out:
                self.note(prefix + name, left_out[name])
                continue
            if name in unsupported:
                raise self.refused(prefix + name, unsupported[name])
            known = ", ".join(sorted({*translated, *left_out, *unsupported}))
            raise self.refused(prefix + name, f"is not a field of a definition; these are: {known}")

    def resource(self, value: Any, where: str) -> tuple[str, bytes]:
        """Read a file that a field names with `format` and `identifier`.

        Returns:
            Its media type, and its content.

        Raises:
            DefinitionError: The field is not in that form, or the file cannot be used.
        """
        reference = self.mapping(value, where)
        left_out = dict.fromkeys(("hash", "alg", "data_types"), "the signer makes it")
        self.sift(reference, f"{where}.", {"format", "identifier"}, left_out, {})
        media_type = self.text(reference.get("format"), f"{where}.format")
        name = self.text(reference.get("identifier"), f"{where}.identifier")
        path = self.base / name
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise self.refused(
                f"{where}.identifier",
                f"is {name}, outside {self.root}, and its content would be sent: copy it there",
            )
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_RESOURCE_BYTES + 1)
        except OSError as failure:
            raise self.refused(f"{where}.identifier", f"is {name}: {failure.strerror}") from None
        if not content or len(content) > _MOST_RESOURCE_BYTES:
            raise self.refused(f"{where}.identifier", f"is {name}, which is empty or too large")
        return media_type, content

    def thumbnail(self, given: Mapping[str, Any], prefix: str = "") -> Thumbnail | None:
        """Read the field `thumbnail` of an object; None for none.

        Raises:
            DefinitionError: The field is not in the form of a resource.
        """
        if given.get("thumbnail") is None:
            return None
        return Thumbnail(*self.resource(given["thumbnail"], f"{prefix}thumbnail"))
