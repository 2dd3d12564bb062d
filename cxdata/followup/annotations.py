"""Events and reference lines: what people lay over the figures so that they can be read.

Both are part of the data: each change of them raises the store's data version, so that every
session sees it. Texts are data and are kept as typed, on one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from uuid import uuid4

import polars as pl

from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.models import LINE_KINDS, SURVEYS, LineKind, Period, Survey
from cxdata.store.connection import Store
from cxdata.store.narrowing import scope_json

TEXT_LETTERS, NAME_LETTERS = 200, 80
FIRST_DAY = date(1990, 1, 1)
YEARS_AHEAD = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Annotation:
    """An event that explains a figure: what happened on a day, and who says so."""

    noted_on: date
    text: str
    author: str = ""


@dataclass(frozen=True)
class ReferenceLine:
    """A score to hold the NPS of one survey against, in points.

    The firm's own target, or a benchmark: then ``name`` is its sector, and ``source`` and
    ``published_on`` say where and when it was published.
    """

    kind: LineKind
    survey: Survey
    name: str
    nps: float
    source: str = ""
    published_on: date | None = None
    author: str = ""


def recorded_annotations(store: Store, period: Period | None = None) -> pl.DataFrame:
    """The events of a period, or all of them.

    Returns
    -------
    pl.DataFrame
        One row per event, oldest first: ``annotation_id`` (String), ``noted_on`` (Date),
        ``text`` (String), ``author`` (String, null if not told), ``changed_at`` (Datetime, UTC).
    """
    first_on, last_on = (period.first_on, period.last_on) if period else (date.min, date.max)
    return store.query("annotations", first_on=first_on, last_on=last_on)


def recorded_lines(store: Store, survey: Survey | None = None) -> pl.DataFrame:
    """The targets and benchmarks of a survey, or of all.

    Returns
    -------
    pl.DataFrame
        One row per line, targets first, then by name: ``line_id`` (String), ``kind`` (String:
        ``target`` or ``benchmark``), ``survey``, ``name`` (String), ``nps`` (Float64, points),
        ``source`` (String) and ``published_on`` (Date): never null for a benchmark, ``author``
        (String, null if not told), ``changed_at`` (Datetime, UTC).
    """
    return store.query("reference_lines", survey=survey)


def add_annotation(store: Store, annotation: Annotation) -> str:
    """Store an event; its annotation_id. It is seen by who sees all that its author may see.

    Raises
    ------
    CxDataError
        If the day is absurd, or a text is empty or too long.
    """
    return _written(
        store,
        """insert into annotations (annotation_id, noted_on, text, author, changed_at, scope)
        values ($id, $noted_on, $text, $author, $changed_at, $scope) returning annotation_id""",
        _annotation_row(annotation) | {"id": uuid4().hex, "scope": scope_json(store.scope)},
    )


def change_annotation(store: Store, annotation_id: str, annotation: Annotation) -> None:
    """Put another event in the place of one.

    Raises
    ------
    CxDataError
        As :func:`add_annotation`, or if there is no such event any more.
    """
    _see_there(store, annotation_id)
    _written(
        store,
        """update annotations set noted_on = $noted_on, text = $text, author = $author,
            changed_at = $changed_at
        where annotation_id = $id returning annotation_id""",
        _annotation_row(annotation) | {"id": annotation_id},
    )


def remove_annotation(store: Store, annotation_id: str) -> None:
    """Take an event away.

    Raises
    ------
    CxDataError
        If there is no such event any more.
    """
    _see_there(store, annotation_id)
    _written(
        store,
        "delete from annotations where annotation_id = $id returning annotation_id",
        {"id": annotation_id},
    )


def add_reference_line(store: Store, line: ReferenceLine) -> str:
    """Store a target or benchmark; its line_id.

    Raises
    ------
    CxDataError
        If the score isn't within ±100 points, a text is empty or too long, a day is absurd, or
        a benchmark lacks its source or date.
    """
    return _written(
        store,
        """insert into reference_lines (line_id, kind, survey, name, nps, source, published_on,
            author, changed_at)
        values ($id, $kind, $survey, $name, $nps, $source, $published_on, $author, $changed_at)
        returning line_id""",
        _line_row(line) | {"id": uuid4().hex},
    )


def change_reference_line(store: Store, line_id: str, line: ReferenceLine) -> None:
    """Put another line in the place of one.

    Raises
    ------
    CxDataError
        As :func:`add_reference_line`, or if there is no such line any more.
    """
    _written(
        store,
        """update reference_lines set kind = $kind, survey = $survey, name = $name, nps = $nps,
            source = $source, published_on = $published_on, author = $author,
            changed_at = $changed_at
        where line_id = $id returning line_id""",
        _line_row(line) | {"id": line_id},
    )


def remove_reference_line(store: Store, line_id: str) -> None:
    """Take a line away.

    Raises
    ------
    CxDataError
        If there is no such line any more.
    """
    _written(
        store,
        "delete from reference_lines where line_id = $id returning line_id",
        {"id": line_id},
    )


def last_sensible_day() -> date:
    """As far ahead as anybody announces an event."""
    return _now().date() + YEARS_AHEAD


def _written(store: Store, statement: str, row: dict[str, object]) -> str:
    """The id of the row that was written; caches and other sessions see the change.

    A statement that touches nothing meets a row that another session has removed.
    """
    change = store.keeping if "annotation_id" in statement else store.transaction
    with change() as con:
        touched = con.execute(statement, row).fetchall()
        if not touched:
            raise _gone()
        con.execute("update store_info set data_version = data_version + 1")
    return str(touched[0][0])


def _see_there(store: Store, annotation_id: str) -> None:
    """Whoever may not see an event can't change it either."""
    if annotation_id not in recorded_annotations(store)["annotation_id"].to_list():
        raise _gone()


