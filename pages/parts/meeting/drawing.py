"""One screen of a meeting: large enough for a room."""

from __future__ import annotations

from html import escape
from pathlib import PurePosixPath

import streamlit as st

from cxdata.charts.cx_pyramid import LEVEL_COLOURS
from cxdata.charts.theme import with_description
from cxdata.i18n import Translator
from cxdata.pack.pack import PackFigure, PackSection, PackTable, PyramidLevel
from cxdata.pack.shown import chart_figure, grid_figure
from pages.components.context import plain, tr
from pages.components.deciding import figure_of_page, open_decision_form
from pages.components.figures import MOOD_COLOURS, draw_figure
from pages.components.meeting_way import question_query
from pages.components.reader import can
from pages.parts.meeting.screens import Meeting, Screen, go_to

MOST_TABLE_ROWS = 6
MOST_NOTES = 2
STATIC = {"displayModeBar": False, "staticPlot": True, "responsive": True}


def draw_meeting(meeting: Meeting) -> None:
    """The agenda or a figure, under the row that leads through them."""
    with st.container(key="meeting", gap="small"):
        _draw_steps(meeting)
        if meeting.screen is None:
            _draw_agenda(meeting)
        else:
            _draw_screen(meeting.screen, meeting)
        _draw_foot(meeting)


def _draw_steps(meeting: Meeting) -> None:
    """Where one is, and how one goes on; keys do the same (pages/server/frame.js)."""
    translate, last = tr(), len(meeting.screens)
    with st.container(
        key="meeting_steps", horizontal=True, gap="small", vertical_alignment="center"
    ):
        name = meeting.screen.section.title if meeting.screen else translate("Agenda")
        st.markdown(plain(f"{name} · {meeting.place} / {last}"))
        for key, label, icon, place in (
            ("meeting_first", translate("First (Home)"), "first_page", 0),
            ("meeting_back", translate("Back (←)"), "chevron_left", max(meeting.place - 1, 0)),
            ("meeting_next", translate("Next (→)"), "chevron_right", min(meeting.place + 1, last)),
            ("meeting_last", translate("Last (End)"), "last_page", last),
        ):
            st.button(
                label,
                key=key,
                icon=f":material/{icon}:",
                on_click=go_to,
                args=(place,),
                disabled=place == meeting.place,
                type="tertiary",
            )
        if meeting.screen is not None:
            kept = meeting.snapshot.snapshot_id if meeting.snapshot else None
            st.page_link(
                meeting.screen.page,
                label=translate("A live question"),
                icon=":material/search:",
                query_params=question_query(meeting.filters, translate.locale, kept, meeting.place),
            )
            _offer_deciding(meeting, meeting.screen, kept)
        st.page_link("insights/board_pack.py", label=translate("End"), icon=":material/close:")


def _offer_deciding(meeting: Meeting, screen: Screen, snapshot_id: str | None) -> None:
    """What the meeting decides about the figure that it looks at is written down at once."""
    if can("decisions") and st.button(
        tr()("Decide"), key="meeting_decide", icon=":material/gavel:", type="tertiary"
    ):
        open_decision_form(
            "meeting",
            figure=figure_of_page(PurePosixPath(screen.page).stem),
            filters=meeting.filters,
            snapshot_id=snapshot_id,
        )


def _draw_agenda(meeting: Meeting) -> None:
    translate = tr()
    st.title(plain(meeting.pack.title), anchor=False)
    st.markdown(plain(meeting.pack.subtitle))
    with st.container(key="meeting_agenda", gap="small"):
        for number, section in enumerate(meeting.sections, 1):
            with st.container(
                key=f"meeting_entry_{section.key}", horizontal=True, vertical_alignment="center"
            ):
                st.button(
                    plain(f"{number}. {section.title}"),
                    key=f"meeting_section:{section.key}",
                    on_click=go_to,
                    args=(meeting.first_of(section),),
                    type="tertiary",
                )
                st.markdown(plain(_message(section)))
    if not meeting.screens:
        st.info(plain(translate("This pack has no figures.")))


def _message(section: PackSection) -> str:
    """What a section says first; of the summary, which repeats the others, that it does."""
    if section.is_one_sheet:
        return tr()("Four questions, four answers")
    return next((it.title for it in section.figures), "")


