"""Texts as all faces can hold them: whatever a file said, on one line, as text."""

from __future__ import annotations

import re
from html import unescape

# Letters of a name in a chart, of a cell of a table, and of one word of either, where a page has to
# hold them; the workbook has all of them.
CHART_NAME_LETTERS, CELL_LETTERS, WORD_LETTERS = 90, 400, 32
# What XML, and so every office document, has no place for; line ends become blanks, too.
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
# What our own charts write: these marks, and no others, are markup in their texts.
_MARKUP = re.compile(r"</?(?:b|br|span)(?: style=\"[^\"]*\")?/?>")
_BREAK = re.compile(r"<br/?>")
# What a line must not part: a count from its letter, a day from its year.
_DAY = re.compile(r"\b\d{1,2}(?:er)?\s[^\W\d_]{3,9}\.?\s\d{4}\b")
_WHOLE = re.compile(rf"\bn = (?=\d)|{_DAY.pattern}")
# A number begins with a sign, a comparison or a currency; a word of four letters is no unit.
_NUMBER = re.compile(r"[≥≤≈<>+\-−–]?\s?(?:[^\w\s]|[A-Z]{3})?\s?\d")
_LETTERS = re.compile(r"[^\W\d_]{4}")


def told_text(text: object) -> str:
    """A text without the characters that no office document can hold.

    >>> told_text("a\\x00b\\nc <b> =1+1")
    'a b c <b> =1+1'
    """
    return _NOT_TEXT.sub(" ", str(text))


def unparted(text: str) -> str:
    """A text that no line parts between a count and its letter, or a day and its year.

    >>> unparted("+12 · n = 483 · 31 déc. 2026")
    '+12 · n\\xa0=\\xa0483 · 31\\xa0déc.\\xa02026'
    """
    return _WHOLE.sub(lambda it: it[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


def drawn_text(text: object) -> str:
    """What a chart's text says, without the chart's own markup.

    A text of a file stands in it with its signs escaped, and comes out as it was.

    >>> drawn_text("▼ <b>+12</b><br>483"), drawn_text("&lt;b&gt;Retail&lt;/b&gt; &amp; more")
    ('▼ +12 · 483', '<b>Retail</b> & more')
    """
    return told_text(unescape(_MARKUP.sub("", _BREAK.sub(" · ", str(text)))))


def short_text(text: str, most: int = CHART_NAME_LETTERS) -> str:
    """A text of so many letters at most, without a word that is longer than a line.

    >>> short_text("Retail, Provence-Alpes"), len(short_text("Z" * 10_000))
    ('Retail, Provence-Alpes', 32)
    """
    words = (
        it if len(it) <= WORD_LETTERS else f"{it[: WORD_LETTERS - 1]}…" for it in text.split(" ")
    )
    whole = " ".join(words)
    return whole if len(whole) <= most else f"{whole[: most - 1].rstrip()}…"


def is_number(text: str) -> bool:
    """Whether a text is a number, with its sign, unit and range if it has any.

    >>> [is_number(it) for it in ("≥ 70 %", "2 900 € – 15 k€", "29.4% (23.6% to 36.0%)", "€12k")]
    [True, True, True, True]
    >>> [is_number(it) for it in ("C17309", "31 mai 2026", "186 contacts", "", "Billing")]
    [False, False, False, False, False]
    """
    return bool(_NUMBER.match(text)) and not _LETTERS.search(text) and not _DAY.search(text)
