"""Panels on a page: one place that draws what ``cxdata.panels`` made, alike everywhere."""

from __future__ import annotations

from contextlib import nullcontext

import streamlit as st

from cxdata.charts.theme import Figure, with_description
from cxdata.models import Filters
from cxdata.panels import Headline, Panel, Request
from cxdata.panels.panel import Picture
from pages.components.answers_list import show_choosable
from pages.components.contacts_list import show_contacts_chart
from pages.components.context import cached, current_filters, store, tr
from pages.components.downloads import show_data
from pages.components.explaining import show_how
from pages.components.figures import (
    colour_mode,
    show_chart,
    show_headline,
    show_note,
    show_nothing,
    show_picture,
    show_table,
    show_text,
    show_title,
)
from pages.components.sketches import sketch_html


def request(filters: Filters | None = None) -> Request:
    """What this reader asks for at this moment; results are kept for everybody."""
    return Request(store(), filters or current_filters(), tr(), cached, colour_mode())


def show_panel(panel: Panel, *, is_titled: bool = True) -> None:
    """The whole panel: title, notes, figure or the reason for none, data."""
    if is_titled and panel.title:
        show_title(panel.title)
    show_text(panel.lead)
    for parts in panel.notes_above:
        show_note(parts)
    show_figure(panel)
    show_notes(panel)
    show_panel_data(panel)


def show_figure(panel: Panel) -> None:
    """What is drawn, or why nothing is, unless the title says so already."""
    if panel.reason and panel.reason != panel.title:
        show_nothing(panel.reason)
    if panel.picture:
        draw_picture(panel.picture)
    if panel.table is not None:
        show_table(panel.table)
    if panel.chart is not None:
        _show_chart(panel, panel.chart)
    if panel.gap:
        show_nothing(panel.gap)


def draw_picture(picture: Picture) -> None:
    """A drawing of our own: with its labels as the page's text, where it has them apart."""
    if picture.sketch:
        st.html(sketch_html(picture.sketch, picture.description))
    else:
        show_picture(picture.svg, picture.description)


def _show_chart(panel: Panel, chart: Figure) -> None:
    key, chart = (
        panel.chart_key or panel.key,
        with_description(chart, panel.title or panel.question),
    )
    if panel.behind is None:
        show_chart(key, chart, scope=panel.scope, filters=panel.filters, known=panel.known)
    elif panel.behind.people == "answers":
        show_choosable(key, chart, grain=panel.behind.grain)
    else:
        show_contacts_chart(key, chart, grain=panel.behind.grain)


def show_notes(panel: Panel) -> None:
    """The small print, with the mark that explains the figure at its end."""
    with st.container(horizontal=True, wrap=False, gap="xsmall"):
        with st.container(gap="xsmall"):
            for parts in panel.notes:
                show_note(parts)
        show_how(panel)


def show_value(headline: Headline) -> None:
    """The value with its verdict; pale and hatched where it rests on few."""
    with st.container(key=f"pale_{headline.label}") if headline.is_pale else nullcontext():
        show_headline(
            headline.label,
            headline.value,
            headline.verdict,
            mood=headline.mood,
            moved=headline.moved,
        )
    if any(headline.basis):
        show_note(headline.basis)


def show_panel_data(panel: Panel, *, title: str = "") -> None:
    """The table and the files, where the panel has any."""
    if panel.frame is None or panel.texts is None:
        return
    show_data(
        panel.key,
        title or panel.title,
        panel.texts,
        panel.frame,
        scope=panel.scope,
        filters=panel.filters,
        known=panel.known,
    )
