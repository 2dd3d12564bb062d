"""Daily counts: facts go in, the small tables that every metric reads come out.

Each table is defined once, by its ``sql/rebuild_<table>.sql``. Here they are emptied and
filled again inside the import's own transaction: those of answers and contacts day by day, only
the days that changed, the others as a whole. The same statements can run on another engine
without a metric noticing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import duckdb
import polars as pl

from cxdata.config import ResponseStandard, Settings
from cxdata.errors import StoreError
from cxdata.models import Kind
from cxdata.store.clocks import clock_spans, local_offsets
from cxdata.store.query import run_query, run_statement
from cxdata.store.settings_history import SettingsHistory
from cxdata.store.sources import source_rows
from cxdata.store.touched import ContactBasis, Slice, contact_basis, contact_slices, days_again

# Which counts change with which facts, in the order in which they are made.
DAY_TABLES: dict[str, frozenset[Kind]] = {
    "answers_known": frozenset({"responses"}),
    "contacts_known": frozenset({"contacts"}),
    "customers_known": frozenset({"customers"}),
    "customer_dimensions": frozenset({"customers"}),
    "customer_prices": frozenset({"customers"}),
    # Customers give answers and contacts the dimensions that these don't say themselves.
    "answer_days": frozenset({"responses", "customers"}),
    "score_days": frozenset({"responses", "customers"}),
    "repeat_answers": frozenset({"responses", "customers"}),
    "term_labels": frozenset({"responses"}),
    "term_days": frozenset({"responses", "customers"}),  # the terms of term_labels
    # Customers also say which contacts are those of strategic accounts.
    "contact_outcomes": frozenset({"contacts", "customers"}),
    "contact_days": frozenset({"contacts", "customers"}),  # this and what follows: of the outcomes
    "wait_days": frozenset({"contacts", "customers"}),
    "need_days": frozenset({"contacts", "customers"}),
    "customer_spans": frozenset({"customers", "responses"}),
    "invitations_known": frozenset({"invitations"}),
    # Answers tell who answered where the file of invitations doesn't.
    "invitation_outcomes": frozenset({"invitations", "customers", "responses"}),
}
# Beside these, repeat_answers is counted again for the customers of the days alone.
# Each row of these stands for answers of its own day only.
COUNTED_BY_DAY = frozenset({"answer_days", "score_days", "term_days"})
# Each row of these stands for contacts of its own day only; they are counted slice by slice.
COUNTED_BY_OPENING = ("contact_outcomes", "contact_days", "wait_days", "need_days")
# Where one of the facts has no row, these are empty, and it isn't asked.
EMPTY_WITHOUT: dict[str, tuple[str, ...]] = {
    "response_versions": ("answers_known", "answer_days", "score_days", "repeat_answers"),
    "comment_terms": ("term_labels", "term_days"),
    "contact_versions": COUNTED_BY_OPENING,
    "customer_versions": (
        "customers_known",
        "customer_dimensions",
        "customer_prices",
        "customer_spans",
    ),
    "invitation_versions": ("invitations_known", "invitation_outcomes"),
}
# What of a day table a store may have from an earlier version with another grain.
COUNTED_FORMS = ("customer_spans by revenue", "repeat_answers by customer")
# How ``counted_with`` begins where the day tables come from elsewhere.
ELSEWHERE = "elsewhere "
# Where a statement counts no contacts.
NO_CONTACTS = Slice((), ())
# How far the clocks run on after the last contact, so that what waits has its deadline.
DAYS_AHEAD = timedelta(days=90)
CLOCK_DAY = 86_400.0
SMALLEST_PART = 1e-9  # of a day, lost in a division


def rebuild_days(
    con: duckdb.DuckDBPyConnection,
    history: SettingsHistory,
    kinds: Iterable[Kind],
    days: Sequence[date] | None = None,
) -> None:
    """Count again what the changed ``kinds`` of facts touch; called inside a transaction.

    ``days`` are those on which facts came, went or changed; None: there may be any.
    """
    _count(con, history, kinds, days)
    con.execute(
        "update store_info set data_version = data_version + 1, counted_with = $print",
        {"print": fingerprint(history)},
    )


def count_days(
    con: duckdb.DuckDBPyConnection,
    history: SettingsHistory,
    kinds: Iterable[Kind],
    days: Sequence[date] | None = None,
) -> None:
    """As ``rebuild_days``, for the same data: its version stays."""
    _count(con, history, kinds, days)
    con.execute("update store_info set counted_with = $print", {"print": fingerprint(history)})


def _count(
    con: duckdb.DuckDBPyConnection,
    history: SettingsHistory,
    kinds: Iterable[Kind],
    days: Sequence[date] | None,
) -> None:
    changed = frozenset(kinds)
    settings = history.now
    see_counted_here(con)
    before: ContactBasis | None = None
    is_counted_so = False
    if changed & DAY_TABLES["contact_outcomes"]:
        before = contact_basis(con)
        is_counted_so = _is_counted_with(con, fingerprint(history))
        first_at, latest_at = run_query(con, "contact_moments", {}).row(0)
        _write_standards(con, history)
        _write_clocks(con, history, first_at, latest_at)
        _refill(con, "contact_sources", source_rows(con))
    people = None
    if days is not None and changed & DAY_TABLES["repeat_answers"]:
        people = _people_on(con, days)
    counted_days = _answer_dates(con) if days is None else days
    parameters = counting_parameters(settings, counted_days, people)
    unasked = _surely_empty(con)
    for table, sources in DAY_TABLES.items():
        if sources & changed and table not in COUNTED_BY_OPENING:
            _empty(con, table, days, people)
            if table not in unasked:
                run_statement(con, f"rebuild_{table}", parameters)
    if before:
        again = None
        if days is not None and is_counted_so:
            again = days_again(con, before, days, settings.contacts.return_days)
        _count_contacts(con, settings, again)


def _count_contacts(
    con: duckdb.DuckDBPyConnection, settings: Settings, days: Sequence[date] | None
) -> None:
    """Count the contacts of the days; None: of all days."""
    slices = contact_slices(con, days, settings.contacts.return_days)
    for table in COUNTED_BY_OPENING:
        _empty_days(con, table, "opened_on", days)
        for part in slices:
            run_statement(con, f"rebuild_{table}", counting_parameters(settings, (), part=part))


def see_counted_here(con: duckdb.DuckDBPyConnection) -> None:
    """Refuse to count what was counted elsewhere: the facts aren't in this store.

    Raises
    ------
    StoreError
        If the day tables come from the facts in a lake.
    """
    if is_counted_elsewhere(con):
        raise StoreError(
            "The daily counts of this store were made from the facts in a lake: no file is taken "
            "into it, and nothing is counted again here.",
            "Count there again with the command count, or use another store.",
        )


def is_counted_elsewhere(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the day tables come from the facts in a lake (``cxdata.lake``)."""
    told = con.execute("select counted_with from store_info").fetchall()
    return bool(told) and str(told[0][0]).startswith(ELSEWHERE)


