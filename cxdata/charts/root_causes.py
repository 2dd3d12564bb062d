"""What is behind cases, as a Pareto chart: each cause's share, and what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from cxdata.charts.dots import HEAD_HEIGHT
from cxdata.charts.theme import ACCENT, MUTED, Figure, axis, faded, layout, literal, share_axis
from cxdata.i18n import Translator
from cxdata.i18n.names import NAMES, name_of

MOST_CAUSES = 12
ROW_HEIGHT = 34


def root_causes_figure(causes: pl.DataFrame, tr: Translator, currency: str) -> Figure:
    """The causes from the top down in the order of the table: that with the most revenue first.

    Bars are shares of the known yearly revenue and the line what they add up to, as the order is by
    revenue; where no revenue is known, both are of the cases.

    Parameters
    ----------
    causes
        As :func:`cxdata.metrics.follow_up.in_time.root_causes` returns it, with a row at least.
    """
    rows = list(reversed(causes.head(MOST_CAUSES).to_dicts()))
    share, added = shown_shares(causes)
    places = list(range(len(rows)))
    said = [_cause_text(row, tr, currency) for row in rows]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": name_of("column", share, tr),
                "y": places,
                "x": [row[share] for row in rows],
                "marker": {"color": faded(ACCENT, 0.55)},
                "customdata": said,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name_of("column", added, tr),
                "y": places,
                "x": [row[added] for row in rows],
                "line": {"color": MUTED, "width": 2},
                "customdata": said,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        ],
        "layout": layout(
            HEAD_HEIGHT + ROW_HEIGHT * len(rows),
            margin={"l": 8, "r": 16, "t": 16, "b": 8},
            xaxis=share_axis(tr, [0, 0.25, 0.5, 0.75, 1], range=[0, 1.04]),
            yaxis=axis(
                showgrid=False,
                tickvals=places,
                ticktext=[cause_name(row["root_cause"], tr) for row in rows],
                range=[-0.6, len(rows) - 0.4],
            ),
        ),
    }


def shown_shares(causes: pl.DataFrame) -> tuple[str, str]:
    """The columns that are drawn: of the revenue where any is known, else of the cases."""
    if causes["revenue_share"].null_count():
        return "case_share", "cumulative_share"
    return "revenue_share", "cumulative_revenue_share"


def cause_name(cause: str, tr: Translator) -> str:
    """A cause of ours in the reader's language; one of the firm's own as it was typed."""
    return name_of("root_cause", cause, tr) if cause in NAMES["root_cause"] else literal(cause)


def _cause_text(row: dict[str, Any], tr: Translator, currency: str) -> str:
    cases = tr.plural("{n} case", "{n} cases", row["case_count"])
    revenue = row["annual_revenue_amount"]
    parts = [f"{cases} ({tr.percent(row['case_share'], 0)})"]
    if revenue is not None:
        told = tr.money(revenue, currency, digits=3)
        parts += [f"{told} ({tr.percent(row['revenue_share'], 0)})" if revenue else told]
        parts += [known_revenue_text(row, tr)]
    return "<br>".join([f"<b>{cause_name(row['root_cause'], tr)}</b>", *parts])


def known_revenue_text(row: Mapping[str, Any], tr: Translator) -> str:
    """Of how many of the customers the revenue is known."""
    return tr(
        "customers whose revenue is known: {n} of {total}",
        n=tr.number(row["revenue_known_count"]),
        total=tr.number(row["customer_count"]),
    )
