"""The units of the columns of a panel's frame, by the ends of their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

# Shares are 0 to 1, points those of the NPS; a number has no unit: a score, a level, a p-value.
Unit = Literal["share", "count", "points", "seconds", "amount", "day", "moment", "number"]

UNIT_ENDINGS: Mapping[str, Unit] = {
    "share": "share",
    "rate": "share",
    "goal": "share",
    "survival": "share",
    "count": "count",
    "nps": "points",
    "points": "points",
    "rest_difference": "points",
    "effect": "points",
    "design_effect": "number",
    "seconds": "seconds",
    "amount": "amount",
    "period": "day",
    "on": "day",
    "at": "moment",
    "p_value": "number",
    "score": "number",
    "level": "number",
}
INTERVAL_ENDS = ("_low", "_high")


def unit_of(column: str) -> Unit | None:
    """The unit that the end of a column's name says; None if it says none.

    The ends of an interval have the unit of what they are the ends of.

    >>> unit_of("compliance_rate"), unit_of("nps_low"), unit_of("opened_at"), unit_of("segment")
    ('share', 'points', 'moment', None)
    """
    name = column
    for end in INTERVAL_ENDS:
        name = name.removesuffix(end)
    endings = [it for it in UNIT_ENDINGS if name == it or name.endswith(f"_{it}")]
    return UNIT_ENDINGS[max(endings, key=len)] if endings else None


def is_text(dtype: pl.DataType) -> bool:
    """Whether a column has words or yes and no: it needs no unit."""
    return dtype in (pl.String, pl.Boolean, pl.List(pl.String)) or isinstance(dtype, pl.Enum)


def units_of(frame: pl.DataFrame, own: Mapping[str, Unit]) -> dict[str, Unit]:
    """The unit of each column with numbers or days.

    Parameters
    ----------
    own
        Of the columns whose names don't say it, or say another.
    """
    named = {
        name: own.get(name) or unit_of(name)
        for name, dtype in frame.schema.items()
        if not is_text(dtype)
    }
    return {name: unit for name, unit in named.items() if unit}