def note_counted_elsewhere(con: duckdb.DuckDBPyConnection, history: SettingsHistory) -> None:
    """Mark the store as one whose day tables come from a lake; within their transaction."""
    con.execute(
        "update store_info set data_version = data_version + 1, counted_with = $print",
        {"print": ELSEWHERE + fingerprint(history)},
    )


def see_no_facts(con: duckdb.DuckDBPyConnection) -> None:
    """Refuse a store that has facts of its own, whose counts would be lost.

    Raises
    ------
    StoreError
        If a fact has a row.
    """
    facts = [it for it in EMPTY_WITHOUT if it != "comment_terms"]
    asked = " or ".join(f"exists (select 1 from {it})" for it in facts)
    if con.execute(f"select {asked}").fetchall()[0][0]:
        raise StoreError(
            "This store has facts of its own, so its daily counts can't come from a lake.",
            "Name another store with --store; it is made if it isn't there.",
        )


def counting_parameters(
    settings: Settings,
    days: Sequence[date],
    people: Sequence[str] | None = None,
    *,
    part: Slice = NO_CONTACTS,
) -> dict[str, object]:
    """What the statements that count may bind: the ``days`` of answers to count, the ``part`` of
    the contacts, and the ``people`` where it is by customer; None: all of them."""
    return {
        "time_zone": settings.firm.time_zone,
        "return_days": settings.contacts.return_days,
        "information_reasons": list(settings.contacts.information_reasons),
        "advertising_reasons": list(settings.contacts.advertising_reasons),
        "class_survey": settings.churn.class_survey,
        "minimum_count": settings.answers.minimum_count,
        "response_days": settings.invitations.response_days,
        "days": list(days),
        "opened_days": list(part.opened_days),
        "near_days": list(part.near_days),
        "people": people,
    }


