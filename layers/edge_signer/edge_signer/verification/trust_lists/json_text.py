"""Reads JSON of a trust list strictly, and names the field that is wrong."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, ValidationError

from edge_signer.platform.strict_json import RepeatedNameError, object_without_repeats
from edge_signer.verification.trust_lists.content import TrustListError

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MOST_SHOWN = 60

Form = TypeVar("Form", bound=BaseModel)
Item = TypeVar("Item")
#: A list that is read up to its first fault, so that a damaged one takes no more time and memory.
Items = Annotated[list[Item], FailFast()]


def _read_time(value: Any) -> datetime:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    raise ValueError("not a date and time such as 2026-08-05T00:11:39Z")


#: A date and time of RFC 3339, with its offset.
Time = Annotated[datetime, BeforeValidator(_read_time)]


class ListPart(BaseModel):
    """The base of all parts of a list; fields that are not needed are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)


def read_json(content: bytes) -> Any:
    """Read JSON that every reader understands alike.

    Raises:
        TrustListError: It is not JSON, not UTF-8, or has a key twice.
    """
    try:
        return json.loads(content, object_pairs_hook=object_without_repeats, parse_constant=_refuse)
    except json.JSONDecodeError as broken:
        where = f"line {broken.lineno} column {broken.colno}"
        raise TrustListError(f"it is not JSON: {broken.msg} at {where}") from None
    except UnicodeDecodeError:
        raise TrustListError("it is not UTF-8") from None
    except RepeatedNameError as twice:
        name = twice.name[:_MOST_SHOWN]
        raise TrustListError(f"an object has the key {name} twice") from None
    except RecursionError:
        raise TrustListError("it is nested too deeply") from None
    except ValueError:
        raise TrustListError("it has a number that is too long") from None


def read_form(form: type[Form], value: Any) -> Form:
    """Read a JSON value as a model.

    Raises:
        TrustListError: Naming the first field that is missing or wrong.
    """
    try:
        return form.model_validate(value)
    except ValidationError as refused:
        fault = refused.errors(include_url=False, include_context=False)[0]
        field = path_of(*fault["loc"])
        if fault["type"] == "missing":
            raise TrustListError(f"{field} is missing") from None
        raise TrustListError(f"{field}{_shown(fault['input'])} is {_told(fault)}") from None


def path_of(*steps: str | int) -> str:
    """Name a field: `LoTE.TrustedEntitiesList[0].TrustedEntityInformation`."""
    path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in steps)
    return path.removeprefix(".")


def _told(fault: Any) -> str:
    message = str(fault["msg"])
    if fault["type"] == "value_error":
        return message.removeprefix("Value error, ")
    # Pydantic's own sentences begin with "Input should be" or the name of the type.
    expected = message.removeprefix("Input should be ")
    return f"not {expected}" if expected != message else f"wrong: {message}"


def _shown(value: Any) -> str:
    if not isinstance(value, (str, int, float, bool)) or value == "":
        return ""
    text = str(value)
    return f", {text}," if len(text) <= _MOST_SHOWN else f", {text[:_MOST_SHOWN]}…,"


def _refuse(name: str) -> NoReturn:
    raise TrustListError(f"it is not JSON: {name} is not a number")
