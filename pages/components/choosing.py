"""From a figure to the list behind it: what was clicked, kept until the list opens.

A chart drawn by :func:`show_choosable` carries in each point's ``customdata`` names and values in
turn, as the ``choice_of`` of its metric reads them: ``["segment", "Gold"]``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import unescape
from typing import Any, TypeVar

import streamlit as st

from cxdata.charts.theme import Figure
from cxdata.exports.extract import Extract, as_csv, as_workbook
from cxdata.models import Counted, Filters
from pages.components.context import current_filters, store, tr
from pages.components.downloads import XLSX
from pages.components.figures import (
    chart_config,
    draw_figure,
    is_on_phone,
    show_note,
    with_caption,
)
from pages.components.recording import may_show_list, recorded_file
from pages.components.url_state import OPEN_LIST, place_here, placed_here, take_landing

EXPORTED_ROWS = 50_000
_TAG = re.compile(r"</?[a-z]+>")
_CHOSEN, _EPOCHS = "people_chosen", "people_epochs"

C = TypeVar("C")


def show_chosen_from(
    key: str,
    figure: Figure,
    choice_of: Callable[[Sequence[object]], C],
    named: Callable[[C], Sequence[object]],
    *,
    scope: Counted = "answers",
) -> None:
    """A chart whose points open the list behind them.

    The widget is another one for other filters and after each click, so that no selection
    outlives the view it was made in and the same point can be clicked again. On a phone, where a
    finger hits beside a point, a tap says the point's value, with a button that opens its list.
    """
    epoch = st.session_state.get(_EPOCHS, {}).get(key, 0)
    widget = f"choosable.{view_fingerprint(current_filters())}.{epoch}-{key}"
    is_tapped = is_on_phone()

    def keep() -> None:
        if not is_tapped:
            keep_choice(key, chosen(st.session_state[widget], choice_of), named)

    event = draw_figure(
        with_caption(figure, scope=scope),
        widget,
        config=chart_config(key),
        selection_mode="points",
        on_select=keep,
    )
    choice = chosen(event, choice_of) if is_tapped and event else None
    if choice is not None:
        with st.container(key=f"tapped_{key}", gap="xsmall"):
            show_note([point_text(event, figure)])
            label = tr()("Show these answers" if scope == "answers" else "Show these contacts")
            offer_list(key, label, choice, named)


def point_text(event: Mapping[str, Any], figure: Figure) -> str:
    """What the tapped point of a chart says of itself; empty if it has no words.

    >>> tap = {"selection": {"points": [{"curve_number": 0, "point_index": 1}]}}
    >>> point_text(tap, {"data": [{"text": ["May: +20", "June: <b>+25</b>"]}]})
    'June: +25'
    """
    point = event["selection"]["points"][0]
    trace = figure["data"][point["curve_number"]]
    texts = trace.get("hovertext") or trace.get("text") or ()
    place = point.get("point_index")
    told = texts[place] if isinstance(place, int) and place < len(texts) else ""
    return " ".join(unescape(_TAG.sub(" ", str(told))).split())


def chosen(event: Mapping[str, Any], choice_of: Callable[[Sequence[object]], C]) -> C | None:
    """What the selection event of a chart asks for; None if it asks for nothing.

    Of several points (chosen with Shift) the first one counts.
    """
    points = event.get("selection", {}).get("points", [])
    named = points[0].get("customdata") if points else None
    if not isinstance(named, list):
        return None
    try:
        return choice_of(named)
    except ValueError:  # not from one of our charts
        return None


def offer_list(key: str, label: str, choice: C, named: Callable[[C], Sequence[object]]) -> None:
    """A button for those who don't click on charts."""
    st.button(
        label,
        key=f"people_button:{key}",
        icon=":material/groups:",
        type="tertiary",
        on_click=keep_choice,
        args=(key, choice, named),
    )


def keep_choice(key: str, choice: C | None, named: Callable[[C], Sequence[object]]) -> None:
    """Keep the choice for the run that follows, and let go of the chart's selection; the address
    carries it as long as its list is open."""
    epochs = st.session_state.setdefault(_EPOCHS, {})
    epochs[key] = epochs.get(key, 0) + 1
    if choice is not None:
        st.session_state[_CHOSEN] = (view_fingerprint(current_filters()), choice)
        place_here(OPEN_LIST, [json.dumps(list(named(choice)), ensure_ascii=False)])


def open_list(
    name: str,
    title: str,
    draw: Callable[[Any], None],
    choice_of: Callable[[Sequence[object]], object],
) -> None:
    """Opens what was just chosen, or what a link asks for; called once, at the end of a page.
    ``name`` is the list's in the record: a list that can't be written down isn't opened."""
    kept, is_come_to = st.session_state.pop(_CHOSEN, None), take_landing()
    if kept is None and is_come_to:
        kept = (view_fingerprint(current_filters()), _asked_for(choice_of))
    if kept is None or kept[1] is None or kept[0] != view_fingerprint(current_filters()):
        return
    if may_show_list(name, choice=kept[1], is_click=True):
        closed = partial(place_here, OPEN_LIST, ())
        st.dialog(title, width="large", on_dismiss=closed)(draw)(kept[1])


def _asked_for(choice_of: Callable[[Sequence[object]], object]) -> object | None:
    """The choice that the address carries; None where it carries none that there can be."""
    for text in placed_here(OPEN_LIST):
        try:
            named = json.loads(text)
            if isinstance(named, list):
                return choice_of(named)
        except (ValueError, TypeError):  # not from one of our links
            continue
    return None


def draw_files(key: str, name: str, extract: Callable[[], Extract]) -> None:
    """A list as files, longer than on the page; made, and written down, only when asked for."""
    translate = tr()
    recorded = {it: recorded_file(name, it, extract) for it in ("csv", "xlsx")}
    makers = {
        "csv": ("text/csv", lambda: as_csv(recorded["csv"](), translate)),
        "xlsx": (XLSX, lambda: as_workbook(recorded["xlsx"](), translate)),
    }
    with st.container(horizontal=True):
        for ending, (mime, make) in makers.items():
            st.download_button(
                ending.upper(),
                make,
                file_name=f"{name}.{ending}",
                mime=mime,
                key=f"people_file:{key}:{ending}",
                icon=":material/download:",
                on_click="ignore",
            )


def view_fingerprint(filters: Filters, *more: object) -> str:
    """The same for the same view of the same data, and for no other."""
    told = repr((filters, store().data_version, *more))
    return hashlib.sha256(told.encode()).hexdigest()[:12]
