"""How many customers have answered: whom the other figures speak for."""

from __future__ import annotations

from typing import Any

from cxdata import sentences as say
from cxdata.i18n import Translator
from cxdata.metrics.churn.coverage import answer_coverage
from cxdata.panels.panel import Headline, Panel, Request, line, panel_of


def answer_coverage_panel(request: Request) -> Panel:
    """Customers who have answered, of all at the end of the period, and their part of revenue."""
    tr = request.tr
    coverage = request.result(answer_coverage)
    row = coverage.row(0, named=True)
    question, method = tr("How many customers have answered?"), "how-many-customers-have-answered"
    if row["reason"]:
        reason = say.reason_sentence(row["reason"], tr)
        return panel_of(
            request, "answer_coverage", question, "", method, scope="customers", reason=reason
        )
    share = tr.percent(row["answered_share"])
    return panel_of(
        request,
        "answer_coverage",
        question,
        tr("{share} of customers have answered", share=share),
        method,
        scope="customers",
        headline=Headline(
            tr("Customers who have answered"),
            tr(
                "{n} of {total}",
                n=tr.number(row["answered_count"]),
                total=tr.number(row["customer_count"]),
            ),
            share,
        ),
        notes=(
            line(
                tr(
                    "{confidence} interval {low} to {high}",
                    low=tr.percent(row["answered_share_low"]),
                    high=tr.percent(row["answered_share_high"]),
                ),
                _revenue_text(row, tr),
                say.unfiltered_text(request.filters, tr),
            ),
            line(
                tr(
                    "Customers on {day}; any scored answer to the relationship survey counts.",
                    day=tr.day(row["window_last_on"]),
                )
            ),
        ),
        frame=coverage,
    )


def _revenue_text(row: dict[str, Any], tr: Translator) -> str:
    if row["answered_revenue_share"] is None:
        return tr("their part of revenue isn't known or is withheld")
    return tr("{share} of known revenue", share=tr.percent(row["answered_revenue_share"]))
