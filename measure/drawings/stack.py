"""Who calls whom on AWS."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from measure.drawings.drawing import Box, Drawing

Arrows = Mapping[tuple[str, str], Set[str]]
_ROUTED = "HttpApi"
_STEP, _TOP = 62, 52


def stack_drawing(arrows: Arrows) -> str:
    """Draw the functions between their routes and what they use.

    Args:
        arrows: What each part does with another, by the two.
    """
    functions = sorted({one for pair in arrows for one in pair if one.endswith("Function")})
    used = _ordered(
        {to for (of, to) in arrows if of in functions and to not in functions}, functions, arrows
    )
    height = _TOP + _STEP * max(len(functions) + 1, len(used) * 0.75) + 20
    drawing = Drawing(920, height, "The stack: routes, functions, and what each function uses")
    for x, title in ((25, "routes"), (330, "functions"), (690, "keys, tables, buckets")):
        drawing.words(x, 30, (title,), "start")
    boxes: dict[str, Box] = {}
    for number, name in enumerate(functions):
        y = _TOP + number * _STEP
        boxes[name] = drawing.box(Box(330, y, 150, 42, (words(name).removesuffix(" function"),)))
        routes = sorted(arrows.get((_ROUTED, name), ()))
        if routes:
            lines = tuple(", ".join(routes[at : at + 2]) for at in range(0, len(routes), 2))
            drawing.words(25, y + 25 - (len(lines) - 1) * 8, lines, "start", small=True)
            drawing.arrow((262, y + 21), (330, y + 21))
    space = (_STEP * len(functions)) / max(1, len(used) - 1) * 0.98
    for number, name in enumerate(used):
        kind = "key" if name.endswith("Key") else "store"
        boxes[name] = drawing.box(Box(690, _TOP + number * space, 205, 30, (words(name),), kind))
    for (of, to), verbs in sorted(arrows.items()):
        if of in boxes and to in boxes and of in functions and to not in functions:
            drawing.curve(boxes[of].right, boxes[to].left, _kind(verbs))
        elif of in functions and to in functions:
            _sideways(drawing, boxes[of], boxes[to])
    drawing.words(
        25,
        height - 14,
        ("thick: signs · solid: writes · dotted: only reads · left of a function: invokes",),
        "start",
        small=True,
    )
    return drawing.svg()


def words(name: str) -> str:
    """Give a logical id as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _kind(verbs: Set[str]) -> str:
    if "signs" in verbs:
        return "line strong"
    return "line" if "writes" in verbs else "line thin"


def _ordered(used: Set[str], functions: list[str], arrows: Arrows) -> list[str]:
    """Order what is used by the functions that use it, so that fewer arrows cross."""

    def middle(name: str) -> tuple[float, str]:
        users = [functions.index(of) for (of, to) in arrows if to == name and of in functions]
        return sum(users) / len(users), name

    return sorted(used, key=middle)


def _sideways(drawing: Drawing, of: Box, to: Box) -> None:
    x = of.x - 22 - abs(of.y - to.y) / 14
    start, end = (of.x, of.y + 32), (to.x, to.y + 32)
    drawing.arrow(start, (x, start[1]), (x, end[1]), end, kind="line thin")
