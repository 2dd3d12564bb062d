"""The view from the top: what a journey would be at level 6, in its team's own words.

Each writing is kept with its day; the newest counts. Texts are data and are kept as typed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from cxdata.errors import CxDataError
from cxdata.followup.annotations import NAME_LETTERS
from cxdata.i18n import N_
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

VISION_LETTERS = 2_000
TOP_LEVEL = 6
VISION_SCHEMA: dict[str, pl.DataType] = {
    "journey": pl.String(),
    "vision": pl.String(),
    "needless_levels": pl.List(pl.Int64()),
    "written_at": pl.Datetime("us"),
    "written_by": pl.String(),
}


@dataclass(frozen=True)
class Vision:
    """What level 6 would be for a journey, and which lower levels it would make needless."""

    journey: str
    text: str
    needless_levels: tuple[int, ...] = ()
    author: str = ""


def recorded_visions(store: Store) -> pl.DataFrame:
    """The newest view from the top of each journey.

    Returns
    -------
    pl.DataFrame
        One row per journey that has one, by name: ``journey``, ``vision`` (String),
        ``needless_levels`` (List(Int64), 1 to 5, ascending), ``written_at`` (Datetime, UTC),
        ``written_by`` (String, null if not told). No rows if none was written.
    """
    rows = [
        {
            **row,
            "needless_levels": stored_json(
                row["needless_levels"], "journey_visions.needless_levels"
            ),
        }
        for row in store.query("journey_visions").to_dicts()
        if row["vision"]
    ]
    return pl.DataFrame(rows, schema=VISION_SCHEMA)


def write_vision(store: Store, vision: Vision) -> None:
    """Keep a journey's view from the top; without a text, take the one that it has away.

    Raises
    ------
    CxDataError
        If a text is too long.
    ValueError
        If a needless level isn't one of 1 to 5.
    """
    if not set(vision.needless_levels) <= set(range(1, TOP_LEVEL)):
        raise ValueError(f"no lower levels: {vision.needless_levels}")
    row = {
        "journey": vision.journey,
        "vision": _text(vision.text, VISION_LETTERS),
        "needless_levels": json.dumps(sorted(set(vision.needless_levels))),
        "written_at": datetime.now(UTC).replace(tzinfo=None),
        "written_by": _text(" ".join(vision.author.split()), NAME_LETTERS) or None,
    }
    with store.transaction() as con:
        con.execute(
            """insert into journey_visions
                (journey, vision, needless_levels, written_at, written_by, change_number)
            select $journey, $vision, $needless_levels, $written_at, $written_by,
                coalesce(max(change_number), 0) + 1
            from journey_visions""",
            row,
        )
        con.execute("update store_info set data_version = data_version + 1")


def _text(text: str, most: int) -> str:
    """As typed, without what no keyboard types; lines stay lines."""
    kept = "".join(it for it in text if it >= " " or it in "\n\t").strip()
    if len(kept) > most:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(kept),
            most=most,
        )
    return kept
