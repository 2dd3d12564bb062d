"""Cases as rows of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.sentences.cases import case_value_text, why_text


def cases_for_file(cases: pl.DataFrame, zone: str, tr: Translator) -> pl.DataFrame:
    """The cases as a file holds them: codes in words, moments in the firm's own time.

    ``revision`` is what each case is now: a list that comes back is held against it.
    """
    rows = list(cases.iter_rows(named=True))
    moments = ("opened_at", "due_at", "first_contact_at", "closed_at")
    local = cases.with_columns(
        pl.col(moments)
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(zone)
        .dt.replace_time_zone(None)
    )
    words: dict[str, list[str | None]] = {
        "why": [why_text(it, tr) for it in rows],
        "case_status": [name_of("case_status", it["status"], tr) for it in rows],
        "severity": [name_of("severity", it["severity"], tr) for it in rows],
        "root_cause": [_word("root_cause", it, tr) for it in rows],
        "case_outcome": [_word("outcome", it, tr) for it in rows],
    }
    return local.with_columns(
        *(pl.Series(name, texts, dtype=pl.String) for name, texts in words.items())
    ).select(
        *(
            "case_number",
            "revision",
            "case_status",
            "severity",
            "why",
            "customer_id",
            "name",
            "segment",
        ),
        *("annual_revenue_amount", "nps_score", "comment", "owner_email", *moments),
        *("root_cause", "case_outcome", "note"),
    )


def returned_cases_frame(changes: pl.DataFrame, zone: str, tr: Translator) -> pl.DataFrame:
    """What a list that came back would change, in words; columns that say nothing left out."""
    rows = list(changes.iter_rows(named=True))
    columns: dict[str, list[Any]] = {tr("Line"): [it["line"] for it in rows]}
    for name in changes.columns[1:]:
        family = "field" if name == "owner_email" else "column"
        values = [_returned_value(name, it[name], zone, tr) for it in rows]
        if any(it is not None for it in values):
            columns[name_of(family, name, tr)] = values
    return pl.DataFrame(columns)


def _returned_value(name: str, value: Any, zone: str, tr: Translator) -> Any:
    fields = {"case_status": "status", "case_outcome": "outcome", "root_cause": "root_cause"}
    if value is None or name == "case_number":
        return value
    if name == "first_contact_at":
        return tr.moment(value, zone)
    return case_value_text(fields[name], value, tr) if name in fields else str(value)


def _word(name: str, row: Mapping[str, Any], tr: Translator) -> str | None:
    return None if row[name] is None else case_value_text(name, row[name], tr)
