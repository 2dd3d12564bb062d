"""What a change of settings would move, said before it is made: exactly what it then moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from cxdata.errors import SettingsError
from cxdata.followup import setting_effects
from cxdata.followup.setting_effects import SettingsEffect, has_effect, settings_effect
from cxdata.i18n import translator
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from cxdata.tables.setting_effects import effect_sentence, effect_table
from tests.stores import add, answers, calls, customers, withhold_nothing

YEAR = Filters(period=Period(date(2026, 1, 1), date(2026, 12, 31)))
CHANGES: tuple[dict[str, Any], ...] = (
    {"churn.margin_rate.central": 0.2, "churn.margin_rate.low": 0.1},
    {"response_time.call.goal": 0.6},
    {"response_time.call.favourable_seconds": 30},
    {"contacts.return_days": 3},
    {"targets": [{"figure": "nps", "value": 30}, {"figure": "churn_cost", "value": 1000}]},
    {
        "response_time_overrides": [
            {"channel": "call", "audience": "segment", "value": "Gold", "favourable_seconds": 10}
        ]
    },
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("effects") / "cx.duckdb")
    withhold_nothing(store)
    add(store, answers([9, 3] * 4), "responses")
    add(store, calls([20, 40, 60, 200], segment="Gold"), "contacts")
    add(store, customers(20, 4), "customers")
    yield store
    store.close()


def moved(effect: SettingsEffect) -> dict[tuple[str, str | None], tuple[Any, Any]]:
    return {now.place: (now.value, then.value) for now, then in effect.moved}


def test_a_shorter_time_moves_the_compliance_of_its_channel_alone(store: Store) -> None:
    effect = settings_effect(store, CHANGES[2], YEAR)
    assert moved(effect)["compliance", "call"] == (0.75, 0.25)
    assert {channel for _, channel in moved(effect)} <= {"call", None}
    [row] = [it for it in effect.moved if it[0].code == "compliance"]
    assert (row[0].n, row[1].n) == (4, 4)


def test_a_goal_moves_no_share_but_who_reaches_it(store: Store) -> None:
    # 3 of 4 in time: below 0.8, above 0.6, neither established with four calls.
    assert "compliance" not in {code for code, _ in moved(settings_effect(store, CHANGES[1], YEAR))}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_said_is_what_a_change_does_and_nothing_is_written(
    store: Store, change: dict[str, Any]
) -> None:
    makers = setting_effects._makers_of(change)

    def figures() -> dict[Any, Any]:
        return {it.place: (it.value, it.n) for make in makers for it in make(store, YEAR)}

    before, version = figures(), store.data_version
    effect = settings_effect(store, change, YEAR)
    assert (figures(), store.data_version) == (before, version)
    old = {name: store.settings.value(name) for name in change}
    store.change_settings(change)
    after = figures()
    store.change_settings(old)
    assert {it.place: (it.value, it.n) for _, it in effect.moved} == {
        place: pytest.approx(after[place])
        for place in after
        if after[place] != before[place] and place in moved(effect)
    }
    differing = {it for it in after if after[it] != pytest.approx(before[it])}
    assert set(moved(effect)) == differing
    assert figures() == before


def test_less_margin_costs_less(store: Store) -> None:
    effect = moved(settings_effect(store, CHANGES[0], YEAR))
    now, then = effect["cost_central", None]
    assert 0 < then < now


def test_a_standard_for_some_moves_their_contacts(store: Store) -> None:
    assert moved(settings_effect(store, CHANGES[5], YEAR))["compliance", "call"] == (0.75, 0.0)


def test_a_target_moves_the_distance_to_it_and_says_so(store: Store) -> None:
    effect = settings_effect(store, CHANGES[4], YEAR)
    [nps] = [it for it in effect.moved if it[0].code == "nps_distance"]
    assert (nps[0].value, nps[1].value) == (None, pytest.approx(0.0 - 30))
    said = effect_sentence(effect, translator("en"), "EUR")
    assert said == "NPS, less its target would become −30.0 (now –)."
    less = settings_effect(store, CHANGES[0], YEAR)
    assert effect_sentence(less, translator("en"), "EUR").startswith("Cost of churn, central would")


def test_a_change_for_later_contacts_says_what_it_would_have_moved(store: Store) -> None:
    later = settings_effect(
        store, CHANGES[2], YEAR, applies_from=date(2027, 1, 1), last_on=date(2026, 6, 15)
    )
    assert later.is_of_past
    assert moved(later) == moved(settings_effect(store, CHANGES[2], YEAR))


def test_too_many_rows_to_count_again_are_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_effects, "MOST_COUNTED_ANEW", 3)
    assert settings_effect(store, CHANGES[2], YEAR) == SettingsEffect(uncounted_rows=4)
    assert settings_effect(store, CHANGES[0], YEAR).moved  # nothing is counted for it


def test_a_senseless_value_is_refused_as_when_it_is_saved(store: Store) -> None:
    with pytest.raises(SettingsError):
        settings_effect(store, {"response_time.call.goal": 7}, YEAR)


def test_the_table_has_figure_now_then_and_n(store: Store) -> None:
    table = effect_table(settings_effect(store, CHANGES[2], YEAR), translator("en"), "EUR")
    assert table.columns == ["Figure", "Now", "Then", "n"]
    assert ("Answered in time, Calls", "75.0%", "25.0%", "4") in table.rows()
    assert (has_effect("churn.margin_rate.low"), has_effect("imports.max_rows")) == (True, False)
