"""Saved views: what is seen now, kept under a name and opened again; the view one starts with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.navigation.page import Page

from cxdata.errors import CxDataError
from cxdata.followup.saved_views import (
    VIEW_LETTERS,
    AskedView,
    SavedView,
    change_view,
    found_view,
    lost_filters,
    remove_view,
    replace_view,
    save_view,
    saved_views,
    set_start,
    start_ids,
    start_view,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import DIMENSIONS
from cxdata.record import note_done
from cxdata.sentences.scope import period_text, value_name
from cxdata.store.connection import Store
from pages.components.context import offer, plain, show_error, store, store_path, tr
from pages.components.filters import COMPARED_DAYS_SAID, COMPARISONS_SAID, SURVEYS_SAID, period_said
from pages.components.navigation import PAGES, PageEntry
from pages.components.reader import ACTS_NOTHING, can, current_reader, guard, is_starting, seen_as
from pages.components.recording import as_reader
from pages.components.url_state import (
    asked_query,
    default_view,
    entered_without_address,
    is_custom,
    opened_page,
    page_of_view,
    parsed_view,
    period_of,
    take_over,
    view_query,
)

# Of more views than that, the list scrolls.
MOST_AT_ONCE, LIST_HEIGHT = 8, 340
_DIALOG, _EPOCH, _SAID, _DELETES = "views_dialog", "views_epoch", "views_said", "views_deletes"


def follow_view(page: Page) -> None:
    """Lead to the page of the view that was just opened; who enters the dashboard without an
    address of their own is led to the view they start with. Called before the address is read."""
    if entered_without_address(page.url_path) and not is_starting():
        view = start_view(_whole(), current_reader())
        if view is not None:
            _open(view, starts=True)
    wanted = opened_page()
    if wanted is not None and wanted != page.url_path:
        entry = _entry(wanted)
        if entry is not None:
            st.switch_page(entry.path, query_params=asked_query(offer()))


def draw_views() -> None:
    """The button that opens the list of views; nothing is read before it is pressed."""
    translate = tr()
    epoch = st.session_state.get(_EPOCH, 0)
    place = st.popover(
        translate("Views"),
        key=f"views:{epoch}:{translate.locale}",
        icon=":material/bookmarks:",
        type="tertiary",
        on_change="rerun",
    )
    if place.open:
        with place, st.container(key="views_list", gap="small"):
            _draw_list(translate)


def show_views_said() -> None:
    """What came of opening a view, and the dialog that was asked for."""
    if said := st.session_state.pop(_SAID, None):
        st.warning(plain(said))
    asked = st.session_state.pop(_DIALOG, None)
    if asked == "save":
        st.dialog(tr()("Save this view"))(_draw_saving)()
    elif asked == "change":
        st.dialog(tr()("Saved views"))(_draw_changing)()


def _draw_list(translate: Translator) -> None:
    reader = current_reader()
    views, starts = saved_views(_whole(), reader), start_ids(_whole(), reader)
    if not views:
        st.caption(translate("No view is saved yet."))
    scrolls = len(views) > MOST_AT_ONCE
    with st.container(gap=None, height=LIST_HEIGHT if scrolls else "content", border=False):
        for view in views:
            st.button(
                plain(view.name),
                key=f"view:{view.view_id}",
                icon=_icon(view, starts),
                type="tertiary",
                on_click=_open_asked,
                args=(view.view_id,),
            )
    if (subject := seen_as()) is not None:
        st.caption(plain(translate(ACTS_NOTHING, name=subject.name)))
        return
    with st.container(horizontal=True, gap="small"):
        for code, name, icon in (
            ("save", translate("Save this view"), ":material/bookmark_add:"),
            ("change", translate("Change views"), ":material/edit:"),
        ):
            if code == "save" or views:
                st.button(
                    name,
                    key=f"views_{code}",
                    icon=icon,
                    on_click=_ask,
                    args=(code,),
                )


def _icon(view: SavedView, starts: Sequence[str | None]) -> str:
    if view.view_id in starts:
        return ":material/home:"
    return ":material/groups:" if view.is_shared else ":material/bookmark:"


def _ask(dialog: str) -> None:
    _close_list()
    st.session_state[_DIALOG] = dialog


def _close_list() -> None:
    """The list is another widget from now on, which isn't open."""
    st.session_state[_EPOCH] = st.session_state.get(_EPOCH, 0) + 1


