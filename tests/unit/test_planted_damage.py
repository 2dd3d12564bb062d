"""Damage planted in every table and view: each is found, said in a sentence, and repaired if it
can be; nothing damaged is called sound, and nothing ends in a traceback.

Damage that keeps a store from opening, and that of WAL and side file, is in
test_planted_damage_files.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from cxdata.store.last_commit import record_path
from tests.damaged import copied, make_store, plant, run


@dataclass(frozen=True)
class Damage:
    """What is changed, part of the sentence that says so, and whether a repair mends it.

    It shares a store with others that touch other tables, unless it is alone in its own.
    """

    name: str
    sql: str
    said: str
    is_repaired: bool = False
    is_alone: bool = False

    @property
    def touched(self) -> frozenset[str]:
        return frozenset(TOUCHED.findall(self.sql))

    @property
    def sort(self) -> tuple[bool, bool, bool]:
        """Only damages of one sort share a store: what is missing may hide what is wrong."""
        is_built_otherwise = self.sql.startswith(("drop", "alter", "create"))
        return self.is_repaired, is_built_otherwise, self.said.startswith("The daily counts")

    def suits(self, other: Damage) -> bool:
        """Whether both can be in one store and are said as each alone would be."""
        if any(it.is_alone or it.touched & SAID_OF_ALL for it in (self, other)):
            return False
        return self.sort == other.sort and not self.touched & other.touched


MOST_IN_A_STORE = 6
TOUCHED = re.compile(r"\b(?:update|from|into|table|view|on|sequence) ([a-z_]+)")
# What they say of the whole store depends on all else that is damaged.
SAID_OF_ALL = {"batches", "batch_marks", "batch_ids", "store_info", "table_marks"}
COUNTED = "The daily counts {} differ from a recount."


def derived(table: str, sql: str, name: str = "") -> Damage:
    return Damage(name or table, sql, COUNTED.format(table), is_repaired=True)


DAMAGES = (
    # Derived tables: made again.
    derived("answer_days", "update answer_days set promoter_count = promoter_count + 5"),
    derived("answer_days", "delete from answer_days", "answer_days emptied"),
    derived("repeat_answers", "update repeat_answers set nps_score = 10"),
    derived(
        "answer_days",
        "insert into answer_days from answer_days limit 1",
        "answer_days with a row twice",
    ),
    derived("score_days", "delete from score_days where nps_score = 9"),
    derived("term_labels", "update term_labels set label = 'other'"),
    derived("term_days", "update term_days set comment_count = comment_count * 2"),
    derived("contact_outcomes", "update contact_outcomes set status = 'met'"),
    derived(
        "contact_outcomes",
        "update contact_outcomes set wait_seconds = wait_seconds + 0.000001",
        "contact_outcomes by a microsecond",
    ),
    derived("contact_days", "update contact_days set met_count = met_count + 1"),
    derived("contact_days", "update contact_days set score_sum = score_sum + 0.01", "score_sum"),
    derived("wait_days", "delete from wait_days"),
    derived("need_days", "update need_days set repeated_count = 0, contact_count = 1"),
    derived(
        "customer_spans",
        "update customer_spans set annual_revenue_amount = annual_revenue_amount * 2",
        "revenue doubled",
    ),
    derived("customer_spans", "update customer_spans set customer_count = customer_count + 1"),
    derived("response_standards", "update response_standards set limit_seconds = 1"),
    derived("clock_spans", "update clock_spans set is_open = not is_open"),
    derived("clock_spans", "update clock_spans set seconds_before = 0", "clock_spans set to zero"),
    derived("local_offsets", "update local_offsets set offset_minutes = offset_minutes + 60"),
    derived("contact_sources", "update contact_sources set knows_answers = not knows_answers"),
    derived("answers_known", "update answers_known set known_on = known_on + 30"),
    derived("contacts_known", "update contacts_known set shows_returns = not shows_returns"),
    derived("customers_known", "update customers_known set known_on = date '2030-01-01'"),
    derived("customer_dimensions", "delete from customer_dimensions"),
    derived("customer_prices", "update customer_prices set until_on = until_on - 1"),
    derived("invitations_known", "update invitations_known set known_on = known_on + 30"),
    derived("invitation_outcomes", "update invitation_outcomes set is_answered = not is_answered"),
    # Views: made again.
    *(
        Damage(f"view {view} dropped", f"drop view {view}", f"The view {view} is missing.", True)
        for view in ("responses", "ratings", "contacts", "customers", "assessments", "invitations")
    ),
    Damage(
        "view of all versions",
        """create or replace view customers as
        select customer_id, name, segment, region, product, is_strategic, owner_email,
            started_on, ended_on, end_reason, annual_revenue_amount, batch_id
        from customer_versions""",
        "The view customers isn't the one of this version.",
        True,
    ),
    # Tables and columns.
    Damage(
        "derived table dropped", "drop table need_days", "The table need_days is missing.", True
    ),
    Damage(
        "derived column dropped",
        "alter table wait_days drop column waiting_count",
        "wait_days: the column waiting_count is missing.",
        True,
    ),
    Damage(
        "derived column added",
        "alter table score_days add column extra integer",
        "score_days: the column extra isn't part of the store.",
        True,
    ),
    Damage(
        "column added",
        "alter table customer_versions add column extra varchar",
        "customer_versions: the column extra isn't part of the store.",
    ),
    Damage(
        "column of another type",
        "alter table annotations alter column text type integer using length(text)",
        "annotations: the column text isn't as in this version.",
    ),
    Damage(
        "column that may be null",
        "alter table snapshots alter column title drop not null",
        "snapshots: the column title isn't as in this version.",
    ),
    Damage("table dropped", "drop table cases", "The table cases is missing."),
    *(
        Damage(f"table {name} dropped", f"drop table {name}", f"The table {name} is missing.")
        for name in ("acts", "erasures", "erasure_key")
    ),
    Damage("facts dropped", "drop table rating_versions", "The table rating_versions is missing."),
    Damage("foreign table", "create table mine (a integer)", "mine isn't part of the store."),
    Damage("foreign view", "create view mine as select 1 as a", "mine isn't part of the store."),
    Damage(
        "foreign index",
        "create index mine on annotations (annotation_id)",
        "mine isn't part of the store.",
    ),
    # Invitations.
    Damage(
        "impossible way of sending",
        "update invitation_versions set sent_by = 'pigeon' where invitation_id = 'I1'",
        "invitation_versions: 1 rows have an impossible sent_by.",
    ),
    Damage(
        "invitations deleted",
        "delete from invitation_versions where invitation_id = 'I1'",
        "Batch 8 (invitations.parquet): invitations has 5 rows of it, 6 were stored.",
    ),
    # Answers.
    Damage(
        "impossible score",
        "update response_versions set nps_score = 99 where response_id = 'R1'",
        "response_versions: 1 rows have an impossible nps_score.",
    ),
    Damage(
        "other score",
        "update response_versions set nps_score = 10 - nps_score where response_id = 'R1'",
        "Batch 2 (responses.parquet): rows of responses aren't as they were stored.",
    ),
    Damage(
        "impossible satisfaction",
        "update response_versions set csat_score = 0 where response_id = 'R1'",
        "response_versions: 1 rows have an impossible csat_score.",
    ),
    Damage(
        "impossible effort",
        "update response_versions set ces_score = 6, ces_scale = 5 where response_id = 'R1'",
        "response_versions: 1 rows have an impossible ces_score.",
    ),
    Damage(
        "unknown survey",
        "update response_versions set survey = 'poll' where response_id = 'R1'",
        "response_versions: 1 rows have an impossible survey.",
    ),
    Damage(
        "day of another moment",
        "update response_versions set responded_on = '2026-04-01' where response_id = 'R1'",
        "response_versions: 1 rows have an impossible responded_on.",
    ),
    Damage(
        "answers deleted",
        "delete from response_versions where response_id = 'R1'",
        "Batch 2 (responses.parquet): responses has 39 rows of it, 40 were stored.",
    ),
    Damage(
        "answer added",
        """insert into response_versions by name
        select 'R999' as response_id, * exclude (response_id) from response_versions
        where response_id = 'R1'""",
        "Batch 2 (responses.parquet): responses has 41 rows of it, 40 were stored.",
    ),
    Damage(
        "answer twice",
        "insert into response_versions from response_versions where response_id = 'R1'",
        "response_versions: 1 rows share their response_id, batch_id with another.",
    ),
    Damage(
        "comment changed",
        "update response_versions set comment = 'fine' where response_id = 'R1'",
        "Batch 2 (responses.parquet): rows of responses aren't as they were stored.",
    ),
    Damage(
        "hash changed",
        "update response_versions set content_hash = 1 where response_id = 'R1'",
        "Batch 2 (responses.parquet): rows of responses aren't as they were stored.",
    ),
    Damage(
        "no current version",
        "update response_versions set is_current = false",
        "responses: 49 rows have not exactly one current version.",
        True,
    ),
    Damage(
        "two current versions",
        "update response_versions set is_current = true",
        "responses: 4 rows have not exactly one current version.",
        True,
    ),
    Damage(
        "replaced version current",
        "update response_versions set is_current = not is_current where response_id = 'R38'",
        "responses: 1 rows show a version that a newer one replaced.",
        True,
    ),
    Damage(
        "answers of another batch",
        "update response_versions set batch_id = 3 where response_id = 'R1'",
        "Batch 3 (responses.parquet): responses has 13 rows of it, 12 were stored.",
    ),
    Damage(
        "answers of no batch",
        "update response_versions set batch_id = 77 where response_id = 'R1'",
        "responses: 1 rows belong to no batch, or to an undone one.",
    ),
    Damage(
        "answers of a batch of contacts",
        "update response_versions set batch_id = 4 where response_id = 'R1'",
        "responses: 1 rows belong to a batch of another kind.",
    ),
    # Ratings and terms.
    Damage(
        "impossible rating",
        "update rating_versions set score = 99 where response_id = 'R1'",
        "rating_versions: 1 rows have an impossible score.",
    ),
    Damage(
        "other ratings",
        "update rating_versions set score = 10 - score where score <> 5",
        "Batch 2 (responses.parquet): rows of ratings aren't as they were stored.",
    ),
    Damage(
        "ratings deleted",
        "delete from rating_versions where batch_id = 2",
        "Batch 2 (responses.parquet): ratings has 0 rows of it, 40 were stored.",
    ),
    Damage(
        "rating of nobody",
        "insert into rating_versions values ('zz', 'a', 1, 2, null, null)",
        "1 ratings belong to no answer.",
    ),
    Damage(
        "terms deleted",
        "delete from comment_terms where batch_id = 2",
        "Batch 2 (responses.parquet): comment_terms has 0 rows of it,",
        True,
    ),
    Damage(
        "terms changed",
        "update comment_terms set label = 'x' where label <> ''",
        "Batch 3 (responses.parquet): rows of comment_terms aren't as they were stored.",
        True,
    ),
    Damage(
        "terms of nobody",
        "insert into comment_terms values ('zz', 2, 'fr:x', 'x')",
        "1 terms belong to no comment.",
        True,
    ),
    # Contacts, customers, assessments.
    Damage(
        "answer before the question",
        "update contact_versions set first_response_at = opened_at - interval 1 second",
        "contact_versions: 28 rows have an impossible first_response_at.",
    ),
    Damage(
        "year one",
        "update contact_versions set opened_at = '0001-01-01', opened_on = '0001-01-01'",
        "contact_versions: 28 rows have an impossible opened_at.",
    ),
    Damage(
        "unknown channel",
        "update contact_versions set channel = 'fax'",
        "contact_versions: 28 rows have an impossible channel.",
    ),
    Damage(
        "faster answers",
        "update contact_versions set first_response_at = opened_at",
        "Batch 4 (contacts.parquet): rows of contacts aren't as they were stored.",
    ),
    Damage(
        "contacts deleted",
        "delete from contact_versions",
        "1 batches don't hold as many rows as they say.",
    ),
    Damage(
        "revenue of customers doubled",
        "update customer_versions set annual_revenue_amount = annual_revenue_amount * 2",
        "Batch 1 (customers.parquet): rows of customers aren't as they were stored.",
    ),
    Damage(
        "revenue that is none",
        "update customer_versions set annual_revenue_amount = 'nan'",
        "customer_versions: 8 rows have an impossible annual_revenue_amount.",
    ),
    Damage(
        "end before the start",
        "update customer_versions set ended_on = '1999-01-01'",
        "customer_versions: 8 rows have an impossible ended_on.",
    ),
    Damage(
        "share above one",
        "update assessment_versions set value = 5",
        "assessment_versions: 1 rows have an impossible value.",
    ),
    Damage(
        "level seven",
        "update assessment_versions set level = 7",
        "assessment_versions: 1 rows have an impossible level.",
    ),
    Damage(
        "assessment deleted",
        "delete from assessment_versions",
        "Batch 5 (assessments.parquet): assessments has 0 rows of it, 1 were stored.",
    ),
    # Batches.
    Damage(
        "counts that don't add up",
        "update batches set row_count = row_count + 1 where batch_id = 2",
        "1 batches don't add up.",
    ),
    Damage(
        "counts that lie consistently",
        """update batches set row_count = row_count + 7, accepted_count = accepted_count + 7
        where batch_id = 2""",
        "1 batches don't hold as many rows as they say.",
    ),
    Damage(
        "refused counts that lie consistently",
        """update batches set row_count = row_count + 7, refused_count = refused_count + 7
        where batch_id = 2""",
        "batches: rows aren't as the dashboard left them.",
    ),
    Damage(
        "batch deleted",
        "delete from batches where batch_id = 4",
        "contacts: 28 rows belong to no batch, or to an undone one.",
    ),
    Damage(
        "batch deleted with its rows",
        """delete from batches where batch_id = 5; delete from assessment_versions;
        delete from batch_marks where batch_id = 5""",
        "batches: 7 rows, and the dashboard left 8.",
    ),
    Damage(
        "batch undone by half",
        "update batches set undone_at = loaded_at where batch_id = 4",
        "contacts: 28 rows belong to no batch, or to an undone one.",
    ),
    Damage(
        "undone batch back by half",
        "update batches set undone_at = null where batch_id = 6",
        "Batch 6 (responses.parquet): responses has 0 rows of it, 3 were stored.",
    ),
    Damage(
        "other file name",
        "update batches set file_name = 'x.csv' where batch_id = 4",
        "batches: rows aren't as the dashboard left them.",
    ),
    Damage(
        "mapping that is no JSON",
        "update batches set mapping = '{' where batch_id = 4",
        "batches: 1 rows have a mapping that can't be read.",
    ),
    Damage(
        "two batches of one number",
        "update batches set batch_id = 4 where batch_id = 5",
        "batches: 1 rows share their batch_id with another.",
    ),
    Damage(
        "refused rows deleted",
        "delete from refused_rows",
        "Batch 7 (refused.csv): refused_rows has 0 rows of it, 1 were stored.",
    ),
    Damage(
        "refused rows changed",
        "update refused_rows set value = '9'",
        "Batch 7 (refused.csv): rows of refused_rows aren't as they were stored.",
    ),
    Damage(
        "refused rows of no batch",
        "update refused_rows set batch_id = 77",
        "refused_rows: 1 rows belong to no batch.",
    ),
    # How far the store is.
    Damage(
        "two rows of store_info",
        "insert into store_info from store_info",
        "store_info has 2 rows; one is right.",
        True,
    ),
    Damage(
        "data version set back",
        "update store_info set data_version = 1",
        "The data version is 1, and was",
        True,
    ),
    Damage(
        "data version set back by one",
        "update store_info set data_version = data_version - 1",
        "The data version is",
        True,
    ),
    Damage(
        "numbers of batches from the start",
        "drop sequence batch_ids; create sequence batch_ids",
        "The next import would get the number of a batch that is there.",
        True,
    ),
    Damage(
        "no numbers of batches",
        "drop sequence batch_ids",
        "The numbers of the batches have no sequence any more.",
        True,
    ),
    # What people write.
    Damage(
        "event changed",
        "update annotations set text = 'Old prices'",
        "annotations: rows aren't as the dashboard left them.",
    ),
    Damage(
        "event deleted",
        "delete from annotations",
        "annotations: 0 rows, and the dashboard left 1.",
    ),
    Damage(
        "event of another age",
        "update annotations set noted_on = '0001-01-01'",
        "annotations: 1 rows have an impossible noted_on.",
    ),
    Damage(
        "target of 300 points",
        "update reference_lines set nps = 300",
        "reference_lines: 1 rows have an impossible nps.",
    ),
    Damage(
        "benchmark without a source",
        "update reference_lines set kind = 'benchmark'",
        "reference_lines: 1 rows have an impossible source.",
    ),
    Damage(
        "snapshot that is no JSON",
        "update snapshots set figures = figures[:40]",
        "snapshots: 1 rows have a figures that can't be read.",
    ),
    Damage(
        "snapshot with other figures",
        "update snapshots set figures = replace(figures, '4', '5')",
        "snapshots: rows aren't as the dashboard left them.",
    ),
    Damage(
        "snapshot made from nothing known",
        "update snapshots set made_with = '{}'",
        "snapshots: 1 rows have a made_with that can't be read.",
    ),
    Damage(
        "pack of a snapshot that can't be read",
        "update snapshot_packs set pack = pack[:40] where locale = 'fr'",
        "snapshot_packs: 1 rows have a pack that can't be read.",
    ),
    Damage(
        "pack of a snapshot in no format",
        "update snapshot_packs set format = 0",
        "snapshot_packs: 1 rows have an impossible format.",
    ),
    Damage(
        "pack of a snapshot deleted",
        "delete from snapshot_packs",
        "snapshot_packs: 0 rows, and the dashboard left 1.",
    ),
    Damage(
        "choice for a pack that is no JSON",
        "update pack_choices set choice = 'nps'",
        "pack_choices: 1 rows have a choice that can't be read.",
    ),
    Damage(
        "choice for a pack without a name",
        "update pack_choices set name = ''",
        "pack_choices: 1 rows have an impossible name.",
    ),
    Damage(
        "snapshot deleted", "delete from snapshots", "snapshots: 0 rows, and the dashboard left 1."
    ),
    Damage(
        "scenario without moves",
        "update scenarios set moves = '[]'",
        "scenarios: 1 rows have a moves that can't be read.",
    ),
    Damage(
        "scenario without filters",
        "update scenarios set filters = '{}'",
        "scenarios: 1 rows have a filters that can't be read.",
    ),
    Damage(
        "vision of level nine",
        "update journey_visions set needless_levels = '[9]'",
        "journey_visions: 1 rows have a needless_levels that can't be read.",
    ),
    Damage(
        "setting changed",
        "update settings_history set value_after = '9'",
        "settings_history: rows aren't as the dashboard left them.",
    ),
    Damage(
        "setting forgotten",
        "delete from settings_history",
        "settings_history: 0 rows, and the dashboard left 1.",
    ),
    Damage(
        "profile that is no JSON",
        "update import_profiles set choices = 'x'",
        "import_profiles: 1 rows have a choices that can't be read.",
    ),
    Damage(
        "profile of another shape",
        "update import_profiles set shape = 'x'",
        "import_profiles: 1 rows have a shape that can't be read.",
    ),
    Damage(
        "spelling of an unknown field",
        "update value_spellings set field = 'colour'",
        "value_spellings: 1 rows have an impossible field.",
    ),
    Damage(
        "case closed before it began",
        "update cases set closed_at = opened_at - interval 1 day where case_id = 'c'",
        "cases: 1 rows have an impossible closed_at.",
    ),
    Damage(
        "history of a case rewritten",
        "update case_history set value_after = 'nobody'",
        "case_history: rows aren't as the dashboard left them.",
    ),
    Damage(
        "held alerts let go behind the dashboard's back",
        "update held_alerts set case_count = 1",
        "held_alerts: rows aren't as the dashboard left them.",
    ),
    Damage(
        "kind of a comment changed behind the dashboard's back",
        "update comment_notes set value = 'question'",
        "comment_notes: rows aren't as the dashboard left them.",
    ),
    Damage(
        "decision changed behind the dashboard's back",
        "update decisions set text = 'Nothing'",
        "decisions: rows aren't as the dashboard left them.",
    ),
    Damage(
        "decision in a state that isn't there",
        "update decisions set status = 'late'",
        "decisions: 1 rows have an impossible status.",
    ),
    Damage(
        "decision due before it was made",
        "update decisions set due_on = decided_on - 1",
        "decisions: 1 rows have an impossible due_on.",
    ),
    Damage(
        "decision about no filters",
        "update decisions set filters = '[]'",
        "decisions: 1 rows have a filters that can't be read.",
    ),
    Damage(
        "token that was widened behind the dashboard's back",
        "update access_tokens set role = 'administrator'",
        "access_tokens: rows aren't as the dashboard left them.",
    ),
    Damage(
        "schedule to somebody else",
        "update mail_schedules set recipe = replace(recipe, 'a@b.org', 'e@b.org')",
        "mail_schedules: rows aren't as the dashboard left them.",
    ),
    Damage(
        "schedule that is no JSON",
        "update mail_schedules set recipe = 'x'",
        "mail_schedules: 1 rows have a recipe that can't be read.",
    ),
    Damage(
        "mail in a state that isn't there",
        "update mails set state = 'gone'",
        "mails: 1 rows have an impossible state.",
    ),
    Damage(
        "view that was shared behind the dashboard's back",
        "update saved_views set is_shared = true",
        "saved_views: rows aren't as the dashboard left them.",
    ),
    Damage(
        "view that nobody can open",
        "update saved_views set query = 'nps'",
        "saved_views: 1 rows have a query that can't be read.",
    ),
    Damage(
        "start for somebody else",
        "update start_views set reader = 'bob'",
        "start_views: rows aren't as the dashboard left them.",
    ),
    Damage(
        "role that isn't there",
        "update rights_changes set role = 'owner'",
        "rights_changes: 1 rows have an impossible role.",
    ),
    Damage(
        "right that was widened behind the dashboard's back",
        "update rights_changes set scope = '{}'",
        "rights_changes: rows aren't as the dashboard left them.",
    ),
    Damage(
        "scope that is no JSON",
        "update rights_changes set scope = 'all'",
        "rights_changes: 1 rows have a scope that can't be read.",
    ),
    Damage(
        "rule for nobody",
        "update alert_rules set min_answer_count = 0",
        "alert_rules: 1 rows have an impossible min_answer_count.",
    ),
    # The marks themselves.
    Damage(
        "marks of a batch deleted",
        "delete from batch_marks where batch_id = 2",
        "Batch 2 (responses.parquet): nothing proves its 40 rows of responses.",
    ),
    Damage(
        "mark changed",
        "update batch_marks set mark = md5('x') where batch_id = 4",
        "Batch 4 (contacts.parquet): rows of contacts aren't as they were stored.",
    ),
    Damage(
        "marks of small tables deleted",
        "delete from table_marks",
        "snapshots: nothing proves its rows.",
    ),
    Damage("table of marks dropped", "drop table table_marks", "The table table_marks is missing."),
)


def stores_of(damages: Iterable[Damage]) -> list[list[Damage]]:
    """The damages that share a store: each is said in a sentence of its own."""
    stores: list[list[Damage]] = []
    for damage in damages:
        with_room = (
            store
            for store in stores
            if len(store) < MOST_IN_A_STORE and all(damage.suits(it) for it in store)
        )
        if (store := next(with_room, None)) is None:
            stores.append(store := [])
        store.append(damage)
    return stores


STORES = stores_of(DAMAGES)


def named(damages: list[Damage]) -> str:
    return ", ".join(it.name for it in damages)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "made.duckdb"
    make_store(path)
    return path


@pytest.mark.parametrize("damages", STORES, ids=named)
def test_planted_damage_is_found_and_said_and_repaired_if_it_can_be(
    made: Path, tmp_path: Path, damages: list[Damage]
) -> None:
    """Of several in one store each is said, and no daily counts but theirs."""
    path = copied(made, tmp_path)
    plant(path, "; ".join(damage.sql for damage in damages))
    is_repaired = damages[0].is_repaired
    found = run(path, "check", *([] if is_repaired else ["--repair"]))
    assert [damage.name for damage in damages if damage.said not in found.output] == []
    assert "The store is sound." not in found.output
    assert found.exit_code == 1
    assert isinstance(found.exception, SystemExit)
    if damages[0].said.startswith("The daily counts"):
        assert found.output.count("The daily counts") == len(damages)
    if is_repaired:
        is_whole_again(path)


def is_whole_again(path: Path) -> None:
    repaired = run(path, "check", "--repair", "--json")
    document = json.loads(repaired.stdout)
    assert document["problems"] == []
    assert document["repaired"] != []
    assert repaired.exit_code == 0


def test_there_are_at_least_sixty_kinds_and_each_table_and_view_is_among_them(made: Path) -> None:
    assert len({damage.name for damage in DAMAGES}) == len(DAMAGES) >= 60
    store = Store.open(made)
    with store.cursor() as con:
        names = con.execute(
            """select table_name from duckdb_tables() where not internal
            union all select view_name from duckdb_views() where not internal"""
        ).fetchall()
    store.close()
    planted = " ".join(damage.sql for damage in DAMAGES)
    assert [name for (name,) in names if name not in planted] == []


def test_a_store_that_nobody_damaged_is_sound(made: Path, tmp_path: Path) -> None:
    path = copied(made, tmp_path)
    result = run(path, "check", "--deep", "--json")
    assert json.loads(result.stdout)["problems"] == []
    assert result.exit_code == 0
    assert run(path, "check").stderr.endswith("The store is sound.\n")


def test_facts_that_were_changed_and_counted_again_are_found(made: Path, tmp_path: Path) -> None:
    path = copied(made, tmp_path)
    store = Store.open(path)
    with store.transaction() as con:
        con.execute("update response_versions set nps_score = 10 where nps_score < 7")
        rebuild_days(con, store.settings_history, ["responses"])
    store.close()
    result = run(path, "check")
    assert "Batch 2 (responses.parquet): rows of responses aren't as" in result.output
    assert "Undo batch 2 and import responses.parquet of 20" in result.output
    assert "differ from a recount" not in result.output


def test_a_later_change_does_not_make_damage_look_whole(made: Path, tmp_path: Path) -> None:
    path = copied(made, tmp_path)
    plant(path, "update snapshots set title = 'Other'; delete from annotations")
    store = Store.open(path)
    store.change_settings({"answers.minimum_count": 7})
    store.close()
    found = run(path, "check").output
    assert "snapshots: rows aren't as the dashboard left them." in found
    assert "annotations: 0 rows, and the dashboard left 1." in found
    assert "settings_history: rows" not in found


def test_a_repair_is_remembered_by_the_file_beside_the_store(made: Path, tmp_path: Path) -> None:
    path = copied(made, tmp_path)
    before = json.loads(record_path(path).read_text("utf-8"))["last"]
    plant(path, "drop view responses")
    assert run(path, "check", "--repair").exit_code == 0
    after = json.loads(record_path(path).read_text("utf-8"))["last"]
    assert after["commit_count"] == before["commit_count"] + 1


def test_who_knows_what_changed_the_rows_may_take_them_as_they_are(
    made: Path, tmp_path: Path
) -> None:
    path = copied(made, tmp_path)
    plant(
        path,
        """update annotations set text = 'Better'; delete from batch_marks where batch_id = 4;
        update response_versions set nps_score = 9 where response_id = 'R1'""",
    )
    assert run(path, "check", "--accept").exit_code == 2
    accepted = run(path, "check", "--repair", "--accept")
    assert "annotations: the rows were taken as they are." in accepted.output
    assert "Batch 2 (responses.parquet): its rows were taken as they are." in accepted.output
    assert accepted.exit_code == 0
    plant(path, "update annotations set text = 'Worse'")
    assert run(path, "check").exit_code == 1
