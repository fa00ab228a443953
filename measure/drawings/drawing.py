"""Boxes, arrows and words, and the SVG that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

#: The manual has the same classes in docs/assets/manual.css, by its palette.
STYLE = """
.drawing{font-family:system-ui,-apple-system,"Segoe UI",Arial,sans-serif;font-size:13px}
.drawing .page{fill:#fff}.drawing .box{fill:#eef3f7;stroke:#5b7a92}
.drawing .key{fill:#fdf0d5;stroke:#b7791f}
.drawing .area{fill:none;stroke:#8a99a6;stroke-dasharray:6 4}
.drawing .store{fill:#e8f5f3;stroke:#3f8f86}.drawing .bad{fill:#fdeaea;stroke:#b54747}
.drawing text{fill:#1b2733}.drawing .small{font-size:11px;fill:#4a5a68}
.drawing .line{fill:none;stroke:#5b7a92;stroke-width:1.4}
.drawing .thin{stroke-width:.8;stroke-dasharray:3 3}
.drawing .strong{stroke:#b7791f;stroke-width:2.4}
.drawing .fault{stroke:#b54747;stroke-dasharray:5 4}
.drawing .tip{fill:#5b7a92}.drawing .tip-strong{fill:#b7791f}.drawing .tip-fault{fill:#b54747}
@media (prefers-color-scheme:dark){
.drawing .page{fill:#161d24}.drawing .box{fill:#22303c;stroke:#86a6be}
.drawing .key{fill:#43351a;stroke:#e0a94a}.drawing .area{stroke:#7d8c99}
.drawing .store{fill:#1c3835;stroke:#6cc0b6}.drawing .bad{fill:#44262a;stroke:#e58a8a}
.drawing text{fill:#e6edf3}.drawing .small{fill:#b4c2ce}
.drawing .line{stroke:#86a6be}.drawing .strong{stroke:#e0a94a}.drawing .fault{stroke:#e58a8a}
.drawing .tip{fill:#86a6be}.drawing .tip-strong{fill:#e0a94a}.drawing .tip-fault{fill:#e58a8a}}
"""
_TIPS = {"line": "tip", "line strong": "tip-strong", "line fault": "tip-fault", "line thin": "tip"}
_LINE_HEIGHT = 16


@dataclass(frozen=True)
class Box:
    """A box with words.

    Attributes:
        x: Its left edge, in pixels; `y` its upper edge.
        width: In pixels, as `height` is.
        lines: The words, a line each; all after the first are small.
        kind: `box`, `key`, `store`, `bad` or `area`; an area has its words at the top left.
    """

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    kind: str = "box"

    @property
    def left(self) -> tuple[float, float]:
        """The middle of the left edge."""
        return self.x, self.y + self.height / 2

    @property
    def right(self) -> tuple[float, float]:
        """The middle of the right edge."""
        return self.x + self.width, self.y + self.height / 2

    @property
    def top(self) -> tuple[float, float]:
        """The middle of the upper edge."""
        return self.x + self.width / 2, self.y

    @property
    def bottom(self) -> tuple[float, float]:
        """The middle of the lower edge."""
        return self.x + self.width / 2, self.y + self.height


@dataclass
class Drawing:
    """A drawing under way.

    Attributes:
        width: In pixels, as `height` is.
        title: What a screen reader says.
    """

    width: float
    height: float
    title: str
    _parts: list[str] = field(default_factory=list)

    def box(self, box: Box) -> Box:
        """Draw a box, and give it back."""
        edges = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
        self._parts.append(f'<rect class="{box.kind}" {edges} rx="6"/>')
        if box.kind == "area":
            self.words(box.x + 10, box.y + 18, box.lines, "start")
        else:
            middle = box.y + box.height / 2 - (len(box.lines) - 1) * _LINE_HEIGHT / 2 + 4.5
            self.words(box.x + box.width / 2, middle, box.lines, "middle")
        return box

    def words(
        self, x: float, y: float, lines: Iterable[str], anchor: str, *, small: bool = False
    ) -> None:
        """Write lines of words; all after the first are small.

        Args:
            x: Where they are anchored, in pixels.
            y: The base of the first line.
            lines: The words.
            anchor: `start`, `middle` or `end`.
            small: Whether the first line is small, too.
        """
        for number, line in enumerate(lines):
            style = ' class="small"' if small or number else ""
            place = f'x="{x:g}" y="{y + number * _LINE_HEIGHT:g}" text-anchor="{anchor}"'
            self._parts.append(f"<text{style} {place}>{escape(line)}</text>")

    def arrow(self, *points: tuple[float, float], kind: str = "line") -> None:
        """Draw an arrow along straight lines."""
        path = " L".join(f"{x:g} {y:g}" for x, y in points)
        self._path(f"M{path}", kind)

    def curve(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        kind: str = "line",
        *,
        down: bool = False,
    ) -> None:
        """Draw an arrow as a curve that leaves and arrives level, or upright with `down`."""
        (x, y), (to_x, to_y) = start, end
        if down:
            half = (y + to_y) / 2
            self._path(f"M{x:g} {y:g} C{x:g} {half:g} {to_x:g} {half:g} {to_x:g} {to_y:g}", kind)
        else:
            half = (x + to_x) / 2
            self._path(f"M{x:g} {y:g} C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}", kind)

    def svg(self) -> str:
        """Give the drawing."""
        place = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        tips = "".join(
            f'<marker id="{tip}" {place} markerUnits="userSpaceOnUse" orient="auto">'
            f'<path class="{tip}" d="M0 0 L8 4 L0 8z"/></marker>'
            for tip in dict.fromkeys(_TIPS.values())
        )
        size = f'viewBox="0 0 {self.width:g} {self.height:g}"'
        lines = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" {size}>',
            f"<title>{escape(self.title)}</title><style>{STYLE}</style><defs>{tips}</defs>",
            f'<rect class="page" width="{self.width:g}" height="{self.height:g}" rx="8"/>',
            *self._parts,
            "</svg>\n",
        )
        return "\n".join(lines)

    def _path(self, path: str, kind: str) -> None:
        self._parts.append(f'<path class="{kind}" d="{path}" marker-end="url(#{_TIPS[kind]})"/>')
