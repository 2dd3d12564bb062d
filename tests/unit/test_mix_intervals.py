"""Rate and mix effects have intervals, by another way of getting at them: drawing again."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from cxdata.metrics.nps.mix import kitagawa
from cxdata.metrics.nps.mix_intervals import effect_intervals

SCORES = np.array([100.0, 0.0, -100.0])
# By group, then by class: promoters, passives, detractors.
BEFORE = np.array([[220, 90, 90], [60, 80, 60], [40, 60, 100]])
NOW = np.array([[150, 60, 40], [70, 90, 50], [90, 120, 190]])


def frame(now: Any, before: Any) -> pl.DataFrame:
    names = ("promoter_count", "passive_count", "detractor_count")
    columns = {
        f"{prefix}{name}": table[:, place]
        for prefix, table in (("", now), ("compared_", before))
        for place, name in enumerate(names)
    }
    return pl.DataFrame(columns).with_columns(
        pl.sum_horizontal(names).alias("answer_count"),
        pl.sum_horizontal(f"compared_{it}" for it in names).alias("compared_answer_count"),
    )


def effects_of(now: Any, before: Any) -> Any:
    """Rate and centred mix effect by group, on tables (…, group, class), in plain arithmetic."""
    n, m = now.sum(-1), before.sum(-1)
    w, v = n / n.sum(-1, keepdims=True), m / m.sum(-1, keepdims=True)
    r, s = now @ SCORES / n, before @ SCORES / m
    centre = ((w * r).sum(-1, keepdims=True) + (v * s).sum(-1, keepdims=True)) / 2
    return (w + v) / 2 * (r - s), (w - v) * ((r + s) / 2 - centre)


def test_the_effects_are_centred_and_add_up() -> None:
    found = kitagawa(frame(NOW, BEFORE))
    rate, mix = effects_of(NOW, BEFORE)
    assert found["rate_effect"].to_list() == pytest.approx(rate.tolist())
    assert found["mix_effect"].to_list() == pytest.approx(mix.tolist())
    # The third group is below the whole and grew: it cost points; the first is above and shrank.
    assert mix[2] < 0
    assert mix[0] < 0
    change = (NOW @ SCORES).sum() / NOW.sum() - (BEFORE @ SCORES).sum() / BEFORE.sum()
    assert (rate + mix).sum() == pytest.approx(change)


def test_the_intervals_are_as_wide_as_drawing_again_says() -> None:
    random = np.random.default_rng(3)
    drawn = [
        random.multinomial(it.sum(), it.ravel() / it.sum(), 20_000).reshape(-1, 3, 3)
        for it in (NOW, BEFORE)
    ]
    rate, mix = effects_of(*drawn)
    found = kitagawa(frame(NOW, BEFORE))
    ends = pl.DataFrame(effect_intervals(found, confidence=0.95))
    wide, usual = 2.638257, 1.959964  # of 1 - 0.05 / 6, of 0.95
    for name, values in (("rate", rate), ("mix", mix)):
        width = (ends[f"{name}_effect_high"] - ends[f"{name}_effect_low"]).to_numpy() / 2
        assert width.tolist() == pytest.approx((wide * values.std(axis=0)).tolist(), rel=0.03)
        total = f"{name}_total_effect"
        width = (ends[f"{total}_high"] - ends[f"{total}_low"])[0] / 2
        assert width == pytest.approx(usual * values.sum(-1).std(), rel=0.03)


def test_intervals_of_the_effects_hold_the_truth() -> None:
    """At 95 %: all six effects together in at least 95 % of pairs of periods, each sum in 95 %."""
    random = np.random.default_rng(4)
    truth = [values.tolist() for values in effects_of(NOW.astype(float), BEFORE.astype(float))]
    together, totals = [], []
    for _ in range(300):
        now, before = (
            random.multinomial(it.sum(), it.ravel() / it.sum()).reshape(3, 3)
            for it in (NOW, BEFORE)
        )
        row = pl.DataFrame(effect_intervals(kitagawa(frame(now, before)), confidence=0.95))
        together.append(
            all(
                low <= value <= high
                for name, values in zip(("rate", "mix"), truth, strict=True)
                for value, low, high in zip(
                    values, row[f"{name}_effect_low"], row[f"{name}_effect_high"], strict=True
                )
            )
        )
        totals += [
            row[f"{name}_total_effect_low"][0] <= sum(values) <= row[f"{name}_total_effect_high"][0]
            for name, values in zip(("rate", "mix"), truth, strict=True)
        ]
    assert np.mean(together) >= 0.93
    assert 0.92 <= np.mean(totals) <= 0.98
