"""What each customer paid on earlier days, as far as the rows of one file tell.

A history is a text such as ``2024-05-10=240;2025-06-01=480``: a year's revenue from the day after
each of these days on, without an amount where it isn't known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from cxdata.ingest.columns import HISTORY

# D: so many days between a subscription's end and the next one's start are a late renewal.
RENEWED_WITHIN_DAYS = 31

Price = tuple[date, float | None]


def history_text(points: Sequence[Price]) -> str | None:
    """The points as one text, those left out that change nothing; None without any amount.

    >>> from datetime import date
    >>> days = date(2024, 5, 10), date(2025, 6, 1), date(2025, 7, 1)
    >>> history_text([(days[0], 240.0), (days[1], 480.5), (days[2], None)])
    '2024-05-10=240;2025-06-01=480.5;2025-07-01='
    """
    told = [it for at, it in enumerate(points) if not at or it[1] != points[at - 1][1]]
    if all(amount is None for _, amount in told):
        return None
    return ";".join(f"{day.isoformat()}={_written(amount)}" for day, amount in told)


def _written(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.15g}"


def with_histories(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Customers, one row each, with what their subscriptions brought by day.

    Parameters
    ----------
    frame
        One row per customer.
    rows
        The subscriptions, one row each, with ``customer_id``, ``started_on``, ``ended_on`` and
        ``annual_revenue_amount``.

    Returns
    -------
    pl.DataFrame
        ``frame`` with :data:`HISTORY`; null for customers of whom a start isn't known, and where
        no price is.
    """
    runs = rows.select("customer_id", "started_on", "ended_on", "annual_revenue_amount")
    several = runs.filter(pl.col("customer_id").is_duplicated())
    made = [
        (customer_id, history_text(_points(group.drop("customer_id").rows())))
        for (customer_id,), group in several.group_by("customer_id", maintain_order=True)
    ]
    histories = pl.DataFrame(
        made, schema={"customer_id": pl.String, HISTORY: pl.String}, orient="row"
    )
    start, amount = pl.col("started_on"), pl.col("annual_revenue_amount")
    alone = runs.filter(~pl.col("customer_id").is_duplicated()).select(
        "customer_id",
        pl.when(start.is_not_null() & amount.is_not_null())
        .then(
            pl.concat_str(
                start.dt.to_string("%Y-%m-%d"),
                pl.lit("="),
                amount.cast(pl.String).str.strip_suffix(".0"),
            )
        )
        .alias(HISTORY),
    )
    told = pl.concat([histories, alone])
    return (
        frame.drop(HISTORY)
        .join(told, on="customer_id", how="left", maintain_order="left")
        .select(frame.columns)
    )


def _points(runs: Sequence[tuple[date | None, date | None, float | None]]) -> list[Price]:
    """Of one customer's subscriptions (start, end, yearly revenue): what all that run bring.

    Nothing where none runs, unless the next one starts so soon that it renews the one before. None
    where a start isn't known: what ran when, isn't known either.

    >>> from datetime import date
    >>> _points([(date(2024, 1, 1), date(2024, 12, 31), 100.0), (date(2025, 1, 2), None, 120.0)])
    [(datetime.date(2024, 1, 1), 100.0), (datetime.date(2025, 1, 2), 120.0)]
    """
    known = [(start, end or date.max, amount) for start, end, amount in runs if start]
    if len(known) < len(runs):
        return []
    ends = {end for _, end, _ in known if end != date.max}
    days = sorted({start for start, _, _ in known} | ends)
    points: list[Price] = []
    for place, day in enumerate(days):
        running = [amount for start, end, amount in known if start <= day < end]
        if not running:
            following = days[place + 1] if place + 1 < len(days) else date.max
            if following == date.max or (following - day).days <= RENEWED_WITHIN_DAYS:
                continue
        points.append((day, _summed(running)))
    return points


def _summed(amounts: Sequence[float | None]) -> float | None:
    known = [it for it in amounts if it is not None]
    return float(sum(known)) if len(known) == len(amounts) else None
