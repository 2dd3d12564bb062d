"""Themes: what comments talk about, which class says it, and what rises or falls.

A theme is a term of ``cxdata.ingest.comments.wording``: a word or two neighbouring words as stems,
shown by its most frequent wording. A comment counts once per theme. Shares are of the comments in
French or English that were read, not of all answers. Intervals and tests allow for customers who
commented more than once, and a base is small, or withheld, by people.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.nps.phrases import without_repeats
from cxdata.metrics.nps.score import compared_filters
from cxdata.metrics.nps.theme_people import SHARES, with_theme_people
from cxdata.metrics.nps.theme_points import POINTS_COLUMNS, theme_points
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    FloatArray,
    nps,
    nps_interval,
)
from cxdata.metrics.statistics.shares import (
    ShareCounts,
    benjamini_hochberg,
    newcombe_interval,
    share_difference_p,
    share_interval,
)
from cxdata.models import NPS_CLASSES, Filters, Period
from cxdata.store.connection import Store

# The names that queries give to sums of the columns of term_days.
SUMMED = {
    "comments": "comment_count",
    "promoters": "promoter_count",
    "passives": "passive_count",
    "detractors": "detractor_count",
    "compared_comments": "compared_comment_count",
    "compared_promoters": "compared_promoter_count",
    "compared_passives": "compared_passive_count",
    "compared_detractors": "compared_detractor_count",
}
THEME_COUNTS = tuple(SUMMED.values())
PEOPLE_OF = tuple(
    f"{prefix}{name}_people"
    for prefix in ("", "compared_")
    for name in (*NPS_CLASSES, "comment", "scored")
)
ENDS = ("", "_low", "_high")
THEME_COLUMNS = (
    "theme", "term", "language",
    "comment_count", *(f"{name}_count" for name in NPS_CLASSES), "share",
    *(f"{name}_share{end}" for name in NPS_CLASSES for end in ENDS),
    *(f"difference{end}" for end in ENDS), "difference_p_value", "nps_class",
    *(f"nps_with{end}" for end in ENDS),
    *POINTS_COLUMNS,
    "compared_comment_count", "compared_share", "change", "change_p_value", "trend", "base",
)  # fmt: skip
NO_PERIOD = Period(date(1, 1, 1), date(1, 1, 1))


def comment_summary(store: Store, filters: Filters) -> pl.DataFrame:
    """The comments that the shares of :func:`nps_themes` are shares of.

    Returns
    -------
    pl.DataFrame
        One row, also without comments.

        - ``comment_count`` (Int64): comments in French or English, scored or not; null if
          withheld
        - ``promoter_count``, ``passive_count``, ``detractor_count`` (Int64): null if withheld
        - ``reason`` (String): ``no_comments``, ``too_few_to_show`` or null
    """
    counts, minimum = store.query("comment_counts", filters), store.settings.answers.minimum_count
    n = pl.col("people")
    few = pl.when(n < minimum).then(pl.lit("too_few_to_show"))
    named = counts.rename({name: SUMMED[name] for name in counts.columns if name in SUMMED})
    return named.with_columns(
        pl.when(n >= minimum).then(pl.col([f"{name}_count" for name in NPS_CLASSES])),
        pl.when((n == 0) | (n >= minimum)).then("comment_count").alias("comment_count"),
        reason=pl.when(n == 0).then(pl.lit("no_comments")).otherwise(few),
    ).drop("people")


def nps_themes(store: Store, filters: Filters, *, limit: int | None = 20) -> pl.DataFrame:
    """What the comments talk about, by class and against the compared period.

    Parameters
    ----------
    limit
        How many themes; None for all. Tests are adjusted for all themes whatever the limit.

    Returns
    -------
    pl.DataFrame
        One row per theme that enough people mention in the period or in the compared one, by
        mentions of detractors, most first; no rows if there are too few comments. Figures of
        fewer comments than ``minimum_count`` are null.

        - ``theme`` (String): label; ``term`` (String): what a click asks for;
          ``language`` (String): ``fr`` or ``en``
        - ``comment_count``, ``promoter_count``, ``passive_count``, ``detractor_count`` (Int64):
          comments that mention it, by class of their score
        - ``share`` (Float64): of all comments, 0 to 1
        - ``promoter_share``, ``passive_share``, ``detractor_share`` (Float64): of the class's
          comments, each with ``_low`` and ``_high`` (Wilson); null if the class has too few
        - ``difference``, ``difference_low``, ``difference_high`` (Float64): detractors' share
          minus promoters' (Newcombe); ``difference_p_value`` (Float64): adjusted
        - ``nps_class`` (String): the class that it belongs to, or null
        - ``nps_with``, ``nps_with_low``, ``nps_with_high`` (Float64): NPS of those who mention
          it, points
        - the columns of :func:`cxdata.metrics.nps.theme_points.theme_points`
        - ``compared_comment_count`` (Int64), ``compared_share`` (Float64): in the compared
          period; ``change`` (Float64): of the share; ``change_p_value`` (Float64): adjusted
        - ``trend`` (String): ``rising``, ``falling``, ``new``, ``steady``, or null without
          enough comments to compare with
        - ``base`` (String): ``ok``, ``small`` (show greyed) or ``withheld``

    Notes
    -----
    p-values are those of :func:`share_difference_p`, adjusted by Benjamini and Hochberg for the
    number of themes, so that of the themes marked at most 1 - confidence are chance. The
    compared period comes from ``filters.comparison``. A theme belongs to detractors or promoters
    if the two shares differ significantly, else to passives if their share is significantly
    above that of the others. ``rising``, ``falling`` and ``new`` (nobody said it before) are
    significant changes of ``share``.

    A word is left out if a theme of two words stands for at least 90 % of its comments, and so
    are themes that share a word and have the same counts: parts of one phrase.
    """
    answers = store.settings.answers
    counts = _counts(store, filters)
    is_total = pl.col("term") == ""
    total, themes = counts.filter(is_total), counts.filter(~is_total)
    if total.is_empty() or total["comment_people"][0] < answers.minimum_count:
        themes = themes.clear()
    is_told = pl.max_horizontal("comment_people", "compared_comment_people")
    themes = themes.filter(is_told >= answers.minimum_count)
    themes = without_repeats(themes, THEME_COUNTS)
    figures = _withheld(theme_figures(themes, total, answers), total, answers)
    order = ["detractor_count", "comment_count", "compared_comment_count", "term"]
    ranked = figures.sort(order, descending=[True, True, True, False], nulls_last=True)
    return (
        ranked.select(THEME_COLUMNS) if limit is None else ranked.select(THEME_COLUMNS).head(limit)
    )


def theme_figures(
    themes: pl.DataFrame, total: pl.DataFrame, answers: AnswerSettings
) -> pl.DataFrame:
    """The columns of :func:`nps_themes` from counts of themes and of all comments."""
    all_of = {name: total[name][0] if total.height else 0 for name in (*THEME_COUNTS, *PEOPLE_OF)}
    confidence = answers.confidence
    columns: dict[str, FloatArray | pl.Series] = {}
    for name in NPS_CLASSES:
        counts = _share_counts(themes, all_of, name)
        low, high = share_interval(counts, confidence=confidence)
        columns |= {f"{name}_share": counts.share, f"{name}_share_low": low}
        columns[f"{name}_share_high"] = high
    columns |= _class_figures(themes, all_of, answers) | _change_figures(themes, all_of, answers)
    classes = ClassCounts(*(themes[f"{name}_count"].to_numpy() for name in NPS_CLASSES))
    classes = classes._replace(design_effect=themes["nps_effect"].to_numpy())
    low, high = nps_interval(classes, confidence=confidence)
    columns |= {"nps_with": nps(classes), "nps_with_low": low, "nps_with_high": high}
    return themes.rename({"label": "theme"}).with_columns(
        pl.col("term").str.slice(0, 2).alias("language"),
        *(_column(name, values) for name, values in columns.items()),
        *theme_points(themes, all_of, answers).get_columns(),
    )


def _counts(store: Store, filters: Filters) -> pl.DataFrame:
    """Counts of both periods by term, with who is behind them; the term '' has those of all
    comments."""
    before, answers = compared_filters(filters), store.settings.answers
    compared = (before.period if before else None) or NO_PERIOD
    days = {"compared_first_on": compared.first_on, "compared_last_on": compared.last_on}
    counts = store.query(
        "theme_counts", filters, **days, minimum_count=answers.minimum_count
    ).rename(SUMMED)
    repeats = store.query("theme_repeats", filters, **days)
    return with_theme_people(counts, repeats, answers.confidence)


def _share_counts(
    themes: pl.DataFrame, all_of: dict[str, int], name: str, prefix: str = ""
) -> ShareCounts:
    """Comments that mention each theme and all comments, of a class or what ``SHARES`` names."""
    names = [f"{prefix}{it}_count" for it in SHARES[name]]
    mentions = sum((themes[it].to_numpy() for it in names), np.zeros(themes.height))
    whole = np.full(themes.height, sum(all_of[it] for it in names))
    return ShareCounts(mentions, whole, themes[f"{prefix}{name}_effect"].to_numpy())


def _class_figures(
    themes: pl.DataFrame, all_of: dict[str, int], answers: AnswerSettings
) -> dict[str, FloatArray | pl.Series]:
    """Which class says it: detractors against promoters, then passives against both."""
    detractors, promoters, passives, others = (
        _share_counts(themes, all_of, name)
        for name in ("detractor", "promoter", "passive", "other")
    )
    is_enough = min(all_of["detractor_people"], all_of["promoter_people"]) >= answers.minimum_count
    difference = np.where(is_enough, detractors.share - promoters.share, np.nan)
    low, high = newcombe_interval(detractors, promoters, confidence=answers.confidence)
    p = benjamini_hochberg(np.where(is_enough, share_difference_p(detractors, promoters), np.nan))
    passive_p = benjamini_hochberg(share_difference_p(passives, others))
    alpha = 1 - answers.confidence
    nps_class = np.select(
        [
            (p < alpha) & (difference > 0),
            (p < alpha) & (difference < 0),
            (passive_p < alpha) & (passives.share > others.share),
        ],
        ["detractor", "promoter", "passive"],
        "",
    )
    return {
        "difference": difference,
        "difference_low": np.where(is_enough, low, np.nan),
        "difference_high": np.where(is_enough, high, np.nan),
        "difference_p_value": p,
        "nps_class": _codes(nps_class),
    }


def _change_figures(
    themes: pl.DataFrame, all_of: dict[str, int], answers: AnswerSettings
) -> dict[str, FloatArray | pl.Series]:
    """Share of all comments, now and in the compared period."""
    now = _share_counts(themes, all_of, "comment")
    before = _share_counts(themes, all_of, "comment", "compared_")
    least = min(all_of["comment_people"], all_of["compared_comment_people"])
    is_enough = least >= answers.small_base_count
    p = benjamini_hochberg(np.where(is_enough, share_difference_p(now, before), np.nan))
    change = now.share - before.share
    is_real = p < 1 - answers.confidence
    trend = np.select(
        [
            is_real & (change > 0) & (np.asarray(before.part) == 0),
            is_real & (change > 0),
            is_real,
            np.full(themes.height, is_enough),
        ],
        ["new", "rising", "falling", "steady"],
        "",
    )
    return {
        "share": now.share,
        "compared_share": before.share,
        "change": change,
        "change_p_value": p,
        "trend": _codes(trend),
    }


def _withheld(figures: pl.DataFrame, total: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    """Null what is said of fewer people than the minimum; a trend is only a word and stays."""
    minimum, n, before = answers.minimum_count, pl.col("comment_people"), "compared_comment_people"
    totals = total.row(0, named=True) if total.height else dict.fromkeys(PEOPLE_OF, 0)
    is_few = n < minimum
    was_few = pl.col(before).is_between(1, minimum - 1) | pl.lit(totals[before] < minimum)
    is_scored = pl.col("scored_people") >= minimum
    few = "|".join(name for name in NPS_CLASSES if totals[f"{name}_people"] < minimum) or "none"
    small = pl.when(n < answers.small_base_count).then(pl.lit("small")).otherwise(pl.lit("ok"))
    compared = ("compared_comment_count", "compared_share", "change", "change_p_value")
    kept = (
        "theme", "term", "language", "trend", "compared_comment_count", "compared_share", "base",
        *PEOPLE_OF,
    )  # fmt: skip
    return (
        figures.with_columns(
            pl.when(is_scored).then(pl.col("^nps_with.*$", "^theme_points.*$")),
            pl.when(is_scored & ~was_few).then(pl.col("^points_change.*$")),
            pl.when(pl.lit(False)).then(pl.col(f"^({few})_share.*$")),
            base=pl.when(is_few).then(pl.lit("withheld")).otherwise(small),
        )
        .with_columns(pl.when(~was_few).then(pl.col(compared)))
        .with_columns(pl.when(~is_few).then(pl.exclude(kept)))
    )


def _column(name: str, values: FloatArray | pl.Series) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
    return pl.Series(name, values, dtype=pl.Float64, nan_to_null=True)


def _codes(values: npt.NDArray[np.str_]) -> pl.Series:
    """Codes as a column, null where there is none."""
    codes = pl.Series("code", values.tolist(), dtype=pl.String)
    return codes.set(codes == "", None)
