"""The pyramid, drawn as a pyramid: an SVG image with the levels reached lit.

It is shown as an image, so nothing in it can run or be clicked; a table beside says the same
to keyboards and screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from cxdata.charts.svg import INK, PALE_INK, area, drawing, stroke, words
from cxdata.charts.theme import Mode

LEVEL_COUNT = 6
# Letters per line of a level's name; longer names take two lines.
NAME_LETTERS = 32
# From the base up; each readable with white text on it.
LEVEL_COLOURS = ("#0b5f67", "#0e727b", "#12858f", "#2a8f86", "#3f967a", "#5b9a64")
_UNLIT: dict[Mode, str] = {"light": "#e3e8eb", "dark": "#333b42"}


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
    return drawing(look.width, height, parts)


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
    ink = "#ffffff" if is_lit else PALE_INK[mode]
    number = words((centre, middle), str(level), ink, look.label_size, anchor="middle", bold=True)
    drawn = area(points, fill) + number
    if not look.names_width:
        return drawn
    beside = INK[mode] if is_lit else PALE_INK[mode]
    lines = wrap(name, NAME_LETTERS)
    first = middle - look.label_size * 0.6 * (len(lines) - 1)
    return drawn + "".join(
        words(
            (look.names_width - 14, first + look.label_size * 1.2 * position),
            line,
            beside,
            look.label_size,
            anchor="end",
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
    line = stroke((start + 4, y), (text_x - 5, y), PALE_INK[mode], dashes="2 3")
    prefix = "✗ " if level == 0 else ""
    return line + words((text_x, y), prefix + ", ".join(names), INK[mode], look.label_size)


def _y(level: float, look: PyramidLook) -> float:
    return 4 + look.level_height * (LEVEL_COUNT - level)


def _centre(look: PyramidLook) -> float:
    return look.names_width + look.base_width / 2


def _half_width(level: float, look: PyramidLook) -> float:
    """The top is cut so that level 6 still has room for its number."""
    return look.base_width / 2 * (1 - level / (LEVEL_COUNT + 0.6))
