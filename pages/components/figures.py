"""How figures, notes, tables and empty states are shown, alike on every page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from cxdata.charts.theme import Figure, Mode, captioned, description, own_figure
from cxdata.i18n.names import name_of
from cxdata.metrics.known_until import known_until
from cxdata.models import Counted, Filters
from cxdata.panels import Mood
from cxdata.sentences import scope_text
from cxdata.sentences.known import known_text
from pages.components.context import cached, current_filters, offer, plain, tr
from pages.components.reader import can
from pages.components.url_state import (
    choose_here,
    choose_part,
    open_choice,
    open_choices,
    open_part,
)

MOOD_COLOURS: Mapping[Mood, Any] = {"good": "green", "bad": "red", "neutral": "gray"}
# One button over each chart: save it as a vector drawing, made by the browser itself.
PLOTLY: dict[str, Any] = {
    "displayModeBar": "hover",
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "responsive": True,
    "scrollZoom": False,
}


_HAS_TITLE, _TABLE_COUNT = "page_has_title", "tables_of_page"
_NUMBER = re.compile(r"[^\w\s]?\s?\d[\d\s.,]*\s?(?:%|[kM]?€|[kM])?")


def begin_page() -> None:
    """The title that comes next is the page's own; called by the frame before each page."""
    st.session_state[_HAS_TITLE] = False
    st.session_state[_TABLE_COUNT] = 0


def show_title(title: str, message: str = "") -> None:
    """What stands above a page, or a part of it, and what it says below.

    The first one of a page is its only ``h1``, each other one an ``h2``.
    """
    if st.session_state.get(_HAS_TITLE):
        st.header(plain(title), anchor=False)
    else:
        st.session_state[_HAS_TITLE] = True
        st.title(plain(title), anchor=False)
    if message:
        st.markdown(f"**{plain(message)}**")


def show_scope(
    filters: Filters,
    *,
    scope: Counted = "answers",
    known: Mapping[str, date] | None = None,
    also: str = "",
) -> None:
    """Which filters and which data date every figure of the page has; where to begin without.

    ``known`` is how far the data goes, if the page counts more than its scope says; ``also`` is
    what else stands there in few words.
    """
    show_note([*scope_parts(filters, scope=scope, known=known), also])
    if offer().last_on is None and cached(known_until).customers is None:
        empty = tr()("The store is empty: import an extract.")
        if can("import"):
            st.page_link("data/import_extract.py", label=empty, icon=":material/upload_file:")
        else:
            show_nothing(tr()("The store is empty."))


def scope_parts(
    filters: Filters, *, scope: Counted = "answers", known: Mapping[str, date] | None = None
) -> list[str]:
    """The filters and how far the data goes, in words."""
    if known is None:
        known = known_days(scope, filters)
    return [scope_text(filters, tr(), scope), known_text(known, tr())]


def known_days(scope: Counted, filters: Filters) -> dict[str, date]:
    """The last known day of each part of what is counted; empty without data."""
    return cached(known_until).days(scope, filters)


def show_headline(
    label: str, value: str, change: str = "", *, mood: Mood = "neutral", moved: bool = True
) -> None:
    """One large figure; its change carries a word and a colour, never a colour alone.

    ``moved`` draws an arrow; what stands beside the figure may also be a verdict.
    """
    st.metric(
        plain(label),
        value,
        delta=change or None,
        delta_color=MOOD_COLOURS[mood],
        delta_arrow="off" if mood == "neutral" or not moved else "up" if mood == "good" else "down",
    )


def show_chart(
    key: str,
    figure: Figure,
    *,
    scope: Counted = "answers",
    filters: Filters | None = None,
    known: Mapping[str, date] | None = None,
) -> None:
    """``filters`` are those that the figure was made with, if not the page's own."""
    captioned_figure = with_caption(figure, scope=scope, filters=filters, known=known)
    draw_figure(captioned_figure, key, config=chart_config(key))


def draw_figure(figure: Figure, key: str, **options: Any) -> Any:
    """The one place where figures are handed over: what is shared stays as it is. Returns what
    is chosen of it, where points can be."""
    told = description(figure)
    return st.plotly_chart(
        own_figure(figure, colour_mode()), key=key, width="stretch", alt=told, **options
    )


def with_caption(
    figure: Figure,
    *,
    scope: Counted = "answers",
    filters: Filters | None = None,
    known: Mapping[str, date] | None = None,
) -> Figure:
    """The filters and the data date inside the chart, so that its copies have them, too."""
    parts = scope_parts(filters or current_filters(), scope=scope, known=known)
    return captioned(figure, " · ".join(parts))


