"""Retention: which share of the customers stays for a year, segment by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxdata.config import Settings
from cxdata.metrics.churn.strata import Strata, drawn_rates
from cxdata.metrics.churn.value import Numbers

# Drawn apart from the rates of the classes (0) and of the moves (2, 3).
RETENTION_STREAM = 1


@dataclass(frozen=True)
class Retention:
    """The share that stays for a year, of each segment; the last one is that of all customers.

    ``rates``: as observed; ``draws``: draws × the same, as they may truly be.

    Notes
    -----
    How long a customer would have stayed depends on the segment: where one segment leaves three
    times as often as another, one rate for both makes the customers of the first too dear and
    those of the second too cheap. A segment with fewer than ``small_base_count`` customers has
    the rate of all: its own would be mostly noise.
    """

    segments: tuple[str | None, ...]
    rates: Numbers
    draws: Numbers

    def central(self, segments: Sequence[str | None]) -> Numbers:
        """Of these segments: one row. Those that nobody was in have the rate of all."""
        of_segments: Numbers = self.rates[None, self._places(segments)]
        return of_segments

    def drawn(self, segments: Sequence[str | None]) -> Numbers:
        """Draws × these segments."""
        of_segments: Numbers = self.draws[:, self._places(segments)]
        return of_segments

    def _places(self, segments: Sequence[str | None]) -> list[int]:
        places = {name: place for place, name in enumerate(self.segments)}
        return [places.get(name, len(self.segments)) for name in segments]


def retention_of(strata: Strata, settings: Settings, years: float) -> Retention:
    """What a window of so many years shows of its customers; at least one has to be there."""
    lost, base = (_with_all(counts.sum(axis=1)) for counts in (strata.lost, strata.base))
    churn, is_small = settings.churn, base < settings.answers.small_base_count
    drawn = drawn_rates(lost, base, churn.bootstrap_count, churn.bootstrap_seed + RETENTION_STREAM)
    rates = np.where(is_small, lost[-1] / base[-1], lost / np.maximum(base, 1))
    draws = np.where(is_small, drawn[:, -1:], drawn)
    kept, kept_draws = (1 - rates) ** (1 / years), (1 - draws) ** (1 / years)
    return Retention(strata.segments, kept, kept_draws)


def _with_all(counts: Numbers) -> Numbers:
    together: Numbers = np.append(counts, counts.sum())
    return together
