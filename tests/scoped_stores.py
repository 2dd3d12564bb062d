"""Stores of the same rows: one with all of them, and one with only those that a scope allows.

Which rows are allowed is said here again, in Polars, without the store's own views.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from cxdata.cases.opening import insert_frame
from cxdata.followup.annotations import (
    Annotation,
    ReferenceLine,
    add_annotation,
    add_reference_line,
)
from cxdata.followup.decisions import Decision, add_decision
from cxdata.followup.scenarios import save_scenario
from cxdata.followup.snapshots import take_snapshot
from cxdata.followup.visions import Vision, write_vision
from cxdata.metrics.churn.board import EXAMPLE
from cxdata.metrics.churn.what_if import WHAT_IF_SCHEMA
from cxdata.models import (
    CASE_STATUSES,
    DIMENSIONS,
    KINDS,
    LEFT_OUT,
    Counted,
    Filters,
    Reader,
    Scope,
    last_months,
)
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.marks import mark_batch
from cxdata.store.narrowing import scope_of_json

Facts = dict[str, pl.DataFrame]
FIRST_ON = date(2025, 1, 1)
DAYS = 520
SEGMENTS = ("SMB", "Key", "Home", None)
REGIONS = ("Nord", "Sud", None)
PRODUCTS = ("Alpha", "Beta")
CHANNELS = ("call", "email", "chat", "social")
JOURNEYS = ("order", "billing", "support", None)
STORES = ("Lyon", 'L\'Isle "x"; --', None)
TERMS = ("fr:retard", "fr:prix", "en:slow", "en:friendly")
VERSIONS: Mapping[str, tuple[Counted, str, str]] = {
    "customer_versions": ("customers", "customer_id", ""),
    "response_versions": ("answers", "response_id", "responded_on"),
    "contact_versions": ("contacts", "contact_id", "opened_on"),
    "invitation_versions": ("invitations", "invitation_id", "sent_on"),
    "assessment_versions": ("assessments", "assessment_id", ""),
}
BESIDE = ("rating_versions", "comment_terms")
# Some contacts have standards of their own, strategic accounts among them.
STANDARDS = [
    {"channel": "call", "audience": "strategic", "value": "yes", "favourable_seconds": 20},
    {"channel": "email", "audience": "segment", "value": "Key", "favourable_seconds": 600},
    {"channel": "chat", "audience": "segment", "value": "SMB", "favourable_seconds": 60},
    {"channel": "social", "audience": "journey", "value": "order", "favourable_seconds": 60},
]
# And some segments have assumptions of their own; one of each is of a value that no row has.
NOWHERE = "Nowhere"
STANDARDS += [{"channel": "call", "audience": "region", "value": it} for it in ("Sud", NOWHERE)]
ASSUMPTIONS = [
    {"segment": it, "assumption": "margin_rate", "low": 0.2, "central": 0.4, "high": 0.5}
    for it in ("SMB", "Key", NOWHERE)
]
# What a saved scenario would bring.
AMOUNTS = ("low_amount", "central_amount", "high_amount")
FIGURES = pl.DataFrame(
    [{"move": it, "size": 5.0, **dict.fromkeys(AMOUNTS, 900.5)} for it in ("compliance", "total")],
    schema=WHAT_IF_SCHEMA,
)
# Two files of each kind; the later one changes some rows and brings new ones.
KIND_OF = {
    "customer_versions": "customers",
    "response_versions": "responses",
    "contact_versions": "contacts",
    "invitation_versions": "invitations",
    "assessment_versions": "assessments",
}


def made_up(seed: int, people: int = 160, rows: int = 700) -> Facts:
    """Facts of every kind, with what is hard: rows that move, returns, unknown values."""
    pick = Random(seed)
    customers = _customers(pick, people)
    ids = [it["customer_id"] for it in customers]
    answers = [_answer(pick, number, ids) for number in range(rows)]
    contacts = [_contact(pick, number, ids) for number in range(rows)]
    invitations = [_invitation(pick, number, ids) for number in range(rows // 2)]
    assessments = [_assessment(pick, number) for number in range(24)]
    facts: Facts = {}
    batches: list[dict[str, Any]] = []
    tables = zip(VERSIONS, (customers, answers, contacts, invitations, assessments), strict=True)
    for table, listed in tables:
        facts[table] = _in_files(pick, table, listed, batches)
    facts["batches"] = _frame(batches)
    facts["rating_versions"] = _ratings(pick, facts["response_versions"])
    facts["comment_terms"] = _terms(pick, facts["response_versions"])
    return facts


def filled(path: Path, facts: Facts, **settings: object) -> Store:
    """A store of these facts, counted and marked as an import leaves it."""
    store = Store.open(path)
    store.change_settings(
        {
            "own_dimensions.own_1": "Store",
            "response_time_overrides": STANDARDS,
            "churn_overrides": ASSUMPTIONS,
            **settings,
        }
    )
    with store.transaction() as con:
        for table, rows in facts.items():
            if rows.height:
                con.register("new_rows", rows)
                con.execute(f"insert into {table} by name select * from new_rows")
                con.unregister("new_rows")
        for batch_id in facts["batches"]["batch_id"]:
            mark_batch(con, batch_id)
        rebuild_days(con, store.settings_history, KINDS)
    return store


def allowed(facts: Facts, scope: Scope, whole: Store) -> Facts:
    """Of the facts those that a scope allows: versions within it of rows that are within it now.

    What answers, contacts and invitations take over from their customers is written into them:
    it is theirs, whoever may see the customer.
    """
    kept: Facts = {}
    for table, (counted, key, day) in VERSIONS.items():
        rows = _resolved(facts[table], whole, day) if day else facts[table]
        inside = rows.filter(_inside(scope, counted))
        current = inside.filter(pl.col("is_current"))[key]
        kept[table] = inside.filter(pl.col(key).is_in(current.implode()))
    answers = kept["response_versions"].select("response_id", "batch_id")
    for table in BESIDE:
        kept[table] = facts[table].join(answers, on=["response_id", "batch_id"], how="semi")
    brought = pl.concat([kept[it]["batch_id"] for it in VERSIONS]).unique()
    kept["batches"] = facts["batches"].filter(pl.col("batch_id").is_in(brought.implode()))
    return kept


def settings_of(facts: Facts, scope: Scope) -> dict[str, list[dict[str, Any]]]:
    """Of the settings what is about values that are in the scope and that these facts have."""
    named = {
        name: {
            value
            for table in ("customer_versions", "response_versions", "contact_versions")
            if name in facts[table].columns
            for value in facts[table][name]
        }
        for name in ("segment", "region", "journey")
    } | {"strategic": {"yes"}}
    for name, values in scope.allowed:
        named[name] = named.get(name, set()) & {*values}
    return {
        "response_time_overrides": [it for it in STANDARDS if it["value"] in named[it["audience"]]],
        "churn_overrides": [it for it in ASSUMPTIONS if it["segment"] in named["segment"]],
    }


def keep_beside(whole: Store, scopes: Mapping[str, Scope]) -> None:
    """Events, scenarios and snapshots: of the whole firm, and of a reader with each scope."""
    for name, scope in {"everybody": Scope(), **scopes}.items():
        con = whole.seen_by(Reader(name, "manager", scope, may_see_people=True))
        add_annotation(con, Annotation(FIRST_ON + timedelta(days=200), f"Event of {name}", name))
        filters = Filters(period=last_months(FIRST_ON + timedelta(days=DAYS), 12))
        take_snapshot(con, f"Meeting of {name}", filters, taken_by=name)
        due = Decision(
            f"Decision of {name}",
            name,
            datetime.now(UTC).date() + timedelta(days=1),
            "chat_in_time",
            filters,
        )
        add_decision(con, due, decided_by=name)
        save_scenario(con, f"Plan of {name}", EXAMPLE, filters, FIGURES, name)
    _keep_cases(whole)
    add_reference_line(whole, ReferenceLine("target", "relationship", "Goal", 30.0))
    for journey in JOURNEYS[:2]:
        write_vision(whole, Vision(str(journey), f"Vision of {journey}", (2,), "Somebody"))


def _keep_cases(whole: Store) -> None:
    """Of answers, contacts, customers and groups, opened by rules and by hand, in every state."""
    pick = Random(7)
    with whole.cursor() as con:
        subjects = {
            table: con.sql(f"select {names} from {table} order by 1").pl()
            for table, names in (
                ("responses", "response_id, customer_id"),
                ("contacts", "contact_id, customer_id"),
                ("customers", "customer_id"),
            )
        }
    about = [row for it in subjects.values() for row in it.sample(30, seed=3).to_dicts()]
    about += [{"about": "segment", "about_value": it} for it in SEGMENTS if it]
    about += [{"about": "channel", "about_value": it} for it in CHANNELS]
    cases = [_case(pick, number, subject) for number, subject in enumerate(about, start=1)]
    history = [
        {"case_id": it["case_id"], "revision": revision, "changed_at": it["changed_at"]}
        | {"field": name, "changed_by": pick.choice((None, "ada")), "value_after": it[name]}
        for it in cases
        for revision, name in enumerate(("status", "owner_email", "note"), start=1)
        if it[name]
    ]
    with whole.transaction() as con:
        insert_frame(con, "cases", _frame(cases))
        insert_frame(con, "case_history", _frame(history))


def _case(pick: Random, number: int, subject: dict[str, Any]) -> dict[str, Any]:
    opened_at = datetime.combine(FIRST_ON + timedelta(days=pick.randrange(300, DAYS)), time(9))
    status = pick.choice(CASE_STATUSES)
    is_reached = status in ("contacted", "resolved", "closed")
    closed_at = opened_at + timedelta(days=4) if status in ("resolved", "closed") else None
    return {
        "case_id": f"case {number}",
        "case_number": number,
        **dict.fromkeys(("response_id", "contact_id", "customer_id", "about", "about_value")),
        **subject,
        "rule": pick.choice((None, "low_score", "strategic_detractor")),
        "fired_on": opened_at.date(),
        "facts": "{}",
        "owner_email": pick.choice((None, "owner1@example.com", "owner2@example.com")),
        "severity": pick.choice(("urgent", "normal", "low")),
        "opened_at": opened_at,
        "due_at": opened_at + timedelta(days=2),
        "first_contact_at": opened_at + pick.randint(1, 70) * timedelta(hours=1)
        if is_reached
        else None,
        "closed_at": closed_at,
        "status": status,
        "root_cause": pick.choice((None, "delivery", "price")) if is_reached else None,
        "revision": 3,
        "changed_at": closed_at or opened_at,
        "note": pick.choice((None, f"Note {number}")),
    }


def copy_kept(whole: Store, part: Store, scope: Scope) -> None:
    """Into the other store what was made with this scope or with less, as made by everybody; and
    the cases whose answer, else whose contact, else whose customer is in it."""
    _copy_cases(whole, part)
    kept = ("annotations", "scenarios", "snapshots", "decisions")
    for table in (*kept, "reference_lines", "journey_visions"):
        with whole.cursor() as con:
            rows = con.sql(f"select * from {table}").pl()
        if "scope" in rows.columns:
            made_with = [None if it is None else scope_of_json(it) for it in rows["scope"]]
            within = [it is not None and it.is_within(scope) for it in made_with]
            rows = rows.filter(pl.Series(within, dtype=pl.Boolean))
            rows = rows.with_columns(scope=pl.lit(None, pl.String))
        elif table == "journey_visions":
            rows = rows.filter(_inside(scope, "assessments"))
        if rows.height:
            with part.transaction() as con:
                con.register("kept_rows", rows)
                con.execute(f"insert into {table} by name select * from kept_rows")
                con.unregister("kept_rows")


def _copy_cases(whole: Store, part: Store) -> None:
    with whole.cursor() as con:
        cases, history = (con.sql(f"select * from {it}").pl() for it in ("cases", "case_history"))
    with part.cursor() as con:
        answers, contacts, customers = (
            con.sql(f"select {it} from {table}").pl()[it].implode()
            for table, it in (
                ("responses", "response_id"),
                ("contacts", "contact_id"),
                ("customers", "customer_id"),
            )
        )
    of_answer = pl.col("response_id").is_in(answers)
    of_contact = pl.col("contact_id").is_in(contacts)
    of_customer = pl.col("customer_id").is_in(customers)
    is_seen = (
        pl.when(pl.col("response_id").is_not_null())
        .then(of_answer)
        .when(pl.col("contact_id").is_not_null())
        .then(of_contact)
        .otherwise(of_customer)
    )
    cases = cases.filter(is_seen)
    with part.transaction() as con:
        insert_frame(con, "cases", cases)
        insert_frame(
            con, "case_history", history.filter(pl.col("case_id").is_in(cases["case_id"].implode()))
        )


def _inside(scope: Scope, counted: Counted) -> pl.Expr:
    if any(name in LEFT_OUT[counted] or not values for name, values in scope.allowed):
        return pl.lit(value=False)
    parts = [
        pl.col(name).is_in(list(values)).fill_null(value=False) for name, values in scope.allowed
    ]
    return pl.all_horizontal(pl.lit(value=True), *parts)


def _resolved(rows: pl.DataFrame, whole: Store, day: str) -> pl.DataFrame:
    """With the dimensions that the rows take over from their customers on their day."""
    with whole.cursor() as con:
        told = con.sql("select * from customer_dimensions").pl()
    own = [it for it in DIMENSIONS if it in told.columns and it in rows.columns]
    numbered = rows.with_row_index("row_number")
    found = (
        numbered.select("row_number", "customer_id", day)
        .join(told, on="customer_id")
        .filter(pl.col(day) >= pl.col("from_on"), pl.col(day) < pl.col("until_on"))
        .select("row_number", *(pl.col(it).alias(f"told_{it}") for it in own))
    )
    joined = numbered.join(found, on="row_number", how="left", maintain_order="left")
    filled_in = [pl.coalesce(it, f"told_{it}").alias(it) for it in own]
    return joined.with_columns(filled_in).select(rows.columns)


def _customers(pick: Random, count: int) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": f"C{number}",
            "name": f"Name {number}",
            **_dimensions(pick),
            "is_strategic": pick.random() < 0.1,
            "owner_email": f"owner{number % 5}@example.com",
            "started_on": _day(pick, -900, 300),
            "ended_on": _day(pick, 200, DAYS) if pick.random() < 0.3 else None,
            "end_reason": pick.choice(("price", "service", None)),
            "annual_revenue_amount": pick.choice((None, *range(500, 9000, 250))),
        }
        for number in range(count)
    ]


def _answer(pick: Random, number: int, ids: list[str]) -> dict[str, Any]:
    day = _day(pick, 0, DAYS)
    scale = pick.choice((5, 7))
    return {
        "response_id": f"R{number}",
        "customer_id": pick.choice((None, *ids)) if pick.random() < 0.9 else None,
        "responded_at": _moment(pick, day),
        "responded_on": day,
        "survey": pick.choice(("relationship", "relationship", "transactional")),
        **_dimensions(pick, is_told=0.6),
        "channel": pick.choice(CHANNELS),
        "journey": pick.choice(JOURNEYS),
        "nps_score": pick.choice((None, *range(11), 9, 10, 9)),
        "csat_score": pick.choice((None, 1, 2, 3, 4, 5)),
        "ces_score": pick.choice(range(1, scale + 1)),
        "ces_scale": scale,
        "comment": pick.choice((None, "retard et prix", "slow but friendly")),
        "language": "fr",
    }


def _contact(pick: Random, number: int, ids: list[str]) -> dict[str, Any]:
    day = _day(pick, 0, DAYS)
    opened_at = _moment(pick, day)
    wait = timedelta(seconds=pick.choice((5, 30, 90, 600, 7_000, 90_000)))
    fate = pick.random()
    return {
        "contact_id": f"K{number}",
        "customer_id": pick.choice(ids[: len(ids) // 3]) if fate < 0.9 else None,
        "channel": pick.choice(CHANNELS),
        "journey": pick.choice(JOURNEYS),
        "reason": pick.choice(("question", "fault", "information", None)),
        "initiated_by": pick.choice(("customer", "customer", "customer", "company", "automatic")),
        "opened_at": opened_at,
        "opened_on": day,
        "first_response_at": opened_at + wait if fate < 0.75 else None,
        "abandoned_at": opened_at + wait if 0.75 <= fate < 0.85 else None,
        "resolved_at": opened_at + 2 * wait if fate < 0.5 else None,
        **_dimensions(pick, is_told=0.6),
    }


def _invitation(pick: Random, number: int, ids: list[str]) -> dict[str, Any]:
    day = _day(pick, 0, DAYS)
    return {
        "invitation_id": f"I{number}",
        "customer_id": pick.choice((None, *ids)),
        "survey": pick.choice(("relationship", "transactional")),
        "sent_by": pick.choice(("email", "sms", None)),
        "wave": pick.choice(("spring", "autumn")),
        "journey": pick.choice(JOURNEYS),
        "sent_at": _moment(pick, day),
        "sent_on": day,
        "is_delivered": pick.choice((True, True, False, None)),
        "is_opened": pick.choice((True, False, None)),
        "is_answered": pick.choice((True, False, None)),
        **_dimensions(pick, is_told=0.6),
    }


def _assessment(pick: Random, number: int) -> dict[str, Any]:
    journey, day = pick.choice(JOURNEYS[:3]), _day(pick, 0, DAYS)
    indicator = pick.choice(
        ("information_findable", "customer_more_capable", "unprompted_referral")
    )
    return {
        "assessment_id": f"{journey} {indicator} {day} {number}",
        "journey": journey,
        "level": pick.randint(1, 6),
        "indicator": indicator,
        "value": round(pick.random(), 2),
        "assessed_on": day,
        "assessed_by": "A team",
        "evidence": "seen",
        "case_count": pick.choice((None, 20)),
    }


def _in_files(
    pick: Random, table: str, listed: list[dict[str, Any]], batches: list[dict[str, Any]]
) -> pl.DataFrame:
    """In two files: the second brings later rows, and some of the first with other values."""
    cut = len(listed) * 3 // 4
    first, second = len(batches) + 1, len(batches) + 2
    has_extract = pick.random() < 0.5
    for batch_id, count in ((first, cut), (second, len(listed) - cut)):
        extracted_on = FIRST_ON + timedelta(days=DAYS + 3 if batch_id == second else 300)
        batches.append(
            {
                "batch_id": batch_id,
                "file_name": f"file {batch_id}.csv",
                "sha256": str(batch_id),
                "kind": KIND_OF[table],
                "loaded_at": datetime(2026, 7, 1, 8, tzinfo=UTC).replace(tzinfo=None),
                "extracted_at": datetime.combine(extracted_on, time(6)) if has_extract else None,
                "mapping": '{"ended_on": "End"}' if table == "customer_versions" else "{}",
                **dict.fromkeys(("row_count", "accepted_count"), count),
                **dict.fromkeys(
                    ("corrected_count", "replaced_count", "refused_count", "duplicate_count"), 0
                ),
            }
        )
    moved = pick.sample(range(cut), cut // 8)
    again = [listed[it] | _moved(pick, table) for it in moved]
    rows = [{**it, "batch_id": first, "is_current": True} for it in listed[:cut]]
    for number in moved:
        rows[number]["is_current"] = False
    rows += [{**it, "batch_id": second, "is_current": True} for it in (*listed[cut:], *again)]
    return _frame([{**it, "content_hash": number} for number, it in enumerate(rows)])


def _moved(pick: Random, table: str) -> dict[str, Any]:
    if table == "assessment_versions":
        return {"value": round(pick.random(), 2)}
    return _dimensions(pick)


def _ratings(pick: Random, answers: pl.DataFrame) -> pl.DataFrame:
    keys = answers.select("response_id", "batch_id").rows()
    return _frame(
        [
            {
                "response_id": response_id,
                "batch_id": batch_id,
                "touchpoint": touchpoint,
                "score": pick.randint(1, 10 if touchpoint == "delivery" else 5),
            }
            for response_id, batch_id in keys
            for touchpoint in ("delivery", "invoice", "advice")
            if pick.random() < 0.6
        ]
    )


def _terms(pick: Random, answers: pl.DataFrame) -> pl.DataFrame:
    commented = answers.filter(pl.col("comment").is_not_null())
    keys = commented.select("response_id", "batch_id").rows()
    return _frame(
        [
            {"response_id": response_id, "batch_id": batch_id, "term": term, "label": label}
            for response_id, batch_id in keys
            for term, label in (
                ("", ""),
                *((it, f"{it[3:]} {pick.choice('ab')}") for it in TERMS if pick.random() < 0.2),
            )
        ]
    )


def _dimensions(pick: Random, is_told: float = 1.0) -> dict[str, Any]:
    values = {
        "segment": pick.choice(SEGMENTS),
        "region": pick.choice(REGIONS),
        "product": pick.choice(PRODUCTS),
        "own_1": pick.choice(STORES),
    }
    return {name: value if pick.random() < is_told else None for name, value in values.items()}


def _day(pick: Random, first: int, last: int) -> date:
    return FIRST_ON + timedelta(days=pick.randrange(first, last))


def _moment(pick: Random, day: date) -> datetime:
    return datetime.combine(day, time(8)) + timedelta(seconds=pick.randrange(36_000))


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)
