"""Churn cost: what does losing customers cost, how much of it is dissatisfaction, what would
acting bring?"""

import streamlit as st

from cxdata import sentences as say
from cxdata import tables
from cxdata.metrics.churn.board import board_figures
from cxdata.metrics.churn.cost import churn_cost_summary
from pages.components.context import cached, current_filters, store, tr
from pages.components.downloads import show_data
from pages.components.figures import (
    pick_section,
    show_nothing,
    show_scope,
    show_text,
    show_title,
)
from pages.parts.churn_cost.sections import SECTIONS, draw_basis, draw_headlines, draw_section

filters, translate = current_filters(), tr()
currency = store().settings.firm.currency
summary = cached(churn_cost_summary, filters)
churn = summary.row(0, named=True)
is_empty = churn["customer_churn_rate"] is None
title = say.cost_title(churn, translate, currency)
show_title(translate("Churn cost") if is_empty else title)
show_scope(filters, scope="customers")
if is_empty:
    show_nothing(say.reason_sentence(churn["reason"], translate))
    st.stop()

board = cached(board_figures, filters).row(0, named=True)
show_text(say.board_sentence(board, translate, currency))
draw_headlines(churn, filters)
draw_basis(churn, filters)
show_data(
    "churn_summary",
    title,
    lambda: tables.churn_summary_table(summary, currency, translate),
    summary,
    scope="customers",
)

section = pick_section("churn", SECTIONS)
draw_section(section, filters, churn)
