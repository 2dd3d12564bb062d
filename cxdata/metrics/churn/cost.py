"""Churn cost: what losing customers costs, and how much of it goes with dissatisfaction.

Four questions, one row of counts each: who was a customer on the window's first day, who of
them left within it, of which class they were *before* it, and who is still there at its end.
Everything below the queries is pure arithmetic on those counts. Classes and churn go together;
nothing here shows that one causes the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import polars as pl

from cxdata.metrics import GRAIN_STEPS, is_complete, period_start
from cxdata.metrics.churn.dissatisfaction import Excess, excess_gap, excess_of, widest
from cxdata.metrics.churn.exposure import (
    Exposure,
    check_customer_dimension,
    customers_known,
    exposure,
    exposures,
    with_revenues,
)
from cxdata.metrics.churn.leaving_rates import leaving_rates
from cxdata.metrics.churn.rates import rate_figures
from cxdata.metrics.churn.retention import Retention, retention_of
from cxdata.metrics.churn.strata import strata_of
from cxdata.metrics.churn.value import (
    CASES,
    COST_ASSUMPTIONS,
    Case,
    Numbers,
    economics,
    value_amounts,
)
from cxdata.metrics.statistics.withheld import is_few, protecting_rows, withheld
from cxdata.models import Filters, FiscalYear, Grain, Period
from cxdata.store.clocks import DAY
from cxdata.store.connection import Store

SUMMARY_SCHEMA: dict[str, pl.DataType] = {
    "customer_count": pl.Int64(),
    "lost_count": pl.Int64(),
    "customer_churn_rate": pl.Float64(),
    "rate_low": pl.Float64(),
    "rate_high": pl.Float64(),
    "revenue_churn_rate": pl.Float64(),
    "revenue_rate_low": pl.Float64(),
    "revenue_rate_high": pl.Float64(),
    "revenue_coverage_share": pl.Float64(),
    "class_coverage_share": pl.Float64(),
    "costed_lost_count": pl.Int64(),
    "cost_low_amount": pl.Float64(),
    "cost_central_amount": pl.Float64(),
    "cost_high_amount": pl.Float64(),
    "dissatisfaction_low_amount": pl.Float64(),
    "dissatisfaction_central_amount": pl.Float64(),
    "dissatisfaction_high_amount": pl.Float64(),
    "excess_lost_count": pl.Float64(),
    "excess_lost_low_count": pl.Float64(),
    "excess_lost_high_count": pl.Float64(),
    "compared_share": pl.Float64(),
    "revenue_at_risk_amount": pl.Float64(),
    "revenue_at_risk_low_amount": pl.Float64(),
    "revenue_at_risk_high_amount": pl.Float64(),
    "window_first_on": pl.Date(),
    "window_last_on": pl.Date(),
    "window_reason": pl.String(),
    "reason": pl.String(),
}
# Of the summary, what a period of a trend doesn't have: it needs each customer's revenue.
OF_THE_WHOLE = tuple(f"revenue_at_risk_{end}amount" for end in ("", "low_", "high_"))
AMOUNTS = ("low_amount", "central_amount", "high_amount")
# Told of a group that is withheld, too.
UNCOUNTED = ("window_first_on", "window_last_on", "window_reason", "reason")
WATERFALL_SCHEMA: dict[str, pl.DataType] = {
    "step": pl.String(),
    "from_amount": pl.Float64(),
    "to_amount": pl.Float64(),
    **{name: pl.Float64() for name in AMOUNTS},
    "reason": pl.String(),
}
TORNADO_SCHEMA: dict[str, pl.DataType] = {
    "assumption": pl.String(),
    **{name: pl.Float64() for name in AMOUNTS},
    "swing_amount": pl.Float64(),
}


def churn_cost_summary(store: Store, filters: Filters) -> pl.DataFrame:
    """What losing customers costs within the exposure window, as a range.

    The window is ``filters.period``, cut at the last known day (``CustomersKnown.window``);
    without a period, the 12 months that end there. Segment, region and product filter; channel,
    journey and survey don't apply to customers. Amounts are those of the window, in the firm's
    currency; only ``revenue_at_risk_amount`` is a year's.

    Returns
    -------
    pl.DataFrame
        Exactly one row.

        - ``customer_count``, ``lost_count`` (Int64): active before the window's first day; of
          those, ended within it. Who started within the window is in neither. Both null if
          withheld
        - ``customer_churn_rate``, ``rate_low``, ``rate_high`` (Float64): lost ÷ customers, with
          its Wilson interval
        - ``revenue_churn_rate``, ``revenue_rate_low``, ``revenue_rate_high`` (Float64): their
          yearly revenue ÷ that of all, where known, with its interval
        - ``revenue_coverage_share``, ``class_coverage_share`` (Float64): customers with a known
          revenue, and with an answer before the window; the latter null if those without are
          too few to show
        - ``costed_lost_count`` (Int64): lost customers with a known revenue; the cost is theirs
          alone, the others' is unknown and neither guessed nor 0
        - ``cost_low_amount``, ``cost_central_amount``, ``cost_high_amount`` (Float64)
        - ``dissatisfaction_low_amount``, …``central``…, ``…high…`` (Float64): the part that goes
          with detractors' and passives' higher churn; negative if theirs is lower
        - ``excess_lost_count``, ``excess_lost_low_count``, ``excess_lost_high_count`` (Float64)
        - ``compared_share`` (Float64): passives and detractors in segments that have promoters
          to compare with ÷ all; the excess is theirs alone
        - ``revenue_at_risk_amount``, ``revenue_at_risk_low_amount``,
          ``revenue_at_risk_high_amount`` (Float64): a year's, of those active at the window's
          end, with its interval
        - ``window_first_on``, ``window_last_on`` (Date)
        - ``window_reason`` (String): why the window isn't the period asked for, or null:
          ``only_one_moment`` (the files only mark who is lost, on the day of the extract: the
          window is the month that ends on it), ``known_earlier`` (customers aren't known to the
          end of the data: the window is as many months that end where they are)
        - ``reason`` (String): why the first null figure is null, or null: ``no_customers``,
          ``after_data``, ``ends_not_told``, ``only_one_moment`` (only of the extract's day is it
          known), ``too_few_customers`` (fewer than ``answers.minimum_count``, or so few
          promoters or dissatisfied ones), ``protects_others`` (see
          :mod:`cxdata.metrics.statistics.withheld`),
          ``no_revenue``, ``everyone_lost``, ``nobody_lost``, ``no_classes``, ``no_promoters``,
          ``no_dissatisfied``

    Notes
    -----
    Cost = Σ over the lost of ``value_amount``: margin over the expected remaining life
    (``expected_clv`` with r, the share of their segment that stays for a year
    (:class:`cxdata.metrics.churn.retention.Retention`), over ``horizon_years``) plus the
    acquisition of a successor, by their segment's assumptions. Low and high take all assumptions
    at that end, and are the outermost bounds of the interval that r gives.

    Dissatisfaction = Σ over segments, passives and detractors of the value that was lost less what
    would have been, had it left like that of the promoters of the same segment
    (:class:`cxdata.metrics.churn.dissatisfaction.Excess`). Low is the least lower bound of the
    interval over the three sets of assumptions, high the greatest upper bound.

    Revenue at risk = Σ revenue of the active × the yearly rate of leaving of their segment and
    class (:class:`cxdata.metrics.churn.leaving_rates.LeavingRates`). Its interval is of what will
    be lost: the rates drawn as in ``drawn_rates``, and for each draw who leaves.
    """
    exposed = with_revenues(store, filters, exposure(store, filters))
    return pl.DataFrame([_figures(exposed)], schema=SUMMARY_SCHEMA)


def churn_cost_then(store: Store, filters: Filters) -> pl.DataFrame:
    """:func:`churn_cost_summary` of a window to compare with: without ``OF_THE_WHOLE``, which are
    null; they take each customer's revenue and most of the time."""
    return pl.DataFrame([_figures(exposure(store, filters))], schema=SUMMARY_SCHEMA)


