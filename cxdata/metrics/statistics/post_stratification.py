"""The NPS of everybody from those who answered: cells of the whole, each speaking for its own.

Pure arithmetic. What is known of everybody (segment, region, product) cuts them into cells; the
answers of a cell stand for all of the cell, whether many of it answered or few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxdata.metrics.statistics.intervals import ClassCounts, FloatArray, normal_quantile

CellNumbers = npt.NDArray[np.intp]
CellName = tuple[str | None, ...]
UNTOLD = -1
# Rocks (2016), as in intervals: three pseudo-answers, of which half count as ±1.
PSEUDO_ANSWERS = 3.0
PSEUDO_VARIANCE = 0.5


@dataclass(frozen=True)
class People:
    """Those who answered, one place per kind of person: alike in cell, answers and weight.

    ``cell`` is the number of their cell, ``promoter`` and ``detractor`` the shares of each one's
    own answers, ``weight`` what each one counts within the cell, ``count`` how many they are.
    """

    cell: CellNumbers
    promoter: FloatArray
    detractor: FloatArray
    weight: FloatArray
    count: FloatArray


@dataclass(frozen=True)
class Weighted:
    """A weighted NPS as what it is worth: the class counts of a plain sample.

    So many answers, drawn at random from everybody, would give the same score with the same
    spread. ``effective_count`` is their number, ``kish_count`` the one that the weights alone
    leave, ``person_count`` how many people answered.
    """

    classes: ClassCounts
    effective_count: float
    kish_count: float
    person_count: int


def collapsed_cells(
    people: Mapping[CellName, int], *, enough: int, least: int
) -> dict[CellName, int]:
    """The number of each cell's group: itself if it carries a figure, else what it joins.

    Parameters
    ----------
    people
        How many people answered in each cell of the whole; 0 where nobody did. A name is the
        values from the coarsest dimension to the finest, such as segment, region, product.
    enough
        From how many people on a cell stands by itself.
    least
        From how many on a value of the coarsest dimension does, which has no coarser one to join.

    Returns
    -------
    dict
        A number from 0 per cell; ``UNTOLD`` for those that nobody's answers stand for.

    Notes
    -----
    Cells with too few people join the others of that kind with the same values but for the
    finest dimension, then but for the last two. What is left of a segment then joins its smallest
    group, or stands alone. Segments with answers from fewer than ``least`` people are one group
    together if that has ``least``. A segment without answers is left out, and so never told by
    the others.

    Examples
    --------
    >>> people = {("A", "n"): 40, ("A", "s"): 8, ("A", "w"): 0, ("B", "n"): 9, ("C", "n"): 0}
    >>> collapsed_cells(people, enough=30, least=5)
    {('A', 'n'): 0, ('A', 's'): 0, ('A', 'w'): 0, ('B', 'n'): 1, ('C', 'n'): -1}
    """
    groups: dict[CellName, list[CellName]] = {}
    rest = list(people)
    depth = max(map(len, people), default=0)
    for size in range(depth, 0, -1):
        found, rest = _standing(rest, size, people, enough)
        groups |= found
    for segment, names in _by_beginning(rest, 1).items():
        own = [name for name in groups if name[0] == segment[0]]
        count = sum(people[it] for it in names)
        if own:
            smallest = min(own, key=lambda it: sum(people[cell] for cell in groups[it]))
            groups[smallest] = [*groups[smallest], *names]
        elif count >= least:
            groups[(*segment, "")] = names
        else:
            continue
        rest = [name for name in rest if name not in names]
    pool = [
        name
        for names in _by_beginning(rest, 1).values()
        if sum(people[it] for it in names)
        for name in names
    ]
    if pool and sum(people[it] for it in pool) >= least:
        groups[()] = pool
    return _numbered(people, list(groups.values()))


def weighted_nps(people: People, shares: FloatArray, *, confidence: float = 0.95) -> Weighted:
    """The NPS of everybody, as the class counts of a plain sample that tells as much.

    Parameters
    ----------
    people
        Who answered; each cell of ``shares`` has somebody.
    shares
        Each cell's share of everybody, of whom or of whose revenue it is; they add up to 1.
    confidence
        At which the counts are worth as much.

    Notes
    -----
    Each cell's score is the mean of its people's own ones, weighted within the cell; the whole is
    Σ shareₕ · scoreₕ. Its variance is Σ shareₕ² · Varₕ with Varₕ of the jackknife: unequal weights
    and several answers of a person are in it. A person's deviation is drawn to that of all by
    three pseudo-answers, so that a cell in which all agree has a spread. The effective count is
    the variance of one answer ÷ that variance, less for the few degrees of freedom that few
    people, or few of great weight, leave (Satterthwaite).

    References
    ----------
    .. [1] Holt, D., Smith, T. M. F. (1979). Post Stratification. JRSS A 142.
    .. [2] Korn, E. L., Graubard, B. I. (1998). Confidence Intervals for Proportions with Small
       Expected Number of Positive Counts Estimated from Survey Data. Survey Methodology 24.

    Examples
    --------
    Of two cells of equal size, one answered twice as often:

    >>> from cxdata.metrics.statistics.intervals import nps
    >>> people = People(
    ...     np.array([0, 0, 1, 1]), np.array([1.0, 0, 1, 0]), np.array([0, 1.0, 0, 1]),
    ...     np.ones(4), np.array([300.0, 100, 80, 120]),
    ... )
    >>> found = weighted_nps(people, np.array([0.5, 0.5]))
    >>> nps(found.classes).round(9).tolist()
    [15.0]
    >>> round(found.effective_count), round(found.kish_count)
    (576, 533)
    """
    cell, count = people.cell, people.count
    size = len(shares)

    def summed(values: FloatArray) -> FloatArray:
        return np.bincount(cell, values, size).astype(np.float64)

    part = people.weight / summed(count * people.weight)[cell]  # of the cell, each person's own
    promoter, detractor = (
        float(shares @ summed(count * part * values))
        for values in (people.promoter, people.detractor)
    )
    score = people.promoter - people.detractor
    off = score - summed(count * part * score)[cell]
    persons = float(count.sum())
    pooled = float((count * off**2).sum()) / max(persons - size, 1.0)
    kish = 1 / summed(count * part**2)
    kish_count = float(1 / (shares**2 / kish).sum())
    if pooled > 0:
        own = (summed(count) - 1)[cell]
        squared = np.divide(off, 1 - part, out=np.zeros_like(off), where=part < 1) ** 2
        squared = (own * squared + PSEUDO_ANSWERS * max(pooled, PSEUDO_VARIANCE)) / (
            own + PSEUDO_ANSWERS
        )
        parts = shares**2 * summed(count * part**2 * squared)
        one = promoter + detractor - (promoter - detractor) ** 2
        one = (persons * one + PSEUDO_ANSWERS * PSEUDO_VARIANCE) / (persons + PSEUDO_ANSWERS)
        freedom = parts.sum() ** 2 / (parts**2 / np.maximum(kish - 1, 1)).sum()
        shrink = normal_quantile(confidence) / t_quantile(confidence, float(freedom))
        effective = float(one / parts.sum() * shrink**2)
    else:
        effective = kish_count  # all agree: the answers themselves tell no spread
    passive = max(1 - promoter - detractor, 0.0)
    classes = ClassCounts(*(np.array([it * effective]) for it in (promoter, passive, detractor)))
    return Weighted(classes, effective, kish_count, round(persons))


def t_quantile(confidence: float, freedom: float) -> float:
    """How many standard errors a two-sided interval has on each side if these are estimated.

    Notes
    -----
    The expansion of Student's t by the normal quantile, to the third order; within 0.5 % from
    four degrees of freedom on.

    References
    ----------
    .. [1] Abramowitz, M., Stegun, I. A. (1972). Handbook of Mathematical Functions, 26.7.5.

    >>> round(t_quantile(0.95, 10), 3), round(t_quantile(0.95, 100), 3)
    (2.228, 1.984)
    """
    z, n = normal_quantile(confidence), max(freedom, 1.0)
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def _standing(
    names: Sequence[CellName], size: int, people: Mapping[CellName, int], enough: int
) -> tuple[dict[CellName, list[CellName]], list[CellName]]:
    """Of the cells those that have enough people by their first ``size`` values, and the rest."""
    groups = _by_beginning(names, size)
    found = {
        name: cells for name, cells in groups.items() if sum(people[it] for it in cells) >= enough
    }
    taken = {cell for cells in found.values() for cell in cells}
    return found, [name for name in names if name not in taken]


def _by_beginning(names: Sequence[CellName], size: int) -> dict[CellName, list[CellName]]:
    groups: dict[CellName, list[CellName]] = {}
    for name in names:
        groups.setdefault(name[:size], []).append(name)
    return groups


def _numbered(
    people: Mapping[CellName, int], groups: Sequence[Sequence[CellName]]
) -> dict[CellName, int]:
    places = {name: place for place, names in enumerate(groups) for name in names}
    numbers: dict[int, int] = {}
    return {
        name: numbers.setdefault(places[name], len(numbers)) if name in places else UNTOLD
        for name in people
    }
