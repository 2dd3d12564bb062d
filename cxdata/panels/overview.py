"""The cards of the Overview: a question, its figure at a glance, and what to decide on.

A card is a panel. :data:`CARDS` lists them in their order; one more is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cxdata import sentences as say
from cxdata.charts.at_a_glance import compliance_picture, cost_picture, nps_picture
from cxdata.charts.cx_pyramid import OVERVIEW
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.nps.score import nps_by, nps_change
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.nps.weighting import nps_weighted_change
from cxdata.metrics.pyramid.levels import company_level
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.panels import pyramid
from cxdata.panels.nps import CLASSES_METHOD
from cxdata.panels.nps_weighting import coverage_line, verdict_mood
from cxdata.panels.panel import Headline, Panel, Picture, Request, line, panel_of


@dataclass(frozen=True)
class Card:
    """A card: its panel's key, the page that answers in full, the function that makes it.

    ``picture_width`` is the picture's width beside that of the headline, which is 1.
    """

    key: str
    page: str
    make: Callable[[Request], Panel]
    picture_width: float = 1.3


def nps_card(request: Request) -> Panel:
    """The NPS, its trend, and the journey that is weakest."""
    tr = request.tr
    change, trend = request.result(nps_change), request.result(nps_trend, grain="month")
    weighted = request.result(nps_weighted_change)
    title = say.nps_title(change, tr, weighted)
    picture = None
    if trend["nps"].is_not_null().any():
        picture = Picture(nps_picture(trend, tr, "month", request.mode), title)
    return panel_of(
        request,
        "overview_nps",
        tr("Are customers more loyal?"),
        title,
        CLASSES_METHOD,
        headline=Headline(
            tr("NPS"),
            say.nps_value(change, tr),
            say.nps_change_sentence(change, tr, weighted),
            verdict_mood(change, weighted),
        ),
        picture=picture,
        notes=(
            line(
                *say.nps_basis(change, tr, is_short=True),
                *coverage_line(request, is_short=True),
            ),
        ),
        frame=trend,
        decision=say.weakest_sentence(request.result(nps_by, "journey"), "journey", tr),
    )


def pyramid_card(request: Request) -> Panel:
    """The level of the pyramid, and what holds the weakest journey back."""
    tr, model, levels = request.tr, pyramid.model_of(request), pyramid.journey_levels(request)
    company = company_level(levels)
    rule = tr("The weakest journey gives the level; every gate has to be passed.")
    return panel_of(
        request,
        "overview_pyramid",
        tr("How mature is the experience?"),
        say.level_title(company, tr),
        pyramid.LEVELS,
        scope=pyramid.SCOPE,
        known=pyramid.pyramid_known(request),
        headline=pyramid.level_headline(request),
        picture=pyramid.level_picture(request, OVERVIEW),
        notes=(line(rule, say.unfiltered_text(request.filters, tr, "assessments")),),
        frame=levels,
        units=pyramid.UNITS,
        decision=say.held_back_sentence(company, levels, model, tr),
    )


def compliance_card(request: Request) -> Panel:
    """How many channels answer in time, and the one that doesn't."""
    tr, channels = request.tr, request.result(compliance_by_channel)
    title = say.compliance_title(channels, tr)
    picture = None
    if channels["compliance_rate"].is_not_null().any():
        picture = Picture(compliance_picture(channels, tr, request.mode), title)
    return panel_of(
        request,
        "overview_response_time",
        tr("Do we answer in time?"),
        title,
        "interval-and-verdict-p-wilson-1927",
        scope="contacts",
        headline=Headline(tr("Channels at goal"), say.compliance_value(channels, tr)),
        picture=picture,
        notes=(line(*say.compliance_basis(channels, tr)),),
        frame=channels,
        decision=say.worst_channel_sentence(channels, tr),
    )


def cost_card(request: Request) -> Panel:
    """What churn costs as a range, and which part of it is open."""
    tr, settings = request.tr, request.store.settings
    summary, currency = request.result(churn_cost_summary), settings.firm.currency
    churn = summary.row(0, named=True)
    amounts, title = say.cost_amounts(churn, tr), say.cost_title(churn, tr, currency)
    picture, open_question, assumed = None, "", ""
    if amounts:
        picture = Picture(cost_picture(amounts, tr, currency, request.mode), title)
        open_question = say.dissatisfaction_sentence(churn, tr, currency)
        assumed = say.assumptions_text(settings.churn, tr, currency)
    unfiltered = say.unfiltered_text(request.filters, tr)
    return panel_of(
        request,
        "overview_churn",
        tr("What does churn cost?"),
        title,
        "what-a-lost-customer-costs-p-fader--hardie",
        scope="customers",
        headline=Headline(tr("Cost of churn"), say.cost_value(churn, tr, currency)),
        picture=picture,
        notes=(
            line(
                say.cost_sentence(churn, tr, currency),
                say.other_window_text(churn, request.filters.period, tr),
                unfiltered,
                assumed,
            ),
        ),
        frame=summary,
        decision=open_question,
    )


# In reading order, two in a row.
CARDS: tuple[Card, ...] = (
    Card("overview_nps", "nps", nps_card),
    Card("overview_pyramid", "cx_pyramid", pyramid_card, 2.2),
    Card("overview_response_time", "response_times", compliance_card),
    Card("overview_churn", "churn_cost", cost_card, 1),
)
