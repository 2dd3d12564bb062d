"""What acting does: by how much fewer customers leave, estimated from the firm's own data.

All of it are associations: customers who would be moved may go on behaving as before. What the
data can't say has no figure here; no published rate stands in for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from cxdata.config import Settings
from cxdata.metrics.churn.contrast import (
    Contrast,
    Departures,
    Yearly,
    contrast_draws,
    heads,
    mean_rate,
    rate_draws,
    valued,
)
from cxdata.metrics.churn.dissatisfaction import DETRACTOR, PASSIVE, Excess, excess_of
from cxdata.metrics.churn.exposure import Exposure, customers_known, exposure
from cxdata.metrics.churn.strata import COUNTS, Strata, strata_of
from cxdata.metrics.churn.value import CASES, Case, Numbers, worth
from cxdata.metrics.statistics.withheld import is_few
from cxdata.models import Filters
from cxdata.store.connection import Store

# Drawn apart from the excess (0) and the retention (1).
MET_STREAM, CALL_STREAM = 2, 3


@dataclass(frozen=True)
class Effect:
    """What a whole unit of a move does in a year: customers kept, and what that is worth.

    ``concerned``: how many customers it is about. ``kept`` and ``amount`` are central;
    ``kept_draws`` and ``amount_draws`` as they may truly be, per set of assumptions. ``reason``
    says why there is no effect to tell; then all else is empty. ``basis`` is ``measured`` or
    ``assumed``.
    """

    concerned: float = 0.0
    kept: float = 0.0
    kept_draws: dict[Case, Numbers] = field(default_factory=dict)
    amount: float = 0.0
    amount_draws: dict[Case, Numbers] = field(default_factory=dict)
    basis: str = "measured"
    reason: str | None = None

    def times(self, factor: float) -> Effect:
        return replace(
            self,
            concerned=self.concerned * factor,
            kept=self.kept * factor,
            kept_draws={case: draws * factor for case, draws in self.kept_draws.items()},
            amount=self.amount * factor,
            amount_draws={case: draws * factor for case, draws in self.amount_draws.items()},
        )


@dataclass(frozen=True)
class Rescue:
    """Which share of the detractors who would leave a call keeps, by the firm's own cases.

    ``called_count``: detractors who were called back, on whom it rests. ``reason`` says why the
    cases don't tell it: ``needs_cases``, ``too_few_cases``; then all else is empty.
    """

    rate: float = 0.0
    draws: Numbers | None = None
    called_count: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Effects:
    """All that a move is multiplied with: made once per data and filters, see :func:`effects`.

    ``to_passive``: all detractors become passives. ``in_time``: all missed contacts are met;
    ``missed_share`` is their share. ``leaving``: the detractors who would leave within a year;
    ``rescue``: which share of these a call keeps.
    """

    settings: Settings
    to_passive: Effect
    in_time: Effect
    missed_share: float
    leaving: Effect
    rescue: Rescue


def effects(store: Store, filters: Filters) -> Effects:
    """What the moves would do to today's customers, by what the window of the filters shows.

    Costs some tens of milliseconds; keep the result per data version and filters, and every
    move after it is a multiplication (:func:`cxdata.metrics.churn.what_if.what_if`). Segment,
    region and product filter.

    Notes
    -----
    Today's customers are those active after the window, with the class of that day; rates are
    those seen in the window, as yearly ones, each within the customer's segment, with draws as in
    :class:`cxdata.metrics.churn.dissatisfaction.Excess`. Amounts count each customer with what
    losing them costs.

    - A detractor who becomes a passive leaves as often as the passives of the segment.
    - A missed contact that is met: customers leave as often within ``leave_days`` after it as
      those of their segment whose contact was met. Each customer counts once, with the first
      contact of the window, and only with what happens within these days: rather too little
      than too much. Windows longer than a year are brought to a year, shorter ones are not.
    - A call keeps the share ``rescue.rate`` of the detractors who would leave: one less the
      churn of called detractors ÷ that of the others, weighted by the segments of the called.
      Called are those with a first contact in a case between their answer and the window's
      first day. Firms don't call at random; this compares, it doesn't prove.
    """
    exposed = exposure(store, filters)
    in_time, missed_share = _in_time(store, filters, exposed)
    return Effects(
        settings=store.settings,
        to_passive=_to_passive(exposed),
        in_time=in_time,
        missed_share=missed_share,
        leaving=_leaving(exposed),
        rescue=_rescue(store, filters, exposed),
    )


def _gap(exposed: Exposure) -> str | None:
    """Why the window says nothing of who leaves."""
    if exposed.gap:
        return exposed.gap
    if exposed.is_withheld:
        return "too_few_customers" if exposed.customer_count else "no_customers"
    if exposed.lost_count in (0, exposed.customer_count):
        return "everyone_lost" if exposed.lost_count else "nobody_lost"
    if exposed.of_class("unknown").customer_count == exposed.customer_count:
        return "no_classes"
    return None


def _to_passive(exposed: Exposure) -> Effect:
    gap = _gap(exposed) or _too_few(exposed, "detractor") or _too_few(exposed, "passive")
    return Effect(reason=gap) if gap else _of_detractors(exposed, PASSIVE)


def _leaving(exposed: Exposure) -> Effect:
    gap = _gap(exposed) or _too_few(exposed, "detractor")
    return Effect(reason=gap) if gap else _of_detractors(exposed, None)


def _too_few(exposed: Exposure, nps_class: str) -> str | None:
    if exposed.of_class(nps_class).customer_count == 0:
        return f"no_{nps_class}s"
    return exposed.class_gaps[nps_class]


def _of_detractors(exposed: Exposure, compared: int | None) -> Effect:
    """Of today's detractors those who would stay if they left like another class; None: not."""
    excess = excess_of(exposed)
    today = strata_of(exposed.end).of(excess.strata.segments)
    count = today.base[:, DETRACTOR]
    values = {case: excess.values(today, case)[:, DETRACTOR] for case in CASES}
    of_heads = Contrast(
        excess.heads(DETRACTOR), None if compared is None else excess.heads(compared), count
    )
    of_worth = {
        case: Contrast(
            excess.valued(DETRACTOR, case),
            None if compared is None else excess.valued(compared, case),
            values[case],
        )
        for case in CASES
    }
    if not of_worth["central"].weights.any():
        return Effect(reason="no_revenue" if count.any() else "no_detractors")
    if is_few(int(count.sum()), exposed.settings.answers.minimum_count):
        return Effect(reason="too_few_customers")
    moved = {case: excess.value_draws(today, case)[..., DETRACTOR] - values[case] for case in CASES}
    return _effect(excess, float(count.sum()), of_heads, of_worth, moved, excess.yearly)


