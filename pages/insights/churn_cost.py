"""Churn cost: what does losing customers cost, and how much of it is dissatisfaction?"""

import streamlit as st

from cxdata.charts.churn_cost import churn_by_class_figure, cost_range_figure, sensitivity_figure
from cxdata.metrics.churn_cost import assumptions, churn_by_class, churn_cost_summary, sensitivity
from cxdata.sentences import (
    churn_basis,
    cost_amounts,
    cost_sentence,
    cost_title,
    dissatisfaction_sentence,
    reason_sentence,
    revenue_at_risk_sentence,
)
from cxdata.tables import assumptions_table, classes_table
from pages.components.context import cached, current_filters, store, tr
from pages.components.downloads import show_data
from pages.components.figures import (
    show_chart,
    show_note,
    show_nothing,
    show_scope,
    show_table,
    show_text,
    show_title,
)

filters, translate = current_filters(), tr()
currency = store().settings.firm.currency
churn = cached(churn_cost_summary, filters).row(0, named=True)
show_title(cost_title(churn, translate, currency))
show_scope(filters, scope="customers")
if churn["customer_churn_rate"] is None:
    show_nothing(reason_sentence(churn["reason"], translate))
    st.stop()

show_text(cost_sentence(churn, translate, currency))
amounts = cost_amounts(churn, translate)
if amounts:
    show_chart(
        "cost_range", cost_range_figure(amounts, translate, currency, height=190), scope="customers"
    )
show_text(dissatisfaction_sentence(churn, translate, currency))
show_text(revenue_at_risk_sentence(churn, translate, currency))
show_note(churn_basis(churn, translate))

by_class, by_assumption = st.columns(2)
with by_class:
    show_title(translate("Who leaves?"))
    classes = cached(churn_by_class, filters)
    show_chart("churn_by_class", churn_by_class_figure(classes, translate), scope="customers")
    show_note([translate("Class of the last answer before the period; bars are 95% intervals.")])
    show_data(
        "churn_by_class",
        translate("Who leaves?"),
        classes_table(classes, translate),
        classes,
        scope="customers",
    )
with by_assumption:
    show_title(translate("Which assumption moves the cost most?"))
    swings = cached(sensitivity, filters)
    if not swings.is_empty():
        show_chart(
            "sensitivity", sensitivity_figure(swings, translate, currency), scope="customers"
        )
show_title(translate("Assumptions"))
show_table(assumptions_table(assumptions(store().settings), currency, translate))
