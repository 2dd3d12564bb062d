"""Clauses to terms: which words count alone, which beside a neighbour, which are negated.

All words of many comments stand in one array of roles, in reading order. A border (``BORDER``)
parts clauses; ``MARGIN`` of them stand at either end. Places are indexes into that array.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxdata.ingest.comments.words import WordRole

REACH = 4  # how many words a negation may stand away from its word
SPAN = 2  # how many links may stand between the two words of a term
MARGIN = REACH + 1
NOWHERE = 0  # a place that always holds a border

Integers = NDArray[np.int64]
Roles = NDArray[np.int8]
Flags = NDArray[np.bool_]


class Spans(NamedTuple):
    """Terms as places of words: one number per term in each column.

    Attributes
    ----------
    word
        The word itself, of two words the second.
    partner
        The first of two words; ``NOWHERE`` if the word stands alone.
    first, last
        The words of the label, and all between them.
    is_negated
        Whether the word is negated.
    """

    word: Integers
    partner: Integers
    first: Integers
    last: Integers
    is_negated: Flags

    def taken(self, places: Integers) -> Spans:
        """Of the terms those at some places, in that order."""
        return Spans(
            self.word[places],
            self.partner[places],
            self.first[places],
            self.last[places],
            self.is_negated[places],
        )


def terms_in(roles: Roles, has_stem: Flags) -> Spans:
    """The terms of all clauses in reading order; a word stands before the pair that it ends."""
    roles = _settled(roles, has_stem)
    target, first, last = _negated(roles)
    roles[target] = WordRole.NOT  # counts neither alone nor beside another
    alone = np.flatnonzero(roles == WordRole.CONTENT)
    partner, second = _pairs(roles)
    nowhere = np.full(len(target) + len(alone), NOWHERE)
    spans = Spans(
        word=np.concatenate((target, alone, second)),
        partner=np.concatenate((nowhere, partner)),
        first=np.concatenate((first, alone, partner)),
        last=np.concatenate((last, alone, second)),
        is_negated=np.arange(len(nowhere) + len(second)) < len(target),
    )
    return spans.taken(np.argsort(spans.word, kind="stable"))


def _settled(roles: Roles, has_stem: Flags) -> Roles:
    """*Plus* and *personne* are negations near *ne*, and words like others elsewhere."""
    at = np.flatnonzero(roles == WordRole.NOT_AFTER_NE)
    is_near_ne = (_nearest(roles, at, _back(REACH), {WordRole.NE}) != NOWHERE) | (
        roles[at + 1] == WordRole.NE
    )
    is_second = np.isin(roles[at - 1], (WordRole.NOT, WordRole.NOT_AFTER_NE))
    otherwise = np.where(has_stem[at], WordRole.CONTENT, WordRole.STOP)
    settled = roles.copy()
    settled[at] = np.where(is_near_ne & ~is_second, WordRole.NOT, otherwise)
    return settled


def _negated(roles: Roles) -> tuple[Integers, Integers, Integers]:
    """The negated words, each with the first and last word of its label; the first negation of a
    word is its own."""
    at = np.flatnonzero(roles == WordRole.NOT)
    ne, verb = _verb_between(roles, at)
    after = _word_after(roles, at)
    before = np.where(roles[at - 1] == WordRole.CONTENT, at - 1, NOWHERE)  # ça marche pas
    has_verb, has_after = verb != NOWHERE, after != NOWHERE
    target = np.where(has_verb, verb, np.where(has_after, after, before))
    first = np.where(has_verb, ne, np.where(has_after, at, before))
    last = np.where(has_after & ~has_verb, after, at)
    words, own = np.unique(target, return_index=True)
    own = own[words != NOWHERE]
    return target[own], first[own], last[own]


def _verb_between(roles: Roles, at: Integers) -> tuple[Integers, Integers]:
    """*Ne*, and what stands between it and the negation: *ne comprend pas*."""
    ne = _nearest(roles, at, _back(REACH), {WordRole.NE})
    verb = _nearest(roles, np.where(ne == NOWHERE, at, ne), _on(REACH), {WordRole.CONTENT})
    return ne, np.where((ne != NOWHERE) & (verb < at), verb, NOWHERE)


def _word_after(roles: Roles, at: Integers) -> Integers:
    """What the negation stands before: *pas encore livré*, *n'a pas été livré*."""
    ends = {WordRole.TURN, WordRole.NOT}
    content = _nearest(roles, at, _on(REACH), {WordRole.CONTENT}, ends)
    weak = _nearest(roles, at, _on(REACH), {WordRole.BEFORE, WordRole.WEAK}, ends)
    return np.where(content == NOWHERE, weak, content)


def _pairs(roles: Roles) -> tuple[Integers, Integers]:
    """Two words with at most ``SPAN`` links between them, one of which says something."""
    standing = np.flatnonzero(roles != WordRole.LINK)
    first, second = standing[:-1], standing[1:]
    one, two = roles[first], roles[second]
    is_pair = (one >= WordRole.BEFORE) & (two > WordRole.BEFORE) & (second - first <= SPAN + 1)
    is_pair &= (one == WordRole.CONTENT) | (two == WordRole.CONTENT)
    return first[is_pair], second[is_pair]


def _nearest(
    roles: Roles,
    at: Integers,
    steps: Iterable[int],
    wanted: Collection[WordRole],
    ends: Collection[WordRole] = (),
) -> Integers:
    """From each place the first of the steps that meets a wanted role in the clause, before one
    that ends the search; ``NOWHERE`` if none does."""
    found = np.full(len(at), NOWHERE)
    is_open = np.ones(len(at), dtype=bool)
    for step in steps:
        role = roles[at + step]
        is_hit = is_open & np.isin(role, list(wanted))
        found[is_hit] = at[is_hit] + step
        is_open &= ~is_hit & ~np.isin(role, [WordRole.BORDER, *ends])
    return found


def _back(count: int) -> range:
    return range(-1, -1 - count, -1)


def _on(count: int) -> range:
    return range(1, 1 + count)
