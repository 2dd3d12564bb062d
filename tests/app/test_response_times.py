"""The Response times page: its planted truths, its sections, the contacts behind its figures."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cxdata.exports.extract import Extract, as_csv
from cxdata.i18n import translator
from cxdata.metrics.response_time.contacts_behind import ContactChoice, contacts_behind
from cxdata.models import Filters
from cxdata.store.connection import Store
from pages.parts.response_times.sections import SECTIONS
from tests.app.conftest import Opened, as_read
from tests.stores import HOSTILE_TEXTS, MIDDAY, add, calls, customers

Open = Callable[..., Opened]
PAGE = "insights/response_times.py"
ROW = r"([\w -]+) \*\*([\d.,\u00a0%–]+)\*\*(?: :\w+-badge\[(.+)\])?"
languages = pytest.mark.parametrize("lang", ["en", "fr"])


def press(page: Opened, key: str) -> Opened:
    [button] = [it for it in page.app.main.button if it.key == f"people_button:{key}"]
    button.click().run()
    assert not page.app.exception
    return page


def texts(page: Opened) -> list[str]:
    """What stands on the page and in the dialog over it."""
    elements = [*page.app.markdown, *page.app.caption, *page.app.info]
    return [as_read(it.value.removeprefix("**").removesuffix("**")) for it in elements]


# The first screen


def test_the_planted_hours_are_found(sample: Store, opened: Open) -> None:
    text = opened(sample, PAGE).text
    assert "Calls: Monday, 8:00 to 12:00, 60% missed against 14% otherwise." in text
    assert "Chat: every day, 18:00 to 22:00, 72% missed against 16% otherwise." in text
    assert "Emails: " not in text
    assert "Social media: " not in text


def test_each_channel_has_its_rate_verdict_rule_and_standard(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE, part="standards")
    assert rows_of(page) == [
        ("Calls", "81.1%", "✓ goal reached"), ("Emails", "86.0%", "✓ goal reached"),
        ("Chat", "70.7%", "✗ goal missed"), ("Social media", "90.8%", "✓ goal reached"),
    ]  # fmt: skip
    for line in (
        "in less than 1 min 30 s · published goal 80% · abandoned counts as missed",
        "within 45 s · company's own goal 80% · abandoned counts as missed",
        "● half within 25 s · ◆ 9 in 10 within 1 min 53 s",
        "95% interval 85.5% to 86.4% · 19,681 contacts due · 20 not yet due · "
        "graded score 97 of 100",
    ):
        assert line in page.lines()


def test_one_channel_that_is_filtered_has_one_card(sample: Store, opened: Open) -> None:
    shown = rows_of(opened(sample, PAGE, channel="chat"))
    assert shown == [("Chat", "70.7%", "✗ goal missed")]


def rows_of(page: Opened) -> list[tuple[str, str, str]]:
    """Name, rate and verdict of each channel's row."""
    found = (re.fullmatch(ROW, it) for it in page.lines())
    return [(it[1], it[2], it[3] or "") for it in found if it]


@languages
@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_opens_and_says_something(
    section: str, lang: str, sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE, lang=lang)
    before = page.text
    page.look_closer(section)
    assert (page.text != before) == (section != "trend")


# Sections


def test_the_heat_map_is_of_one_channel_and_the_worst_one_first(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE, part="when")
    shares, *_ = page.chart("missed_by_hour")["data"]
    at = shares["x"].index(19)
    assert shares["text"][-1][at] == "74"  # chat, Monday from 19:00
    group = page.button_group("response_when")
    group.set_value("call").run()
    shares, *_ = page.chart("missed_by_hour")["data"]
    monday = dict(zip(shares["x"], shares["text"][-1], strict=True))
    assert all(int(monday[hour]) > 50 for hour in range(8, 12))
    assert all(int(monday[hour]) < 25 for hour in range(12, 18))