def churn_cost_by(store: Store, filters: Filters, dimension: str) -> pl.DataFrame:
    """``churn_cost_summary`` for each value of a dimension.

    Each row is what the summary gives with that value as the filter, but for the revenue at risk
    of regions and products: that is at the rates of leaving of the whole, so that it adds up as
    that of segments does (where nobody was lost in a segment, its part is 0 and its row null;
    customers of values that nobody had at the window's start have no row). Lows and highs don't add
    up, since not all values are at one end at once. The central amounts of the segments do, but
    for segments with few customers: alone, these have their own churn rate and expected life,
    and among others that of all. Those of regions and products needn't.

    Returns
    -------
    pl.DataFrame
        ``dimension`` under its own name (null: not known), then the summary's columns; the
        highest ``cost_central_amount`` first, nulls last. No rows without customers.

    Raises
    ------
    FilterError
        If customers don't have that dimension.
    """
    check_customer_dimension(dimension)
    exposed = with_revenues(store, filters, exposure(store, filters))
    values = exposed.start[dimension].unique().sort(nulls_last=True)
    # A segment's rates are its own, in the whole as alone.
    whole = None if dimension == "segment" else exposed
    rows = [{dimension: it, **_figures(exposed.of(dimension, it), whole)} for it in values]
    schema = {dimension: pl.String(), **SUMMARY_SCHEMA}
    figures = [name for name in SUMMARY_SCHEMA if name not in UNCOUNTED]
    counts = [exposed.of(dimension, it).customer_count for it in values]
    minimum = exposed.settings.answers.minimum_count
    protects = protecting_rows(pl.DataFrame({"n": counts}, {"n": pl.Int64}), "n", minimum)
    table = withheld(
        pl.DataFrame(rows, schema=schema),
        "customer_count",
        minimum,
        figures=figures,
        protects=protects,
    )
    return table.sort("cost_central_amount", descending=True, nulls_last=True, maintain_order=True)


