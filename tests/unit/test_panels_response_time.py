"""The panels of the Response times page: wording, emptiness and privacy, without a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdata.i18n import LOCALES, Locale, translator
from cxdata.metrics.response_time.compliance import compliance_trend
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from cxdata.models import Filters, Period
from cxdata.panels import PANELS, Panel, Request, panel, response_time
from cxdata.store.connection import Store
from tests.stores import add, customers

PAGE = [it for it in PANELS if it.page == "response_times"]
KEYS = [it.key for it in PAGE]
METHODS = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text("utf-8")
OPENED = datetime(2026, 1, 12, 10)
LAST = datetime(2026, 6, 15, 10)
EVERYTHING = Filters()
NOTHING_AS_SHARE = re.compile(r"(?<![\d.,])(0|100)([.,]0)?[\s\u00a0\u202f]*%")

each_panel = pytest.mark.parametrize("key", KEYS)
each_language = pytest.mark.parametrize("lang", LOCALES)


def contact(number: int, wait: int | None, **texts: object) -> dict[str, object]:
    opened_at = OPENED + timedelta(minutes=number)
    return {
        "contact_id": f"c{number}",
        "channel": "call",
        "opened_at": opened_at,
        "first_response_at": None if wait is None else opened_at + timedelta(seconds=wait),
        **texts,
    }


def answer(number: int) -> dict[str, object]:
    return {
        "responded_at": OPENED + timedelta(days=1, minutes=number),
        "customer_id": f"C{number}",
        "nps_score": 3 if number % 3 else 10,
        "csat_score": 4,
    }


def own_store(folder: Path) -> Iterator[Store]:
    store = Store.open(folder / "cx.duckdb")
    yield store
    store.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    yield from own_store(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Four contacts of four customers: one fewer than what may be shown."""
    for store in own_store(tmp_path_factory.mktemp("few")):
        about = {"journey": "Billing", "reason": "Invoice"}
        add(store, customers(4, 2), "customers", extract_date=date(2026, 6, 15))
        rows = [contact(it, 500, customer_id=f"C{it}", **about) for it in range(4)]
        add(store, rows, "contacts")
        add(store, [answer(it) for it in range(4)], "responses")
        yield store


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Sixty calls, a third of them late, and thirty prompt chats; six calls still open."""
    for store in own_store(tmp_path_factory.mktemp("small")):
        add(store, customers(90, 9), "customers", extract_date=date(2026, 6, 15))
        about = {"journey": "Billing", "reason": "Invoice"}
        asked = [
            contact(it, 20 if it % 3 else 500, customer_id=f"C{it}", **about) for it in range(60)
        ]
        asked += [
            contact(it, 10, customer_id=f"C{it}", channel="chat", **about) for it in range(60, 90)
        ]
        still = [contact(100 + it, None, opened_at=LAST) for it in range(6)]
        add(store, [*asked, *still], "contacts")
        add(store, [answer(it) for it in range(90)], "responses")
        yield store


def asked(store: Store, lang: Locale = "en", filters: Filters = EVERYTHING) -> Request:
    return Request.computed_now(store, filters, translator(lang))


def all_of(one: Panel) -> list[Panel]:
    return [one, *one.parts]


def said(one: Panel) -> str:
    """All that is told by a panel in words."""
    told = [one.question, one.title, one.lead, one.reason]
    told += [part for each in (*one.notes_above, *one.notes) for part in each]
    if one.headline:
        told += [one.headline.label, one.headline.value, one.headline.verdict]
    if one.picture:
        told.append(one.picture.description)
    return "\n".join(told)


def anchors() -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", METHODS, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}


# What every panel has


def test_the_list_holds_each_figure_of_the_page_once() -> None:
    assert len(KEYS) == len(set(KEYS)) == 13
    assert len({it.key for it in PANELS}) == len(PANELS)


@each_language
@each_panel
def test_each_says_what_it_answers_of_what_until_when_and_how(
    key: str, lang: Locale, small: Store
) -> None:
    made = panel(asked(small, lang), key)
    assert made.key == key
    assert not made.is_empty
    for one in all_of(made):
        assert one.question
        assert one.title
        assert bool(one.reason) == one.is_empty
        assert (one.scope, one.filters) == ("contacts", Filters())
        assert one.data_until == date(2026, 6, 15)
        assert one.method in anchors()
        assert len(one.scope_parts(translator(lang))) == 2


@each_panel
def test_what_is_shown_can_be_read_as_a_table_and_taken_as_numbers(key: str, small: Store) -> None:
    made = panel(asked(small), key)
    assert made.frame is not None
    assert not made.frame.is_empty()
    if made.texts:
        assert made.texts().height > 0
    for chart in (it.chart for it in all_of(made) if it.chart):
        assert json.loads(json.dumps(chart, default=str))["data"]


@each_panel
def test_english_and_french_say_it_in_their_own_words(
    key: str, small: Store, empty: Store, few: Store
) -> None:
    for store in (small, empty, few):
        english, french = panel(asked(store, "en"), key), panel(asked(store, "fr"), key)
        assert english.title != french.title
        assert english.question != french.question
        assert [it.key for it in all_of(english)] == [it.key for it in all_of(french)]


# Nothing, and too little


@each_language
@each_panel
def test_without_contacts_there_is_a_reason_and_no_figure(
    key: str, lang: Locale, empty: Store
) -> None:
    made = panel(asked(empty, lang), key)
    assert made.is_empty
    assert made.reason
    assert (made.chart, made.picture, made.headline, made.parts) == (None, None, None, ())
    assert made.data_until is None
    assert made.scope_parts(translator(lang))[-1] == translator(lang)("no data yet")
    assert not NOTHING_AS_SHARE.search(said(made))
    assert made.method in anchors()


@each_language
@each_panel
def test_four_contacts_give_no_rate_anywhere(key: str, lang: Locale, few: Store) -> None:
    made = panel(asked(few, lang), key)
    for one in all_of(made):
        assert one.headline is None
        assert bool(one.reason) == one.is_empty
        drawn = json.dumps(one.chart["data"], default=str, ensure_ascii=False) if one.chart else ""
        assert not NOTHING_AS_SHARE.search(said(one) + drawn)
        rates = one.frame.select(pl.col("^.*(_rate|_share|nps)$")) if one.frame is not None else []
        assert all(column.is_null().all() for column in rates)


def test_all_but_the_backlog_say_that_four_contacts_are_too_few(few: Store) -> None:
    """The hours draw their axes, and the backlog names everybody who waits: here nobody."""
    drawn = {it.key for it in PAGE if not it.make(asked(few)).is_empty}
    assert drawn == {"response_missed_by_hour"}
    assert panel(asked(few), "compliance_trend").reason == "Too few contacts to show a figure."


def test_a_filter_that_leaves_nothing_is_told_as_such(small: Store) -> None:
    nowhere = Filters(journey=("Moon",))
    for entry in PAGE:
        made = entry.make(asked(small, filters=nowhere))
        assert made.is_empty, entry.key
        assert made.reason
        assert "Moon" in made.scope_parts(translator("en"))[0]


def test_contacts_that_are_not_due_yet_have_a_card_without_a_rate(small: Store) -> None:
    waiting = asked(small, filters=Filters(period=Period(LAST.date(), LAST.date())))
    card = response_time.channel_panel(waiting, "call")
    assert (card.headline, card.picture) == (None, None)
    assert card.reason == "No contact was due yet."
    assert ("No contact was due yet.", "6 not yet due") in card.notes


# The figures


def test_a_card_holds_rate_verdict_picture_small_print_and_the_missed_ones(small: Store) -> None:
    cards = response_time.compliance_panel(asked(small)).parts
    assert [it.title for it in cards] == ["Calls", "Chat"]
    calls, chat = cards
    assert calls.headline is not None
    assert (calls.headline.value, calls.headline.mood) == ("66.7%", "neutral")
    assert not calls.headline.moved
    assert calls.picture is not None
    assert calls.picture.description == "Calls: 66.7%, ≈ can't tell yet"
    assert len(calls.notes) == 3
    assert calls.behind is not None
    assert calls.behind.choice == ContactChoice(channel="call", status="missed")
    assert chat.headline is not None
    assert chat.headline.value == "100.0%"  # of thirty
    assert chat.behind is None


def test_the_channel_is_the_one_furthest_below_its_goal_unless_one_is_chosen(small: Store) -> None:
    request = asked(small)
    assert response_time.used_channels(request) == ["call", "chat"]
    assert response_time.worst_channel(request) == "call"
    for make in (response_time.hours_panel, response_time.compliance_by_panel):
        assert make(request).title.startswith("Calls: ")
        assert make(request, channel="chat").title.startswith("Chat: ")


def test_grain_and_dimension_are_choices(small: Store) -> None:
    request = asked(small)
    by_year = response_time.compliance_trend_panel(request, "year")
    assert by_year.behind is not None
    assert by_year.behind.grain == "year"
    assert by_year.frame is not None
    assert by_year.frame["period"].unique().to_list() == [date(2026, 1, 1)]
    by_reason = response_time.compliance_by_panel(request, "reason")
    assert by_reason.frame is not None
    assert "contact_reason" in by_reason.frame.columns
    returned = response_time.returns_by_panel(request, "channel")
    assert returned.frame is not None
    assert set(returned.frame["channel"].drop_nulls()) == {"call", "chat"}


def test_a_rate_that_is_not_known_is_not_zero(small: Store) -> None:
    """Nothing was ever marked as resolved."""
    again, switched, first = response_time.returns_panel(asked(small)).parts
    assert again.headline is not None
    assert switched.headline is not None
    assert (first.headline, first.reason) == (None, "not known")


def test_a_channel_without_contacts_has_panels_that_say_so(small: Store) -> None:
    for make in (response_time.channel_panel, response_time.channel_waits_panel):
        made = make(asked(small), "social")
        assert made.is_empty
        assert made.title == "Social media"
        assert made.reason == "No contacts for these filters."


def test_the_backlog_is_of_the_whole_history_and_says_so(small: Store) -> None:
    long_ago = Period(date(2026, 1, 1), date(2026, 1, 31))
    made = response_time.backlog_panel(asked(small, filters=Filters(period=long_ago)))
    assert made.title == "6 contacts are open, all within their time."
    assert made.filters == Filters()
    assert made.scope_parts(translator("en"))[0].startswith("whole history")


def test_scores_and_leaving_stand_by_the_class_of_the_wait(small: Store) -> None:
    scores = response_time.wait_scores_panel(asked(small))
    assert [it.key for it in scores.parts] == ["nps_by_wait", "csat_by_wait"]
    assert scores.lead.startswith("An association, not a proof")
    leaving = response_time.leaving_panel(asked(small))
    assert leaving.frame is not None
    counts = leaving.frame.select("wait_class", "customer_count").rows()
    assert counts == [("favourable", 70), ("beyond", 20)]


# How charts are remembered


def test_a_chart_is_drawn_once_for_a_frame_and_a_language(small: Store) -> None:
    kept: dict[object, Any] = {}

    def remembered(function: Any, /, *arguments: Any, **options: Any) -> Any:
        key = (function, arguments, tuple(sorted(options.items())))
        if key not in kept:
            kept[key] = function(small, *arguments, **options)
        return kept[key]

    def charts(lang: Locale) -> list[object]:
        request = Request(small, Filters(), translator(lang), remembered)
        return [
            panel(request, key).chart for key in ("compliance_trend", "response_missed_by_hour")
        ]

    english, french, again = charts("en"), charts("fr"), charts("en")
    assert all(one is other for one, other in zip(english, again, strict=True))
    assert all(one != other for one, other in zip(english, french, strict=True))
    kept[(compliance_trend, (Filters(),), (("grain", "month"),))] = compliance_trend(
        small, Filters(period=Period(OPENED.date(), OPENED.date()))
    )
    assert charts("en")[0] != english[0]
