"""The pages, and the links that carry the filters from one to the next.

``st.navigation`` draws no menu here: its own drops the filters from the URL and adds a second
history entry that traps the back button. ``st.page_link`` carries them in one entry.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import Page

from cxdata.access.acts import Permission
from cxdata.i18n import N_, Translator
from cxdata.models import DIMENSIONS, Counted, Dimension, dimensions_of
from pages.components.reader import can
from pages.components.url_state import Query

# Drawn here, since a Material icon in the tab would be fetched from the internet.
TAB_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
    '<path fill="#0f5f73" d="M32 4 42 22H22z"/>'
    '<path fill="#2b8ca3" d="M20 26h24l8 14H12z"/>'
    '<path fill="#7fb8c6" d="M10 44h44l8 14H2z"/></svg>'
)


@dataclass(frozen=True)
class Acting:
    """Which filters act on a page: those of what it counts, and the two that stand beside them."""

    counted: tuple[Counted, ...]
    has_survey: bool = True
    has_comparison: bool = True

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Those that anything counted on the page has."""
        return tuple(
            it for it in DIMENSIONS if any(it in dimensions_of(each) for each in self.counted)
        )


@dataclass(frozen=True)
class PageEntry:
    """One page: its section, file under ``pages/``, address, Material icon and title; who may.

    Section and title are translatable. The icon goes to the link only: ``st.Page`` would make
    it the tab's icon. ``act`` is what its readers have to be allowed; without ``acting`` the page
    has no filter bar. One that isn't ``is_listed`` is reached by links of other pages.
    """

    section: str
    path: str
    url_path: str
    icon: str
    title: str
    act: Permission = "see"
    acting: Acting | None = None
    is_listed: bool = True


KNOW, ACT, FEED = N_("Indicators"), N_("Act"), N_("Data and settings")
EVERYTHING_COUNTED = Acting(("answers", "contacts", "customers", "assessments"))
PAGES = (
    PageEntry(
        KNOW,
        "insights/overview.py",
        "",
        "dashboard",
        N_("Overview"),
        acting=EVERYTHING_COUNTED,
    ),
    PageEntry(
        KNOW,
        "insights/nps.py",
        "nps",
        "favorite",
        N_("NPS"),
        acting=Acting(("answers", "invitations")),
    ),
    PageEntry(
        KNOW,
        "insights/cx_pyramid.py",
        "cx-pyramid",
        "change_history",
        N_("CX pyramid"),
        acting=Acting(("contacts", "assessments"), has_survey=False, has_comparison=False),
    ),
    PageEntry(
        KNOW,
        "insights/response_times.py",
        "response-times",
        "timer",
        N_("Response times"),
        acting=Acting(("contacts",), has_comparison=False),
    ),
    PageEntry(
        KNOW,
        "insights/churn_cost.py",
        "churn-cost",
        "trending_down",
        N_("Churn cost"),
        acting=Acting(("customers",), has_survey=False),
    ),
    PageEntry(
        KNOW,
        "insights/board_pack.py",
        "board-pack",
        "co_present",
        N_("Board pack"),
        acting=EVERYTHING_COUNTED,
    ),
    PageEntry(ACT, "insights/decisions.py", "decisions", "gavel", N_("Decisions")),
    PageEntry(KNOW, "insights/meeting.py", "meeting", "co_present", N_("Meeting"), is_listed=False),
    PageEntry(ACT, "insights/cases.py", "cases", "support_agent", N_("Cases")),
    PageEntry(FEED, "data/import_extract.py", "import", "upload_file", N_("Import"), "import"),
    PageEntry(FEED, "data/inventory.py", "data", "inventory_2", N_("Data")),
    PageEntry(FEED, "data/settings.py", "settings", "tune", N_("Settings"), "settings"),
    PageEntry(FEED, "data/methods.py", "methods", "menu_book", N_("Methods")),
)


def current_page() -> Page:
    """The page that the URL names; the first one is what ``/`` shows."""
    pages = [
        st.Page(
            entry.path, title=entry.title, url_path=entry.url_path or None, default=not position
        )
        for position, entry in enumerate(PAGES)
    ]
    return st.navigation(pages, position="hidden")


def entry_of(page: Page) -> PageEntry:
    [entry] = [entry for entry in PAGES if entry.url_path == page.url_path]
    return entry


def act_of(page: Page) -> Permission:
    """What its readers have to be allowed."""
    return entry_of(page).act


def draw_page_links(query: Query, translate: Translator) -> None:
    """One link per page that the reader can use, under the name of its section."""
    for section in dict.fromkeys(entry.section for entry in PAGES):
        listed = [entry for entry in PAGES if entry.section == section and entry.is_listed]
        offered = [entry for entry in listed if can(entry.act)]
        if offered:
            st.caption(translate(section))
            for entry in offered:
                st.page_link(
                    entry.path,
                    label=translate(entry.title),
                    icon=f":material/{entry.icon}:",
                    query_params=query,
                    width="stretch",
                )


def set_up_tab(page: Page, translate: Translator) -> None:
    """The browser tab's title and icon, and a page that uses the whole width."""
    st.set_page_config(
        page_title=f"{translate(page.title)} · {translate('Customer experience')}",
        page_icon=TAB_ICON,
        layout="wide",
    )
