"""Following up: was it in time, and did it help?"""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.charts.root_causes import known_revenue_text, root_causes_figure, shown_shares
from cxdata.i18n import N_, Translator
from cxdata.metrics.follow_up.helped import leaving_by_follow_up, rescue_rate
from cxdata.metrics.follow_up.in_time import follow_up_summary, root_causes
from cxdata.panels.panel import Headline, Panel, Request, line, panel_of
from cxdata.sentences.cases import case_value_text

METHOD = "following-up"
NOT_BY_CHANCE = N_("Who is called isn't chosen by chance: this compares, it doesn't prove.")
NO_CASES = N_("No case was opened in this period.")
GROUPS = {"followed": N_("Reached"), "others": N_("Not reached")}


def in_time_panel(request: Request) -> Panel:
    """How many cases were followed up in time, and how long it took."""
    tr = request.tr
    found = request.result(follow_up_summary)
    row = found.row(0, named=True)
    question = tr("Are customers called back in time?")
    if row["case_count"] == 0:
        return _panel(request, "follow_up_in_time", question, question, reason=tr(NO_CASES))
    return _panel(
        request,
        "follow_up_in_time",
        question,
        in_time_text(row, tr),
        headline=Headline(
            tr("Followed up in time"),
            _counted(row, tr) if row["judged_count"] else "–",
            "" if row["in_time_share"] is None else tr.percent(row["in_time_share"], 0),
            is_pale=row["in_time_share"] is None,
        ),
        notes=(
            line(_interval(row, "in_time_share", tr), _half(row, tr), _waiting(row, tr)),
            line(_opened_since(request)),
        ),
        frame=found,
    )


def _opened_since(request: Request) -> str:
    """Which cases are counted: the period's last day ends nothing, as they open when files come."""
    period = request.filters.period
    if period is None:
        return ""
    return request.tr(
        "cases opened since {day}, also after the period",
        day=request.tr.short_day(period.first_on),
    )


def _counted(row: dict[str, Any], tr: Translator) -> str:
    return tr(
        "{n} of {total}",
        n=tr.number(row["in_time_count"]),
        total=tr.number(row["judged_count"]),
    )


def in_time_text(row: dict[str, Any], tr: Translator) -> str:
    """The one sentence: so many of so many in time; nothing where there is no case."""
    if not row["case_count"]:
        return ""
    if not row["judged_count"]:
        return tr.plural("{n} case, none due yet", "{n} cases, none due yet", row["case_count"])
    return tr(
        "{n} of {total} cases followed up in time",
        n=tr.number(row["in_time_count"]),
        total=tr.number(row["judged_count"]),
    )


def followed_up(request: Request) -> str:
    """So many of so many cases followed up in time; nothing where there is no case."""
    return in_time_text(request.result(follow_up_summary).row(0, named=True), request.tr)


def rescue_panel(request: Request) -> Panel:
    """Whether detractors who were reached give better scores next time than the others."""
    tr = request.tr
    found = request.result(rescue_rate)
    words = {
        "better": tr("Detractors who were reached are won back more often than the others"),
        "worse": tr("Detractors who were reached are won back less often than the others"),
        "cannot_tell": tr("Whether calling wins detractors back can't be told"),
    }
    question = tr("Are detractors won back who are called?")
    return _compared(request, "follow_up_rescue", question, words, found, "rescued", "rescue_rate")


def leaving_panel(request: Request) -> Panel:
    """Whether fewer of the detractors who were reached leave."""
    tr = request.tr
    found = request.result(leaving_by_follow_up)
    words = {
        "better": tr("Fewer of the detractors who were reached leave"),
        "worse": tr("More of the detractors who were reached leave"),
        "cannot_tell": tr("Whether fewer leave who were reached can't be told"),
    }
    question = tr("Do fewer detractors leave who are called?")
    return _compared(request, "follow_up_leaving", question, words, found, "lost", "leave_rate")


