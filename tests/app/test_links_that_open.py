"""What is open on a page stands in its address, and a link with it opens the same again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from cxdata.access.identity import Identity
from cxdata.access.rights import Right, Subject, grant
from cxdata.metrics.nps.answers_behind import Choice, choice_of, named_choice
from cxdata.metrics.response_time.contacts_behind import (
    ContactChoice,
    contact_choice_of,
    named_contact_choice,
)
from cxdata.models import Period
from cxdata.record.reading import recorded_acts
from cxdata.store.connection import Store
from pages.components import reader
from tests.app.conftest import Opened, as_read
from tests.stores import add, answers

Opens = Callable[..., Opened]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("open") / "cx.duckdb")
    add(store, answers([9, 3] * 8), "responses")
    yield store
    store.close()


def said_in_dialog(page: Opened) -> str:
    """A dialog stands beside the page's own text."""
    shown = [*page.app.markdown, *page.app.error]
    return "\n".join(as_read(it.value) for it in shown)


def test_how_and_data_open_by_the_address_and_are_told_to_it(filled: Store, opened: Opens) -> None:
    plain_page = opened(filled, "insights/nps.py")
    assert "All methods" not in plain_page.text
    linked = opened(filled, "insights/nps.py", how="nps_trend", data="nps_trend")
    assert "All methods" in linked.text
    assert linked.app.main.table
    assert dict(linked.app.query_params) == {"how": "nps_trend", "data": "nps_trend"}


def test_a_list_of_answers_opens_by_its_link_once_and_is_written_down(
    filled: Store, opened: Opens
) -> None:
    before = len(recorded_acts(filled))
    page = opened(filled, "insights/nps.py", list='["nps_class", "detractor"]')
    assert "8 answers" in said_in_dialog(page)
    assert len(recorded_acts(filled)) == before + 1
    page.app.run()
    assert "8 answers" not in said_in_dialog(page)
    assert len(recorded_acts(filled)) == before + 1


@pytest.mark.parametrize("asked", ["{", '["planet", "Mars"]', '["score", 99]', "[1]", '{"a": 1}'])
def test_a_list_that_there_cant_be_is_not_opened(filled: Store, opened: Opens, asked: str) -> None:
    before = len(recorded_acts(filled))
    opened(filled, "insights/nps.py", list=asked)
    assert len(recorded_acts(filled)) == before


def test_who_may_not_see_people_is_refused_the_list_of_a_link(
    filled: Store, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(filled, Right(Subject("person", "ada"), "administrator"))
    monkeypatch.setattr(reader, "session_identity", lambda: Identity("ada"))
    page = opened(filled, "insights/nps.py", list='["nps_class", "detractor"]')
    assert "8 answers" not in said_in_dialog(page)
    assert "Your rights don't reach names" in said_in_dialog(page)


@pytest.mark.parametrize(
    "choice",
    [
        Choice(),
        Choice("csat", score=3, values=(("segment", None), ("channel", "call"))),
        Choice(nps_class="passive", term="wait", period=Period(date(2026, 1, 1), date(2026, 2, 3))),
        choice_of(["period", "2026-04-01", "grain", "quarter"]),
    ],
)
def test_a_choice_of_answers_is_the_same_after_its_way_through_an_address(choice: Choice) -> None:
    assert choice_of(named_choice(choice)) == choice


@pytest.mark.parametrize(
    "choice",
    [
        ContactChoice(),
        ContactChoice(status="missed", weekday=0, local_hours=(9, 12), wait_seconds=(60.0, 120.0)),
        ContactChoice(repeat="switched", values=(("reason", "Late"), ("segment", None))),
        contact_choice_of(["period", "2026-04-01", "grain", "quarter", "outcome", "waiting"]),
    ],
)
def test_a_choice_of_contacts_is_the_same_after_its_way_through_an_address(
    choice: ContactChoice,
) -> None:
    found = contact_choice_of(named_contact_choice(choice))
    assert sorted(found.values) == sorted(choice.values)
    assert {**vars(found), "values": ()} == {**vars(choice), "values": ()}
