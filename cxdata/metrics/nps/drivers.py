"""Drivers of the NPS: how much of the score goes with each rated touchpoint, and how it does.

Queries return counts of answers by pattern of ratings, the functions here the statistics. It
is a relation between answers, not proof of a cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics.nps.driver_priority import Priority, priority
from cxdata.metrics.statistics.intervals import FloatArray
from cxdata.metrics.statistics.withheld import is_few
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

MODEL_COLUMNS = ("answer_count", "r_squared", "adjusted_r_squared", "halo_share", "model_reason")
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
    "gain": pl.Float64(),
    "gain_low": pl.Float64(),
    "gain_high": pl.Float64(),
    "beyond_halo": pl.Float64(),
    "is_beyond_halo": pl.Boolean(),
    "is_first": pl.Boolean(),
}
_FITTED_SCHEMA = {**FIGURE_SCHEMA, "performance_margin": pl.Float64()}


def nps_drivers(store: Store, filters: Filters) -> pl.DataFrame:
    """How much of the NPS score (0 to 10) each rated touchpoint accounts for.

    Returns
    -------
    pl.DataFrame
        One row per touchpoint that answers with an NPS score rate, heaviest first, then the
        most rated; no rows if there are none.

        - ``touchpoint`` (String)
        - ``rating_count`` (Int64): answers with an NPS score that rate it; null if withheld
        - ``scale_top`` (Int64): 5 or 10, as its files say, or else read from all its ratings
        - ``mean_score`` (Float64): of those ratings, on its own scale; this and the next two
          are null if withheld
        - ``top_share`` (Float64): ratings 4 or 5 of 5, 9 or 10 of 10; 0 to 1
        - ``performance_share`` (Float64): where the mean stands from worst (0) to best (1)
        - ``base`` (String): ``ok``, ``small`` (few people rate it, show greyed) or ``withheld``
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
        - ``performance_low``, ``performance_high`` (Float64): interval of
          ``performance_share``; null outside the model
        - ``gain``, ``gain_low``, ``gain_high`` (Float64): points of the score (0 to 10) that go
          with the best rating by all instead of today's, all other touchpoints being the same;
          the interval holds for all touchpoints at once
        - ``beyond_halo`` (Float64): what the common impression leaves of ``correlation``
        - ``is_beyond_halo`` (Boolean): that is above 0, established for all at once
        - ``is_first`` (Boolean): beyond the halo, and its gain above that of every other,
          established
        - ``quadrant`` (String): ``fix`` (``is_first``), ``keep`` (heavy, strong), ``watch``
          (light, weak), ``maintain`` (light, strong) or ``open`` (heavy, weak, but not
          established as the first): weight and ``performance_share`` against their means over
          the significant touchpoints. Null if nothing is significant, or if it is but better
          ratings go with lower scores.
        - ``is_left_out`` (Boolean): not part of the model
        - ``reason`` (String): null, or why it is left out: ``too_few_to_show`` (its ratings are
          withheld too), ``rarely_rated``, ``too_many_touchpoints``, ``constant_ratings`` or
          ``collinear`` (other touchpoints, rated more often, determine it exactly)
        - ``answer_count`` (Int64): complete cases, which rate every touchpoint of the model;
          null if they are of fewer people than ``minimum_count``
        - ``r_squared``, ``adjusted_r_squared`` (Float64): of the model
        - ``halo_share`` (Float64): how much of the ratings' differences one common impression
          explains, 0 to 1
        - ``model_reason`` (String): null, ``nothing_significant``, or why there is no model:
          ``too_few_answers``, ``one_touchpoint`` (or none) or ``constant_score``

        The last five are the same in every row. From ``weight`` to ``quadrant`` all is null in
        rows that are left out, and everywhere if there is no model.

    Notes
    -----
    A touchpoint is left out if it has less than half the ratings of the most rated one; then,
    while too few answers rate all that remain, the one without which most answers are
    complete. A model needs complete cases of as many people as a base that isn't small, and of
    ten per touchpoint. All three rules are this project's own.

    A touchpoint that only goes along with a driver takes part of the driver's weight: weights
    say what the ratings tell together, coefficients what each adds.

    Significance: a weight can't be negative, so it isn't compared with 0 but with that of a
    random variable added to the touchpoints. It is significant if the bootstrap interval of
    the difference lies above 0 [2]_. There the random variable is drawn once; here anew in
    each of 1,000 samples, from its exact distribution given the others, so that the result
    doesn't hang on one draw. Who is drawn is drawn with all of their answers; of more than 1,000
    people, 500 to 1,000 random blocks are resampled instead of single ones. In simulations (five
    touchpoints, 60 to 3,000 answers, 150 runs each) 1.3 % of unrelated touchpoints at most came
    out significant.

    References
    ----------
    .. [1] Johnson, J. W. (2000). A Heuristic Method for Estimating the Relative Weight of
       Predictor Variables in Multiple Regression. Multivariate Behavioral Research 35(1).
    .. [2] Tonidandel, S., LeBreton, J. M. & Johnson, J. W. (2009). Determining the Statistical
       Significance of Relative Weights. Psychological Methods 14(4).
    """
    answers = store.settings.answers
    rated = _performance(store.query("driver_touchpoints", filters), answers)
    often = rated.filter(pl.col("reason").is_null())["touchpoint"].to_list()
    if not often:
        nothing = DriverModel(answer_count=0, people_count=0, reason="too_few_answers")
        return _joined(rated, {}, nothing, answers.minimum_count)
    patterns = store.query("driver_patterns", filters, touchpoints=often)
    needed_count = max(answers.small_base_count, answers.minimum_count)
    kept, reasons = usable(rated_answers(patterns, often), needed_count)
    tops = dict(rated.select("touchpoint", "scale_top").iter_rows())
    model = driver_model(kept, needed_count, answers.confidence, tops)
    return _joined(rated, reasons, model, answers.minimum_count)


def drivers_summary(drivers: pl.DataFrame) -> pl.DataFrame:
    """The model behind a frame of :func:`nps_drivers`.

    Returns
    -------
    pl.DataFrame
        One row: ``touchpoint_count`` and ``left_out_count`` (Int64), and the last five columns
        of :func:`nps_drivers`; without rows there ``model_reason`` is ``no_ratings`` and
        ``answer_count`` 0.
    """
    left_out_count = pl.col("is_left_out").sum().cast(pl.Int64)
    counted = drivers.select(
        (pl.len() - left_out_count).cast(pl.Int64).alias("touchpoint_count"),
        left_out_count.alias("left_out_count"),
        *(pl.col(name).first() for name in MODEL_COLUMNS),
    )
    if drivers.is_empty():
        return counted.with_columns(
            pl.lit(0, pl.Int64).alias("answer_count"), pl.lit("no_ratings").alias("model_reason")
        )
    return counted


def johnson_weights(correlations: npt.ArrayLike, target: npt.ArrayLike) -> FloatArray:
    """Johnson's relative weight of each predictor; they add up to R².

    Parameters
    ----------
    correlations
        Between the predictors; several such matrices may be stacked in front.
    target
        Of each predictor with the target.

    Notes
    -----
    Predictors are replaced by the uncorrelated variables nearest to them. With Λ, the symmetric
    square root of the correlations, the weight of j is Σₖ Λⱼₖ² βₖ², β = Λ⁻¹ target. A direction
    without spread (predictors that determine each other exactly) counts for nothing.

    References
    ----------
    .. [1] Johnson, J. W. (2000). A Heuristic Method for Estimating the Relative Weight of
       Predictor Variables in Multiple Regression. Multivariate Behavioral Research 35(1).

    Examples
    --------
    >>> johnson_weights([[1, 0.5], [0.5, 1]], [0.6, 0.3]).round(4).tolist()
    [0.315, 0.045]
    """
    matrix, vector = _checked(correlations, target)
    values, vectors = np.linalg.eigh(matrix)
    roots = np.sqrt(np.clip(values, 0, None))
    turned = np.einsum("...ji,...j->...i", vectors, vector)
    with np.errstate(divide="ignore", invalid="ignore"):
        turned = np.where(values > NO_SPREAD, turned / roots, 0.0)
    betas = np.einsum("...ij,...j->...i", vectors, turned)
    root = np.einsum("...ik,...k,...jk->...ij", vectors, roots, vectors)
    return np.asarray(np.einsum("...ij,...j->...i", root**2, betas**2))


def lmg_shares(correlations: npt.ArrayLike, target: npt.ArrayLike) -> FloatArray:
    """Each predictor's part of R², averaged over all orders of entering them; they add up to R².

    Exact, by all subsets: LMG (Lindeman, Merenda & Gold), the Shapley value of R².

    Raises
    ------
    ValueError
        If there are more than 12 predictors: the subsets would be too many.

    References
    ----------
    .. [1] Grömping, U. (2006). Relative Importance for Linear Regression in R: The Package
       relaimpo. Journal of Statistical Software 17(1).

    Examples
    --------
    >>> lmg_shares([[1, 0.5], [0.5, 1]], [0.6, 0.3]).round(4).tolist()
    [0.315, 0.045]
    """
    matrix, vector = _checked(correlations, target)
    count = len(vector)
    if count > MAXIMUM_PREDICTORS:
        raise ValueError(f"{count} predictors are too many for LMG: {MAXIMUM_PREDICTORS} at most")
    explained = _subsets_r_squared(matrix, vector)
    subsets = np.arange(len(explained))
    sizes = np.array([subset.bit_count() for subset in range(len(explained))])
    orders = [factorial(size) * factorial(count - size - 1) for size in range(count)]
    shares = np.zeros(count)
    for position in range(count):
        without = subsets[(subsets >> position) % 2 == 0]
        gains = explained[without + (1 << position)] - explained[without]
        shares[position] = gains @ np.array(orders)[sizes[without]] / factorial(count)
    return shares


def r_squared(correlations: npt.ArrayLike, target: npt.ArrayLike) -> float:
    """The share of the target's variance that the predictors explain together, 0 to 1.

    >>> round(r_squared([[1, 0.5], [0.5, 1]], [0.6, 0.3]), 4)
    0.36
    """
    matrix, vector = _checked(correlations, target)
    return float(np.clip(vector @ _inverse(matrix) @ vector, 0, 1))


def adjusted_r_squared(r_squared: float, answer_count: int, predictor_count: int) -> float:
    """R² less what as many random predictors would explain; may fall below 0.

    Raises
    ------
    ValueError
        If there are no more answers than predictors and one.

    Examples
    --------
    >>> adjusted_r_squared(0.5, 21, 4)
    0.375
    """
    freedom = answer_count - predictor_count - 1
    if freedom < 1:
        raise ValueError(f"{answer_count} answers are too few for {predictor_count} predictors")
    return 1 - (1 - r_squared) * (answer_count - 1) / freedom


def variance_inflation(correlations: npt.ArrayLike) -> FloatArray:
    """By how much the other predictors inflate the variance of each coefficient, at least 1.

    Infinite for a predictor that the others determine exactly.

    >>> variance_inflation([[1, 0.5], [0.5, 1]]).round(4).tolist()
    [1.3333, 1.3333]
    """
    matrix = np.asarray(correlations, dtype=np.float64)
    others = [np.delete(np.arange(len(matrix)), position) for position in range(len(matrix))]
    unexplained = np.array(
        [1 - r_squared(matrix[np.ix_(o, o)], matrix[o, j]) for j, o in enumerate(others)]
    )
    with np.errstate(divide="ignore"):
        return np.where(unexplained > NO_SPREAD, 1 / unexplained, np.inf)


@dataclass(frozen=True)
class RatedAnswers:
    """Answers by pattern: ``ratings`` has a column per touchpoint, -1 where it isn't rated.

    ``people`` tells which patterns are of one customer; -1: of everybody who gave one answer.
    """

    touchpoints: tuple[str, ...]  # the most rated first
    ratings: npt.NDArray[np.int8]
    nps_scores: IntArray
    counts: IntArray
    people: IntArray

    @property
    def complete_count(self) -> int:
        return int(self.counts[self._is_complete].sum())

    @property
    def people_count(self) -> int:
        """Who gave complete answers."""
        return len(np.unique(self.complete_people()))

    def complete_people(self) -> IntArray:
        """A number per complete answer, the same for those of one customer."""
        told = np.repeat(self.people[self._is_complete], self.counts[self._is_complete])
        return np.where(told < 0, told.max(initial=0) + 1 + np.arange(len(told)), told)

    def without(self, touchpoint: str) -> RatedAnswers:
        position = self.touchpoints.index(touchpoint)
        return replace(
            self,
            touchpoints=self.touchpoints[:position] + self.touchpoints[position + 1 :],
            ratings=np.delete(self.ratings, position, axis=1),
        )

    def complete_rows(self) -> FloatArray:
        """A row per complete answer: 1, its ratings, its NPS score."""
        return np.repeat(self._patterns(), self.counts[self._is_complete], axis=0)

    def correlations(self) -> FloatArray:
        """Of the touchpoints, then the NPS score, over complete answers."""
        rows = self._patterns().astype(np.float64)
        products = rows.T @ (rows * self.counts[self._is_complete, None])
        return correlation_matrix(scatter_matrix(products))

    def varies(self) -> npt.NDArray[np.bool_]:
        """Whether each touchpoint, then the NPS score, differs between complete answers."""
        return np.asarray(np.ptp(self._patterns()[:, 1:], axis=0) > 0)

    def _patterns(self) -> FloatArray:
        chosen = self._is_complete
        one = np.ones((int(chosen.sum()), 1))
        rows = np.hstack([one, self.ratings[chosen], self.nps_scores[chosen, None]])
        return np.asarray(rows, dtype=np.float32)

    @property
    def _is_complete(self) -> npt.NDArray[np.bool_]:
        return np.asarray((self.ratings >= 0).all(axis=1))


@dataclass(frozen=True)
class DriverModel:
    """``figures``: one row per touchpoint of the model, none if ``reason`` says there is none."""

    answer_count: int
    people_count: int
    reason: str | None = None
    r_squared: float | None = None
    adjusted_r_squared: float | None = None
    halo_share: float | None = None
    figures: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_FITTED_SCHEMA))


def rated_answers(patterns: pl.DataFrame, touchpoints: Sequence[str]) -> RatedAnswers:
    """The rows of ``driver_patterns`` for the touchpoints, the most rated first."""
    codes = patterns["pattern"].to_numpy()
    places = {name: place for place, name in enumerate(sorted(touchpoints))}
    digits = [codes // 12 ** places[name] % 12 for name in touchpoints]
    ratings = np.column_stack([digit.astype(np.int8) - np.int8(1) for digit in digits])
    scores, counts = (patterns[name].to_numpy() for name in ("nps_score", "answer_count"))
    people = patterns["person"].fill_null(-1).to_numpy()
    return RatedAnswers(tuple(touchpoints), ratings, scores, counts, people)


def usable(answers: RatedAnswers, needed_count: int) -> tuple[RatedAnswers, dict[str, str]]:
    """The answers with the touchpoints that a model can hold, and why the others can't be."""
    kept = _rated_together(answers, needed_count)
    reasons = {name: "rarely_rated" for name in answers.touchpoints if name not in kept.touchpoints}
    while kept.people_count >= needed_count and (found := _uninformative(kept)):
        touchpoint, reason = found
        kept = kept.without(touchpoint)
        reasons[touchpoint] = reason
    return kept, reasons


