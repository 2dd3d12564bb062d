"""Whoever may see a part of the data sees what a store of only that part would show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import product
from pathlib import Path
from shutil import copyfile

import polars as pl
import pytest

from cxdata.access.acts import WITHIN_A_SCOPE
from cxdata.api.acts import API_ACTS
from cxdata.errors import AccessError, CxDataError
from cxdata.followup.annotations import (
    Annotation,
    add_annotation,
    recorded_annotations,
    remove_annotation,
)
from cxdata.i18n import translator
from cxdata.ingest import recorded_batches, recorded_refusals, undo_batch
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.nps.answers_behind import Choice, answers_behind
from cxdata.models import KINDS, Filters, Reader, Role, Scope
from cxdata.panels import Request, panel
from cxdata.sentences import rights_text
from cxdata.store import query
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.expected import expected_columns
from cxdata.store.narrowing import (
    MADE_WAYS,
    NARROWINGS,
    counted_from,
    scope_json,
    scope_of_json,
)
from cxdata.store.query import SQL_FOLDER, sql_text, tables_of, tables_read
from cxdata.store.settings_history import SettingsHistory
from cxdata.store.tokens import create_token
from tests.hostile_requests import bodies, hostile_paths, hostile_questions, messages
from tests.programs import Program
from tests.scoped_stores import Facts, allowed, filled, made_up, settings_of
from tests.seen_faces import Question, answered_over_http, answered_to_assistant
from tests.seen_figures import differences, seen_through

SAMPLED = ("overview_nps", "nps_themes", "churn_by_class")
SCOPES = {
    "region and segment": Scope.of({"region": ["Nord"], "segment": ["SMB", "Key"]}),
    "channel": Scope.of({"channel": ["call", "chat"]}),
    "nothing": Scope.of({"segment": []}),
}
SMB = Scope.of({"segment": ["SMB"]})
PART = SCOPES["region and segment"]
ASKED: tuple[Question, ...] = (
    ("show", (("metric", "nps"), ("by", "segment"))),
    ("show", (("metric", "backlog"), ("by", "contact"))),
    ("show", (("metric", "nps"), ("from", "0001-01-01"))),
    ("figures", (("key", "churn_assumptions"), ("lang", "fr"))),
)


def reader(scope: Scope, role: Role = "reader", *, may_see_people: bool = True) -> Reader:
    return Reader("somebody", role, scope, may_see_people=may_see_people)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return made_up(7, people=40, rows=160)


@pytest.fixture(scope="module")
def whole(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = filled(tmp_path_factory.mktemp("scopes") / "whole.duckdb", facts)
    yield store
    store.close()


@pytest.fixture(scope="module")
def part(whole: Store, facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of only what the scope allows."""
    rows = allowed(facts, PART, whole)
    path = tmp_path_factory.mktemp("scopes") / "part.duckdb"
    store = filled(path, rows, **settings_of(rows, PART))
    yield store
    store.close()


def test_a_reader_sees_what_a_store_of_only_the_allowed_rows_shows(
    whole: Store, part: Store
) -> None:
    of_part = seen_through(part, ("en",), SAMPLED, [Filters()], PART)
    of_reader = seen_through(whole.seen_by(reader(PART)), ("en",), SAMPLED, [Filters()], PART)
    assert differences(of_part, of_reader) == []
    assert "nps_themes 0 en" in of_reader
    assert of_reader["offer"] != repr(whole.query("dimension_values").rows())


def test_programs_and_assistants_are_answered_as_by_a_store_of_only_the_allowed_rows(
    whole: Store, part: Store
) -> None:
    """What is hostile among it, too: it can't be told from a value that nobody has."""
    theirs = create_token(whole, "x", "manager", 1, scope=PART, may_see_people=True)
    own = create_token(part, "x", "manager", 1, may_see_people=True)
    questions = [*ASKED, *list(hostile_questions(()))[::89]]
    found = answered_over_http(Program(whole.path), theirs, questions)
    assert found == answered_over_http(Program(part.path), own, questions)
    assert {status for status, _ in found.values()} == {200, 403, 422}
    sent = [("why", {"figure": "nps"}), *list(messages(()))[::67]]
    told = answered_to_assistant(Program(whole.path), theirs, sent)
    assert told == answered_to_assistant(Program(part.path), own, sent)