def _effect(
    excess: Excess,
    concerned: float,
    of_heads: Contrast,
    of_worth: dict[Case, Contrast],
    moved: dict[Case, Numbers],
    yearly: Yearly,
    stream: int = 0,
) -> Effect:
    """``moved``: by how much the values may truly be others, draws × segments."""
    churn = excess.settings.churn
    seed = churn.bootstrap_seed + stream
    kept = contrast_draws([of_heads], churn.bootstrap_count, seed, yearly)[0]
    amounts = {
        case: contrast_draws([it], churn.bootstrap_count, seed, yearly)[0]
        + moved[case] @ it.yearly_differences(yearly)
        for case, it in of_worth.items()
    }
    return Effect(
        concerned=concerned,
        kept=of_heads.yearly_total(yearly),
        kept_draws=dict.fromkeys(CASES, kept),
        amount=of_worth["central"].yearly_total(yearly),
        amount_draws=amounts,
    )


def _in_time(store: Store, filters: Filters, exposed: Exposure) -> tuple[Effect, float]:
    """What it would do if all missed contacts were met; and the share that is missed."""
    known = customers_known(store)
    if exposed.period is None or known.until is None or exposed.is_withheld:
        return Effect(reason=_gap(exposed) or "no_customers"), 0.0
    if known.no_days:
        return Effect(reason=known.no_days), 0.0
    found = store.query(
        "leaving_by_timeliness",
        replace(filters, period=exposed.period),
        leave_days=store.settings.contacts.leave_days,
        known_until_on=known.until,
    )
    met, missed = _columns(found, "is_missed")
    gap = _contact_gap(store, met.base[:, 0], missed.base[:, 0])
    missed_count = missed.base.sum()
    missed_share = float(missed_count / max(missed_count + met.base.sum(), 1))
    if gap or exposed.lost_count == exposed.customer_count:
        return Effect(reason=gap or "everyone_lost"), missed_share
    return _met_instead(exposed, met, missed), missed_share


