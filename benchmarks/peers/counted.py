"""What both peers show, computed as somebody would who starts today: DuckDB over two Parquet files.

Answers have ``responded_on``, ``nps_score``, ``segment``; contacts ``opened_on``, ``channel``,
``segment``, ``is_in_time``. No intervals, no verdicts, nothing known of how old the data is.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import plotly.graph_objects as go

FOLDER = Path(os.environ["PEERS_DATA"])
PERIODS = {
    "Last 12 months": 365,
    "Last 3 months": 91,
    "Last 6 months": 182,
    "Last 24 months": 730,
    "Last 36 months": 1095,
    "Whole history": 36500,
}
ALL = "All segments"
TREND = """
select date_trunc('month', responded_on) as month,
    100.0 * (count(*) filter (nps_score >= 9) - count(*) filter (nps_score <= 6)) / count(*)
from read_parquet($file)
where responded_on >= $first_on and ($segment is null or segment = $segment)
group by 1 order by 1
"""
IN_TIME = """
select channel, 100.0 * count(*) filter (is_in_time) / count(*)
from read_parquet($file)
where opened_on >= $first_on and ($segment is null or segment = $segment)
group by 1 order by 1
"""
con = duckdb.connect()


def segments() -> list[str]:
    rows = con.execute(
        "select distinct segment from read_parquet($file) order by 1",
        {"file": str(FOLDER / "answers.parquet")},
    ).fetchall()
    return [ALL, *(row[0] for row in rows)]


def last_on() -> date:
    row: Any = con.execute(
        "select max(responded_on) from read_parquet($file)",
        {"file": str(FOLDER / "answers.parquet")},
    ).fetchone()
    found: date = row[0]
    return found


def figures(period: str, segment: str) -> tuple[go.Figure, go.Figure]:
    """The trend of the NPS, and the share of contacts in time by channel."""
    bound = {
        "first_on": last_on() - timedelta(days=PERIODS[period]),
        "segment": None if segment == ALL else segment,
    }
    cursor = con.cursor()
    trend = cursor.execute(TREND, bound | {"file": str(FOLDER / "answers.parquet")}).fetchall()
    kept = cursor.execute(IN_TIME, bound | {"file": str(FOLDER / "contacts.parquet")}).fetchall()
    line = go.Figure(go.Scatter(x=[it[0] for it in trend], y=[it[1] for it in trend]))
    bars = go.Figure(go.Bar(x=[it[0] for it in kept], y=[it[1] for it in kept]))
    line.update_layout(title="NPS", height=320)
    bars.update_layout(title="Answered in time, %", height=320)
    return line, bars
