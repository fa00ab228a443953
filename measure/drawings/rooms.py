"""Which room imports from which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set

from measure.drawings.drawing import Box, Drawing

_ROW, _GAP, _LETTER = 84, 14, 7.0


def rooms_drawing(below: Mapping[str, Set[str]]) -> str:
    """Draw rooms in rows, each below all that import it.

    Args:
        below: What each room imports; arrows that follow from others left out.
    """
    names = {*below, *(one for ones in below.values() for one in ones)}
    rows: dict[int, list[str]] = defaultdict(list)
    for name in sorted(names):
        rows[_depth(name, below)].append(name)
    widths = {name: len(name) * _LETTER + 18 for name in names}
    width = max(sum(widths[one] + _GAP for one in row) for row in rows.values()) + 30
    drawing = Drawing(width, _ROW * len(rows) + 6, "Rooms of the code, and what each imports")
    places: dict[str, Box] = {}
    for depth, row in sorted(rows.items()):
        ordered = sorted(row, key=lambda one: (_above(one, below, places), one))
        spare = (width - 30 - sum(widths[one] for one in row)) / (len(row) + 1)
        x = 15 + spare
        for name in ordered:
            places[name] = Box(x, 18 + depth * _ROW, widths[name], 32, (name,))
            x += widths[name] + spare
    for room, imported in sorted(below.items()):
        for other in sorted(imported):
            drawing.curve(places[room].bottom, places[other].top, down=True)
    for box in places.values():
        drawing.box(box)
    return drawing.svg()


def _depth(name: str, below: Mapping[str, Set[str]]) -> int:
    importers = [room for room, imported in below.items() if name in imported]
    return max((_depth(one, below) + 1 for one in importers), default=0)


def _above(name: str, below: Mapping[str, Set[str]], places: Mapping[str, Box]) -> float:
    importers = [places[room].top[0] for room, ones in below.items() if name in ones]
    return sum(importers) / len(importers) if importers else 0.0
