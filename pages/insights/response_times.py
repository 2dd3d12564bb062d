"""Response times: on each channel, do we answer in the time customers accept?"""

import streamlit as st

from cxdata.charts.response_time import compliance_figure, compliance_trend_figure
from cxdata.i18n.names import name_of
from cxdata.metrics.response_time import compliance_by_channel, compliance_trend
from cxdata.models import GRAINS
from cxdata.sentences import compliance_title, worst_channel_sentence
from cxdata.tables import compliance_table, standards_table
from pages.components.annotations import events_of
from pages.components.context import cached, current_filters, store, tr
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
standards = store().settings.response_time
channels = cached(compliance_by_channel, filters)
show_title(compliance_title(channels, translate))
show_scope(filters, scope="contacts")
if not channels["contact_count"].sum():
    show_nothing(translate("No contacts for these filters."))
    st.stop()

show_text(worst_channel_sentence(channels, translate))
if channels["compliance_rate"].is_not_null().any():
    show_chart("compliance", compliance_figure(channels, translate, height=240), scope="contacts")
show_note(
    [
        translate("In time = met ÷ (met + missed); still open past its time is missed."),
        translate("Not yet due is in neither. The line on each bar is its 95% interval."),
    ]
)
show_table(compliance_table(channels, translate))

grain = st.segmented_control(
    translate("Grain"),
    GRAINS,
    default="month",
    required=True,
    format_func=lambda code: name_of("grain", code, translate),
    key=f"response_grain:{translate.locale}",
    label_visibility="collapsed",
)
show_title(translate("In time over time"))
trend = cached(compliance_trend, filters, grain=grain)
events = events_of(filters)
show_chart(
    "compliance_trend",
    compliance_trend_figure(trend, translate, grain, events=events),
    scope="contacts",
)
show_title(translate("What “in time” means"))
show_table(standards_table(channels, standards, translate))
