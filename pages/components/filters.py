"""The filters in the sidebar, drawn once by the frame for every page.

Widgets are only a face of the view in ``url_state``: each shows it and, when the reader picks
something, writes it back. Their keys carry language and data version, so new labels or a new
list of values make a new widget instead of a confused one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from cxdata.i18n import LOCALES, N_, Translator, translator
from cxdata.i18n.names import name_of
from cxdata.metrics.nps.score import compared_filters
from cxdata.models import CHANNELS, COMPARISONS, DIMENSIONS, Dimension, Survey
from cxdata.sentences import rights_text
from pages.components.context import offer, plain, store, tr
from pages.components.url_state import (
    DEFAULT_PERIOD,
    MONTHS,
    WHOLE_HISTORY,
    YEAR_BEFORE,
    YEAR_SO_FAR,
    YEARS,
    Offer,
    View,
    choose,
    current_view,
    custom_period,
    is_custom,
    period_of,
    reset,
)

CUSTOM = "custom"
SHOWN_DIMENSIONS = 5  # as many as there are built in; the firm's own are mostly beyond

# What a filter says by itself, without a label.
SURVEYS_SAID: dict[Survey, str] = {
    "relationship": N_("Relationship survey"),
    "transactional": N_("Transactional survey"),
    "benchmark": N_("Benchmark survey"),
}
COMPARISONS_SAID: dict[str, str] = {
    "previous_period": N_("vs previous period"),
    "same_period_last_year": N_("vs same period last year"),
}
# By the code of the period and whether it is the calendar's.
YEARS_SAID: dict[tuple[str, bool], str] = {
    (YEAR_SO_FAR, True): N_("This year ({year})"),
    (YEAR_BEFORE, True): N_("Last year ({year})"),
    (YEAR_SO_FAR, False): N_("This fiscal year (FY{year})"),
    (YEAR_BEFORE, False): N_("Last fiscal year (FY{year})"),
}
COMPARED_DAYS_SAID = N_("vs chosen days")


def draw_language() -> None:
    st.segmented_control(
        tr()("Language"),
        list(LOCALES),
        format_func=lambda code: translator(code).own_name,
        required=True,
        label_visibility="collapsed",
        **_bound("lang", _view().lang),
    )


def draw_filters() -> None:
    """Period, comparison, survey, and a list for each dimension that has a choice.

    What is picked says itself what it is about, so the labels are for screen readers only.
    """
    translate, choices, view = tr(), offer(), _view()
    _draw_period(translate, choices, view)
    _draw_days("period", translate("First and last day"), choices, view)
    _draw_comparison(translate, choices, view)
    if len(choices.surveys) > 1:
        st.selectbox(
            translate("Survey"),
            choices.surveys,
            format_func=lambda code: translate(SURVEYS_SAID[code]),
            label_visibility="collapsed",
            **_bound("survey", view.survey),
        )
    offered = [name for name in DIMENSIONS if len(choices.values.get(name, ())) > 1]
    for dimension in offered[:SHOWN_DIMENSIONS]:
        _draw_dimension(dimension, translate, choices, view)
    _draw_further(offered[SHOWN_DIMENSIONS:], translate, choices, view)


def _draw_further(
    dimensions: list[Dimension], translate: Translator, choices: Offer, view: View
) -> None:
    """The dimensions beyond the first few, folded away while nothing is chosen of them."""
    if not dimensions:
        return
    chosen = sum(bool(getattr(view, name)) for name in dimensions)
    label = translate("More filters")
    if chosen:
        label = translate("More filters ({n} in use)", n=chosen)
    with st.expander(label, expanded=chosen > 0, icon=":material/filter_list:"):
        for dimension in dimensions:
            _draw_dimension(dimension, translate, choices, view)


def draw_data_date() -> None:
    """To what the reader is limited, the way back to the defaults, and how far the data goes."""
    translate, choices = tr(), offer()
    data = store()
    if limits := rights_text(data.scope, translate, may_see_people=data.may_see_people):
        st.caption(plain(limits))
    st.button(
        translate("Reset filters"),
        key=f"reset:{translate.locale}",
        icon=":material/restart_alt:",
        type="tertiary",
        on_click=reset,
        args=(choices,),
    )
    if choices.last_on:
        st.caption(translate("Data until {day}", day=translate.day(choices.last_on)))
    else:
        st.caption(translate("No data yet"))


def show_unknown(values: list[str]) -> None:
    """Says which values of the URL don't exist here and are left out."""
    if values:
        named = plain(", ".join(values))
        st.warning(
            tr()("The link asks for what isn't in the data; left out: {values}", values=named)
        )