def driver_model(
    answers: RatedAnswers,
    needed_count: int,
    confidence: float = 0.95,
    tops: Mapping[str, int] | None = None,
) -> DriverModel:
    """The model of the NPS score on all touchpoints of the answers, or why there is none.

    ``tops`` is each touchpoint's best rating; without, 5.
    """
    touchpoint_count = len(answers.touchpoints)
    counts = answers.complete_count, answers.people_count
    if answers.people_count < max(needed_count, ANSWERS_PER_TOUCHPOINT * touchpoint_count):
        return DriverModel(*counts, "too_few_answers")
    if touchpoint_count < 2:
        return DriverModel(*counts, "one_touchpoint")
    if answers.varies()[-1]:
        return _fitted(answers, confidence, [(tops or {}).get(it, 5) for it in answers.touchpoints])
    return DriverModel(*counts, "constant_score")


def scatter_matrix(products: FloatArray) -> FloatArray:
    """Sums of products about the means, from those of rows that begin with a 1; stackable."""
    sums, count = products[..., 0, 1:], products[..., 0, 0]
    outer = sums[..., :, None] * sums[..., None, :]
    return np.asarray(products[..., 1:, 1:] - outer / count[..., None, None])


def correlation_matrix(scatter: FloatArray) -> FloatArray:
    """Correlations from sums of products; 0 for a variable that doesn't vary; stackable.

    Scores are whole numbers: their sums, and the spread 0 of a constant, are exact.
    """
    spread = np.sqrt(np.diagonal(scatter, axis1=-2, axis2=-1))
    scale = spread[..., :, None] * spread[..., None, :]
    varies = scale > NO_SPREAD
    correlations = np.where(varies, scatter / np.where(varies, scale, 1), 0.0)
    identity = np.eye(scatter.shape[-1], dtype=bool)
    return np.where(identity, 1.0, np.clip(correlations, -1, 1))