def churn_trend(store: Store, filters: Filters, grain: Grain = "month") -> pl.DataFrame:
    """``churn_cost_summary`` for each period: customer churn and revenue churn over time.

    Each period is an exposure window of its own: its customers are those of its first day, with
    the class that they had before it. Rates of months and of years can't be compared as they
    are; ``yearly_churn_rate`` can.

    Returns
    -------
    pl.DataFrame
        One row per period of ``filters.period`` up to the last known day, oldest first; without
        a period from the first recorded end of a relation on, or the last 12 months if there is
        none. No rows without data.

        - ``period`` (Date): first day of the period; weeks start on Monday
        - ``is_complete`` (Boolean): false if some of its days are not in the filters' period or
          not known; its figures are of the days that are
        - the columns of :func:`churn_cost_summary` but ``OF_THE_WHOLE``; amounts are those of the
          period
        - ``yearly_churn_rate`` (Float64): ``customer_churn_rate`` as the rate of a year
    """
    covered = _covered(store, filters)
    if covered is None:
        return _trend([], None, grain)
    starts = _period_starts(covered, grain, store.settings.fiscal_year)
    periods = [
        Period(max(first_on, covered.first_on), min(after - DAY, covered.last_on))
        for first_on, after in pairwise(starts)
    ]
    rows = [
        {"period": first_on, **_figures(exposed), "yearly_churn_rate": _yearly(exposed)}
        for first_on, exposed in zip(starts, exposures(store, filters, periods), strict=False)
    ]
    return _trend(rows, covered, grain)