def test_what_changes_something_is_refused_to_a_scope_whatever_is_sent(whole: Store) -> None:
    token = create_token(whole, "y", "administrator", 1, scope=PART, may_see_people=True)
    program, version = Program(whole.path), whole.data_version
    for act, body in product(API_ACTS, bodies()[::17]):
        if act.verb == "POST" and act.permission not in WITHIN_A_SCOPE:
            assert program.ask("POST", act.name, token=token, body=body).status in (403, 422)
    for path in hostile_paths(())[::9]:
        assert program.ask("GET", path, token=token).status in (404, 422)
    assert whole.data_version == version


def test_a_scope_that_leaves_nothing_shows_nothing(whole: Store) -> None:
    seen = whole.seen_by(reader(SCOPES["nothing"]))
    for name in ("dimension_values", "holdings", "live_batches", "answers_known"):
        assert seen.query(name).is_empty()
        assert not whole.query(name).is_empty()


def test_every_table_of_the_store_says_how_it_is_narrowed() -> None:
    assert {table for table, _ in expected_columns()} <= NARROWINGS.keys()


def test_what_is_counted_again_has_what_it_is_counted_from_before_it() -> None:
    made = [name for name, it in NARROWINGS.items() if it.way in MADE_WAYS]
    for table in set(made) - {"batches"}:
        statement = re.sub(r"--.*", "", sql_text(f"rebuild_{table}"))
        read = set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", statement)) & NARROWINGS.keys()
        before = counted_from(read - {table})
        assert set(before) <= set(counted_from([table])), table
        assert all(made.index(it) < made.index(table) for it in before), table


@pytest.mark.parametrize(
    "text",
    [
        "select count(*) as n from cx.main.responses",
        "select count(*) as n from main.responses",
        "select count(*) as n from cxdata_scopes.s_1.responses",
        "with responses as (select 1 as x) select x from memory.responses",
        "select count(*) as n from new_facts",
        "select (select count(*) from duckdb_tables()) as n",
        "select table_name from information_schema.tables",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from query('select 1')",
        "show tables",
        "select 1 as n; select 2 as n",
        "delete from responses",
        "set search_path = 'main'",
    ],
)
def test_a_query_that_reads_past_the_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"planted\.sql"):
        tables_of("planted", text)


