"""The few shapes that our own drawings are made of; texts are always escaped."""

from __future__ import annotations

from collections.abc import Sequence

from cxdata.charts import theme
from cxdata.charts.theme import Mode, literal

FONT = "font-family='Source Sans Pro, system-ui, Segoe UI, Helvetica, Arial, sans-serif'"
INK: dict[Mode, str] = {"light": theme.TEXT, "dark": theme.DARK[theme.TEXT]}
PALE_INK: dict[Mode, str] = {"light": theme.MUTED, "dark": theme.DARK[theme.MUTED]}
PAPER: dict[Mode, str] = {"light": theme.GROUND, "dark": theme.DARK[theme.GROUND]}

Point = tuple[float, float]


def drawing(width: float, height: float, parts: Sequence[str]) -> str:
    """A whole picture."""
    box = f"viewBox='0 0 {width:g} {height:g}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {box}>{''.join(parts)}</svg>"


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
        f"stroke='{colour}' stroke-width='{width:g}' stroke-dasharray='{dashes}'/>"
    )


def area(points: Sequence[Point], colour: str, *, opacity: float = 1) -> str:
    """A filled polygon."""
    return f"<polygon points='{_joined(points)}' fill='{colour}' fill-opacity='{opacity:g}'/>"


def path(points: Sequence[Point], colour: str, *, width: float = 2) -> str:
    """A line through points."""
    return (
        f"<polyline points='{_joined(points)}' fill='none' stroke='{colour}' "
        f"stroke-width='{width:g}' stroke-linejoin='round'/>"
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
