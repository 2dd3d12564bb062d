"""The few shapes that our own drawings are made of; texts are always escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cxdata.charts import theme
from cxdata.charts.theme import Mode, literal

FONT = "font-family='Source Sans, Source Sans Pro, system-ui, Segoe UI, Helvetica, sans-serif'"
INK: dict[Mode, str] = {"light": theme.TEXT, "dark": theme.DARK[theme.TEXT]}
PALE_INK: dict[Mode, str] = {"light": theme.MUTED, "dark": theme.DARK[theme.MUTED]}
PAPER: dict[Mode, str] = {"light": theme.GROUND, "dark": theme.DARK[theme.GROUND]}

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
Tone = Literal["ink", "quiet", "goal", "paper"]
_TONES: dict[Tone, dict[Mode, str]] = {
    "ink": INK,
    "quiet": PALE_INK,
    "goal": {"light": theme.GOAL, "dark": theme.DARK[theme.GOAL]},
    "paper": {"light": theme.GROUND, "dark": theme.GROUND},
}
# Lines keep their width in a drawing that is stretched.
STEADY = "vector-effect='non-scaling-stroke'"
LETTERS = 14  # the height of a label's letters in a drawing that stands by itself


@dataclass(frozen=True)
class Label:
    """A text of a sketch whose middle height is at a point; ``at`` in the sketch's own units.

    ``size`` is the height of its letters in those units, for a sketch that keeps its proportions;
    without it they are as large as a page's small text.
    """

    at: Point
    text: str
    tone: Tone = "ink"
    anchor: Anchor = "start"
    is_bold: bool = False
    size: float | None = None


@dataclass(frozen=True)
class Sketch:
    """A drawing that may be stretched to any place, with labels that keep their size.

    A page lays the labels over the shapes as its own text, so that they have its typeface and
    grow with it; whoever wants one file takes :meth:`svg`. ``shapes`` are stretched; their lines
    keep their width.
    """

    width: float
    height: float
    shapes: tuple[str, ...]
    labels: tuple[Label, ...]
    mode: Mode

    @property
    def is_proportional(self) -> bool:
        """Whether it has to keep its proportions, as its letters grow with it."""
        return any(it.size for it in self.labels)

    @property
    def stretching(self) -> str:
        """The shapes alone, as a picture that fills its place."""
        return drawing(self.width, self.height, self.shapes, is_stretched=True)

    @property
    def svg(self) -> str:
        """Shapes and labels in one picture."""
        texts = [
            words(
                it.at,
                it.text,
                _TONES[it.tone][self.mode],
                it.size or LETTERS,
                anchor=it.anchor,
                bold=it.is_bold,
            )
            for it in self.labels
        ]
        return drawing(self.width, self.height, [*self.shapes, *texts])


def drawing(
    width: float, height: float, parts: Sequence[str], *, is_stretched: bool = False
) -> str:
    """A whole picture; one that is stretched fills its place, whatever its proportions."""
    box = f"viewBox='0 0 {width:g} {height:g}'"
    if is_stretched:
        box += " preserveAspectRatio='none' width='100%' height='100%'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {box}>{''.join(parts)}</svg>"


def point(at: Point, colour: str, *, size: float = 8) -> str:
    """A round point that stays round, and as large, however the drawing is stretched."""
    x, y = at
    return (
        f"<path d='M{x:.1f} {y:.1f}h0' stroke='{colour}' stroke-width='{size:g}' "
        f"stroke-linecap='round' {STEADY}/>"
    )


def words(
    at: Point, text: str, colour: str, size: float, *, anchor: str = "start", bold: bool = False
) -> str:
    """A text whose middle height is at the point."""
    weight = "600" if bold else "400"
    x, y = at
    return (
        f"<text x='{x:.1f}' y='{y + size * 0.35:.1f}' {FONT} font-size='{size:g}' "
        f"font-weight='{weight}' fill='{colour}' text-anchor='{anchor}'>{literal(text)}</text>"
    )


def stroke(start: Point, end: Point, colour: str, *, width: float = 1, dashes: str = "none") -> str:
    """A straight line."""
    return (
        f"<line x1='{start[0]:.1f}' y1='{start[1]:.1f}' x2='{end[0]:.1f}' y2='{end[1]:.1f}' "
        f"stroke='{colour}' stroke-width='{width:g}' stroke-dasharray='{dashes}' {STEADY}/>"
    )


def area(points: Sequence[Point], colour: str, *, opacity: float = 1) -> str:
    """A filled polygon."""
    return f"<polygon points='{_joined(points)}' fill='{colour}' fill-opacity='{opacity:g}'/>"


def path(points: Sequence[Point], colour: str, *, width: float = 2, dashes: str = "none") -> str:
    """A line through points."""
    return (
        f"<polyline points='{_joined(points)}' fill='none' stroke='{colour}' "
        f"stroke-width='{width:g}' stroke-linejoin='round' stroke-dasharray='{dashes}' {STEADY}/>"
    )


def dot(at: Point, fill: str, colour: str, *, radius: float = 3) -> str:
    return (
        f"<circle cx='{at[0]:.1f}' cy='{at[1]:.1f}' r='{radius:g}' fill='{fill}' "
        f"stroke='{colour}' stroke-width='1.3'/>"
    )


def box(at: Point, width: float, height: float, colour: str, *, opacity: float = 1) -> str:
    """A rectangle from its upper left corner."""
    return (
        f"<rect x='{at[0]:.1f}' y='{at[1]:.1f}' width='{max(width, 0):.1f}' height='{height:.1f}' "
        f"rx='1.5' fill='{colour}' fill-opacity='{opacity:g}'/>"
    )


def _joined(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
