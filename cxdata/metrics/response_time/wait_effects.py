"""What goes with waiting: scores and leaving by what became of the customer's contact.

Both are associations. Those who wait long may differ from those who don't in what they ask for,
when they ask and who they are; no figure here says that the wait caused anything.
"""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.churn.exposure import customers_known
from cxdata.metrics.nps.repeats import (
    ANSWER_COUNTS,
    ANSWER_SUMS,
    GROUP_COUNTS,
    with_people,
)
from cxdata.metrics.nps.score import nps_figures
from cxdata.metrics.statistics.rates import base_and_gap, people_of_share, with_rate
from cxdata.metrics.statistics.withheld import withheld
from cxdata.models import Filters
from cxdata.store.connection import Store

WaitClass = Literal["favourable", "limit", "beyond", "abandoned"]
WAIT_CLASSES: tuple[WaitClass, ...] = get_args(WaitClass)


def scores_by_wait(store: Store, filters: Filters) -> pl.DataFrame:
    """NPS and satisfaction of the answers that follow a contact, by how long it was waited for.

    An answer to the filters' survey belongs to the last contact that the same customer made in
    the ``answer_days`` before it, and counts once. The filters choose the contacts: period,
    channel, journey, segment, region and product are theirs; the answer may come later.

    Returns
    -------
    pl.DataFrame
        One row per wait class that has such answers, in the order of ``WAIT_CLASSES``; no rows
        if none has.

        - ``wait_class`` (String): ``favourable`` (in time), ``limit`` (late, up to the limit),
          ``beyond`` (later, or open and past the limit), ``abandoned``
        - ``answer_count`` (Int64): with an NPS score; null if withheld
        - ``promoter_count``, ``passive_count``, ``detractor_count`` (Int64): null if withheld
        - ``people_count`` (Int64), ``design_effect`` (Float64): as in
          :func:`cxdata.metrics.nps.score.nps_summary`; null if withheld
        - ``nps``, ``nps_low``, ``nps_high`` (Float64): points, adjusted Wald; null if withheld
        - ``base`` (String): ``ok``, ``small`` or ``withheld``
        - ``reason`` (String): ``no_answers``, ``too_few_to_show`` or null
        - ``csat_count`` (Int64): with a satisfaction score; null if withheld
        - ``csat_satisfied_share`` (Float64): 4 or 5 of 5, 0 to 1; null if withheld; with
          ``csat_satisfied_share_low`` and ``csat_satisfied_share_high`` (Wilson, with the
          design effect of customers who answered more than once)
        - ``is_small_base`` (Boolean): of the NPS

    Notes
    -----
    Contacts whose wait isn't known yet, or whose abandon the channel's rule ignores, have no
    class; answers that follow them are left out, as are anonymous ones. A customer may answer
    while still waiting: then the class says what became of the wait afterwards.
    """
    answers = store.settings.answers
    days = store.settings.contacts.answer_days
    found = store.query("scores_by_wait", filters, answer_days=days)
    named = found.rename(ANSWER_SUMS)
    scored = named.filter(scale="nps")
    counts = with_people(scored, scored, answers).select("wait_class", *GROUP_COUNTS)
    rated = _satisfied(named.filter(scale="csat"), answers)
    every = counts.join(rated, on="wait_class", how="full", coalesce=True).with_columns(
        pl.col(*ANSWER_COUNTS, "people_count", "csat_count", "csat_people").fill_null(0),
        pl.col("design_effect").fill_null(1.0),
    )
    figures = nps_figures(every, answers)
    is_small = (pl.col("people_count") < answers.small_base_count).fill_null(True)
    is_few = pl.col("csat_people") < answers.minimum_count
    is_none = pl.col("csat_people") == 0
    shown = figures.with_columns(
        pl.when(~is_few | is_none).then("csat_count").alias("csat_count"),
        pl.when(~is_few).then(pl.col("^csat_satisfied_share.*$")),
        is_small_base=is_small,
    ).drop("csat_people")
    return _in_class_order(shown)


def _satisfied(rated: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    """Of each wait class the share of satisfied answers, with who gave them."""
    share = rated["promoter_count"], rated["answer_count"]
    people = people_of_share(*share, rated, answers.confidence)
    shares = rated.hstack(people)
    named = with_rate(
        shares,
        "csat_satisfied_share",
        part="promoter_count",
        whole="answer_count",
        answers=answers,
        effect="design_effect",
    )
    return named.select(
        "wait_class",
        pl.col("answer_count").alias("csat_count"),
        pl.col("people_count").alias("csat_people"),
        "^csat_satisfied_share.*$",
    )


def leaving_by_wait(store: Store, filters: Filters) -> pl.DataFrame:
    """Share of customers who left within ``leave_days`` after a contact, by its wait class.

    A customer counts once, with the first contact of those that the filters choose. Lost is who
    left within ``leave_days`` after it.

    Returns
    -------
    pl.DataFrame
        One row per wait class that has such customers, in the order of ``WAIT_CLASSES``; no
        rows if none has.

        - ``wait_class`` (String): as in :func:`scores_by_wait`
        - ``customer_count`` (Int64): at least ``minimum_count``; null if fewer
        - ``lost_count`` (Int64): null likewise
        - ``leave_rate`` (Float64): lost ÷ customers, 0 to 1; null likewise; with
          ``leave_rate_low`` and ``leave_rate_high`` (Wilson)
        - ``is_small_base`` (Boolean)
        - ``reason`` (String): ``too_few_to_show`` or null

    Notes
    -----
    Nothing is told where the files of customers don't say on which day they left. Only contacts
    with ``leave_days`` of customer data behind them count, so that everybody had
    the same time to leave. The contact is picked without a look at its wait. By the worst of
    all contacts, those who stay longest would come out with the worst class, for having had the
    most contacts, and waiting would seem to keep customers: on the sample data 2.8 % of the
    abandoned and 23.7 % of the others "leave" by that count. Later, worse contacts within the
    ``leave_days`` blur the difference a little.
    """
    known = customers_known(store)
    if known.until is None or known.no_days:
        return _leaving(pl.DataFrame(schema=LEAVING_SCHEMA), store)
    found = store.query(
        "leaving_by_wait",
        filters,
        leave_days=store.settings.contacts.leave_days,
        known_until_on=known.until,
    )
    return _leaving(found, store)


LEAVING_SCHEMA = {"wait_class": pl.String(), "customers": pl.Int64(), "lost": pl.Int64()}


def _leaving(found: pl.DataFrame, store: Store) -> pl.DataFrame:
    answers = store.settings.answers
    counts = found.rename({"customers": "customer_count", "lost": "lost_count"})
    rates = with_rate(
        counts, "leave_rate", part="lost_count", whole="customer_count", answers=answers
    )
    figures = rates.with_columns(base_and_gap("customer_count", answers, if_none="no_contacts"))
    minimum = answers.minimum_count
    return _in_class_order(withheld(figures, "customer_count", minimum, figures=["lost_count"]))


def _in_class_order(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(pl.col("wait_class").cast(pl.Enum(WAIT_CLASSES)))
