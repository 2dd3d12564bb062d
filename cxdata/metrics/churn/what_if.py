"""What if: what acting on dissatisfaction could bring in a year, as a range.

A move only multiplies the effects that :mod:`cxdata.metrics.churn.acting` finds, so it is quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.metrics.churn.acting import Effect, Effects
from cxdata.metrics.churn.dissatisfaction import bounds, widest
from cxdata.metrics.churn.value import CASES, Case, Numbers

Ends = tuple[float, float, float]
MOST_POINTS = 100
WHAT_IF_SCHEMA: dict[str, pl.DataType] = {
    "move": pl.String(),
    "size": pl.Float64(),
    "concerned_count": pl.Float64(),
    **{f"kept_{case}_count": pl.Float64() for case in CASES},
    **{f"{case}_amount": pl.Float64() for case in CASES},
    "basis": pl.String(),
    "is_established": pl.Boolean(),
    "reason": pl.String(),
}


@dataclass(frozen=True)
class Moves:
    """What is done: each from nothing (0) to everything.

    ``detractors_to_passive_share``: the share of detractors who become passives, 0 to 1;
    ``compliance_points``: by how many points more contacts are answered in time, 0 to 100;
    ``follow_up_share``: the share of detractors who are called back, 0 to 1. ``rescue_rate``:
    of the detractors who would leave, the share whom a call keeps, as low, central, high, 0 to
    1: an assumption of whoever asks; None: as the firm's own cases show it.

    Raises
    ------
    CxDataError
        If a value lies outside its range, or the rescue rates aren't in order.
    """

    detractors_to_passive_share: float = 0.0
    compliance_points: float = 0.0
    follow_up_share: float = 0.0
    rescue_rate: Ends | None = None

    def __post_init__(self) -> None:
        _check(self.detractors_to_passive_share, 1)
        _check(self.compliance_points, MOST_POINTS)
        _check(self.follow_up_share, 1)
        for rate in self.rescue_rate or ():
            _check(rate, 1)
        if self.rescue_rate and list(self.rescue_rate) != sorted(self.rescue_rate):
            raise CxDataError(
                N_("The rescue rates {rates} are not in order."),
                N_("Give the lowest first, then the central, then the highest."),
                rates=", ".join(f"{rate:g}" for rate in self.rescue_rate),
            )


def what_if(known: Effects, moves: Moves) -> pl.DataFrame:
    """What moves would bring in a year, one by one and together.

    Returns
    -------
    pl.DataFrame
        One row per move that isn't 0, in the order of :class:`Moves`, then one ``total``; no
        rows if nothing is moved.

        - ``move`` (String): ``detractors_to_passive``, ``compliance``, ``follow_up``, ``total``
        - ``size`` (Float64): how much, in the unit of :class:`Moves`; null for the total
        - ``concerned_count`` (Float64): how many customers it is about; null for the total
        - ``kept_low_count``, ``kept_central_count``, ``kept_high_count`` (Float64): customers
          who would stay within a year instead of leaving
        - ``low_amount``, ``central_amount``, ``high_amount`` (Float64): what that is worth, in
          the firm's currency: the margin of their expected life and the cost of replacing
          them, of customers with a known revenue. What acting costs is not taken off. Negative
          where the data say that the move would do harm
        - ``basis`` (String): ``measured`` or ``assumed`` (a rescue rate that was entered)
        - ``is_established`` (Boolean): the interval of ``kept`` doesn't hold 0; if it does, the
          data can't tell whether the move does anything. Null for the total, and if assumed
        - ``reason`` (String): why the figures are null, or null: ``no_customers``,
          ``after_data``, ``too_few_customers``, ``everyone_lost``, ``nobody_lost``,
          ``no_classes``, ``no_detractors``, ``no_passives``, ``no_revenue``, ``no_contacts``,
          ``too_few_contacts``, ``needs_cases`` (no detractor was called back yet: call, or
          enter a rescue rate), ``too_few_cases``; for the total, that of the first row without
          figures: the total is of the others

    Notes
    -----
    Low is the least lower bound of the interval over the three sets of assumptions, high the
    greatest upper bound. Who was moved to the passives isn't called back as a detractor.
    Contacts in time may work through fewer detractors: then their effects overlap, and the
    total is too high.
    """
    sized = {
        "detractors_to_passive": moves.detractors_to_passive_share,
        "compliance": moves.compliance_points,
        "follow_up": moves.follow_up_share,
    }
    done = {name: _moved(known, moves, name) for name, size in sized.items() if size > 0}
    rows = [_row(known, name, sized[name], effect) for name, effect in done.items()]
    if rows:
        rows.append(_total(known, list(done.values())))
    return pl.DataFrame(rows, schema=WHAT_IF_SCHEMA)


def _moved(known: Effects, moves: Moves, move: str) -> Effect:
    if move == "detractors_to_passive":
        return known.to_passive.times(moves.detractors_to_passive_share)
    if move == "compliance":
        points = min(moves.compliance_points / MOST_POINTS, known.missed_share)
        return known.in_time.times(points / known.missed_share if known.missed_share else 0.0)
    called = moves.follow_up_share * (1 - moves.detractors_to_passive_share)
    return _rescued(known, moves.rescue_rate).times(called)


def _rescued(known: Effects, assumed: Ends | None) -> Effect:
    """What it would do to call all detractors back."""
    leaving = known.leaving
    if leaving.reason:
        return leaving
    rates = _rescue_rates(known, assumed)
    if not rates:
        return Effect(reason=known.rescue.reason)
    central = assumed[1] if assumed else known.rescue.rate
    return Effect(
        leaving.concerned,
        leaving.kept * central,
        {case: leaving.kept_draws[case] * rates[case] for case in CASES},
        leaving.amount * central,
        {case: leaving.amount_draws[case] * rates[case] for case in CASES},
        "assumed" if assumed else "measured",
    )


def _rescue_rates(known: Effects, assumed: Ends | None) -> dict[Case, Numbers]:
    if assumed:
        return {case: np.array(rate) for case, rate in zip(CASES, assumed, strict=True)}
    draws = known.rescue.draws
    return {} if draws is None else dict.fromkeys(CASES, draws)


def rescue_interval(known: Effects) -> tuple[float, float] | None:
    """Between which shares the measured rescue rate lies; None if the cases don't tell it."""
    draws = known.rescue.draws
    return None if draws is None else bounds(draws, known.settings.answers.confidence)


