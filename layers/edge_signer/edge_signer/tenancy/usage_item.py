"""A tenant's usage and limits as the DynamoDB item that holds them.

- `tenant_id`: the key.
- `admissions`: the time of the last one (64 bits, milliseconds since 1970), then how many
  milliseconds before it each earlier one was, oldest first (16 bits each).
- `day_count`: how many admissions the UTC day of the last one had; `utc_day`: that day, in days
  since 1970.
- `limit_second`, `limit_minute`, `limit_day`: an operator's, where the usual ones do not hold.
- `expiration`: when DynamoDB may delete the item (seconds since 1970); absent beside a limit.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from edge_signer.tenancy.rate_limits import DAY_MS, Limits, Usage

_LIMITS = {"limit_second": "second", "limit_minute": "minute", "limit_day": "day"}
# Two items are the same where these are: the same times and count never come again.
_COMPARED = ("admissions", "day_count", *_LIMITS)
# The count of a day is worth nothing on the next.
_KEPT_S = 2 * 86_400

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class SeenItem:
    """An item as this worker last saw or wrote it.

    Attributes:
        item: Its usage and limits in DynamoDB's JSON.
        usage: What they say.
        limits: What they say, the usual ones where they say nothing.
    """

    item: Mapping[str, Any]
    usage: Usage
    limits: Limits
    _seen_s: float

    @classmethod
    def read(cls, item: Mapping[str, Any], complain: Callable[[str], None]) -> SeenItem:
        """Read an item of DynamoDB's; what cannot be read counts as absent.

        Args:
            item: In DynamoDB's JSON; empty where there is none.
            complain: Told what cannot be read.
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
        """Give the item with another usage."""
        item = {**self.item, **_attributes(usage), "utc_day": _utc_day(usage)}
        return replace(self, item=item, usage=usage, _seen_s=time.monotonic())

    def age_s(self) -> float:
        """Seconds since it was seen or written."""
        return time.monotonic() - self._seen_s

    def counted_by(self, usage: Usage) -> dict[str, Any]:
        """Arguments of an UpdateItem that counts one request, in a way that suits the limits.

        Without windows only the day is counted, and adding to that never loses to another worker.
        With windows, or on a new day, the item is replaced if it still is what was seen.
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
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _same(self, names: Iterable[str]) -> list[str]:
        """Conditions that attributes are as they were seen."""
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
            # DynamoDB would delete an operator's limits with the rest.
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
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


#: Of a tenant that never came, as far as this worker knows.
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