def resampled_scatters(
    rows: FloatArray, draw_count: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Scatter matrices and numbers of answers of bootstrap samples of the rows."""
    sums = resampled_products(rows, draw_count, random)
    return scatter_matrix(sums), np.asarray(sums[:, 0, 0])


def resampled_products(
    rows: FloatArray,
    draw_count: int,
    random: np.random.Generator,
    people: IntArray | None = None,
) -> FloatArray:
    """Sums of products of bootstrap samples of the rows, which are drawn person by person.

    Blocks of people dealt at random are resampled, each with all rows of its people: single
    people up to 1,000, then 500 to 1,000 blocks. A sum over equal blocks has the variance of a
    sum over their people. ``people`` numbers who is behind each row; without, each row is of one.
    """
    told = np.arange(len(rows)) if people is None else np.unique(people, return_inverse=True)[1]
    count = int(told.max(initial=-1)) + 1
    size = -(-count // BLOCK_COUNT)
    block_count = -(-count // size)
    place = np.empty(count, dtype=np.intp)
    place[random.permutation(count)] = np.arange(count) // size
    block_of = place[told]
    order = np.argsort(block_of, kind="stable")
    ends = np.searchsorted(block_of[order], np.arange(1, block_count))
    products = np.array(
        [block.T @ block for block in np.split(rows[order], ends)], dtype=np.float64
    )
    drawn = random.multinomial(block_count, np.full(block_count, 1 / block_count), draw_count)
    return np.asarray(np.tensordot(drawn.astype(np.float64), products, axes=1))


def with_random_variable(
    scatter: FloatArray, counts: FloatArray, random: np.random.Generator
) -> FloatArray:
    """The scatter matrices with a standard normal variable, related to nothing, put first.

    Given the others, its products with them are normal with the scatter as covariance, and
    what is left of its own sum of squares is chi-squared: no row has to be drawn.
    """
    values, vectors = np.linalg.eigh(scatter)
    noise = random.standard_normal(values.shape)
    roots = np.sqrt(np.clip(values, 0, None))
    products = np.einsum("...ij,...j->...i", vectors, roots * noise)
    freedom = np.maximum(counts - 1 - values.shape[-1], 1)
    squares = (noise**2).sum(axis=-1) + random.chisquare(freedom)
    top = np.concatenate([squares[..., None], products], axis=-1)[..., None, :]
    return np.concatenate([top, np.concatenate([products[..., None], scatter], axis=-1)], axis=-2)


def _performance(rated: pl.DataFrame, answers: AnswerSettings) -> pl.DataFrame:
    count, top = pl.col("rating_count"), pl.col("scale_top")
    lowest = pl.when(top == 5).then(1).otherwise(0)
    mean = pl.col("score_sum").cast(pl.Float64) / count
    shown = {
        "mean_score": mean,
        "top_share": pl.col("top_count").cast(pl.Float64) / count,
        "performance_share": (mean - lowest) / (top - lowest),
    }
    is_withheld = pl.col("people_count") < answers.minimum_count
    is_small = pl.col("people_count") < answers.small_base_count
    base = pl.when(is_withheld).then(pl.lit("withheld")).when(is_small).then(pl.lit("small"))
    return rated.select(
        "touchpoint",
        "rating_count",
        "scale_top",
        *(pl.when(~is_withheld).then(value).alias(name) for name, value in shown.items()),
        base.otherwise(pl.lit("ok")).alias("base"),
        _early_reason(is_withheld).alias("reason"),
    )


def _early_reason(is_withheld: pl.Expr) -> pl.Expr:
    """Why a touchpoint is left out before any pattern is read; the most rated come first."""
    count = pl.col("rating_count")
    reason = pl.when(is_withheld).then(pl.lit("too_few_to_show"))
    rare = reason.when(count < RARE_SHARE * count.max()).then(pl.lit("rarely_rated"))
    is_beyond = pl.int_range(pl.len()) >= MAXIMUM_PREDICTORS
    return rare.when(is_beyond).then(pl.lit("too_many_touchpoints"))


def _rated_together(answers: RatedAnswers, needed_count: int) -> RatedAnswers:
    """Without touchpoints that keep too few answers complete; with all if that doesn't help."""
    kept = answers
    while kept.people_count < needed_count and len(kept.touchpoints) > 2:
        fewer = [kept.without(name) for name in reversed(kept.touchpoints)]
        kept = max(fewer, key=lambda one: one.people_count)  # of equals the least rated goes
    return kept if kept.people_count >= needed_count else answers


def _uninformative(answers: RatedAnswers) -> tuple[str, str] | None:
    """The least rated touchpoint that is constant or that those before it determine."""
    varies, correlations = answers.varies(), answers.correlations()
    for position, touchpoint in reversed(list(enumerate(answers.touchpoints))):
        if not varies[position]:
            return touchpoint, "constant_ratings"
        before = correlations[:position, :position], correlations[:position, position]
        if position and 1 - r_squared(*before) < NO_SPREAD:
            return touchpoint, "collinear"
    return None


def _fitted(answers: RatedAnswers, confidence: float, tops: Sequence[int]) -> DriverModel:
    correlations = answers.correlations()
    between, target = correlations[:-1, :-1], correlations[:-1, -1]
    explained = r_squared(between, target)
    random = np.random.default_rng(DRAW_SEED)
    rows = answers.complete_rows()
    samples = resampled_products(rows, DRAW_COUNT, random, answers.complete_people())
    draws = _draws(samples, (1 - confidence) / 2, random)
    ends = np.asarray(tops, dtype=np.float64)
    lowest = np.where(ends == 5, 1.0, 0.0)
    whole = rows.T.astype(np.float64) @ rows.astype(np.float64)
    ranked = priority(whole, samples, ends, lowest, confidence)
    return DriverModel(
        answer_count=answers.complete_count,
        people_count=answers.people_count,
        reason=None if draws.is_significant.any() else "nothing_significant",
        r_squared=explained,
        adjusted_r_squared=adjusted_r_squared(explained, answers.complete_count, len(target)),
        halo_share=ranked.halo_share,
        figures=_figures(answers.touchpoints, between, target, draws, ranked),
    )


class _Draws(NamedTuple):
    """Ends of the bootstrap intervals of the weights' shares, and which weights are real."""

    low: FloatArray
    high: FloatArray
    is_significant: npt.NDArray[np.bool_]


def _draws(samples: FloatArray, tail: float, random: np.random.Generator) -> _Draws:
    scatters, counts = scatter_matrix(samples), np.asarray(samples[:, 0, 0])
    weights = _weights(scatters)
    low, high = np.quantile(_shares(weights), [tail, 1 - tail], axis=0)
    beside_random = _weights(with_random_variable(scatters, counts, random))
    margins = beside_random[:, 1:] - beside_random[:, :1]
    return _Draws(low, high, np.quantile(margins, tail, axis=0) > 0)


def _weights(scatters: FloatArray) -> FloatArray:
    correlations = correlation_matrix(scatters)
    return johnson_weights(correlations[..., :-1, :-1], correlations[..., :-1, -1])


def _shares(weights: FloatArray) -> FloatArray:
    whole = weights.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(whole > NO_SPREAD, weights / np.where(whole > 0, whole, 1), 0.0))


