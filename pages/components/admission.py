"""Who is let in: the login, whose name stands beside the pages, and the view as somebody else."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st
from streamlit.navigation.page import Page

from cxdata.access.acts import Permission, see_may
from cxdata.errors import AccessError, LoginNeeded
from pages.components.context import plain, show_error, tr
from pages.components.figures import show_note, show_text
from pages.components.navigation import act_of, set_up_tab
from pages.components.reader import (
    current_reader,
    entrance_of_process,
    log_out,
    login_providers,
    see_as,
    seen_as,
    true_reader,
)
from pages.components.style import STYLE


def admit(page: Page) -> None:
    """Let whoever may see the dashboard go on; say to others why not, and end the run there."""
    try:
        current_reader()
    except AccessError as error:
        set_up_tab(page, tr())
        _draw_closed(error)
        st.stop()


def see_page(page: Page) -> None:
    """End a page here that the reader may not use, however they came to it."""
    try:
        see_may(current_reader(), act_of(page))
    except AccessError as error:
        show_error(error)
        st.stop()


def refuses(act: Permission) -> bool:
    """Whether the reader may not do that; then the reason stands in the place of the form."""
    try:
        see_may(current_reader(), act)
    except AccessError as error:
        show_note([plain(" ".join(tr().error(error)))])
        return True
    return False


def draw_view_mark() -> None:
    """On every page, while it is shown as somebody else sees it: as whom, and a way back."""
    subject = seen_as()
    if subject is None:
        return
    translate = tr()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        said = translate("You see the dashboard as {name}.", name=subject.name)
        st.markdown(f":material/visibility: {plain(said)}", width="stretch")
        st.button(
            translate("Leave this view"),
            key="leave_view",
            icon=":material/close:",
            type="tertiary",
            on_click=see_as,
            args=(None,),
        )


def draw_signed_in() -> None:
    """Below the pages: who is logged in, and the way out; nothing where nobody logs in."""
    way = entrance_of_process().way
    if way == "local":
        return
    st.caption(plain(true_reader().name))
    if way == "login" and st.button(
        tr()("Log out"), key="log_out", icon=":material/logout:", type="tertiary"
    ):
        log_out()


def _draw_closed(error: AccessError) -> None:
    """Why nobody gets in, and what can be done about it."""
    st.html(STYLE)
    with suppress(AccessError):  # whoever isn't logged in sees nothing as somebody else
        draw_view_mark()
    translate = tr()
    st.title(translate("Customer experience"), anchor=False)
    if isinstance(error, LoginNeeded):
        show_text(" ".join(translate.error(error)))
        for provider in login_providers():
            name = translate("Log in") if provider is None else _with(provider)
            st.button(
                plain(name),
                key=f"log_in:{provider}",
                type="primary",
                on_click=st.login,
                args=(provider,),
            )
        return
    show_error(error)
    if entrance_of_process().way == "login" and st.button(
        translate("Log out"), key="log_out", icon=":material/logout:"
    ):
        log_out()


def _with(provider: str) -> str:
    return tr()("Log in with {provider}", provider=provider)
