"""How many requests a tenant may make: two sliding windows over its last admissions, and a day.

These functions use neither clock nor storage: from a tenant's usage, its limits and the time, they
compute whether one more request is admitted, and the usage after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge_signer.platform.errors import EdgeSignerError

#: Maximum count of a window: the times must fit into a DynamoDB item of 1 KB.
MOST_COUNTED = 400
#: Maximum count in a second: beyond this rate, workers would keep losing writes to each other.
MOST_COUNTED_IN_A_SECOND = 50
#: The longest window; older admissions are not kept.
LONGEST_WINDOW_MS = 60_000
#: How far ahead another worker's clock may be.
MAX_SKEW_MS = 60_000
DAY_MS = 86_400_000
#: When to try again if it is unknown what a limit will admit, such as when a job will end.
SOON_S = 1


@dataclass(frozen=True)
class QuotaPolicy:
    """One limit as clients see it: `quota` requests in `window_s` seconds."""

    name: str
    quota: int
    window_s: int


@dataclass(frozen=True)
class Limits:
    """A tenant's limits; 0 admits nothing.

    More than `MOST_COUNTED` in a minute lifts that limit, and then more than
    `MOST_COUNTED_IN_A_SECOND` lifts that of a second. While a minute is counted, a second admits no
    more than the latter.

    Attributes:
        second: Requests in any second.
        minute: Requests in any 60 seconds.
        day: Requests in a UTC day.
    """

    second: int = 10
    minute: int = 100
    day: int = 10_000

    @property
    def windows(self) -> tuple[QuotaPolicy, ...]:
        """The sliding windows in force."""
        if self.minute <= MOST_COUNTED:
            second = min(self.second, MOST_COUNTED_IN_A_SECOND)
            return QuotaPolicy("burst", second, 1), QuotaPolicy("sustained", self.minute, 60)
        is_counted = self.second <= MOST_COUNTED_IN_A_SECOND
        return (QuotaPolicy("burst", self.second, 1),) if is_counted else ()


@dataclass(frozen=True)
class Usage:
    """What a tenant has used.

    Attributes:
        admitted_ms: Times of the last admissions, oldest first, in milliseconds since 1970.
        day_count: Number of admissions in the UTC day of the last one.
    """

    admitted_ms: tuple[int, ...] = ()
    day_count: int = 0


@dataclass(frozen=True)
class Standing:
    """A tenant's usage compared with its limits.

    Attributes:
        policies: The limits in force.
        tightest: The limit that a client reaches first.
        remaining: How many requests that limit still admits.
        reset_s: Seconds, rounded up, until it admits more.
    """

    policies: tuple[QuotaPolicy, ...]
    tightest: QuotaPolicy
    remaining: int
    reset_s: int


@dataclass(frozen=True)
class Decision:
    """Whether one more request is admitted.

    Attributes:
        admitted: Whether it is.
        usage: After the request; unchanged if it is refused.
        standing: After the request; `reset_s` is when a refused request would be admitted.
    """

    admitted: bool
    usage: Usage
    standing: Standing


class RateLimitedError(EdgeSignerError):
    """The tenant has reached a limit, or its requests came too close together.

    Args:
        met: The standing that reached a limit; the message if there is another reason.

    Attributes:
        standing: If that is the reason.
    """

    code = "RATE_LIMITED"
    title = "Rate limit exceeded"

    def __init__(self, met: Standing | str) -> None:
        if isinstance(met, str):
            self.standing = None
            super().__init__(met, retry_after_s=SOON_S)
            return
        self.standing = met
        super().__init__(
            f"This tenant may make {met.tightest.quota} requests in {met.tightest.window_s} s; "
            f"try again in {met.reset_s} s.",
            retry_after_s=met.reset_s,
        )


def decide(usage: Usage, limits: Limits, clock_ms: int) -> Decision:
    """Decide on one more request.

    Args:
        usage: Of the tenant so far.
        limits: Of the tenant.
        clock_ms: Milliseconds since 1970. If another clock wrote a later last admission, that time
            counts: times within a usage never run backwards. A usage from more than `MAX_SKEW_MS`
            ahead was written by a wrong clock and counts as none.
    """
    if usage.admitted_ms and usage.admitted_ms[-1] > clock_ms + MAX_SKEW_MS:
        usage = Usage()
    now_ms = max(clock_ms, usage.admitted_ms[-1]) if usage.admitted_ms else clock_ms
    before = list(_positions(usage, limits, now_ms))
    admitted = all(position.remaining > 0 for position in before)
    after = _counted(usage, limits, now_ms) if admitted else usage
    positions = list(_positions(after, limits, now_ms)) if admitted else before
    return Decision(admitted, after, _standing(positions, clock_ms))


def standing_of(usage: Usage, limits: Limits, clock_ms: int) -> Standing:
    """Return the standing of a tenant whose last request was admitted.

    Args:
        usage: With at least that admission.
        limits: Of the tenant.
        clock_ms: Milliseconds since 1970.
    """
    now_ms = max(clock_ms, usage.admitted_ms[-1])
    return _standing(list(_positions(usage, limits, now_ms)), clock_ms)


def _standing(positions: list[_Position], clock_ms: int) -> Standing:
    tightest = min(positions, key=lambda one: (one.remaining, -one.grows_ms))
    return Standing(
        policies=tuple(position.policy for position in positions),
        tightest=tightest.policy,
        remaining=tightest.remaining,
        reset_s=max(1, -(-(tightest.grows_ms - clock_ms) // 1000)),
    )


@dataclass(frozen=True)
class _Position:
    """A tenant's position in one limit; `grows_ms` is when `remaining` next grows."""

    policy: QuotaPolicy
    remaining: int
    grows_ms: int


def _positions(usage: Usage, limits: Limits, now_ms: int) -> Iterator[_Position]:
    for policy in limits.windows:
        quota, window_ms = policy.quota, policy.window_s * 1000
        # No window contains two admissions that are exactly its length apart.
        within = [one for one in usage.admitted_ms if one > now_ms - window_ms]
        # After a limit is lowered, more than `quota` may be inside.
        leaving = [*within, now_ms][max(0, len(within) - quota)]
        yield _Position(policy, max(0, quota - len(within)), leaving + window_ms)
    daily = QuotaPolicy("daily", limits.day, DAY_MS // 1000)
    midnight_ms = (now_ms // DAY_MS + 1) * DAY_MS
    yield _Position(daily, max(0, limits.day - _day_count(usage, now_ms)), midnight_ms)


def _counted(usage: Usage, limits: Limits, now_ms: int) -> Usage:
    counted = [window.quota for window in limits.windows]
    recent = [one for one in usage.admitted_ms if one > now_ms - LONGEST_WINDOW_MS]
    kept = (*recent, now_ms)[-max(counted, default=1) :]
    return Usage(kept, _day_count(usage, now_ms) + 1)


def _day_count(usage: Usage, now_ms: int) -> int:
    if not usage.admitted_ms or usage.admitted_ms[-1] // DAY_MS != now_ms // DAY_MS:
        return 0
    return usage.day_count
