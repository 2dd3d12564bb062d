"""How figures are computed and what words mean, section by section, off the documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cxdata.errors import AskedWrongly
from cxdata.i18n import SOURCE_LOCALE, Locale
from cxdata.installed import DOCS_FOLDER

_HEADING = re.compile(r"^(#{2,4}) (.+)$", re.MULTILINE)
_NUMBERED = re.compile(r"^\d+\. ")
_MARK, _SOURCE = re.compile(r" \([SPD]\)$"), re.compile(r"\([SPD]\s?: ")
_TERM = re.compile(
    r"^\| (?P<en>[^|]+) \| (?P<fr>[^|]+) \| (?P<code>[^|]+) \| (?P<meaning>.+) \|$", re.MULTILINE
)
_HEAD_OF_TABLE = re.compile(r"English|-+")


@dataclass(frozen=True)
class Section:
    """A part of a document: ``name`` is what a figure calls its method, in every language."""

    name: str
    heading: str
    text: str


def anchor(heading: str) -> str:
    """A heading as the address of its section.

    >>> anchor("Why it moved: score or mix? `p`")
    'why-it-moved-score-or-mix-p'
    """
    plain = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
    return plain.replace(" ", "-")


def plain_heading(heading: str) -> str:
    """A heading without its number and without the mark of where its choice comes from.

    >>> plain_heading("7. Themes of comments"), plain_heading("Classes and score (S)")
    ('Themes of comments', 'Classes and score')
    >>> plain_heading("Poids (P : Johnson 2000)")
    'Poids (Johnson 2000)'
    """
    return _SOURCE.sub(r"(", _MARK.sub("", _NUMBERED.sub("", heading)))


@cache
def methods(locale: Locale) -> tuple[Section, ...]:
    """The sections of the methods in a language; the names are those of the English ones."""
    named = _sections(_document("metrics", SOURCE_LOCALE))
    told = _sections(_document("metrics", locale))
    if len(told) != len(named):
        told = named
    return tuple(
        Section(anchor(english), heading, text)
        for (english, _), (heading, text) in zip(named, told, strict=True)
    )


def method(name: str, locale: Locale) -> Section:
    """One section of the methods.

    Raises
    ------
    AskedWrongly
        If there is none of that name.
    """
    found = next((it for it in methods(locale) if it.name == name), None)
    if found is None:
        raise AskedWrongly("There is no section called {name}.", "methods lists them.", name=name)
    return found


@cache
def definitions() -> tuple[dict[str, str], ...]:
    """The words of the dashboard: English, French, the name in files, and what is meant."""
    rows = (it.groupdict() for it in _TERM.finditer(_document("glossary", SOURCE_LOCALE)))
    return tuple(
        {name: text.strip().replace("`", "") for name, text in row.items()}
        for row in rows
        if not _HEAD_OF_TABLE.fullmatch(row["en"].strip())
    )


def _document(name: str, locale: Locale) -> str:
    own = DOCS_FOLDER / f"{name}.{locale}.md"
    return (own if own.exists() else DOCS_FOLDER / f"{name}.md").read_text("utf-8")


def _sections(text: str) -> list[tuple[str, str]]:
    heads = list(_HEADING.finditer(text))
    ends = [*(it.start() for it in heads[1:]), len(text)]
    return [(it[2], text[it.end() : end].strip()) for it, end in zip(heads, ends, strict=False)]