def test_every_channel_has_its_distribution_of_waits(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("how_long")
    for channel in ("call", "email", "chat", "social"):
        shares = [sum(bars["y"]) for bars in page.chart(f"waits_{channel}")["data"]]
        assert len(shares) == 3  # answered, given up, still waiting
        assert sum(shares) == pytest.approx(1)
    assert "Chat: half answered within 25 s, 9 in 10 within 1 min 53 s." in page.text


def test_the_backlog_counts_all_open_contacts_whatever_the_period(
    sample: Store, opened: Open
) -> None:
    for period in ("12m", "2023-07-01..2023-07-31"):
        page = opened(sample, PAGE, period=period).look_closer("backlog").unfold("response_backlog")
        assert "150 of 174 open contacts are past their time." in page.text
        assert "30 Jun 2026, 20:00, not today" in page.text
        [caption] = [page.chart("backlog")["layout"]["title"]["text"]]
        assert caption.startswith("whole history")
        [listed] = page.app.main.dataframe
        assert len(listed.value) == 174
        left = [it.rsplit(" ", 1)[1] for it in listed.value["time_left"]]
        assert left == ["past"] * 150 + ["left"] * 24


@pytest.mark.parametrize("dimension", ["segment", "region", "product", "journey", "reason"])
def test_each_group_is_held_against_the_goal(dimension: str, sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("by").unfold("response_compliance_by")
    page.button_group("response_by").set_value(dimension).run()
    assert not page.app.exception
    rows = [row for row in page.rows("In time (95% interval)") if row[0] == "Chat"]
    names = page.chart("compliance_by")["layout"]["yaxis"]["ticktext"]
    assert {row[1] for row in rows} == set(names)
    assert len(names) > 1


def test_the_same_journey_is_compared_channel_by_channel(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("across").unfold("response_journeys")
    assert (
        "Installation: 92% in time on social media, 69% by chat (difference 18 to 28 points, "
        "2,675 contacts)."
    ) in page.text
    assert [trace["name"] for trace in page.chart("journeys")["data"]] == [
        "Calls", "Emails", "Chat", "Social media",
    ]  # fmt: skip
    assert len(page.rows("Asked again")) == 5 * 4


def test_returns_are_those_planted(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("across").unfold("response_returns")
    again = {row[0]: row[2] for row in page.rows("Followed")}
    assert again["Facturation"].startswith("42.0% (")
    assert again["Dépannage"].startswith("2.9% (")
    assert page.figures[-3:] == ["15.9%", "0.3%", "82.3%"]


def test_what_waiting_costs_is_called_an_association(sample: Store, opened: Open) -> None:
    page = opened(sample, PAGE).look_closer("costs").unfold("response_scores_by_wait")
    assert "An association, not a proof" in page.text
    rows = page.rows("Satisfied (95% interval)")
    assert [row[0] for row in rows] == [
        "Within the favourable time", "Late, within the limit", "Beyond the limit", "Abandoned",
    ]  # fmt: skip


def test_what_in_time_means_is_told_with_sources_and_the_way_to_change_it(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE).look_closer("standards")
    rows = page.rows("Contacts opened from")
    assert [row[0] for row in rows] == ["Calls", "Emails", "Chat", "Social media"]
    assert {row[5] for row in rows} == {"the beginning"}
    assert all(row[6] for row in rows)
    assert page.rows("Open")[5] == ["Saturday", "closed"]
    assert "Change the standards" in page.text


def test_a_standard_changed_from_a_day_on_is_listed_beside_the_old_one(
    own_sample: Store, opened: Open
) -> None:
    own_sample.change_settings(
        {"response_time.chat.favourable_seconds": 60},
        changed_by="Zoé",
        applies_from=date(2026, 1, 1),
    )
    page = opened(own_sample, PAGE).look_closer("standards")
    since = [row[5] for row in page.rows("Contacts opened from") if row[0] == "Chat"]
    assert since == ["1 January 2026", "the beginning"]


# The contacts behind a figure


def test_a_channels_missed_contacts_are_listed_worst_first(sample: Store, opened: Open) -> None:
    page = press(opened(sample, PAGE), "missed:chat")
    assert "3,763 contacts, the first 500 of them listed" in texts(page)
    assert "1 Jul 2025 – 30 Jun 2026 · Channel = Chat · Missed" in texts(page)
    [listed] = page.app.dataframe
    assert len(listed.value) == 500
    assert set(listed.value["status"]) == {"Missed"}
    times = listed.value["times_favourable"].to_list()
    assert times == sorted(times, reverse=True)


@languages
def test_the_list_is_in_the_readers_language(lang: str, sample: Store, opened: Open) -> None:
    page = press(opened(sample, PAGE, lang=lang), "missed:call")
    [listed] = page.app.dataframe
    named = {"en": ({"Missed"}, {"Calls"}), "fr": ({"Manqués"}, {"Appels"})}[lang]
    assert (set(listed.value["status"]), set(listed.value["channel"])) == named


def test_all_contacts_of_the_view_can_be_narrowed_to_a_status(sample: Store, opened: Open) -> None:
    page = press(opened(sample, PAGE, segment="Premium", channel="call"), "all")
    [listed] = page.app.dataframe
    assert set(listed.value["segment"]) == {"Premium"}
    assert [it for it in page.app.button_group if (it.key or "").startswith("contacts_status")]


def test_four_contacts_give_no_list_no_count_and_no_file(empty: Store, opened: Open) -> None:
    add(empty, calls([30] * 40 + [200] * 4, journey="Buying"), "contacts")
    page = press(opened(empty, PAGE), "missed:call")
    assert "Too few contacts to show a figure." in texts(page)
    assert not page.app.dataframe
    assert not page.app.get("download_button")


def test_a_list_has_local_times_waits_in_words_and_what_is_known_only(
    empty: Store, opened: Open
) -> None:
    add(empty, calls([200] * 5), "contacts")
    [listed] = press(opened(empty, PAGE), "missed:call").app.dataframe
    assert listed.value.columns.to_list() == [
        "channel", "status", "outcome", "wait", "times_favourable", "opened_at", "contact_id",
    ]  # fmt: skip
    first = listed.value.iloc[0]
    assert (first["wait"], first["times_favourable"]) == ("3 min 20 s", 2.2)
    assert first["opened_at"] == MIDDAY  # stored as 10:00 UTC


def test_nothing_that_leaves_as_a_file_runs(hostile: Store) -> None:
    found = contacts_behind(hostile, Filters(), ContactChoice())
    text = as_csv(Extract("contacts", "t", found.contacts, "s", None), translator("en"))
    cells = [cell for row in csv.reader(text.decode("utf-8-sig").splitlines()) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell[:1] == "="]


# Hostile texts


@pytest.fixture
def hostile(empty: Store) -> Store:
    """Each hostile text as reason, journey and customer of forty calls, half of them missed."""
    known, called = [], []
    for number, text in enumerate(HOSTILE_TEXTS.values()):
        own = {"customer_id": f"C{number}"}
        known += [{**it, **own} for it in customers(1, name=text)]
        rows = calls([30, 200] * 20, reason=text, journey=text, **own)
        called += [{**it, "contact_id": f"{number} {it['contact_id']}"} for it in rows]
    add(empty, known, "customers", extract_date=date(2026, 6, 15))
    add(empty, called, "contacts")
    return empty


def drawn_texts(figures: list[Any]) -> str:
    """All of the figures but what a click sends back, which nobody draws."""
    for figure in figures:
        for trace in figure["data"]:
            trace.pop("customdata", None)
    return json.dumps(figures)


@pytest.mark.parametrize("dimension", ["journey", "reason"])
def test_a_hostile_name_is_drawn_as_text(dimension: str, hostile: Store, opened: Open) -> None:
    page = opened(hostile, PAGE).look_closer("by").unfold("response_compliance_by")
    page.button_group("response_by").set_value(dimension).run()
    assert not page.app.exception
    drawn = drawn_texts([page.chart("compliance_by")])
    assert "<img" not in drawn
    assert "&lt;img" in drawn
    assert {row[1] for row in page.rows("In time (95% interval)")} >= set(HOSTILE_TEXTS.values())


def test_hostile_names_across_channels_and_in_lists_are_text(hostile: Store, opened: Open) -> None:
    page = opened(hostile, PAGE).look_closer("across")
    assert "<img" not in drawn_texts(page.charts)
    press(page, "missed:call")
    [listed] = page.app.dataframe
    assert set(listed.value["reason"]) == set(HOSTILE_TEXTS.values())
    configured = json.loads(listed.proto.columns)
    assert configured["reason"]["type_config"]["type"] == "text"


# Little or nothing


def waiting(count: int) -> list[dict[str, object]]:
    """So many on social media without an answer so far, and not due."""
    return [
        {**it, "contact_id": f"social {place}", "first_response_at": None}
        for place, it in enumerate(calls([0] * count, channel="social"))
    ]


@pytest.mark.parametrize("section", ["by", "across", "backlog"])
def test_a_reason_that_is_the_title_is_not_said_twice(
    section: str, empty: Store, opened: Open
) -> None:
    add(empty, calls([30] * 4), "contacts")
    page = opened(empty, PAGE).look_closer(section)
    assert page.app.main.header[-1].value
    assert not page.app.main.info


@languages
@pytest.mark.parametrize("section", SECTIONS)
def test_a_store_with_few_contacts_opens_every_section(
    section: str, lang: str, empty: Store, opened: Open
) -> None:
    add(empty, [*calls([30] * 9 + [200] * 2), *waiting(5)], "contacts")
    page = opened(empty, PAGE, lang=lang).look_closer(section)
    rates = [rate for _, rate, _ in rows_of(page)]
    assert rates[:2] == [{"en": "81.8%", "fr": "81,8\u00a0%"}[lang], "–"]


def test_a_channel_without_a_due_contact_has_no_rate_and_no_bullet(
    empty: Store, opened: Open
) -> None:
    add(empty, waiting(5), "contacts")
    page = opened(empty, PAGE)
    assert rows_of(page) == [("Social media", "–", "")]
    assert "No contact was due yet. · 5 not yet due" in page.lines()
    assert not page.app.main.image


# The part that is open


def test_the_open_part_stands_in_the_address_and_a_link_opens_it(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, PAGE, part="backlog", lang="fr")
    assert page.button_group("response_section").value == "backlog"
    page.look_closer("across")
    assert page.app.query_params["part"] == "across"
    page.look_closer("trend")
    assert "part" not in page.app.query_params
    unknown = opened(sample, PAGE, part="nonsense")
    assert unknown.button_group("response_section").value == "trend"


def test_the_trend_says_which_channel_was_below_its_goal(sample: Store, opened: Open) -> None:
    assert "Chat: below the goal in 12 of 12 periods." in opened(sample, PAGE).text


def test_what_is_chosen_on_a_page_stands_in_the_address_and_a_link_opens_it(
    sample: Store, opened: Open
) -> None:
    page = opened(sample, "insights/nps.py", nps_grain="quarter", nps_overlays=["limits", "x"])
    assert page.button_group("nps_grain").value == "quarter"
    assert page.button_group("nps_overlays").value == ["limits"]
    page.button_group("nps_grain").set_value("month").run()
    page.button_group("nps_overlays").set_value(["rolling", "limits"]).run()
    assert page.app.query_params == {"nps_overlays": ["rolling", "limits"]}
    unknown = opened(sample, PAGE, response_grain="nonsense", part="by", response_by="region")
    assert unknown.button_group("response_by").value == "region"