def _draw_period(translate: Translator, choices: Offer, view: View) -> None:
    def label(code: str) -> str:
        if code in MONTHS:
            return translate("Last {n} months", n=MONTHS[code])
        if (year := period_of(code, choices)) and code in YEARS:
            said = YEARS_SAID[code, choices.fiscal_year.is_calendar]
            return translate(said, year=choices.fiscal_year.number(year.first_on))
        return translate("Whole history") if code == WHOLE_HISTORY else translate("Chosen days")

    bound = _bound("period", CUSTOM if is_custom(view.period) else view.period)
    bound |= {"on_change": _pick_period, "args": (bound["key"], choices)}
    codes = [
        *MONTHS,
        *_offered_years(choices, view),
        WHOLE_HISTORY,
        *([CUSTOM] if choices.last_on or is_custom(view.period) else []),
    ]
    st.selectbox(
        translate("Period"), codes, format_func=label, label_visibility="collapsed", **bound
    )


def _offered_years(choices: Offer, view: View) -> list[str]:
    """Those that the data reaches into, and the one that is chosen."""
    years = {code: period_of(code, choices) for code in YEARS}
    known = [
        code
        for code, year in years.items()
        if year and choices.first_on and choices.first_on <= year.last_on
    ]
    return [code for code in YEARS if code in known or code == view.period]


def _draw_comparison(translate: Translator, choices: Offer, view: View) -> None:
    """With what to compare; chosen days as for the period, and what is wrong with them."""

    def label(code: str) -> str:
        return translate(COMPARISONS_SAID.get(code, COMPARED_DAYS_SAID))

    bound = _bound("comparison", CUSTOM if is_custom(view.comparison) else view.comparison)
    bound |= {"on_change": _pick_comparison, "args": (bound["key"], choices)}
    offered = choices.last_on or is_custom(view.comparison)
    codes = [*COMPARISONS, *([CUSTOM] if offered else [])]
    st.selectbox(
        translate("Compared with"), codes, format_func=label, label_visibility="collapsed", **bound
    )
    _draw_days("comparison", translate("First and last day to compare with"), choices, view)
    filters = view.filters(choices)
    if filters.period and compared_filters(filters) is None:
        st.caption(translate("The two periods overlap: nothing is compared."))


def _draw_days(name: str, label: str, choices: Offer, view: View) -> None:
    """The first and last day, once the reader wants to choose them."""
    code = getattr(view, name)
    period = period_of(code, choices) if is_custom(code) else None
    if period:
        bound = _bound(f"{name}_days", (period.first_on, period.last_on))
        st.date_input(
            label,
            format="DD/MM/YYYY",
            required=True,
            label_visibility="collapsed",
            min_value=min(period.first_on, choices.first_on or period.first_on),
            max_value=max(period.last_on, choices.last_on or period.last_on),
            **bound | {"on_change": _pick_days, "args": (name, bound["key"])},
        )


def _draw_dimension(name: Dimension, translate: Translator, choices: Offer, view: View) -> None:
    st.multiselect(
        name_of("dimension", name, translate),
        choices.values[name],
        placeholder=name_of("all_of", name, translate),
        label_visibility="collapsed",
        format_func=lambda value: _value_label(name, value, translate),
        **_bound(name, list(getattr(view, name))),
    )


def _value_label(name: Dimension, value: str, translate: Translator) -> str:
    return (
        name_of("channel", value, translate) if name == "channel" and value in CHANNELS else value
    )


def _bound(name: str, value: object) -> dict[str, Any]:
    """Key and callback of the widget that shows ``value`` and writes it under ``name``."""
    key = f"{name}:{tr().locale}:{store().data_version}"
    if st.session_state.get(key) != value and not _is_half_picked(st.session_state.get(key)):
        st.session_state[key] = value
    return {"key": key, "on_change": _pick, "args": (name, key)}


def _pick(name: str, key: str) -> None:
    """What was picked; nothing, as when a choice that can't be empty is clicked twice while the
    page is still running, changes nothing."""
    picked = st.session_state[key]
    choose(**{name: tuple(picked) if isinstance(picked, list) else picked})


def _pick_period(key: str, choices: Offer) -> None:
    code = st.session_state[key]
    if code is None:
        return
    if code != CUSTOM:
        choose(period=code)
    elif period := period_of(_view().period, choices) or period_of(DEFAULT_PERIOD, choices):
        choose(period=custom_period(period.first_on, period.last_on))


def _pick_comparison(key: str, choices: Offer) -> None:
    """Chosen days start from those that were compared with."""
    code = st.session_state[key]
    if code is None:
        return
    if code != CUSTOM:
        choose(comparison=code)
        return
    filters = _view().filters(choices)
    period = filters.period or period_of(DEFAULT_PERIOD, choices)
    if period:
        start = filters.compared_to or period.compared(filters.comparison)
        choose(comparison=custom_period(start.first_on, start.last_on))


def _pick_days(name: str, key: str) -> None:
    days = st.session_state[key]
    if not _is_half_picked(days):
        choose(**{name: custom_period(*days)})


def _is_half_picked(value: object) -> bool:
    """Whether these are the days of a period of which only one is picked yet."""
    return (
        isinstance(value, tuple) and len(value) < 2 and all(isinstance(day, date) for day in value)
    )


def _view() -> View:
    view = current_view()
    if view is None:
        raise ValueError("the frame reads the URL before it draws")
    return view
