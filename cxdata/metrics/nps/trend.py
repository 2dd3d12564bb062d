"""Net Promoter Score over time: per period, and over a rolling window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from cxdata.metrics import GRAIN_STEPS, answers_known, covered_days, is_complete, period_start
from cxdata.metrics.nps.repeats import ANSWER_SUMS, period_counts, span_counts
from cxdata.metrics.nps.score import nps_figures, without_figures
from cxdata.metrics.statistics.withheld import LONGER, WHOLE, is_few, protecting_periods
from cxdata.models import YEAR_OF_WEEKS, Filters, FiscalYear, Grain, Period
from cxdata.store.connection import Store


def nps_trend(store: Store, filters: Filters, *, grain: Grain = "month") -> pl.DataFrame:
    """Net Promoter Score per period.

    Returns
    -------
    pl.DataFrame
        One row per period that has answers, oldest first; no rows if none do.

        - ``period`` (Date): first day of the period; weeks start on Monday
        - ``is_complete`` (Boolean): false if some of its days lie outside the filters' period
          or the days that have data
        - the columns of :func:`cxdata.metrics.nps.score.nps_summary`
    """
    covered = covered_days(filters, answers_known(store, filters))
    answers, days = store.settings.answers, _day_counts(store, filters)
    years = store.settings.fiscal_year
    counts = _period_counts(store, filters, days, grain)
    minimum, people_of = answers.minimum_count, None
    if any(is_few(it, minimum) for it in counts["people_count"]):
        people_of = _people_of_longer(store, filters, days, grain)
    protects = protecting_periods(
        counts, "people_count", minimum, grain, years, people_of=people_of
    )
    figures = nps_figures(counts, answers, protects)
    return figures.select("period", is_complete(grain, covered), pl.exclude("period"))


def nps_rolling(
    store: Store, filters: Filters, *, grain: Grain = "month", window: int = 3
) -> pl.DataFrame:
    """Net Promoter Score of the last ``window`` periods together, at the end of each period.

    The answers of the window are pooled; scores are never averaged. A window may begin before
    the filters' period: all answers since its first day count. After the period's last day
    none do.

    Returns
    -------
    pl.DataFrame
        One row per period from the first to the last of the filters that has data, whose window
        has answers, oldest first; no rows if none does. All figures are withheld if the filters'
        own period has too few answers to show.

        - ``period`` (Date): first day of the window's last period
        - ``is_complete`` (Boolean): false if days of the window lie after the filters' period,
          or before the first or after the last day that has data
        - ``window_first_on`` (Date): first day of the window
        - ``reaches_before`` (Boolean): the window begins before the filters' period
        - the columns of :func:`cxdata.metrics.nps.score.nps_summary`

    Raises
    ------
    ValueError
        If ``window`` is below 1.
    """
    if window < 1:
        raise ValueError(f"a window of {window} periods has no answers")
    days = answers_known(store, filters)
    covered = covered_days(filters, days)
    until = covered_days(replace(filters, period=_up_to(filters.period)), days)
    if covered is None or until is None:
        return _as_rolling(nps_trend(store, filters, grain=grain).clear(), filters, grain, 1)
    up_to = replace(filters, period=until)
    days_counted = _day_counts(store, up_to)
    starts = _Starts(grain, store.settings.fiscal_year)
    windows = _windows(days_counted, starts.of(covered.first_on), until, starts, window)
    pooled = _of_periods(span_counts(store, up_to, days_counted, windows))
    answers = store.settings.answers
    figures = _as_rolling(nps_figures(pooled, answers), filters, grain, window)
    whole = is_complete(grain, until) & (pl.col("window_first_on") >= until.first_on)
    figures = figures.with_columns(whole.alias("is_complete"))
    own = period_counts(store, filters)["people_count"].item()
    return figures if own >= answers.minimum_count else without_figures(figures)


def nps_trend_year_before(
    store: Store, filters: Filters, *, grain: Grain = "month"
) -> pl.DataFrame:
    """The trend one year earlier, on this year's periods, to be drawn under this year's.

    Over the whole history, each period that has one a year before it.

    Returns
    -------
    pl.DataFrame
        One row per period that has answers, oldest first; no rows if none do.

        - ``period`` (Date): first day of this year's period
        - ``period_before`` (Date): first day of the period that the figures are of: a year
          earlier; for weeks 52 weeks earlier
        - ``is_complete`` (Boolean): as in :func:`nps_trend`, of the period before
        - the columns of :func:`cxdata.metrics.nps.score.nps_summary`
    """
    before = replace(filters, period=_year_before(filters.period, grain), compared_to=None)
    later = "52w" if grain == "week" else "1y"
    trend = nps_trend(store, before, grain=grain).rename({"period": "period_before"})
    days = answers_known(store, filters)
    last_on = (filters.period or days or Period(date.max, date.max)).last_on
    return trend.select(
        pl.col("period_before").dt.offset_by(later).alias("period"), pl.all()
    ).filter(pl.col("period") <= last_on)


def _day_counts(store: Store, filters: Filters) -> pl.DataFrame:
    return store.query("nps_days", filters).rename(ANSWER_SUMS)


def _period_counts(
    store: Store, filters: Filters, days: pl.DataFrame, grain: Grain
) -> pl.DataFrame:
    start = period_start(pl.col("answered_on"), grain, store.settings.fiscal_year)
    spans = days.select("answered_on", start.alias("span"))
    return _of_periods(span_counts(store, filters, days, _numbered(spans)))


def _numbered(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans told by their first day, as numbers."""
    return spans.with_columns(pl.col("span").cast(pl.Int32).cast(pl.Int64))


