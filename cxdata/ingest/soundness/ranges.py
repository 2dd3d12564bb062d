"""Every value is one that can be: scores, days, codes, orders of moments, references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.judging.spellings import SPELLED_FIELDS
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.blocks import RESTORE, filled_tables
from cxdata.ingest.soundness.report import Problem
from cxdata.models import (
    BATCH_KINDS,
    CASE_STATUSES,
    CHANNELS,
    DECISION_FIGURES,
    DECISION_STATUSES,
    KINDS,
    LINE_KINDS,
    MAIL_STATES,
    ROLES,
    SENT_BY,
    SEVERITIES,
    SURVEYS,
)

IMPOSSIBLE = N_("{table}: {count} rows have an impossible {column}.")
NOT_UNIQUE = N_("{table}: {count} rows share their {column} with another.")
UNREFERRED = N_("{table}: {count} rows belong to no batch.")

INITIATORS = ("customer", "company", "automatic")
# Local years of files lie from 1900 to 2100; UTC may be a day off.
_MOMENT = "{0} between timestamp '1899-12-30' and timestamp '2101-01-03'"
_DAY = "{0} between date '1899-12-30' and date '2101-01-03'"
_WRITTEN = "{0} between timestamp '1970-01-01' and timestamp '2101-01-03'"


@dataclass(frozen=True)
class Rule:
    """What holds for a column of each row; a null fulfils it."""

    table: str
    column: str
    condition: str


UNIQUE = (
    ("batches", "batch_id"),
    ("annotations", "annotation_id"),
    ("reference_lines", "line_id"),
    ("snapshots", "snapshot_id"),
    ("snapshot_packs", "(snapshot_id, locale)"),
    ("pack_choices", "choice_id"),
    ("scenarios", "scenario_id"),
    ("import_profiles", "name"),
    ("cases", "case_id"),
    ("cases", "case_number"),
    ("held_alerts", "hold_id"),
    ("comment_notes", "change_number"),
    ("rights_changes", "change_number"),
    ("decisions", "change_number"),
    ("mail_schedules", "schedule_id"),
    ("mails", "mail_id"),
    ("saved_views", "view_id"),
    ("start_views", "reader"),
    ("response_versions", "(response_id, batch_id)"),
    ("contact_versions", "(contact_id, batch_id)"),
    ("customer_versions", "(customer_id, batch_id)"),
    ("assessment_versions", "(assessment_id, batch_id)"),
    ("invitation_versions", "(invitation_id, batch_id)"),
)
OF_BATCHES = ("refused_rows", "batch_marks")


@cache
def rules() -> tuple[Rule, ...]:
    """All of them; what a recount or a mark proves besides stands here, too."""
    return (
        *_batch_rules(),
        *_answer_rules(),
        *_contact_rules(),
        *_customer_rules(),
        *_invitation_rules(),
        *_written_rules(),
    )


def range_problems(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    filled = filled_tables(con)
    by_table: dict[str, list[Rule]] = {}
    for rule in rules():
        by_table.setdefault(rule.table, []).append(rule)
    for table, its_rules in by_table.items():
        if table in filled:
            yield from _broken(con, table, its_rules)
    for table, key in UNIQUE:
        if table in filled:
            yield from _shared(con, table, key)
    for table in filled.intersection(OF_BATCHES):
        count = _count(
            con,
            f"""select count(*) from {table} where batch_id not in (
                select batch_id from batches)""",
        )
        if count:
            yield Problem("orphan", UNREFERRED, table=table, count=count, remedy=Note(RESTORE))


def _broken(
    con: duckdb.DuckDBPyConnection, table: str, its_rules: Sequence[Rule]
) -> Iterator[Problem]:
    counts = ", ".join(f"count(*) filter (not ({rule.condition}))" for rule in its_rules)
    found = con.execute(f"select {counts} from {table}").fetchall()[0]
    for rule, count in zip(its_rules, found, strict=True):
        if count:
            yield Problem(
                "range",
                IMPOSSIBLE,
                table=table,
                column=rule.column,
                count=int(count),
                remedy=Note(RESTORE),
            )


def _shared(con: duckdb.DuckDBPyConnection, table: str, key: str) -> Iterator[Problem]:
    count = _count(con, f"select count(*) - count(distinct {key}) from {table}")
    if count:
        column = key.strip("()")
        remedy = Note(RESTORE)
        yield Problem("unique", NOT_UNIQUE, table=table, column=column, count=count, remedy=remedy)


def _batch_rules() -> Iterator[Rule]:
    for column in (
        *("row_count", "accepted_count", "corrected_count", "replaced_count"),
        *("refused_count", "duplicate_count", "left_out_count"),
    ):
        yield Rule("batches", column, f"{column} >= 0")
    yield Rule("batches", "kind", _one_of("kind", BATCH_KINDS))
    yield Rule("batches", "batch_id", "batch_id >= 1")
    yield Rule("batches", "corrected_count", "corrected_count <= accepted_count")
    yield Rule("batches", "replaced_count", "replaced_count <= accepted_count")
    yield Rule("batches", "loaded_at", _WRITTEN.format("loaded_at"))
    yield Rule("batches", "undone_at", _WRITTEN.format("undone_at"))
    yield Rule("batches", "extracted_at", _MOMENT.format("extracted_at"))
    yield Rule("batches", "sha256", "regexp_full_match(sha256, '[0-9a-f]{64}')")
    yield Rule("refused_rows", "line", "line >= 0")
    yield Rule("refused_rows", "reason", "reason <> ''")
    yield Rule("batch_marks", "row_count", "row_count > 0")
    yield Rule("batch_marks", "mark", "regexp_full_match(mark, '[0-9a-f]{32}')")
    yield Rule("table_marks", "mark", "regexp_full_match(mark, '[0-9a-f]{32}')")


def _answer_rules() -> Iterator[Rule]:
    table = "response_versions"
    yield Rule(table, "response_id", "response_id <> ''")
    yield Rule(table, "responded_at", _MOMENT.format("responded_at"))
    yield Rule(table, "responded_on", _same_day("responded_at", "responded_on"))
    yield Rule(table, "survey", _one_of("survey", SURVEYS))
    yield Rule(table, "channel", _one_of("channel", CHANNELS))
    yield Rule(table, "nps_score", "nps_score between 0 and 10")
    yield Rule(table, "csat_score", "csat_score between 1 and 5")
    yield Rule(table, "ces_score", "ces_score between 1 and coalesce(ces_scale, 7)")
    yield Rule(table, "ces_scale", "ces_scale in (5, 7)")
    yield Rule("rating_versions", "touchpoint", "touchpoint <> ''")
    yield Rule("rating_versions", "scale", "scale in (5, 10)")
    yield Rule(
        "rating_versions",
        "score",
        "score between case when scale = 5 then 1 else 0 end and coalesce(scale, 10)",
    )
    yield Rule("comment_terms", "label", "(term = '') = (label = '')")


def _contact_rules() -> Iterator[Rule]:
    table = "contact_versions"
    yield Rule(table, "contact_id", "contact_id <> ''")
    yield Rule(table, "channel", _one_of("channel", CHANNELS))
    yield Rule(table, "initiated_by", _one_of("initiated_by", INITIATORS))
    yield Rule(table, "opened_at", _MOMENT.format("opened_at"))
    yield Rule(table, "opened_on", _same_day("opened_at", "opened_on"))
    for column in ("first_response_at", "abandoned_at", "resolved_at"):
        yield Rule(table, column, f"{_MOMENT.format(column)} and {column} >= opened_at")


def _customer_rules() -> Iterator[Rule]:
    table = "customer_versions"
    yield Rule(table, "customer_id", "customer_id <> ''")
    yield Rule(table, "started_on", _DAY.format("started_on"))
    yield Rule(
        table, "ended_on", f"{_DAY.format('ended_on')} and (ended_on < started_on) is not true"
    )
    yield Rule(table, "annual_revenue_amount", "isfinite(annual_revenue_amount)")
    point = r"\d{4}-\d\d-\d\d=(\d+(\.\d+)?(e[+-]?\d+)?)?"
    is_history = f"regexp_full_match(revenue_history, '{point}(;{point})*')"
    yield Rule(table, "revenue_history", is_history)
    table = "assessment_versions"
    yield Rule(table, "journey", "journey <> ''")
    yield Rule(table, "indicator", "indicator <> ''")
    yield Rule(table, "level", "level between 1 and 6")
    yield Rule(table, "value", "value between 0 and 1")
    yield Rule(table, "assessed_on", _DAY.format("assessed_on"))
    yield Rule(table, "case_count", "case_count >= 1")


def _invitation_rules() -> Iterator[Rule]:
    table = "invitation_versions"
    yield Rule(table, "invitation_id", "invitation_id <> ''")
    yield Rule(table, "survey", _one_of("survey", SURVEYS))
    yield Rule(table, "sent_by", _one_of("sent_by", SENT_BY))
    yield Rule(table, "sent_at", _MOMENT.format("sent_at"))
    yield Rule(table, "sent_on", _same_day("sent_at", "sent_on"))
    for column in ("opened_at", "answered_at"):
        yield Rule(table, column, _MOMENT.format(column))
    yield Rule(table, "is_answered", "not (answered_at is not null and is_answered is false)")


def _written_rules() -> Iterator[Rule]:
    for table, column in (
        ("annotations", "changed_at"),
        ("reference_lines", "changed_at"),
        ("snapshots", "taken_at"),
        ("pack_choices", "changed_at"),
        ("scenarios", "saved_at"),
        ("journey_visions", "written_at"),
        ("settings_history", "changed_at"),
        ("import_profiles", "saved_at"),
        ("value_spellings", "changed_at"),
        ("alert_rules", "changed_at"),
        ("rights_changes", "changed_at"),
        ("decisions", "changed_at"),
        ("mail_schedules", "made_at"),
        ("mails", "queued_at"),
        ("saved_views", "saved_at"),
        ("start_views", "set_at"),
    ):
        yield Rule(table, column, _WRITTEN.format(column))
    yield Rule("annotations", "noted_on", _DAY.format("noted_on"))
    yield Rule("annotations", "text", "text <> ''")
    yield Rule("reference_lines", "kind", _one_of("kind", LINE_KINDS))
    yield Rule("reference_lines", "survey", _one_of("survey", SURVEYS))
    yield Rule("reference_lines", "nps", "nps between -100 and 100")
    yield Rule("reference_lines", "name", "name <> ''")
    yield Rule("reference_lines", "source", "kind <> 'benchmark' or source is not null")
    yield Rule(
        "reference_lines",
        "published_on",
        f"case when kind = 'benchmark' then published_on is not null else true end"
        f" and {_DAY.format('published_on')}",
    )
    yield Rule("snapshots", "title", "title <> ''")
    yield Rule("snapshot_packs", "locale", "locale <> ''")
    yield Rule("snapshot_packs", "format", "format >= 1")
    yield Rule("pack_choices", "name", "name <> ''")
    yield Rule("scenarios", "name", "name <> ''")
    yield Rule("journey_visions", "journey", "journey <> ''")
    yield Rule("settings_history", "setting", "setting <> ''")
    yield Rule("settings_history", "applies_from", _DAY.format("applies_from"))
    yield Rule("import_profiles", "kind", _one_of("kind", KINDS))
    yield Rule("value_spellings", "field", _one_of("field", SPELLED_FIELDS))
    yield Rule("value_spellings", "value", "value <> '' and spelling <> ''")
    yield Rule("alert_rules", "min_answer_count", "min_answer_count >= 1")
    yield Rule("decisions", "text", "text <> ''")
    yield Rule("decisions", "owner", "owner <> ''")
    yield Rule("decisions", "status", _one_of("status", DECISION_STATUSES))
    yield Rule("decisions", "figure", _one_of("figure", DECISION_FIGURES))
    yield Rule("decisions", "decided_on", _DAY.format("decided_on"))
    yield Rule("decisions", "due_on", f"{_DAY.format('due_on')} and due_on >= decided_on")
    yield Rule("rights_changes", "subject_kind", _one_of("subject_kind", ("person", "group")))
    yield Rule("rights_changes", "subject", "subject <> ''")
    yield Rule("rights_changes", "role", _one_of("role", ROLES))
    yield Rule("saved_views", "name", "name <> '' and owner <> ''")
    yield Rule("rights_changes", "until_on", _DAY.format("until_on"))
    yield Rule("mails", "state", _one_of("state", MAIL_STATES))
    yield Rule("mails", "attempt_count", "attempt_count >= 0")
    yield Rule("cases", "opened_at", _MOMENT.format("opened_at"))
    for column in ("due_at", "first_contact_at", "closed_at"):
        yield Rule("cases", column, f"{_MOMENT.format(column)} and {column} >= opened_at")
    yield Rule("cases", "status", _one_of("status", CASE_STATUSES))
    yield Rule("cases", "severity", _one_of("severity", SEVERITIES))
    yield Rule("cases", "revision", "revision >= 1")
    yield Rule("cases", "fired_on", _DAY.format("fired_on"))
    yield Rule("case_history", "changed_at", _WRITTEN.format("changed_at"))
    yield Rule("case_history", "revision", "revision >= 1")
    yield Rule("case_history", "field", "field <> ''")
    yield Rule("held_alerts", "case_count", "case_count >= 1")
    yield Rule("comment_notes", "changed_at", _WRITTEN.format("changed_at"))
    yield Rule("comment_notes", "field", _one_of("field", ("kind", "reply")))
    yield Rule(
        "held_alerts", "decided_at", f"{_MOMENT.format('decided_at')} and decided_at >= held_at"
    )


def _one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


def _same_day(moment: str, day: str) -> str:
    """The local day; no zone is further from UTC than a day."""
    return f"abs(date_diff('day', cast({moment} as date), {day})) <= 1"


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])