def _open_asked(view_id: str) -> None:
    _close_list()
    try:
        guard("see")
        view = found_view(_whole(), current_reader(), view_id)
    except CxDataError as error:  # somebody removed it meanwhile
        st.session_state[_SAID] = " ".join(tr().error(error))
        return
    _open(view)


def _open(view: SavedView, *, starts: bool = False) -> None:
    """Show what the view asks for, unless a filter of it would be lost: then it says so."""
    translate, choices = tr(), offer()
    entry = _entry(view.asked.page)
    if entry is None or not can(entry.act):
        st.session_state[_SAID] = translate(
            "“{view}” isn't opened: it is of a page that you don't have.", view=view.name
        )
        return
    offered: dict[str, Sequence[str]] = {"survey": choices.surveys}
    offered.update({str(name): values for name, values in choices.values.items()})
    lost = lost_filters(view.asked, offered)
    if lost:
        named = ", ".join(_filter_text(name, values, translate) for name, values in lost.items())
        st.session_state[_SAID] = translate(
            "“{view}” isn't opened: the data has nothing of what it filters by ({filters}).",
            view=view.name,
            filters=named,
        )
        return
    view_values = view.asked.values
    _, unknown = parsed_view(view_values, default_view(tr().locale, choices), choices)
    if unknown:
        st.session_state[_SAID] = translate(
            "“{view}” filters by what the data doesn't have; left out: {values}.",
            view=view.name,
            values=", ".join(_told(unknown)),
        )
    take_over(view.asked.page, view_values)


def _draw_saving() -> None:
    """Name, whose, and whether one starts with it."""
    translate, asked = tr(), AskedView.of(page_of_view(), view_query(offer()))
    st.caption(plain(_described(asked, translate)))
    name = st.text_input(
        translate("Name of the view"),
        max_chars=VIEW_LETTERS,
        placeholder=translate("Such as the meeting that it is for"),
        key="view_name",
    )
    is_shared = _asked_sharing(translate, "view_shares")
    starts = st.toggle(translate("I start with this view"), key="view_starts")
    if not st.button(translate("Save"), type="primary", key="view_save"):
        return

    def save() -> None:
        reader = guard("share_views" if is_shared else "views")
        view_id = save_view(_whole(), reader, name, asked, is_shared=is_shared)
        if starts:
            set_start(_whole(), reader, view_id)
        _note("saved", view_id, is_shared)

    _do(save, translate("The view was saved."))


def _asked_sharing(translate: Translator, key: str, value: bool = False) -> bool:
    if not can("share_views"):
        return False
    return st.toggle(
        translate("Everybody may open it"),
        value=value,
        key=key,
        help=translate(
            "Everybody then reads its name, except those who don't see what it filters by. What it "
            "shows are the figures that each may see."
        ),
    )


def _draw_changing() -> None:
    """One of the views to be renamed, replaced, shared, started with or deleted."""
    translate, reader = tr(), current_reader()
    views = {view.view_id: view for view in saved_views(_whole(), reader)}
    if not views:
        st.caption(translate("No view is saved yet."))
        return
    view_id = st.selectbox(
        translate("View"),
        list(views),
        format_func=lambda it: _label(views[it], translate),
        key=f"view_changed:{translate.locale}:{len(views)}",
    )
    view = views[view_id]
    st.caption(plain(_described(view.asked, translate)))
    may_change = can("share_views" if view.is_shared else "views")
    name, is_shared = view.name, view.is_shared
    if may_change:
        name = st.text_input(
            translate("Name of the view"),
            value=view.name,
            max_chars=VIEW_LETTERS,
            key=f"view_renamed:{view_id}",
        )
        is_shared = _asked_sharing(translate, f"view_shared:{view_id}", view.is_shared)
    own, firm = start_ids(_whole(), reader)
    starts = st.toggle(
        translate("I start with this view"), value=own == view_id, key=f"view_own_start:{view_id}"
    )
    everybody = firm == view_id
    if can("share_views") and is_shared:
        everybody = st.toggle(
            translate("Everybody starts with it who has chosen no other"),
            value=everybody,
            key=f"view_firm_start:{view_id}",
        )

    def change() -> None:
        reader = guard("views")
        if may_change and (name, is_shared) != (view.name, view.is_shared):
            change_view(_whole(), reader, view_id, name=name, is_shared=is_shared)
            _note("changed", view_id, view.is_shared or is_shared)
        if starts != (own == view_id):
            set_start(_whole(), reader, view_id if starts else None)
        if is_shared and everybody != (firm == view_id):
            set_start(_whole(), reader, view_id if everybody else None, for_everybody=True)
            _note("started with", view_id, True)

    if st.button(translate("Save"), type="primary", key=f"view_change:{view_id}"):
        _do(change, translate("The view was changed."))
    if may_change:
        _draw_replacing(view, translate)


