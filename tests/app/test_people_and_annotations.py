"""From a figure to the people behind it, and what readers write on the charts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from cxdata.exports.extract import Extract, as_csv
from cxdata.followup.annotations import (
    Annotation,
    ReferenceLine,
    add_annotation,
    add_reference_line,
    recorded_annotations,
    recorded_lines,
)
from cxdata.i18n import translator
from cxdata.metrics.nps.answers_behind import Choice, answers_behind, choice_of
from cxdata.models import Filters, Grain
from cxdata.store.connection import Store
from pages.components.answers_list import comment_text, exported
from pages.components.choosing import chosen
from pages.components.row_cards import CARDS_AT_ONCE
from tests.app.conftest import Opened, as_read
from tests.stores import HOSTILE_TEXTS, add, answers, customers

Open = Callable[..., Opened]
NPS = "insights/nps.py"
PEOPLE = """
from cxdata.metrics.nps.answers_behind import Choice
from pages.components.answers_list import draw_people
draw_people(Choice({choice}))
"""
EDITOR = "from pages.components.annotations import draw_editor\ndraw_editor()"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Opened]:
    """Runs a few lines on a store, in English."""

    def run(store: Store, script: str) -> Opened:
        monkeypatch.setenv("CXDATA_STORE", str(store.path))
        return rerun(Opened(AppTest.from_string(script, default_timeout=60)))

    return run


def rerun(page: Opened) -> Opened:
    page.app.run()
    assert not page.app.exception
    return page


def texts(app: AppTest) -> list[str]:
    shown = [*app.markdown, *app.caption, *app.info, *app.error]
    return [as_read(it.value.removeprefix("**").removesuffix("**")) for it in shown]


def press(page: Opened, key: str) -> Opened:
    [button] = [it for it in page.app.button if it.key and it.key.startswith(key)]
    button.click()
    return rerun(page)


# The answers behind a figure


CHART = """
from cxdata.charts.theme import axis, layout
from pages.components.answers_list import show_choosable
bar = {"type": "bar", "x": [1], "y": [1]}
drawn = layout(300, xaxis=axis(), yaxis=axis())
show_choosable("nps", {"data": [bar], "layout": drawn})
"""


@pytest.mark.parametrize(("browser", "has_mode_bar"), [("X11; Linux", True), ("Mobile", False)])
def test_points_can_be_chosen_on_a_phone_too_which_has_no_mode_bar(
    browser: str, has_mode_bar: bool, sample: Store, run: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: {"User-Agent": browser}))
    [chart] = run(sample, CHART).app.main.get("plotly_chart")
    assert chart.proto.selection_mode
    assert ('"displayModeBar": false' in chart.proto.config) != has_mode_bar


def test_on_a_phone_a_list_is_cards_and_as_many_more_as_are_wished(
    sample: Store, run: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: {"User-Agent": "Mobile"}))
    page = run(sample, PEOPLE.format(choice="nps_class='detractor'"))
    assert not page.app.dataframe
    heads = [it.value for it in page.app.markdown if "Detractor" in it.value]
    assert len(heads) == CARDS_AT_ONCE
    assert not any("None" in text or "nan" in text for text in texts(page.app))
    [more] = [it for it in page.app.button if it.label == "Show 20 more"]
    more.click()
    rerun(page)
    assert len([it for it in page.app.markdown if "Detractor" in it.value]) == 2 * CARDS_AT_ONCE


def test_the_list_says_how_many_answers_of_which_filters_it_has(sample: Store, run: Open) -> None:
    page = run(sample, PEOPLE.format(choice="nps_class='detractor'"))
    assert "3,040 answers, the first 500 of them listed" in texts(page.app)
    assert "1 Jul 2025 – 30 Jun 2026 · Relationship survey · Detractors" in texts(page.app)
    [listed] = page.app.dataframe
    assert len(listed.value) == 500
    assert set(listed.value["nps_class"]) == {"Detractor"}
    assert listed.value["is_strategic"].iloc[0]


def test_the_comment_of_the_row_that_was_clicked_is_shown_whole(store: Store, run: Open) -> None:
    page = run(store, PEOPLE.format(choice=""))
    [listed] = page.app.dataframe
    place = [*listed.value["comment"]].index(HOSTILE_TEXTS["markdown"])
    cells = [(place, "name")]
    page.app.session_state[listed.key] = {"selection": {"rows": [], "columns": [], "cells": cells}}
    rerun(page)
    assert HOSTILE_TEXTS["markdown"] in texts(page.app)


@pytest.fixture
def store(empty: Store) -> Store:
    """Each hostile text as customer, segment and comment of six detractors."""
    known: list[dict[str, object]] = []
    said: list[dict[str, object]] = []
    for number, text in enumerate(HOSTILE_TEXTS.values()):
        [customer] = customers(1, name=text, is_strategic=True)
        known.append({**customer, "customer_id": f"C{number}"})
        six = answers([2] * 6, segment=text, comment=text, customer_id=f"C{number}")
        said += [{**it, "response_id": f"{number} {place}"} for place, it in enumerate(six)]
    add(empty, known, "customers", kept_columns=["customer_id", "name"])
    kept = ["customer_id", "segment", "comment"]
    add(empty, said, "responses", kept_columns=kept, scales={"nps_score": "0-10"})
    return empty


def test_comments_reach_the_page_as_text_only(store: Store, run: Open) -> None:
    page = run(store, PEOPLE.format(choice=""))
    assert set(page.app.dataframe[0].value["comment"]) == set(HOSTILE_TEXTS.values())
    configured = json.loads(page.app.dataframe[0].proto.columns)
    assert configured["comment"]["type_config"]["type"] == "text"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("two\nlines", "two  \nlines"),
        ("    code\n\t- list", "code  \n\\- list"),
        ("<b>*A*", "\\<b\\>\\*A\\*"),
        ("  ", ""),
        (None, ""),
    ],
)
def test_a_comment_is_shown_as_it_was_typed(comment: str | None, expected: str) -> None:
    assert comment_text(comment) == expected


def test_what_leaves_as_a_file_runs_nothing_and_says_local_time(store: Store) -> None:
    whole = answers_behind(store, Filters(), Choice())
    frame = exported(whole.answers, "Europe/Paris")
    assert whole.answers["responded_at"].max() == datetime(2026, 6, 15, 10, 5)
    assert frame["responded_at"].max() == datetime(2026, 6, 15, 12, 5)
    text = as_csv(Extract("answers", "t", frame, "s", None), translator("en")).decode("utf-8-sig")
    assert "'=1+1" in text
    assert not [cell for line in text.splitlines() for cell in line.split(",") if cell[:1] == "="]


@pytest.mark.parametrize("choice", ["", "nps_class='detractor'", "score=9", "term='fr:retard'"])
def test_four_answers_give_no_list_no_count_and_no_file(
    choice: str, empty: Store, run: Open
) -> None:
    said = answers([0, 9, 9, 10], comment="Mme Duval, retard", language="fr")
    add(empty, said, "responses")
    page = run(empty, PEOPLE.format(choice=choice))
    assert "Too few answers to show without telling who gave them." in texts(page.app)
    assert not page.app.dataframe
    assert not page.app.get("download_button")
    assert not [line for line in texts(page.app) if "Duval" in line or "4" in line]


def test_a_class_can_be_chosen_without_a_chart(sample: Store, run: Open) -> None:
    page = run(sample, PEOPLE.format(choice="values=(('segment', 'Premium'),)"))
    page.app.button_group[0].set_value("detractor")
    rerun(page)
    assert set(page.app.dataframe[0].value["nps_class"]) == {"Detractor"}
    assert any("Segment = Premium · Detractors" in line for line in texts(page.app))


def test_the_nps_page_opens_the_answers_of_its_view(sample: Store, opened: Open) -> None:
    page = press(opened(sample, NPS, segment="Premium", lang="fr"), "people_button")
    [listed] = page.app.dataframe
    assert set(listed.value["segment"]) == {"Premium"}
    assert set(listed.value["nps_class"]) <= {"Promoteur", "Passif", "Détracteur"}
    assert any(", liste limitée à " in line for line in texts(page.app))


def test_an_answer_that_was_opened_does_not_stay_open(sample: Store, opened: Open) -> None:
    page = press(opened(sample, NPS), "people_button")
    assert page.app.dataframe
    assert not rerun(page).app.dataframe


# What a click says


def clicked(*customdata: object) -> dict[str, Any]:
    return {"selection": {"points": [{"x": 1, "customdata": it} for it in customdata]}}


def chosen_answers(event: dict[str, Any], grain: Grain = "month") -> Choice | None:
    return chosen(event, partial(choice_of, grain=grain))


def test_a_point_is_what_its_customdata_says() -> None:
    assert chosen_answers(clicked(["nps_class", "passive"])) == Choice(nps_class="passive")
    assert chosen_answers(clicked(["segment", None, "region", "Nord"])) == Choice(
        values=(("segment", None), ("region", "Nord"))
    )
    assert chosen_answers(clicked(["period", "2026-05-04"]), grain="week") == Choice(
        grain="week", period_on=date(2026, 5, 4)
    )
    assert chosen_answers(clicked(["score", 3], ["score", 4])) == Choice(score=3)


@pytest.mark.parametrize(
    "event",
    [{}, clicked(), clicked(None), clicked("12 answers"), clicked(["x", 1]), clicked(["score"])],
)
def test_a_point_that_says_nothing_opens_nothing(event: dict[str, Any]) -> None:
    assert chosen_answers(event) is None


# Events and lines


def fill(page: Opened, **values: object) -> None:
    """Type into the fields whose keys begin so."""
    fields = [*page.app.text_input, *page.app.date_input, *page.app.number_input]
    for name, value in values.items():
        [field] = [it for it in fields if it.key.startswith(f"{name}:")]
        field.set_value(value)


def test_an_event_is_written_down_and_stays(empty: Store, run: Open) -> None:
    page = run(empty, EDITOR)
    fill(page, event_day=date(2026, 3, 12), event="<b>Strike</b>", event_author="Zoé")
    press(page, "save:")
    [row] = recorded_annotations(empty).to_dicts()
    assert (row["noted_on"], row["text"], row["author"]) == (
        date(2026, 3, 12), "<b>Strike</b>", "Zoé",
    )  # fmt: skip


def test_an_event_without_words_is_refused_with_a_sentence(empty: Store, run: Open) -> None:
    page = press(run(empty, EDITOR), "save:")
    assert "Say what happened." in texts(page.app)
    assert recorded_annotations(empty).is_empty()


def test_an_event_is_changed_and_removed(empty: Store, run: Open) -> None:
    key = add_annotation(empty, Annotation(date(2026, 3, 12), "Strike"))
    page = run(empty, EDITOR)
    page.app.selectbox[0].set_value(key)
    rerun(page)
    fill(page, event="Strike, second day")
    press(page, "save:")
    assert recorded_annotations(empty)["text"].to_list() == ["Strike, second day"]
    page.app.selectbox[0].set_value(key)
    press(rerun(page), "remove:")
    assert recorded_annotations(empty).is_empty()


def test_a_benchmark_is_asked_for_its_source_and_date(empty: Store, run: Open) -> None:
    page = run(empty, EDITOR)
    page.app.button_group[0].set_value("line")
    rerun(page).app.button_group[1].set_value("benchmark")
    fill(rerun(page), line_name="Banking", line_nps=24.5)
    press(page, "save:")
    assert any(line.startswith("A benchmark needs its source") for line in texts(page.app))
    fill(page, line_source="Yearbook", line_published=date(2025, 11, 3))
    press(page, "save:")
    [row] = recorded_lines(empty).to_dicts()
    assert (row["kind"], row["name"], row["nps"]) == ("benchmark", "Banking", 24.5)
    assert (row["source"], row["published_on"]) == ("Yearbook", date(2025, 11, 3))


def test_a_line_is_removed(empty: Store, run: Open) -> None:
    key = add_reference_line(empty, ReferenceLine("target", "relationship", "Plan", 30))
    page = run(empty, EDITOR)
    page.app.button_group[0].set_value("line")
    rerun(page).app.selectbox[0].set_value(key)
    press(rerun(page), "remove:")
    assert recorded_lines(empty).is_empty()


def test_the_nps_page_has_the_place_for_events(own_sample: Store, opened: Open) -> None:
    page = press(opened(own_sample, NPS, lang="fr"), "annotations")
    labels = {it.label for it in page.app.text_input}
    assert labels == {"Ce qui s’est passé", "Auteur"}