def _row(known: Effects, move: str, size: float, effect: Effect) -> dict[str, object]:
    row: dict[str, object] = {"move": move, "size": size, "reason": effect.reason}
    if effect.reason:
        return row
    low, high = bounds(effect.kept_draws["central"], known.settings.answers.confidence)
    is_established = None if effect.basis == "assumed" else low > 0 or high < 0
    return {
        **row,
        **_figures(known, effect),
        "concerned_count": effect.concerned,
        "basis": effect.basis,
        "is_established": is_established,
    }


def _total(known: Effects, parts: Sequence[Effect]) -> dict[str, object]:
    told = [part for part in parts if not part.reason]
    gaps = [part.reason for part in parts if part.reason]
    row: dict[str, object] = {"move": "total", "reason": gaps[0] if gaps else None}
    if not told:
        return row
    whole = Effect(
        kept=sum(part.kept for part in told),
        kept_draws=_summed([part.kept_draws for part in told]),
        amount=sum(part.amount for part in told),
        amount_draws=_summed([part.amount_draws for part in told]),
    )
    bases = {part.basis for part in told}
    return {**row, **_figures(known, whole), "basis": bases.pop() if len(bases) == 1 else "assumed"}


def _summed(draws: Sequence[dict[Case, Numbers]]) -> dict[Case, Numbers]:
    return {case: np.sum([each[case] for each in draws], axis=0) for case in CASES}


def _figures(known: Effects, effect: Effect) -> dict[str, object]:
    confidence = known.settings.answers.confidence
    kept = widest(effect.kept, list(effect.kept_draws.values()), confidence)
    amount = widest(effect.amount, list(effect.amount_draws.values()), confidence)
    return {
        **{f"kept_{case}_count": it for case, it in zip(CASES, kept, strict=True)},
        **{f"{case}_amount": it for case, it in zip(CASES, amount, strict=True)},
    }


def _check(value: float, most: float) -> None:
    if not 0 <= value <= most:
        raise CxDataError(
            N_("{value} is not a size that can be moved."),
            N_("It has to be from 0 to {most}."),
            value=f"{value:g}",
            most=f"{most:g}",
        )
