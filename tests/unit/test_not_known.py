"""What a file of contacts doesn't say is not known: neither in time, late, waiting nor given up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.errors import ImportRefused
from cxdata.i18n import translator
from cxdata.ingest import check_store, import_file, preview_file, undo_batch
from cxdata.ingest.importing import FilePreview
from cxdata.ingest.judging.validation import ANSWERS_NOT_KNOWN, CLOSING_IS_NO_ANSWER
from cxdata.metrics.response_time.backlog import backlog
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.metrics.response_time.contact_hours import missed_by_hour
from cxdata.metrics.response_time.contact_mix import compliance_by_reason
from cxdata.metrics.response_time.waits import wait_distribution
from cxdata.models import Filters, ImportReport
from cxdata.panels.overview import compliance_card
from cxdata.panels.panel import Request
from cxdata.panels.response_time import (
    backlog_panel,
    compliance_panel,
    compliance_trend_panel,
    hours_panel,
    waits_panel,
)
from cxdata.sentences import compliance_title
from cxdata.store.connection import Store

CASES = Path(__file__).parents[3] / "shared" / "cases" / "import"
EN = translator("en")
EVERYTHING = Filters()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    assert check_store(opened) == []
    opened.close()


def taken(store: Store, text: str, **choices: object) -> ImportReport:
    return import_file(store, text.encode(), file_name="test.csv", **choices)  # type: ignore[arg-type]


def looked(store: Store, text: str, **choices: object) -> FilePreview:
    return preview_file(store, text.encode(), file_name="test.csv", **choices)  # type: ignore[arg-type]


def figures(store: Store, *names: str, channel: str = "email") -> tuple[object, ...]:
    rows = compliance_by_channel(store, EVERYTHING).rows(named=True)
    [row] = [it for it in rows if it["channel"] == channel]
    return tuple(row[name] for name in names)


def table(header: str, row: str, count: int = 10) -> str:
    """Rows in which {n} counts from 1, and is the day of the month."""
    return "\n".join([header, *(row.replace("{n}", f"{n:02}") for n in range(1, count + 1)), ""])


BARE = table("ticket id,created at,channel", "T{n},2026-01-{n}T10:00:00Z,email")
ANSWERED = table(
    "ticket id,created at,channel,first response at",
    "A{n},2026-01-{n}T10:00:00Z,email,2026-01-{n}T10:05:00Z",
)
KINDS_WITHOUT_ANSWERS = {
    "nothing": BARE,
    "a closing date of calls": table(
        "call id,created at,channel,closed at",
        "T{n},2026-01-{n}T10:00:00Z,call,2026-01-{n}T10:00:30Z",
    ),
    "a closing date of mails": table(
        "ticket id,created at,channel,closed at",
        "T{n},2026-01-{n}T10:00:00Z,email,2026-02-{n}T10:00:00Z",
    ),
    "whether it was given up, without a wait": table(
        "call id,created at,channel,abandoned", "T{n},2026-01-{n}T10:00:00Z,call,no"
    ),
}


@pytest.mark.parametrize("text", KINDS_WITHOUT_ANSWERS.values(), ids=KINDS_WITHOUT_ANSWERS)
def test_contacts_without_any_answer_count_and_give_no_figure(text: str, store: Store) -> None:
    preview = looked(store, text)
    assert ANSWERS_NOT_KNOWN in preview.notes
    assert preview.outcome is not None
    assert ANSWERS_NOT_KNOWN in preview.outcome.flags
    assert not preview.outcome.knows_answers
    assert ANSWERS_NOT_KNOWN in taken(store, text).notes
    channel = "call" if ",call" in text else "email"
    names = ("contact_count", "not_known_count", "met_count", "missed_count", "abandoned_count")
    assert figures(store, *names, channel=channel) == (10, 10, 0, 0, 0)
    assert figures(store, "compliance_rate", "verdict", "reason", channel=channel) == (
        *(None, "cannot_tell", "answers_not_known"),
    )
    assert backlog(store, EVERYTHING).is_empty()
    assert wait_distribution(store, EVERYTHING).is_empty()
    [by_reason] = compliance_by_reason(store, EVERYTHING).rows(named=True)
    assert (by_reason["not_known_count"], by_reason["reason"]) == (10, "answers_not_known")


def test_a_closing_date_is_named_as_no_answer(store: Store) -> None:
    text = KINDS_WITHOUT_ANSWERS["a closing date of mails"]
    assert CLOSING_IS_NO_ANSWER in looked(store, text).notes
    said = looked(store, text, mapping={"first_response_at": "closed at"})
    assert not {ANSWERS_NOT_KNOWN, CLOSING_IS_NO_ANSWER} & set(said.notes)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_panel_says_why_there_is_no_figure(lang: str, store: Store) -> None:
    taken(store, BARE)
    tr = translator(lang)
    request = Request.computed_now(store, EVERYTHING, tr)
    why = tr(
        "No file says when these contacts were answered: export them with the moment of the first "
        "answer, or with the wait and whether it ended in an answer."
    )
    assert compliance_title(compliance_by_channel(store, EVERYTHING), tr) == why
    assert compliance_panel(request).title == why
    assert compliance_card(request).title == why
    assert backlog_panel(request).title == why
    assert hours_panel(request).title == why
    assert waits_panel(request).reason == why
    assert compliance_trend_panel(request).reason == why


def test_the_command_line_says_why_too(tmp_path: Path) -> None:
    closed = Store.open(tmp_path / "own.duckdb")
    taken(closed, BARE)
    closed.close()
    for metric in ("response-time", "backlog"):
        command = ["--store", str(closed.path), "show", metric, "--json"]
        result = CliRunner().invoke(main, command)
        document = json.loads(result.stdout)
        assert document["notes"][0] == "10 contacts left out: no file says when they were answered"
        assert "export them with the moment of the first answer" in document["notes"][1]


def test_of_a_mixture_only_the_known_count_and_the_others_are_named(store: Store) -> None:
    taken(store, BARE)
    taken(store, ANSWERED)
    names = ("contact_count", "not_known_count", "met_count", "missed_count", "compliance_rate")
    assert figures(store, *names) == (20, 10, 10, 0, 1.0)
    panel = compliance_panel(Request.computed_now(store, EVERYTHING, EN))
    [card] = panel.parts
    assert "10 contacts left out: no file says when they were answered" in str(card.notes)


def test_another_file_of_the_same_contacts_can_tell_and_undoing_it_takes_that_back(
    store: Store,
) -> None:
    taken(store, BARE)
    told = table(
        "ticket id,created at,channel,first response at", "T{n},2026-01-{n}T10:00:00Z,email,"
    )
    report = taken(store, told, extract_date=datetime(2026, 3, 1))
    assert figures(store, "not_known_count", "missed_count") == (0, 10)
    assert report.batch_id is not None
    undo_batch(store, report.batch_id)
    assert figures(store, "not_known_count", "missed_count") == (10, 0)


def test_a_file_that_knows_less_takes_away_no_answer(store: Store) -> None:
    taken(store, ANSWERED)
    report = taken(store, ANSWERED.replace(",first response at", ",subject").replace(":05:00Z", ""))
    assert report.replaced_count == 10
    assert figures(store, "not_known_count", "met_count") == (0, 10)


def test_a_call_that_ended_without_an_answer_was_given_up(store: Store) -> None:
    text = (
        "call id,created at,channel,answered at,closed at\n"
        + "".join(
            f"A{n},2026-01-05T10:{n:02}:00Z,call,2026-01-05T10:{n:02}:20Z,\n" for n in range(6)
        )
        + "".join(f"M{n},2026-01-05T11:{n:02}:00Z,call,,2026-01-05T11:{n:02}:30Z\n" for n in (1, 2))
    )
    taken(store, text)
    assert figures(store, "met_count", "missed_count", "abandoned_count", channel="call") == (
        *(6, 2, 2),
    )


# Waits without an outcome


WAITS = table("call id,created at,channel,wait time", "T{n},2026-01-{n}T10:00:00Z,call,0:00:20")


def test_waits_whose_end_no_column_tells_are_asked_about(store: Store) -> None:
    [question] = looked(store, WAITS).questions
    assert (question.option, [it.choice for it in question.readings]) == (
        *("waits", ["unknown", "answered"]),
    )
    with pytest.raises(ImportRefused, match="--waits answered"):
        taken(store, WAITS)


@pytest.mark.parametrize(
    ("answer", "expected"), [("unknown", (10, 0, None)), ("answered", (0, 10, 1.0))]
)
def test_waits_are_what_is_said_of_them(
    answer: str, expected: tuple[object, ...], store: Store
) -> None:
    taken(store, WAITS, waits=answer)
    names = ("not_known_count", "met_count", "compliance_rate")
    assert figures(store, *names, channel="call") == expected


@pytest.mark.parametrize("header", ["speed of answer", "Délai de décroché"])
def test_a_header_that_speaks_of_answers_tells_how_waits_ended(header: str, store: Store) -> None:
    assert looked(store, WAITS.replace("wait time", header)).questions == ()


# Days without times


def days(opened: str, answered: str, channel: str) -> str:
    return table("id,created at,channel,first response at", f"T{{n}},{opened},{channel},{answered}")


@pytest.mark.parametrize("ending", ["", " 00:00", "T00:00:00"])
@pytest.mark.parametrize("channel", ["call", "chat", "social"])
def test_days_judge_no_standard_in_seconds_or_hours(
    channel: str, ending: str, store: Store
) -> None:
    day = f"2026-01-{{n}}{ending}"
    report = taken(store, days(day, day, channel))
    assert any("days without times" in note for note in report.notes)
    names = ("contact_count", "untimed_count", "met_count", "missed_count", "reason")
    assert figures(store, *names, channel=channel) == (10, 10, 0, 0, "times_not_known")
    assert missed_by_hour(store, EVERYTHING).is_empty()
    assert wait_distribution(store, EVERYTHING).is_empty()
    assert "time of day" in hours_panel(Request.computed_now(store, EVERYTHING, EN)).title


def test_days_judge_a_standard_in_days(store: Store) -> None:
    """One business day: 5 January 2026 is a Monday, 9 a Friday."""
    pairs = [
        ("05", "05"), ("05", "06"), ("09", "12"), ("09", "10"), ("06", "07"),  # in time
        ("05", "07"), ("08", "12"),  # two days
    ]  # fmt: skip
    text = "id,created at,channel,first response at\n" + "".join(
        f"T{n},2026-01-{opened},email,2026-01-{answered}\n"
        for n, (opened, answered) in enumerate(pairs)
    )
    taken(store, text)
    assert figures(store, "met_count", "missed_count", "untimed_count") == (5, 2, 0)
    assert figures(store, "p50_seconds") == (None,)
    assert missed_by_hour(store, EVERYTHING).is_empty()


def test_an_answer_of_which_only_the_day_is_known_is_not_before_its_opening(store: Store) -> None:
    report = taken(store, days("2026-01-{n}T10:00:00", "2026-01-{n}", "chat"))
    assert report.refused_count == 0
    assert figures(store, "untimed_count", "reason", channel="chat") == (10, "times_not_known")


def test_times_of_midnight_among_others_are_times(store: Store) -> None:
    text = days("2026-01-{n}T00:00:00", "2026-01-{n}T00:00:30", "chat")
    taken(store, text.replace("01-02T00:00:00", "01-02T00:00:10"))
    assert figures(store, "untimed_count", "met_count", channel="chat") == (0, 10)


# The cases themselves


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_tickets_without_answers_give_no_compliance(store: Store) -> None:
    import_file(store, CASES / "31-no-answer-column" / "tickets.csv", kind="contacts")
    assert figures(store, "contact_count", "compliance_rate", "reason") == (
        *(40, None, "answers_not_known"),
    )


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_jira_tickets_with_a_channel_alone_give_no_compliance(store: Store) -> None:
    source = CASES / "02-jira-service" / "jsm_export.csv"
    mapping = {"channel": "=email", "first_response_at": ""}
    import_file(store, source, kind="contacts", mapping=mapping)
    assert figures(store, "compliance_rate", "met_count", "missed_count") == (None, 0, 0)