def _gone() -> CxDataError:
    return CxDataError(
        N_("It isn't there any more: somebody has removed it."), N_("Load the page again.")
    )


def _annotation_row(annotation: Annotation) -> dict[str, object]:
    return {
        "noted_on": _sensible(annotation.noted_on),
        "text": _filled(annotation.text, N_("Say what happened."), TEXT_LETTERS),
        "author": _line_of(annotation.author, NAME_LETTERS) or None,
        "changed_at": _now(),
    }


def _line_row(line: ReferenceLine) -> dict[str, object]:
    if line.kind not in LINE_KINDS or line.survey not in SURVEYS:
        raise ValueError(f"no line of kind {line.kind!r} for the survey {line.survey!r}")
    source = _line_of(line.source, TEXT_LETTERS)
    if line.kind == "benchmark" and (not source or line.published_on is None):
        raise CxDataError(
            N_("A benchmark needs its source and the day it was published."),
            N_("Without them nobody can tell what the line means."),
        )
    return {
        "kind": line.kind,
        "survey": line.survey,
        "name": _filled(line.name, N_("Give the line a name."), NAME_LETTERS),
        "nps": _within_points(line.nps),
        "source": source or None,
        "published_on": line.published_on and _published(line.published_on),
        "author": _line_of(line.author, NAME_LETTERS) or None,
        "changed_at": _now(),
    }


def _line_of(text: str, most: int) -> str:
    """The text on one line, without what no keyboard types."""
    line = " ".join("".join(it if it >= " " else " " for it in text).split())
    if len(line) > most:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(line),
            most=most,
        )
    return line


def _filled(text: str, question: str, most: int) -> str:
    line = _line_of(text, most)
    if not line:
        raise CxDataError(question)
    return line


def _sensible(day: date) -> date:
    if not FIRST_DAY <= day <= last_sensible_day():
        raise CxDataError(
            N_("{day} can't be right."),
            N_("A day from 1990 to five years from now is expected."),
            day=day,
        )
    return day


def _published(day: date) -> date:
    if _sensible(day) > _now().date() + timedelta(days=1):  # it may be tomorrow there already
        raise CxDataError(N_("A benchmark can't have been published after today."))
    return day


def _within_points(nps: float) -> float:
    if not isfinite(nps) or abs(nps) > 100:
        raise CxDataError(
            N_("An NPS lies between −100 and 100 points."),
            N_("It is not a percentage of promoters."),
        )
    return float(nps)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
