"""Churn cost: what losing customers costs, and how much of it goes with dissatisfaction.

Four questions, one row of counts each: who was a customer on the window's first day, who of
them left within it, of which class they were *before* it, and who is still there at its end.
Everything below the queries is pure arithmetic on those counts. Classes and churn go together;
nothing here shows that one causes the other.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxdata.config import Assumption, ChurnSettings, Settings
from cxdata.errors import FilterError
from cxdata.metrics.intervals import wilson_interval
from cxdata.models import Filters, Period, last_months
from cxdata.store.connection import Store

Case = Literal["low", "central", "high"]
Numbers = NDArray[np.float64]

CASES: tuple[Case, ...] = ("low", "central", "high")
CLASSES = ("promoter", "passive", "detractor", "unknown")
CUSTOMER_DIMENSIONS = ("segment", "region", "product")
DAYS_PER_YEAR = 365.25

SUMMARY_SCHEMA: dict[str, pl.DataType] = {
    "customer_count": pl.Int64(),
    "lost_count": pl.Int64(),
    "customer_churn_rate": pl.Float64(),
    "rate_low": pl.Float64(),
    "rate_high": pl.Float64(),
    "revenue_churn_rate": pl.Float64(),
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
    "revenue_at_risk_amount": pl.Float64(),
    "window_first_on": pl.Date(),
    "window_last_on": pl.Date(),
    "reason": pl.String(),
}
CLASS_SCHEMA: dict[str, pl.DataType] = {
    "nps_class": pl.String(),
    "customer_count": pl.Int64(),
    "lost_count": pl.Int64(),
    "customer_churn_rate": pl.Float64(),
    "rate_low": pl.Float64(),
    "rate_high": pl.Float64(),
    "yearly_churn_rate": pl.Float64(),
    "revenue_churn_rate": pl.Float64(),
    "active_count": pl.Int64(),
    "active_revenue_amount": pl.Float64(),
    "revenue_at_risk_amount": pl.Float64(),
    "reason": pl.String(),
}


@dataclass(frozen=True)
class Economics:
    """One value per assumption: what a customer is worth, and costs to replace."""

    margin_rate: float
    discount_rate: float
    acquisition_cost_amount: float
    horizon_years: float


ASSUMPTION_NAMES = tuple(field.name for field in fields(Economics))


def economics(churn: ChurnSettings, case: Case) -> Economics:
    """All assumptions at their low, central or high end."""
    return Economics(**{name: getattr(_assumption(churn, name), case) for name in ASSUMPTION_NAMES})


def assumptions(settings: Settings) -> pl.DataFrame:
    """What the amounts rest on, as shown beside them.

    Returns
    -------
    pl.DataFrame
        One row per assumption: ``name``, ``low``, ``central``, ``high`` (the ends that make the
        cost low and high), ``unit``, ``source``.
    """
    ranges = [(name, _assumption(settings.churn, name)) for name in ASSUMPTION_NAMES]
    return pl.DataFrame(
        [(name, it.low, it.central, it.high, it.unit, it.source) for name, it in ranges],
        schema=["name", "low", "central", "high", "unit", "source"],
        orient="row",
    )


def share(part: float, whole: float) -> float | None:
    """``part / whole``; None where there is no whole, never 0 or 1.

    >>> round(share(1869, 7043), 4)
    0.2654
    """
    return part / whole if whole > 0 else None


def yearly_rate(rate: float, years: float) -> float:
    """The churn rate of one year that gives ``rate`` over ``years``: 1 − (1 − rate)^(1/years).

    >>> round(yearly_rate(0.19, 2), 6)
    0.1
    """
    return float(1 - (1 - rate) ** (1 / years))


def expected_life_years(yearly_churn_rate: float) -> float:
    """How long a customer stays on average at a constant churn rate: 1 / rate.

    >>> expected_life_years(0.05)
    20.0
    """
    if not 0 < yearly_churn_rate <= 1:
        raise ValueError("a life can be expected only from a rate above 0 and up to 1")
    return 1 / yearly_churn_rate


def expected_clv(
    margin_amount: float,
    retention_rate: float,
    discount_rate: float,
    horizon_years: float | None = None,
) -> float:
    """Expected lifetime value of a customer who would have stayed, first year's margin included.

    Notes
    -----
    With x = r / (1 + d), the margin of year t = 0, 1, 2 … counts xᵗ, so

    - without a horizon E(CLV) = m / (1 − x) = m (1 + d) / (1 + d − r);
    - over the first H years m (1 − x^H) / (1 − x), and m H where x = 1.

    References
    ----------
    .. [1] Fader, P. & Hardie, B. (2012). Reconciling and Clarifying CLV Formulas.

    >>> round(expected_clv(100, 0.8, 0.1), 2)
    366.67
    >>> round(expected_clv(100, 0.8, 0.1, horizon_years=2), 2)
    172.73
    """
    kept = retention_rate / (1 + discount_rate)
    if kept == 1:
        return margin_amount * (horizon_years if horizon_years is not None else float("inf"))
    counted = 1.0 if horizon_years is None else 1 - kept**horizon_years
    return margin_amount * counted / (1 - kept)


def value_amount(
    revenue_amount: float, customer_count: float, retention_rate: float, economy: Economics
) -> float:
    """What these customers' leaving costs: lost margin over their expected life + replacing them.

    >>> one = Economics(0.3, 0.1, 80, 2)
    >>> round(value_amount(1000, 1, 0.8, one), 2)
    598.18
    """
    margin = revenue_amount * economy.margin_rate
    lost = expected_clv(margin, retention_rate, economy.discount_rate, economy.horizon_years)
    return lost + customer_count * economy.acquisition_cost_amount


def referral_value_amount(
    new_customer_count: float,
    referred_share: float,
    customer_value_amount: float,
    comment_count: float,
    comments_per_promoter: float = 1,
) -> float:
    """What one promoter brings by word of mouth.

    The customers who came by referral × their value ÷ all positive comments × the comments
    of one promoter.

    >>> referral_value_amount(4_000_000, 0.25, 210, 40_000_000, comments_per_promoter=8)
    42.0
    """
    referred_amount = new_customer_count * referred_share * customer_value_amount
    return referred_amount / comment_count * comments_per_promoter


def excess_rates(lost: Numbers, count: Numbers) -> Numbers:
    """Churn of each other class above the first one's, with the strata's mix taken out.

    Parameters
    ----------
    lost, count
        Last two axes: strata × classes, the reference class (promoters) first. ``lost`` may
        have leading axes, one per draw.

    Returns
    -------
    ndarray
        Per class after the first, rate difference −1 to 1; 0 for a class that shares no
        stratum with the reference.

    Notes
    -----
    Mantel–Haenszel risk difference: Σₖ (aₖ n₀ₖ − bₖ n₁ₖ) / Nₖ ÷ Σₖ n₁ₖ n₀ₖ / Nₖ with aₖ of n₁ₖ
    lost in the class, bₖ of n₀ₖ in the reference, Nₖ = n₁ₖ + n₀ₖ. A stratum without one of the
    two has no weight. It pools the strata on the assumption that the excess is alike in them.

    References
    ----------
    .. [1] Greenland, S. & Robins, J. (1985). Estimation of a Common Effect Parameter from
       Sparse Follow-up Data. Biometrics 41.

    >>> excess_rates(np.array([[1.0, 3.0], [4.0, 6.0]]), np.array([[10.0, 10.0], [20.0, 20.0]]))
    array([0.13333333])
    """
    reference, others = count[:, :1], count[:, 1:]
    both = np.maximum(reference + others, 1)
    weight = (reference * others / both).sum(axis=0)
    excess = ((lost[..., 1:] * reference - lost[..., :1] * others) / both).sum(axis=-2)
    rates: Numbers = np.divide(excess, weight, out=np.zeros_like(excess), where=weight > 0)
    return rates


def resampled_lost(lost: Numbers, count: Numbers, draw_count: int, seed: int) -> Numbers:
    """Lost customers per draw, stratum and class, as another window might have shown them.

    Notes
    -----
    Parametric bootstrap within each stratum and class: binomial draws of the cell's own size
    with the rate (lost + p) / (count + 1), where p = (Σ lost + ½) / (Σ count + 1) is its class's
    over all strata. The smoothing keeps a cell in which nobody left from having no spread.
    """
    class_rate = (lost.sum(axis=0) + 0.5) / (count.sum(axis=0) + 1)
    cell_rate = (lost + class_rate) / (count + 1)
    random = np.random.default_rng(seed)
    draws = random.binomial(count.astype(int), cell_rate, size=(draw_count, *count.shape))
    return draws.astype(float)


def customers_known_until(store: Store) -> date | None:
    """The last day that the customers' history is known to; None without data.

    The latest of: a customer's start or end, the extract date of a batch of customers, the last
    answer, the last contact. Starts and ends after the extract date (or, without one, after the
    day the file was loaded) are announcements and don't count.
    """
    until: date | None = store.query(
        "churn_data_until", time_zone=store.settings.firm.time_zone
    ).item()
    return until


def churn_cost_summary(store: Store, filters: Filters) -> pl.DataFrame:
    """What losing customers cost within the exposure window, as a range.

    The window is ``filters.period``, cut at the last known day (``customers_known_until``);
    without a period, the 12 months that end there. Segment, region and product filter; channel,
    journey and survey don't apply to customers. Amounts are those of the window, in the firm's
    currency; only ``revenue_at_risk_amount`` is a year's.

    Returns
    -------
    pl.DataFrame
        Exactly one row.

        - ``customer_count``, ``lost_count`` (Int64): active before the window's first day; of
          those, ended within it. Who started within the window is in neither.
        - ``customer_churn_rate``, ``rate_low``, ``rate_high`` (Float64): lost ÷ customers, with
          its Wilson interval
        - ``revenue_churn_rate`` (Float64): their yearly revenue ÷ that of all, where known
        - ``revenue_coverage_share``, ``class_coverage_share`` (Float64): customers with a known
          revenue, and with an answer before the window
        - ``costed_lost_count`` (Int64): lost customers with a known revenue; the cost is theirs
          alone, the others' is unknown and neither guessed nor 0
        - ``cost_low_amount``, ``cost_central_amount``, ``cost_high_amount`` (Float64)
        - ``dissatisfaction_low_amount``, …``central``…, ``…high…`` (Float64): the part that goes
          with detractors' and passives' higher churn; negative if theirs is lower
        - ``excess_lost_count``, ``excess_lost_low_count``, ``excess_lost_high_count`` (Float64)
        - ``revenue_at_risk_amount`` (Float64): a year's, of those active at the window's end
        - ``window_first_on``, ``window_last_on`` (Date)
        - ``reason`` (String): why the first null figure is null, or null: ``no_customers``,
          ``after_data``, ``too_few_customers`` (fewer than ``answers.minimum_count``),
          ``no_revenue``, ``everyone_lost``, ``nobody_lost``, ``no_classes``, ``no_promoters``,
          ``no_dissatisfied``, ``no_rate_for_class``

    Notes
    -----
    Cost = Σ over the lost of ``value_amount``: margin over the expected remaining life
    (``expected_clv`` with r = 1 − the yearly churn rate observed here, over ``horizon_years``)
    plus the acquisition of a successor. Low, central and high take all assumptions at that end.

    Dissatisfaction = Σ over passives and detractors of ``excess_rates`` by segment × their
    value. Customers in a segment without promoters can't be compared and are left out. Low is
    the least lower bound of the bootstrap interval over the three sets of assumptions, high the
    greatest upper bound. r is taken as known.

    Revenue at risk = Σ revenue of the active × the yearly churn rate of their class.
    """
    window = _window(store, filters)
    return _frame([_figures(window)], SUMMARY_SCHEMA)


def churn_by_class(store: Store, filters: Filters) -> pl.DataFrame:
    """Churn of promoters, passives, detractors and of customers without a class.

    Returns
    -------
    pl.DataFrame
        Four rows in that order, the last ``unknown``; no rows without customers.

        - ``nps_class`` (String): of the last answer before the window
        - ``customer_count``, ``lost_count`` (Int64)
        - ``customer_churn_rate``, ``rate_low``, ``rate_high`` (Float64): over the window, with
          Wilson interval; null below ``answers.minimum_count`` customers
        - ``yearly_churn_rate`` (Float64): the same per year
        - ``revenue_churn_rate`` (Float64): where revenue is known
        - ``active_count`` (Int64), ``active_revenue_amount`` (Float64): at the window's end, by
          the class of that day
        - ``revenue_at_risk_amount`` (Float64): their revenue × yearly churn rate
        - ``reason`` (String): ``no_customers``, ``too_few_customers`` or null
    """
    window = _window(store, filters)
    if window.customer_count == 0:
        return pl.DataFrame(schema=CLASS_SCHEMA)
    return _frame([_class_figures(window, name) for name in CLASSES], CLASS_SCHEMA)


def churn_cost_by(store: Store, filters: Filters, dimension: str) -> pl.DataFrame:
    """``churn_cost_summary`` for each value of a dimension.

    Each row is what the summary gives with that value as the filter: it has its own churn rate
    and therefore its own expected life, so the amounts don't add up exactly to the whole.

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
    if dimension not in CUSTOMER_DIMENSIONS:
        raise FilterError(
            "Customers can't be split by {dimension}.",
            "Use segment, region or product.",
            dimension=dimension,
        )
    window = _window(store, filters)
    values = window.start[dimension].unique().sort(nulls_last=True)
    rows = [{dimension: it, **_figures(window.of(dimension, it))} for it in values]
    table = _frame(rows, {dimension: pl.String(), **SUMMARY_SCHEMA})
    return table.sort("cost_central_amount", descending=True, nulls_last=True, maintain_order=True)


