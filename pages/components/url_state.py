"""The filters as codes: what the URL carries and what the session remembers.

A view that is sent in a mail opens the same in another language, so the URL holds codes and
raw data values, never translated labels; what is at its default isn't written at all. The
session's copy is the truth. The URL is read when a session starts, when the reader goes back
or forward, and when a link to another page brings other filters along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cxdata.i18n import LOCALES, SOURCE_LOCALE, Locale
from cxdata.models import (
    CALENDAR_YEAR,
    COMPARISONS,
    DIMENSIONS,
    ChosenValues,
    Comparison,
    Dimension,
    Filters,
    FiscalYear,
    Period,
    Survey,
    last_months,
)

# Which part of a page is open; beside the filters, which hold on every page.
PART = "part"
# What is open of a page: explanations, data, readers of texts; the list of people behind a figure.
OPEN_HOW, OPEN_DATA, OPEN_TEXTS, OPEN_LIST = "how", "data", "read", "list"
MONTHS = {"3m": 3, "6m": 6, "12m": 12, "24m": 24, "36m": 36}
# Fiscal years: the one of the last day of the data, up to that day, and the whole one before it.
YEAR_SO_FAR, YEAR_BEFORE = YEARS = ("this_year", "last_year")
# The last whole month and the last whole quarter (of the fiscal year) that the data covers.
FULL_MONTH, FULL_QUARTER = FULL_PERIODS = ("last_month", "last_quarter")
WHOLE_HISTORY = "all"
DEFAULT_PERIOD = "12m"
DEFAULT_COMPARISON: Comparison = "previous_period"

Query = dict[str, list[str]]

# Years that a calendar can go a few years back and forth from.
_DAY = r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"

# What a page's own choices are called in the address: any simple name that isn't a filter's.
_OWN_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_MOST_OWN, _LONGEST_OWN = 24, 300

_VIEW = "view"
_PAGE = "view_page"
_SHOWN = "view_shown"
_OPENED = "view_opened"
_LANDING = "view_landing"


@dataclass(frozen=True)
class Offer:
    """What the data has to choose from; days are None while the store is empty."""

    surveys: tuple[Survey, ...] = ("relationship",)
    values: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)
    first_on: date | None = None
    last_on: date | None = None
    fiscal_year: FiscalYear = CALENDAR_YEAR


@dataclass(frozen=True)
class View(ChosenValues):
    """What the reader chose, in codes.

    ``period`` is one of ``MONTHS``, ``YEARS`` or ``FULL_PERIODS``, ``all``, or two days:
    ``2026-01-01..2026-03-31``; ``comparison`` is one of ``COMPARISONS``, or two days.
    """

    lang: Locale = SOURCE_LOCALE
    period: str = DEFAULT_PERIOD
    comparison: str = DEFAULT_COMPARISON
    survey: Survey = "relationship"

    def filters(self, offer: Offer) -> Filters:
        days = _days_of(self.comparison)
        return Filters(
            period=period_of(self.period, offer),
            comparison=DEFAULT_COMPARISON if days else cast(Comparison, self.comparison),
            compared_to=Period(*days) if days else None,
            survey=self.survey,
            **{name: getattr(self, name) for name in DIMENSIONS},
        )


def period_of(code: str, offer: Offer) -> Period | None:
    """The days that a period code means; None is the whole history.

    >>> offer = Offer(last_on=date(2026, 6, 30))
    >>> period_of("3m", offer)
    Period(first_on=datetime.date(2026, 4, 1), last_on=datetime.date(2026, 6, 30))
    >>> period_of("this_year", offer)
    Period(first_on=datetime.date(2026, 1, 1), last_on=datetime.date(2026, 6, 30))
    """
    if days := _days_of(code):
        return Period(*days)
    if code in MONTHS and offer.last_on:
        return last_months(offer.last_on, MONTHS[code])
    if code in FULL_PERIODS and offer.last_on:
        return _last_closed(code, offer.last_on, offer.fiscal_year)
    if code in YEARS and offer.last_on:
        this_year = offer.fiscal_year.year_of(offer.last_on)
        if code == YEAR_BEFORE:
            return this_year.previous()
        return Period(this_year.first_on, offer.last_on)
    return None


def _last_closed(code: str, last_on: date, fiscal_year: FiscalYear) -> Period:
    """The last whole month or quarter that ends on that day or before it."""
    after = last_on + timedelta(days=1)
    begun = after.replace(day=1)
    if code == FULL_QUARTER:
        begun = fiscal_year.start_of(after, "quarter")
    return last_months(begun - timedelta(days=1), 3 if code == FULL_QUARTER else 1)


def custom_period(first_on: date, last_on: date) -> str:
    """The code of a period given by its first and last day."""
    return f"{first_on.isoformat()}..{last_on.isoformat()}"


def is_custom(code: str) -> bool:
    """Whether a period or comparison is given by its days."""
    return ".." in code


def default_view(lang: Locale, offer: Offer) -> View:
    survey = "relationship" if "relationship" in offer.surveys else offer.surveys[0]
    return View(lang=lang, survey=survey)


def parsed_view(query: Query, default: View, offer: Offer) -> tuple[View, list[str]]:
    """The view that a query string asks for, and the values in it that don't exist."""
    asked = {name: values for name, values in query.items() if name in View.__dataclass_fields__}
    accepted: dict[str, object] = {}
    unknown: list[str] = []
    for name, values in asked.items():
        known = [value for value in dict.fromkeys(values) if _is_known(name, value, offer)]
        unknown += [value for value in values if value not in known]
        if name in DIMENSIONS:
            accepted[name] = tuple(known)
        elif known:
            accepted[name] = known[-1]
    return replace(default, **accepted), unknown  # type: ignore[arg-type]


