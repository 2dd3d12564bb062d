"""Who answered of those who were asked; files of invitations tell it."""

from __future__ import annotations

from typing import Any

from cxdata import sentences as say
from cxdata.charts.invitations import (
    leaving_by_answering_figure,
    response_rate_by_figure,
    response_rate_trend_figure,
)
from cxdata.metrics.churn.exposure import customers_known
from cxdata.metrics.invitations.leaving import leaving_by_answering
from cxdata.metrics.invitations.response_rate import (
    InvitationSplit,
    response_rate,
    response_rate_by,
    response_rate_trend,
)
from cxdata.models import Dimension, Grain
from cxdata.panels.panel import Headline, Panel, Request, line, panel_of
from cxdata.sentences.invitations import (
    leaving_by_answering_basis,
    leaving_by_answering_sentence,
    not_counted_text,
    response_rate_basis,
    response_rate_sentence,
)
from cxdata.store.connection import Store
from cxdata.tables import with_period_names
from cxdata.tables.invitations import (
    leaving_by_answering_table,
    response_rate_table,
    response_rate_trend_table,
)

METHOD = "who-answered-response-rate"


def response_rate_panel(request: Request) -> Panel:
    """The response rate of the period, and what it is a share of."""
    tr = request.tr
    rate = request.result(response_rate)
    row = rate.row(0, named=True)
    question = tr("Who answered?")
    title = response_rate_sentence(row, tr)
    if row["response_rate"] is None:
        reason = tr("{reason} {advice}", reason=title, advice=_advice(row["reason"], request))
        return _panel(request, "response_rate", question, title, reason=reason.strip())
    days = request.store.settings.invitations.response_days
    n, base = tr.number(row["answered_count"]), tr.number(row["base_count"])
    return _panel(
        request,
        "response_rate",
        question,
        title,
        headline=Headline(
            tr("Response rate"),
            tr.percent(row["response_rate"]),
            tr("{n} of {total}", n=n, total=base),
        ),
        notes=(
            line(*response_rate_basis(row, tr)),
            line(
                *not_counted_text(row, days, tr),
                say.unfiltered_text(request.filters, tr, "invitations"),
            ),
        ),
        frame=rate,
    )


def response_rate_trend_panel(request: Request, grain: Grain = "month") -> Panel:
    """The response rate by when the invitations were sent."""
    tr = request.tr
    trend = request.result(response_rate_trend, grain=grain)
    has_rates = trend["response_rate"].is_not_null().any()
    return _panel(
        request,
        "response_rate_trend",
        tr("Do more or fewer answer?"),
        tr("Response rate by when it was sent"),
        chart=response_rate_trend_figure(trend, tr, grain) if has_rates else None,
        reason="" if has_rates else _no_rate(request),
        notes=(
            line(
                tr("Band: {confidence} interval. Hollow: not all counted yet."),
                say.fiscal_year_text(grain, tr),
            ),
        ),
        frame=with_period_names(trend, grain, tr),
        texts=lambda: response_rate_trend_table(trend, grain, tr),
    )


def response_rate_by_panel(
    request: Request, split: Dimension | InvitationSplit = "segment"
) -> Panel:
    """The response rate of each group, side by side; none is named, since chance would name one."""
    tr = request.tr
    values = request.result(response_rate_by, split)
    has_rates = values["response_rate"].is_not_null().any()
    return _panel(
        request,
        "response_rate_by",
        tr("Which groups answer?"),
        tr("Response rate by group"),
        chart=response_rate_by_figure(values, split, tr) if has_rates else None,
        reason="" if has_rates else _no_rate(request),
        notes=(
            line(
                tr("Bars: {confidence} intervals. Pale: small base."),
                tr("Of many groups, some lie apart by chance."),
            ),
        ),
        frame=values,
        texts=lambda: response_rate_table(values, split, tr),
    )


def leaving_by_answering_panel(request: Request) -> Panel:
    """Leaving of those who didn't answer beside that of those who did."""
    tr = request.tr
    leaving = request.result(leaving_by_answering)
    key, question = "leaving_by_answering", tr("Do those leave who don't answer?")
    days = request.store.settings.invitations.leave_days
    title = leaving_by_answering_sentence(leaving, days, tr)
    known = request.known("invitations") | request.known("customers")
    if leaving["leave_rate"].is_null().all():
        gap = say.reason_sentence(request.remembered(customers_known).no_days, tr)
        reason = gap or tr(
            "No invited customer is known for {days} days after an invitation.",
            days=days + request.store.settings.invitations.response_days,
        )
        return _panel(request, key, question, title, reason=reason, known=known)
    return _panel(
        request,
        key,
        question,
        title,
        lead=tr("An association, not a proof: who doesn't answer may differ in other ways."),
        chart=leaving_by_answering_figure(leaving, tr),
        notes=(line(*leaving_by_answering_basis(leaving, tr)),),
        frame=leaving,
        texts=lambda: leaving_by_answering_table(leaving, tr),
        units={
            **dict.fromkeys(("difference", "difference_low", "difference_high"), "share"),
            "p_value": "number",
        },
        known=known,
    )


def _no_rate(request: Request) -> str:
    row = request.result(response_rate).row(0, named=True)
    return response_rate_sentence(row, request.tr) or say.reason_sentence(
        "too_few_invited", request.tr
    )


def _advice(reason: str | None, request: Request) -> str:
    """What to import, where nothing is there to count."""
    tr = request.tr
    if reason == "no_invitations" and not request.remembered(_has_invitations):
        return tr(
            "Import the list of those who were asked: the distribution history, recipients or "
            "participants of your survey tool, with the day of sending and the customer's number."
        )
    if reason == "answering_not_told":
        return tr("Export them with their status or the day of the answer.")
    return ""


def _has_invitations(store: Store) -> bool:
    return not store.query("invitations_known").is_empty()


def _panel(request: Request, key: str, question: str, title: str, **shown: Any) -> Panel:
    """A panel of invitations."""
    return panel_of(request, key, question, title, METHOD, scope="invitations", **shown)
