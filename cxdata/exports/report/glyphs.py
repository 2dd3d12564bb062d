"""Which characters the PDF can show: PDF/UA-1 is refused for a text that no font inside it has.

The typesetter's fonts have Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari and many signs, but
no emoji and nothing of East Asia. What they lack is asked of the typesetter itself, once per
character and process, and stands in the pages as :data:`LACKING`; the attached numbers keep it.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

import typst

# In the place of each character that no font has.
LACKING = "□"
# None of the typesetter's fonts has any of these: they needn't be asked for one by one.
UNHELD = ((0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xE000, 0xFAFF), (0x1F000, 0x10FFFF))
# Letters and signs of Western Europe, which all of them have.
_PLAIN = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | set("’‘“”–—…€·−→≥≤ ")
# What binds characters that aren't there to others, and what chooses their colour.
_BINDING = frozenset("\u200d\ufe0e\ufe0f")
_PROBE = b"""#set document(title: "probe")
#for it in json(bytes(sys.inputs.signs)) [#it ]"""
# What was asked for already; a character has a font for as long as the process runs.
_HELD: dict[str, bool] = {}


def shown_values(value: Any) -> Any:
    """The same values with all texts as the pages can show them.

    >>> shown_values({"a": ["Retail 漢", 1.0, None]})
    {'a': ['Retail □', 1.0, None]}
    """
    signs = {it for text in _texts(value) for it in text} - _PLAIN
    _ask(sorted(it for it in signs if it not in _HELD))
    lacking = {it for it in signs if not _HELD[it]}
    return _replaced(value, lacking) if lacking else value


def plainest_values(value: Any) -> Any:
    """The same values with nothing in them but what every font has: where signs that have a font
    each have none together."""
    signs = {it for text in _texts(value) for it in text} - _PLAIN
    return _replaced(value, {it for it in signs if it != LACKING})


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return []
    return [text for it in value for text in _texts(it)]


def _replaced(value: Any, lacking: set[str]) -> Any:
    if isinstance(value, str):
        if lacking.isdisjoint(value):
            return value
        kept = (it for it in value if it not in _BINDING)
        return "".join(_stand_in(it) if it in lacking else it for it in kept)
    if isinstance(value, dict):
        return {name: _replaced(it, lacking) for name, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replaced(it, lacking) for it in value]
    return value


def _stand_in(sign: str) -> str:
    """A box; nothing for what is drawn onto the character before it."""
    return "" if unicodedata.category(sign).startswith("M") else LACKING


def _ask(signs: Sequence[str]) -> None:
    """Find out which of them have a font, by halves where one of them hasn't."""
    unheld = [it for it in signs if any(low <= ord(it) <= high for low, high in UNHELD)]
    _HELD.update(dict.fromkeys(unheld, False))
    asked = [it for it in signs if it not in _HELD]
    if not asked:
        return
    if are_held(asked):
        _HELD.update(dict.fromkeys(asked, True))
    elif len(asked) == 1:
        _HELD[asked[0]] = False
    else:
        half = len(asked) // 2
        _ask(asked[:half])
        _ask(asked[half:])


def are_held(signs: Sequence[str]) -> bool:
    """Whether the typesetter has a font for each of them."""
    try:
        typst.compile(
            _PROBE,
            format="pdf",
            sys_inputs={"signs": json.dumps(list(signs))},
            pdf_standards="ua-1",
            ignore_system_fonts=True,
        )
    except typst.TypstError:
        return False
    return True
