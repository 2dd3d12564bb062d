"""What a meeting goes through: its screens, from a snapshot or from the data of now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.exports.deck.slides import nothing_table, nothing_title
from cxdata.followup.snapshots import Snapshot
from cxdata.i18n import Locale, translator
from cxdata.i18n.firm import firm_translator
from cxdata.models import Filters
from cxdata.pack.freezing import frozen_pack, in_meeting_order
from cxdata.pack.making import pack_of
from cxdata.pack.pack import Pack, PackFigure, PackSection
from cxdata.panels import Request
from cxdata.store.connection import Store
from pages.components.context import (
    computed_once,
    current_filters,
    locale,
    show_error,
    store,
)
from pages.components.meeting_way import SCREEN, SNAPSHOT
from pages.components.url_state import place_here, placed_here

R = TypeVar("R")
# Where the pages are on which a question to a section is answered.
PAGE_OF_SECTION = {
    "nps": "insights/nps.py",
    "pyramid": "insights/cx_pyramid.py",
    "response_times": "insights/response_times.py",
    "churn_cost": "insights/churn_cost.py",
}
FIRST_PAGE = "insights/overview.py"


@dataclass(frozen=True)
class Screen:
    """One figure of a meeting, with its section."""

    section: PackSection
    figure: PackFigure

    @property
    def page(self) -> str:
        """The page that answers questions to it."""
        return PAGE_OF_SECTION.get(self.section.key, FIRST_PAGE)


@dataclass(frozen=True)
class Meeting:
    """What is shown: the pack, its screens after the agenda, and where the reader is.

    ``place`` 0 is the agenda. ``snapshot`` is None for the data of now.
    """

    pack: Pack
    filters: Filters
    screens: tuple[Screen, ...]
    place: int
    snapshot: Snapshot | None

    @property
    def screen(self) -> Screen | None:
        """The figure that is shown; None on the agenda."""
        return self.screens[self.place - 1] if self.place else None

    def first_of(self, section: PackSection) -> int:
        """Where a section begins."""
        return 1 + next(n for n, it in enumerate(self.screens) if it.section.key == section.key)

    @property
    def sections(self) -> tuple[PackSection, ...]:
        """The agenda, each section that has figures."""
        return tuple({it.section.key: it.section for it in self.screens}.values())


def current_meeting() -> Meeting:
    """The meeting of the address; a page that can't have it says why and ends here."""
    said, con = placed_here(SNAPSHOT), store()
    try:
        if said:
            frozen = computed_once(con, frozen_pack, said[-1], locale())
            pack, filters = frozen.pack, frozen.snapshot.filters
            snapshot: Snapshot | None = frozen.snapshot
        else:
            filters, snapshot = current_filters(), None
            pack = computed_once(con, live_pack, filters, locale())
    except CxDataError as error:
        show_error(error)
        st.page_link("insights/board_pack.py")
        st.stop()
    screens = tuple(
        Screen(section, figure)
        for section in in_meeting_order(pack)
        for figure in (
            (_without_figures(section),)
            if section.is_empty and not section.is_one_sheet
            else section.figures
        )
    )
    return Meeting(pack, filters, screens, _place(len(screens)), snapshot)


def _without_figures(section: PackSection) -> PackFigure:
    """One screen for a section that has none: its questions, each with its reason."""
    words = translator(locale())
    return replace(
        section.figures[0],
        title=nothing_title(section, words),
        table=nothing_table(section, words),
        basis=(),
        notes=(),
        decision="",
        reason="",
    )


def live_pack(con: Store, filters: Filters, lang: Locale) -> Pack:
    """The pack of now; its results are those that the pages remember."""

    def remembered(function: Callable[..., R], /, *arguments: Any, **options: Any) -> R:
        return computed_once(con, function, *arguments, **options)

    words = firm_translator(con.settings, lang)
    return pack_of(Request(con, filters, words, remembered))


def go_to(place: int) -> None:
    """Show that screen; for a button's callback."""
    place_here(SCREEN, (str(place),) if place else ())


def _place(count: int) -> int:
    said = placed_here(SCREEN)
    if not said or not said[-1].isdecimal():
        return 0
    return min(int(said[-1][:5]), count)