def test_a_new_file_that_is_not_scoped_fails(
    whole: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = "responded_on between $first_on and $last_on"
    marked = "select count(*) as n from {} where " + days + " and {{answer_filters}}"
    (tmp_path / "planted_past.sql").write_text(marked.format("whole.main.responses"))
    (tmp_path / "planted_fine.sql").write_text(marked.format("responses"))
    monkeypatch.setattr(query, "SQL_FOLDER", tmp_path)
    seen = whole.seen_by(reader(SMB))
    with pytest.raises(ValueError, match="isn't on the list"):
        whole.query("planted_past", Filters())
    with pytest.raises(ValueError, match="isn't on the list"):
        seen.query("planted_past", Filters())
    assert 0 < seen.query("planted_fine", Filters()).item() < 160


def test_every_file_reads_tables_of_the_list() -> None:
    names = [it.stem for it in SQL_FOLDER.glob("*.sql") if not it.stem.startswith("rebuild_")]
    assert all(tables_read(name) <= NARROWINGS.keys() for name in names)


def test_what_is_not_on_the_list_is_not_there_for_a_reader(whole: Store) -> None:
    seen = whole.seen_by(reader(SMB))
    for table in ("refused_rows", "settings_history", "store_info", "no_such_table"):
        with pytest.raises(AccessError), seen.cursor() as con:
            con.execute(f"select count(*) from {table}")
    with seen.cursor() as con:
        found = con.sql("select distinct segment from responses").fetchall()
    assert found == [("SMB",)]


def test_without_the_right_to_people_no_name_or_comment_is_read(whole: Store) -> None:
    seen = whole.seen_by(reader(Scope(), may_see_people=False))
    with seen.cursor() as con:
        told = con.sql(
            """select (select count(comment) from responses), (select count(name) from customers),
                (select count(owner_email) from customer_versions),
                (select count(*) from responses), (select count(*) from comment_terms)"""
        ).fetchall()[0]
    assert told[:3] == (0, 0, 0)
    assert min(told[3:]) > 0
    nps = Filters(), "nps_days"
    assert seen.query(nps[1], nps[0]).equals(whole.query(nps[1], nps[0]))
    with pytest.raises(AccessError, match="names, comments and lists of people"):
        answers_behind(seen, Filters(), Choice())
    with pytest.raises(AccessError):
        at_risk_accounts(seen, Filters())
    with pytest.raises(AccessError):
        recorded_refusals(seen, 1)
    assert recorded_batches(seen).height == recorded_batches(whole).height
    for key in ("churn_at_risk", "response_backlog"):
        assert panel(Request.computed_now(seen, Filters(), translator("fr")), key)


def test_a_handle_changes_nothing(whole: Store) -> None:
    seen = whole.seen_by(reader(SMB, "administrator"))
    with pytest.raises(AccessError):
        seen.change_settings({"answers.minimum_count": 1})
    with pytest.raises(AccessError):
        undo_batch(seen, 1)
    with pytest.raises(AccessError):
        recorded_batches(seen)
    with pytest.raises(AccessError), seen.transaction():
        pass
    with pytest.raises(AccessError):
        seen.close()


def test_equal_rights_share_what_is_computed_and_others_never(whole: Store) -> None:
    some = [reader(SMB), reader(SMB, "manager"), reader(SMB, may_see_people=False)]
    some += [reader(Scope.of({"segment": ["Key"]})), reader(Scope(), may_see_people=False)]
    states = [whole.seen_by(it).state for it in some]
    assert states[0] == states[1]
    assert len({whole.state, *states}) == 5
    assert whole.seen_by(reader(Scope())) is whole


def test_readers_of_several_scopes_at_once_each_see_their_own(whole: Store) -> None:
    values = ("SMB", "Key", "Home") * 8

    def found(value: str) -> list[str]:
        seen = whole.seen_by(reader(Scope.of({"segment": [value]})))
        rows = seen.query("dimension_values")
        return rows.filter(pl.col("dimension") == "segment")["value"].to_list()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(found, values)) == [[it] for it in values]


def test_what_comes_and_goes_is_seen_at_once(part: Store, tmp_path: Path) -> None:
    with part.cursor() as con:
        con.execute("checkpoint")
    store = Store.open(copyfile(part.path, tmp_path / "cx.duckdb"))
    seen = store.seen_by(reader(SMB))

    def counted() -> tuple[int, int]:
        outcomes = seen.query("return_counts_by_reason", Filters())
        with seen.cursor() as con:
            rows = con.sql("select count(*) from contact_outcomes").fetchall()[0][0]
        return rows, outcomes.height

    before = counted()
    assert before[0] > 0
    with store.transaction() as con:
        con.execute("delete from contact_versions where segment = 'SMB'")
        rebuild_days(con, store.settings_history, KINDS)
    assert counted()[0] < before[0]
    store.close()


