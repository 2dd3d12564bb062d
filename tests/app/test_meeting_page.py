"""The meeting and the snapshots as pages: what was frozen is shown, errors are sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cxdata.followup.snapshots import KeptPack, take_snapshot
from cxdata.i18n import translator
from cxdata.models import Filters, Period
from cxdata.pack.choices import kept_pack_choices
from cxdata.pack.freezing import freeze_pack
from cxdata.pack.making import PackChoice
from cxdata.panels import Request
from cxdata.store.connection import Store
from pages.components.meeting_way import filters_query, meeting_query, way_of
from tests.app.conftest import Opened
from tests.stores import add, answers, customers

Open = Callable[..., Opened]
MEETING, PACK = "insights/meeting.py", "insights/board_pack.py"
FILTERS = Filters(period=Period(date(2026, 1, 1), date(2026, 6, 30)))


def frozen(store: Store) -> str:
    add(store, customers(40, lost_count=8, segment="Home"), "customers")
    add(store, answers([10, 9, 8, 3] * 10, segment="Home"), "responses")
    request = Request.computed_now(store, FILTERS, translator("en"))
    return freeze_pack(request, "March *board*", PackChoice(("summary", "nps")))


def test_a_meeting_shows_what_was_frozen_and_goes_on_by_its_buttons(
    empty: Store, opened: Open
) -> None:
    made = frozen(empty)
    add(
        empty,
        [{**it, "response_id": f"late{n}"} for n, it in enumerate(answers([0] * 9))],
        "responses",
    )
    page = opened(empty, MEETING, snapshot=made, lang="en")
    assert "March *board*" in page.text
    assert "Agenda · 0 / 10" in page.text
    agenda = [it.label for it in page.app.button if str(it.key).startswith("meeting_section")]
    assert [it.replace("\\", "") for it in agenda] == ["1. NPS", "2. Summary"]
    page.app.button(key="meeting_next").click().run()
    assert not page.app.exception
    assert page.app.query_params["screen"] in ("1", ["1"])
    assert "NPS · 1 / 10" in page.text
    assert "+25" in page.text
    assert "40 answers" in page.text
    assert "“March *board*”, as it was on" in page.text
    page.app.button(key="meeting_last").click().run()
    assert "Summary · 10 / 10" in page.text
    live = opened(empty, MEETING, lang="fr", screen="1")
    assert "selon les données d’aujourd’hui" in live.text
    assert "49 réponses" in live.text


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ("{", "pack is broken (JSON)"),
        ('{"format": 99, "pack": {}}', "has format 99; this version reads up to 1"),
        (None, "There is no snapshot nowhere"),
    ],
)
def test_a_pack_that_cant_be_opened_is_said_in_a_sentence(
    empty: Store, opened: Open, pack: str | None, said: str
) -> None:
    made = "nowhere"
    if pack is not None:
        made = take_snapshot(empty, "Old", Filters(), packs=[KeptPack("en", 1, pack)])
    page = opened(empty, MEETING, snapshot=made, lang="en")
    assert said in page.app.error[0].value.replace("\\", "")
    assert len(page.app.error) == 1


def test_a_snapshot_is_listed_and_compared_with_today(empty: Store, opened: Open) -> None:
    made = frozen(empty)
    late = [{**it, "response_id": f"late{n}"} for n, it in enumerate(answers([0] * 10))]
    add(empty, late, "responses")
    page = opened(empty, PACK, part="snapshots", snapshot=made, against="today", lang="en")
    assert "we said +25; it is 0 now." in page.text
    assert "1 file came later: 10 answers of the period." in page.text
    assert "later files" in page.text
    assert "program 0.1.0" in page.text


def test_a_choice_is_kept_and_filled_in_again(empty: Store, opened: Open) -> None:
    page = opened(empty, PACK, lang="en")
    page.app.multiselect(key="pack_sections:en").set_value(["churn_cost", "nps"])
    page.app.selectbox(key="pack_language:en").set_value("fr")
    page.app.text_input(key="pack_choice_name").set_value("Board")
    page.app.run()
    page.app.button(key="pack_keep").click().run()
    assert not page.app.exception
    [kept] = kept_pack_choices(empty)
    assert (kept.name, kept.choice.sections, kept.locale) == ("Board", ("churn_cost", "nps"), "fr")
    again = opened(empty, PACK, lang="en")
    again.app.selectbox(key="pack_kept").set_value(kept.choice_id).run()
    assert again.app.multiselect(key="pack_sections:en").value == ["churn_cost", "nps"]
    assert again.app.selectbox(key="pack_language:en").value == "fr"


def test_the_way_back_carries_a_meetings_address_and_nothing_else() -> None:
    query = meeting_query(FILTERS, "en", "4f1c", 3)
    assert query == filters_query(FILTERS, "en") | {"screen": ["3"], "snapshot": ["4f1c"]}
    assert query["period"] == ["2026-01-01..2026-06-30"]
    assert way_of("screen=3&lang=en&evil=1&snapshot=4f1c") == {
        "screen": ["3"],
        "lang": ["en"],
        "snapshot": ["4f1c"],
    }
    for wrong in ("", "x", "screen=x", "screen=1&screen=2", "lang=en", "screen=99999", "&&"):
        assert way_of(wrong) == {}


def test_a_section_without_figures_is_one_screen_that_says_why(empty: Store, opened: Open) -> None:
    page = opened(empty, MEETING, lang="en")
    last = int(page.text.split("Agenda · 0 / ")[1].split()[0])
    assert last < 12
    page = opened(empty, MEETING, lang="en", screen="1")
    assert "There is nothing to show for these filters" in page.text
    assert not page.app.exception