def as_query(view: View, default: View) -> Query:
    """What the URL carries: everything that isn't at its default.

    >>> as_query(View(segment=("Gold",)), View())
    {'segment': ['Gold']}
    """
    query: Query = {}
    for name in (*View.__annotations__, *DIMENSIONS):
        value = getattr(view, name)
        if value != getattr(default, name):
            query[name] = list(value) if name in DIMENSIONS else [value]
    return query


def read_url(page: str, offer: Offer) -> list[str]:
    """Bring the session's view in line with the URL; the unknown values found in it."""
    default = default_view(browser_locale(), offer)
    view, unknown = current_view(), list[str]()
    is_elsewhere = page != st.session_state.get(_PAGE)
    _, opened = st.session_state.pop(_OPENED, ("", None))
    if opened is not None:
        st.session_state[_SHOWN] = _own_choices(opened)
        view, _ = parsed_view(opened, _default_here(offer), offer)
    elif is_elsewhere or _is_history_navigation():
        st.session_state[_SHOWN] = _own_choices(_url_query())
        st.session_state[_LANDING] = True
    if opened is None and (view is None or _url_leads(page, view, default)):
        view, unknown = parsed_view(_url_query(), default, offer)
    st.session_state[_VIEW] = _without_vanished(view or default, default, offer)
    st.session_state[_PAGE] = page
    return unknown


def take_over(page: str, query: Query) -> None:
    """The run that follows shows this page with all that the query says, as if nothing else had
    been chosen before; the language stays."""
    st.session_state[_OPENED] = (page, query)


def opened_page() -> str | None:
    """The page of what is to be taken over; None where nothing is."""
    found: tuple[str, Query] | None = st.session_state.get(_OPENED)
    return None if found is None else found[0]


def asked_query(offer: Offer) -> Query:
    """What the address will carry once it is taken over."""
    _, query = st.session_state[_OPENED]
    view, _ = parsed_view(query, _default_here(offer), offer)
    own = {name: list(values) for name, values in _own_choices(query).items()}
    return as_query(view, default_view(browser_locale(), offer)) | own


def entered_without_address(page: str) -> bool:
    """Whether the session begins on the first page, with nothing asked for but a language."""
    return current_view() is None and not page and set(st.query_params) <= {"lang"}


