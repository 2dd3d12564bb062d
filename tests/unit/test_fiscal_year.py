"""Fiscal years: where quarters and years begin, what they are called, and that all follow."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.config import load_settings
from cxdata.errors import SettingsError
from cxdata.i18n import Locale, translator
from cxdata.metrics.churn.cost import churn_trend
from cxdata.metrics.churn.customer_survival import churn_cohorts
from cxdata.metrics.invitations.response_rate import response_rate_trend
from cxdata.metrics.nps.answers_behind import choice_of, filters_of_choice
from cxdata.metrics.nps.satisfaction import satisfaction_trend
from cxdata.metrics.nps.score import nps_change
from cxdata.metrics.nps.trend import nps_rolling, nps_trend, nps_trend_year_before
from cxdata.metrics.pyramid.history import pyramid_history
from cxdata.metrics.response_time.compliance import compliance_trend
from cxdata.metrics.statistics.withheld import protecting_periods
from cxdata.models import Filters, FiscalYear, Grain, Period
from cxdata.panels import Panel, Request, churn, invitations, nps, pyramid, response_time
from cxdata.panels.document import panel_document
from cxdata.store.connection import Store
from cxdata.store.days import kinds_counted_anew
from cxdata.store.settings_history import history_of
from tests.stores import add

SETTING = "firm.fiscal_year_month"
WHOLE = Period(date(2025, 1, 1), date(2026, 6, 30))
# Each day's scores: the days stand on both sides of every border of a year from February on.
GIVEN = {
    date(2025, 1, 31): [10] * 6,
    date(2025, 2, 1): [0] * 10,
    date(2025, 4, 30): [10] * 10,
    date(2025, 5, 1): [8] * 15 + [10] * 5,
    date(2026, 1, 31): [10] * 10,
    date(2026, 2, 1): [0] * 8,
    date(2026, 6, 30): [8] * 8,
}

CALLS = 5  # of each: enough for the evidence of a level on every day


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Answers; on the same days as many invitations and customers who began, and more calls."""
    store = Store.open(tmp_path_factory.mktemp("fiscal") / "cx.duckdb")
    each = [
        (f"{day:%y%m%d}-{place}", datetime(day.year, day.month, day.day, 12), score)
        for day, scores in GIVEN.items()
        for place, score in enumerate(scores)
    ]
    people = [{"customer_id": who, "started_on": at.date()} for who, at, _ in each]
    lost = [
        {"customer_id": f"L{n}", "started_on": date(2024, 6, 1), "ended_on": date(2025, 4, 15)}
        for n in range(12)
    ]
    kept = [{"customer_id": f"K{n}", "started_on": date(2024, 6, 1)} for n in range(60)]
    everybody = [{"ended_on": None, **row} for row in (*people, *kept)] + lost
    add(store, everybody, "customers", extract_date=WHOLE.last_on)
    told = {"journey": "Buying", "csat_score": 4}
    given = [
        {"customer_id": who, "responded_at": at, "nps_score": score, **told}
        for who, at, score in each
    ]
    add(store, given, "responses", extract_date=WHOLE.last_on)
    called = [
        {
            "contact_id": f"{who}-{turn}",
            "customer_id": who,
            "channel": "call",
            "journey": "Buying",
            "opened_at": at,
            "first_response_at": at,
        }
        for who, at, _ in each
        for turn in range(CALLS)
    ]
    add(store, called, "contacts", extract_date=WHOLE.last_on)
    asked = [{"customer_id": who, "sent_at": at, "is_answered": True} for who, at, _ in each]
    add(store, asked, "invitations", extract_date=date(2026, 7, 31))
    yield store
    store.close()


@pytest.fixture
def store(made: Store) -> Store:
    return starting_in(made, 1)


@pytest.fixture
def april(made: Store) -> Store:
    return starting_in(made, 4)


def starting_in(store: Store, month: int) -> Store:
    store.change_settings({SETTING: month})
    return store


