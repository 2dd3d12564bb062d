"""Shares of counts as columns of a frame: the rate, its interval, and when it is withheld."""

from __future__ import annotations

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.statistics.people import Repeats, share_effect
from cxdata.metrics.statistics.shares import ShareCounts, share_interval

REPEATED = ("repeated", *Repeats._fields)


def with_rate(
    counts: pl.DataFrame,
    name: str,
    *,
    part: str,
    whole: str,
    answers: AnswerSettings,
    ends: str | None = None,
    effect: str | None = None,
) -> pl.DataFrame:
    """The frame with ``part`` ÷ ``whole`` as a column ``name`` (Float64, 0 to 1).

    Beside it stands its Wilson interval, ``<ends>_low`` and ``<ends>_high`` (by default
    ``<name>_low`` …), with the design effect in the column ``effect`` where one person may stand
    behind several. All three are null where the whole is less than ``minimum_count``.

    >>> from cxdata.config import load_settings
    >>> counts = pl.DataFrame({"lost": [85, 0, 0], "all": [100, 4, 0]})
    >>> frame = with_rate(counts, "rate", part="lost", whole="all",
    ...                   answers=load_settings().answers)
    >>> frame["rate"].to_list(), round(frame["rate_low"][0], 3)
    ([0.85, None, None], 0.767)
    """
    share = ShareCounts(counts[part], counts[whole], counts[effect] if effect else 1.0)
    low, high = share_interval(share, confidence=answers.confidence)
    first = ends or name
    n = pl.col(whole)
    shown = pl.when(n >= answers.minimum_count)
    return counts.with_columns(
        shown.then(pl.col(part) / n).alias(name),
        shown.then(pl.Series(low, dtype=pl.Float64)).alias(f"{first}_low"),
        shown.then(pl.Series(high, dtype=pl.Float64)).alias(f"{first}_high"),
    )


def people_of_share(
    part: pl.Series, whole: pl.Series, repeats: pl.DataFrame, confidence: float
) -> pl.DataFrame:
    """Who is behind ``part`` of ``whole`` answers, row by row.

    Parameters
    ----------
    repeats
        The columns of ``REPEATED``: answers beyond each person's first, and the sums of
        :class:`cxdata.metrics.statistics.people.Repeats`, an answer of the part being 1, any
        other 0.

    Returns
    -------
    pl.DataFrame
        ``people_count`` (Int64) and ``design_effect`` (Float64).
    """
    sums = Repeats(*(repeats[name].to_numpy().astype(float) for name in Repeats._fields))
    effect = share_effect(part.to_numpy(), whole.to_numpy(), sums, confidence=confidence)
    people = pl.Series("people_count", whole - repeats["repeated"])
    return pl.DataFrame([people, pl.Series("design_effect", effect, dtype=pl.Float64)])


def base_and_gap(whole: str, answers: AnswerSettings, *, if_none: str) -> tuple[pl.Expr, pl.Expr]:
    """``is_small_base``, and in ``reason`` why a rate of ``whole`` cases is not given.

    The reason is ``if_none`` without any case, ``too_few_to_show`` with fewer than
    ``minimum_count``, else null.
    """
    n = pl.col(whole)
    reason = pl.when(n == 0).then(pl.lit(if_none))
    return (
        (n < answers.small_base_count).alias("is_small_base"),
        reason.when(n < answers.minimum_count).then(pl.lit("too_few_to_show")).alias("reason"),
    )
