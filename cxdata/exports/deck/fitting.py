"""Whether a text fits its box: widths by the kind of letter, as of the usual office fonts.

No font file is asked, since the deck is shown with whichever fonts its reader has. The widths are
those of Calibri and a little more, so that fonts a little wider fit, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from unicodedata import east_asian_width

# Of the height of the letters.
NARROW = frozenset("iljtfrI.,:;'’|!()[]{}-\u00ad\u2009\u202f\u00a0 ·")
WIDE = frozenset("mwMWQOG@%&—…")
LINE_HEIGHT = 1.22
BOLD = 1.05


def text_width(text: str, size: float, *, is_bold: bool = False) -> float:
    """The width of a line in points.

    >>> text_width("", 12), text_width("aa", 10) < text_width("mm", 10)
    (0.0, True)
    """
    width = sum(_share(it) for it in text)
    return size * width * (BOLD if is_bold else 1.0)


def _share(letter: str) -> float:
    if letter in NARROW:
        return 0.3
    if letter in WIDE:
        return 0.86
    if east_asian_width(letter) in "WF":
        return 1.0
    return 0.63 if letter.isupper() else 0.53


def line_count(text: str, width: float, size: float, *, is_bold: bool = False) -> int:
    """How many lines a text takes in a width in points; words are broken only if they must be."""
    space = text_width(" ", size, is_bold=is_bold)
    lines, used = 1, 0.0
    for word in text.split(" "):
        own = text_width(word, size, is_bold=is_bold)
        if used and used + space + own > width:
            lines, used = lines + 1, 0.0
        if own > width:
            lines += ceil(own / width) - 1
            own = own % width
        used += own + (space if used else 0.0)
    return lines


def fitting_size(
    texts: Sequence[str],
    width: float,
    height: float,
    sizes: Sequence[float],
    *,
    is_bold: bool = False,
) -> float | None:
    """The first of the sizes in which all paragraphs fit the box; None if they don't in any."""
    for size in sizes:
        lines = sum(line_count(it, width, size, is_bold=is_bold) for it in texts)
        if lines * size * LINE_HEIGHT <= height:
            return size
    return None


def fitted(
    texts: Sequence[str],
    width: float,
    height: float,
    sizes: Sequence[float],
    *,
    is_bold: bool = False,
) -> tuple[list[str], float]:
    """The texts and their size; what fits in no size is cut at the end and ends in an ellipsis.

    >>> fitted(["one two three four five six"], 40, 26, (10,))
    (['one two three…'], 10)
    """
    size = fitting_size(texts, width, height, sizes, is_bold=is_bold)
    if size is not None:
        return list(texts), size
    smallest = sizes[-1]
    kept: list[str] = []
    room = max(1, int(height / (smallest * LINE_HEIGHT)))
    for text in texts:
        needed = line_count(text, width, smallest, is_bold=is_bold)
        if needed <= room:
            kept.append(text)
            room -= needed
            continue
        if room > 0:
            kept.append(_shortened(text, width, smallest, room, is_bold=is_bold))
        break
    return kept, smallest


def _shortened(text: str, width: float, size: float, lines: int, *, is_bold: bool) -> str:
    """As many words, or at the least letters, as the lines have room for."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        cut = text[:middle].rstrip() + "…"
        if line_count(cut, width, size, is_bold=is_bold) <= lines:
            low = middle
        else:
            high = middle - 1
    words = text[:low].rsplit(" ", 1)[0] if low < len(text) and " " in text[:low] else text[:low]
    return words.rstrip(" ,;:·") + "…"