@pytest.mark.parametrize(
    ("month", "day", "quarter", "year", "name", "place"),
    [
        (1, date(2026, 3, 31), date(2026, 1, 1), date(2026, 1, 1), 2026, 1),
        (2, date(2026, 1, 31), date(2025, 11, 1), date(2025, 2, 1), 2026, 4),
        (2, date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 1), 2027, 1),
        (4, date(2026, 3, 31), date(2026, 1, 1), date(2025, 4, 1), 2026, 4),
        (4, date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1), 2027, 1),
        (10, date(2026, 12, 31), date(2026, 10, 1), date(2026, 10, 1), 2027, 1),
        (12, date(2024, 2, 29), date(2023, 12, 1), date(2023, 12, 1), 2024, 1),
        (12, date(2026, 11, 30), date(2026, 9, 1), date(2025, 12, 1), 2026, 4),
    ],
)
def test_a_day_lies_in_a_quarter_and_a_year_called_by_its_end(
    month: int, day: date, quarter: date, year: date, name: int, place: int
) -> None:
    fiscal = FiscalYear(month)
    assert (fiscal.start_of(day, "quarter"), fiscal.start_of(day, "year")) == (quarter, year)
    assert (fiscal.number(day), fiscal.quarter(day)) == (name, place)


@pytest.mark.parametrize(
    ("lang", "month", "grain", "first_on", "name"),
    [
        ("en", 1, "quarter", date(2026, 4, 1), "Q2 2026"),
        ("en", 1, "year", date(2026, 1, 1), "2026"),
        ("en", 4, "quarter", date(2026, 4, 1), "Q1 FY2027"),
        ("en", 4, "year", date(2025, 4, 1), "FY2026"),
        ("fr", 1, "quarter", date(2026, 4, 1), "T2 2026"),
        ("fr", 4, "quarter", date(2026, 1, 1), "T4 exercice 2026"),
        ("fr", 7, "year", date(2025, 7, 1), "exercice 2026"),
        ("en", 4, "month", date(2026, 4, 1), "Apr 2026"),
        ("en", 4, "week", date(2026, 3, 30), "week of 30 Mar 2026"),
    ],
)
def test_a_period_is_called_fiscal_only_where_it_differs(
    lang: Locale, month: int, grain: Grain, first_on: date, name: str
) -> None:
    assert translator(lang).in_years(FiscalYear(month)).period_name(first_on, grain) == name


@pytest.mark.parametrize("value", [0, 13, 4.5, "April", True, [4]])
def test_a_month_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(SettingsError, match="number of a month"):
        load_settings().changed({SETTING: value})


def test_quarters_from_february_on_hold_what_is_counted_by_hand(store: Store) -> None:
    rows = nps_trend(starting_in(store, 2), Filters(), grain="quarter")
    assert rows.select("period", "answer_count", "nps", "is_complete").rows() == [
        (date(2024, 11, 1), 6, 100, False),
        (date(2025, 2, 1), 20, 0, True),
        (date(2025, 5, 1), 20, 25, True),
        (date(2025, 11, 1), 10, 100, True),
        (date(2026, 2, 1), 8, -100, True),
        (date(2026, 5, 1), 8, 0, False),
    ]


def test_years_from_february_on_hold_what_is_counted_by_hand(store: Store) -> None:
    rows = nps_trend(starting_in(store, 2), Filters(), grain="year")
    assert rows.select("period", "answer_count", "nps", "is_complete").rows() == [
        (date(2024, 2, 1), 6, 100, False),
        (date(2025, 2, 1), 50, 30, True),
        (date(2026, 2, 1), 16, -50, False),
    ]


