"""What a page asks for: the store, the filters, the language, results computed once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar, cast

import streamlit as st

from cxdata.access.acts import store_for
from cxdata.config import DEFAULT_STORE, STORE_VARIABLE
from cxdata.errors import AccessError, CxDataError, StoreDamaged
from cxdata.i18n import LOCALES, Locale, Translator, translator
from cxdata.i18n.firm import firm_translator
from cxdata.models import DIMENSIONS, SURVEYS, Filters
from cxdata.store.connection import Store
from pages.components.reader import current_reader
from pages.components.url_state import Offer, browser_locale, current_view, default_view

# Results are small frames and figures: together some tens of megabytes at the most.
REMEMBERED_RESULTS = 2048

P = ParamSpec("P")
R = TypeVar("R")


def store_path() -> Path:
    return Path(os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)


def store() -> Store:
    """The store as the reader may see it; a page that can't have it says why and ends here."""
    try:
        return Store.open(store_path()).seen_by(current_reader())
    except CxDataError as error:
        give_up(error)


def whole_store() -> Store:
    """The process's store, for what changes it or tells of all of it.

    A page whose reader may not change it, or sees only a part of it, says so and ends here.
    """
    try:
        return store_for(Store.open(store_path()), current_reader(), "change")
    except CxDataError as error:
        give_up(error)


def give_up(error: CxDataError) -> NoReturn:
    """Say what is wrong and end the page; beside a damaged store, offer its backups."""
    show_error(error)
    if isinstance(error, StoreDamaged):
        from pages.components.backups import draw_rescue  # which itself asks this module

        draw_rescue()
    st.stop()


def locale() -> Locale:
    view = current_view()
    if view:
        return view.lang
    asked = st.query_params.get("lang")  # before the address is read, as where there is no store
    return asked if asked in LOCALES else browser_locale()


def tr() -> Translator:
    """The reader's translator: ``tr()("Last {n} months", n=3)``.

    It knows what the firm calls its own dimensions, how often intervals hold the truth, and when
    the fiscal year begins, once the store is open.
    """
    opened = Store.if_open(store_path())
    if opened is None:
        return translator(locale())
    return firm_translator(opened.settings, locale())


def offer() -> Offer:
    """What the filters have to choose from."""
    return cached(offer_of)


def current_filters() -> Filters:
    choices = offer()
    view = current_view() or default_view(browser_locale(), choices)
    return view.filters(choices)


def cached(
    function: Callable[Concatenate[Store, P], R], *arguments: P.args, **options: P.kwargs
) -> R:
    """``function(store(), …)``, computed once per state of the data and arguments, for everybody
    who may see the same.

    ``trend = cached(nps_trend, current_filters(), grain="month")``. Arguments must be hashable,
    the function must stand in a module (not in a page script, which is a new one at every run),
    and nobody may change the result: it is the same object for all sessions. When many ask at
    once, one computes and the others wait.
    """
    try:
        return computed_once(store(), function, *arguments, **options)
    except (StoreDamaged, AccessError) as error:
        give_up(error)


def computed_once(
    con: Store,
    function: Callable[Concatenate[Store, P], R],
    *arguments: P.args,
    **options: P.kwargs,
) -> R:
    """As ``cached``, of this store or what is seen of it."""
    key = (con.path, con.state, function, arguments, tuple(sorted(options.items())))
    return cast(R, _slot(key).result(lambda: function(con, *arguments, **options)))


def offer_of(con: Store) -> Offer:
    """What the data has to choose from, read from the day tables."""
    rows = con.query("dimension_values")
    found: dict[str, tuple[str, ...]] = {
        name: tuple(rows.filter(rows["dimension"] == name)["value"])
        for name in ("survey", *DIMENSIONS)
    }
    surveys = tuple(survey for survey in SURVEYS if survey in found["survey"])
    return Offer(
        surveys=surveys or ("relationship",),
        values={name: found[name] for name in con.settings.used_dimensions()},
        first_on=cast(Any, rows["first_on"].min()),
        last_on=cast(Any, rows["last_on"].max()),
        fiscal_year=con.settings.fiscal_year,
    )


JOINER = "\u2060"
# What Streamlit 1.67 replaces in a text: `:material_home:`, `:streamlit:`, `:+1:`; `<->`, `->`,
# `<-`, `--`, `>=`, `<=`, `~=`; and blanks at the beginning of a line.
REPLACED = re.compile(r":(?=[\w+-]+:)|[<>~-](?=[>=-])|^(?=[ \t])", re.ASCII | re.MULTILINE)


def show_error(error: CxDataError) -> None:
    """A user's mistake: what is wrong and what to do about it, unless that is a command."""
    sentence, hint = tr().error(error)
    helps = hint and "--" not in error.hint
    st.error(plain(f"{sentence} {hint}" if helps else sentence))


def plain(text: str) -> str:
    """Text from data or a URL, so that Markdown shows it as it is.

    An invisible word joiner stands in what is replaced even where every sign is escaped: GitHub's
    Markdown makes links of addresses, and Streamlit looks for names between colons (icons, its
    logo, emoji) and for signs that it draws as others (arrows, dashes), once escapes are gone. A
    line that begins with blanks would be code.

    >>> plain("<b>*A* :red[B]")
    '\\\\<b\\\\>\\\\*A\\\\* \\\\:red\\\\[B\\\\]'
    >>> plain("a -> :+1:").count(JOINER)
    2
    """
    unlinked = re.sub(r"(@|:/|www(?=\.))", rf"\1{JOINER}", text, flags=re.IGNORECASE)
    joined = REPLACED.sub(rf"\g<0>{JOINER}", unlinked)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", joined)


class _Slot:
    """Room for one result: the first who asks computes it, the others wait."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._results: list[object] = []

    def result(self, compute: Callable[[], object]) -> object:
        with self._lock:
            if not self._results:
                self._results.append(compute())
            return self._results[0]


@lru_cache(maxsize=REMEMBERED_RESULTS)
def _slot(key: object) -> _Slot:
    return _Slot()
