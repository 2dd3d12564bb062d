"""Overview: are customers more loyal, how mature is the experience, do we answer in time,
what does churn cost? And what should we decide?"""

import streamlit as st

from cxdata import sentences as say
from cxdata.charts.at_a_glance import compliance_picture, cost_picture, nps_picture
from cxdata.charts.cx_pyramid import OVERVIEW, pyramid_svg
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.nps.score import nps_by, nps_change
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.pyramid.levels import company_level, pyramid_levels
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.metrics.response_time.compliance import compliance_by_channel
from pages.components.context import cached, current_filters, store, tr
from pages.components.figures import (
    colour_mode,
    show_headline,
    show_note,
    show_picture,
    show_scope,
    verdict_mood,
)
from pages.parts.overview.cards import card, decision, headline_and_chart

filters, translate = current_filters(), tr()
currency, mode = store().settings.firm.currency, colour_mode()
show_scope(filters)
top_left, top_right = st.columns(2, gap="small")
bottom_left, bottom_right = st.columns(2, gap="small")

with card(top_left, "insights/nps.py", translate("Are customers more loyal?")):
    change, trend = cached(nps_change, filters), cached(nps_trend, filters, grain="month")
    headline, chart = headline_and_chart()
    with headline:
        changed, mood = say.nps_change_sentence(change, translate), verdict_mood(change)
        show_headline(translate("NPS"), say.nps_value(change, translate), changed, mood=mood)
    with chart:
        if trend["nps"].is_not_null().any():
            drawn = nps_picture(trend, translate, "month", mode)
            show_picture(drawn, say.nps_title(change, translate))
    show_note(say.nps_basis(change, translate))
    weakest = cached(nps_by, filters, "journey")
    decision(say.weakest_sentence(weakest, "journey", translate))

with card(top_right, "insights/cx_pyramid.py", translate("How mature is the experience?")):
    model = pyramid_model(store().settings)
    levels = cached(pyramid_levels, filters, model=model)
    company = company_level(levels)
    headline, chart = headline_and_chart(2.2)
    with headline:
        state = say.level_state(company, translate)
        show_headline(translate("Level"), say.level_value(company, translate), state)
    with chart:
        names = [translate(level.name) for level in model.levels]
        drawing = pyramid_svg(levels, names, translate, mode=mode, look=OVERVIEW)
        show_picture(drawing, say.level_title(company, translate))
    unfiltered = say.unfiltered_text(filters, translate, "assessments")
    show_note(
        [translate("The weakest journey gives the level; every gate has to be passed."), unfiltered]
    )
    decision(say.held_back_sentence(company, levels, model, translate))

with card(bottom_left, "insights/response_times.py", translate("Do we answer in time?")):
    channels = cached(compliance_by_channel, filters)
    headline, chart = headline_and_chart()
    with headline:
        show_headline(translate("Channels at goal"), say.compliance_value(channels, translate))
    with chart:
        if channels["compliance_rate"].is_not_null().any():
            drawn = compliance_picture(channels, translate, mode)
            show_picture(drawn, say.compliance_title(channels, translate))
    show_note(say.compliance_basis(channels, translate))
    decision(say.worst_channel_sentence(channels, translate))

with card(bottom_right, "insights/churn_cost.py", translate("What does churn cost?")):
    churn = cached(churn_cost_summary, filters).row(0, named=True)
    headline, chart = headline_and_chart(1)
    with headline:
        show_headline(translate("Cost of churn"), say.cost_value(churn, translate, currency))
    with chart:
        amounts, open_question, assumed = say.cost_amounts(churn, translate), "", ""
        if amounts:
            drawn = cost_picture(amounts, translate, currency, mode)
            show_picture(drawn, say.cost_title(churn, translate, currency))
            open_question = say.dissatisfaction_sentence(churn, translate, currency)
            assumed = say.assumptions_text(store().settings.churn, translate, currency)
    unfiltered = say.unfiltered_text(filters, translate)
    show_note([say.cost_sentence(churn, translate, currency), unfiltered, assumed])
    decision(open_question)