def test_quarters_from_april_on_are_those_of_the_calendar_and_years_are_not(store: Store) -> None:
    calendar = nps_trend(store, Filters(), grain="quarter")
    starting_in(store, 4)
    assert nps_trend(store, Filters(), grain="quarter").equals(calendar)
    years = nps_trend(store, Filters(), grain="year")
    assert years.select("period", "answer_count").rows() == [
        (date(2024, 4, 1), 16),
        (date(2025, 4, 1), 48),
        (date(2026, 4, 1), 8),
    ]


COUNTED: dict[str, tuple[Callable[[Store, Filters, Grain], pl.DataFrame], str]] = {
    "nps": (lambda store, filters, grain: nps_trend(store, filters, grain=grain), "answer_count"),
    "satisfaction": (
        lambda store, filters, grain: satisfaction_trend(store, filters, "csat", grain=grain),
        "answer_count",
    ),
    "response time": (compliance_trend, "contact_count"),
    "response rate": (
        lambda store, filters, grain: response_rate_trend(store, filters, grain=grain),
        "invitation_count",
    ),
}


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("grain", ["quarter", "year"])
def test_every_trend_puts_each_day_in_the_period_where_it_lies(
    name: str, grain: Grain, store: Store
) -> None:
    trend, column = COUNTED[name]
    fiscal = starting_in(store, 2).settings.fiscal_year
    by_hand: dict[date, int] = {}
    for day, scores in GIVEN.items():
        start = fiscal.start_of(day, "quarter" if grain == "quarter" else "year")
        by_hand[start] = by_hand.get(start, 0) + len(scores)
    counts = dict(trend(store, Filters(), grain).select("period", column).rows())
    times = CALLS if name == "response time" else 1
    assert counts == {start: times * count for start, count in by_hand.items()}


def test_weeks_and_months_stay_where_they_are(store: Store) -> None:
    before = [nps_trend(store, Filters(), grain=it) for it in ("week", "month")]  # type: ignore[arg-type]
    starting_in(store, 5)
    after = [nps_trend(store, Filters(), grain=it) for it in ("week", "month")]  # type: ignore[arg-type]
    assert all(one.equals(other) for one, other in zip(before, after, strict=True))


def test_churn_has_the_customers_of_the_first_day_of_each_fiscal_quarter(store: Store) -> None:
    rows = churn_trend(starting_in(store, 2), Filters(period=WHOLE), "quarter")
    assert rows["period"].to_list()[:3] == [date(2024, 11, 1), date(2025, 2, 1), date(2025, 5, 1)]
    second = rows.row(1, named=True)
    assert (second["window_first_on"], second["window_last_on"]) == (
        date(2025, 2, 1),
        date(2025, 4, 30),
    )
    # 72 since June 2024, six since 31 January, and those who begin on the day itself.
    assert second["lost_count"] == 12
    assert not rows["is_complete"][0]
    assert rows["is_complete"][1]


def test_cohorts_are_those_of_fiscal_quarters(store: Store) -> None:
    found = churn_cohorts(starting_in(store, 2), Filters())
    sizes = found.group_by("cohort", maintain_order=True).first()
    assert dict(sizes.select("cohort", "customer_count").rows()) == {
        date(2024, 5, 1): 72,
        date(2024, 11, 1): 6,
        date(2025, 2, 1): 20,
        date(2025, 5, 1): 20,
        date(2025, 11, 1): 10,
        date(2026, 2, 1): 8,
        date(2026, 5, 1): 8,
    }
    assert (
        found["is_watched_from_start"].to_list().count(False)
        == found.filter(cohort=date(2024, 5, 1)).height
        + found.filter(cohort=date(2024, 11, 1)).height
    )


def test_the_pyramid_goes_by_fiscal_quarters(store: Store) -> None:
    history = pyramid_history(starting_in(store, 2), Filters())
    assert history["period"].to_list() == [
        date(2024, 11, 1),
        date(2025, 2, 1),
        date(2025, 5, 1),
        date(2025, 11, 1),
        date(2026, 2, 1),
        date(2026, 5, 1),
    ]
    assert history["is_complete"].to_list() == [False, True, True, True, True, False]