def _people_on(con: duckdb.DuckDBPyConnection, days: Sequence[date]) -> list[str] | None:
    """The customers with answers on the days; None where somebody lost one, who isn't told."""
    people = run_query(con, "answering_again", {"days": list(days)})["customer_id"]
    return None if people.null_count() else people.to_list()


def _empty(
    con: duckdb.DuckDBPyConnection,
    table: str,
    days: Sequence[date] | None,
    people: Sequence[str] | None,
) -> None:
    """Take out what is counted again; of the terms also those that are no longer shown."""
    if table == "repeat_answers" and people is not None:
        con.execute(
            """delete from repeat_answers where customer_number in (
                select cast(md5_number_lower(person) >> 1 as bigint)
                from (select unnest(cast($people as varchar[])) as person))""",
            {"people": list(people)},
        )
        return
    is_by_day = table in COUNTED_BY_DAY
    _empty_days(con, table, "answered_on", days if is_by_day else None)
    if table == "term_days" and days is not None:
        con.execute(
            """delete from term_days
            where term <> '' and term not in (select term from term_labels)"""
        )


def _empty_days(
    con: duckdb.DuckDBPyConnection, table: str, day: str, days: Sequence[date] | None
) -> None:
    """Take out the rows of the days, which stand in the column ``day``; None: all rows."""
    if days is None:
        con.execute(f"delete from {table}")
        return
    con.execute(
        f"delete from {table} where {day} in (select unnest(cast($days as date[])))",
        {"days": list(days)},
    )


