"""Ranges of every kind, and all that may be said about an assertion."""

from __future__ import annotations

from typing import Any

_ORIGIN = {"x": 10, "y": -0.5}
_SHAPES: list[dict[str, Any]] = [
    {"type": "rectangle", "unit": "pixel", "origin": _ORIGIN, "width": 200, "height": 1.5},
    {"type": "circle", "unit": "percent", "origin": _ORIGIN, "width": 5, "inside": False},
    {"type": "polygon", "unit": "percent", "origin": _ORIGIN, "vertices": [_ORIGIN, _ORIGIN]},
]
_FRAMES = {"start": 0, "end": 2**31 - 1}
_TEXT = {"selectors": [{"selector": {"fragment": "page=1", **_FRAMES}, "end": {"fragment": "a"}}]}
RANGES: list[dict[str, Any]] = [
    *({"type": "spatial", "shape": shape} for shape in _SHAPES),
    {"type": "temporal", "time": {"type": "npt", "start": "0", "end": "1:02:03.5"}},
    {"type": "temporal", "time": {}},
    *({"type": kind, "frame": _FRAMES} for kind in ("temporal", "frame", "textual")),
    {"type": "textual", "text": _TEXT},
    {"type": "identified", "item": {"identifier": "track_id", "value": "2"}},
]

ASSERTION_METADATA: dict[str, Any] = {
    "dateTime": "2026-01-31T12:00:00Z",
    "reviewRatings": [
        {"value": 1, "explanation": "x", "code": "actions.unknownActionsPerformed"},
        {"value": 5, "explanation": "x", "code": "com.example.y"},
    ],
    "dataSource": {"type": "remoteProvider.1stParty", "details": "x"},
    "localizations": [{"actions[0].description": {"en": "a", "de-CH": "b"}}],
    "regionOfInterest": {"region": RANGES, "identifier": "x"},
}
