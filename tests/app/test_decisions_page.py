"""The page of decisions and its form: made, found, changed, and not overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from cxdata.followup.decisions import (
    Decision,
    add_decision,
    change_decision,
    close_decision,
    firm_day,
    recorded_decisions,
)
from cxdata.models import Reader
from cxdata.store.connection import Store
from pages.components import reader
from tests.app.conftest import Opened, as_read
from tests.stores import add, answers

Open = Callable[..., Opened]
PAGE = "insights/decisions.py"
FORM = """from pages.components.deciding import draw_decision_form
draw_decision_form("here", figure="nps", text="Call back")"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Runs a few lines on a store, in English."""

    def run(store: Store, script: str) -> Opened:
        monkeypatch.setenv("CXDATA_STORE", str(store.path))
        app = AppTest.from_string(script, default_timeout=60).run()
        assert not app.exception
        return Opened(app)

    return run


def said_by(page: Opened) -> str:
    app = page.app
    return "\n".join(as_read(it.value) for it in [*app.markdown, *app.caption, *app.error])


def title_of(page: Opened) -> str:
    return as_read(page.app.title[0].value)


def field(page: Opened, kind: str, key: str) -> object:
    [found] = [it for it in getattr(page.app, kind) if (it.key or "").startswith(key)]
    return found


def press(page: Opened, key: str) -> Opened:
    field(page, "button", key).click()  # type: ignore[attr-defined]
    page.app.run()
    assert not page.app.exception
    return page


def made(store: Store, **given: object) -> str:
    due = firm_day(store) + timedelta(days=30)
    fields = {"text": "Evening team", "owner": "Ada", "due_on": due, **given}
    return add_decision(store, Decision(**fields), decided_by="Bo")  # type: ignore[arg-type]


def test_the_form_keeps_a_decision_with_the_filters_of_the_page(empty: Store, run: Open) -> None:
    add(empty, answers([10, 9, 8, 3] * 10, segment="Home"), "responses")
    page = run(empty, FORM)
    press(page, "decision_save:here")
    assert "Say who owns the decision." in said_by(page)
    field(page, "text_input", "decision_owner").set_value("Ada")  # type: ignore[attr-defined]
    field(page, "text_input", "decision_goal").set_value("45")  # type: ignore[attr-defined]
    press(page, "decision_save:here")
    [row] = recorded_decisions(empty).to_dicts()
    assert (row["text"], row["owner"], row["figure"], row["goal"]) == (
        "Call back",
        "Ada",
        "nps",
        45.0,
    )
    assert '"count": 40' in row["level_then"]


def test_the_page_lists_what_is_open_first_and_finds_by_words(empty: Store, opened: Open) -> None:
    close_decision(empty, made(empty, text="Another carrier <b>x</b>"), "dropped")
    made(empty)
    page = opened(empty, PAGE)
    assert title_of(page) == "1 decision is open"
    said = said_by(page)
    assert said.index("Evening team") < said.index("Another carrier")
    field(page, "text_input", "decisions_search").set_value("CARRIER")  # type: ignore[attr-defined]
    page.app.run()
    said = said_by(page)
    assert "Another carrier" in said
    assert "Evening team" not in said


def test_an_empty_list_says_where_decisions_are_made(empty: Store, opened: Open) -> None:
    page = opened(empty, PAGE, lang="fr")
    assert title_of(page) == "Aucune décision n’a encore été enregistrée."


CHANGE = """import streamlit as st
from cxdata.panels.decided import outcomes
from pages.components.panels import request
from pages.parts.decisions.changing import draw_change
if "opened" not in st.session_state:
    [st.session_state["opened"]] = outcomes(request())
    st.session_state["decision_seen"] = st.session_state["opened"].change_number
draw_change(st.session_state["opened"])"""


def test_who_saves_what_somebody_else_changed_sees_what_differs_and_decides(
    empty: Store, run: Open
) -> None:
    key = made(empty)
    page = run(empty, CHANGE)
    change_decision(empty, key, changed_by="Cy", owner="Dee")
    field(page, "text_input", "change_owner").set_value("Eve")  # type: ignore[attr-defined]
    said = said_by(press(page, "change_save"))
    assert "Cy changed this decision since you opened it." in said
    assert "Owner: was Ada, is now Dee · yours: Eve" in said
    assert recorded_decisions(empty)["owner"].to_list() == ["Dee"]
    press(page, "change_save")
    assert recorded_decisions(empty)["owner"].to_list() == ["Eve"]
    assert "Owner: Dee → Eve" in said_by(page)


def test_who_may_not_decide_is_offered_nothing(
    empty: Store, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(empty)
    bob = Reader("Bob", "reader", may_see_people=True)
    monkeypatch.setattr("pages.components.context.current_reader", lambda: bob)
    monkeypatch.setattr(reader, "current_reader", lambda: bob)
    page = opened(empty, PAGE)
    keys = {it.key for it in page.app.button}
    assert not {"decision_new", "decide:bar"} & keys
    assert "Evening team" in said_by(page)


def test_overdue_is_said(empty: Store, opened: Open) -> None:
    day = date(2026, 1, 5)
    past = Decision("Evening team", "Ada", day)
    add_decision(empty, past, today=day)
    page = opened(empty, PAGE)
    assert title_of(page) == "1 decision is open, 1 of them overdue"
