"""Who answered, and the NPS of all customers beside that of the answers."""

from __future__ import annotations

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.nps_weighting import nps_weighting_figure
from cxdata.metrics.nps.score import NpsChange, nps_change
from cxdata.metrics.nps.weighting import WeightedChange, judgement, nps_weighted_change
from cxdata.metrics.nps.weighting_rows import weighting_rows
from cxdata.panels.panel import Mood, Panel, Request, line, panel_of

METHOD = "who-answered-is-not-who-we-serve-p-holt--smith-1979"


def verdict_mood(change: NpsChange, weighted: WeightedChange | None = None) -> Mood:
    """Only a real change is good or bad news, and none if only other people answered."""
    judged = change.verdict if weighted is None else judgement(change, weighted)
    if judged != "real_change" or not change.difference:
        return "neutral"
    return "good" if change.difference > 0 else "bad"


def coverage_line(request: Request, *, is_short: bool = False) -> tuple[str, ...]:
    """One line beside an NPS: how many customers answered, and the NPS of all of them."""
    weighted = request.result(nps_weighted_change)
    return line(*say.coverage_text(weighted.current, request.tr, is_short=is_short))


def nps_customers_panel(request: Request) -> Panel:
    """Who answered, and the NPS of all customers, by number and by revenue, beside the raw one."""
    tr = request.tr
    change, weighted = request.result(nps_change), request.result(nps_weighted_change)
    rows = weighting_rows(change, weighted)
    question, row = tr("Whom do the answers stand for?"), weighted.current.row(0, named=True)
    reason = row["coverage_reason"] or row["customers_reason"]
    is_drawn = row["customers_nps"] is not None
    known = request.known("answers") | request.known("customers")
    return panel_of(
        request,
        "nps_customers",
        question,
        say.customers_title(weighted, tr),
        METHOD,
        known=known,
        chart=nps_weighting_figure(rows, tr) if is_drawn else None,
        reason="" if is_drawn else say.reason_sentence(reason, tr),
        notes=tuple(say.customers_notes(weighted, tr)),
        frame=rows,
        texts=lambda: tables.nps_weighting_table(rows, tr),
    )