def _figures(
    touchpoints: Sequence[str],
    between: FloatArray,
    target: FloatArray,
    draws: _Draws,
    ranked: Priority,
) -> pl.DataFrame:
    weights = _shares(johnson_weights(between, target))
    coefficients = _inverse(between) @ target
    real = draws.is_significant
    columns = {
        "touchpoint": list(touchpoints),
        "weight": np.where(real, weights, 0.0),
        "weight_low": np.where(real, np.minimum(draws.low, weights), 0.0),
        "weight_high": np.maximum(draws.high, weights),
        "is_significant": real,
        "estimated_weight": weights,
        "lmg_share": _shares(lmg_shares(between, target)),
        "coefficient": coefficients,
        "correlation": target,
        "has_sign_conflict": coefficients * target < -NO_SPREAD,
        "vif": variance_inflation(between),
        **{name: value for name, value in ranked._asdict().items() if name in _FITTED_SCHEMA},
    }
    return pl.DataFrame(columns, schema=_FITTED_SCHEMA)


def _joined(
    rated: pl.DataFrame, reasons: Mapping[str, str], model: DriverModel, minimum_count: int
) -> pl.DataFrame:
    late = pl.col("touchpoint").replace_strict(reasons, default=None, return_dtype=pl.String)
    rows = rated.with_columns(pl.coalesce("reason", late).alias("reason")).join(
        model.figures, on="touchpoint", how="left", maintain_order="left"
    )
    is_few_complete = is_few(model.people_count, minimum_count)
    complete_count = None if is_few_complete else model.answer_count
    shown_count = pl.when(pl.col("base") != "withheld").then("rating_count")
    return (
        rows.with_columns(_quadrant(), shown_count.alias("rating_count"))
        .select(
            pl.exclude("reason", "performance_margin"),
            *_performance_ends(),
            pl.col("reason").is_not_null().alias("is_left_out"),
            "reason",
            pl.lit(complete_count, pl.Int64).alias("answer_count"),
            pl.lit(model.r_squared, pl.Float64).alias("r_squared"),
            pl.lit(model.adjusted_r_squared, pl.Float64).alias("adjusted_r_squared"),
            pl.lit(model.halo_share, pl.Float64).alias("halo_share"),
            pl.lit(model.reason, pl.String).alias("model_reason"),
        )
        .sort("weight", "estimated_weight", descending=True, nulls_last=True, maintain_order=True)
    )


