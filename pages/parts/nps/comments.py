"""What they say: themes by what they cost, a few quotations of each class, a reader of comments.

Comments are shown to readers who may see people alone, and their opening is written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from cxdata import sentences as say
from cxdata.charts.theme import group_name
from cxdata.i18n import Translator
from cxdata.i18n.names import journey_name, name_of
from cxdata.metrics.nps.answers_behind import Choice
from cxdata.metrics.nps.comments import Comments, quotations, read_comments
from cxdata.models import NPS_CLASSES, Dimension, Filters
from cxdata.panels import Request, groups, nps
from cxdata.panels.groups import of_group
from pages.components.answers_list import comment_text
from pages.components.context import cached, plain, tr
from pages.components.figures import pick_one, show_note, show_nothing, show_title
from pages.components.panels import show_panel
from pages.components.recording import may_show_list
from pages.components.url_state import OPEN_TEXTS, choose_here, keep_open, open_choice, open_here

# Themes and groups that are offered as buttons, and comments of a page of the reader.
MOST_THEMES, MOST_GROUPS, READ = 8, 8, 20


def draw_said(asked: Request) -> None:
    """The themes by what they cost; below, what was said, by group, theme and class."""
    show_panel(nps.theme_points_panel(asked))
    if asked.store.may_see_people:
        _draw_comments(asked)
    else:
        show_nothing(tr()(say.PEOPLE_HIDDEN))
    show_panel(nps.themes_panel(asked))


def _draw_comments(asked: Request) -> None:
    translate = asked.tr
    offered = asked.store.settings.used_dimensions()
    heading = st.container()
    dimension: Dimension = pick_one("words_by", translate("By"), offered, "dimension", offered[0])
    group = _pick(
        f"words_{dimension}",
        translate("Group"),
        {
            it: group_name(it, dimension, translate)
            for it in groups.nps_groups(asked, dimension)[:MOST_GROUPS]
        },
    )
    filters = of_group(asked.filters, dimension, group) if group else asked.filters
    term = _pick("words_theme", translate("Theme"), _themes(asked))
    if not may_show_list("comments", choice=Choice(term=term)):
        return
    quoted = cached(quotations, filters, Choice(term=term))
    with heading:
        show_title(_heading(quoted, translate))
    _draw_quotations(quoted, translate)
    _draw_reader(filters, term, translate)


def _heading(quoted: Mapping[str, Comments], translate: Translator) -> str:
    """How many comments there are, and how many of them are of detractors."""
    count = sum(it.comment_count for it in quoted.values())
    return translate.plural(
        "{n} comment, {of_detractors} of detractors",
        "{n} comments, {of_detractors} of detractors",
        count,
        of_detractors=translate.number(quoted["detractor"].comment_count),
    )


def _themes(asked: Request) -> dict[str, str]:
    """The groups of themes that move the NPS most, by the term that leads them."""
    themes = nps.grouped_themes(asked).filter(pl.col("term") == pl.col("first_term"))
    return dict(themes.head(MOST_THEMES).select("term", "theme_group").iter_rows())


def _pick(name: str, label: str, named: Mapping[str, str]) -> str | None:
    """One of a few, or none: all of them."""
    if not named:
        return None
    key = f"{name}:{tr().locale}:{len(named)}"
    open_choice(name, key, tuple(named), None)
    picked: str | None = st.pills(
        label,
        list(named),
        format_func=lambda it: plain(named[it]),
        key=key,
        on_change=choose_here,
        args=(name, key),
        label_visibility="collapsed",
    )
    return picked


def _draw_quotations(quoted: Mapping[str, Comments], translate: Translator) -> None:
    """Three of each class side by side, detractors first."""
    for place, (nps_class, found) in zip(st.columns(len(quoted)), quoted.items(), strict=True):
        with place:
            name = name_of("nps_class", nps_class, translate)
            st.markdown(f"**{plain(name)}** · {translate.number(found.comment_count)}")
            if found.reason or found.comments.is_empty():
                reason = say.reason_sentence(found.reason, translate)
                show_note([reason or translate("No comment.")])
            for row in found.comments.to_dicts():
                _draw_comment(row, translate)


def _draw_comment(row: Mapping[str, Any], translate: Translator) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(comment_text(row["comment"]))
        score = "" if row["nps_score"] is None else f"{row['nps_score']}/10"
        journey = row["journey"] and journey_name(row["journey"], translate)
        told = [score, translate.day(row["responded_on"]), row["segment"], journey]
        show_note([it for it in told if it])


def _draw_reader(filters: Filters, term: str | None, translate: Translator) -> None:
    """All comments of the choice, by class and by words that they hold."""
    open_here(OPEN_TEXTS, "comments", "comments_reader")
    place = st.expander(
        translate("Read all comments"),
        key="comments_reader",
        on_change=keep_open,
        args=(OPEN_TEXTS, "comments", "comments_reader"),
        type="compact",
    )
    if not place.open:
        return
    with place:
        words, classes = st.columns(2, vertical_alignment="bottom")
        search = words.text_input(
            translate("Search in the comments"),
            key="comments_search",
            max_chars=80,
            icon=":material/search:",
        )
        with classes:
            nps_class: Any = st.segmented_control(
                translate("Class"),
                list(reversed(NPS_CLASSES)),
                format_func=lambda code: name_of("nps_class", code, translate),
                key=f"comments_class:{translate.locale}",
                label_visibility="collapsed",
            )
        choice = Choice(term=term, nps_class=nps_class)
        found = cached(read_comments, filters, choice, search=search or "", most=READ)
        if found.reason or found.comments.is_empty():
            reason = say.reason_sentence(found.reason, translate)
            show_nothing(reason or translate("No comment holds these words."))
            return
        shown = translate.number(found.comments.height)
        counted = translate.plural("{n} comment", "{n} comments", found.comment_count)
        show_note([counted, translate("the newest {n} of them", n=shown)])
        for row in found.comments.to_dicts():
            _draw_comment(row, translate)
