"""Churn cost: what does losing customers cost, how much of it is dissatisfaction, what would
acting bring?"""

import streamlit as st

from cxdata.panels import churn
from pages.components.figures import (
    pick_section,
    show_nothing,
    show_scope,
    show_text,
    show_title,
)
from pages.components.panels import request, show_notes, show_panel_data
from pages.parts.churn_cost.sections import SECTIONS, draw_headlines, draw_section

asked = request()
rate, cost = churn.customer_churn_panel(asked), churn.cost_panel(asked)
show_title(cost.title)
show_scope(rate.filters, scope="customers")
if rate.headline is None:
    show_nothing(rate.reason)
    st.stop()

show_text(churn.board_panel(asked).title)
draw_headlines(asked, rate, cost)
show_notes(cost)
show_panel_data(cost)

section = pick_section("churn", SECTIONS)
draw_section(section, asked)
