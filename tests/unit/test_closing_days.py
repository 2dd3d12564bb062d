"""Closing days of the firm's own, regional holidays, and 24:00 in opening hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from cxdata.config import ClosingDays, closing_days_of, load_settings
from cxdata.errors import SettingsError
from cxdata.ingest import import_file
from cxdata.store.clocks import clock_spans
from cxdata.store.connection import Store
from cxdata.store.settings_history import history_of
from tests.clocks import business_seconds

CASES = Path(__file__).parents[3] / "shared" / "cases" / "import" / "16-business-hours"
HOUR = 3600.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def hours(clock: str, opened: str, answered: str, **changes: object) -> float:
    """Open hours of the clock between two local moments, by default settings changed so."""
    settings = load_settings().changed({f"firm.{name}": it for name, it in changes.items()})
    spans = clock_spans(history_of(settings, []), date(2015, 12, 1), date(2027, 2, 1))
    own = spans.filter(pl.col("clock") == clock)
    ends = [
        pl.Series([datetime.fromisoformat(it)])
        .dt.replace_time_zone("Europe/Paris")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
        for it in (opened, answered)
    ]
    return float(business_seconds(own, *ends)[0]) / HOUR


@pytest.mark.parametrize("clock", ["opening", "business"])
@pytest.mark.parametrize(
    "texts",
    [
        ["2016-06-17"],
        ["17/06/2016 Works"],
        ["06-17 Founding day"],
        ["2016-06-15..2016-06-17 Moving"],
        ["2020-01-01", "2016-06-17\tWorks"],
    ],
)
def test_nothing_is_open_on_a_closing_day(clock: str, texts: list[str]) -> None:
    """Thursday 16 June 2016, 18:00, to Monday 20 June, 18:00."""
    ends = ("2016-06-16T18:00", "2016-06-20T18:00")
    assert hours(clock, *ends) == 18
    assert hours(clock, *ends, closing_days=texts) == 9


def test_a_stretch_of_every_year_goes_over_its_end() -> None:
    [winter] = closing_days_of(["12-24..01-02 Winter"])
    found = winter.within(date(2026, 1, 1), date(2026, 12, 31))
    assert found == {
        date(2026, 1, 1),
        date(2026, 1, 2),
        *(date(2026, 12, it) for it in range(24, 32)),
    }


def test_the_29th_of_february_is_the_28th_in_other_years() -> None:
    [leap] = closing_days_of(["02-29"])
    assert leap.within(date(2027, 1, 1), date(2028, 12, 31)) == {
        date(2027, 2, 28),
        date(2028, 2, 29),
    }


def test_a_closing_day_keeps_its_name() -> None:
    assert closing_days_of(["2026-06-17 – Works on the roof"]) == (
        ClosingDays(date(2026, 6, 17), date(2026, 6, 17), "Works on the roof"),
    )


@pytest.mark.parametrize(
    "texts",
    [
        *("2026-06-17", [17], ["soon"], ["2026-02-30"], ["2026-06-17..2026-06-01"]),
        *(["2026-06-17..06-18"], ["05-02-2026"], ["2026-01-01..2027-12-31"]),
    ],
)
def test_what_is_no_day_is_refused(texts: object) -> None:
    with pytest.raises(SettingsError, match=r"firm\.closing_days"):
        load_settings().changed({"firm.closing_days": texts})


@pytest.mark.parametrize("region", ["57", "Moselle"])
def test_regional_holidays_are_closed_for_business_only(region: str) -> None:
    """Good Friday, 3 April 2026, is one in Moselle."""
    ends = ("2026-04-02T18:00", "2026-04-03T18:00")
    assert hours("business", *ends) == 9
    assert hours("business", *ends, subdivision=region) == 0
    assert hours("opening", *ends, subdivision=region) == 9


def test_an_unknown_region_is_refused_with_those_that_there_are(store: Store) -> None:
    content = b"contact_id,channel,opened_at,first_response_at\n1,email,2026-01-05,2026-01-06\n"
    import_file(store, content)
    with pytest.raises(SettingsError, match="holidays of Atlantis") as refused:
        store.change_settings({"firm.subdivision": "Atlantis"})
    assert "57" in str(refused.value)


def test_a_changed_closing_day_judges_contacts_anew(store: Store) -> None:
    content = b"contact_id,channel,opened_at,first_response_at\n" + b"".join(
        f"{n},email,2016-06-16T07:04:03,2016-06-20T07:52:53\n".encode() for n in range(5)
    )
    import_file(store, content)
    sql = "select distinct round(wait_seconds / 3600, 2) from contact_outcomes"
    with store.cursor() as con:
        assert con.execute(sql).fetchall() == [(18.0,)]
    store.change_settings({"firm.closing_days": ["2016-06-17 Works"]})
    with store.cursor() as con:
        assert con.execute(sql).fetchall() == [(9.0,)]


@pytest.mark.parametrize("spans", [["00:00-24:00"], ["00:00-00:00"]])
def test_24_00_is_the_end_of_a_day(spans: list[str]) -> None:
    settings = load_settings().changed({"opening_hours.monday": spans})
    history = history_of(settings, [])
    own = clock_spans(history, date(2026, 6, 1), date(2026, 6, 30)).filter(clock="opening")
    monday = [pl.Series([datetime(2026, 6, 14, 22)]), pl.Series([datetime(2026, 6, 15, 22)])]
    assert business_seconds(own, *monday)[0] == 24 * HOUR


@pytest.mark.parametrize("spans", [["24:00-02:00"], ["09:00-25:00"], ["09:00-24:30"]])
def test_other_times_beyond_midnight_are_refused(spans: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"opening_hours\.monday"):
        load_settings().changed({"opening_hours.monday": spans})


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_a_settings_file_with_24_00_is_read() -> None:
    settings = load_settings(CASES / "s247.toml")
    assert settings.business_day_seconds == 24 * HOUR
