"""The derivatives that a deployment makes, as the template lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VARIANT = re.compile(r"([1-9][0-9]{0,4})[.](jpeg|png|webp|avif)")


@dataclass(frozen=True)
class Variant:
    """A derivative of every original.

    Attributes:
        width: The most pixels from left to right.
        format: Of the file: jpeg, png, webp or avif.
    """

    width: int
    format: str

    def __str__(self) -> str:
        return f"{self.width}.{self.format}"

    @classmethod
    def parse(cls, text: str) -> Variant:
        """Read a variant as the template has it, such as `800.webp`.

        Raises:
            ValueError: It is not in that form.
        """
        found = _VARIANT.fullmatch(text)
        if found is None:
            raise ValueError(f"{text} is not a width and a format, such as 800.webp")
        return cls(int(found[1]), found[2])
