"""Which column is which field: by its names in both languages, and by its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from cxdata.ingest.columns import RATING_PREFIX, Field, load_columns, plain_form
from cxdata.ingest.recognising.known_exports import LONGEST_NAME, Names
from cxdata.ingest.recognising.named_scales import without_scale
from cxdata.ingest.recognising.revenue_years import yearly_columns
from cxdata.ingest.recognising.shapes import is_day
from cxdata.ingest.recognising.zones import without_zone
from cxdata.models import Kind

# How sure a proposal is.
BY_NAME = 1.0
BY_PHRASE = 0.9  # also a name with something in brackets: Score (0-10)
BY_VALUES = 0.5
LEAST_GUESSED_ROWS = 3  # filled cells from which values say something
LEAST_COMMENT_LENGTH = 20  # characters that some cell of a column of comments has

Found = dict[str, tuple[int, float]]  # field -> its column, and how sure that is

_RESPONDENT = re.compile("respond|repond")
_BRACKETS = re.compile(r"[\(\[].*?[\)\]]")


def proposed_columns(
    headers: Sequence[str],
    names: Names,
    kind: Kind,
    taken: Collection[int] = (),
    decided: Collection[str] = (),
) -> Found:
    """The columns whose header, or a further header row, says what they are.

    Parameters
    ----------
    headers, names
        The header row, and what else each column is called, in plain form.
    taken, decided
        Columns and fields that are not to be proposed.
    """
    found: Found = {}
    used = {*taken, *_never_columns(names)}
    by_header, by_bare_header, by_any_name = _all_places(tuple(headers), tuple(names))
    named = _named_fields(kind, by_header.keys() | by_any_name.keys() | by_bare_header.keys())
    asked = _asked_fields(kind, by_any_name)
    ways: Sequence[tuple[Sequence[Field], Callable[[Field], int | None], float]] = (
        (named, lambda field: _first_place(field.synonyms, by_header, used), BY_NAME),
        (named, lambda field: _first_place(field.synonyms, by_any_name, used), BY_PHRASE),
        (named, lambda field: _first_place(field.synonyms, by_bare_header, used), BY_PHRASE),
        (asked, lambda field: _by_phrase(field, by_any_name, used), BY_PHRASE),
    )
    for fields, way, confidence in ways:
        for field in fields:
            if (index := way(field)) is None:
                continue
            known = {*decided, *found}
            if field.name not in known and not field.rivals & known:
                found[field.name] = (index, confidence)
                used.add(index)
    if kind == "customers":
        yearly = yearly_columns(headers, used)
        found |= {name: (at, BY_NAME) for name, at in yearly.items() if name not in decided}
    if kind == "responses":
        found |= _ratings(headers, used, decided)
        if "response_id" not in {*decided, *found}:
            found = _by_respondent(found, headers)
    return found


def _by_respondent(found: Found, headers: Sequence[str]) -> Found:
    """Where answers have no number of their own, that of the respondent is the answer's."""
    place = found.get("customer_id")
    if place is None or not _RESPONDENT.search(_key(headers[place[0]])):
        return found
    others = {name: it for name, it in found.items() if name != "customer_id"}
    return others | {"response_id": place}


def guessed_columns(
    rows: Sequence[Sequence[str]],
    width: int,
    fields: Collection[str],
    taken: Collection[int],
) -> Found:
    """The columns whose values look like those of ``fields``; only if exactly one column does.

    Scores are looked for beside days or comments only: small numbers alone may be anything.

    A guess is shown, and never taken without somebody's word.
    """
    found: Found = {}
    used = set(taken)
    columns = {
        index: [row[index].strip() for row in rows if index < len(row) and row[index].strip()]
        for index in range(width)
    }
    has_context = any(_are_days(cells) or _are_comments(cells) for cells in columns.values())
    for name in fields:
        fits = _LOOKS_LIKE.get(name)
        if fits is None or (name == "nps_score" and not has_context):
            continue
        likely = [index for index, cells in columns.items() if index not in used and fits(cells)]
        if len(likely) == 1:
            found[name] = (likely[0], BY_VALUES)
            used.add(likely[0])
    return found


def _named_fields(kind: Kind, names: Collection[str]) -> list[Field]:
    """Those of which a name is there: of a row of values, which is asked about too, none."""
    if _synonyms(kind).isdisjoint(names):
        return []
    known = frozenset(names)
    return [it for it in load_columns().fields[kind].values() if not known.isdisjoint(it.synonyms)]


