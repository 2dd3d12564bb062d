"""Response times: on each channel, do we answer in the time customers accept? When not?"""

import streamlit as st

from cxdata import sentences as say
from cxdata import tables
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.metrics.response_time.contacts_behind import ContactChoice
from pages.components.annotations import draw_events_and_lines
from pages.components.contacts_list import offer_contacts, open_contacts
from pages.components.context import cached, current_filters, tr
from pages.components.downloads import show_data
from pages.components.figures import pick_section, show_note, show_scope, show_text, show_title
from pages.parts.response_times.sections import (
    SECTIONS,
    draw_channels,
    draw_section,
    draw_trend,
    worst_hours_sentences,
)

filters, translate = current_filters(), tr()
channels = cached(compliance_by_channel, filters)
title = say.compliance_title(channels, translate)
show_title(title)
show_scope(filters, scope="contacts")
if not say.has_contacts(channels):
    st.stop()

worst = say.worst_channel_sentence(channels, translate)
show_text(" ".join([worst, *worst_hours_sentences(channels, filters)]))
draw_channels(channels)
show_note(
    [
        translate("In time = met ÷ (met + missed); still open past its time is missed."),
        translate("Not yet due is in neither."),
        translate("Lower strip: waits, cut at the favourable time and at the limit."),
    ]
)
show_data(
    "compliance",
    title,
    lambda: tables.compliance_table(channels, translate),
    channels,
    scope="contacts",
)

draw_trend(filters)
with st.container(horizontal=True):
    draw_events_and_lines()
    offer_contacts("all", translate("Show the contacts"), ContactChoice())

section = pick_section("response", SECTIONS)
draw_section(section, filters, channels)
open_contacts()
