"""Terms that stand for the same comments, so that each theme is shown once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

# D: from this share of a word's comments on, two words say all that the word says.
REPEATED_SHARE = 0.9

Words = dict[str, frozenset[str]]  # term -> its stems


def without_repeats(themes: pl.DataFrame, counts: Sequence[str]) -> pl.DataFrame:
    """Of terms for the same comments only one, in the order given.

    Parameters
    ----------
    themes
        ``term``, ``label`` and the columns named by ``counts``, one row per term.
    counts
        Columns that tell comments apart; the sum of those that end in ``comment_count`` is how
        many comments mention a term.

    Notes
    -----
    A word goes if a pair with it stands for at least 90 % of its comments. Of terms with equal
    counts that share a word, also through others, the longest label stays.

    >>> themes = pl.DataFrame({
    ...     "term": ["fr:attent", "fr:servic", "fr:servic client", "fr:!livr"],
    ...     "label": ["attente", "service", "service client", "pas livré"],
    ...     "comment_count": [50, 100, 95, 20],
    ... })
    >>> without_repeats(themes, ["comment_count"])["label"].to_list()
    ['attente', 'service client', 'pas livré']
    """
    words_of = {term: frozenset(term[3:].split(" ")) for term in themes["term"]}
    mentions = themes.select("term", pl.sum_horizontal("^.*comment_count$"))
    repeated = set(_words_in_pairs(words_of, dict(mentions.iter_rows())))
    for group in _alike(themes.filter(~pl.col("term").is_in(list(repeated))), counts):
        repeated |= _parts_of_phrases(group, words_of)
    return themes.filter(~pl.col("term").is_in(list(repeated)))


def _words_in_pairs(words_of: Words, mentions: dict[str, int]) -> Iterator[str]:
    for pair, words in words_of.items():
        for word in words if len(words) == 2 else ():
            term = pair[:3] + word
            if term in mentions and mentions[pair] >= REPEATED_SHARE * mentions[term]:
                yield term


def _alike(themes: pl.DataFrame, counts: Sequence[str]) -> Iterable[list[str]]:
    """Terms of a language with equal counts, the longest label first."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    longest_first = themes.sort(pl.col("label").str.len_chars(), "term", descending=[True, False])
    for term, *figures in longest_first.select("term", *counts).iter_rows():
        groups[(term[:2], *figures)].append(term)
    return groups.values()


def _parts_of_phrases(group: list[str], words_of: Words) -> set[str]:
    """All but the first of those that share words, also through others."""
    phrases: list[tuple[frozenset[str], list[str]]] = []
    for term in group:
        words, terms = words_of[term], [term]
        apart = []
        for phrase in phrases:
            if phrase[0] & words_of[term]:
                words, terms = words | phrase[0], phrase[1] + terms
            else:
                apart.append(phrase)
        phrases = [*apart, (words, terms)]
    kept = {min(terms, key=group.index) for _, terms in phrases}
    return set(group) - kept
