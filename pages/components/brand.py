"""The top of the frame: product, firm and logo; and the words Streamlit has in English only."""

from __future__ import annotations

import json
from html import escape

import streamlit as st

from cxdata.charts.theme import DARK
from cxdata.errors import SettingsError
from cxdata.i18n import N_, SOURCE_LOCALE
from cxdata.logo import firm_logo
from pages.components.context import plain, store, tr
from pages.components.figures import colour_mode
from pages.components.navigation import TAB_ICON

LOGO_PIXELS = 36
# What pages/server/frame.js puts in the reader's language wherever Streamlit shows it itself.
STREAMLITS_WORDS = (
    N_("Skip to main content"),
    N_("Main menu"),
    N_("Theme"),
    N_("System"),
    N_("Light"),
    N_("Dark"),
    N_("Print"),
    N_("Sidebar"),
    N_("Collapse sidebar"),
    N_("Expand sidebar"),
    N_("Close"),
    N_("Fullscreen"),
    N_("Close fullscreen"),
    N_("Select all"),
    N_("Clear value"),
    N_("No results"),
    N_("Help"),
)
COPIED = N_("Link copied")
THEME_COLOURS = (
    "textColor",
    "backgroundColor",
    "secondaryBackgroundColor",
    "borderColor",
    "linkColor",
)


def draw_brand() -> None:
    """Logo, or the product's own sign, beside the product's and the firm's name."""
    translate, brand = tr(), store().settings.brand
    try:
        logo = firm_logo(brand.logo) if brand.logo else TAB_ICON
    except SettingsError as error:
        st.caption(plain(translate.error(error)[0]))
        logo = TAB_ICON
    st.image(logo, width=LOGO_PIXELS, alt=brand.name)
    with st.container(key="brand_words", gap=None):
        st.markdown(f"**{plain(translate('Customer experience'))}**")
        if brand.name:
            st.caption(plain(brand.name))


def draw_words() -> None:
    """The page's language, the words that the script of the frame needs, and the ground for which
    figures and pictures are drawn: our own texts alone.

    The button is seen by nobody: the script presses it when the browser's ground is another one.
    """
    translate = tr()
    words = (
        {} if translate.locale == SOURCE_LOCALE else {it: translate(it) for it in STREAMLITS_WORDS}
    )
    said = escape(json.dumps(words, ensure_ascii=False), quote=True)
    st.html(
        f'<span class="cx-words" lang="{translate.locale}" data-words="{said}"'
        f' data-copied="{escape(translate(COPIED), quote=True)}"'
        f' data-paper="{escape(json.dumps(on_paper()), quote=True)}"'
        f' data-ground="{colour_mode()}"></span>'
    )
    st.button("", key="draw_again")


def on_paper() -> dict[str, str]:
    """What each colour of dark ground is on white paper, for the page's own elements too."""
    of_charts = {dark: light for light, dark in DARK.items()}
    of_pages = {
        str(st.get_option(f"theme.dark.{name}")): str(st.get_option(f"theme.light.{name}"))
        for name in THEME_COLOURS
    }
    return of_charts | of_pages