def test_a_rolling_window_and_the_year_before_step_by_fiscal_quarters(store: Store) -> None:
    starting_in(store, 2)
    rolling = nps_rolling(store, Filters(), grain="quarter", window=2)
    assert rolling.filter(period=date(2025, 5, 1)).select(
        "answer_count", "window_first_on", "is_complete"
    ).row(0) == (40, date(2025, 2, 1), True)
    before = nps_trend_year_before(store, Filters(), grain="quarter")
    assert before.select("period", "period_before", "answer_count").rows()[:2] == [
        (date(2025, 11, 1), date(2024, 11, 1), 6),
        (date(2026, 2, 1), date(2025, 2, 1), 20),
    ]


def test_the_setting_changes_figures_without_counting_again(store: Store) -> None:
    settings = store.settings
    other = settings.changed({SETTING: 4})
    assert kinds_counted_anew(history_of(settings, []), history_of(other, [])) == frozenset()
    version = store.data_version
    starting_in(store, 7)
    assert store.data_version == version + 1  # so that no remembered figure is shown


@pytest.mark.parametrize(
    ("first_on", "last_on", "previous", "year_before"),
    [
        (date(2026, 2, 1), date(2026, 4, 30), (2025, 11, 1), (2025, 2, 1)),
        (date(2025, 2, 1), date(2026, 1, 31), (2024, 2, 1), (2024, 2, 1)),
        (date(2027, 12, 1), date(2028, 2, 29), (2027, 9, 1), (2026, 12, 1)),
    ],
)
def test_a_whole_fiscal_period_is_compared_with_whole_ones(
    first_on: date, last_on: date, previous: tuple[int, ...], year_before: tuple[int, ...]
) -> None:
    period = Period(first_on, last_on)
    assert period.compared("previous_period").first_on == date(*previous)
    assert period.compared("previous_period").last_on.toordinal() == first_on.toordinal() - 1
    earlier = period.compared("same_period_last_year")
    assert earlier.first_on == date(*year_before)
    # It ends with its month, as the period itself.
    assert (earlier.last_on.toordinal() + 1) == Period(
        date(earlier.last_on.year, earlier.last_on.month, 1), earlier.last_on
    ).first_on.toordinal() + earlier.last_on.day
    assert earlier.last_on.month == last_on.month


def test_a_quarter_against_the_one_before_is_what_the_trend_shows(store: Store) -> None:
    trend = nps_trend(starting_in(store, 2), Filters(), grain="quarter")
    quarter = Period(date(2025, 5, 1), date(2025, 7, 31))
    change = nps_change(store, Filters(period=quarter))
    values = dict(trend.select("period", "nps").rows())
    assert change.difference == values[date(2025, 5, 1)] - values[date(2025, 2, 1)] == 25


def test_a_point_opens_the_days_of_its_fiscal_quarter(store: Store) -> None:
    choice = choice_of(["period", "2025-11-01"], grain="quarter")
    assert filters_of_choice(Filters(), choice).period == Period(
        date(2025, 11, 1), date(2026, 1, 31)
    )


def test_few_are_protected_within_fiscal_quarters() -> None:
    """January's three follow from its quarter and February, unless they lie in two quarters."""
    days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)]
    months = pl.DataFrame({"period": days, "people": [3, 40, 20]})

    def protects(month: int) -> list[bool]:
        found = protecting_periods(months, "people", 5, "month", FiscalYear(month))
        return found.to_list()

    assert protects(1) == [False, True, False]
    # April's are the smallest of the whole, and February's the rest of April's quarter.
    assert protects(2) == [False, True, True]


