"""What the clocks of the store are held to: opening hours without a store, and contacts in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import polars as pl

from cxdata.config import OpeningSpan, load_settings
from cxdata.store.clocks import clock_spans
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.settings_history import history_of

OpeningHours = Mapping[str, tuple[OpeningSpan, ...]]


def business_spans(
    opening_hours: OpeningHours, zone: str, country: str | None, first_on: date, last_on: date
) -> pl.DataFrame:
    """The clock that stands still on nights and holidays, as the store has it."""
    defaults = load_settings()
    firm = replace(defaults.firm, time_zone=zone, country=country or "")
    settings = replace(defaults, opening_hours=opening_hours, firm=firm)
    spans = clock_spans(history_of(settings, []), first_on, last_on)
    return spans.filter(clock="business")


def business_seconds(spans: pl.DataFrame, starts: pl.Series, ends: pl.Series) -> pl.Series:
    """Open seconds between each start and end (UTC); null where one is null."""
    return (open_seconds_until(spans, ends) - open_seconds_until(spans, starts)).round(6)


def open_seconds_until(spans: pl.DataFrame, moments: pl.Series) -> pl.Series:
    """Open seconds of the clock from the first day of ``spans`` until each moment."""
    at = pl.DataFrame({"at": moments.cast(pl.Datetime("us"))})
    assert at.filter(pl.col("at") < spans["from_at"][0]).is_empty()
    assert at.filter(pl.col("at") >= spans["until_at"][-1]).is_empty()
    held = (
        at.with_row_index("row")
        .sort("at")
        .join_asof(
            spans.select("from_at", "is_open", "seconds_before"), left_on="at", right_on="from_at"
        )
    )
    since = (pl.col("at") - pl.col("from_at")).dt.total_microseconds() / 1e6
    opened = pl.when("is_open").then(since).otherwise(0.0)
    return held.sort("row").select(pl.col("seconds_before") + opened).to_series()


def clock_settings(opening_hours: OpeningHours, zone: str, favourable: float) -> dict[str, object]:
    """E-mails by business hours, social media by opening hours, chat by all hours; in France."""
    texts = {
        f"opening_hours.{day}": [f"{start:%H:%M}-{end:%H:%M}" for start, end in spans]
        for day, spans in opening_hours.items()
    }
    standards = {
        f"response_time.{channel}.{name}": value
        for channel, clock in (("email", "business"), ("social", "opening"), ("chat", "elapsed"))
        for name, value in (
            ("clock", clock),
            ("favourable_seconds", favourable),
            ("limit_seconds", 40 * favourable),
        )
    }
    return {**texts, **standards, "firm.time_zone": zone, "firm.country": "FR"}


def outcomes_of(
    store: Store, openings: Sequence[datetime], now_at: datetime
) -> list[dict[str, object]]:
    """The outcomes of contacts still open at "now", one per channel and opening."""
    rows = [
        (f"{channel} {place}", channel, at)
        for channel in ("email", "social", "chat")
        for place, at in enumerate(openings)
    ]
    with store.transaction() as con:
        con.execute("delete from contact_versions")
        con.executemany(
            """insert into contact_versions (contact_id, channel, initiated_by, opened_at,
                opened_on, batch_id, content_hash, is_current)
            values (?, ?, 'customer', ?, ?::date, 1, 0, true)""",
            [(*row, row[2]) for row in rows],
        )
        con.execute(
            """insert into contact_versions (contact_id, channel, initiated_by, opened_at,
                opened_on, first_response_at, batch_id, content_hash, is_current)
            values ('now', 'call', 'customer', $at, $at::date, $at, 1, 0, true)""",
            {"at": now_at},
        )
        rebuild_days(con, store.settings_history, ["contacts"])
        found = con.sql(
            """select channel, opened_at, wait_seconds, due_at, status
            from contact_outcomes where contact_id <> 'now'"""
        )
        return found.pl().to_dicts()
