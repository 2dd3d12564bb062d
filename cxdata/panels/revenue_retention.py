"""What of the yearly revenue of the window's first day is there at its end."""

from __future__ import annotations

from typing import Any

from cxdata import sentences as say
from cxdata.i18n import Translator
from cxdata.metrics.churn.revenue_retention import revenue_retention
from cxdata.models import Period
from cxdata.panels.panel import Headline, Panel, Request, line, panel_of

METHOD = "net-and-gross-revenue-retention-p-reichheld-2021"


def revenue_retention_panel(request: Request) -> Panel:
    """Net and gross retention of revenue, and why there is no earned growth."""
    tr, found = request.tr, request.result(revenue_retention)
    row = found.row(0, named=True)
    question = tr("How much of the revenue stays?")
    if row["reason"]:
        reason = say.reason_sentence(row["reason"], tr)
        return panel_of(
            request,
            "revenue_retention",
            question,
            tr("Net revenue retention isn't known"),
            METHOD,
            scope="customers",
            reason=reason,
        )
    net = tr.percent(row["net_retention_rate"])
    return panel_of(
        request,
        "revenue_retention",
        question,
        tr(
            "{net} of the revenue of the start is there at the end, {gross} without what was added",
            net=net,
            gross=tr.percent(row["gross_retention_rate"]),
        ),
        METHOD,
        scope="customers",
        headline=Headline(tr("Net revenue retention"), net),
        notes=(
            line(_interval(row, tr), _known(row, tr)),
            line(
                tr(
                    "Earned growth can't be given: no file says which new customers came by "
                    "recommendation."
                )
            ),
        ),
        frame=found,
    )


def _interval(row: dict[str, Any], tr: Translator) -> str:
    net, gross = (
        tr.percent_range(row[f"{it}_retention_rate_low"], row[f"{it}_retention_rate_high"])
        for it in ("net", "gross")
    )
    return tr("{confidence} intervals: net {net}, gross {gross}", net=net, gross=gross)


def _known(row: dict[str, Any], tr: Translator) -> str:
    window = Period(row["window_first_on"], row["window_last_on"])
    return tr(
        "{n} of {customers} customers, revenue known at both ends of {window}",
        n=tr.number(row["revenue_count"]),
        customers=tr.number(row["customer_count"]),
        window=say.period_text(window, tr),
    )
