"""Net Promoter Score over two dimensions at once: where it is hot, where it is cold."""

from __future__ import annotations

from collections.abc import Mapping, Set

import polars as pl

from cxdata.metrics.nps import SUMMED, nps_figures, without_figures
from cxdata.models import Dimension, Filters
from cxdata.store.connection import Store

Cell = tuple[str | None, str | None]


def nps_heat(
    store: Store, filters: Filters, rows_dimension: Dimension, columns_dimension: Dimension
) -> pl.DataFrame:
    """Net Promoter Score per pair of values of two dimensions.

    Returns
    -------
    pl.DataFrame
        One row per pair that has answers, by value of the rows, then of the columns; no rows if
        none has.

        - two columns named like the dimensions (String): null for answers that don't say
        - the columns of :func:`cxdata.metrics.nps.nps_summary`
        - ``is_protecting`` (Boolean): withheld although it has enough answers, see the notes

    Raises
    ------
    ValueError
        If the two dimensions are the same.

    Notes
    -----
    The figures of a whole row or column stand elsewhere, so a single withheld cell could be
    worked out from the others. Where a row or column has a withheld cell, it therefore has at
    least two, with ``minimum_count`` answers together at least: if need be its smallest other
    cells are withheld too. That stops sums over one row or column of this table. Whoever asks
    for other periods and filters, too, can still subtract.
    """
    if rows_dimension == columns_dimension:
        raise ValueError("a heat table needs two different dimensions")
    counts = store.query(
        "nps_pair_counts",
        filters,
        rows_dimension=rows_dimension,
        columns_dimension=columns_dimension,
    ).rename({"row_value": rows_dimension, "column_value": columns_dimension, **SUMMED})
    answers = store.settings.answers
    places = counts.select(rows_dimension, columns_dimension).rows()
    cells = dict(zip(places, counts["answer_count"], strict=True))
    protecting = protecting_cells(cells, answers.minimum_count)
    is_protecting = pl.Series([place in protecting for place in places], dtype=pl.Boolean)
    figures = nps_figures(counts, answers).with_columns(is_protecting=is_protecting)
    return without_figures(figures, pl.col("is_protecting"))


def protecting_cells(cells: Mapping[Cell, int], minimum_count: int) -> frozenset[Cell]:
    """Which cells with enough answers are withheld for others' sake; ``cells`` are counts.

    >>> counts = {("a", "x"): 90, ("a", "y"): 3, ("b", "x"): 50, ("b", "y"): 60}
    >>> sorted(protecting_cells(counts, 5))
    [('a', 'x'), ('b', 'x'), ('b', 'y')]
    """
    few = frozenset(cell for cell, count in cells.items() if count < minimum_count)
    withheld = set(few)
    lines: dict[tuple[int, str | None], list[Cell]] = {}
    for cell in cells:
        for axis in (0, 1):
            lines.setdefault((axis, cell[axis]), []).append(cell)
    while next_cell := _next_withheld(lines, withheld, cells, minimum_count):
        withheld.add(next_cell)
    return frozenset(withheld) - few


def _next_withheld(
    lines: Mapping[tuple[int, str | None], list[Cell]],
    withheld: Set[Cell],
    cells: Mapping[Cell, int],
    minimum_count: int,
) -> Cell | None:
    """A cell of a row or column that lacks one; the smallest that also helps the other way."""
    touched = {(axis, cell[axis]) for cell in withheld for axis in (0, 1)}
    for (axis, _), line in lines.items():
        hidden = [cell for cell in line if cell in withheld]
        shown = [cell for cell in line if cell not in withheld]
        is_enough = len(hidden) > 1 and sum(cells[cell] for cell in hidden) >= minimum_count
        if hidden and shown and not is_enough:
            across = 1 - axis
            return min(shown, key=lambda it: ((across, it[across]) not in touched, cells[it]))
    return None
