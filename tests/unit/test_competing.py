"""Who gave up is never answered: cumulative incidence, its quantiles and its interval."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cxdata.i18n import translator
from cxdata.metrics.response_time.compliance import compliance_by, compliance_by_channel
from cxdata.metrics.response_time.contact_mix import compliance_by_reason, journey_channels
from cxdata.metrics.statistics.competing import (
    cumulative_incidence,
    in_the_end,
    reached_at,
    wait_incidence,
)
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.survival import kaplan_meier
from cxdata.models import Filters
from cxdata.panels import Request, panel
from cxdata.store.connection import Store
from tests.stores import add, calls

NAMES = ("time", "event_count", "competing_count", "censored_count")


def waits(*rows: tuple[float, int, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=NAMES, orient="row")


def buckets(*rows: tuple[int, int, int, int]) -> pl.DataFrame:
    names = ["wait_bucket", "answered_count", "waiting_count", "gave_up_count"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_who_gave_up_is_never_answered() -> None:
    curve = cumulative_incidence(waits((20, 80, 0, 0), (10, 0, 20, 0)))
    assert curve.rows() == [(10, 100, 0, 20, 0.0, 0.2), (20, 80, 80, 0, 0.8, 0.2)]
    assert [reached_at(curve, share) for share in (0.5, 0.8, 0.9)] == [20, 20, None]


def test_who_still_waits_may_yet_be_answered() -> None:
    """By hand: of 4 one is answered, one gives up, of the 2 left one is answered, one waits on."""
    curve = cumulative_incidence(waits((1, 1, 0, 0), (2, 0, 1, 0), (3, 1, 0, 0), (4, 0, 0, 1)))
    assert curve["incidence"].to_list() == [0.25, 0.25, 0.5]
    assert curve["competing_incidence"].to_list() == [0, 0.25, 0.25]
    early = cumulative_incidence(waits((1, 1, 0, 0), (2, 0, 0, 1), (3, 1, 1, 0)))
    assert early["incidence"].to_list() == [0.25, 0.625]
    assert early["competing_incidence"].to_list() == [0, 0.375]


def test_dropping_open_waits_would_flatter() -> None:
    with_open = cumulative_incidence(waits((60, 5, 0, 0), (600, 0, 0, 5), (3600, 1, 0, 0)))
    dropped = cumulative_incidence(waits((60, 5, 0, 0), (3600, 1, 0, 0)))
    assert (reached_at(with_open, 0.6), reached_at(dropped, 0.6)) == (3600, 60)


def test_a_share_that_nobody_reached_yet_is_unknown() -> None:
    curve = cumulative_incidence(waits((10, 1, 0, 3)))
    assert (reached_at(curve, 0.25), reached_at(curve, 0.5)) == (10, None)


def test_without_anybody_who_gave_up_it_is_kaplan_meier() -> None:
    rows = [(9, 1, 0), (13, 1, 1), (18, 1, 0), (23, 1, 0), (28, 0, 1), (31, 1, 0)]
    alone = kaplan_meier(
        pl.DataFrame(rows, schema=["time", "event_count", "censored_count"], orient="row")
    )
    both = cumulative_incidence(waits(*[(time, event, 0, left) for time, event, left in rows]))
    assert both["incidence"].to_list() == pytest.approx((1 - alone["survival"]).to_list())
    assert both["competing_incidence"].sum() == 0


def test_grouped_and_single_rows_agree() -> None:
    single = waits((1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1), (5, 0, 0, 1), (7, 1, 0, 0))
    grouped = waits((5, 0, 0, 1), (1, 1, 1, 1), (7, 1, 0, 0))
    assert cumulative_incidence(single).equals(cumulative_incidence(grouped))


def test_all_shares_together_are_what_has_ended() -> None:
    draw = np.random.default_rng(3)
    drawn = draw.integers(0, 4, (39, 3)).tolist()
    rows = [(time, *ended) for time, ended in enumerate(map(tuple, drawn), 1)]
    curve = cumulative_incidence(waits(*rows))
    total = curve["incidence"] + curve["competing_incidence"]
    assert all(before <= after + 1e-12 for before, after in pairwise(total))
    assert total[-1] <= 1 + 1e-12


def test_nobody_answered_gives_no_quantile_and_nothing_ended_no_curve() -> None:
    given_up = cumulative_incidence(waits((10, 0, 3, 0)))
    assert (reached_at(given_up, 0.5), in_the_end(given_up, 0.95)[::3]) == (None, (0.0, 1.0))
    nothing = cumulative_incidence(waits((10, 0, 0, 3)))
    assert (reached_at(nothing, 0.5), in_the_end(nothing, 0.95)) == (None, (None,) * 4)


def test_a_round_share_is_reached_despite_rounding() -> None:
    curve = cumulative_incidence(waits(*[(n, 1, 0, 0) for n in range(1, 11)]))
    assert [reached_at(curve, share) for share in (0.1, 0.3, 0.7, 0.9)] == [1, 3, 7, 9]


@pytest.mark.parametrize("seconds", [1, 45, 90, 3600, 14_400, 86_400 * 30])
def test_the_middle_of_a_bucket_is_within_half_a_percent(seconds: int) -> None:
    bucket = math.floor(math.log(seconds) / math.log(1.01))
    middle = reached_at(wait_incidence(buckets((bucket, 1, 0, 0))), 0.5)
    assert middle == pytest.approx(seconds, rel=0.005)


def test_the_bucket_below_one_second_counts_as_zero() -> None:
    assert reached_at(wait_incidence(buckets((-1, 3, 0, 0), (100, 1, 0, 0))), 0.5) == 0.0


@pytest.mark.parametrize(("answered", "gave_up"), [(80, 20), (100, 0), (0, 30), (3, 4)])
def test_without_open_waits_the_interval_is_wilsons(answered: int, gave_up: int) -> None:
    rows = [(10.0, answered // 3, gave_up, 0), (20.0, answered - answered // 3, 0, 0)]
    end = in_the_end(cumulative_incidence(waits(*rows)), 0.9)
    low, high = map(float, wilson_interval(answered, answered + gave_up, confidence=0.9))
    assert end[1:3] == pytest.approx((low, high))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """120 waits: answered at a rate of 3, given up at 1, seen for a random time: truly 75 %."""
    draw = np.random.default_rng(20)
    held, tries = 0, 400
    for _ in range(tries):
        ended = draw.exponential(0.25, 120)
        kinds, seen = draw.random(120) < 0.75, draw.uniform(0, 3, 120)
        is_seen = ended <= seen
        frame = pl.DataFrame(
            {
                "time": np.minimum(ended, seen),
                "event_count": (is_seen & kinds).astype(int),
                "competing_count": (is_seen & ~kinds).astype(int),
                "censored_count": (~is_seen).astype(int),
            }
        )
        _, low, high, _ = in_the_end(cumulative_incidence(frame), 0.95)
        held += low is not None and high is not None and low <= 0.75 <= high
    assert 0.92 <= held / tries <= 0.98


# In a store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """100 chats: 80 answered after 20 s, 20 given up after 10 s."""
    opened = Store.open(tmp_path / "store.duckdb")
    rows = [
        {**row, "channel": "chat", "journey": "Buying", "reason": "broken"}
        for row in calls([20] * 100)
    ]
    for row in rows[:20]:
        row["first_response_at"] = None
        row["abandoned_at"] = row["opened_at"].replace(second=10)  # type: ignore[attr-defined]
    add(opened, rows, "contacts")
    return opened


def test_eight_in_ten_are_answered_and_nine_in_ten_never(store: Store) -> None:
    for frame in (
        compliance_by_channel(store, Filters()),
        compliance_by(store, Filters(), "journey"),
        compliance_by_reason(store, Filters()),
        journey_channels(store, Filters()),
    ):
        row = frame.row(0, named=True)
        assert row["p50_seconds"] == pytest.approx(20, rel=0.005)
        assert row["p90_seconds"] is None
        assert (row["ever_answered_share"], row["gave_up_share"]) == pytest.approx((0.8, 0.2))
        ends = [row[f"ever_answered_share_{end}"] for end in ("low", "high")]
        assert ends == pytest.approx([0.711, 0.867], abs=5e-4)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            "Chat: half answered within 20 s, 9 in 10 never: 80.0% are answered, 20.0% give up.",
        ),
        (
            "fr",
            "Chat\u00a0: la moitié en 20 s au plus, 9 sur 10 jamais\u00a0: 80,0\u00a0% ont une "
            "réponse, 20,0\u00a0% abandonnent.",
        ),
    ],
)
def test_the_page_says_that_nine_in_ten_are_never_answered(
    store: Store, lang: str, expected: str
) -> None:
    request = Request.computed_now(store, Filters(), translator(lang))
    [chats] = [it for it in panel(request, "response_waits").parts if it.chart]
    assert chats.title == expected
