"""The filter bar above a page: what acts on it, and a chip for each filter in force.

Widgets are only a face of the view in ``url_state``: each shows it and, when the reader picks
something, writes it back. Their keys carry language and data version, so new labels or a new
list of values make a new widget instead of a confused one.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from cxdata.i18n import LOCALES, N_, Translator, translator
from cxdata.i18n.names import name_of
from cxdata.ingest.storing.rhythm import import_rhythm
from cxdata.metrics.known_until import known_until
from cxdata.metrics.nps.score import compared_filters
from cxdata.models import COMPARISONS, DIMENSIONS, Dimension, Filters, Survey
from cxdata.sentences import rights_text, unfiltered_text
from cxdata.sentences.rhythm import rhythm_text
from cxdata.sentences.scope import value_name
from pages.components.context import cached, offer, plain, store, tr
from pages.components.navigation import Acting
from pages.components.url_state import (
    DEFAULT_COMPARISON,
    DEFAULT_PERIOD,
    FULL_MONTH,
    FULL_PERIODS,
    FULL_QUARTER,
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
    default_view,
    is_custom,
    period_of,
    reset,
)

CUSTOM = "custom"
# Of a dimension with more values chosen than this, one chip says how many.
MOST_CHIPS = 3
_EPOCHS = "filter_epochs"
# Widths of the bar's choices in pixels, so that none moves when another word is chosen.
PERIOD_WIDTH, COMPARISON_WIDTH, SURVEY_WIDTH, DAYS_WIDTH = 166, 194, 180, 230

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
# Why a filter in force can't act on a page.
NOT_COMPARED = N_("Nothing is compared on this page.")
NOT_BY_SURVEY = N_("This page doesn't depend on the survey that is chosen.")
FULL_SAID = {FULL_MONTH: N_("Last full month"), FULL_QUARTER: N_("Last full quarter")}


def draw_language() -> None:
    st.segmented_control(
        tr()("Language"),
        list(LOCALES),
        format_func=lambda code: translator(code).own_name,
        required=True,
        label_visibility="collapsed",
        **_bound("lang", _view().lang),
    )


def draw_filter_bar(acting: Acting) -> None:
    """What acts on the page in one row: period, comparison, survey, the further filters, a chip
    for each value in force; at its end how old the data is.

    What is picked says itself what it is about, so the labels are for screen readers only.
    """
    translate, choices, view = tr(), offer(), _view()
    _draw_period(translate, choices, view)
    _draw_days("period", translate("First and last day"), choices, view)
    if acting.has_comparison:
        _draw_comparison(translate, choices, view)
    if acting.has_survey and len(choices.surveys) > 1:
        st.selectbox(
            translate("Survey"),
            choices.surveys,
            format_func=lambda code: translate(SURVEYS_SAID[code]),
            label_visibility="collapsed",
            width=SURVEY_WIDTH,
            **_bound("survey", view.survey),
        )
    _draw_further(acting, translate, choices, view)
    _draw_chips(acting, translate, view)
    if view != default_view(view.lang, choices):
        st.button(
            translate("Clear all"),
            key=f"reset:{translate.locale}",
            type="tertiary",
            on_click=reset,
            args=(choices,),
        )


def _draw_further(acting: Acting, translate: Translator, choices: Offer, view: View) -> None:
    """A list for each dimension that acts here and has a choice, behind one button."""
    offered = [it for it in acting.dimensions if len(choices.values.get(it, ())) > 1]
    if not offered:
        return
    place = st.popover(
        translate("Filter"), key=f"further:{translate.locale}", icon=":material/add:"
    )
    with place:
        for dimension in offered:
            _draw_dimension(dimension, translate, choices, view)


def _draw_chips(acting: Acting, translate: Translator, view: View) -> None:
    """What is in force, each with its way out; what can't act here is struck out, with why."""
    filters = view.filters(offer())
    for dimension in DIMENSIONS:
        chosen = getattr(view, dimension)
        if not chosen:
            continue
        name, reason = name_of("dimension", dimension, translate), ""
        if dimension not in acting.dimensions:
            alone = Filters(**{dimension: getattr(filters, dimension)})
            reason = unfiltered_text(alone, translate, acting.counted[0])
        if len(chosen) > MOST_CHIPS:
            many = translate("{name}: {n} values", name=name, n=len(chosen))
            _draw_chip(dimension, (), many, translate("Remove this filter"), reason)
        for value in chosen if len(chosen) <= MOST_CHIPS else ():
            said = f"{name}: {value_name(dimension, value, translate)}"
            _draw_chip(
                dimension,
                tuple(it for it in chosen if it != value),
                value_name(dimension, value, translate),
                translate("Remove {filter}", filter=said),
                reason,
            )
    if not acting.has_comparison and view.comparison != DEFAULT_COMPARISON:
        said = translate(COMPARISONS_SAID.get(view.comparison, COMPARED_DAYS_SAID))
        _draw_chip("comparison", DEFAULT_COMPARISON, said, "", translate(NOT_COMPARED))
    default = default_view(view.lang, offer()).survey
    if not acting.has_survey and view.survey != default:
        said = translate(SURVEYS_SAID[view.survey])
        _draw_chip("survey", default, said, "", translate(NOT_BY_SURVEY))


