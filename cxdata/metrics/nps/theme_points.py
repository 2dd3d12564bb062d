"""How many points of the NPS a theme costs or brings, and its part of a change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.nps.score import nullable
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    FloatArray,
    normal_quantile,
    nps,
    nps_standard_error,
    two_sided_p,
)
from cxdata.metrics.statistics.shares import benjamini_hochberg
from cxdata.models import NPS_CLASSES

POINTS_COLUMNS = (
    "theme_points", "theme_points_low", "theme_points_high", "theme_points_p_value",
    "points_change", "points_change_low", "points_change_high", "points_change_p_value",
)  # fmt: skip


def theme_points(
    themes: pl.DataFrame, total: dict[str, int], answers: AnswerSettings
) -> pl.DataFrame:
    """What each theme costs or brings, of the NPS of the comments, and how that changed.

    Parameters
    ----------
    themes
        Counts by theme: ``promoter_count``, ``passive_count``, ``detractor_count``, and the same
        with ``compared_`` before; with the columns of :mod:`cxdata.metrics.nps.theme_people` if
        customers commented more than once.
    total
        The same of all comments.

    Returns
    -------
    pl.DataFrame
        The columns of ``POINTS_COLUMNS`` (Float64, points), row by row. ``theme_points``: below 0
        the theme costs, above it brings; null without any comment that mentions it, or that
        doesn't. ``points_change``: that minus the same of the compared period; null if either is.
        Intervals and p-values are null where fewer than ``small_base_count`` people mention it,
        or don't. Both p-values are adjusted together for all themes.

    Notes
    -----
    points = NPS of all comments - NPS of those that don't mention the theme (leave one out), which
    is the same as share x (NPS of those that mention it - NPS of the others). Comments mention
    several themes, so points of themes don't add up to the NPS.

    The variance of one period is share² (SE² + SE² of the others) + difference² share (1 - share)
    ÷ n, on the adjusted counts, times the design effect of customers who commented more than once
    (:func:`cxdata.metrics.nps.theme_people.points_effect`). p-values are adjusted by Benjamini
    and Hochberg for points and changes together; intervals hold for those that this finds (at
    1 - found x alpha ÷ tests, and as for one where none is found: Benjamini & Yekutieli 2005).

    References
    ----------
    .. [1] Benjamini, Y., Yekutieli, D. (2005). False Discovery Rate-Adjusted Multiple Confidence
       Intervals for Selected Parameters. JASA 100.
    """
    now, error, is_enough = _points(themes, total, "", answers)
    before, error_before, was_enough = _points(themes, total, "compared_", answers)
    change, change_error = now - before, np.hypot(error, error_before)
    error = np.where(is_enough, error, np.nan)
    change_error = np.where(is_enough & was_enough, change_error, np.nan)
    p = benjamini_hochberg(two_sided_p(np.concatenate([now / error, change / change_error])))
    tests, alpha = max(int((~np.isnan(p)).sum()), 1), 1 - answers.confidence
    quantile = normal_quantile(1 - max(int((p < alpha).sum()), 1) * alpha / tests)
    columns = (
        now, now - quantile * error, now + quantile * error, p[: themes.height],
        change, change - quantile * change_error, change + quantile * change_error,
        p[themes.height :],
    )  # fmt: skip
    return pl.DataFrame(
        [nullable(it).alias(name) for name, it in zip(POINTS_COLUMNS, columns, strict=True)]
    )


def _points(
    themes: pl.DataFrame, total: dict[str, int], prefix: str, answers: AnswerSettings
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Points, their standard error, and whether both sides have enough comments for a test."""
    own = ClassCounts(*(themes[f"{prefix}{it}_count"].to_numpy() for it in NPS_CLASSES))
    names = [f"{prefix}{it}_count" for it in NPS_CLASSES]
    whole = [float(total[name]) for name in names]
    rest = ClassCounts(
        *(all_of - np.asarray(it) for all_of, it in zip(whole, own[:3], strict=True))
    )
    n = max(sum(whole), 1.0)
    share, difference = own.answer_count / n, nps(own) - nps(rest)
    errors = [100 * nps_standard_error(it, basis="adjusted") for it in (own, rest)]
    variance = share**2 * np.square(errors).sum(axis=0) + difference**2 * share * (1 - share) / n
    least, effect = np.minimum(own.answer_count, rest.answer_count), np.ones(themes.height)
    if f"{prefix}points_effect" in themes.columns:
        effect = themes[f"{prefix}points_effect"].to_numpy()
        least = (
            themes.select(pl.min_horizontal(f"{prefix}scored_people", f"{prefix}rest_people"))
            .to_series()
            .to_numpy()
        )
    return (
        share * difference,
        np.asarray(np.sqrt(variance * effect), dtype=np.float64),
        least >= answers.small_base_count,
    )
