"""A tenant's usage and limits as the DynamoDB item that holds them.

- `tenant_id`: the key.
- `admissions`: time of the last one (64 bits, milliseconds since 1970), then, for each earlier one,
  how many milliseconds earlier it was, oldest first (16 bits each).
- `day_count`: number of admissions in the UTC day of the last one; `utc_day`: that day, in days
  since 1970.
- `limit_second`, `limit_minute`, `limit_day`: limits that an operator set for this tenant.
- `expiration`: when DynamoDB may delete the item (seconds since 1970); absent if it has a limit.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from edge_signer.tenancy.rate_limits import DAY_MS, Limits, Usage

_LIMITS = {"limit_second": "second", "limit_minute": "minute", "limit_day": "day"}
# Items with equal values here are the same: the same times and count never recur.
_COMPARED = ("admissions", "day_count", *_LIMITS)
# The count of a day means nothing on the next.
_KEPT_S = 2 * 86_400

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class SeenItem:
    """An item as this worker last saw or wrote it.

    Attributes:
        item: Its usage and limits in DynamoDB's JSON.
        usage: Read from it.
        limits: Read from it, with defaults.
    """

    item: Mapping[str, Any]
    usage: Usage
    limits: Limits
    _seen_s: float

    @classmethod
    def read(cls, item: Mapping[str, Any], complain: Callable[[str], None]) -> SeenItem:
        """Read an item; an attribute that cannot be read counts as absent.

        Args:
            item: In DynamoDB's JSON; empty if there is none.
            complain: Called with a line for each attribute that cannot be read.
        """

        def part(name: str, reading: Callable[[Any], _Value], otherwise: _Value) -> _Value:
            if name not in item:
                return otherwise
            try:
                return reading(item[name])
            except (KeyError, ValueError, struct.error):
                complain(f"rate limits: {name} of {item['tenant_id']['S']} cannot be read")
                return otherwise

        usual = Limits()
        limits = {
            limit: part(name, _count, getattr(usual, limit)) for name, limit in _LIMITS.items()
        }
        usage = Usage(part("admissions", _times, ()), part("day_count", _count, 0))
        known = {name: item[name] for name in (*_COMPARED, "utc_day") if name in item}
        return cls(known, usage, Limits(**limits), time.monotonic())

    def after(self, usage: Usage) -> SeenItem:
        """Return the item with another usage."""
        item = {**self.item, **_attributes(usage), "utc_day": _utc_day(usage)}
        return replace(self, item=item, usage=usage, _seen_s=time.monotonic())

    def age_s(self) -> float:
        """Return seconds since it was seen or written."""
        return time.monotonic() - self._seen_s

    def counted_by(self, usage: Usage) -> dict[str, Any]:
        """Return the arguments of an UpdateItem that counts one request, as the limits require.

        Without windows only the day is counted, and incrementing never loses to another worker.
        With windows, or on a new day, the item is replaced if it is still as it was seen.
        """
        day = _utc_day(usage)
        if not self.limits.windows and self.item.get("utc_day") == day:
            return self._added(usage, day)
        return self._replaced(usage, day)

    def _added(self, usage: Usage, day: Mapping[str, str]) -> dict[str, Any]:
        conditions = ["utc_day = :day", "day_count < :limit", *self._same(_LIMITS)]
        return {
            "UpdateExpression": "SET admissions = :admissions ADD day_count :one",
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeValues": {
                ":admissions": _attributes(usage)["admissions"],
                ":one": {"N": "1"},
                ":day": day,
                ":limit": {"N": str(self.limits.day)},
                **self._seen(_LIMITS),
            },
        }

    def _same(self, names: Iterable[str]) -> list[str]:
        """Return conditions that attributes are as they were seen."""
        return [
            f"{name} = :seen_{name}" if name in self.item else f"attribute_not_exists({name})"
            for name in names
        ]

    def _seen(self, names: Iterable[str]) -> dict[str, Any]:
        return {f":seen_{name}": self.item[name] for name in names if name in self.item}

    def _replaced(self, usage: Usage, day: Mapping[str, str]) -> dict[str, Any]:
        changed = {**_attributes(usage), "utc_day": day}
        removed = ""
        if any(name in self.item for name in _LIMITS):
            # Otherwise DynamoDB would delete the operator's limits too.
            removed = " REMOVE expiration"
        else:
            changed["expiration"] = {"N": str(usage.admitted_ms[-1] // 1000 + _KEPT_S)}
        return {
            "UpdateExpression": f"SET {', '.join(f'{one} = :{one}' for one in changed)}{removed}",
            "ConditionExpression": " AND ".join(self._same(_COMPARED)),
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in changed.items()},
                **self._seen(_COMPARED),
            },
        }


#: A tenant of whom this worker has seen nothing.
UNSEEN = SeenItem({}, Usage(), Limits(), float("-inf"))


def _attributes(usage: Usage) -> dict[str, Any]:
    return {
        "admissions": {"B": _bytes(usage.admitted_ms)},
        "day_count": {"N": str(usage.day_count)},
    }


def _utc_day(usage: Usage) -> dict[str, str]:
    return {"N": str(usage.admitted_ms[-1] // DAY_MS)}


def _bytes(admitted_ms: tuple[int, ...]) -> bytes:
    *earlier, last_ms = admitted_ms
    return struct.pack(f">Q{len(earlier)}H", last_ms, *(last_ms - one for one in earlier))


def _times(attribute: Mapping[str, Any]) -> tuple[int, ...]:
    content = bytes(attribute["B"])
    last_ms, *before = struct.unpack(f">Q{(len(content) - 8) // 2}H", content)
    return (*(last_ms - one for one in before), last_ms)


def _count(attribute: Mapping[str, Any]) -> int:
    number = int(attribute["N"])
    if number < 0:
        raise ValueError("a count is never negative")
    return number
