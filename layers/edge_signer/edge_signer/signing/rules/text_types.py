"""Texts that assertions share: names, dates and languages, each with its fault in words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# RFC 3339 §5.7: only at the end of a minute.
_LEAP_SECOND = re.compile(r"(?<=:59):60$")


def refused(demand: str) -> PydanticCustomError:
    """Return an error whose message completes a sentence that starts with the path."""
    return PydanticCustomError("refused", "{demand}", {"demand": demand})


def _date_time(text: str) -> str:
    parts = _RFC3339.fullmatch(text)
    try:
        # Python reads neither longer fractions nor leap seconds.
        datetime.fromisoformat(_LEAP_SECOND.sub(":59", parts[1]) if parts else "")
    except ValueError:
        raise refused("must be a date and time such as 2026-01-31T12:00:00Z") from None
    return text


def _language_tag(tag: str) -> str:
    if not _LANGUAGE_TAG.fullmatch(tag):
        raise refused("must be a language tag, such as en or pt-BR")
    return tag


Text = Annotated[str, Field(min_length=1)]
#: RFC 3339; the builder tags it as a date (tdate).
DateTime = Annotated[str, AfterValidator(_date_time)]
LanguageTag = Annotated[str, AfterValidator(_language_tag)]
