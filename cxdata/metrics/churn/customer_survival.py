"""How long customers stay: survival after an answer by its class, and cohorts by age."""

from __future__ import annotations

import polars as pl

from cxdata.metrics import period_start
from cxdata.metrics.churn.exposure import customers_known, known_part
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.survival import kaplan_meier, log_rank, with_band
from cxdata.metrics.statistics.withheld import protecting, withheld
from cxdata.models import NPS_CLASSES, Filters
from cxdata.store.connection import Store

DAYS_PER_MONTH = 365.25 / 12
SURVIVAL_SCHEMA: dict[str, pl.DataType] = {
    "nps_class": pl.String(),
    "days": pl.Int64(),
    "months": pl.Float64(),
    "at_risk_count": pl.Int64(),
    "lost_count": pl.Int64(),
    "survival": pl.Float64(),
    "survival_low": pl.Float64(),
    "survival_high": pl.Float64(),
}
TEST_SCHEMA: dict[str, pl.DataType] = {
    "customer_count": pl.Int64(),
    "lost_count": pl.Int64(),
    "chi_square": pl.Float64(),
    "degrees_of_freedom": pl.Int64(),
    "p_value": pl.Float64(),
    "standardised_chi_square": pl.Float64(),
    "standardised_degrees_of_freedom": pl.Int64(),
    "standardised_p_value": pl.Float64(),
    "reason": pl.String(),
}
COHORT_SCHEMA: dict[str, pl.DataType] = {
    "cohort": pl.Date(),
    "age_quarters": pl.Int64(),
    "customer_count": pl.Int64(),
    "still_count": pl.Int64(),
    "still_share": pl.Float64(),
    "share_low": pl.Float64(),
    "share_high": pl.Float64(),
    "is_small_base": pl.Boolean(),
    "is_watched_from_start": pl.Boolean(),
    "reason": pl.String(),
}


def survival_by_class(store: Store, filters: Filters) -> pl.DataFrame:
    """The share of customers who are still there, by the time since an answer and its class.

    A customer counts once, by the first answer to the class survey (relationship, unless set
    otherwise) within the filters' period; without a period, within the whole history. The clock
    starts on the day after that answer, so that nobody is classed by what came later. Whoever
    is still there on the last known day counts as long as seen: Kaplan–Meier. Segment, region
    and product filter.

    Returns
    -------
    pl.DataFrame
        Per class, in the order promoter, passive, detractor, one row for day 0 and one for each
        number of days after which customers were lost, then one for the last day seen; no rows
        of a class with fewer than ``minimum_count`` customers, nor where fewer are still
        watched: an end of two customers says nothing. Draw it as steps (``hv``).

        - ``nps_class`` (String)
        - ``days`` (Int64), ``months`` (Float64): since the answer; a month is 30.44 days
        - ``at_risk_count`` (Int64): still there and watched just before
        - ``lost_count`` (Int64): lost on that day; 0 on the first and the last row
        - ``survival`` (Float64): share that stays longer, 0 to 1
        - ``survival_low``, ``survival_high`` (Float64): pointwise band (log-log of Greenwood's
          error); null where nobody stays

    Notes
    -----
    Without rows where the files of customers don't say on which day they left.

    See :func:`cxdata.metrics.statistics.survival.kaplan_meier` and ``with_band``. The classes
    aren't standardised: where detractors are mostly of a segment that leaves more often anyway,
    their curve falls faster for that, too. :func:`survival_difference` says whether they differ
    within the segments.
    """
    answers = store.settings.answers
    found = _followed(store, filters)
    curves = [
        _class_curve(found.filter(pl.col("class") == name), name, answers.minimum_count)
        for name in NPS_CLASSES
    ]
    curve = with_band(pl.concat(curves), answers.confidence)
    return curve.select(pl.col(name).cast(kind) for name, kind in SURVIVAL_SCHEMA.items())