def _columns(found: pl.DataFrame, flag: str) -> tuple[Strata, Strata]:
    """Counts of the rows without and with the flag, for the same segments, one class each."""
    segments = tuple(found["segment"].unique().sort(nulls_last=True))
    names = ("customer_count", *list(COUNTS.values())[1:])
    frame = pl.DataFrame({"segment": segments}, schema={"segment": pl.String})

    def counts(is_set: bool) -> Strata:
        rows = frame.join(
            found.filter(pl.col(flag) == is_set),
            on="segment",
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        parts = [
            rows.select(pl.col(name).fill_null(0)).to_numpy().astype(float)
            if name in rows.columns
            else np.zeros((rows.height, 1))
            for name in names
        ]
        return Strata(segments, *parts)

    return counts(False), counts(True)


def _contact_gap(store: Store, met: Numbers, missed: Numbers) -> str | None:
    minimum = store.settings.answers.minimum_count
    if met.sum() + missed.sum() == 0:
        return "no_contacts"
    both = (met > 0) & (missed > 0)
    is_few = min(met[both].sum(), missed[both].sum()) < minimum
    return "too_few_contacts" if is_few else None


def _met_instead(exposed: Exposure, met: Strata, missed: Strata) -> Effect:
    if not missed.known.any():
        return Effect(reason="no_revenue")
    excess = excess_of(exposed)
    level = _level(met, missed)
    kept = excess.retention.central(missed.segments)
    values = {case: excess.values(missed, case)[:, 0] for case in CASES}

    def valued_as(strata: Strata, case: Case) -> Departures:
        each = worth(kept, excess.economies(missed, case))
        return valued(strata, 0, level, each[0][0], each[1])

    return _effect(
        excess,
        float(missed.base.sum()),
        Contrast(heads(missed, 0, level), heads(met, 0, level), missed.base[:, 0]),
        {
            case: Contrast(valued_as(missed, case), valued_as(met, case), values[case])
            for case in CASES
        },
        {case: excess.value_draws(missed, case)[..., 0] - values[case] for case in CASES},
        # Windows of years are brought to one.
        lambda rates: rates / max(exposed.years, 1.0),
        MET_STREAM,
    )


def _level(one: Strata, other: Strata) -> Numbers:
    lost, base = one.lost + other.lost, one.base + other.base
    found: Numbers = (lost / np.maximum(base, 1))[:, 0]
    return found


def _rescue(store: Store, filters: Filters, exposed: Exposure) -> Rescue:
    if exposed.period is None:
        return Rescue(reason="needs_cases")
    found = store.query(
        "leaving_by_follow_up",
        replace(filters, period=exposed.period),
        class_survey=store.settings.churn.class_survey,
        time_zone=store.settings.firm.time_zone,
    )
    others, called = _columns(found, "is_followed")
    both_counts = np.concatenate([others.base, called.base], axis=1)
    if both_counts[:, 1].sum() == 0:
        return Rescue(reason="needs_cases")
    settings = store.settings
    both = (both_counts > 0).all(axis=1)
    if both_counts[both].sum(axis=0).min() < settings.answers.minimum_count:
        return Rescue(reason="too_few_cases")
    weights = np.where(both, both_counts[:, 1], 0.0)
    level = _level(others, called)
    of_called, of_others = heads(called, 0, level), heads(others, 0, level)
    left, _ = mean_rate(of_others, weights)
    if left == 0:
        return Rescue(reason="too_few_cases")
    count, seed = settings.churn.bootstrap_count, settings.churn.bootstrap_seed + CALL_STREAM
    draws = rate_draws(of_called, weights, count, seed)
    draws = draws / rate_draws(of_others, weights, count, seed + CALL_STREAM)
    return Rescue(
        rate=1 - mean_rate(of_called, weights)[0] / left,
        draws=1 - draws,
        called_count=int(weights.sum()),
    )