def asked(store: Store, lang: Locale) -> Request:
    """A request that shares its results with those of the other tests."""
    month = store.settings.fiscal_year.first_month

    def remembered(function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
        key = (month, function, arguments, tuple(options.items()))
        if key not in RESULTS:
            RESULTS[key] = function(store, *arguments, **options)
        return RESULTS[key]

    return Request(store, Filters(period=WHOLE), translator(lang), remembered)


RESULTS: dict[Hashable, Any] = {}
TRENDS: dict[str, Callable[[Request, Grain], Panel]] = {
    "nps": nps.nps_trend_panel,
    "churn": churn.trend_panel,
    "response rate": invitations.response_rate_trend_panel,
    "response time": response_time.compliance_trend_panel,
}


@pytest.mark.parametrize("name", TRENDS)
@pytest.mark.parametrize(
    ("lang", "grain", "last", "said"),
    [
        ("en", "quarter", "Q1 FY2027", "Fiscal years begin in April"),
        ("en", "year", "FY2027", "Fiscal years begin in April"),
        ("fr", "quarter", "T1 exercice 2027", "Un exercice commence en avril"),
        ("fr", "year", "exercice 2027", "Un exercice commence en avril"),
    ],
)
def test_every_trend_calls_its_periods_fiscal_from_april_on(
    name: str, lang: Locale, grain: Grain, last: str, said: str, april: Store
) -> None:
    request = asked(april, lang)
    panel = TRENDS[name](request, grain)
    assert panel.chart is not None
    assert panel.chart["layout"]["xaxis"]["ticktext"][0].replace("<br>", " ") == last
    assert panel.frame is not None
    assert panel.frame["period_name"][-1] == last
    document = panel_document(panel, request.tr)
    assert any(said in it for it in document["notes"])
    if panel.texts:
        assert panel.texts().to_series(0)[-1] == last
    month = panel_document(TRENDS[name](request, "month"), request.tr)
    assert not any(said in it for it in month["notes"])
    assert "period_name" not in month["rows"][0]


@pytest.mark.parametrize(
    ("lang", "last"), [("en", "Q1 FY2027"), ("fr", "T1 exercice 2027")], ids=["en", "fr"]
)
def test_cohorts_and_levels_call_their_quarters_fiscal(
    lang: Locale, last: str, april: Store
) -> None:
    request = asked(april, lang)
    levels, cohorts = pyramid.history_panel(request), churn.cohorts_panel(request)
    assert levels.chart is not None
    assert [it.replace("<br>", " ") for it in levels.chart["data"][0]["x"]][-1] == last
    assert levels.frame is not None
    assert levels.frame["period_name"][-1] == last
    assert cohorts.frame is not None
    assert cohorts.frame["period_name"][0] == request.tr.period_name(date(2024, 4, 1), "quarter")


def test_a_calendar_year_is_called_as_ever(store: Store) -> None:
    request = asked(store, "en")
    panel = nps.nps_trend_panel(request, "quarter")
    assert panel.frame is not None
    assert "period_name" not in panel.frame.columns
    assert panel.texts is not None
    assert panel.texts().to_series(0).to_list()[0] == "Q1 2025"
    assert "iscal" not in json.dumps(panel_document(panel, request.tr))


def test_the_command_goes_by_fiscal_quarters_and_names_them(tmp_path: Path) -> None:
    settings = tmp_path / "own.toml"
    settings.write_text("[firm]\nfiscal_year_month = 2\n", "utf-8")
    opened = Store.open(tmp_path / "cx.duckdb")
    given = [{"responded_at": datetime(2026, 1, 31, 12), "nps_score": 10}] * 6
    add(opened, [{**it, "response_id": f"R{n}"} for n, it in enumerate(given)], "responses")
    opened.close()
    shown = CliRunner().invoke(
        main,
        ["show", "nps", "--grain", "quarter", "--json", "--store", str(tmp_path / "cx.duckdb")],
        env={"CXDATA_SETTINGS": str(settings)},
    )
    assert shown.exit_code == 0, shown.output
    [row] = json.loads(shown.stdout)["rows"]
    assert (row["period"], row["period_name"], row["answer_count"]) == (
        "2025-11-01",
        "Q4 FY2026",
        6,
    )