def churn_waterfall(store: Store, filters: Filters) -> pl.DataFrame:
    """From the gross cost of churn to the part that goes with dissatisfaction, and whose it is.

    Returns
    -------
    pl.DataFrame
        Up to six rows in this order; those after the first are one row ``dissatisfaction`` with
        nulls and a ``reason`` where that part can't be given, the second is left out where it is
        of nobody or of too few to tell of, and so are the last two where detractors or passives
        are; no rows where the cost can't be given.

        - ``step`` (String): ``gross``; ``not_compared``, what the leaving of customers costs who
          have no class, or no promoters to be compared with; ``not_explained``, what would have
          been lost of the others if all had left as rarely as the promoters of their segment;
          ``dissatisfaction``; then what it is made of, ``detractor`` and ``passive``
        - ``from_amount``, ``to_amount`` (Float64): where the step's bar begins and ends, at the
          central assumptions. The bars go down: from gross cost to ``dissatisfaction``, and
          from there to 0
        - ``low_amount``, ``central_amount``, ``high_amount`` (Float64): of the step itself;
          central = ``not_compared`` + ``not_explained`` + ``dissatisfaction`` = gross, and
          ``detractor`` + ``passive`` = ``dissatisfaction``; lows and highs don't add up. A part
          may be negative
        - ``reason`` (String): why the dissatisfaction part is null, or null
    """
    exposed = exposure(store, filters)
    if _cost_gap(exposed):
        return pl.DataFrame(schema=WATERFALL_SCHEMA)
    gross = _cost_range(exposed)
    gap = excess_gap(exposed) or _value_gap(excess_of(exposed))
    rows = [_step("gross", gross, 0.0)]
    rows += [{"step": "dissatisfaction", "reason": gap}] if gap else _parts(exposed, gross[1])
    return pl.DataFrame(rows, schema=WATERFALL_SCHEMA)


def tornado(store: Store, filters: Filters) -> pl.DataFrame:
    """How far each assumption alone moves the cost of churn: its sensitivity.

    Returns
    -------
    pl.DataFrame
        One row per assumption, the widest swing first; no rows where the cost can't be given, or
        nobody was lost.

        - ``assumption`` (String): ``margin_rate``, ``discount_rate``,
          ``acquisition_cost_amount``, ``horizon_years``, or ``churn_rate``: not an assumption,
          but the observed rates, on which the expected life depends: the ends of the interval
          that they give
        - ``low_amount``, ``central_amount``, ``high_amount`` (Float64): the cost with it at the
          end that makes the cost low, at its central value and at the other end, all others
          central; segments with assumptions of their own move by theirs
        - ``swing_amount`` (Float64): from low to high, at least 0
    """
    exposed = exposure(store, filters)
    rows: list[dict[str, object]] = []
    if _cost_gap(exposed) is None and exposed.lost_count:
        kept = _retention(exposed)
        rows = [
            _swing(name, [_lost_amount(exposed, kept, "central", {name: it}) for it in CASES])
            for name in COST_ASSUMPTIONS
        ]
        central = _lost_amount(exposed, kept, "central")
        draws, confidence = _lost_draws(exposed, kept, "central"), _confidence(exposed)
        rows.append(_swing("churn_rate", widest(central, [draws], confidence)))
    return pl.DataFrame(rows, schema=TORNADO_SCHEMA).sort(
        "swing_amount", descending=True, maintain_order=True
    )


def _figures(exposed: Exposure, whole: Exposure | None = None) -> dict[str, object]:
    """Of a part of the whole, if there is one; its rates of leaving are those of the whole."""
    parts = [_who(exposed), rate_figures(exposed)]
    if not exposed.is_withheld:
        parts += [_cost(exposed), _dissatisfaction(exposed)]
        parts.append(_revenue_at_risk(exposed, whole or exposed))
    reasons = [part["reason"] for part in parts if part.get("reason")]
    figures = {name: value for part in parts for name, value in part.items()}
    return {**figures, "reason": reasons[0] if reasons else None}


def _who(exposed: Exposure) -> dict[str, object]:
    is_shown = not is_few(exposed.customer_count, exposed.settings.answers.minimum_count)
    return {
        "customer_count": exposed.customer_count if is_shown else None,
        "lost_count": exposed.lost_count if is_shown else None,
        "window_first_on": exposed.period.first_on if exposed.period else None,
        "window_last_on": exposed.period.last_on if exposed.period else None,
        "window_reason": exposed.window_reason,
        "reason": exposed.gap,
    }


def _trend(rows: list[dict[str, object]], covered: Period | None, grain: Grain) -> pl.DataFrame:
    figures = {name: it for name, it in SUMMARY_SCHEMA.items() if name not in OF_THE_WHOLE}
    schema = {"period": pl.Date(), **figures, "yearly_churn_rate": pl.Float64()}
    trend = pl.DataFrame(rows, schema=schema)
    return trend.select("period", is_complete(grain, covered), pl.exclude("period"))