def sensitivity(store: Store, filters: Filters) -> pl.DataFrame:
    """How far each assumption alone moves the cost of churn (the tornado chart).

    Returns
    -------
    pl.DataFrame
        One row per assumption, the widest swing first; no rows where the cost can't be given.
        ``assumption`` (String), ``low_amount``, ``central_amount``, ``high_amount`` (Float64):
        the cost with it at its low, central and high end, the others central;
        ``swing_amount`` (Float64): from low to high, at least 0.
    """
    window = _window(store, filters)
    churn = window.settings.churn
    rows = [] if _cost_gap(window) else [_swing(window, churn, name) for name in ASSUMPTION_NAMES]
    names = ("low_amount", "central_amount", "high_amount", "swing_amount")
    schema = {"assumption": pl.String(), **{name: pl.Float64() for name in names}}
    return _frame(rows, schema).sort("swing_amount", descending=True, maintain_order=True)


@dataclass(frozen=True)
class _Window:
    """The counts of one exposure window; rows as ``churn_base.sql`` gives them.

    ``start`` are the customers active before its first day, ``end`` those after its last.
    """

    period: Period | None
    start: pl.DataFrame
    end: pl.DataFrame
    settings: Settings
    gap: str | None

    def of(self, dimension: str, value: str | None) -> _Window:
        matches = pl.col(dimension).eq_missing(pl.lit(value, dtype=pl.String))
        return replace(self, start=self.start.filter(matches), end=self.end.filter(matches))

    def of_class(self, nps_class: str) -> _Window:
        matches = pl.col("class") == nps_class
        return replace(self, start=self.start.filter(matches), end=self.end.filter(matches))

    def total(self, column: str) -> float:
        return float(self.start[column].sum() or 0)

    @property
    def customer_count(self) -> int:
        return int(self.total("base_count"))

    @property
    def lost_count(self) -> int:
        return int(self.total("lost_count"))

    @property
    def is_withheld(self) -> bool:
        return self.customer_count < self.settings.answers.minimum_count

    @property
    def yearly_churn_rate(self) -> float:
        assert self.period is not None
        return yearly_rate(self.lost_count / self.customer_count, _years(self.period))


