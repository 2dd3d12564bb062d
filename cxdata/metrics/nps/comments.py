"""What customers wrote, to be read: a few comments of each class, or all that hold a word."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from cxdata.metrics.nps.answers_behind import Choice, answers_behind
from cxdata.models import NPS_CLASSES, Filters
from cxdata.store.connection import Store

# Of each class; as many as a reader compares.
QUOTED = 3
# A shorter comment says too little to be quoted where there are longer ones.
QUOTED_LETTERS = 25
# Answers that are looked through for comments and words, the first ones of the list behind.
READ_ROWS = 5_000
# What in a comment leads to a person: an address, a number of a phone, an account or a card.
HIDDEN = "[…]"
ADDRESSES = r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"
LONG_NUMBERS = r"(?:\+|\b(?:[A-Z]{2})?)\d(?:[ .()/\u00a0\u202f-]{0,2}\d){8,}"
COMMENT_COLUMNS = ("comment", "nps_class", "nps_score", "responded_on", "segment", "journey")


@dataclass(frozen=True)
class Comments:
    """Comments as a frame, how many there are, and why there are none.

    ``comments`` has a row per comment: ``comment`` (String), ``nps_class`` (String),
    ``nps_score`` (Int8), ``responded_on`` (Date), ``segment``, ``journey`` (String, null if not
    given). No customer stands in it, and e-mail addresses and numbers of nine digits and more are
    hidden in what was written; a name that somebody wrote isn't known to be one.
    """

    comments: pl.DataFrame
    comment_count: int
    reason: str | None = None


def read_comments(
    store: Store, filters: Filters, choice: Choice, *, search: str = "", most: int = 20
) -> Comments:
    """The newest comments of a choice, those that hold the searched words where they aren't hidden.

    Upper and lower case are the same; the words are text, not a pattern. Whether they may be
    listed is decided as for :func:`cxdata.metrics.nps.answers_behind.answers_behind`.
    """
    found = answers_behind(store, filters, choice, most_rows=READ_ROWS)
    hidden = (
        pl.col("comment").str.replace_all(ADDRESSES, HIDDEN).str.replace_all(LONG_NUMBERS, HIDDEN)
    )
    written = found.answers.filter(
        pl.col("comment").str.strip_chars().str.len_chars() > 0
    ).with_columns(hidden)
    if search.strip():
        wanted = search.strip().lower()
        written = written.filter(
            pl.col("comment").str.to_lowercase().str.contains(wanted, literal=True)
        )
    newest = written.sort("responded_on", "response_id", descending=True)
    return Comments(newest.select(COMMENT_COLUMNS).head(most), newest.height, found.reason)


def quotations(store: Store, filters: Filters, choice: Choice) -> dict[str, Comments]:
    """Three comments of each class, detractors first: the newest that say something.

    ``choice`` may have a theme; its class is that of each list.
    """
    return {
        nps_class: _quoted(read_comments(
            store, filters, replace(choice, nps_class=nps_class), most=READ_ROWS
        ))
        for nps_class in reversed(NPS_CLASSES)
    }  # fmt: skip


def _quoted(read: Comments) -> Comments:
    """The newest of different words, the telling ones first."""
    is_short = pl.col("comment").str.len_chars() < QUOTED_LETTERS
    different = read.comments.unique("comment", keep="first", maintain_order=True)
    ordered = different.sort(is_short, maintain_order=True)
    return replace(read, comments=ordered.head(QUOTED))
