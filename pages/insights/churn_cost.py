"""Churn cost: what does losing customers cost, how much of it is dissatisfaction, what would
acting bring?"""

import streamlit as st

from cxdata.panels import churn
from pages.components.figures import offer_import, show_nothing, show_scope, show_title
from pages.components.insight import pick_tab
from pages.components.panels import request
from pages.parts.churn_cost.sections import SECTIONS, draw_numbers, draw_section

asked = request()
rate, cost = churn.customer_churn_panel(asked), churn.cost_panel(asked)
show_title(cost.title)
show_scope(rate.filters, scope="customers")
if rate.headline is None:
    show_nothing(rate.reason)
    offer_import(rate.known)
    st.stop()

draw_numbers(asked, rate)
section = pick_tab("churn", SECTIONS)
draw_section(section, asked)
