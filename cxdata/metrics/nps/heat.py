"""Net Promoter Score over two dimensions at once: where it is hot, where it is cold."""

from __future__ import annotations

import polars as pl

from cxdata.metrics.nps.repeats import SHARED_PARTS, class_counts, groups_by
from cxdata.metrics.nps.score import against_the_rest, nps_figures
from cxdata.metrics.statistics.withheld import protecting_pairs
from cxdata.models import Dimension, Filters
from cxdata.store.connection import Store


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
        - the columns of :func:`cxdata.metrics.nps.score.nps_summary`
        - the columns of :func:`cxdata.metrics.nps.score.against_the_rest`: the pair against all
          other answers
        - ``is_protecting`` (Boolean): withheld although it has enough answers, see the notes

    Raises
    ------
    ValueError
        If the two dimensions are the same.

    Notes
    -----
    The figures of a whole row or column stand elsewhere, so a single withheld cell could be
    worked out from the others. Where a row or column has a withheld cell, it therefore has at
    least two, with ``minimum_count`` people together at least: if need be its smallest other
    cells are withheld too (:func:`cxdata.metrics.statistics.withheld.protecting_pairs`); likewise
    where the whole row or column is withheld itself. Whoever asks for other periods and filters,
    too, can still subtract.
    """
    if rows_dimension == columns_dimension:
        raise ValueError("a heat table needs two different dimensions")
    groups = groups_by(store, filters, rows_dimension, columns_dimension)
    counts, answers = groups.counts, store.settings.answers
    places = counts.select(rows_dimension, columns_dimension).rows()
    cells = dict(zip(places, counts["people_count"], strict=True))
    shared = groups.shared_parts.select(SHARED_PARTS).rows()
    parts = dict(zip(places, shared, strict=True))
    protecting = protecting_pairs(cells, answers.minimum_count, parts)
    protects = pl.Series([place in protecting for place in places], dtype=pl.Boolean)
    figures = nps_figures(counts, answers, protects)
    compared = against_the_rest(
        figures, class_counts(counts), answers, groups.rest, groups.moves_with_rest
    )
    return compared.with_columns(is_protecting=protects)
