"""The fields of each kind of file and the spellings of their values, read from columns.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cxdata.models import KINDS, OWN_DIMENSIONS, Kind

COLUMNS_FILE = Path(__file__).with_name("columns.toml")
RATING_PREFIX = "rating_"
# Stored, and made from rows or columns of the file: no column is ever taken for it.
HISTORY = "revenue_history"
YEARLY_PREFIX = "annual_revenue_amount_"  # and the year that the revenue is of
WAIT = "wait_time"
CLOCK = "clock"
INTERVAL = "billing_interval"
LONGEST_KEPT = 200  # characters of a text whose plain form is worth keeping


@dataclass(frozen=True)
class Field:
    """One field of the store and what its column may be called.

    ``type`` is text, moment, day, clock, duration, score, number, yes_no or the name of a spelling
    table;
    ``one_of`` names the group of which at least one field must be there. ``builds`` names the
    field that is made from this one, which itself isn't stored: a duration builds a moment.
    ``holds`` names the personal data that the field is there for, such as e-mail, or ``anything``.
    ``rivals`` are the fields that say the same as this one in another form: a moment and the
    duration that builds it.
    """

    name: str
    type: str
    is_required: bool = False
    one_of: str = ""
    scale: str = ""
    low: int = 0
    high: int = 0
    synonyms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    builds: str = ""
    holds: str = ""
    rivals: frozenset[str] = frozenset()

    @property
    def has_form(self) -> bool:
        """Whether a value can be told from a label by its form alone."""
        return self.type in ("moment", "day", "score", "number")


@dataclass(frozen=True)
class Columns:
    """Everything that columns.toml says; header-like texts are in their plain form."""

    fields: Mapping[Kind, Mapping[str, Field]]
    rating_prefixes: tuple[str, ...]
    rating_low: int
    rating_high: int
    spellings: Mapping[str, Mapping[str, str]]
    nothing: frozenset[str]
    totals: frozenset[str]
    footers: tuple[str, ...]
    header_markers: frozenset[str]
    never_endings: tuple[str, ...]
    counting: frozenset[str]
    codebook: frozenset[str]

    def field(self, kind: Kind, name: str) -> Field:
        """The field called ``name``; a rating is one for each touchpoint, revenue for each year."""
        if name.startswith(RATING_PREFIX):
            touchpoint = name.removeprefix(RATING_PREFIX)
            return Field(
                name, "score", scale=touchpoint, low=self.rating_low, high=self.rating_high
            )
        if is_yearly(name):
            return Field(name, "number", builds=HISTORY)
        return Field(name, "text") if name == HISTORY else self.fields[kind][name]

    def rivals(self, kind: Kind, name: str) -> frozenset[str]:
        """The fields that say the same as the one called ``name``; a rating has none."""
        found = self.fields[kind].get(name)
        return found.rivals if found else frozenset()

    def stored(self, kind: Kind) -> tuple[str, ...]:
        """The fields of the kind that the store keeps."""
        names = [each.name for each in self.fields[kind].values() if not each.builds]
        return (*names, HISTORY) if kind == "customers" else tuple(names)


def is_yearly(name: str) -> bool:
    """Whether a field is the revenue of one year.

    >>> is_yearly("annual_revenue_amount_2024"), is_yearly("annual_revenue_amount")
    (True, False)
    """
    return re.fullmatch(rf"{YEARLY_PREFIX}(?:19|20)\d\d", name) is not None


def plain_form(text: str) -> str:
    """A header or a choice without tags, case, accents, spaces and punctuation.

    >>> plain_form("Date de réponse"), plain_form("<b>ResponseID</b>"), plain_form("N° client")
    ('datedereponse', 'responseid', 'nclient')
    """
    return _kept_plain_form(text) if len(text) <= LONGEST_KEPT else _plain_form(text)


def _plain_form(text: str) -> str:
    untagged = re.sub(r"<[^<>]*>", " ", text).replace("°", "")
    letters = unicodedata.normalize("NFKD", untagged.casefold())
    return "".join(filter(str.isalnum, letters))


# The same headers and words are asked for hundreds of times an import.
_kept_plain_form = lru_cache(maxsize=20_000)(_plain_form)


@cache
def load_columns() -> Columns:
    raw = tomllib.loads(COLUMNS_FILE.read_text("utf-8"))
    return Columns(
        fields={kind: _fields(raw[kind]) | _own_fields(kind) for kind in KINDS},
        rating_prefixes=tuple(raw["ratings"]["prefixes"]),
        rating_low=raw["ratings"]["low"],
        rating_high=raw["ratings"]["high"],
        spellings={name: _by_spelling(table) for name, table in raw["spellings"].items()},
        nothing=_with_and_without_accents(raw["words"]["nothing"]),
        totals=frozenset(map(plain_form, raw["words"]["totals"])),
        footers=tuple(map(plain_form, raw["words"]["footers"])),
        header_markers=frozenset(map(plain_form, raw["words"]["header_markers"])),
        never_endings=tuple(map(plain_form, raw["never"]["endings"])),
        counting=frozenset(map(plain_form, raw["shapes"]["counting"])),
        codebook=frozenset(map(plain_form, raw["shapes"]["codebook"])),
    )


def _with_and_without_accents(words: Sequence[str]) -> frozenset[str]:
    """Words in lower case, also as they are typed without accents and with a curly apostrophe."""
    lower = {word.casefold() for word in words}
    bare = {
        "".join(
            sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign)
        )
        for word in lower
    }
    return frozenset(lower | bare | {word.replace("'", "’") for word in lower})


def fields_of(kind: Kind) -> tuple[str, ...]:
    """The fields of a kind of file, the required ones first; ratings aside."""
    return tuple(load_columns().fields[kind])


def _fields(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Field]:
    fields = {name: _field(name, entry) for name, entry in table.items()}
    return {name: replace(each, rivals=_rivals(each, fields)) for name, each in fields.items()}


def _own_fields(kind: Kind) -> dict[str, Field]:
    """The firm's own dimensions, found by the names that the settings give them."""
    names = () if kind == "assessments" else OWN_DIMENSIONS
    return {name: Field(name, "text") for name in names}


def _rivals(field: Field, fields: Mapping[str, Field]) -> frozenset[str]:
    """A wait has none: it is an answer's or, if the call was given up, an end's. Nor has the time
    of day of a moment, which is a part of it, nor what a price is for."""
    if field.name in (WAIT, INTERVAL) or field.type == CLOCK:
        return frozenset()
    target = field.builds or field.name
    builders = {
        each.name for each in fields.values() if each.builds == target and each.type != CLOCK
    }
    return frozenset({target, *builders} - {field.name, WAIT, INTERVAL})


def _field(name: str, entry: Mapping[str, Any]) -> Field:
    return Field(
        name=name,
        type=entry["type"],
        is_required=entry.get("required", False),
        one_of=entry.get("one_of", ""),
        scale=entry.get("scale", ""),
        low=entry.get("low", 0),
        high=entry.get("high", 0),
        synonyms=tuple(dict.fromkeys(map(plain_form, [name, *entry["synonyms"]]))),
        phrases=tuple(map(plain_form, entry.get("phrases", []))),
        builds=entry.get("builds", ""),
        holds=entry.get("holds", ""),
    )


def _by_spelling(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {
        plain_form(spelling): value for value, spellings in table.items() for spelling in spellings
    }
