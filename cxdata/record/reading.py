"""The record as administrators read it, and the end of what is older than the settings say."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import polars as pl

from cxdata.models import last_months
from cxdata.record.acting import Actor
from cxdata.record.acts import INSERT, Act, act_row
from cxdata.store.connection import Store

LISTED_ACTS = 1000  # on a page and as a table; files hold all
RETENTION = Actor("retention", "")


def recorded_acts(
    store: Store,
    *,
    since: date | None = None,
    until: date | None = None,
    by: str | None = None,
    act: Act | None = None,
    limit: int | None = None,
) -> pl.DataFrame:
    """Who did what.

    Parameters
    ----------
    since, until
        The first and the last day (UTC), both included.
    by
        A name, or a part of one, in any case.

    Returns
    -------
    pl.DataFrame
        One row per act, newest first: ``done_at`` (Datetime, UTC), ``done_by``, ``place``,
        ``act``, ``filters``, ``details`` (String; the last two JSON). No rows if nothing fits.
    """
    with store.cursor() as con:
        found: pl.DataFrame = con.sql(
            """select done_at, done_by, place, act, filters, details from acts
            where ($since is null or done_at >= cast($since as timestamp))
                and ($until is null or done_at < cast($until as timestamp) + interval 1 day)
                and ($done_by is null or contains(lower(done_by), lower($done_by)))
                and ($act is null or act = $act)
            order by done_at desc, rowid desc limit $most""",
            params={
                "since": since,
                "until": until,
                "done_by": by,
                "act": act,
                "most": limit if limit is not None else 2**40,
            },
        ).pl()
    return found


def people_in_record(store: Store) -> list[str]:
    """Everybody who did something, by name."""
    with store.cursor() as con:
        rows = con.execute("select distinct done_by from acts order by done_by").fetchall()
    return [str(row[0]) for row in rows]


def shorten_record(store: Store, months: int, today: date | None = None) -> int:
    """Take out what is older than so many months, and write that down; how many acts went.

    Nothing else takes anything out of the record. 0 months: all is kept.
    """
    if not months:
        return 0
    first_kept = last_months(today or datetime.now(UTC).date(), months).first_on
    bound = {"first": first_kept}
    with store.cursor() as con:
        is_due = con.execute("select exists (from acts where done_at < $first)", bound)
        if not is_due.fetchall()[0][0]:
            return 0
    with store.transaction() as con:
        gone = con.execute("delete from acts where done_at < $first returning 1", bound)
        count = len(gone.fetchall())
        details = {"acts": count, "before": first_kept}
        con.execute(INSERT, act_row("record_shortened", RETENTION, details=details))
    return count


def told(text: str) -> str:
    """Filters or details of an act as words: ``file: a.csv · rows: 3``.

    >>> told('{"file": "a.csv", "rows": 3}')
    'file: a.csv · rows: 3'
    """
    values = json.loads(text)
    return " · ".join(f"{name}: {_shown(value)}" for name, value in values.items())


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "..".join(str(each) for each in value.values())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
