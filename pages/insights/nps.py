"""NPS: is loyalty rising or falling, for whom, why, and is it real?"""

import streamlit as st

from cxdata import sentences as say
from cxdata.charts.nps import nps_classes_figure
from cxdata.metrics.nps.score import nps_change
from pages.components.annotations import draw_events_and_lines
from pages.components.answers_list import offer_people, open_people, show_choosable
from pages.components.context import cached, current_filters, tr
from pages.components.figures import (
    pick_section,
    show_headline,
    show_note,
    show_nothing,
    show_scope,
    show_title,
    verdict_mood,
)
from pages.parts.nps.sections import SECTIONS, draw_section, draw_trend

filters, translate = current_filters(), tr()
change = cached(nps_change, filters)
now = change.current.row(0, named=True)
show_title(say.nps_title(change, translate))
show_scope(filters)
if now["nps"] is None:
    show_nothing(say.reason_sentence(now["reason"], translate))
    st.stop()

headline, classes = st.columns([1, 3], vertical_alignment="center")
with headline:
    sentence = say.nps_change_sentence(change, translate)
    value, mood = say.nps_value(change, translate), verdict_mood(change)
    show_headline(translate("NPS"), value, sentence, mood=mood)
with classes:
    show_choosable("nps_classes", nps_classes_figure(now, translate))
    show_note(say.nps_basis(change, translate))

draw_trend(filters, say.nps_title(change, translate))
with st.container(horizontal=True):
    draw_events_and_lines()
    offer_people("nps")

section = pick_section("nps", SECTIONS)
draw_section(section, filters)
open_people()
