"""What was planted in the sample's contacts is found by the metrics and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.metrics.response_time.backlog import backlog, backlog_contacts
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.metrics.response_time.contact_hours import missed_by_hour, worst_hours
from cxdata.metrics.response_time.contacts_behind import contact_choice_of, contacts_behind
from cxdata.metrics.response_time.returns import returns_by
from cxdata.metrics.response_time.wait_effects import scores_by_wait
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

SAMPLES = Path(__file__).parents[2] / "sample_data"
LAST_YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))
CONTACT_COLUMNS = (
    "contact_id, customer_id, channel, journey, reason, initiated_by, opened_at, opened_on, "
    "first_response_at, abandoned_at, resolved_at, segment, region, product"
)
ANSWER_COLUMNS = (
    "response_id, customer_id, responded_at, responded_on, survey, journey, channel, nps_score, "
    "csat_score, segment, region, product"
)


def local_day(moment: str) -> pl.Expr:
    return pl.col(moment).dt.convert_time_zone("Europe/Paris").dt.date()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample's contacts and answers, put straight into the store."""
    opened = Store.open(tmp_path_factory.mktemp("planted") / "cx.duckdb")
    moments = pl.col(pl.Datetime).dt.replace_time_zone(None)
    contacts = pl.read_parquet(SAMPLES / "contacts.parquet").with_columns(
        opened_on=local_day("opened_at")
    )
    answers = pl.read_parquet(SAMPLES / "responses.parquet").with_columns(
        responded_on=local_day("responded_at")
    )
    with opened.transaction() as con:
        con.register("sample_contacts", contacts.with_columns(moments).to_arrow())
        con.register("sample_answers", answers.with_columns(moments).to_arrow())
        con.execute(
            f"""insert into contact_versions ({CONTACT_COLUMNS}, batch_id, content_hash, is_current)
            select {CONTACT_COLUMNS}, 1, 0, true from sample_contacts"""
        )
        con.execute(
            f"""insert into response_versions ({ANSWER_COLUMNS}, batch_id, content_hash, is_current)
            select {ANSWER_COLUMNS}, 2, 0, true from sample_answers"""
        )
        con.unregister("sample_contacts")
        con.unregister("sample_answers")
        rebuild_days(con, opened.settings_history, ["contacts", "responses"])
    yield opened
    opened.close()


def worst(store: Store, channel: str, period: Period | None = None) -> dict[str, object] | None:
    found = worst_hours(missed_by_hour(store, Filters(period=period, channel=(channel,))))
    return found.row(0, named=True) if found.height else None


@pytest.mark.parametrize(
    "period", [None, LAST_YEAR, Period(date(2026, 6, 1), date(2026, 6, 30))], ids=str
)
def test_calls_collapse_on_monday_mornings(store: Store, period: Period | None) -> None:
    row = worst(store, "call", period)
    assert row is not None
    assert (row["weekday"], row["from_hour"], row["until_hour"]) == (0, 8, 12)


@pytest.mark.parametrize(
    "period", [None, LAST_YEAR, Period(date(2026, 6, 1), date(2026, 6, 30))], ids=str
)
def test_chats_collapse_from_six_in_the_evening_on(store: Store, period: Period | None) -> None:
    row = worst(store, "chat", period)
    assert row is not None
    assert (row["weekday"], row["from_hour"], row["until_hour"]) == (None, 18, 22)


def test_the_shares_of_the_worst_hours_are_those_that_were_planted(store: Store) -> None:
    calls, chats = worst(store, "call"), worst(store, "chat")
    assert calls is not None
    assert chats is not None
    assert (calls["missed_share"], calls["rest_share"]) == (
        pytest.approx(1 - 0.405, abs=5e-4), pytest.approx(1 - 0.857, abs=5e-4),
    )  # fmt: skip
    assert (chats["missed_share"], chats["rest_share"]) == (
        pytest.approx(1 - 0.275, abs=5e-4), pytest.approx(1 - 0.843, abs=5e-4),
    )  # fmt: skip


def test_nothing_stands_out_where_nothing_was_planted(store: Store) -> None:
    assert (worst(store, "email"), worst(store, "social")) == (None, None)