def _asked_fields(kind: Kind, names: Iterable[str]) -> list[Field]:
    """Those that a question may ask for, if one of the names is such a question."""
    asking = [it for it in load_columns().fields[kind].values() if it.phrases]
    phrases = tuple(phrase for it in asking for phrase in it.phrases)
    return asking if phrases and any(map(_any_of(phrases).search, names)) else []


@cache
def _synonyms(kind: Kind) -> frozenset[str]:
    fields = load_columns().fields[kind].values()
    return frozenset(name for it in fields for name in it.synonyms)


def _never_columns(names: Names) -> set[int]:
    endings = load_columns().never_endings
    return {
        index
        for index, called in enumerate(names)
        if any(name.endswith(endings) for name in called)
    }


@lru_cache(maxsize=20_000)
def _key(header: str) -> str:
    return plain_form(header[:LONGEST_NAME])


@lru_cache(maxsize=20_000)
def _bare_keys(header: str) -> tuple[str, str]:
    """Without what it says in brackets, of a zone or of a scale."""
    without_brackets = _BRACKETS.sub(" ", without_zone(header))
    return _key(without_brackets), _key(without_scale(header))


@lru_cache(maxsize=200)
def _all_places(
    headers: tuple[str, ...], names: tuple[frozenset[str], ...]
) -> tuple[Mapping[str, list[int]], Mapping[str, list[int]], Mapping[str, list[int]]]:
    """By header, by bare header and by any name: asked for each kind of file."""
    by_header = _places([_key(header)] for header in headers)
    return by_header, _places(map(_bare_keys, headers)), _places(names)


def _places(names: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Name -> the columns that are called so, from left to right."""
    places: dict[str, list[int]] = {}
    for index, called in enumerate(names):
        for name in called:
            places.setdefault(name, []).append(index)
    return places


def _first_place(
    names: Iterable[str], places: Mapping[str, Sequence[int]], used: Collection[int]
) -> int | None:
    """The first free column that bears the first of the names."""
    free = (index for name in names for index in places.get(name, ()) if index not in used)
    return next(free, None)


def _by_phrase(
    field: Field, places: Mapping[str, Sequence[int]], used: Collection[int]
) -> int | None:
    """The leftmost free column in one of whose names a phrase of the field stands."""
    asking = _any_of(field.phrases)
    found = [
        index
        for name, indices in places.items()
        if asking.search(name)
        for index in indices
        if index not in used
    ]
    return min(found, default=None)


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, phrases)))


def _ratings(headers: Sequence[str], used: Collection[int], decided: Collection[str]) -> Found:
    prefixes = "|".join(load_columns().rating_prefixes)
    found: Found = {}
    for index, header in enumerate(headers):
        match = re.fullmatch(rf"(?:{prefixes})\s*[_:]\s*(.+)", header, flags=re.IGNORECASE)
        if match and index not in used:
            found.setdefault(RATING_PREFIX + match[1].strip(), (index, BY_NAME))
    return {name: place for name, place in found.items() if name not in decided}


def _are_days(cells: Sequence[str]) -> bool:
    return len(cells) >= LEAST_GUESSED_ROWS and all(is_day(cell) for cell in cells)


def _are_comments(cells: Sequence[str]) -> bool:
    return any(len(cell) >= LEAST_COMMENT_LENGTH and " " in cell for cell in cells)


def _are_scores(cells: Sequence[str]) -> bool:
    """Whole numbers from 0 to 10, some of them above 5: a lower one may be anything."""
    if len(cells) < LEAST_GUESSED_ROWS:
        return False
    return all(re.fullmatch(r"\d|10", cell) for cell in cells) and max(map(int, cells)) > 5


def _are_channels(cells: Sequence[str]) -> bool:
    known = load_columns().spellings["channel"]
    return len(cells) >= LEAST_GUESSED_ROWS and all(plain_form(cell) in known for cell in cells)


def _are_identifiers(cells: Sequence[str]) -> bool:
    return (
        len(cells) >= LEAST_GUESSED_ROWS
        and len(set(cells)) == len(cells)
        and all(
            re.fullmatch(r"[A-Za-z]{0,6}[-_]?\d{2,}[-_\w]*", cell) and not is_day(cell)
            for cell in cells
        )
    )


_LOOKS_LIKE: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "responded_at": _are_days,
    "opened_at": _are_days,
    "nps_score": _are_scores,
    "channel": _are_channels,
    "customer_id": _are_identifiers,
}
