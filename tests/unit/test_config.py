"""Settings: defaults with sources, overrides, and a sentence for each mistake."""

from __future__ import annotations

import tomllib
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from cxdata.config import DEFAULT_SETTINGS, load_settings
from cxdata.errors import SettingsError

OF_A_SEGMENT = """
[[churn_overrides]]
segment = "Gold"
assumption = "margin_rate"
high = 0.5
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def tables(table: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [value for value in table.values() if isinstance(value, dict)]
    return [table, *(found for value in inner for found in tables(value))]


def test_the_published_call_standard_is_the_default() -> None:
    call = load_settings().response_time["call"]
    assert (call.favourable_seconds, call.limit_seconds, call.goal) == (90, 240, 0.80)
    assert call.is_strict
    assert call.goal_is_published


def test_only_the_call_goal_is_called_published() -> None:
    standards = load_settings().response_time
    assert [name for name, rule in standards.items() if rule.goal_is_published] == ["call"]


def test_every_threshold_says_its_source() -> None:
    values = tomllib.loads(DEFAULT_SETTINGS.read_text("utf-8"))
    numeric = [
        table
        for name in ("answers", "opening_hours", "response_time", "churn")
        for table in tables(values[name])
        if any(isinstance(value, int | float) for value in table.values())
    ]
    assert len(numeric) == 11
    assert all(table.get("source") for table in numeric)


def test_a_business_day_is_the_average_open_weekday(tmp_path: Path) -> None:
    settings = load_settings(
        written(tmp_path, '[opening_hours]\nfriday = ["09:00-12:00", "14:00-16:00"]')
    )
    assert settings.response_time["email"].favourable_seconds == 29_520
    assert settings.response_time["email"].limit_seconds == 4 * 29_520
    assert settings.opening_hours["friday"][1] == (time(14), time(16))


def test_a_file_overrides_only_what_it_names(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "[response_time.chat]\ngoal = 0.9"))
    assert settings.response_time["chat"].goal == 0.9
    assert settings.response_time["chat"].favourable_seconds == 45


def test_the_environment_can_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXDATA_SETTINGS", str(written(tmp_path, '[firm]\ncurrency = "CHF"')))
    assert load_settings().firm.currency == "CHF"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[response_time.call]\ngoal = 80", "response_time.call.goal"),
        ("[response_time.call]\ngoal = true", "response_time.call.goal"),
        ('[response_time.call]\nis_strict = "yes"', "response_time.call.is_strict"),
        ("[response_time.call]\nlimit_seconds = 60", "response_time.call.limit"),
        ('[response_time.call]\nabandon_rule = "positive"', "abandon_rule"),
        ('[opening_hours]\nmonday = ["18:00-09:00", "10:00-12:00"]', "opening_hours.monday"),
        ('[opening_hours]\nmonday = ["9h-18h"]', "opening_hours.monday"),
        ('[opening_hours]\nmonday = "09:00-18:00"', "opening_hours.monday"),
        ("[answers]\nsmall_base_count = 3", "answers.minimum_count"),
        ("[churn.margin_rate]\nlow = 0.9", "churn.margin_rate"),
        ("[churn.margin_rate]\nlow = -1", "churn.margin_rate.low"),
        ('[firm]\ntime_zone = "Paris"', "firm.time_zone"),
        ('[firm]\ntime_zone = "localtime"', "firm.time_zone"),
        ('[firm]\ntime_zone = "posixrules"', "firm.time_zone"),
        ('[firm]\ntime_zone = "posix/Europe/Paris"', "firm.time_zone"),
        ("[firm]\ntime_zone = 1", "firm.time_zone"),
        (OF_A_SEGMENT * 2, "churn_overrides.2.assumption"),
        (OF_A_SEGMENT + "low = 0.9", "churn_overrides.1"),
        ("[churn.horizon_years]\nhigh = nan", "a number from 1 to 100"),
        ("[churn.acquisition_cost_amount]\nhigh = 1e12", "a number from 0 to 1000000000"),
        ("[response_time]\ncall = 90", "response_time.call"),
        ("[response_time.fax]\ngoal = 0.8", "response_time.fax"),
        ("[answers", "not valid TOML"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError) as told:
        load_settings(written(tmp_path, text))
    assert named in str(told.value)


def test_an_assumption_of_a_segment_doesnt_borrow_the_firms_source(tmp_path: Path) -> None:
    own = load_settings(written(tmp_path, OF_A_SEGMENT)).churn.assumption("margin_rate", "Gold")
    assert (own.low, own.central, own.high, own.source) == (0.2, 0.3, 0.5, "")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        load_settings(tmp_path / "nowhere.toml")