def page_of_view() -> str:
    """The page that the session's view is shown on."""
    return str(st.session_state.get(_PAGE, ""))


def view_query(offer: Offer) -> Query:
    """All that is seen, as an address would carry it, but no list of people; what is at its
    default is said, too, so that it stays when the defaults change."""
    view = current_view() or default_view(browser_locale(), offer)
    said = {name: [str(getattr(view, name))] for name in ("period", "comparison", "survey")}
    own = {name: values for name, values in shown_query().items() if name != OPEN_LIST}
    return said | page_query(offer) | own


def _default_here(offer: Offer) -> View:
    """The default in the language that is spoken already, or that the address asks for."""
    view = current_view()
    asked = st.query_params.get("lang")
    spoken = view.lang if view else asked if asked in LOCALES else browser_locale()
    return default_view(spoken, offer)


def write_url(offer: Offer) -> None:
    """Bring the URL in line with the session's view; at most one history entry."""
    query = page_query(offer) | shown_query()
    if query != _url_query():
        st.query_params.from_dict(query)


def shown_query() -> Query:
    """The page's own choices as the URL carries them: its part, grain, group, what is laid over."""
    return {name: list(values) for name, values in _shown().items()}


def page_query(offer: Offer) -> Query:
    """The query parameters that a link to another page carries."""
    default = default_view(browser_locale(), offer)
    return as_query(current_view() or default, default)


def open_part(codes: Sequence[str], key: str) -> None:
    """Bring the widget of that key, which chooses a part of the page, in line with the URL.

    The first part is the one that a URL without any opens. To be called before the widget, which
    calls :func:`choose_part` when it changes.
    """
    open_choice(PART, key, codes, codes[0])


def choose_part(codes: Sequence[str], key: str) -> None:
    """The URL is to carry the part that the widget of that key chose, unless it is the first."""
    choose_here(PART, key, codes[0])


def open_choice(name: str, key: str, codes: Sequence[str], default: str | None) -> None:
    """Bring the widget of that key, which chooses one of ``codes``, in line with the URL.

    ``name`` is that of the choice in the address, one for each choice of a page; a code that the
    page doesn't offer is as none. To be called before the widget, which calls
    :func:`choose_here` when it changes.
    """
    chosen = [it for it in _shown().get(name, ()) if it in codes]
    if not chosen:
        _shown().pop(name, None)
    st.session_state[key] = chosen[0] if chosen else default


def open_choices(name: str, key: str, codes: Sequence[str]) -> None:
    """As :func:`open_choice`, for a widget that chooses any number of ``codes``; none at first."""
    chosen = [it for it in codes if it in _shown().get(name, ())]
    if not chosen:
        _shown().pop(name, None)
    st.session_state[key] = chosen


def open_text(name: str, key: str, most_letters: int) -> None:
    """As :func:`open_choice`, for a widget that a text is typed into; empty at first."""
    st.session_state[key] = next(iter(placed_here(name)), "")[:most_letters]


def choose_here(name: str, key: str, default: str | None = None) -> None:
    """The URL is to carry what the widget of that key chose, one code or several, unless it is the
    default; for a widget's callback."""
    picked = st.session_state[key]
    values = tuple(picked) if isinstance(picked, list) else (picked,)
    place_here(name, () if picked is None or values == (default,) else values)


def place_here(name: str, values: Sequence[str]) -> None:
    """The URL of this page is to carry these values under that name; without any it carries
    none."""
    if values:
        _shown()[name] = tuple(map(str, values))
    else:
        _shown().pop(name, None)


def placed_here(name: str) -> tuple[str, ...]:
    """What the URL of this page carries under that name; to be looked at like any text of it."""
    return _shown().get(name, ())


def open_here(name: str, code: str, key: str) -> None:
    """Bring what opens and closes in line with the URL, under whose ``name`` stand the codes of
    what is open: when the page is come to, by a link or by going back. To be called before the
    widget of that key, which calls :func:`keep_open` when it changes."""
    if key not in st.session_state or _is_history_navigation():
        st.session_state[key] = code in placed_here(name)