def survival_difference(store: Store, filters: Filters) -> pl.DataFrame:
    """Whether promoters, passives and detractors leave at different rates (log-rank test).

    Returns
    -------
    pl.DataFrame
        Exactly one row, about the customers of :func:`survival_by_class`: those of classes
        with at least ``minimum_count``, since a class that isn't shown would be the whole less
        the others.

        - ``customer_count``, ``lost_count`` (Int64): null if all classes are that small
        - ``chi_square`` (Float64), ``degrees_of_freedom`` (Int64), ``p_value`` (Float64): over
          the classes as they are
        - ``standardised_chi_square``, ``standardised_degrees_of_freedom``,
          ``standardised_p_value``: comparing the classes within each segment only, so that
          the mix isn't taken for the class: what to show if only one is shown
        - ``reason`` (String): why the tests are null, or null: ``ends_not_told``,
          ``only_one_moment``, ``no_customers``,
          ``too_few_customers``, ``nobody_lost``, ``one_class``

    Notes
    -----
    See :func:`cxdata.metrics.statistics.survival.log_rank`. A low p-value says that chance alone
    hardly makes such a difference; it neither says how large it is nor that the class is its cause.
    """
    everybody = _followed(store, filters).rename({"class": "group", "days": "time"})
    everybody = everybody.rename({"lost_count": "event_count", "still_count": "censored_count"})
    of_class = (pl.col("event_count") + pl.col("censored_count")).sum().over("group")
    found = everybody.filter(of_class >= store.settings.answers.minimum_count)
    lost = int(found["event_count"].sum())
    count = lost + int(found["censored_count"].sum())
    gap = customers_known(store).no_days or _test_gap(everybody, found, lost)
    is_told = count or everybody.is_empty()
    row: dict[str, object] = {"customer_count": count, "lost_count": lost} if is_told else {}
    if gap is None:
        plain = log_rank(found)
        within = log_rank(found.with_columns(stratum=pl.col("segment").fill_null("")))
        tests = [*plain, *within]
        row |= dict(zip(list(TEST_SCHEMA)[2:8], tests, strict=True))
    return pl.DataFrame([row | {"reason": gap}], schema=TEST_SCHEMA)


def churn_cohorts(store: Store, filters: Filters) -> pl.DataFrame:
    """The share of customers who are still there at each age, by the quarter of their start.

    All customers with a start count that started by the last day of the filters' period (of
    the known data without one) and are watched until that day; segment, region and product
    filter.

    Returns
    -------
    pl.DataFrame
        One row per quarter of start and age that the whole cohort has reached, oldest cohort
        and youngest age first; no rows without customers that have a start.

        - ``cohort`` (Date): first day of the quarter
        - ``age_quarters`` (Int64): full quarters since each customer's own start, from 0
        - ``customer_count`` (Int64): of the cohort, the same at each age; null if withheld
        - ``still_count`` (Int64): still customers at that age; null if withheld
        - ``still_share``, ``share_low``, ``share_high`` (Float64): of the cohort, 0 to 1, with
          Wilson interval; null if withheld
        - ``is_small_base`` (Boolean)
        - ``is_watched_from_start`` (Boolean): false if the cohort began before the quarter of
          the first recorded end of any relation: those of it who left before may be missing,
          and then its shares are too high
        - ``reason`` (String): ``too_few_customers``, ``protects_others`` (see
          :mod:`cxdata.metrics.statistics.withheld`) or null
    """
    known = customers_known(store)
    period = known_part(filters.period, known.until)
    if period is None or known.no_days:
        return pl.DataFrame(schema=COHORT_SCHEMA)
    years = store.settings.fiscal_year
    found = store.query(
        "churn_cohorts", filters, until_on=period.last_on, fiscal_offset=years.offset
    )
    first_end = store.query("churn_first_end", until_on=known.until).item()
    watched_from = period_start(pl.lit(first_end, pl.Date), "quarter", years)
    return _cohorts(found, store).with_columns(
        is_watched_from_start=pl.col("cohort") >= watched_from
    ).select(pl.col(name).cast(kind) for name, kind in COHORT_SCHEMA.items())  # fmt: skip


def _followed(store: Store, filters: Filters) -> pl.DataFrame:
    """Customers by segment, class and days watched after the answer."""
    known = customers_known(store)
    if known.until is None or known.no_days:
        names = ("days", "lost_count", "still_count")
        texts = {"segment": pl.String(), "class": pl.String()}
        return pl.DataFrame(schema=texts | dict.fromkeys(names, pl.Int64()))
    class_survey = store.settings.churn.class_survey
    return store.query(
        "customer_survival", filters, until_on=known.until, class_survey=class_survey
    )