def test_the_last_year_by_channel(store: Store) -> None:
    year = compliance_by_channel(store, Filters(period=LAST_YEAR))
    assert year.select("channel", "verdict").rows() == [
        ("call", "reached"), ("email", "reached"), ("chat", "missed"), ("social", "reached"),
    ]  # fmt: skip
    rates = [0.811, 0.860, 0.707, 0.908]
    assert year["compliance_rate"].to_list() == pytest.approx(rates, abs=5e-4)


def test_the_backlog_is_that_of_the_extract(store: Store) -> None:
    by_class = dict(
        backlog(store, Filters()).group_by("channel").agg(pl.col("contact_count").sum()).rows()
    )
    assert by_class == {"email": 113 + 16, "chat": 3, "social": 41 + 1}
    past = backlog(store, Filters(channel=("social",))).row(0, named=True)
    assert (past["backlog_class"], past["contact_count"]) == ("past_due", 41)
    chats = backlog_contacts(store, Filters(channel=("chat",)))
    assert chats["seconds_left"].to_list() == [5.0, 30.0, 45.0]


def test_billing_brings_customers_back(store: Store) -> None:
    journeys = returns_by(store, Filters(period=LAST_YEAR), "journey").sort("return_rate")
    assert journeys["journey"].to_list()[-1] == "Facturation"
    assert journeys["return_rate"][-1] == pytest.approx(0.416, abs=0.01)
    assert journeys["return_rate"][0] == pytest.approx(0.029, abs=0.01)  # Dépannage
    assert journeys["switch_rate"][-1] < 0.01


def test_who_waited_longer_scores_lower_after_a_contact(store: Store) -> None:
    frame = scores_by_wait(store, Filters(survey="transactional"))
    assert frame["wait_class"].to_list() == ["favourable", "limit", "beyond", "abandoned"]
    scores = frame["nps"].to_list()
    assert scores == sorted(scores, reverse=True)
    first, second = frame.row(0, named=True), frame.row(1, named=True)
    assert first["nps_low"] > second["nps_high"]


def test_the_contacts_of_the_worst_hours_can_be_listed(store: Store) -> None:
    row = worst(store, "call")
    assert row is not None
    named = [
        "status", "missed", "weekday", row["weekday"], "from_hour", row["from_hour"],
        "until_hour", row["until_hour"],
    ]  # fmt: skip
    behind = contacts_behind(store, Filters(channel=("call",)), contact_choice_of(named))
    assert (behind.contact_count, behind.contacts.height) == (row["missed_count"], 500)


def shown(store: Store, *words: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(main, ["show", *words, "--json", "--store", str(store.path)])
    assert result.exit_code == 0, result.output
    rows: list[dict[str, object]] = json.loads(result.stdout)["rows"]
    return rows


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["response-time", "--by", "hour", "--where", "channel=call"], 72),
        (["response-time", "--by", "reason", "--where", "channel=chat"], 19),
        (["response-time", "--by", "segment"], 16),
        (["backlog"], 3),
        (["backlog", "--by", "channel"], 6),
        (["backlog", "--by", "contact"], 174),
        (["returns"], 1),
        (["returns", "--by", "reason"], 19),
        (["wait-effects"], 4),
    ],
)
def test_the_command_line_tells_the_same(store: Store, words: list[str], count: int) -> None:
    assert len(shown(store, *words)) == count


@pytest.mark.parametrize(
    "words",
    [["nps", "--by", "hour"], ["backlog", "--by", "segment"], ["wait-effects", "--by", "segment"]],
)
def test_a_split_that_a_figure_does_not_have_is_wrong_usage(store: Store, words: list[str]) -> None:
    result = CliRunner().invoke(main, ["show", *words, "--store", str(store.path)])
    assert result.exit_code == 2
    assert "has no --by" in result.stderr


def test_a_snapshot_is_taken_and_listed_on_the_command_line(store: Store) -> None:
    common = ["--json", "--store", str(store.path)]
    taken = CliRunner().invoke(main, ["snapshot", "Board", "--by", "ana", *common])
    snapshot_id = json.loads(taken.stdout)["snapshot_id"]
    listed = json.loads(CliRunner().invoke(main, ["snapshots", *common]).stdout)["snapshots"]
    assert [(it["snapshot_id"], it["title"], it["taken_by"]) for it in listed] == [
        (snapshot_id, "Board", "ana")
    ]
    one = json.loads(CliRunner().invoke(main, ["snapshots", snapshot_id, *common]).stdout)
    assert one["figures"]["response_time"]["channels_at_goal"] == 3
