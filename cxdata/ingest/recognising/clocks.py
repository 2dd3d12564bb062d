"""Day and time of day in two columns: Date beside Heure, call date beside call time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from cxdata.ingest.columns import CLOCK, load_columns
from cxdata.ingest.recognising.layout import Layout
from cxdata.ingest.recognising.proposing import BY_PHRASE

OPENED = "opened_at"

_TIME = re.compile(
    r"\s*(?:1899-12-3[01][T ]|1900-01-0[01][T ])?(?:[0-9]{1,2}\s?[:hH]\s?[0-9]{2}"
    r"(?:\s?[:mn]{1,2}\s?[0-9]{2}(?:[.,][0-9]+)?)?s?|[0-9]{1,2}\s?[hH])\s*(?:[AaPp]\.?[Mm]\.?)?\s*"
    r"|\s*0[.,][0-9]{3,}\s*"
)
_DAY = re.compile(
    r"\s*(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{5}|[^\W\d_]*\.?,?\s*[0-9]{1,2}"
    r"(?:er|st|nd|rd|th)?[-/.\s]+[^\W\d_]{3,9}\.?[-/.,\s]+[0-9]{2,4}"
    r"|[^\W\d_]{3,9}\.?\s+[0-9]{1,2},?\s+[0-9]{4})(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?\s*"
)
_MOMENT = re.compile(
    r"\s*[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[T,\sà]+[0-9]{1,2}[:hH][0-9]{2}.*", re.DOTALL
)
# What a header says besides of what it is the day or the time.
_FILLERS = frozenset(
    {
        *("date", "dates", "day", "jour", "heure", "heures", "time", "hour", "hours", "hora"),
        *("uhrzeit", "zeit", "datum", "fecha", "at", "on", "of", "the", "le", "la", "l", "de"),
        *("d", "du", "des", "local", "locale", "hh", "mm", "ss", "h", "utc", "gmt"),
    }
)


def with_clocks(layout: Layout, rows: Sequence[Sequence[str]], decided: Collection[str]) -> Layout:
    """The layout with a time of day for each moment whose column has days only.

    A moment whose own column turns out to hold times of day gets the day beside it.

    Parameters
    ----------
    rows
        The first rows below the header.
    decided
        The fields that somebody said something of: they stay as they are.
    """
    fields = load_columns().fields[layout.kind]
    pairs = {each.builds: each.name for each in fields.values() if each.type == CLOCK}
    if not pairs:
        return layout
    columns = dict(layout.columns)
    times = {it for it in range(len(layout.headers)) if _all(rows, it, _TIME)}
    days = {it for it in range(len(layout.headers)) if _all(rows, it, _DAY)}
    for moment, clock in pairs.items():
        if clock not in decided and columns.get(clock) not in times:
            index = columns.pop(clock, None)
            is_free = index is not None and moment not in {*columns, *decided}
            if index is not None and is_free and _all(rows, index, _MOMENT):
                columns[moment] = index  # "Call time" with its day
        if moment not in decided:
            _settle_day(layout, columns, moment, clock, days, times)
        if clock not in decided:
            _settle_time(layout, columns, moment, clock, days, times)
    return _with(layout, columns)


def _settle_day(
    layout: Layout,
    columns: dict[str, int],
    moment: str,
    clock: str,
    days: set[int],
    times: set[int],
) -> None:
    """The day of a moment that only a time of day was found for."""
    own = columns.get(moment)
    time = own if own in times else columns.get(clock) if own is None else None
    if time is None:
        return
    day = _beside(layout, columns, time, days, is_opening=moment == OPENED)
    columns.pop(moment, None)
    columns.pop(clock, None)
    if day is not None:
        columns[moment], columns[clock] = day, time
    elif moment != OPENED:  # on the day of the opening
        columns[clock] = time


def _settle_time(
    layout: Layout,
    columns: dict[str, int],
    moment: str,
    clock: str,
    days: set[int],
    times: set[int],
) -> None:
    """The time of a moment whose column has days only; none where it has the time itself."""
    day = columns.get(moment)
    if day is None and moment != OPENED:
        return
    if day is None or day not in days:
        columns.pop(clock, None)
    elif clock not in columns:
        time = _beside(layout, columns, day, times, is_opening=moment == OPENED)
        if time is not None:
            columns[clock] = time


def _beside(
    layout: Layout, columns: Mapping[str, int], of: int, found: set[int], *, is_opening: bool
) -> int | None:
    """The one free column that is headed alike or, of an opening, as nothing but a day or time."""
    free = found - {*columns.values()} - {of}
    stem = _stem(layout.headers[of])
    alike = [it for it in free if layout.headers[it] and _stem(layout.headers[it]) == stem]
    if not alike and is_opening:
        alike = [it for it in free if layout.headers[it] and not _stem(layout.headers[it])]
    return alike[0] if len(alike) == 1 else None


def _stem(header: str) -> tuple[str, ...]:
    letters = unicodedata.normalize("NFKD", header.casefold())
    bare = "".join(it for it in letters if not unicodedata.combining(it))
    return tuple(word for word in re.findall(r"[^\W\d_]+", bare) if word not in _FILLERS)


def _all(rows: Sequence[Sequence[str]], index: int, form: re.Pattern[str]) -> bool:
    cells = [row[index] for row in rows if index < len(row) and row[index].strip()]
    return bool(cells) and all(form.fullmatch(cell) for cell in cells)


def _with(layout: Layout, columns: Mapping[str, int]) -> Layout:
    if columns == layout.columns:
        return layout
    fields = load_columns().fields[layout.kind]
    order = [*fields, *(name for name in columns if name not in fields)]
    found = {name: columns[name] for name in order if name in columns}
    named = {name: layout.confidence.get(name, BY_PHRASE) for name in found}
    present = {*found, *layout.fixed}
    missing = [each.name for each in fields.values() if each.is_required]
    still = {name for name in missing if name not in present}
    groups = [it for it in layout.missing if it not in missing]
    return replace(
        layout,
        columns=found,
        confidence=named,
        missing=(*(name for name in missing if name in still), *groups),
    )
