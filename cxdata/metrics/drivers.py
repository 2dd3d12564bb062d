"""Drivers of the NPS: how much of the score goes with each rated touchpoint, and how it does.

Queries return counts of answers by pattern of ratings, the functions here the statistics. It
is a relation between answers, not proof of a cause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.intervals import FloatArray
from cxdata.models import Filters
from cxdata.store.connection import Store

IntArray = npt.NDArray[np.int64]

MAXIMUM_PREDICTORS = 12
# Design choices of this project.
RARE_SHARE = 0.5  # of the ratings of the most rated touchpoint; left out below
ANSWERS_PER_TOUCHPOINT = 10
DRAW_COUNT = 1000
DRAW_SEED = 20260101
BLOCK_COUNT = 1000
# Below this share of its spread a direction counts as having none.
NO_SPREAD = 1e-9

MODEL_SCHEMA: dict[str, pl.DataType] = {
    "answer_count": pl.Int64(),
    "r_squared": pl.Float64(),
    "adjusted_r_squared": pl.Float64(),
    "model_reason": pl.String(),
}
FIGURE_SCHEMA: dict[str, pl.DataType] = {
    "touchpoint": pl.String(),
    "weight": pl.Float64(),
    "weight_low": pl.Float64(),
    "weight_high": pl.Float64(),
    "is_significant": pl.Boolean(),
    "estimated_weight": pl.Float64(),
    "lmg_share": pl.Float64(),
    "coefficient": pl.Float64(),
    "correlation": pl.Float64(),
    "has_sign_conflict": pl.Boolean(),
    "vif": pl.Float64(),
}


def nps_drivers(store: Store, filters: Filters) -> pl.DataFrame:
    """How much of the NPS score (0 to 10) each rated touchpoint accounts for.

    Returns
    -------
    pl.DataFrame
        One row per touchpoint that answers with an NPS score rate, heaviest first, then the
        most rated; no rows if there are none.

        - ``touchpoint`` (String)
        - ``rating_count`` (Int64): answers with an NPS score that rate it
        - ``scale_top`` (Int64): 5 or 10, read from all its ratings
        - ``mean_score`` (Float64): of those ratings, on its own scale
        - ``top_share`` (Float64): ratings 4 or 5 of 5, 9 or 10 of 10; 0 to 1
        - ``performance_share`` (Float64): where the mean stands from worst (0) to best (1)
        - ``weight`` (Float64): Johnson relative weight as a share of R², 0 to 1; 0 if it isn't
          significant
        - ``weight_low``, ``weight_high`` (Float64): bootstrap interval of the share; low is 0
          if it isn't significant
        - ``is_significant`` (Boolean): weighs more than a random variable would
        - ``estimated_weight`` (Float64): the weight before insignificant ones are set to 0;
          these add up to 1
        - ``lmg_share`` (Float64): the same share by LMG (Shapley), as a check
        - ``coefficient`` (Float64): standardised, all other touchpoints being the same
        - ``correlation`` (Float64): with the NPS score, on its own, -1 to 1
        - ``has_sign_conflict`` (Boolean): coefficient and correlation have opposite signs
        - ``vif`` (Float64): variance inflation, at least 1
        - ``quadrant`` (String): ``fix`` (heavy, weak), ``keep`` (heavy, strong), ``watch``
          (light, weak) or ``maintain`` (light, strong): weight and ``performance_share``
          against their means over the model's touchpoints. Null if nothing is significant, or
          if it is but better ratings go with lower scores.
        - ``is_left_out`` (Boolean): not part of the model
        - ``reason`` (String): null, or why it is left out: ``too_few_to_show`` (its ratings are
          withheld too), ``rarely_rated``, ``too_many_touchpoints``, ``constant_ratings`` or
          ``collinear`` (other touchpoints, rated more often, determine it exactly)
        - ``answer_count`` (Int64): complete cases, which rate every touchpoint of the model
        - ``r_squared``, ``adjusted_r_squared`` (Float64): of the model
        - ``model_reason`` (String): null, ``nothing_significant``, or why there is no model:
          ``too_few_answers``, ``one_touchpoint`` (or none) or ``constant_score``

        The last four are the same in every row. Without a model the columns from ``weight`` to
        ``quadrant``, except those of left-out rows, have nothing else to tell: all are null.

    Notes
    -----
    A touchpoint is left out if it has less than half the ratings of the most rated one; then,
    while too few answers rate all that remain, the one without which most answers are
    complete. A model needs as many complete cases as a base that isn't small, and ten per
    touchpoint. All three rules are this project's own.

    Significance: a weight can't be negative, so it isn't compared with 0 but with that of a
    random variable added to the touchpoints. It is significant if the bootstrap interval of
    the difference lies above 0 [2]_. There the random variable is drawn once; here anew in
    each of 1,000 samples, from its exact distribution given the others, so that the result
    doesn't hang on one draw. In samples of more than 1,000 answers, 500 to 1,000 random blocks
    of answers are resampled instead of single ones.

    References
    ----------
    .. [1] Johnson, J. W. (2000). A Heuristic Method for Estimating the Relative Weight of
       Predictor Variables in Multiple Regression. Multivariate Behavioral Research 35(1).
    .. [2] Tonidandel, S., LeBreton, J. M. & Johnson, J. W. (2009). Determining the Statistical
       Significance of Relative Weights. Psychological Methods 14(4).
    """
    answers, parameters = store.settings.answers, _parameters(filters)
    rated = _performance(store.query("driver_touchpoints", **parameters), answers.minimum_count)
    often = [touchpoint for touchpoint, reason in rated.rows_of("reason") if reason is None]
    patterns = store.query("driver_patterns", touchpoints=often, **parameters)
    return _joined(rated, *driver_model(rated_answers(patterns, often), answers))