def _surely_empty(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The tables of which there is nothing to count.

    In a new store nearly all are asked for nonetheless: a dimension that has no column yet is then
    found when the store is opened, not at the first import.
    """
    asked = ", ".join(f"exists (select 1 from {facts})" for facts in EMPTY_WITHOUT)
    are_there = con.execute(f"select {asked}").fetchall()[0]
    if not any(are_there):
        return frozenset(EMPTY_WITHOUT["contact_versions"])
    return frozenset(
        table
        for tables, is_there in zip(EMPTY_WITHOUT.values(), are_there, strict=True)
        for table in tables
        if not is_there
    )


def _is_counted_with(con: duckdb.DuckDBPyConnection, told: str) -> bool:
    """Whether what stands there was counted with the settings of this fingerprint."""
    return con.execute("select counted_with from store_info").fetchall() == [(told,)]


def fingerprint(history: SettingsHistory) -> str:
    """Equal for settings that count alike."""
    counted = (_counted_with(history), sorted(DAY_TABLES), COUNTED_FORMS)
    return hashlib.sha256(repr(counted).encode()).hexdigest()


def kinds_counted_anew(before: SettingsHistory, after: SettingsHistory) -> frozenset[Kind]:
    """The kinds of facts whose counts a change of settings changes."""
    earlier, later = _counted_with(before), _counted_with(after)
    return frozenset(kind for kind in earlier if earlier[kind] != later[kind])


def _counted_with(history: SettingsHistory) -> dict[Kind, object]:
    """Of each kind of facts the settings that enter its counts."""
    settings = history.now
    dated = [
        (
            first_on,
            sorted(each.opening_hours.items()),
            sorted(each.response_time.items()),
            each.response_time_overrides,
        )
        for first_on, each in history.periods
    ]
    return {
        "responses": (settings.answers.minimum_count, settings.firm.time_zone),
        "contacts": (
            settings.firm,
            dated,
            settings.contacts,
        ),
        "customers": (settings.churn.class_survey, settings.firm.time_zone),
        "invitations": (settings.invitations.response_days, settings.firm.time_zone),
    }


def standard_rows(history: SettingsHistory) -> pl.DataFrame:
    """The rows of ``response_standards``: in each stretch of days those for some contacts
    first, then those for all; the one with the lowest number that fits counts."""
    first_days = [first_on for first_on, _ in history.periods]
    rows = [
        {"from_on": first_on, "until_on": until_on, **row}
        for (first_on, settings), until_on in zip(
            history.periods, [*first_days[1:], date.max], strict=True
        )
        for row in _standards_of(settings)
    ]
    return pl.DataFrame(rows, infer_schema_length=None).with_row_index("standard_id", offset=1)


def _standards_of(settings: Settings) -> Iterator[dict[str, object]]:
    seen: set[tuple[str, ...]] = set()
    for each in settings.response_time_overrides:
        value = None if each.audience == "strategic" else each.value
        key = (each.channel, each.audience, value or "")
        if key not in seen:
            seen.add(key)
            yield _standard_row(settings, each.channel, each.standard, each.audience, value)
    for channel, rule in settings.response_time.items():
        yield _standard_row(settings, channel, rule, "all", None)


def _standard_row(
    settings: Settings, channel: str, rule: ResponseStandard, audience: str, value: str | None
) -> dict[str, object]:
    day_seconds = CLOCK_DAY if rule.clock == "elapsed" else settings.business_day_seconds
    return {
        "channel": channel,
        "audience": audience,
        "audience_value": value,
        "clock": rule.clock,
        "favourable_seconds": rule.favourable_seconds,
        "limit_seconds": rule.limit_seconds,
        "is_strict": rule.is_strict,
        "abandon_rule": rule.abandon_rule,
        "short_abandon_seconds": rule.short_abandon_seconds,
        "is_in_days": _is_whole(rule.favourable_seconds / day_seconds),
    }


def _is_whole(days: float) -> bool:
    return days > 0 and abs(days - round(days)) < SMALLEST_PART


def _write_standards(con: duckdb.DuckDBPyConnection, history: SettingsHistory) -> None:
    _refill(con, "response_standards", standard_rows(history))


def _write_clocks(
    con: duckdb.DuckDBPyConnection,
    history: SettingsHistory,
    first_at: datetime | None,
    latest_at: datetime | None,
) -> None:
    con.execute("delete from clock_spans")
    con.execute("delete from local_offsets")
    if first_at is None or latest_at is None:
        return
    told_at = con.execute(
        "select max(extracted_at) from batches where kind = 'contacts' and undone_at is null"
    ).fetchall()[0][0]
    last_at = max(latest_at, told_at or latest_at)
    for table, rows in clock_rows(history, first_at, last_at).items():
        _refill(con, table, rows)


def clock_rows(
    history: SettingsHistory, first_at: datetime, last_at: datetime
) -> dict[str, pl.DataFrame]:
    """The rows of ``clock_spans`` and ``local_offsets`` for contacts between two moments."""
    first_on, last_on = first_at.date() - timedelta(days=2), last_at.date() + DAYS_AHEAD
    return {
        "clock_spans": clock_spans(history, first_on, last_on),
        "local_offsets": local_offsets(history.now.firm.time_zone, first_on, last_on),
    }


def _refill(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Put the rows, whose columns are named like the table's, in place of what it held."""
    con.execute(f"delete from {table}")
    con.register("new_rows", rows)
    con.execute(f"insert into {table} by name select * from new_rows")
    con.unregister("new_rows")


def _answer_dates(con: duckdb.DuckDBPyConnection) -> list[date]:
    return run_query(con, "answer_dates", {})["responded_on"].to_list()
