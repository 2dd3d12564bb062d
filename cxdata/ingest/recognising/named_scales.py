"""Scales as headers name them: (1-3), sur 10, /10, de 1 à 5, 1 = bad, 5 = good, (%), stars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TOPS = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 100})
SHORTEST_FROM_ZERO = 10  # a scale of which only the top is named begins at 0 from here on
PERCENT = 100
STARS = 5

_END = r"(?!\w)(?!\s*[-/.]\s*\d)"
_RANGE = re.compile(
    rf"(?<![\w.,/-])([01])(?:\s*\([^()]{{0,60}}\))?(?:\s*(?:[-–—−…→]|\.{{2,3}})\s*"
    rf"|\s+(?:à|a|to|bis|through|al|and|et|und|y)\s+)(\d{{1,3}}){_END}"
    rf"|[:_ ]([01])_(\d{{1,3}})(?!\d)",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"\b(?:de|from|von|entre|between|zwischen|échelle|scale|skala|escala)\s*$", re.I
)
_TOP = re.compile(
    rf"(?:(?<![\d\s])\s*/|\bsur|\bout of|\bsobre|\bauf)\s*(\d{{1,3}}){_END}"
    r"(?=\s*(?:$|[)\]?.,;:!_–-]))",
    re.IGNORECASE,
)
_POINTS = re.compile(r"(?<!\w)(\d{1,2})[\s-]*(?:points?|pts?|stufen|puntos)\b", re.IGNORECASE)
_ANCHORS = re.compile(r"(?<!\w)(\d{1,2})\s*[=:]\s*[^\d=:]{2,}?(?<!\w)(\d{1,2})\s*[=:]")
_PERCENT = re.compile(
    r"[(\[]\s*(?:en |in )?%|%\s*[)\]]?\s*$"
    r"|[(\[]?\b(?:percent|percentage|pourcentage|pour cent|prozent|porcentaje)\b[)\]]?",
    re.IGNORECASE,
)
_STARS = re.compile(r"\b(?:stars?|étoiles?|etoiles?|sterne|estrellas|stelle)\b|★", re.IGNORECASE)


class ScaleSpan(NamedTuple):
    """A scale's ends; ``low`` is None where only the top is named: it is 0 or 1."""

    low: int | None
    high: int

    def of(self, has_zero: bool) -> ScaleSpan:
        """With its lower end: 0 from ten points on, or where some value is 0."""
        is_from_zero = has_zero or self.high >= SHORTEST_FROM_ZERO
        return ScaleSpan((0 if is_from_zero else 1) if self.low is None else self.low, self.high)


def named_scale(header: str) -> ScaleSpan | None:
    """The scale that a header names; None if it names none.

    >>> named_scale("CSAT (1-3)"), named_scale("Satisfaction sur 10"), named_scale("Q1 2026-10")
    (ScaleSpan(low=1, high=3), ScaleSpan(low=None, high=10), None)
    >>> named_scale("Satisfaction (1 = pas du tout, 7 = tout à fait)"), named_scale("CSAT (%)")
    (ScaleSpan(low=1, high=7), ScaleSpan(low=0, high=100))
    """
    return next((span for span, _ in _named(header)), None)


def without_scale(header: str) -> str:
    """The header without what names its scale.

    >>> without_scale("Note de satisfaction de 1 à 5"), without_scale("NPS /10")
    ('Note de satisfaction ', 'NPS')
    """
    for _, found in _named(header):
        if found.re is _STARS:  # that is what it is called
            break
        before = _LEADING.sub("", header[: found.start()])
        return before + header[found.end() :]
    return header


def _named(header: str) -> Iterator[tuple[ScaleSpan, re.Match[str]]]:
    for ends in _RANGE.finditer(header):
        low, high = (ends[1], ends[2]) if ends[1] else (ends[3], ends[4])
        if int(high) in TOPS:
            yield ScaleSpan(int(low), int(high)), ends
    if anchors := _ANCHORS.search(header):
        first, last = sorted((int(anchors[1]), int(anchors[2])))
        if first in (0, 1) and last in TOPS:
            yield ScaleSpan(first, last), anchors
    for pattern in (_TOP, _POINTS):
        if (top := pattern.search(header)) and int(top[1]) in TOPS:
            yield ScaleSpan(None, int(top[1])), top
    if percent := _PERCENT.search(header):
        yield ScaleSpan(0, PERCENT), percent
    if stars := _STARS.search(header):
        yield ScaleSpan(None, STARS), stars
