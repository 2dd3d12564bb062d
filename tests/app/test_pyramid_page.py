"""The pyramid's page: what holds each journey, and what people write there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cxdata.followup.assessing import Assessment, record_assessment
from cxdata.ingest import recorded_batches
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.stores import HOSTILE_TEXTS, add, answers, calls

Open = Callable[..., Opened]
PYRAMID = "insights/cx_pyramid.py"
languages = pytest.mark.parametrize("lang", ["en", "fr"])
SECTIONS = ("levels", "history", "evidence", "gate", "vision", "assess", "thresholds")


def look_closer(page: Opened, section: str) -> Opened:
    if section in ("assess", "thresholds"):
        return press(page, f"open_{section}")
    page.button_group("pyramid_section").set_value(section).run()
    assert not page.app.exception
    return page


def field(page: Opened, kind: str, key: str):  # type: ignore[no-untyped-def]
    """The input whose key begins so."""
    [found] = [it for it in getattr(page.app.main, kind) if it.key.startswith(key)]
    return found


def press(page: Opened, key: str) -> Opened:
    page.app.main.button(key=key).click().run()
    assert not page.app.exception
    return page


# What is shown


@languages
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens(section: str, lang: str, sample: Store, opened: Open) -> None:
    page = opened(sample, PYRAMID, lang=lang)
    before = page.text
    look_closer(page, section)
    assert (page.text != before) == (section != "levels")


def test_the_stuck_journey_comes_first_with_its_true_reasons(sample: Store, opened: Open) -> None:
    page = opened(sample, PYRAMID)
    assert "Facturation: from level 2 to level 3, “Meet my needs when I ask”" in page.text
    said = [it for it in page.lines() if it.startswith("To get there: ")]
    assert said[0] == (
        "To get there: 186 contacts a month of 111 customers; 199 to be sure. · n\u00a0= 10,915"
    )
    assert len(said) == 3
    named = ["Settled at the first contact", "Had to ask again", "Needs met beyond the problem"]
    for place, name in enumerate(named, 1):
        assert f"**{place}. {name}**" in page.text
    assert "Steps shown: 3 of 5, those that take the least" in page.text


def test_the_best_journey_says_what_level_5_would_take(sample: Store, opened: Open) -> None:
    page = opened(sample, PYRAMID)
    field(page, "selectbox", "pyramid_journey").set_value("Dépannage").run()
    assert "Dépannage: from level 4 to level 5" in page.text
    assert "**1. Needs met with no contact at all**" in page.text
    assert any(it.endswith("n\u00a0= 21,010") for it in page.lines())


def test_the_planted_levels_come_out(sample: Store, opened: Open) -> None:
    rows = {row[0]: row[1:3] for row in opened(sample, PYRAMID).rows("Established")}
    assert {journey: (level[0], state) for journey, (level, state) in rows.items()} == {
        "Achat": ("3", "no"),
        "Dépannage": ("4", "no"),
        "Facturation": ("2", "no"),
        "Installation": ("3", "no"),
        "Livraison": ("3", "no"),
    }
    # Its assessments don't say of how many cases they are: no level is established.


@languages
def test_the_scoring_is_said_to_be_our_own_and_gartners_levels_are_named(
    lang: str, sample: Store, opened: Open
) -> None:
    page = opened(sample, PYRAMID, lang=lang)
    own = "this project's own" if lang == "en" else "propre à ce projet"
    assert own in page.text
    page.app.session_state["pyramid_gartner"] = True
    page.app.run()
    named = [row[3] for row in page.rows("Gartner, 2018" if lang == "en" else "Gartner (2018)")]
    assert named == [
        "Communication", "Responsive", "Commitment", "Proactive", "Proactive", "Evolution",
    ]  # fmt: skip


def test_the_level_by_quarter_is_drawn_with_the_company_on_top(sample: Store, opened: Open) -> None:
    page = look_closer(opened(sample, PYRAMID, period="all"), "history")
    [trace] = page.chart("pyramid_history")["data"]
    assert trace["x"][0] == "Q3 2023"
    assert len(trace["x"]) == 12
    assert trace["y"][-1] == "<b>Company</b>"
    assert trace["text"][-1][-1] == "(2)"
    assert "Q4 2024" in {row[0] for row in page.rows("What changed")}


def test_an_earlier_quarter_is_judged_by_what_was_known_then(sample: Store, opened: Open) -> None:
    page = opened(sample, PYRAMID, period="2024-04-01..2024-06-30")
    assert "Level 1 is not reached yet" in page.text


@pytest.mark.parametrize(
    ("section", "key", "rows"),
    [("evidence", "pyramid_evidence", 75), ("gate", "pyramid_gates", 22),
     ("history", "pyramid_history", 20)],
)  # fmt: skip
def test_the_data_behind_each_part_can_be_taken_away(
    section: str, key: str, rows: int, sample: Store, opened: Open
) -> None:
    page = look_closer(opened(sample, PYRAMID), section).unfold(key)
    assert len(page.app.main.table[-1].value) == rows
    assert len(page.app.main.get("download_button")) == 2


# One kind of data, or none


@languages
def test_twelve_answers_show_no_level_and_how_to_begin(
    lang: str, empty: Store, opened: Open
) -> None:
    add(empty, answers([10] * 12, journey="Buying"), "responses")
    page = opened(empty, PYRAMID, lang=lang)
    assert not page.app.main.image
    assert field(page, "text_input", "assess_evidence")


def test_contacts_alone_list_the_evidence_that_is_missing(empty: Store, opened: Open) -> None:
    rows = calls([30] * 200, journey="Buying", reason="broken")
    add(empty, [{**row, "resolved_at": row["first_response_at"]} for row in rows], "contacts")
    page = opened(empty, PYRAMID)
    assert "It can't be told yet whether level 1 is reached" in page.text
    assert "Information is found without asking: no valid assessment." in page.text
    look_closer(page, "assess")
    assert "Work to do: without this evidence no gate opens" in page.text


def test_answers_alone_have_a_journey_without_a_level(empty: Store, opened: Open) -> None:
    rows = answers([10] * 100, journey="Buying", survey="transactional")
    add(empty, rows, "responses")
    page = opened(empty, PYRAMID)
    assert "It can't be told yet whether level 1 is reached" in page.text
    assert "30 cases more are needed" in page.text


# Assessments


def assess(page: Opened, journey: str, found: int, reviewed: int, **texts: str) -> Opened:
    if "open_assess" in [it.key for it in page.app.main.button]:
        look_closer(page, "assess")
    field(page, "selectbox", "assess_journey").set_value(journey)
    field(page, "number_input", "assess_found").set_value(found)
    field(page, "number_input", "assess_reviewed").set_value(reviewed)
    field(page, "date_input", "assess_day").set_value(date(2026, 6, 20))
    field(page, "text_input", "assess_author").set_value(texts.get("name", "A. Martin"))
    field(page, "text_input", "assess_evidence").set_value(texts.get("evidence", "Grid 12"))
    return press(page, "assess_save")


def test_an_assessment_is_a_batch_and_moves_the_level_at_once(
    own_sample: Store, opened: Open
) -> None:
    page = assess(opened(own_sample, PYRAMID), "Facturation", 3, 10)
    assert "Saved as batch 5; under Data it can be undone." in page.text
    assert "Level 1 is not reached yet" in page.text
    newest = recorded_batches(own_sample).row(0, named=True)
    assert (newest["kind"], newest["loaded_by"]) == ("assessments", "A. Martin")
    evidence = look_closer(page, "evidence").rows("Basis")
    [row] = [row for row in evidence if row[1] == "Information is found without asking"]
    assert row[2:4] == ["✗ failed", "30.0% (5.8% to 74.8%)"]
    assert row[6] == "A. Martin, 20 Jun 2026 · n = 10 · 3/10 · Grid 12"


@pytest.mark.parametrize(
    ("cases", "value", "basis"),
    [
        (None, "85%", "number of cases not given"),
        (100, "85.0% (70.0% to 93.2%)", "n = 100"),
    ],
)
def test_a_share_says_of_how_many_cases_it_is_if_the_reviewer_does(
    cases: int | None, value: str, basis: str, own_sample: Store, opened: Open
) -> None:
    page = look_closer(opened(own_sample, PYRAMID), "assess")
    page.button_group("assess_way").set_value("share").run()
    field(page, "selectbox", "assess_journey").set_value("Facturation")
    field(page, "number_input", "assess_share").set_value(85)
    field(page, "number_input", "assess_cases").set_value(cases)
    field(page, "date_input", "assess_day").set_value(date(2026, 6, 20))
    field(page, "text_input", "assess_author").set_value("A. Martin")
    field(page, "text_input", "assess_evidence").set_value("Grid 12")
    evidence = look_closer(press(page, "assess_save"), "evidence").rows("Basis")
    [row] = [row for row in evidence if row[1] == "Information is found without asking"]
    assert row[2:4] == ["≈ reached, not established", value]
    assert row[6] == f"A. Martin, 20 Jun 2026 · {basis} · Grid 12"


def test_an_assessment_without_evidence_is_refused(own_sample: Store, opened: Open) -> None:
    page = assess(opened(own_sample, PYRAMID), "Facturation", 3, 10, evidence="")
    assert "Say what you looked at: that is the evidence." in page.text
    assert recorded_batches(own_sample).height == 4


def test_expired_assessments_are_marked(own_sample: Store, opened: Open) -> None:
    with own_sample.transaction() as con:
        con.execute("update assessment_versions set is_current = assessed_on < '2025-06-01'")
        con.execute("update store_info set data_version = data_version + 1")
    page = opened(own_sample, PYRAMID, part="evidence")
    basis = [row[6] for row in page.rows("Basis")]
    assert sum(it.startswith("expired · ") for it in basis) == 5


# The view from the top


def test_a_view_from_the_top_is_written_shown_and_taken_away(
    own_sample: Store, opened: Open
) -> None:
    page = look_closer(opened(own_sample, PYRAMID), "vision")
    field(page, "text_area", "vision_text").set_value("No bill that needs reading")
    field(page, "multiselect", "vision_levels").set_value([1, 2])
    field(page, "text_input", "vision_author").set_value("The billing team")
    press(page, "vision_save")
    assert "No bill that needs reading" in page.text
    assert "The billing team · would make needless: level 1, 2" in page.text
    field(page, "text_area", "vision_text").set_value("")
    press(page, "vision_save")
    assert "would make needless" not in page.text


# Thresholds


def test_a_threshold_shows_what_it_would_change_before_it_is_saved(
    own_sample: Store, opened: Open
) -> None:
    page = look_closer(opened(own_sample, PYRAMID), "thresholds")
    field(page, "selectbox", "threshold_indicator").set_value("compliance_rate").run()
    field(page, "number_input", "threshold_value").set_value(82.5).run()
    assert "Not saved yet: it would change Achat, Installation, Livraison." in page.text
    rows = {row[0]: row[1:] for row in page.rows("With this threshold")}
    assert rows["Livraison"] == ["3, not established", "1, not established"]
    assert rows["Facturation"] == ["2, not established", "2, not established"]
    assert rows["Dépannage"] == ["4, not established", "4, not established"]
    assert own_sample.settings.pyramid.overrides == ()
    assert "Level 2 of 6 is reached, not established" in page.text


def test_a_saved_threshold_counts_at_once_and_is_kept_with_who_and_why(
    own_sample: Store, opened: Open
) -> None:
    page = look_closer(opened(own_sample, PYRAMID), "thresholds")
    field(page, "selectbox", "threshold_indicator").set_value("compliance_rate").run()
    field(page, "number_input", "threshold_value").set_value(82.0).run()
    field(page, "text_input", "threshold_why").set_value("The board's goal")
    field(page, "text_input", "threshold_author").set_value("C. Dupont").run()
    press(page, "threshold_save")
    [override] = own_sample.settings.pyramid.overrides
    assert (override.threshold, override.source) == (0.82, "The board's goal")
    assert "Level 1 of 6 is reached, not established" in page.text
    [row] = page.rows("Changed by")
    assert row[:4] == [
        "Answered in time", "as in the model", "threshold 82.0% (The board's goal)", "C. Dupont",
    ]  # fmt: skip
    press(page, "threshold_reset")
    assert own_sample.settings.pyramid.overrides == ()
    assert "Level 2 of 6 is reached, not established" in page.text


def test_the_overview_follows_the_firms_own_thresholds(own_sample: Store, opened: Open) -> None:
    own_sample.change_settings(
        {"pyramid_overrides": [{"indicator": "compliance_rate", "threshold": 0.82}]}
    )
    assert "1 of 6" in opened(own_sample, "insights/overview.py").figures


# Hostile texts


def test_hostile_texts_that_people_write_stay_texts(own_sample: Store, opened: Open) -> None:
    text = HOSTILE_TEXTS["html"]
    findable = pyramid_model(own_sample.settings).indicator("information_findable")
    day, evidence = date(2026, 6, 20), HOSTILE_TEXTS["markdown"]
    record_assessment(own_sample, Assessment(text, findable, day, text, evidence, value=0.9))
    page = opened(own_sample, PYRAMID)
    field(page, "selectbox", "pyramid_journey").set_value(text).run()
    look_closer(page, "vision")
    field(page, "text_area", "vision_text").set_value("\n".join(HOSTILE_TEXTS.values()))
    press(page, "vision_save")
    for line in page.raw_lines():
        assert "<img src=x" not in line
        assert "](javascript" not in line
    assert HOSTILE_TEXTS["html"] in page.text
    look_closer(page, "levels")
    drawing = look_closer(page, "levels").sketches()
    assert drawing
    assert "<img src=x" not in drawing