def _yearly(exposed: Exposure) -> float | None:
    return None if exposed.is_withheld else exposed.yearly_churn_rate


def _covered(store: Store, filters: Filters) -> Period | None:
    known = customers_known(store)
    window, _ = known.window(filters.period)
    if window is None or filters.period is not None or known.ends == "flagged":
        return window
    first_on = store.query("churn_first_end", until_on=window.last_on).item()
    return Period(first_on, window.last_on) if first_on else window


def _period_starts(covered: Period, grain: Grain, years: FiscalYear) -> list[date]:
    """First days of the periods that cover the days, and the one after the last."""
    step = GRAIN_STEPS[grain]
    ends = pl.DataFrame({"day": [covered.first_on, covered.last_on]}).select(
        period_start(pl.col("day"), grain, years)
    )["period"]
    after = pl.select(pl.lit(ends[1]).dt.offset_by(step)).item()
    return pl.date_range(ends[0], after, step, eager=True).to_list()


def _cost_gap(exposed: Exposure) -> str | None:
    if exposed.is_withheld:
        return "too_few_customers"
    if exposed.lost_count == exposed.customer_count:
        return "everyone_lost"
    if exposed.total("known_count") == 0 or (
        exposed.lost_count > 0 and exposed.total("lost_known_count") == 0
    ):
        return "no_revenue"
    lost, known = exposed.total("lost_known_amount"), exposed.total("known_amount")
    return None if 0 <= lost <= known else "no_revenue"  # negative amounts are never added up


def _cost(exposed: Exposure) -> dict[str, object]:
    gap = _cost_gap(exposed)
    if gap:
        return {"reason": gap}
    amounts = _cost_range(exposed)
    return {f"cost_{case}_amount": it for case, it in zip(CASES, amounts, strict=True)}


def _cost_range(exposed: Exposure) -> tuple[float, float, float]:
    kept = _retention(exposed)
    draws = [_lost_draws(exposed, kept, case) for case in CASES]
    return widest(_lost_amount(exposed, kept, "central"), draws, _confidence(exposed))


def _retention(exposed: Exposure) -> Retention:
    return retention_of(strata_of(exposed.start), exposed.settings, exposed.years)


def _confidence(exposed: Exposure) -> float:
    return exposed.settings.answers.confidence


def _lost_amount(
    exposed: Exposure, kept: Retention, case: Case, moved: Mapping[str, Case] | None = None
) -> float:
    """What the lost cost; the assumptions of ``moved`` at their own end."""
    lost = _lost_by_segment(exposed)
    return float(
        _lost_amounts(exposed, lost, kept.central(lost["segment"].to_list()), case, moved)[0]
    )


def _lost_draws(exposed: Exposure, kept: Retention, case: Case) -> Numbers:
    """The same as it may truly be."""
    lost = _lost_by_segment(exposed)
    return _lost_amounts(exposed, lost, kept.drawn(lost["segment"].to_list()), case)


def _lost_by_segment(exposed: Exposure) -> pl.DataFrame:
    """The revenue of the lost and how many of them have one, per segment."""
    lost = pl.col("lost_known_amount", "lost_known_count").sum()
    return exposed.start.group_by("segment").agg(lost).sort("segment", nulls_last=True)


def _lost_amounts(
    exposed: Exposure,
    lost: pl.DataFrame,
    retention_rate: Numbers,
    case: Case,
    moved: Mapping[str, Case] | None = None,
) -> Numbers:
    churn = exposed.settings.churn
    values = value_amounts(
        lost.select("lost_known_amount").to_numpy(),
        lost.select("lost_known_count").to_numpy(),
        retention_rate,
        [economics(churn, case, segment, moved) for segment in lost["segment"]],
    )
    total: Numbers = values.sum(axis=(1, 2))
    return total


def _swing(assumption: str, amounts: Sequence[float]) -> dict[str, object]:
    low, central, high = sorted(amounts)
    return {
        "assumption": assumption,
        **dict(zip(AMOUNTS, (low, central, high), strict=True)),
        "swing_amount": high - low,
    }


