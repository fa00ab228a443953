"""A picture of a run: latency over time, and the circuit breaker's state under it (SVG 1.1)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from measure.load.attempts import Attempt, percentile_ms
from measure.load.findings import Findings

_WIDTH, _HEIGHT = 960, 420
_LEFT, _RIGHT, _TOP = 64, 16, 40
_PLOT_HEIGHT = 280
_BAND_TOP, _BAND_HEIGHT = 350, 22
_PLOT_WIDTH = _WIDTH - _LEFT - _RIGHT
_STATES = {"closed": "#7fb77e", "half_open": "#e6b450", "open": "#d9534f"}
_LINES = ((0.5, "#1f6feb", "median"), (0.99, "#8250df", "99 %"), (1.0, "#b0b0b0", "slowest"))
_FONT = 'font-family="sans-serif" fill="#333"'
_TEXT = f'{_FONT} font-size="12"'


def picture(title: str, findings: Findings) -> str:
    """Draw a run.

    Args:
        title: Above it.
        findings: Of the run; there must be attempts.
    """
    attempts = findings.attempts
    begin_s = min(one.due_s for one in attempts)
    end_s = max(one.answered_s for one in attempts)
    axes = _Axes(begin_s, end_s, max(one.latency_ms for one in attempts))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="22" {_TEXT} font-weight="bold">{escape(title)}</text>',
        *_scales(axes),
        *_latencies(attempts, axes),
        *_phases(findings, axes),
        *_breaker(findings, axes),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Axes:
    """Seconds from left to right, milliseconds from the bottom up by their logarithm."""

    def __init__(self, begin_s: float, end_s: float, most_ms: float) -> None:
        self.begin_s, self.end_s = begin_s, max(end_s, begin_s + 1)
        self.decades = max(2, math.ceil(math.log10(max(most_ms, 10))))

    def x(self, at_s: float) -> float:
        share = (at_s - self.begin_s) / (self.end_s - self.begin_s)
        return _LEFT + _PLOT_WIDTH * min(1.0, max(0.0, share))

    def y(self, latency_ms: float) -> float:
        share = math.log10(max(latency_ms, 1)) / self.decades
        return _TOP + _PLOT_HEIGHT * (1 - share)


def _scales(axes: _Axes) -> Iterator[str]:
    for decade in range(axes.decades + 1):
        y = axes.y(10**decade)
        yield f'<path d="M{_LEFT} {y:.1f}h{_PLOT_WIDTH}" stroke="#e4e4e4"/>'
        label = f"{10**decade:,} ms"
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" {_TEXT} text-anchor="end">{label}</text>'
    seconds = axes.end_s - axes.begin_s
    step = next(one for one in (5, 10, 30, 60, 120, 600) if seconds / one <= 12 or one == 600)
    for at in range(0, int(seconds) + 1, step):
        x = axes.x(axes.begin_s + at)
        y = _BAND_TOP + _BAND_HEIGHT + 16
        yield f'<text x="{x:.1f}" y="{y}" {_TEXT} text-anchor="middle">{at} s</text>'


def _latencies(attempts: Sequence[Attempt], axes: _Axes) -> Iterator[str]:
    by_second: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        by_second.setdefault(int(attempt.due_s), []).append(attempt)
    for share, colour, _ in reversed(_LINES):
        points = " ".join(
            f"{axes.x(second + 0.5):.1f},{axes.y(percentile_ms(seen, share)):.1f}"
            for second, seen in sorted(by_second.items())
        )
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _phases(findings: Findings, axes: _Axes) -> Iterator[str]:
    for number, phase in enumerate(findings.phases):
        x = axes.x(min(one.due_s for one in phase.attempts))
        yield f'<path d="M{x:.1f} {_TOP}v{_PLOT_HEIGHT}" stroke="#999" stroke-dasharray="3 3"/>'
        # In four heights, since short phases stand close together.
        y = _TOP + 12 + 14 * (number % 4)
        yield f'<text x="{x + 4:.1f}" y="{y}" {_TEXT}>{escape(phase.name)}</text>'


def _breaker(findings: Findings, axes: _Axes) -> Iterator[str]:
    ends = [one.at_s for one in findings.sightings[1:]] + [axes.end_s]
    bands: list[tuple[float, float, str]] = []
    for seen, end_s in zip(findings.sightings, ends, strict=True):
        if bands and bands[-1][2] == seen.state:
            bands[-1] = (bands[-1][0], end_s, seen.state)
        else:
            bands.append((seen.at_s, end_s, seen.state))
    for begin_s, end_s, state in bands:
        x = axes.x(begin_s)
        width = max(0.5, axes.x(end_s) - x)
        yield (
            f'<rect x="{x:.1f}" y="{_BAND_TOP}" width="{width:.1f}" height="{_BAND_HEIGHT}" '
            f'fill="{_STATES[state]}"/>'
        )


def _legend() -> Iterator[str]:
    entries = [(colour, f"latency, {name} of each second") for _, colour, name in _LINES]
    entries += [(colour, f"breaker {name.replace('_', ' ')}") for name, colour in _STATES.items()]
    for (colour, name), x in zip(entries, range(_LEFT, _WIDTH, 150), strict=False):
        y = _HEIGHT - 14
        yield f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 14}" y="{y}" {_FONT} font-size="10">{name}</text>'