def _class_curve(found: pl.DataFrame, nps_class: str, minimum: int) -> pl.DataFrame:
    """From day 0 to the last day seen, as far as at least ``minimum`` are watched."""
    counts = found.select(
        time=pl.col("days").cast(pl.Float64), event_count="lost_count", censored_count="still_count"
    )
    leaving = pl.col("event_count") + pl.col("censored_count")
    watched = (
        counts.group_by("time")
        .agg(pl.col("event_count", "censored_count").sum())
        .sort("time")
        .with_columns(at_risk_count=leaving.cum_sum(reverse=True))
        .filter(pl.col("at_risk_count") >= minimum)
    )
    steps = (
        watched.join(
            kaplan_meier(counts).drop("at_risk_count", "event_count"), on="time", how="left"
        )
        .sort("time")
        .with_columns(pl.col("survival", "standard_error").forward_fill())
        .filter((pl.col("event_count") > 0) | (pl.int_range(pl.len()) == pl.len() - 1))
    )
    first = watched.head(1).with_columns(time=pl.lit(0.0), event_count=pl.lit(0, pl.Int64))
    return pl.concat([first, steps], how="diagonal").select(
        nps_class=pl.lit(nps_class),
        days="time",
        months=pl.col("time") / DAYS_PER_MONTH,
        at_risk_count="at_risk_count",
        lost_count="event_count",
        survival=pl.col("survival").fill_null(1.0),
        standard_error=pl.col("standard_error").fill_null(0.0),
    )


def _test_gap(everybody: pl.DataFrame, found: pl.DataFrame, lost: int) -> str | None:
    if found.is_empty():
        return "no_customers" if everybody.is_empty() else "too_few_customers"
    if lost == 0:
        return "nobody_lost"
    if found["group"].n_unique() > 1:
        return None
    return "one_class" if everybody["group"].n_unique() < 2 else "too_few_customers"


def _cohorts(found: pl.DataFrame, store: Store) -> pl.DataFrame:
    """Each cohort at each age that all of it has reached."""
    answers = store.settings.answers
    sizes = found.group_by("cohort").agg(
        cohort_count=pl.col("customer_count").sum(), oldest=pl.col("watched_quarters").max()
    )
    ages = (
        sizes.filter(pl.col("oldest") >= 0)
        .with_columns(age_quarters=pl.int_ranges(0, pl.col("oldest") + 1))
        .explode("age_quarters")
    )
    # Lost by an age: those who stayed fewer full quarters.
    lost = (
        found.drop_nulls("stayed_quarters")
        .join(ages, on="cohort")
        .filter(pl.col("stayed_quarters") < pl.col("age_quarters"))
        .group_by("cohort", "age_quarters")
        .agg(lost_count=pl.col("customer_count").sum())
    )
    shown = ages.join(lost, on=["cohort", "age_quarters"], how="left").with_columns(
        still=pl.col("cohort_count") - pl.col("lost_count").fill_null(0)
    )
    low, high = wilson_interval(
        shown["still"], shown["cohort_count"], confidence=answers.confidence
    )
    n, minimum = pl.col("cohort_count"), answers.minimum_count
    figures = shown.select(
        "cohort",
        "age_quarters",
        customer_count=n,
        still_count="still",
        still_share=pl.col("still") / n,
        share_low=pl.Series(low, dtype=pl.Float64),
        share_high=pl.Series(high, dtype=pl.Float64),
        is_small_base=n < answers.small_base_count,
    )
    sizes_by_cohort = dict(
        shown.select("cohort", "cohort_count").unique().sort("cohort").iter_rows()
    )
    protects = protecting(sizes_by_cohort, [sizes_by_cohort], minimum)
    return withheld(
        figures,
        "customer_count",
        minimum,
        figures=("still_count", "still_share", "share_low", "share_high"),
        protects=figures["cohort"].is_in(list(protects)),
        few="too_few_customers",
    ).sort("cohort", "age_quarters")