def causes_panel(request: Request) -> Panel:
    """What was behind the cases, by how often and by the revenue concerned."""
    tr = request.tr
    found = request.result(root_causes)
    question = tr("What is behind the cases?")
    if found.is_empty():
        told = tr("No case has a root cause yet.")
        return _panel(request, "follow_up_causes", question, question, reason=told)
    currency = request.store.settings.firm.currency
    first = found.row(0, named=True)
    table = pl.DataFrame(
        {
            tr("Root cause"): [case_value_text("root_cause", it, tr) for it in found["root_cause"]],
            tr("Cases"): [tr.number(it) for it in found["case_count"]],
            tr("Share, added up"): [tr.percent(it, 0) for it in found[shown_shares(found)[1]]],
            tr("Customers"): [tr.number(it) for it in found["customer_count"]],
            tr("Revenue known of"): [tr.number(it) for it in found["revenue_known_count"]],
            tr("Their yearly revenue"): [
                "–" if it is None else tr.money(it, currency, digits=3)
                for it in found["annual_revenue_amount"]
            ],
        }
    )
    return _panel(
        request,
        "follow_up_causes",
        question,
        tr(
            "{cause} is behind {n} of {total} cases",
            cause=case_value_text("root_cause", first["root_cause"], tr),
            n=tr.number(first["case_count"]),
            total=tr.number(int(found["case_count"].sum())),
        ),
        chart=root_causes_figure(found, tr, currency),
        table=table,
        notes=(
            line(_shares_of(found, tr), known_revenue_text(_added(found), tr)),
            line(_opened_since(request)),
        ),
        frame=found,
        texts=lambda: table,
    )


def _shares_of(causes: pl.DataFrame, tr: Translator) -> str:
    """What the bars and the line of the chart are shares of."""
    if shown_shares(causes)[0] == "revenue_share":
        return tr("Shares of the known yearly revenue")
    return tr("Shares of the cases")


def _added(causes: pl.DataFrame) -> dict[str, Any]:
    return causes.select(pl.col("revenue_known_count", "customer_count").sum()).row(0, named=True)


def _compared(
    request: Request,
    key: str,
    question: str,
    words: dict[str, str],
    found: pl.DataFrame,
    part: str,
    rate: str,
) -> Panel:
    tr = request.tr
    if found.is_empty() or found["reason"].null_count() < found.height:
        told = tr("Too few detractors were called back to say what it does.")
        return _panel(request, key, question, question, reason=told)
    table = pl.DataFrame(
        {
            tr("Group"): [tr(GROUPS[it]) for it in found["following"]],
            tr("Customers"): [tr.number(it) for it in found["customer_count"]],
            tr("Share"): [tr.percent(it) for it in found[rate]],
            tr("Interval"): [
                tr.percent_range(*ends)
                for ends in found.select(f"{rate}_low", f"{rate}_high").iter_rows()
            ],
        }
    )
    row = found.row(0, named=True)
    difference = (
        ""
        if row["difference"] is None
        else tr(
            "difference {value} points, {confidence} interval {low} to {high}",
            value=tr.signed(100 * row["difference"], 1),
            low=tr.signed(100 * row["difference_low"], 1),
            high=tr.signed(100 * row["difference_high"], 1),
        )
    )
    return _panel(
        request,
        key,
        question,
        words[row["verdict"]],
        table=table,
        notes=(line(difference), line(tr(NOT_BY_CHANCE))),
        frame=found,
        texts=lambda: table,
        units=dict.fromkeys(("difference", "difference_low", "difference_high"), "share"),
    )


def _interval(row: dict[str, Any], name: str, tr: Translator) -> str:
    if row[name] is None:
        return ""
    return tr(
        "{confidence} interval {low} to {high}",
        low=tr.percent(row[f"{name}_low"], 0),
        high=tr.percent(row[f"{name}_high"], 0),
    )


def _half(row: dict[str, Any], tr: Translator) -> str:
    seconds = row["first_contact_p50_seconds"]
    return "" if seconds is None else tr("half reached within {time}", time=tr.duration(seconds))


def _waiting(row: dict[str, Any], tr: Translator) -> str:
    count = row["waiting_count"]
    return tr.plural("{n} not due yet", "{n} not due yet", count) if count else ""


def _panel(request: Request, key: str, question: str, title: str, **shown: Any) -> Panel:
    return panel_of(request, key, question, title, METHOD, scope="customers", **shown)