def _dissatisfaction(exposed: Exposure) -> dict[str, object]:
    gap = excess_gap(exposed)
    if gap:
        return {"reason": gap}
    excess, confidence = excess_of(exposed), exposed.settings.answers.confidence
    central = float(excess.lost_counts.sum())
    low, _, high = widest(central, [excess.lost_count_draws.sum(axis=1)], confidence)
    return {
        "excess_lost_count": central,
        "excess_lost_low_count": low,
        "excess_lost_high_count": high,
        "compared_share": excess.compared_share,
        **_excess_amounts(excess, confidence),
    }


def _value_gap(excess: Excess) -> str | None:
    return None if excess.is_valued else "no_revenue"


def _excess_amounts(excess: Excess, confidence: float) -> dict[str, object]:
    gap = _value_gap(excess)
    if gap:
        return {"reason": gap}
    central = float(excess.amounts("central").sum())
    draws = [excess.amount_draws[case].sum(axis=1) for case in CASES]
    low, _, high = widest(central, draws, confidence)
    return {
        "dissatisfaction_low_amount": low,
        "dissatisfaction_central_amount": central,
        "dissatisfaction_high_amount": high,
    }


def _parts(exposed: Exposure, gross: float) -> list[dict[str, object]]:
    """The steps after the gross cost."""
    excess, confidence = excess_of(exposed), exposed.settings.answers.confidence
    passive, detractor = excess.amounts("central")
    both = {case: excess.amount_draws[case].sum(axis=1) for case in CASES}
    others = {case: _lost_draws(exposed, excess.retention, case) - both[case] for case in CASES}
    whole, apart = float(passive + detractor), 0.0
    steps = []
    if _is_apart_shown(exposed, excess):
        apart = excess.apart_amount("central")
        draws = {case: excess.apart_draws(case) for case in CASES}
        others = {case: others[case] - draws[case] for case in CASES}
        amounts = widest(apart, list(draws.values()), confidence)
        steps.append(_step("not_compared", amounts, gross - apart))
    of_class = [[excess.amount_draws[case][:, place] for case in CASES] for place in (0, 1)]
    rest = widest(gross - apart - whole, list(others.values()), confidence)
    steps += [
        _step("not_explained", rest, whole),
        _step("dissatisfaction", widest(whole, list(both.values()), confidence), 0.0),
    ]
    if exposed.class_gaps["detractor"] or exposed.class_gaps["passive"]:
        return steps
    return [
        *steps,
        _step("detractor", widest(float(detractor), of_class[1], confidence), float(passive)),
        _step("passive", widest(float(passive), of_class[0], confidence), 0.0),
    ]


def _is_apart_shown(exposed: Exposure, excess: Excess) -> bool:
    """Whether some are compared with nobody, and they may be told of."""
    count = int(excess.strata.known[excess.is_apart].sum())
    is_told = not exposed.class_gaps["unknown"]
    return is_told and count > 0 and not is_few(count, exposed.settings.answers.minimum_count)


def _step(step: str, amounts: tuple[float, float, float], to_amount: float) -> dict[str, object]:
    return {
        "step": step,
        "from_amount": to_amount + amounts[1],
        "to_amount": to_amount,
        **dict(zip(AMOUNTS, amounts, strict=True)),
    }


def _revenue_at_risk(exposed: Exposure, whole: Exposure) -> dict[str, object]:
    """Of the customers of a part, at the rates of leaving of the whole."""
    if exposed.start_revenues is None or exposed.end_revenues is None:
        return {}
    if whole.is_one_moment:
        return {"reason": whole.window_reason}  # a year's rate can't be told from one moment
    if whole.lost_count == 0:
        return {"reason": "nobody_lost"}
    if not exposed.end["known_count"].sum():
        return {"reason": "no_revenue"}
    rates = leaving_rates(whole)
    draws = rates.lost_draws(exposed.end_revenues)
    central = rates.expected_amount(exposed.end_revenues)
    low, central, high = widest(central, [draws], _confidence(exposed))
    return {
        "revenue_at_risk_amount": central,
        "revenue_at_risk_low_amount": low,
        "revenue_at_risk_high_amount": high,
    }
