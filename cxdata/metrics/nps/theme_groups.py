"""Words that are said together: themes that stand for one thing, each group by its first word."""

from __future__ import annotations

import polars as pl

from cxdata.models import Filters
from cxdata.store.connection import Store

# D: from this share of the rarer word's comments on, two words are one thing.
TOGETHER_SHARE = 0.5
# As many words as could stand in a chart; the others are too small to be looked at.
GROUPED_TERMS = 40
GROUP_SCHEMA = {"term": pl.String(), "first_term": pl.String()}
_COLUMNS = ("term", "language", "comment_count", "theme_points")


def theme_pairs(store: Store, filters: Filters, terms: tuple[str, ...]) -> pl.DataFrame:
    """In how many comments two themes are mentioned together.

    Returns
    -------
    pl.DataFrame
        One row per pair that is, of the first 40 terms: ``term``, ``other_term`` (String, the
        later one in the alphabet), ``both_count`` (Int64); in the order of the alphabet. No rows
        where none is.
    """
    return store.query("theme_pairs", filters, terms=list(terms[:GROUPED_TERMS]) or [""])


def theme_groups(themes: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Which themes are said together.

    Parameters
    ----------
    themes
        Rows of :func:`cxdata.metrics.nps.themes.nps_themes` with points, the strongest first.
    pairs
        As :func:`theme_pairs` returns them.

    Returns
    -------
    pl.DataFrame
        One row per theme, in the order given: ``term`` (String), ``first_term`` (String): that of
        the theme that leads its group, its own if it leads or stands alone. No rows without
        themes.

    Notes
    -----
    A theme joins the first group whose leading theme is of the same language, moves the NPS the
    same way, and is in at least half of the comments of the rarer of the two. Points aren't
    added up: comments mention several words of a group.

    >>> words = pl.DataFrame({
    ...     "term": ["fr:robot", "fr:suit", "fr:conseil"], "language": ["fr"] * 3,
    ...     "comment_count": [40, 100, 60], "theme_points": [-3.0, 2.0, 1.0],
    ... })
    >>> pairs = pl.DataFrame(
    ...     {"term": ["fr:conseil"], "other_term": ["fr:suit"], "both_count": [30]}
    ... )
    >>> theme_groups(words, pairs)["first_term"].to_list()
    ['fr:robot', 'fr:suit', 'fr:suit']
    """
    both = {frozenset(row[:2]): row[2] for row in pairs.iter_rows()}
    leaders: list[tuple[str, str, int, float]] = []
    rows = []
    for row in themes.select(_COLUMNS).iter_rows():
        term, language, count, points = row
        first = next(
            (
                lead
                for lead, lead_language, lead_count, lead_points in leaders
                if lead_language == language
                and (lead_points < 0) == (points < 0)
                and both.get(frozenset({lead, term}), 0)
                >= TOGETHER_SHARE * max(1, min(count, lead_count))
            ),
            None,
        )
        if first is None:
            leaders.append(row)
        rows.append((term, first or term))
    return pl.DataFrame(rows, schema=GROUP_SCHEMA, orient="row")