def is_on_phone() -> bool:
    """Whether the browser says that it is a phone's."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def chart_config(name: str) -> dict[str, Any]:
    """What plotly's own button does: an SVG under the chart's name. A phone has no room for it."""
    own = {**PLOTLY, "displayModeBar": False} if is_on_phone() else PLOTLY
    return {**own, "toImageButtonOptions": {"format": "svg", "filename": name}}


def show_picture(svg: str, description: str) -> None:
    """A drawing of our own, as an image: nothing in it can run."""
    st.image(svg, width="stretch", alt=description)


def show_note(parts: Iterable[str]) -> None:
    """The small print: interval, n, comparison, rules."""
    st.caption(plain(" · ".join(part for part in parts if part)))


def show_text(text: str) -> None:
    if text:
        st.markdown(plain(text))


def show_nothing(text: str) -> None:
    """An empty set has no figure: say so."""
    st.info(plain(text), icon=":material/inbox:")


def show_table(texts: pl.DataFrame) -> None:
    """A table of texts, as read by screen readers too; columns of numbers stand to the right."""
    rows = [{plain(name): plain(cell) for name, cell in row.items()} for row in texts.to_dicts()]
    st.session_state[_TABLE_COUNT] = st.session_state.get(_TABLE_COUNT, 0) + 1
    places = "".join(f"{it}-" for it in number_places(texts))
    with st.container(key=f"numbers-{places}_{st.session_state[_TABLE_COUNT]}"):
        st.table(rows, border="horizontal", hide_header=False)


def number_places(texts: pl.DataFrame) -> list[int]:
    """Which columns, from 1 on, hold numbers alone, with their units, and dashes for none.

    >>> number_places(pl.DataFrame({"a": ["x1"], "b": ["1,250"], "c": ["12 %"], "d": ["–"]}))
    [2, 3]
    """
    found = []
    for place, column in enumerate(texts, start=1):
        cells = [str(it) for it in column if it not in (None, "", "–")]
        if cells and all(map(_NUMBER.fullmatch, cells)):
            found.append(place)
    return found


def amount_format() -> str:
    """How a sortable column writes whole amounts: grouped by the browser where it speaks the
    page's language; else without groups, as an English 5,105 is 5.105 to a French reader.
    """
    speaks = (st.context.locale or "").lower().startswith(tr().locale)
    return "localized" if speaks else "%.0f"


def colour_mode() -> Mode:
    return "dark" if st.context.theme.type == "dark" else "light"


def pick_section(page: str, sections: Mapping[str, str]) -> str:
    """The part of the page to look at, as buttons in a row; the first one unless the URL says.

    ``sections`` are codes with their names, still to be translated.
    """
    translate, codes = tr(), list(sections)
    key = f"{page}_section:{translate.locale}"
    open_part(codes, key)
    with st.container(key="part_tabs"):
        picked = st.segmented_control(
            translate("Look closer"),
            codes,
            required=True,
            format_func=lambda code: translate(sections[code]),
            key=key,
            on_change=choose_part,
            args=(codes, key),
            label_visibility="collapsed",
        )
    return str(picked)


def pick_one(key: str, label: str, codes: tuple[str, ...], family: str, default: str) -> Any:
    """One of the codes, by the names that their family has, as buttons in a row.

    What is chosen stands in the address, under what the key says up to a colon.
    """
    translate, name = tr(), key.partition(":")[0]
    widget = f"{key}:{translate.locale}"

    def shown(code: str) -> str:
        said = name_of(family, code, translate)
        return plain(said) if code in translate.own_names else said

    open_choice(name, widget, codes, default)
    return st.segmented_control(
        label,
        codes,
        required=True,
        format_func=shown,
        key=widget,
        on_change=choose_here,
        args=(name, widget, default),
        label_visibility="collapsed",
    )


def pick_many(key: str, label: str, names: Mapping[str, str]) -> list[str]:
    """Any of the codes, whose names are still to be translated, as a row of buttons; what is
    chosen stands in the address under the key."""
    translate, codes = tr(), list(names)
    widget = f"{key}:{translate.locale}"
    open_choices(key, widget, codes)
    return st.pills(
        label,
        codes,
        selection_mode="multi",
        format_func=lambda code: translate(names[code]),
        key=widget,
        on_change=choose_here,
        args=(key, widget),
        label_visibility="collapsed",
    )
