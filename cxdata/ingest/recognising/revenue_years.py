"""Columns with the revenue of one year each: ``CA 2024``, ``Revenue FY2024``, ``ARR 2023``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from cxdata.ingest.columns import YEARLY_PREFIX

_REVENUE = re.compile(
    r"\b(?:ca|chiffre d ?affaires?|revenues?|revenus?|arr|acv|turnover|net sales|billings?"
    r"|facturation|umsatz|ingresos|facturacion|fatturato)\b"
)
# Words that may stand beside: any other, such as a budget, a quarter or a margin, is another thing.
_BESIDE = frozenset(
    {
        *("ht", "ttc", "net", "annuel", "annuelle", "annual", "yearly", "total", "realise"),
        *("facture", "fy", "exercice", "annee", "year", "of", "en", "de", "du", "l", "d", "au"),
        *("fin", "end", "client", "customer", "recurring", "jahr", "k", "m", "milliers"),
        *("thousands", "thousand", "eur", "euro", "euros", "keur", "meur", "usd", "gbp", "chf"),
        *("cad", "kusd", "dec", "december", "decembre", "31", "12", "k€", "m€", "€", "$", "£"),
        *("k$", "m$", "k£", "m£", "actual", "actuals"),
    }
)
# Of two columns of a year, those count as one measure that differ in none of the other words.
_SAYING_NOTHING = frozenset(
    {
        *("annuel", "annuelle", "annual", "yearly", "total", "realise", "fy", "exercice", "annee"),
        *("year", "of", "en", "de", "du", "l", "d", "au", "fin", "end", "client", "customer"),
        *("jahr", "dec", "december", "decembre", "31", "12", "actual", "actuals"),
    }
)
_YEAR = re.compile(r"(?:fy)?((?:19|20)\d\d)")
_SHORT_YEAR = re.compile(r"fy(\d\d)")
_THOUSANDS = re.compile(r"(?:^|\W)(?:k\s?[€$£]|k\s?eur|kusd|en milliers|thousands?)", re.IGNORECASE)
_MILLIONS = re.compile(r"(?:^|\W)(?:m\s?[€$£]|m\s?eur)(?:\W|$)", re.IGNORECASE)


def yearly_columns(headers: Sequence[str], used: Collection[int]) -> dict[str, int]:
    """Field of a year's revenue -> its column; of several measures, that of most years.

    >>> yearly_columns(["N° client", "CA HT 2024 (k€)", "CA HT 2025 (k€)", "Budget CA 2026"], {0})
    {'annual_revenue_amount_2024': 1, 'annual_revenue_amount_2025': 2}
    >>> yearly_columns(["Revenue FY24", "Revenue Q1 2024", "CA 2023/2024"], ())
    {'annual_revenue_amount_2024': 0}
    """
    measures: dict[frozenset[str], dict[int, int]] = {}
    for index, header in enumerate(headers):
        found = None if index in used else _year_and_measure(header)
        if found:
            year, measure = found
            measures.setdefault(measure, {}).setdefault(year, index)
    if not measures:
        return {}
    # Of equal ones the leftmost, and before taxes.
    best = max(measures.items(), key=lambda it: (len(it[1]), "ttc" not in it[0]))[1]
    return {f"{YEARLY_PREFIX}{year}": best[year] for year in sorted(best)}


def header_factor(header: str) -> float:
    """What the amounts of a column are multiplied by, as its header says.

    >>> header_factor("CA 2024 (k€)"), header_factor("CA 2024 en M€"), header_factor("CA 2024")
    (1000.0, 1000000.0, 1.0)
    """
    if _THOUSANDS.search(header):
        return 1_000.0
    return 1_000_000.0 if _MILLIONS.search(header) else 1.0


def years_of(columns: Mapping[str, object]) -> tuple[int, ...]:
    """The years that fields of a year's revenue are of, the first first."""
    names = (it for it in columns if it.startswith(YEARLY_PREFIX))
    return tuple(sorted(int(name.removeprefix(YEARLY_PREFIX)) for name in names))


def _year_and_measure(header: str) -> tuple[int, frozenset[str]] | None:
    """The year of a header, and what it is the revenue of in that year; None if it is neither."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    plain = "".join(it for it in letters if not unicodedata.combining(it))
    words = re.findall(r"[a-z]*[€$£]|[a-z0-9]+", plain)
    years = [it for it in map(_year_in, words) if it]
    if len(years) != 1:
        return None
    others = " ".join(word for word in words if not _year_in(word))
    named = _REVENUE.search(others)
    beside = _REVENUE.sub(" ", others, count=1).split()
    if named is None or not _BESIDE.issuperset(beside):
        return None
    return years[0], frozenset({named.group(), *beside} - _SAYING_NOTHING)


def _year_in(word: str) -> int | None:
    if found := _YEAR.fullmatch(word):
        return int(found[1])
    short = _SHORT_YEAR.fullmatch(word)
    return 2000 + int(short[1]) if short else None