def _draw_replacing(view: SavedView, translate: Translator) -> None:
    """Two ways to lose what a view asks for: another in its place, which is said, or none, which
    is asked once more."""

    def replace() -> None:
        asked = AskedView.of(page_of_view(), view_query(offer()))
        replace_view(_whole(), guard("views"), view.view_id, asked)
        _note("replaced", view.view_id, view.is_shared)

    def remove() -> None:
        remove_view(_whole(), guard("views"), view.view_id)
        _note("deleted", view.view_id, view.is_shared)

    with st.container(horizontal=True, gap="small"):
        if st.button(
            translate("Replace by what is seen now"), icon=":material/sync:", key="view_replace"
        ):
            _do(replace, translate("The view now shows what is seen here."))
        st.button(
            translate("Delete"),
            icon=":material/delete:",
            key="view_delete",
            on_click=_ask_deletion,
            args=(view.view_id,),
        )
    if st.session_state.get(_DELETES) != view.view_id:
        return
    st.markdown(plain(translate("Delete the view “{view}”?", view=view.name)))
    with st.container(horizontal=True, gap="small"):
        if st.button(translate("Delete it"), type="primary", key="view_delete_do"):
            _ask_deletion(None)
            _do(remove, translate("“{view}” was deleted.", view=view.name))
        st.button(
            translate("No, keep this view"),
            key="view_delete_not",
            on_click=_ask_deletion,
            args=(None,),
        )


def _ask_deletion(view_id: str | None) -> None:
    st.session_state[_DELETES] = view_id


def _do(act: Callable[[], None], said: str) -> None:
    """Do it, say so and draw the page anew; or say in the dialog why not."""
    as_reader()
    try:
        act()
    except CxDataError as error:
        show_error(error)
        return
    st.toast(plain(said), icon=":material/bookmark:")
    st.rerun()


def _note(what: str, view_id: str, is_of_everybody: bool) -> None:
    """Into the record what others find changed; one's own views are one's own."""
    if is_of_everybody:
        note_done(_whole(), "views_changed", details={"what": what, "view": view_id})


def _label(view: SavedView, translate: Translator) -> str:
    return translate("{view} (shared)", view=view.name) if view.is_shared else view.name


def _described(asked: AskedView, translate: Translator) -> str:
    """Page, period, comparison and filters of a view in words."""
    choices, entry = offer(), _entry(asked.page)
    values = asked.values
    parts = [translate(entry.title)] if entry else []
    for code in values.get("period", ())[-1:]:
        parts.append(
            period_text(period_of(code, choices), translate)
            if is_custom(code)
            else period_said(code, choices, translate)
        )
    acting = entry.acting if entry else None
    if acting and acting.has_comparison:
        parts += [
            translate(COMPARISONS_SAID.get(code, COMPARED_DAYS_SAID))
            for code in values.get("comparison", ())[-1:]
        ]
    if len(choices.surveys) > 1 and acting and acting.has_survey:
        parts += [
            translate(said)
            for code, said in SURVEYS_SAID.items()
            if code in values.get("survey", ())
        ]
    parts += [_filter_text(it, values[it], translate) for it in DIMENSIONS if it in values]
    return " · ".join(parts)


def _filter_text(name: str, values: Sequence[str], translate: Translator) -> str:
    if name == "survey":
        return ", ".join(translate(SURVEYS_SAID[it]) for it in SURVEYS_SAID if it in values)
    [dimension] = [it for it in DIMENSIONS if it == name]
    offered = offer().values.get(dimension, ())
    said = [value_name(dimension, it, translate) for it in values if it in offered]
    said += _told([value_name(dimension, it, translate) for it in values if it not in offered])
    called = name_of("dimension", dimension, translate)
    return translate("{name}: {values}", name=called, values=", ".join(said))


def _told(lost: Sequence[str]) -> list[str]:
    """Values that a view asks for and the reader doesn't have: by name for whoever sees all there
    is; to others they could tell of what they may not see."""
    return list(lost) if current_reader().scope.is_everything else ["…"] * bool(lost)


def _entry(url_path: str) -> PageEntry | None:
    return next((it for it in PAGES if it.url_path == url_path and it.acting), None)


def _whole() -> Store:
    """Views of all readers are kept in the store itself; the functions tell each theirs. A page
    that can't have a store says why and ends here."""
    store()
    return Store.open(store_path())
