"""What kind of comment each is, by published rules; the suggestions gathered and answered.

Which kind a comment is, is a guess of rules (``comment_types.toml``) until a person says it. What a
person said also holds for comments of the same words. How often the guess is right is known only
from comments that were drawn by chance: those that somebody happened to look at tell nothing of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl

from cxdata.cases.alerts import asked_pattern
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.metrics.statistics.rates import with_rate
from cxdata.models import Filters
from cxdata.record import note_done
from cxdata.store.connection import Store

CommentKind = Literal["suggestion", "question", "problem", "compliment", "none"]
COMMENT_KINDS: tuple[CommentKind, ...] = get_args(CommentKind)
COMMENT_TYPES = Path(__file__).with_name("comment_types.toml")
MOST_REPLY_LETTERS = 2_000
# As many as a page lists.
LISTED_COMMENTS = 200


def typed_comments(store: Store, filters: Filters) -> pl.DataFrame:
    """Which kind each comment is.

    Returns
    -------
    pl.DataFrame
        One row per answer with a comment, the newest first; no rows if there is none, or the reader
        may not see comments. The columns of ``typed_comments.sql``: ``response_id``, ``person``
        (the customer, else the answer), ``segment``, ``themes`` (of suggestions), ``guess`` and
        ``kind`` (of :data:`COMMENT_KINDS`), ``is_told`` (a person said it), ``is_answered``.
    """
    return store.query("typed_comments", filters, **_patterns())


def comment_kinds(store: Store, filters: Filters) -> pl.DataFrame:
    """How many comments are of each kind, and how often the rules are right about it.

    Returns
    -------
    pl.DataFrame
        One row per kind, in the order of :data:`COMMENT_KINDS`; no rows without comments.

        - ``comment_kind`` (String)
        - ``comment_count`` (Int64); null of fewer than ``minimum_count`` people
        - ``comment_share`` (Float64, 0 to 1): of all comments; null if any count is
        - ``checked_count`` (Int64): comments given that kind by the rules that were drawn by
          chance and checked, of all time; ``right_count`` of them rightly
        - ``precision_share`` (Float64, 0 to 1) with ``…_low`` and ``…_high`` (Wilson); null of
          fewer than ``minimum_count`` checked
    """
    typed = typed_comments(store, filters)
    if typed.is_empty():
        return pl.DataFrame()
    answers = store.settings.answers
    counts = typed.group_by("kind").agg(
        pl.len().cast(pl.Int64).alias("comment_count"),
        pl.col("person").n_unique().alias("people_count"),
    )
    checked = store.query("checked_kinds")
    rows = (
        pl.DataFrame({"kind": COMMENT_KINDS})
        .join(counts, on="kind", how="left", maintain_order="left")
        .join(checked, on="kind", how="left", maintain_order="left")
        .with_columns(
            pl.col("comment_count", "people_count", "checked_count", "right_count")
            .fill_null(0)
            .cast(pl.Int64)
        )
    )
    is_small = pl.col("people_count").is_between(1, answers.minimum_count - 1)
    shown = rows.with_columns(
        pl.when(~is_small).then("comment_count").alias("comment_count")
    ).with_columns(
        # With the shares of the others, what is withheld would be what is left of the whole.
        pl.when(~is_small.any()).then(pl.col("comment_count") / typed.height).alias("comment_share")
    )
    return with_rate(
        shown, "precision_share", part="right_count", whole="checked_count", answers=answers
    ).select(
        pl.col("kind").alias("comment_kind"),
        *("comment_count", "comment_share", "checked_count", "right_count"),
        *("precision_share", "precision_share_low", "precision_share_high"),
    )


def suggestion_counts(store: Store, filters: Filters) -> pl.DataFrame:
    """What suggestions are about and of whom they are.

    Returns
    -------
    pl.DataFrame
        One row per theme and segment of at least ``minimum_count`` people, themes first, of each
        the largest first; no rows if there is none. A suggestion counts in each of its themes.

        - ``grouping`` (String): ``theme`` or ``segment``; ``value`` (String)
        - ``suggestion_count``, ``answered_count`` (Int64)
    """
    found = typed_comments(store, filters)
    wanted = found.filter(pl.col("kind") == "suggestion")
    least = store.settings.answers.minimum_count
    by_theme = wanted.with_columns(pl.col("themes").cast(pl.List(pl.String))).explode("themes")
    parts = [
        rows.drop_nulls(name)
        .group_by(pl.col(name).alias("value"))
        .agg(
            pl.len().cast(pl.Int64).alias("suggestion_count"),
            pl.col("is_answered").sum().cast(pl.Int64).alias("answered_count"),
            pl.col("person").n_unique().alias("people_count"),
        )
        .filter(pl.col("people_count") >= least)
        .sort(["suggestion_count", "value"], descending=[True, False])
        .select(
            pl.lit(name).alias("grouping"),
            pl.col("value").cast(pl.String),
            *("suggestion_count", "answered_count"),
        )
        for rows, name in ((by_theme.rename({"themes": "theme"}), "theme"), (wanted, "segment"))
    ]
    return pl.concat(parts)


def listed_comments(
    store: Store, filters: Filters, kind: CommentKind, is_answered: bool | None = None
) -> pl.DataFrame:
    """The comments of a kind, with what was replied.

    Returns
    -------
    pl.DataFrame
        One row per comment, the newest first, at most :data:`LISTED_COMMENTS`; no rows if they are
        of fewer than ``minimum_count`` people. ``comment``, ``nps_score``, ``segment``,
        ``responded_at``, ``reply``, ``replied_by``, ``replied_at``, ``guess``, ``is_told``.

    Raises
    ------
    AccessError
        If the reader may not see people.
    """
    store.see_people()
    found = typed_comments(store, filters).filter(pl.col("kind") == kind)
    if found["person"].n_unique() < store.settings.answers.minimum_count:
        return pl.DataFrame()
    if is_answered is not None:
        found = found.filter(pl.col("is_answered") == is_answered)
    return _with_texts(store, found.head(LISTED_COMMENTS))


def comment_to_check(store: Store, filters: Filters) -> dict[str, Any] | None:
    """A comment whose kind nobody has said, drawn by chance; None if there is none.

    Raises
    ------
    AccessError
        If the reader may not see people.
    """
    store.see_people()
    typed = typed_comments(store, filters)
    if typed.is_empty() or typed["person"].n_unique() < store.settings.answers.minimum_count:
        return None
    left = typed.filter(~pl.col("is_told"), pl.col("guess") != "none")
    if left.is_empty():
        return None
    drawn = left.sample(1)
    return _with_texts(store, drawn).row(0, named=True)


def note_kind(
    store: Store,
    response_id: str,
    kind: str,
    *,
    guess: str,
    is_drawn: bool = False,
    noted_by: str | None = None,
) -> None:
    """Say which kind a comment is: the guess, or another one.

    Raises
    ------
    CxDataError
        If there is no such kind, or no such comment for this reader to see.
    """
    if kind not in COMMENT_KINDS:
        raise CxDataError(
            N_("A comment is of no kind called {said}."),
            N_("There are: {known}."),
            said=kind[:80],
            known=", ".join(COMMENT_KINDS),
        )
    _note(store, response_id, "kind", kind, guess, noted_by, is_drawn=is_drawn)


def note_reply(
    store: Store, response_id: str, text: str, *, guess: str, noted_by: str | None = None
) -> None:
    """Say what was done about a suggestion; an empty text takes the last one back.

    Raises
    ------
    CxDataError
        If the text is too long, or there is no such comment for this reader to see.
    """
    said = "".join(it for it in text if it >= " " or it in "\n\t").strip()
    if len(said) > MOST_REPLY_LETTERS:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(said),
            most=MOST_REPLY_LETTERS,
        )
    _note(store, response_id, "reply", said, guess, noted_by)


def _note(
    store: Store,
    response_id: str,
    field: str,
    value: str,
    guess: str,
    by: str | None,
    *,
    is_drawn: bool = False,
) -> None:
    store.see_people()
    seen = store.query("comments_of_answers", response_ids=[response_id])
    if seen.is_empty() or not seen["comment"][0]:
        raise CxDataError(
            N_("There is no such answer, contact or customer."), N_("Load the page again.")
        )
    with store.keeping() as con:
        con.execute(
            """insert into comment_notes (response_id, change_number, changed_at, changed_by,
                field, guess, is_drawn, value)
            select $response_id, coalesce(max(change_number), 0) + 1, $now, $by, $field, $guess,
                $is_drawn, $value
            from comment_notes""",
            {
                "response_id": response_id,
                "now": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
                "by": by,
                "field": field,
                "guess": guess,
                "is_drawn": is_drawn,
                "value": value,
            },
        )
        con.execute("update store_info set data_version = data_version + 1")
    note_done(store, "comment_noted", details={"field": field})


def _with_texts(store: Store, found: pl.DataFrame) -> pl.DataFrame:
    texts = store.query("comments_of_answers", response_ids=found["response_id"].to_list())
    told = found.select("response_id", "guess", "kind", "is_told")
    return texts.join(told, on="response_id", how="left", maintain_order="left")


@cache
def _patterns() -> Mapping[str, str]:
    """The patterns of the published lists, by the parameter that they are for."""
    lists = tomllib.loads(COMMENT_TYPES.read_text("utf-8"))
    denials = "|".join(lists["denials"])
    found: dict[str, str] = {}
    for kind in COMMENT_KINDS[:-1]:
        pattern = asked_pattern([*lists[kind]["fr"], *lists[kind]["en"]]) or "^$"
        found[kind] = pattern
        if kind in ("problem", "compliment"):
            found[f"{kind}_denied"] = rf" ({denials}) ([\pL\pN]+ )?{pattern.lstrip()}"
    return found
