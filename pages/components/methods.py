"""How each figure is computed, section by section: docs/metrics.md, the one place where it stands.

A section is called by the anchor of its English heading in every language, so that an address
holds in each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cxdata.i18n import Locale
from cxdata.installed import DOCS_FOLDER

# The marks of docs/metrics.md that say where a choice comes from.
_MARK = re.compile(r"\s*\((?P<mark>[SPD])\b\s*:?\s*(?P<source>[^()]*)\)\s*$")
_HEADING = re.compile(r"^(?P<level>#{1,3}) (?P<title>.+)$", re.MULTILINE)

_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class MethodSection:
    """One heading with what stands below it; ``level`` 2 is a chapter, 3 a section of it.

    ``mark`` says where the method comes from (S, P, D, or nothing), ``source`` is who is named.
    """

    anchor: str
    level: int
    title: str
    text: str
    mark: str = ""
    source: str = ""


def anchor_of(heading: str) -> str:
    """The anchor that a heading of Markdown gets.

    >>> anchor_of("5. Satisfaction (CSAT)")
    '5-satisfaction-csat'
    """
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def method_sections(locale: Locale) -> tuple[MethodSection, ...]:
    """All sections in their order; the English ones where there are none in the language.

    Raises
    ------
    FileNotFoundError
        If the document isn't there at all.
    """
    english = _parsed((DOCS_FOLDER / "metrics.md").read_text("utf-8"))
    own = DOCS_FOLDER / f"metrics.{locale}.md"
    shown = _parsed(own.read_text("utf-8")) if own.exists() else english
    anchors = _of_their_own([anchor_of(heading) for _, heading, _ in english])
    return tuple(
        _section(anchor, level, title, text)
        for anchor, (level, title, text) in zip(anchors, shown, strict=True)
    )


def method_section(anchor: str, locale: Locale) -> MethodSection | None:
    """The section of that anchor; None if there is none."""
    return next((it for it in method_sections(locale) if it.anchor == anchor), None)


def found_sections(words: str, locale: Locale) -> tuple[MethodSection, ...]:
    """The sections in which every word stands, those with all of them in the title first."""
    asked = words.casefold().split()
    titled = [it for it in method_sections(locale) if _has(it.title, asked)]
    told = [it for it in method_sections(locale) if _has(f"{it.title} {it.text}", asked)]
    return tuple(dict.fromkeys([*titled, *told])) if asked else ()


def _has(text: str, words: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def _of_their_own(anchors: list[str]) -> list[str]:
    """An anchor that was there before gets a number, as on GitHub.

    >>> _of_their_own(["a", "b", "a"])
    ['a', 'b', 'a-1']
    """
    before = [anchors[:place].count(it) for place, it in enumerate(anchors)]
    return [f"{it}-{count}" if count else it for it, count in zip(anchors, before, strict=True)]


def _parsed(document: str) -> list[tuple[int, str, str]]:
    bare = _CODE.sub(lambda it: " " * len(it.group()), document)
    places = list(_HEADING.finditer(bare))
    ends = [*(it.start() for it in places[1:]), len(document)]
    return [
        (len(it["level"]), it["title"].strip(), document[it.end() : end].strip())
        for it, end in zip(places, ends, strict=True)
    ]


def _section(anchor: str, level: int, title: str, text: str) -> MethodSection:
    marked = _MARK.search(title)
    if marked is None:
        return MethodSection(anchor, level, title, text)
    named = marked["source"].strip()
    return MethodSection(anchor, level, _MARK.sub("", title), text, marked["mark"], named)