def _window(store: Store, filters: Filters) -> _Window:
    until = customers_known_until(store)
    period = _exposure(filters.period, until)
    asked = period or Period(date(1, 1, 1), date(1, 1, 1))
    start = _base(store, filters, asked.first_on, asked.last_on)
    after = asked.last_on + timedelta(days=1)
    end = _base(store, filters, after, after)
    gap = "after_data" if until and not period else None
    return _Window(period, start, end, store.settings, gap)


def _exposure(period: Period | None, until: date | None) -> Period | None:
    """What of the period is known; the last 12 months of the data where none is asked for."""
    if until is None:
        return None
    if period is None:
        return last_months(until, 12)
    last_on = min(period.last_on, until)
    return Period(period.first_on, last_on) if period.first_on <= last_on else None


def _base(store: Store, filters: Filters, first_on: date, last_on: date) -> pl.DataFrame:
    asked = {**filters.parameters(), "first_on": first_on, "last_on": last_on}
    return store.query("churn_base", **asked)


def _years(period: Period) -> float:
    """Whole months count as twelfths, so that 12 months are one year, leap or not."""
    after = period.last_on + timedelta(days=1)
    first = period.first_on
    if after.day == first.day:
        return ((after.year - first.year) * 12 + after.month - first.month) / 12
    return period.day_count / DAYS_PER_YEAR


