"""Counts of NPS answers with how many people gave them: answers are not people.

Daily counts add up answers; ``repeat_answers`` holds those of customers who gave several. What
these change is added to the counts here, for one period, spans of days, the values of a
dimension, and pairs of values:

- ``people_count`` (Int64): customers who answered, and answers without a customer, each as one
- ``design_effect`` (Float64): how many answers say as much as one of somebody who answered once
  (:func:`cxdata.metrics.statistics.people.design_effect`)

With the setting ``answers.last_only``, only each customer's last answer counts: the last of the
period, whatever group it is in, and of each span.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.statistics.intervals import ClassCounts, FloatArray
from cxdata.metrics.statistics.people import Repeats, Shared, correlation, design_effect
from cxdata.models import Dimension, Filters, Period
from cxdata.store.connection import Store

CLASS_COUNTS = ("promoter_count", "passive_count", "detractor_count")
ANSWER_COUNTS = ("answer_count", *CLASS_COUNTS)
# What a group's figures rest on: its answers, and who gave them.
PEOPLE = ("people_count", "design_effect")
GROUP_COUNTS = (*ANSWER_COUNTS, *PEOPLE)
# The names that queries give to sums of the columns of answer_days.
SUM_NAMES = ("answers", "promoters", "passives", "detractors")
ANSWER_SUMS = dict(zip(SUM_NAMES, ANSWER_COUNTS, strict=True))
NO_ANSWERS = pl.DataFrame({name: [0] for name in ANSWER_COUNTS})
# A period that no answer lies in.
NO_PERIOD = Period(date(1, 1, 1), date(1, 1, 1))
OWN = ("square", "mixed", "size")
BOTH = ("both_square", "both_mixed", "both_mixed_back", "both_size")
SHARED_PARTS = ("shared_in_row", "shared_in_column", "shared_in_table")


class Groups(NamedTuple):
    """The values of a dimension, or pairs of values of two, each also as one of two sets: it and
    the rest.

    ``counts`` has columns named like the dimensions and those of this module; ``rest`` are all
    other answers, row by row; ``moves_with_rest`` is the correlation of the two scores.
    ``shared_parts`` has the columns of ``SHARED_PARTS``: each row's part in how many people are
    counted more than once, in the groups of its row, of its column, of the whole table.
    """

    counts: pl.DataFrame
    rest: ClassCounts
    moves_with_rest: FloatArray
    shared_parts: pl.DataFrame

    @property
    def shared(self) -> int:
        """By how much the people of the groups add up to more than there are."""
        return round(float(self.shared_parts["shared_in_table"].sum()))


def period_counts(store: Store, filters: Filters) -> pl.DataFrame:
    """One row, zeros without answers: the columns of this module."""
    return compared_counts(store, filters, None)[0]


def compared_counts(
    store: Store, filters: Filters, before: Filters | None
) -> tuple[pl.DataFrame, pl.DataFrame, float]:
    """The counts of the filters' period, those of ``before``, and how far their scores move
    together because the same customers answered in both: -1 to 1."""
    compared = (before.period if before else None) or NO_PERIOD
    answers = store.settings.answers
    found = store.query(
        "repeats_of_periods",
        filters,
        compared_first_on=compared.first_on,
        compared_last_on=compared.last_on,
        last_only=answers.last_only,
    )
    sides = pl.DataFrame({"side": [1, 2]}, schema={"side": pl.Int32})
    repeats = sides.join(found, on="side", how="left", maintain_order="left").fill_null(0)
    current = with_people(_summed(store, filters), repeats[:1], answers)
    earlier = _summed(store, before) if before else NO_ANSWERS
    compared_frame = with_people(earlier, repeats[1:], answers)
    both = Shared(*(repeats[name].to_numpy()[:1].astype(float) for name in BOTH))
    moves = correlation(class_counts(current), class_counts(compared_frame), both)
    return current, compared_frame, float(moves[0])


def groups_by(
    store: Store, filters: Filters, dimension: Dimension, columns_dimension: Dimension | None = None
) -> Groups:
    """Counts per value of a dimension, most answers first, or per pair of values of two, by value
    of the first, then of the second; and those of the rest of each."""
    split = {"rows_dimension": dimension, "columns_dimension": columns_dimension or "none"}
    counts = store.query("nps_counts_by", filters, **split).rename(ANSWER_SUMS)
    keys = ["row_value", "column_value"]
    if columns_dimension is None:
        counts = counts.sort("answer_count", "row_value", descending=[True, False], nulls_last=True)
    repeats = _beside(counts, store.query("repeats_by", filters, **split), keys)
    names = {"row_value": dimension, "column_value": columns_dimension or "column_value"}
    named = counts.rename(names).drop("column_value", strict=False)
    return grouped(named, repeats.drop(keys), store.settings.answers)


def grouped(counts: pl.DataFrame, repeats: pl.DataFrame, answers: AnswerSettings) -> Groups:
    """From what ``repeats_by.sql`` tells of the same rows."""
    groups = with_people(counts, repeats, answers)
    if answers.last_only:
        is_kept = groups["answer_count"] > 0
        groups, nobody = groups.filter(is_kept), repeats.filter(is_kept) * 0.0
        moves = np.zeros(groups.height)
        return Groups(groups, all_others(groups), moves, nobody.select(SHARED_PARTS))
    sums = {name: _floats(repeats, name) for name in (*OWN, *BOTH)}
    rest = _rest(groups, repeats, sums, answers.confidence)
    moves = correlation(class_counts(groups), rest, Shared(*(sums[name] for name in BOTH)))
    return Groups(groups, rest, moves, repeats.select(SHARED_PARTS))


def span_counts(
    store: Store, filters: Filters, days: pl.DataFrame, spans: pl.DataFrame
) -> pl.DataFrame:
    """Counts of spans of days that may overlap, such as months or rolling windows.

    Parameters
    ----------
    days
        ``answered_on`` and the class counts of each day.
    spans
        ``answered_on`` and ``span`` (Int64): a day, and a span that it lies in.

    Returns
    -------
    pl.DataFrame
        One row per span that has answers, by ``span``.
    """
    joined = spans.join(days, on="answered_on")
    counts = joined.group_by("span").agg(pl.col(ANSWER_COUNTS).sum()).sort("span")
    listed = joined.filter(pl.col("answer_count") > 0)
    found = store.query(
        "repeats_by_span",
        filters,
        days=listed["answered_on"].to_list(),
        spans=listed["span"].to_list(),
    )
    return with_people(counts, _beside(counts, found, ["span"]), store.settings.answers)


def class_counts(counts: pl.DataFrame, prefix: str = "") -> ClassCounts:
    """The columns of a frame, such as ``promoter_count`` or ``compared_promoter_count``.

    With those of this module if it has them; without, every answer is a person's only one.
    """
    classes = ClassCounts(*(counts[f"{prefix}{name}"].to_numpy() for name in CLASS_COUNTS))
    if f"{prefix}design_effect" not in counts.columns:
        return classes
    effect, people = counts[f"{prefix}design_effect"], counts[f"{prefix}people_count"]
    return classes._replace(
        design_effect=effect.fill_null(1.0).clip(lower_bound=1.0).to_numpy(),
        people_count=people.to_numpy(),
    )


def all_others(groups: pl.DataFrame) -> ClassCounts:
    """Of each row all other rows together, where nobody answered twice."""
    return class_counts(groups.select(pl.col(CLASS_COUNTS).sum() - pl.col(CLASS_COUNTS)))


def with_people(
    counts: pl.DataFrame, repeats: pl.DataFrame, answers: AnswerSettings
) -> pl.DataFrame:
    """The counts with the columns of this module, from what repeated answers add to their sums.

    ``repeats`` has, row by row, ``repeated`` (answers beyond each person's first) and the sums of
    :class:`Repeats`; with those of the answers that aren't the last (``earlier_``), the setting
    ``answers.last_only`` holds.
    """
    if answers.last_only and "earlier_answers" in repeats.columns:
        last = [
            counts[name] - repeats[f"earlier_{it}"]
            for it, name in zip(SUM_NAMES, ANSWER_COUNTS, strict=True)
        ]
        kept = counts.with_columns(last)
        return kept.with_columns(people_count=pl.col("answer_count"), design_effect=1.0)
    sums = Repeats(*(_floats(repeats, name) for name in Repeats._fields))
    effect = design_effect(class_counts(counts), sums, confidence=answers.confidence)
    return counts.with_columns(
        people_count=counts["answer_count"] - repeats["repeated"],
        design_effect=pl.Series(effect, dtype=pl.Float64),
    )


def _summed(store: Store, filters: Filters) -> pl.DataFrame:
    return store.query("nps_counts", filters).rename(ANSWER_SUMS)


def _beside(counts: pl.DataFrame, found: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The rows that are found in the order of the counts' own, zeros where there is none."""
    joined = counts.select(keys).join(
        found, on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.with_columns(pl.exclude(keys).fill_null(0))


def _rest(
    groups: pl.DataFrame, repeats: pl.DataFrame, sums: dict[str, FloatArray], confidence: float
) -> ClassCounts:
    """All other answers of each row.

    Of a sum over people of products, what is of the rest is the whole less the row's own, less
    both products with the rest; the whole are all rows' own and their products with the rest.
    """
    square = (sums["square"] + sums["both_square"]).sum() - sums["square"] - 2 * sums["both_square"]
    size = (sums["size"] + sums["both_size"]).sum() - sums["size"] - 2 * sums["both_size"]
    mixed = (sums["mixed"] + sums["both_mixed"]).sum() - sums["mixed"]
    mixed = mixed - sums["both_mixed"] - sums["both_mixed_back"]
    everybody = groups["people_count"].sum() - round(float(repeats["shared_in_table"].sum()))
    only_here = groups["people_count"] - repeats["both_people"]
    rest = all_others(groups)
    effect = design_effect(rest, Repeats(square, mixed, size), confidence=confidence)
    return rest._replace(design_effect=effect, people_count=everybody - only_here.to_numpy())


def _floats(frame: pl.DataFrame, name: str) -> FloatArray:
    return frame[name].to_numpy().astype(np.float64)
