"""Settings that people change: kept with who and when, valid from a day, never half."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from cxdata.config import load_settings
from cxdata.errors import SettingsError
from cxdata.store.connection import Store
from cxdata.store.days import standard_rows
from cxdata.store.settings_history import SettingChange, SettingsHistory, history_of

GOAL = "response_time.call.goal"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def change(value: object, changed_on: int, applies_from: date | None = None) -> SettingChange:
    moment = datetime(2026, 1, 1) + timedelta(days=changed_on)
    return SettingChange(GOAL, None, value, moment, None, applies_from)


def goals(history: SettingsHistory, *days: date) -> list[float]:
    return [history.on(day).response_time["call"].goal for day in days]


def test_without_a_change_the_file_counts_on_every_day() -> None:
    history = history_of(load_settings(), [])
    assert goals(history, date(1999, 1, 1), date(2099, 1, 1)) == [0.8, 0.8]


def test_a_dated_change_leaves_the_days_before_it_alone() -> None:
    history = history_of(load_settings(), [change(0.9, 1, date(2026, 4, 1))])
    assert goals(history, date(2026, 3, 31), date(2026, 4, 1)) == [0.8, 0.9]
    assert history.now.response_time["call"].goal == 0.9


def test_the_latest_first_day_counts_and_of_equals_the_newest_change() -> None:
    changes = [
        change(0.9, 1, date(2026, 4, 1)),
        change(0.7, 2, date(2026, 2, 1)),
        change(0.6, 3),
        change(0.95, 4, date(2026, 4, 1)),
    ]
    days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert goals(history_of(load_settings(), changes), *days) == [0.6, 0.7, 0.7, 0.95]


def test_a_change_is_kept_with_who_when_before_and_after(store: Store) -> None:
    version = store.data_version
    store.change_settings({GOAL: 0.9}, changed_by="ana", applies_from=date(2026, 4, 1))
    store.change_settings({GOAL: 0.95}, changed_by="bea", applies_from=date(2026, 5, 1))
    with store.cursor() as con:
        found = con.execute(
            """select setting, value_before, value_after, changed_by, applies_from
            from settings_history order by changed_at"""
        ).fetchall()
    assert found == [
        (GOAL, "0.8", "0.9", "ana", date(2026, 4, 1)),
        (GOAL, "0.9", "0.95", "bea", date(2026, 5, 1)),
    ]
    assert store.data_version == version + 2
    assert goals(store.settings_history, date(2026, 4, 30), date(2026, 5, 1)) == [0.9, 0.95]


def test_a_change_survives_the_process(store: Store) -> None:
    store.change_settings({"firm.currency": "CHF"})
    store.close()
    reopened = Store.open(store.path)
    assert reopened.settings.firm.currency == "CHF"
    reopened.close()


def test_what_is_equal_already_is_not_recorded(store: Store) -> None:
    store.change_settings({GOAL: 0.8, "firm.currency": "EUR"})
    with store.cursor() as con:
        assert con.execute("select count(*) from settings_history").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({GOAL: 8}, "response_time.call.goal"),
        ({"firm.currency": "CHF", "response_time.call.limit_seconds": 10}, "longer than"),
        ({"firm.nothing": 1}, "There is no setting firm.nothing"),
        ({"firm": {"currency": "CHF"}}, "There is no setting firm"),
        ({"nothing.at.all": 1}, "There is no setting nothing.at.all"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(
    store: Store, values: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        store.change_settings(values)
    assert store.settings == load_settings()
    with store.cursor() as con:
        assert con.execute("select count(*) from settings_history").fetchall() == [(0,)]


def test_a_duration_in_days_takes_the_place_of_the_one_in_seconds(store: Store) -> None:
    store.change_settings({"response_time.social.favourable_days": 0.1})
    assert store.settings.response_time["social"].favourable_seconds == pytest.approx(3240)
    store.change_settings({"response_time.social.favourable_seconds": 3600})
    assert store.settings.response_time["social"].favourable_seconds == 3600


def test_a_standard_of_its_own_takes_the_rest_from_its_channel() -> None:
    own = {"channel": "email", "audience": "strategic", "value": "yes", "favourable_seconds": 7200}
    settings = load_settings().changed({"response_time_overrides": [own]})
    standard = settings.response_time_overrides[0].standard
    assert standard.favourable_seconds == 7200
    assert standard.limit_seconds == settings.response_time["email"].limit_seconds


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"channel": "fax"}, "response_time_overrides.1.channel"),
        ({"channel": "call", "audience": "age", "value": "9"}, "audience"),
        ({"channel": "call", "audience": "segment", "value": " "}, "value"),
        ({"channel": "call", "audience": "segment", "value": "A", "speed": 1}, "speed"),
        (
            {"channel": "call", "audience": "segment", "value": "A", "favourable_seconds": 300},
            "longer than",
        ),
    ],
)
def test_a_wrong_standard_is_named_in_one_sentence(own: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings().changed({"response_time_overrides": [own]})


def test_of_two_standards_for_the_same_contacts_the_first_counts() -> None:
    own = {"channel": "call", "audience": "segment", "value": "A"}
    fast, slow = own | {"favourable_seconds": 20}, own | {"favourable_seconds": 60}
    settings = load_settings().changed({"response_time_overrides": [fast, slow]})
    rows = standard_rows(history_of(settings, []))
    assert rows.filter(audience="segment")["favourable_seconds"].to_list() == [20]
    assert rows["standard_id"].to_list() == [1, 2, 3, 4, 5]


def test_the_change_made_last_is_in_force_though_the_clock_was_ahead_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after the store was opened again; the same day's change of a dated setting as well."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(2099, 1, 1, tzinfo=tz)

    for applies_from in (None, date(2026, 4, 1)):
        monkeypatch.setattr("cxdata.store.settings_history.datetime", Ahead)
        store.change_settings({GOAL: 0.95}, applies_from=applies_from)
        monkeypatch.undo()
        store.change_settings({GOAL: 0.7}, applies_from=applies_from)
        assert store.settings.response_time["call"].goal == 0.7
    path = store.path
    store.close()
    again = Store.open(path)
    assert again.settings.response_time["call"].goal == 0.7
    assert goals(again.settings_history, date(2026, 1, 1), date(2026, 5, 1)) == [0.7, 0.7]
    again.close()
