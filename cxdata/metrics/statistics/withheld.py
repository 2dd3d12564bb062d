"""What is withheld of groups of people: the small ones, and what would give them away.

The rule of the house, for every table, file and document:

- The *base* of a group is how many people its figures rest on, where that is known: several
  answers of one customer are of one person, an answer without a customer is one; else contacts.
  A group whose base is 1 to ``minimum_count`` - 1 is withheld, its counts with its figures. A
  base of 0 is no group: nobody is told of by "none".
- Where the whole is shown beside its parts, a withheld part is the whole less the others. The
  smallest of the others is then withheld as well (it *protects*), until at least two are, with
  ``minimum_count`` together.
- What is counted *within* a group that is large enough may be small: 2 lost of 400.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence, Set
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import polars as pl

from cxdata.models import FiscalYear, Grain, LongGrain

CellKey = TypeVar("CellKey", bound=Hashable)
Pair = tuple[str | None, str | None]

TOO_FEW = "too_few_to_show"
PROTECTS = "protects_others"
# Of periods within longer ones: each of them is shown as a whole somewhere.
LONGER: dict[Grain, tuple[LongGrain, ...]] = {
    "week": (),
    "month": ("quarter", "year"),
    "quarter": ("year",),
    "year": (),
}
WHOLE = "whole"
NO_COUNTS: Mapping[Any, int] = MappingProxyType({})
NONE_SHARED: Mapping[Pair, tuple[float, float, float]] = MappingProxyType({})


def is_few(count: int, minimum_count: int) -> bool:
    """Whether a group is withheld for its own sake."""
    return 0 < count < minimum_count


def protecting(
    counts: Mapping[CellKey, int],
    lines: Iterable[Collection[CellKey]],
    minimum_count: int,
    *,
    hidden: Set[CellKey] = frozenset(),
    fixed: Set[CellKey] = frozenset(),
    shared: Sequence[float] = (),
    answers: Mapping[CellKey, int] = NO_COUNTS,
) -> frozenset[CellKey]:
    """Which groups that are large enough are withheld for others' sake.

    Parameters
    ----------
    counts
        The bases of all groups.
    lines
        Groups that make up a whole that is shown: one line in a simple table, each row and
        column in a table of two dimensions. A whole that isn't shown may be a member of its
        line, as one of ``hidden``.
    hidden
        Groups that are withheld already; ``fixed`` are those that can't be: they are shown
        elsewhere, or are wholes.
    shared
        For each line, by how much the bases of its groups add up to more people than there are,
        because some are in several groups; none are if not given.
    answers
        How many answers the groups' people gave. Several groups that are withheld are then enough
        with ``minimum_count`` answers of fewer people, if else no group at all would be shown.

    Notes
    -----
    A line with a withheld group has at least two, with ``minimum_count`` together; of people who
    are in several groups, as many are taken to be in the withheld ones as can be. The smallest
    is taken, of equals one that helps in another line, too. And no small group follows from all
    lines together: a system of equations can give away what no line alone does.

    Examples
    --------
    >>> counts = {"a": 90, "b": 3, "c": 40}
    >>> sorted(protecting(counts, [counts], 5))
    ['c']
    """
    few = {cell for cell, count in counts.items() if is_few(count, minimum_count)}
    withheld = {*few, *hidden}
    if not withheld:
        return frozenset()
    wholes = [tuple(line) for line in lines]
    sums = list(zip(wholes, shared or [0.0] * len(wholes), strict=True))
    while (cell := _next(counts, sums, minimum_count, withheld, few, fixed, answers)) is not None:
        withheld.add(cell)
    return frozenset(withheld - few - set(hidden))


def protecting_pairs(
    counts: Mapping[Pair, int],
    minimum_count: int,
    shared: Mapping[Pair, tuple[float, float, float]] = NONE_SHARED,
) -> frozenset[Pair]:
    """The same for a table of two dimensions; ``counts`` are those of pairs of values.

    Each value of both is shown as a whole, too, by itself under the rule of this module.
    ``shared`` has each pair's part in how many people are counted more than once: in the pairs of
    its row, of its column, of the whole table.

    >>> counts = {("a", "x"): 90, ("a", "y"): 3, ("b", "x"): 50, ("b", "y"): 60}
    >>> sorted(protecting_pairs(counts, 5))
    [('a', 'x'), ('b', 'x'), ('b', 'y')]
    """
    cells: dict[tuple[object, ...], int] = {("cell", *cell): n for cell, n in counts.items()}
    lines: dict[object, list[tuple[object, ...]]] = {}
    more: list[float] = []
    in_table = sum(it[2] for it in shared.values())
    wholes: set[tuple[object, ...]] = set()
    for axis in (0, 1):
        sums: dict[str | None, int] = {}
        in_line: dict[str | None, float] = {}
        for cell, count in counts.items():
            sums[cell[axis]] = sums.get(cell[axis], 0) + count
            twice = shared[cell][axis] if cell in shared else 0.0
            in_line[cell[axis]] = in_line.get(cell[axis], 0.0) + twice
        sums = {value: count - round(in_line[value]) for value, count in sums.items()}
        in_lines = in_table - sum(in_line.values())
        shown_less = protecting(sums, [sums], minimum_count, shared=[in_lines])
        for value, count in sums.items():
            if is_few(count, minimum_count):
                continue  # all its cells are withheld, and so is it
            line: list[tuple[object, ...]] = [
                ("cell", *cell) for cell in counts if cell[axis] == value
            ]
            if value in shown_less:
                # Its cells mustn't tell it.
                whole = (WHOLE, axis, value)
                cells[whole] = count
                wholes.add(whole)
                line.append(whole)
            lines[axis, value] = line
            more.append(in_line[value])
    lines[WHOLE] = [("cell", *cell) for cell in counts]
    more.append(in_table)
    found = protecting(
        cells, lines.values(), minimum_count, hidden=wholes, fixed=wholes, shared=more
    )
    return frozenset((cell[1], cell[2]) for cell in found if cell[0] == "cell")  # type: ignore[misc]


def withheld(
    frame: pl.DataFrame,
    base: str,
    minimum_count: int,
    *,
    figures: Iterable[str],
    protects: pl.Series | None = None,
    few: str = TOO_FEW,
) -> pl.DataFrame:
    """The frame without what small groups, and those that protect them, are told by.

    Parameters
    ----------
    base
        The column with the groups' bases; it is withheld along with ``figures``.
    protects
        Which rows are withheld for others' sake; none if not given.
    few
        The ``reason`` of rows that are too small; that of the others is ``protects_others``. A
        frame without that column gets one.

    Notes
    -----
    A column ``base`` says ``withheld``.

    Examples
    --------
    >>> frame = pl.DataFrame({"segment": ["a", "b", "c"], "n": [90, 3, 40], "lost": [9, 1, 4]})
    >>> withheld(frame, "n", 5, figures=["lost"], protects=protecting_rows(frame, "n", 5)).rows()
    [('a', 90, 9, None), ('b', None, None, 'too_few_to_show'), ('c', None, None, 'protects_others')]
    """
    n = pl.col(base)
    is_small = n.is_between(1, minimum_count - 1).fill_null(False)
    is_other = pl.lit(False) if protects is None else pl.lit(protects)
    before = pl.col("reason") if "reason" in frame.columns else pl.lit(None, pl.String)
    told = {
        "reason": pl.when(is_small)
        .then(pl.lit(few))
        .when(is_other)
        .then(pl.lit(PROTECTS))
        .otherwise(before)
    }
    if "base" in frame.columns:
        told["base"] = pl.when(is_small | is_other).then(pl.lit("withheld")).otherwise("base")
    names = dict.fromkeys([base, *figures])
    return frame.with_columns(pl.when(~(is_small | is_other)).then(pl.col(list(names))), **told)


def protecting_rows(
    frame: pl.DataFrame,
    base: str,
    minimum_count: int,
    *,
    within: Sequence[str] = (),
    hidden: pl.Series | None = None,
    shared: float = 0.0,
    answers: str | None = None,
) -> pl.Series:
    """Which rows are withheld for others' sake, where all of them make up a shown whole.

    ``within`` are columns whose values are shown as wholes each; rows that are ``hidden`` already
    count as withheld. ``shared`` is by how much the bases add up to more people than there are,
    ``answers`` the column with how many answers they gave.
    """
    counts = dict(enumerate(frame[base].fill_null(0).to_list()))
    given = dict(enumerate(frame[answers].fill_null(0).to_list())) if answers else NO_COUNTS
    lines: dict[object, list[int]] = {}
    keys = frame.select(within).rows() if within else [()] * frame.height
    for row, key in enumerate(keys):
        lines.setdefault(key, []).append(row)
    before = frozenset() if hidden is None else frozenset(hidden.arg_true().to_list())
    more = [shared] * len(lines)
    found = protecting(
        counts, lines.values(), minimum_count, hidden=before, shared=more, answers=given
    )
    return pl.Series([row in found for row in counts], dtype=pl.Boolean)


def protecting_periods(
    frame: pl.DataFrame,
    base: str,
    minimum_count: int,
    grain: Grain,
    fiscal_year: FiscalYear,
    *,
    within: str | None = None,
    people_of: Mapping[tuple[str, date | None], int] | None = None,
) -> pl.Series:
    """The same of periods: each lies in a quarter, a year and the filters' whole period.

    ``within`` is a column of which each value has periods of its own, such as the channel.
    ``people_of`` says how many people are in a longer period, by its grain and first day, and in
    the whole (:data:`WHOLE`, None), where they are in several periods; else none are.
    """
    counts = dict(enumerate(frame[base].fill_null(0).to_list()))
    owners = frame[within].to_list() if within else [None] * frame.height
    lines: dict[tuple[str, date | None, str | None], list[int]] = {}
    for longer in LONGER[grain]:
        for row, day in enumerate(frame["period"]):
            start = fiscal_year.start_of(day, longer)
            lines.setdefault((longer, start, owners[row]), []).append(row)
    for row, owner in enumerate(owners):
        lines.setdefault((WHOLE, None, owner), []).append(row)
    shared = [0.0] * len(lines)
    if people_of is not None:
        shared = [
            sum(counts[row] for row in rows) - people_of[longer, first_on]
            for (longer, first_on, _), rows in lines.items()
        ]
    found = protecting(counts, lines.values(), minimum_count, shared=shared)
    return pl.Series([row in found for row in counts], dtype=pl.Boolean)


def _next(
    counts: Mapping[CellKey, int],
    lines: Sequence[tuple[tuple[CellKey, ...], float]],
    minimum_count: int,
    withheld: Set[CellKey],
    few: Set[CellKey],
    fixed: Set[CellKey],
    answers: Mapping[CellKey, int],
) -> CellKey | None:
    """A group that has to be withheld too; None if all are safe, or nothing is left to withhold."""
    found = [(line, more) for line, more in lines if any(cell in withheld for cell in line)]
    touched = [line for line, _ in found]
    for line, more in found:
        own = [cell for cell in line if cell in withheld]
        together = max(sum(counts[cell] for cell in own) - more, max(counts[cell] for cell in own))
        is_last = len(line) - len(own) == 1
        given = sum(answers.get(cell, 0) for cell in own) if is_last else 0
        is_enough = len(own) > 1 and max(together, given) >= minimum_count
        if (
            not is_enough
            and (cell := _smallest(line, counts, touched, withheld, fixed)) is not None
        ):
            return cell
    for given_away in _given_away(touched, withheld) & few if len(touched) > 1 else ():
        for line in touched:
            if (
                given_away in line
                and (cell := _smallest(line, counts, touched, withheld, fixed)) is not None
            ):
                return cell
    return None


def _smallest(
    line: Sequence[CellKey],
    counts: Mapping[CellKey, int],
    touched: Sequence[tuple[CellKey, ...]],
    withheld: Set[CellKey],
    fixed: Set[CellKey],
) -> CellKey | None:
    """The smallest that is shown, if possible one that lies in another touched line, too."""
    shown = [cell for cell in line if cell not in withheld | fixed and counts[cell] > 0]
    own = set(line)
    helpful = {cell for other in touched if not own <= set(other) for cell in other}
    return min(shown, key=lambda it: (it not in helpful, counts[it]), default=None)


def _given_away(lines: Sequence[tuple[CellKey, ...]], withheld: Set[CellKey]) -> set[CellKey]:
    """Withheld groups that the lines' equations have only one solution for."""
    cells = [cell for cell in dict.fromkeys(cell for line in lines for cell in line)
             if cell in withheld]  # fmt: skip
    places = {cell: place for place, cell in enumerate(cells)}
    equations = np.zeros((len(lines), len(cells)))
    for row, line in enumerate(lines):
        for cell in line:
            if cell in places:
                # A whole stands on the other side, and its sign doesn't change what is free.
                equations[row, places[cell]] = 1.0
    _, sizes, directions = np.linalg.svd(equations)
    rank = int((sizes > 1e-9).sum())
    free = directions[rank:]
    return {cell for cell, place in places.items() if np.abs(free[:, place]).max(initial=0) < 1e-9}
