"""The firm's own spellings: what its files write, and the value that is stored for it.

Those of a choice (channel, survey, initiator) add to columns.toml, and so do the words of a score.
Those of a text fold several names into one: "Entreprises" and "B2B" become "Business".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import duckdb
import polars as pl

from cxdata.errors import SettingsError
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.models import DIMENSIONS
from cxdata.record import note_done
from cxdata.store.connection import Store

CHOICE_FIELDS = ("channel", "survey", "initiated_by", "sent_by")
TEXT_FIELDS = (*(name for name in DIMENSIONS if name not in CHOICE_FIELDS), "reason")
# The scores whose labels can be taught, with the numbers that these may stand for.
SCORE_FIELDS = {"nps_score": range(11), "csat_score": range(1, 6), "ces_score": range(1, 8)}
SPELLED_FIELDS = (*CHOICE_FIELDS, *TEXT_FIELDS, *SCORE_FIELDS)


def own_spellings(store: Store) -> Mapping[str, Mapping[str, str]]:
    """Field -> spelling in its plain form -> value; no field without spellings."""
    with store.cursor() as con:
        rows = con.execute(
            "select field, spelling, value from value_spellings order by field, value, spelling"
        ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for field, spelling, value in rows:
        found.setdefault(field, {})[plain_form(spelling)] = value
    return found


def spellings_table(store: Store) -> pl.DataFrame:
    """One row per spelling, by field, value and spelling.

    - ``field``, ``spelling``, ``value`` (String)
    - ``changed_at`` (Datetime, UTC), ``changed_by`` (String): by whom and when it was saved
    """
    with store.cursor() as con:
        spellings: pl.DataFrame = con.sql(
            """select field, spelling, value, changed_at, changed_by from value_spellings
            order by field, value, spelling"""
        ).pl()
    return spellings


def save_spelling(
    store: Store, field: str, spelling: str, value: str, changed_by: str | None = None
) -> None:
    """Have a spelling read as a value from now on; it replaces what was said of it before.

    Rows that are stored already stay as they are: import their file again.

    Raises
    ------
    SettingsError
        If the spelling or the value is empty, or the value none of the field's.
    ValueError
        If the field has no spellings.
    """
    _check(field, spelling, value)
    with store.transaction() as con:
        _remove(con, field, spelling)
        con.execute(
            "insert into value_spellings values ($field, $spelling, $value, $now, $changed_by)",
            {
                "field": field,
                "spelling": spelling.strip(),
                "value": value.strip(),
                "now": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
                "changed_by": changed_by,
            },
        )
    note_done(store, "settings_changed", details={"spelling_of": field})


def remove_spelling(store: Store, field: str, spelling: str) -> None:
    """Forget a spelling; nothing happens if there is none."""
    with store.transaction() as con:
        _remove(con, field, spelling)
    note_done(store, "settings_changed", details={"spelling_of": field})


def _remove(con: duckdb.DuckDBPyConnection, field: str, spelling: str) -> None:
    saved = con.execute(
        "select spelling from value_spellings where field = $field", {"field": field}
    ).fetchall()
    for (each,) in saved:
        if plain_form(each) == plain_form(spelling):
            con.execute(
                "delete from value_spellings where field = $field and spelling = $spelling",
                {"field": field, "spelling": each},
            )


def _check(field: str, spelling: str, value: str) -> None:
    if field not in SPELLED_FIELDS:
        raise ValueError(f"{field} has no spellings")
    if not plain_form(spelling) or not value.strip():
        raise SettingsError("A spelling and the value it stands for are needed.")
    known = known_values(field)
    if known and value.strip() not in known:
        raise SettingsError(
            "{value} can't be stored here; known are: {known}.",
            value=value.strip(),
            known=", ".join(known),
        )


def known_values(field: str) -> tuple[str, ...]:
    """The values that a field may hold; none if it may hold any text."""
    if field in SCORE_FIELDS:
        return tuple(map(str, SCORE_FIELDS[field]))
    if field not in CHOICE_FIELDS:
        return ()
    return tuple(dict.fromkeys(load_columns().spellings[field].values()))
