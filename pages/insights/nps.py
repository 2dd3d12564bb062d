"""NPS: is loyalty rising or falling, for whom, why, and is it real?"""

import streamlit as st

from cxdata.charts.nps import nps_by_figure, nps_classes_figure, nps_trend_figure
from cxdata.i18n.names import name_of
from cxdata.metrics.nps import nps_by, nps_change, nps_mix, nps_trend
from cxdata.models import DIMENSIONS, GRAINS
from cxdata.sentences import (
    mix_sentence,
    nps_basis,
    nps_change_sentence,
    nps_title,
    nps_value,
    reason_sentence,
    weakest_sentence,
)
from cxdata.tables import nps_by_table, nps_mix_table, nps_trend_table
from pages.components.context import cached, current_filters, tr
from pages.components.downloads import show_data
from pages.components.figures import (
    show_chart,
    show_headline,
    show_note,
    show_nothing,
    show_scope,
    show_table,
    show_text,
    show_title,
    verdict_mood,
)

filters, translate = current_filters(), tr()
change = cached(nps_change, filters)
now = change.current.row(0, named=True)
show_title(nps_title(change, translate))
show_scope(filters)
if now["nps"] is None:
    show_nothing(reason_sentence(now["reason"], translate))
    st.stop()

headline, classes = st.columns([1, 3], vertical_alignment="center")
with headline:
    sentence = nps_change_sentence(change, translate)
    show_headline(
        translate("NPS"), nps_value(change, translate), sentence, mood=verdict_mood(change)
    )
with classes:
    show_chart("nps_classes", nps_classes_figure(now, translate))
    show_note(nps_basis(change, translate))

grain = st.segmented_control(
    translate("Grain"),
    GRAINS,
    default="month",
    required=True,
    format_func=lambda code: name_of("grain", code, translate),
    key=f"nps_grain:{translate.locale}",
    label_visibility="collapsed",
)
trend = cached(nps_trend, filters, grain=grain)
show_chart("nps_trend", nps_trend_figure(trend, translate, grain))
show_note([translate("Band: 95% interval. Pale: small base. Hollow: period not complete.")])
show_data(
    "nps_trend", nps_title(change, translate), nps_trend_table(trend, grain, translate), trend
)

dimension = st.segmented_control(
    translate("By"),
    DIMENSIONS,
    default="segment",
    required=True,
    format_func=lambda code: name_of("dimension", code, translate),
    key=f"nps_dimension:{translate.locale}",
)
values = cached(nps_by, filters, dimension)
who, why = st.columns(2)
with who:
    show_title(translate("For whom?"))
    show_text(weakest_sentence(values, dimension, translate))
    show_chart("nps_by", nps_by_figure(values, dimension, translate))
    show_data(
        "nps_by",
        weakest_sentence(values, dimension, translate),
        nps_by_table(values, dimension, translate),
        values,
    )
with why:
    show_title(translate("Why did it move?"))
    mix = cached(nps_mix, filters, dimension)
    show_text(mix_sentence(mix, change, translate))
    show_table(nps_mix_table(mix, dimension, translate))