def keep_open(name: str, code: str, key: str, *, is_one: bool = False) -> None:
    """The URL is to carry what of this name is open; ``is_one``: only one is at a time. For a
    widget's callback."""
    others = [it for it in placed_here(name) if it != code]
    opened = [code] if st.session_state[key] else []
    place_here(name, opened or others if is_one else [*others, *opened])


def take_landing() -> bool:
    """Whether the page was just come to with its URL, said once: what it asks for is opened then
    and not again at each run."""
    return bool(st.session_state.pop(_LANDING, False))


def _shown() -> dict[str, tuple[str, ...]]:
    shown: dict[str, tuple[str, ...]] = st.session_state.setdefault(_SHOWN, {})
    return shown


def _own_choices(query: Query) -> dict[str, tuple[str, ...]]:
    """Of a query string what is the page's own: simple names beside the filters', short values."""
    filters = View.__dataclass_fields__
    own = {
        name: tuple(it for it in values if it and len(it) <= _LONGEST_OWN)[:_MOST_OWN]
        for name, values in query.items()
        if name not in filters and _OWN_NAME.fullmatch(name)
    }
    return dict([(name, values) for name, values in own.items() if values][:_MOST_OWN])


def current_view() -> View | None:
    """What this session's reader chose; None before the frame has read the URL."""
    view: View | None = st.session_state.get(_VIEW)
    return view


def choose(**choices: object) -> None:
    """Change the session's view, in a widget's callback.

    A choice that comes empty changes nothing: a widget whose value stands in the session and not
    in its default is read as nothing where the browser sends none, or one that isn't offered any
    more, as happens while an overloaded server still draws. A view without a language, period or
    survey can't be drawn.
    """
    said = {name: it for name, it in choices.items() if it is not None}
    st.session_state[_VIEW] = replace(st.session_state[_VIEW], **said)


def reset(offer: Offer) -> None:
    """All filters at their default; the language stays."""
    st.session_state[_VIEW] = default_view(st.session_state[_VIEW].lang, offer)


def browser_locale() -> Locale:
    """The language of the reader's browser if there is one like it, else English."""
    asked = re.split("[-_]", (st.context.locale or "").lower())[0]
    return asked if asked in LOCALES else SOURCE_LOCALE


def _url_leads(page: str, view: View, default: View) -> bool:
    """Whether the URL knows better than the session.

    Not on every difference: a click that overtakes the previous one still carries the URL from
    before it, and a page link without parameters means "keep my filters".
    """
    if _is_history_navigation():
        return True
    filters = View.__dataclass_fields__
    query = {name: values for name, values in _url_query().items() if name in filters}
    return page != st.session_state.get(_PAGE) and bool(query) and query != as_query(view, default)


def _is_history_navigation() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _url_query() -> Query:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _without_vanished(view: View, default: View, offer: Offer) -> View:
    """Values that an undone import took away are dropped."""
    kept = {name: _kept(getattr(view, name), offer.values.get(name, ())) for name in DIMENSIONS}
    survey = view.survey if view.survey in offer.surveys else default.survey
    return replace(view, survey=survey, **kept)  # type: ignore[arg-type]


def _kept(chosen: Iterable[str], offered: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in chosen if value in offered)


def _is_known(name: str, value: str, offer: Offer) -> bool:
    if name in DIMENSIONS:
        return value in offer.values.get(name, ())
    if name == "period":
        return (
            value in (*MONTHS, *YEARS, *FULL_PERIODS, WHOLE_HISTORY) or _days_of(value) is not None
        )
    if name == "comparison" and _days_of(value):
        return True
    codes = {"lang": LOCALES, "comparison": COMPARISONS, "survey": offer.surveys}
    return value in codes[name]


def _days_of(code: str) -> tuple[date, date] | None:
    if not re.fullmatch(rf"{_DAY}\.\.{_DAY}", code):
        return None
    try:
        first_on, last_on = (date.fromisoformat(day) for day in code.split(".."))
    except ValueError:
        return None
    return (first_on, last_on) if first_on <= last_on else None
