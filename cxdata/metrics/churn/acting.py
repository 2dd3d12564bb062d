"""What acting does: by how much fewer customers leave, estimated from the firm's own data.

All of it are associations: customers who would be moved may go on behaving as before. What the
data can't say has no figure here; no published rate stands in for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from cxdata.config import Settings
from cxdata.metrics.churn.dissatisfaction import DETRACTOR, PASSIVE, Excess, excess_of
from cxdata.metrics.churn.exposure import Exposure, customers_known, exposure
from cxdata.metrics.churn.strata import (
    Places,
    Strata,
    comparison_groups,
    pooled_draws,
    pooled_rates,
    strata_of,
)
from cxdata.metrics.churn.value import CASES, Case, Numbers
from cxdata.metrics.statistics.withheld import is_few
from cxdata.models import Filters
from cxdata.store.connection import Store


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
    those seen in the window, as yearly ones, each within the customer's segment (segments with
    few customers of the classes compared together), with draws as in
    :class:`cxdata.metrics.churn.dissatisfaction.Excess`.

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
    if gap:
        return Effect(reason=gap)
    excess = excess_of(exposed)
    groups = _groups(excess, excess.strata.base[:, PASSIVE : DETRACTOR + 1].min(axis=1))
    rates, draws = _yearly_rates(excess, groups)
    is_there = (excess.strata.base[:, PASSIVE : DETRACTOR + 1] > 0).all(axis=1)
    return _kept(
        exposed,
        excess,
        (rates[:, DETRACTOR] - rates[:, PASSIVE]) * is_there,
        (draws[..., DETRACTOR] - draws[..., PASSIVE]) * is_there,
    )


def _leaving(exposed: Exposure) -> Effect:
    gap = _gap(exposed) or _too_few(exposed, "detractor")
    if gap:
        return Effect(reason=gap)
    excess = excess_of(exposed)
    rates, draws = _yearly_rates(excess, _groups(excess, excess.strata.base[:, DETRACTOR]))
    is_there = excess.strata.base[:, DETRACTOR] > 0
    return _kept(exposed, excess, rates[:, DETRACTOR] * is_there, draws[..., DETRACTOR] * is_there)


def _too_few(exposed: Exposure, nps_class: str) -> str | None:
    if exposed.of_class(nps_class).customer_count == 0:
        return f"no_{nps_class}s"
    return exposed.class_gaps[nps_class]


def _groups(excess: Excess, count: Numbers) -> Places:
    return comparison_groups(count, excess.settings.answers.small_base_count)


def _yearly_rates(excess: Excess, groups: Places) -> tuple[Numbers, Numbers]:
    lost, base = excess.strata.lost, excess.strata.base
    drawn = pooled_draws(lost, base, groups, excess.settings.churn)
    return excess.yearly(pooled_rates(lost, base, groups)), excess.yearly(drawn)


def _kept(exposed: Exposure, excess: Excess, rates: Numbers, draws: Numbers) -> Effect:
    """Of today's detractors these shares, by segment, would stay."""
    today = strata_of(exposed.end).of(excess.strata.segments)
    count = today.base[:, DETRACTOR]
    if not (today.known[:, DETRACTOR] * (rates != 0)).any():
        return Effect(reason="no_revenue" if count.any() else "no_detractors")
    if is_few(int(count.sum()), exposed.settings.answers.minimum_count):
        return Effect(reason="too_few_customers")
    values = {case: excess.value_draws(today, case)[..., DETRACTOR] for case in CASES}
    central = excess.values(today, "central")[:, DETRACTOR]
    return Effect(
        concerned=float(count.sum()),
        kept=float(rates @ count),
        kept_draws=dict.fromkeys(CASES, draws @ count),
        amount=float(rates @ central),
        amount_draws={case: (draws * values[case]).sum(axis=1) for case in CASES},
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
    names = ("customer_count", "lost_count", "known_count", "known_amount")
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
    excess = excess_of(exposed)
    count = np.concatenate([met.base, missed.base], axis=1)
    lost = np.concatenate([met.lost, missed.lost], axis=1)
    groups = _groups(excess, count.min(axis=1))
    rates = pooled_rates(lost, count, groups)
    draws = pooled_draws(lost, count, groups, excess.settings.churn, 2)
    # Segments without one of both can't be compared; windows of years are brought to one.
    is_there = (count > 0).all(axis=1) / max(exposed.years, 1.0)
    saved = (rates[:, 1] - rates[:, 0]) * is_there
    saved_draws = (draws[..., 1] - draws[..., 0]) * is_there
    if not missed.known.any():
        return Effect(reason="no_revenue")
    values = {case: excess.value_draws(missed, case)[..., 0] for case in CASES}
    central = excess.values(missed, "central")[:, 0]
    return Effect(
        concerned=float(missed.base.sum()),
        kept=float(saved @ missed.base[:, 0]),
        kept_draws=dict.fromkeys(CASES, saved_draws @ missed.base[:, 0]),
        amount=float(saved @ central),
        amount_draws={case: (saved_draws * values[case]).sum(axis=1) for case in CASES},
    )


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
    count = np.concatenate([others.base, called.base], axis=1)
    lost = np.concatenate([others.lost, called.lost], axis=1)
    if count[:, 1].sum() == 0:
        return Rescue(reason="needs_cases")
    settings = store.settings
    both = (count > 0).all(axis=1)
    if count[both].sum(axis=0).min() < settings.answers.minimum_count:
        return Rescue(reason="too_few_cases")
    groups = comparison_groups(count[both].min(axis=1), settings.answers.small_base_count)
    rates = pooled_rates(lost[both], count[both], groups)
    draws = pooled_draws(lost[both], count[both], groups, settings.churn, 3)
    weight = count[both][:, 1]
    left = float(rates[:, 0] @ weight)
    if left == 0:
        return Rescue(reason="too_few_cases")
    return Rescue(
        rate=1 - float(rates[:, 1] @ weight) / left,
        draws=1 - (draws[..., 1] @ weight) / (draws[..., 0] @ weight),
        called_count=int(weight.sum()),
    )
