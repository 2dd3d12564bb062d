"""Net Promoter Score over time: per period, over a rolling window, and what is usual for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import polars as pl

from cxdata.metrics import GRAIN_STEPS, answers_known, covered_days, is_complete, period_start
from cxdata.metrics.nps.score import ANSWER_COUNTS, ANSWER_SUMS, nps_figures, without_figures
from cxdata.metrics.statistics.withheld import protecting_periods
from cxdata.models import YEAR_OF_WEEKS, Filters, Grain, Period
from cxdata.store.connection import Store

# P: Wheeler (2000) p. 60.
LIMITS_FACTOR = 2.66
LIMITS_MINIMUM_COUNT = 6


class ControlLimits(NamedTuple):
    """Between ``low`` and ``high`` (points) a score moves without anything having happened.

    ``outside`` are the first days of the periods whose score lies beyond them.
    """

    centre: float
    low: float
    high: float
    outside: tuple[date, ...]


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
    answers, counts = store.settings.answers, _period_counts(store, filters, grain)
    protects = protecting_periods(counts, "answer_count", answers.minimum_count, grain)
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
    counts = _period_counts(store, replace(filters, period=until), grain)
    pooled = _every_period(until, grain).join(counts, on="period", how="left").sort("period")
    pooled = pooled.with_columns(
        pl.col(ANSWER_COUNTS).fill_null(0).rolling_sum(window, min_samples=1)
    ).filter(pl.col("period") >= _start_of(covered.first_on, grain), pl.col("answer_count") > 0)
    answers = store.settings.answers
    figures = _as_rolling(nps_figures(pooled, answers), filters, grain, window)
    whole = is_complete(grain, until) & (pl.col("window_first_on") >= until.first_on)
    figures = figures.with_columns(whole.alias("is_complete"))
    own = _period_counts(store, filters, grain)["answer_count"].sum()
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


def control_limits(trend: pl.DataFrame) -> ControlLimits | None:
    """What the score of a period does by itself (XmR): beyond it something happened.

    Parameters
    ----------
    trend
        As :func:`nps_trend` returns it. Only complete periods whose base isn't small count.

    Returns
    -------
    ControlLimits | None
        None if fewer than six periods count.

    Notes
    -----
    mean ± 2.66 x mean moving range, clipped to ±100; a moving range is the distance between two
    neighbouring periods of those that count. The limits suit periods with about as many answers
    each; where the level has shifted, they lie between the old and the new.

    References
    ----------
    .. [1] Wheeler, D. J. (2000). Understanding Variation: The Key to Managing Chaos, 2nd ed.,
       p. 60: "useful limits may be constructed with as few as five or six values".

    Examples
    --------
    >>> months = pl.date_range(date(2026, 1, 1), date(2026, 6, 1), "1mo", eager=True)
    >>> steady = pl.DataFrame({"period": months, "nps": [20.0, 22, 20, 22, 20, 22],
    ...                        "is_complete": True, "base": "ok"})
    >>> centre, low, high, outside = control_limits(steady)
    >>> round(centre, 2), round(low, 2), round(high, 2), outside
    (21.0, 15.68, 26.32, ())
    """
    counted = trend.filter("is_complete", pl.col("base") == "ok").sort("period")
    if counted.height < LIMITS_MINIMUM_COUNT:
        return None
    scores = counted["nps"]
    centre = float(scores.to_numpy().mean())
    reach = LIMITS_FACTOR * float(scores.diff().abs().drop_nulls().to_numpy().mean())
    low, high = max(centre - reach, -100.0), min(centre + reach, 100.0)
    outside = counted.filter((pl.col("nps") < low) | (pl.col("nps") > high))
    return ControlLimits(centre, low, high, tuple(outside["period"]))


def _period_counts(store: Store, filters: Filters, grain: Grain) -> pl.DataFrame:
    days = store.query("nps_days", filters).rename(ANSWER_SUMS)
    by_period = days.group_by(period_start(pl.col("answered_on"), grain))
    return by_period.agg(pl.col(ANSWER_COUNTS).sum()).sort("period")


def _up_to(period: Period | None) -> Period | None:
    """All days up to the end of the period."""
    return period and Period(date.min, period.last_on)


def _every_period(days: Period, grain: Grain) -> pl.DataFrame:
    """Those with answers and those without."""
    first_on = _start_of(days.first_on, grain)
    starts = pl.date_range(first_on, days.last_on, GRAIN_STEPS[grain], eager=True)
    return starts.alias("period").to_frame()


def _start_of(day: date, grain: Grain) -> date:
    start: date = pl.select(period_start(pl.lit(day), grain)).item()
    return start


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
