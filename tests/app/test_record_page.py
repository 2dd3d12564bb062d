"""On the pages: lists of people are recorded before they open, and administrators read it."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from cxdata.exports.extract import Extract
from cxdata.models import Reader
from cxdata.record import note_act, recorded_acts
from cxdata.record.acting import Actor
from cxdata.store.connection import Store
from pages.components import reader, recording
from tests.app.conftest import Opened
from tests.stores import add, answers

Open = Callable[..., Opened]
INVENTORY = "data/inventory.py"
CONFIRM = "from pages.parts.inventory.person import confirm_erasure\nconfirm_erasure('SOLO-77')"
LIST = """
import streamlit as st
from cxdata.metrics.nps.answers_behind import Choice
from pages.components.answers_list import offer_people, open_people
offer_people("a", Choice(nps_class="promoter"))
open_people()
"""


def test_administrators_read_the_record_and_a_persons_data_and_erase_them(
    empty: Store, opened: Open
) -> None:
    add(empty, answers([9], response_id="SOLO-77", comment="call me"), "responses")
    note_act(empty, Actor("Ann", "nps"), "list_opened", details={"list": "answers"})
    page = opened(empty, INVENTORY)
    assert "Kept 24 months." not in page.text  # closed: nothing of it is read
    page.app.session_state["record"] = True
    page.app.session_state["person"] = True
    page.app.run()
    assert page.rows("Chosen filters")[0][1:5] == [
        *("Ann", "nps", "List of people opened"),
        "list: answers",
    ]
    page.app.text_input(key="person_who:en").input("SOLO-77")
    page.app.button(key="person_show").click().run()
    assert not page.app.exception
    assert "Answers, all versions (1)" in page.text
    assert recorded_acts(empty)["act"][0] == "person_shown"
    app = AppTest.from_string(CONFIRM, default_timeout=60).run()
    app.button(key="person_erase_do").click().run()
    assert not app.exception
    assert app.session_state["person_said"][0] == "The person is erased; all counts stay."
    assert "Nothing of them was found" in app.session_state["person_said"][1]
    assert recorded_acts(empty)["act"][0] == "person_erased"
    assert recorded_acts(empty)["done_by"][0] == "local"


def test_others_than_administrators_see_neither(
    empty: Store, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"Who did what", "One person's data"} <= expanders(opened(empty, INVENTORY))
    monkeypatch.setattr(reader, "current_reader", lambda: Reader("Bob", "manager"))
    assert not {"Who did what", "One person's data"} & expanders(opened(empty, INVENTORY))


def expanders(page: Opened) -> set[str]:
    return {it.label for it in page.app.main.expander}


def test_a_list_is_recorded_when_it_opens_and_doesnt_open_if_it_cant_be(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(empty, answers([9, 9, 9, 10, 10, 10], comment="kept apart"), "responses")
    monkeypatch.setenv("CXDATA_STORE", str(empty.path))
    app = AppTest.from_string(LIST, default_timeout=60).run()
    app.button(key="people_button:a").click().run()
    assert not app.exception
    assert "kept apart" in str([frame.value for frame in app.dataframe])
    (row,) = recorded_acts(empty).to_dicts()[:1]
    assert (row["act"], '"nps_class": "promoter"' in row["details"]) == ("list_opened", True)
    with empty.transaction() as con:
        con.execute("alter table acts rename to lost")
    app.button(key="people_button:a").click().run()
    assert "written down who does this" in app.error[0].value
    assert not app.dataframe


def test_a_file_of_people_that_cant_be_recorded_holds_the_reason_and_nobodys_data(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(empty, answers([9]), "responses")
    monkeypatch.setenv("CXDATA_STORE", str(empty.path))
    made: list[Callable[[], Extract]] = []
    monkeypatch.setattr(recording, "MADE", made, raising=False)
    script = """
import polars as pl
from cxdata.exports.extract import Extract
from pages.components import recording
recording.MADE.append(recording.recorded_file(
    "answers", "csv", lambda: Extract("answers", "t", pl.DataFrame({"name": ["Jane"]}), "", None)))
"""
    assert not AppTest.from_string(script, default_timeout=60).run().exception
    assert made[0]().frame["name"].to_list() == ["Jane"]
    assert recorded_acts(empty)["act"][0] == "people_exported"
    with empty.transaction() as con:
        con.execute("alter table acts rename to lost")
    refused = made[0]().frame
    assert isinstance(refused, pl.DataFrame)
    assert "Jane" not in str(refused)
    assert "written down who does this" in refused["reason"].item()