def _of_periods(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts of spans that stand for periods, with the first day of each."""
    first_on = pl.col("span").cast(pl.Int32).cast(pl.Date)
    return counts.select(first_on.alias("period"), pl.exclude("span"))


def _people_of_longer(
    store: Store, filters: Filters, days: pl.DataFrame, grain: Grain
) -> dict[tuple[str, date | None], int]:
    """How many people answered in each longer period that is shown somewhere as a whole."""
    found: dict[tuple[str, date | None], int] = {}
    for longer in LONGER[grain]:
        counts = _period_counts(store, filters, days, longer)
        found |= {(longer, on): n for on, n in counts.select("period", "people_count").iter_rows()}
    return {**found, (WHOLE, None): period_counts(store, filters)["people_count"].item()}


def _windows(
    days: pl.DataFrame, first_on: date, until: Period, starts: _Starts, window: int
) -> pl.DataFrame:
    """Each day with the last period of each window that it lies in, from ``first_on`` on."""
    periods = starts.within(until).with_row_index("place")
    of_days = days.select("answered_on", starts.expression(pl.col("answered_on")))
    placed = of_days.join(periods, on="period").with_columns(
        place=pl.int_ranges(pl.col("place"), pl.col("place") + window, dtype=pl.UInt32)
    )
    ends = periods.rename({"period": "span"})
    spans = placed.drop("period").explode("place").join(ends, on="place")
    return _numbered(spans.filter(pl.col("span") >= first_on).select("answered_on", "span"))


def _up_to(period: Period | None) -> Period | None:
    """All days up to the end of the period."""
    return period and Period(date.min, period.last_on)


@dataclass(frozen=True)
class _Starts:
    """Where the periods of a grain begin."""

    grain: Grain
    fiscal_year: FiscalYear

    def expression(self, day: pl.Expr) -> pl.Expr:
        return period_start(day, self.grain, self.fiscal_year)

    def of(self, day: date) -> date:
        start: date = pl.select(self.expression(pl.lit(day))).item()
        return start

    def within(self, days: Period) -> pl.DataFrame:
        """Those with answers and those without."""
        step = GRAIN_STEPS[self.grain]
        starts = pl.date_range(self.of(days.first_on), days.last_on, step, eager=True)
        return starts.alias("period").to_frame()


def _as_rolling(figures: pl.DataFrame, filters: Filters, grain: Grain, window: int) -> pl.DataFrame:
    """With the columns that say which days a window holds."""
    step = f"-{(window - 1) * int(GRAIN_STEPS[grain][0])}{GRAIN_STEPS[grain][1:]}"
    first_on = pl.col("period").dt.offset_by(step)
    reaches = first_on < filters.period.first_on if filters.period else pl.lit(False)
    return figures.select(
        "period",
        pl.lit(False).alias("is_complete"),
        first_on.alias("window_first_on"),
        reaches.alias("reaches_before"),
        pl.exclude("period", "is_complete"),
    )


def _year_before(period: Period | None, grain: Grain) -> Period | None:
    if period is None or grain != "week":
        return period and period.dates_year_before()
    return Period(period.first_on - YEAR_OF_WEEKS, period.last_on - YEAR_OF_WEEKS)