def _assumption(churn: ChurnSettings, name: str) -> Assumption:
    assumption: Assumption = getattr(churn, name)
    return assumption


def _frame(rows: list[dict[str, object]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema)


def _figures(window: _Window) -> dict[str, object]:
    parts = [_who(window), _rates(window)]
    if not window.is_withheld:
        parts += [_cost(window), _dissatisfaction(window), _revenue_at_risk(window)]
    reasons = [part["reason"] for part in parts if part.get("reason")]
    figures = {name: value for part in parts for name, value in part.items()}
    return {**figures, "reason": reasons[0] if reasons else None}


def _who(window: _Window) -> dict[str, object]:
    return {
        "customer_count": window.customer_count,
        "lost_count": window.lost_count,
        "window_first_on": window.period.first_on if window.period else None,
        "window_last_on": window.period.last_on if window.period else None,
        "reason": window.gap,
    }


def _rates(window: _Window) -> dict[str, object]:
    if window.is_withheld:
        return {"reason": "too_few_customers" if window.customer_count else "no_customers"}
    count, lost = window.customer_count, window.lost_count
    low, high = wilson_interval(lost, count, confidence=window.settings.answers.confidence)
    unknown_count = window.of_class("unknown").customer_count
    return {
        "customer_churn_rate": lost / count,
        "rate_low": float(low),
        "rate_high": float(high),
        "revenue_churn_rate": share(
            window.total("lost_known_amount"), window.total("known_amount")
        ),
        "revenue_coverage_share": window.total("known_count") / count,
        "class_coverage_share": 1 - unknown_count / count,
        "costed_lost_count": int(window.total("lost_known_count")),
        "reason": None if window.total("known_amount") > 0 else "no_revenue",
    }


def _cost_gap(window: _Window) -> str | None:
    if window.is_withheld:
        return "too_few_customers"
    if window.lost_count == window.customer_count:
        return "everyone_lost"
    if window.total("known_count") == 0 or (
        window.lost_count > 0 and window.total("lost_known_count") == 0
    ):
        return "no_revenue"
    return None


def _cost(window: _Window) -> dict[str, object]:
    gap = _cost_gap(window)
    if gap:
        return {"reason": gap}
    low, central, high = sorted(
        _lost_amount(window, economics(window.settings.churn, case)) for case in CASES
    )
    return {"cost_low_amount": low, "cost_central_amount": central, "cost_high_amount": high}


def _lost_amount(window: _Window, economy: Economics) -> float:
    return value_amount(
        window.total("lost_known_amount"),
        window.total("lost_known_count"),
        1 - window.yearly_churn_rate,
        economy,
    )


def _swing(window: _Window, churn: ChurnSettings, name: str) -> dict[str, object]:
    central = economics(churn, "central")
    low, middle, high = (
        _lost_amount(window, replace(central, **{name: getattr(_assumption(churn, name), case)}))
        for case in CASES
    )
    return {
        "assumption": name,
        "low_amount": low,
        "central_amount": middle,
        "high_amount": high,
        "swing_amount": abs(high - low),
    }


def _dissatisfaction_gap(window: _Window) -> str | None:
    counts = {name: window.of_class(name).customer_count for name in CLASSES}
    if window.lost_count == 0:
        return "nobody_lost"
    if window.lost_count == window.customer_count:
        return "everyone_lost"
    if counts["unknown"] == window.customer_count:
        return "no_classes"
    if counts["passive"] + counts["detractor"] == 0:
        return "no_dissatisfied"
    return None


def _dissatisfaction(window: _Window) -> dict[str, object]:
    gap = _dissatisfaction_gap(window)
    if gap:
        return {"reason": gap}
    strata = _compared_strata(window.start)
    count, lost = strata["base_count"], strata["lost_count"]
    if not count[:, 1:].any():
        return {"reason": "no_promoters"}
    churn = window.settings.churn
    drawn = resampled_lost(lost, count, churn.bootstrap_count, churn.bootstrap_seed)
    rates, draws = excess_rates(lost, count), excess_rates(drawn, count)
    return {
        **_excess_lost(window, rates, draws, count[:, 1:].sum(axis=0)),
        **_excess_amounts(window, rates, draws, strata),
    }


def _compared_strata(rows: pl.DataFrame) -> dict[str, Numbers]:
    """By column: segments that have promoters × promoter, passive, detractor."""
    columns = ("base_count", "lost_count", "known_count", "known_amount")
    strata = {column: _by_stratum(rows, column) for column in columns}
    has_promoters = strata["base_count"][:, 0] > 0
    return {column: counts[has_promoters] for column, counts in strata.items()}


def _by_stratum(rows: pl.DataFrame, column: str) -> Numbers:
    names = CLASSES[:3]
    sums = [pl.col(column).filter(pl.col("class") == name).sum().alias(name) for name in names]
    strata = rows.group_by("segment").agg(sums).sort("segment", nulls_last=True)
    return strata.select(names).to_numpy().astype(float)


def _excess_lost(
    window: _Window, rates: Numbers, draws: Numbers, count: Numbers
) -> dict[str, object]:
    central = float(rates @ count)
    low, high = _percentiles(draws @ count, window.settings.answers.confidence)
    return {
        "excess_lost_count": central,
        "excess_lost_low_count": min(low, central),
        "excess_lost_high_count": max(high, central),
    }


def _excess_amounts(
    window: _Window, rates: Numbers, draws: Numbers, strata: dict[str, Numbers]
) -> dict[str, object]:
    known = strata["known_count"][:, 1:].sum(axis=0)
    if not known.any():
        return {"reason": "no_revenue"}
    amount = strata["known_amount"][:, 1:].sum(axis=0)
    values = {case: _class_values(window, case, known, amount) for case in CASES}
    central = float(rates @ values["central"])
    bounds = [
        _percentiles(draws @ values[case], window.settings.answers.confidence) for case in CASES
    ]
    return {
        "dissatisfaction_low_amount": min(central, *(low for low, _ in bounds)),
        "dissatisfaction_central_amount": central,
        "dissatisfaction_high_amount": max(central, *(high for _, high in bounds)),
    }


def _class_values(window: _Window, case: Case, known: Numbers, amount: Numbers) -> Numbers:
    economy = economics(window.settings.churn, case)
    retention = 1 - window.yearly_churn_rate
    pairs = zip(amount, known, strict=True)
    return np.array([value_amount(revenue, count, retention, economy) for revenue, count in pairs])


def _percentiles(draws: Numbers, confidence: float) -> tuple[float, float]:
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def _revenue_at_risk(window: _Window) -> dict[str, object]:
    if window.lost_count in (0, window.customer_count):
        return {"reason": "everyone_lost" if window.lost_count else "nobody_lost"}
    if not window.end["known_count"].sum():
        return {"reason": "no_revenue"}
    classes = [window.of_class(name) for name in CLASSES]
    risked = [_class_at_risk(it) for it in classes if it.end["known_count"].sum()]
    if None in risked:
        return {"reason": "no_rate_for_class"}
    return {"revenue_at_risk_amount": sum(amount for amount in risked if amount is not None)}


def _class_at_risk(of_class: _Window) -> float | None:
    if of_class.is_withheld:
        return None
    return float(of_class.end["known_amount"].sum()) * of_class.yearly_churn_rate


def _class_figures(window: _Window, nps_class: str) -> dict[str, object]:
    of_class = window.of_class(nps_class)
    rates = _rates(of_class)
    return {
        "nps_class": nps_class,
        "customer_count": of_class.customer_count,
        "lost_count": of_class.lost_count,
        **{name: rates.get(name) for name in ("customer_churn_rate", "rate_low", "rate_high")},
        "yearly_churn_rate": None if of_class.is_withheld else of_class.yearly_churn_rate,
        "revenue_churn_rate": rates.get("revenue_churn_rate"),
        "active_count": int(of_class.end["base_count"].sum()),
        "active_revenue_amount": float(of_class.end["known_amount"].sum()),
        "revenue_at_risk_amount": _class_at_risk(of_class),
        "reason": rates["reason"] if of_class.is_withheld else None,
    }