def _performance_ends() -> tuple[pl.Expr, pl.Expr]:
    share, margin = pl.col("performance_share"), pl.col("performance_margin")
    return (
        (share - margin).clip(0, 1).alias("performance_low"),
        (share + margin).clip(0, 1).alias("performance_high"),
    )


def _quadrant() -> pl.Expr:
    """Cut at means of what is significant: what adds nothing doesn't move the others."""
    weight, is_real = pl.col("weight"), pl.col("is_significant")
    performance = pl.col("performance_share")
    is_heavy = weight > weight.filter(is_real).mean() - NO_SPREAD
    is_strong = performance > performance.filter(is_real).mean() - NO_SPREAD
    misleads = pl.col("is_significant") & (pl.col("correlation") < 0)
    named = (
        pl.when("is_first")
        .then(pl.lit("fix"))
        .when(is_heavy)
        .then(pl.when(is_strong).then(pl.lit("keep")).otherwise(pl.lit("open")))
        .otherwise(pl.when(is_strong).then(pl.lit("maintain")).otherwise(pl.lit("watch")))
    )
    is_placed = (weight.max() > 0) & weight.is_not_null() & ~misleads
    return pl.when(is_placed).then(named).alias("quadrant")


def _checked(correlations: npt.ArrayLike, target: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    matrix = np.asarray(correlations, dtype=np.float64)
    vector = np.asarray(target, dtype=np.float64)
    if vector.ndim < 1 or matrix.shape != (*vector.shape, vector.shape[-1]):
        raise ValueError(f"correlations {matrix.shape} and target {vector.shape} don't fit")
    if not (np.isfinite(matrix).all() and np.isfinite(vector).all()):
        raise ValueError("correlations and target must be finite")
    return matrix, vector


def _inverse(correlations: FloatArray) -> FloatArray:
    """The inverse, or the pseudo-inverse where predictors determine each other."""
    return np.asarray(np.linalg.pinv(correlations, rcond=NO_SPREAD, hermitian=True))


def _subsets_r_squared(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """R² of each subset of the predictors; bit j of its index: predictor j is in it."""
    count = len(vector)
    explained = np.zeros(1 << count)
    for size in range(1, count + 1):
        chosen = np.array(list(combinations(range(count), size)))
        inverses = _inverse(matrix[chosen[:, :, None], chosen[:, None, :]])
        targets = vector[chosen]
        explained[(1 << chosen).sum(axis=1)] = np.einsum("si,sij,sj->s", targets, inverses, targets)
    return explained
