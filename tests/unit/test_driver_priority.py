"""Which touchpoint to repair first: against firms whose truth is known, and other arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from cxdata.metrics.nps.driver_priority import Priority, beyond_halo, common_factor, priority
from cxdata.metrics.nps.drivers import resampled_products

Numbers = np.ndarray


def rated(
    random: np.random.Generator, effects: list[float], *, halo: float, count: int = 500
) -> Numbers:
    """Rows of 1, ratings from 1 to 5 and a score: what a common impression and each touchpoint's
    own part bring."""
    impression = random.standard_normal((count, 1))
    own = random.standard_normal((count, len(effects)))
    felt = np.sqrt(halo) * impression + np.sqrt(1 - halo) * own
    ratings = np.clip(np.rint(3.6 + felt), 1, 5)
    liked = 0.6 * impression * (halo > 0) + own @ np.array(effects)[:, None]
    scores = np.clip(np.rint(7 + 1.6 * (liked + 0.7 * random.standard_normal((count, 1)))), 0, 10)
    return np.hstack([np.ones((count, 1)), ratings, scores])


def ranked(rows: Numbers, *, draws: int = 200) -> Priority:
    samples = resampled_products(rows, draws, np.random.default_rng(3))
    count = rows.shape[1] - 2
    return priority(rows.T @ rows, samples, np.full(count, 5.0), np.ones(count), 0.95)


def test_a_gain_is_the_coefficient_of_least_squares_times_what_is_missing_to_the_best() -> None:
    rows = rated(np.random.default_rng(1), [0.5, 0.2, 0.0], halo=0.4)
    slopes = np.linalg.lstsq(rows[:, :-1], rows[:, -1], rcond=None)[0][1:]
    found = ranked(rows)
    assert found.gain == pytest.approx(slopes * (5 - rows[:, 1:-1].mean(axis=0)))
    assert (found.gain_low < found.gain).all()
    assert (found.gain < found.gain_high).all()


def test_the_common_factor_of_a_known_table_is_found() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3])
    table = np.outer(loadings, loadings)
    np.fill_diagonal(table, 1)
    assert common_factor(np.stack([table, np.eye(4)])) == pytest.approx(
        np.stack([loadings, np.zeros(4)]), abs=1e-3
    )


def test_what_one_touchpoint_adds_to_an_impression_is_its_own() -> None:
    loadings = np.array([0.7, 0.7, 0.7, 0.7])
    table = np.outer(loadings, loadings)
    np.fill_diagonal(table, 1)
    found = beyond_halo(table, 0.5 * loadings + np.array([0.2, 0, 0, 0]))
    # 0.2 on one of four alike: a quarter of it is taken for the impression's.
    assert found == pytest.approx([0.15, -0.05, -0.05, -0.05], abs=1e-3)


def test_with_an_impression_alone_no_touchpoint_is_named() -> None:
    random = np.random.default_rng(4)
    named = [ranked(rated(random, [0.0] * 5, halo=0.5)).is_first.any() for _ in range(25)]
    assert sum(named) <= 1


def test_the_touchpoint_that_counts_is_named_though_all_share_an_impression() -> None:
    random = np.random.default_rng(5)
    found = [ranked(rated(random, [0.4, 0, 0, 0, 0], halo=0.5)).is_first for _ in range(20)]
    assert sum(bool(it[0]) for it in found) >= 18
    assert not any(it[1:].any() for it in found)


def test_of_two_that_count_alike_none_is_first() -> None:
    random = np.random.default_rng(6)
    found = [ranked(rated(random, [0.4, 0.4, 0, 0, 0, 0], halo=0.3)) for _ in range(20)]
    assert sum(it.is_first.any() for it in found) <= 2
    assert sum(bool(it.is_beyond_halo[:2].all()) for it in found) >= 15


def test_leaving_out_a_touchpoint_that_adds_nothing_names_no_other() -> None:
    random = np.random.default_rng(7)
    for _ in range(10):
        rows = rated(random, [0.4, 0.2, 0, 0, 0], halo=0.5, count=800)
        whole, fewer = ranked(rows), ranked(np.delete(rows, 5, axis=1))
        assert whole.is_first.tolist()[:4] == fewer.is_first.tolist()
        assert whole.gain[:4] == pytest.approx(fewer.gain, abs=0.15)