def _draw_chip(name: str, left: object, label: str, way_out: str, reason: str) -> None:
    """One filter in force; ``left`` is what stays of it when it is clicked."""
    translate = tr()
    shown = f"~~{plain(label)}~~" if reason else plain(label)
    digest = hashlib.sha256(f"{name} {label}".encode()).hexdigest()[:8]
    st.button(
        shown,
        key=f"chip:{name}:{digest}:{translate.locale}",
        icon=":material/close:",
        icon_position="right",
        help=plain(" · ".join(it for it in (reason, way_out) if it)),
        on_click=choose,
        kwargs={name: left},
    )


def draw_rights() -> None:
    """To what the reader is limited; nothing where they see everything."""
    data = store()
    if limits := rights_text(data.scope, tr(), may_see_people=data.may_see_people):
        st.caption(plain(limits))


def draw_data_age() -> None:
    """How far the data goes and how old it is: in the colour of a warning when files come later
    than they usually do."""
    translate = tr()
    last_on = offer().last_on or cached(known_until).customers
    if last_on is None:
        st.badge(translate("No data yet"), color="gray")
        return
    zone = ZoneInfo(store().settings.firm.time_zone)
    today, rhythm = datetime.now(zone).date(), cached(import_rhythm)
    said = translate("Until {day}", day=translate.short_day(last_on))
    if (age := (today - last_on).days) > 0:
        said += " · " + translate.plural("{n} day old", "{n} days old", age)
    is_late = rhythm.is_late(today)
    st.badge(
        plain(said),
        color="orange" if is_late else "gray",
        icon=":material/schedule:" if is_late else None,
        help=" ".join(
            plain(it)
            for it in (
                translate("Data until {day}", day=translate.day(last_on)) + ".",
                rhythm_text(rhythm, today, translate),
            )
        ),
    )


def draw_copy_link() -> None:
    """Copies the address, which holds everything that is seen; the browser itself does it
    (pages/server/frame.js)."""
    st.button(tr()("Copy link"), key="copy_link", icon=":material/link:", type="tertiary")


def show_unknown(values: list[str]) -> None:
    """Says which values of the URL don't exist here and are left out."""
    if values:
        named = plain(", ".join(values))
        st.warning(
            tr()("The link asks for what isn't in the data; left out: {values}", values=named)
        )


def period_said(code: str, choices: Offer, translate: Translator) -> str:
    """What the code of a period is called."""
    if code in MONTHS:
        return translate("Last {n} months", n=MONTHS[code])
    if code in FULL_SAID:
        return translate(FULL_SAID[code])
    if (year := period_of(code, choices)) and code in YEARS:
        said = YEARS_SAID[code, choices.fiscal_year.is_calendar]
        return translate(said, year=choices.fiscal_year.number(year.first_on))
    return translate("Whole history") if code == WHOLE_HISTORY else translate("Chosen days")


def _draw_period(translate: Translator, choices: Offer, view: View) -> None:
    bound = _bound("period", CUSTOM if is_custom(view.period) else view.period)
    bound |= {"on_change": _pick_period, "args": (bound["key"], choices)}
    codes = [
        *FULL_PERIODS,
        *_offered_years(choices, view),
        *MONTHS,
        WHOLE_HISTORY,
        *([CUSTOM] if choices.last_on or is_custom(view.period) else []),
    ]
    st.selectbox(
        translate("Period"),
        codes,
        format_func=lambda code: period_said(code, choices, translate),
        label_visibility="collapsed",
        width=PERIOD_WIDTH,
        **bound,
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
        translate("Compared with"),
        codes,
        format_func=label,
        label_visibility="collapsed",
        width=COMPARISON_WIDTH,
        **bound,
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
            width=DAYS_WIDTH,
            min_value=min(period.first_on, choices.first_on or period.first_on),
            max_value=max(period.last_on, choices.last_on or period.last_on),
            **bound | {"on_change": _pick_days, "args": (name, bound["key"])},
        )


def _draw_dimension(name: Dimension, translate: Translator, choices: Offer, view: View) -> None:
    st.multiselect(
        name_of("dimension", name, translate),
        choices.values[name],
        placeholder=name_of("all_of", name, translate),
        format_func=lambda value: value_name(name, value, translate),
        **_bound(name, list(getattr(view, name))),
    )


def _bound(name: str, value: object) -> dict[str, Any]:
    """Key and callback of the widget that shows ``value`` and writes it under ``name``.

    What is behind a button that isn't pressed doesn't exist in the browser and isn't told of a
    value that changes elsewhere (a chip, the way back): it would send its old one. So the list of
    a dimension is another widget then.
    """
    epochs = st.session_state.setdefault(_EPOCHS, {})
    own = f"{name}:{tr().locale}:{store().data_version}"
    key = f"{own}:{epochs.get(name, 0)}"
    shown = st.session_state.get(key)
    if shown != value and not _is_half_picked(shown):
        if shown is not None and name in DIMENSIONS:
            epochs[name] = epochs.get(name, 0) + 1
            key = f"{own}:{epochs[name]}"
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
