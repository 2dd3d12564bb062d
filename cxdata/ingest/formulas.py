"""Texts written so that no spreadsheet runs them as formulas, and read back as they were.

A spreadsheet cuts a line at its own list separator, which may be another than the file's, and
then a formula begins in the middle of a text: ``Great;=1+1`` of an English file in a French
Excel. So an apostrophe stands before what a formula begins with, wherever a cell could begin:
at the text's start and after each sign that some spreadsheet takes for the end of a cell.
"""

from __future__ import annotations

import re

# What can end a cell: list separators and line ends.
_ENDS = ";,|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
# What a formula begins with, also as Asian keyboards write it.
_SIGNS = "=+\\-@＝＋－＠"
# What spreadsheets pass over before it: blanks without width or with, and quotation marks.
_PASSED = "'\"\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff "
_NUMBER = rf"[+-]?[\d .:/%€$\u00a0\u202f]+(?=[{_ENDS}]|\Z)"
_FORMULA = rf"[{_PASSED}]*[{_SIGNS}]"
# A tab or line end at the very beginning is passed over as well.
_FIRST = rf"(?:{_FORMULA}|[{_PASSED}]*[\t\r\n])"


def _pattern(apostrophe: str, but: str) -> re.Pattern[str]:
    return re.compile(
        rf"\A{apostrophe}(?={but}{_FIRST})|(?<=[{_ENDS}]){apostrophe}(?={but}{_FORMULA})"
    )


_ALL = _pattern("", "")
_BUT_NUMBERS = _pattern("", rf"(?!{_NUMBER})")
_WRITTEN = _pattern("'", rf"(?!{_NUMBER})")


def defused(cell: str, *, keeps_numbers: bool = False) -> str:
    """A text so that no spreadsheet runs it; ``keeps_numbers`` leaves those with a sign alone.

    >>> defused("=1+1"), defused("'=1+1"), defused("Great;=1+1; well"), defused("a=1")
    ("'=1+1", "''=1+1", "Great;'=1+1; well", 'a=1')
    >>> defused("-3,5"), defused("-3,5", keeps_numbers=True)
    ("'-3,5", '-3,5')
    """
    return (_BUT_NUMBERS if keeps_numbers else _ALL).sub("'", cell)


def as_it_was(cell: str) -> str:
    """What ``defused`` made of a text, undone, numbers kept.

    >>> cells = ("=1+1", "'=1+1", "-3,5", "'Good'", "a;=1;'-b", "＝x")
    >>> [as_it_was(defused(cell, keeps_numbers=True)) == cell for cell in cells]
    [True, True, True, True, True, True]
    """
    return _WRITTEN.sub("", cell) if "'" in cell else cell