def test_events_open_to_who_sees_all_that_their_author_may_see(whole: Store) -> None:
    wide = Scope.of({"segment": ["SMB", "Key"]})
    of_wide = whole.seen_by(reader(wide, "manager"))
    of_narrow = whole.seen_by(reader(SMB, "manager"))
    add_annotation(whole, Annotation(date(2025, 5, 1), "all"))
    add_annotation(of_wide, Annotation(date(2025, 5, 2), "wide"))
    kept = add_annotation(of_narrow, Annotation(date(2025, 5, 3), "narrow"))
    seen = {
        name: recorded_annotations(it)["text"].to_list()
        for name, it in {"whole": whole, "wide": of_wide, "narrow": of_narrow}.items()
    }
    assert seen == {
        "whole": ["all", "wide", "narrow"],
        "wide": ["wide", "narrow"],
        "narrow": ["narrow"],
    }
    other = recorded_annotations(of_wide).filter(pl.col("text") == "wide")["annotation_id"].item()
    with pytest.raises(CxDataError, match="any more"):
        remove_annotation(of_narrow, other)
    with pytest.raises(AccessError):
        add_annotation(whole.seen_by(reader(SMB)), Annotation(date(2025, 5, 1), "no"))
    remove_annotation(of_narrow, kept)
    assert recorded_annotations(of_narrow).is_empty()


def test_a_scope_that_was_kept_and_can_not_be_read_opens_to_nobody_with_a_scope() -> None:
    assert scope_of_json(scope_json(SMB)) == SMB
    assert scope_of_json(None) == Scope()
    for text in ("{", "[]", '{"no dimension": ["x"]}', '{"segment": 3}'):
        assert scope_of_json(text) is None


def test_a_figure_says_that_the_rights_are_by_what_it_does_not_count(whole: Store) -> None:
    seen = whole.seen_by(reader(SCOPES["channel"]))
    told = panel(Request.computed_now(seen, Filters(), translator("fr")), "churn_by_class")
    assert told.is_empty
    assert told.reason == "Vos droits portent sur ce que les clients n’ont pas (Canal)."
    nothing = whole.seen_by(reader(SCOPES["nothing"]))
    told = panel(Request.computed_now(nothing, Filters(), translator("en")), "nps_trend")
    assert told.reason == "Your rights reach no data."
    assert rights_text(SMB, translator("en")) == "You see: Segment SMB"
    assert rights_text(Scope(), translator("en")) == ""


OWN = {
    "response_time_overrides": [
        {"channel": "call", "audience": "segment", "value": "Hidden segment"},
        {"channel": "call", "audience": "region", "value": "Sud"},
        {"channel": "call", "audience": "strategic", "value": "yes"},
        {"channel": "call", "audience": "segment", "value": "SMB"},
    ],
    "churn_overrides": [
        {"segment": it, "assumption": "margin_rate", "low": 0.7, "central": 0.8, "high": 0.9}
        for it in ("Key", "Hidden segment", "SMB")
    ],
}


@pytest.mark.parametrize(
    ("scope", "standards", "segments"),
    [
        (SMB, {"yes", "SMB", "Sud"}, {"SMB"}),
        (Scope.of({"region": ["Nord"]}), {"yes", "SMB"}, {"SMB", "Key"}),
        (SCOPES["nothing"], {"yes"}, set()),
    ],
)
def test_settings_of_values_outside_the_scope_are_not_there(
    whole: Store, monkeypatch: pytest.MonkeyPatch, scope: Scope, standards: set[str],
    segments: set[str],
) -> None:  # fmt: skip
    """Also of values that the scope doesn't name, but of which no row is in it."""
    told = whole.settings.changed(OWN)
    monkeypatch.setattr(whole, "_history", SettingsHistory(((date(1900, 1, 1), told),)))
    seen = whole.seen_by(reader(scope))
    for kept in (seen.settings, seen.settings_history.now):
        assert {it.value for it in kept.response_time_overrides} == standards
        assert {it["value"] for it in kept.value("response_time_overrides")} == standards
        assert {segment for segment, _ in kept.churn.overrides} == segments
        assert {it["segment"] for it in kept.value("churn_overrides")} == segments
    shown = panel(Request.computed_now(seen, Filters(), translator("en")), "churn_assumptions")
    assert "Hidden segment" not in repr(shown)
    assert whole.settings.value("churn_overrides") == OWN["churn_overrides"]
