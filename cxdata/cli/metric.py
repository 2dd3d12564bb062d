"""What ``show`` knows of a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from cxdata.models import Filters, Grain
from cxdata.store.connection import Store


@dataclass(frozen=True)
class Metric:
    """A figure that ``show`` can print, what it can be split by and compared with.

    ``known`` is how far its data goes, of each part that is counted by itself.
    ``also_by`` are splits of its own, besides the dimensions, or in their place if
    ``has_dimensions`` is False. ``compared`` gives the rows for ``--compare``; ``whole`` one row
    about what the rows are parts of.
    """

    rows: Callable[[Store, Filters], pl.DataFrame]
    known: Callable[[Store, Filters], Mapping[str, date]]
    by: Callable[[Store, Filters, Any], pl.DataFrame] | None = None
    trend: Callable[[Store, Filters, Grain], pl.DataFrame] | None = None
    compared: Callable[[Store, Filters], pl.DataFrame] | None = None
    whole: Callable[[Store, Filters, pl.DataFrame], pl.DataFrame] | None = None
    is_change: bool = False
    also_by: tuple[str, ...] = ()
    has_dimensions: bool = True