def _draw_screen(screen: Screen, meeting: Meeting) -> None:
    figure = screen.figure
    st.title(plain(figure.title), anchor=False)
    drawn = figure.chart or figure.grid or figure.pyramid or figure.table
    if not drawn:
        _draw_said(figure)
        return
    with st.container(key="meeting_figure", horizontal=True, gap="medium"):
        with st.container(key="meeting_said", gap="small"):
            _draw_said(figure)
        with st.container(key="meeting_drawn"):
            _draw_drawn(figure, meeting)


def _draw_said(figure: PackFigure) -> None:
    """The value, how sure it is, of how many, and what it asks for."""
    headline = figure.headline
    if headline:
        with st.container(key="meeting_value", gap=None):
            st.markdown(plain(headline.label))
            st.markdown(f"**{plain(headline.value)}**")
            if headline.verdict:
                colour = MOOD_COLOURS[headline.mood]
                st.markdown(f":{colour}[● {plain(headline.verdict)}]")
    if figure.reason and figure.reason != figure.title:
        st.markdown(plain(figure.reason))
    said = dict.fromkeys((*figure.basis, *figure.notes[:MOST_NOTES]))
    with st.container(key="meeting_basis", gap="xsmall"):
        for text in [it for it in said if it not in (figure.reason, figure.title)][:4]:
            st.markdown(plain(text))
    if figure.decision:
        with st.container(key="meeting_ask"):
            st.markdown(f"→ {plain(figure.decision)}")


def _draw_drawn(figure: PackFigure, meeting: Meeting) -> None:
    translate, key = tr(), f"meeting_chart:{meeting.place}"
    if figure.chart:
        made = chart_figure(figure.chart, translate, meeting.pack.currency)
    elif figure.grid:
        made = grid_figure(figure.grid)
    elif figure.pyramid:
        st.html(pyramid_html(figure.pyramid, translate))
        return
    elif figure.table:
        _draw_table(figure.table, translate)
        return
    else:
        return
    told = with_description(made, figure.description)
    draw_figure(told, key, config=STATIC, height="stretch")


def _draw_table(table: PackTable, translate: Translator) -> None:
    table = table.shortened
    rows = [
        {plain(name): plain(cell) for name, cell in zip(table.columns[:5], row, strict=False)}
        for row in table.rows[:MOST_TABLE_ROWS]
    ]
    st.table(rows, border="horizontal")
    left_out = len(table.rows) - len(rows)
    if left_out:
        st.markdown(
            plain(
                translate.plural(
                    "{n} row more in the workbook.", "{n} rows more in the workbook.", left_out
                )
            )
        )


def pyramid_html(levels: tuple[PyramidLevel, ...], translate: Translator) -> str:
    """The levels from the top down, each as wide as it is deep, lit for the share that has it.

    Texts are escaped: nothing of them is markup.
    """
    rows = []
    for place, it in enumerate(levels):
        width = 46 + 54 * (place + 1) / len(levels)
        lit = f"{it.lit_share * 100:.4g}%"
        colour = LEVEL_COLOURS[it.number - 1]
        back = f"linear-gradient(90deg, {colour} {lit}, var(--line) {lit})"
        words = " · ".join([f"{it.number}. {it.name}", *it.journeys])
        share = translate.percent(it.lit_share, 0)
        rows.append(
            f'<div class="cx-level" style="width:{width:.0f}%">'
            f'<div class="cx-lit" style="background:{back}"></div>'
            f"<span>{escape(words)}</span><b>{escape(share)}</b></div>"
        )
    return f'<div class="cx-levels">{"".join(rows)}</div>'


def _draw_foot(meeting: Meeting) -> None:
    """The filters, which nobody changes here, how far the data goes, and of when it is."""
    translate, figure = tr(), meeting.screen.figure if meeting.screen else None
    scope, known = (figure.scope, figure.known) if figure else ("", "")
    parts = [scope or meeting.pack.scope, known or meeting.pack.known]
    if meeting.snapshot:
        parts.append(
            translate(
                "“{title}”, as it was on {day}",
                title=meeting.snapshot.title,
                day=translate.day(meeting.snapshot.taken_at.date()),
            )
        )
    else:
        parts.append(translate("as the data is now"))
    with st.container(key="meeting_foot"):
        st.markdown(f":material/lock: {plain(' · '.join(it for it in parts if it))}")
