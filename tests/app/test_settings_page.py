"""The Settings page: what is changed counts for everybody, and is kept with who and from when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cxdata.store.connection import Store
from tests.app.conftest import Opened

Open = Callable[..., Opened]
PAGE = "data/settings.py"
GOAL = "response_time.call.goal"


def choose(page: Opened, code: str, locale: str = "en") -> Opened:
    page.app.selectbox(key=f"settings_group:{locale}").set_value(code).run()
    assert not page.app.exception
    return page


def save(page: Opened, code: str) -> Opened:
    page.app.button(key=f"settings_save:{code}").click().run()
    assert not page.app.exception
    return page


def test_a_changed_goal_is_kept_with_who_and_from_when(empty: Store, opened: Open) -> None:
    page = opened(empty, PAGE)
    page.app.number_input(key=f"settings:{GOAL}:{empty.data_version}").set_value(90)
    page.app.text_input(key="settings_by:standard_call").set_value("  Ana   Roy ")
    page.app.date_input(key="settings_from:standard_call").set_value(date(2026, 7, 1))
    assert "1 setting was changed." in save(page, "standard_call").text
    history = empty.settings_history
    goals = [history.on(day).response_time["call"].goal for day in (date(2026, 6, 30), date.max)]
    assert goals == [0.8, 0.9]
    rows = choose(page, "history").rows("Setting")
    assert rows[0][:5] == [
        "Standard: Calls · Goal: share in time", "0.8", "0.9", "1 July 2026", "Ana Roy",
    ]  # fmt: skip


def test_a_correction_counts_for_all_contacts(empty: Store, opened: Open) -> None:
    page = opened(empty, PAGE)
    page.app.number_input(key=f"settings:{GOAL}:{empty.data_version}").set_value(70)
    page.app.toggle(key="settings_ever:standard_call").set_value(True)
    save(page, "standard_call")
    assert empty.settings_history.on(date(1990, 1, 1)).response_time["call"].goal == 0.7


def test_what_makes_no_sense_is_refused_with_a_sentence(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "hours")
    page.app.text_input(key=f"settings:opening_hours.monday:{empty.data_version}").set_value("9-18")
    assert "it has to be spans such as 09:00-12:30" in save(page, "hours").text
    assert empty.data_version == 0


def test_saving_without_a_change_says_so(empty: Store, opened: Open) -> None:
    assert "Nothing was changed." in save(opened(empty, PAGE), "standard_call").text


def test_a_duration_can_be_given_in_another_unit(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "standard_email")
    key = f"settings:response_time.email.favourable:{empty.data_version}"
    page.app.number_input(key=key).set_value(2)
    page.app.selectbox(key=f"{key}:unit").set_value("hours")
    save(page, "standard_email")
    assert empty.settings.response_time["email"].favourable_seconds == 7200


def test_the_referral_rate_can_be_changed(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "churn")
    key = f"settings:churn.referral_rate.central:{empty.data_version}"
    page.app.number_input(key=key).set_value(0.08)
    assert "1 setting was changed." in save(page, "churn").text
    assert empty.settings.churn.referral_rate.central == 0.08


def test_an_assumption_of_a_segment_is_written_into_a_table(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "segments")
    write(page, empty, {"segment": "Gold", "assumption": "margin_rate", "low": 0.4,
                        "central": 0.5, "high": 0.6, "source": "CFO"})  # fmt: skip
    assert "1 setting was changed." in save(page, "segments").text
    own = empty.settings.churn.assumption("margin_rate", "Gold")
    assert (own.low, own.central, own.high, own.source) == (0.4, 0.5, 0.6, "CFO")
    assert empty.settings.churn.assumption("margin_rate", "Other").central == 0.3


def test_an_absurd_assumption_of_a_segment_is_refused(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "segments")
    write(page, empty, {"segment": "Gold", "assumption": "margin_rate", "low": 0.6,
                        "central": 0.5, "high": 0.9})  # fmt: skip
    assert "it has to be low, central and high in order" in save(page, "segments").text
    assert not empty.settings.churn.overrides


def write(page: Opened, store: Store, row: dict[str, object]) -> None:
    """The table's first row, as a browser sends what was typed."""
    key = f"settings_segments_rows:{store.data_version}"
    page.app.session_state[key] = {"edited_rows": {0: row}, "added_rows": [], "deleted_rows": []}


CODES = (
    "standard_chat",
    "hours",
    "own",
    "segments",
    "contacts",
    "answers",
    "churn",
    "imports",
    "firm",
)


@pytest.mark.parametrize("code", CODES)
def test_every_group_can_be_opened_in_french(code: str, empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE, lang="fr"), code, "fr")
    assert "Enregistrer" in [button.label for button in page.app.button]
