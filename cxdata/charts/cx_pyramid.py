"""The pyramid, drawn as a pyramid: an SVG image with the levels reached lit.

It is shown as an image, so nothing in it can run or be clicked; a table beside says the same
to keyboards and screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from cxdata.charts.theme import Mode, literal

LEVEL_COUNT = 6
# Letters per line of a level's name; longer names take two lines.
NAME_LETTERS = 32
# From the base up; each readable with white text on it.
LEVEL_COLOURS = ("#0b5f67", "#0e727b", "#12858f", "#2a8f86", "#3f967a", "#5b9a64")
_TEXT: dict[Mode, str] = {"light": "#1f2a33", "dark": "#e8ecef"}
_UNLIT: dict[Mode, str] = {"light": "#e3e8eb", "dark": "#333b42"}
_UNLIT_TEXT: dict[Mode, str] = {"light": "#5b6770", "dark": "#aab4bc"}
_FONT = "font-family='system-ui, Segoe UI, Helvetica, Arial, sans-serif'"


@dataclass(frozen=True)
class PyramidLook:
    """Size of the drawing in its own units; ``label_size`` is the letter height.

    ``names_width`` is the room for level names on the left; 0 leaves them out.
    """

    names_width: int
    width: int
    level_height: int
    base_width: int
    label_size: int


OVERVIEW = PyramidLook(names_width=0, width=360, level_height=24, base_width=140, label_size=14)
PAGE = PyramidLook(names_width=400, width=1180, level_height=58, base_width=460, label_size=19)


def pyramid_svg(
    company_level: int,
    level_names: Sequence[str],
    journeys_by_level: dict[int, list[str]],
    *,
    mode: Mode,
    look: PyramidLook = PAGE,
) -> str:
    """The six levels, lit up to the company's, journeys written beside the level they reached.

    Parameters
    ----------
    company_level
        0 (none) to 6.
    level_names
        Name of each level, from the first to the sixth; none for numbers only.
    journeys_by_level
        Level 0 to 6 -> names of the journeys that reached just that level.
    """
    names = list(level_names) or [""] * LEVEL_COUNT
    height = look.level_height * LEVEL_COUNT + 8
    parts = [
        _level(level, level <= company_level, names[level - 1], mode, look)
        for level in range(1, LEVEL_COUNT + 1)
    ]
    parts += [_journeys(level, names, mode, look) for level, names in journeys_by_level.items()]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {look.width} {height}'>"
        + "".join(parts)
        + "</svg>"
    )


def _level(level: int, is_lit: bool, name: str, mode: Mode, look: PyramidLook) -> str:
    bottom, top = _y(level - 1, look), _y(level, look) + 3
    half_bottom, half_top = _half_width(level - 1, look), _half_width(level, look)
    centre, middle = _centre(look), (bottom + top) / 2
    points = [
        (centre - half_bottom, bottom),
        (centre + half_bottom, bottom),
        (centre + half_top, top),
        (centre - half_top, top),
    ]
    fill = LEVEL_COLOURS[level - 1] if is_lit else _UNLIT[mode]
    ink = "#ffffff" if is_lit else _UNLIT_TEXT[mode]
    shape = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    number = _text(centre, middle, str(level), ink, look.label_size, "middle", bold=True)
    drawn = f"<polygon points='{shape}' fill='{fill}'/>{number}"
    if not look.names_width:
        return drawn
    beside = _TEXT[mode] if is_lit else _UNLIT_TEXT[mode]
    lines = wrap(name, NAME_LETTERS)
    first = middle - look.label_size * 0.6 * (len(lines) - 1)
    return drawn + "".join(
        _text(
            look.names_width - 14,
            first + look.label_size * 1.2 * position,
            line,
            beside,
            look.label_size,
            "end",
            bold=is_lit,
        )
        for position, line in enumerate(lines)
    )


def _journeys(level: int, names: list[str], mode: Mode, look: PyramidLook) -> str:
    if not names:
        return ""
    y = _y(max(level, 1) - 0.5, look) + 1
    start = _centre(look) + _half_width(max(level, 1) - 0.5, look)
    text_x = look.names_width + look.base_width + 18
    line = (
        f"<line x1='{start + 4:.1f}' y1='{y:.1f}' x2='{text_x - 5}' y2='{y:.1f}' "
        f"stroke='{_UNLIT_TEXT[mode]}' stroke-width='1' stroke-dasharray='2 3'/>"
    )
    prefix = "✗ " if level == 0 else ""
    return line + _text(
        text_x, y, prefix + ", ".join(names), _TEXT[mode], look.label_size, "start", bold=False
    )


def _y(level: float, look: PyramidLook) -> float:
    return 4 + look.level_height * (LEVEL_COUNT - level)


def _centre(look: PyramidLook) -> float:
    return look.names_width + look.base_width / 2


def _half_width(level: float, look: PyramidLook) -> float:
    """The top is cut so that level 6 still has room for its number."""
    return look.base_width / 2 * (1 - level / (LEVEL_COUNT + 0.6))


def _text(x: float, y: float, text: str, colour: str, size: int, anchor: str, *, bold: bool) -> str:
    weight = "600" if bold else "400"
    return (
        f"<text x='{x:.1f}' y='{y + size * 0.35:.1f}' {_FONT} font-size='{size}' "
        f"font-weight='{weight}' fill='{colour}' text-anchor='{anchor}'>{literal(text)}</text>"
    )
