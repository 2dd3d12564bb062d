"""The snapshots: which there are, their files, and what differs from them now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import polars as pl
import streamlit as st

from cxdata.errors import CxDataError
from cxdata.exports.pack_files import Face, PackLook, pack_file
from cxdata.followup.snapshots import (
    Snapshot,
    recorded_snapshots,
    snapshot_of,
    snapshot_packs,
)
from cxdata.i18n import Locale
from cxdata.i18n.firm import firm_translator
from cxdata.models import Filters
from cxdata.pack.comparing import (
    FigureDifference,
    PackComparison,
    compared_snapshots,
    compared_with_today,
)
from cxdata.pack.comparison_words import cause_text, comparison_lines, figure_text
from cxdata.pack.freezing import frozen_pack
from cxdata.pack.sections import PACK_SECTIONS, section_title
from cxdata.panels import Request
from cxdata.record import note_act
from cxdata.record.acting import Actor
from cxdata.sentences import scope_text
from cxdata.store.connection import Store
from pages.components.context import (
    cached,
    computed_once,
    plain,
    show_error,
    store,
    store_path,
    tr,
)
from pages.components.figures import show_note, show_nothing, show_table, show_text
from pages.components.meeting_way import MEETING_PATH, SNAPSHOT
from pages.components.recording import page_actor
from pages.components.url_state import choose_here, open_choice
from pages.parts.board_pack.files import draw_faces, pack_look

TODAY = "today"


def draw_snapshots() -> None:
    """The list, and below it the one that is picked."""
    translate = tr()
    rows = cached(recorded_snapshots)
    if rows.is_empty():
        show_nothing(translate("No pack is frozen yet: it is done under Pack."))
        return
    names = {
        it["snapshot_id"]: _label(it["title"], it["taken_at"].date()) for it in rows.to_dicts()
    }
    codes = list(names)
    open_choice(SNAPSHOT, "picked_snapshot", codes, codes[0])
    picked = st.selectbox(
        translate("Snapshot"),
        codes,
        format_func=lambda it: names[it],
        key="picked_snapshot",
        on_change=choose_here,
        args=(SNAPSHOT, "picked_snapshot"),
    )
    try:
        _draw_one(snapshot_of(store(), picked), names)
    except CxDataError as error:
        show_error(error)


def _label(title: str, day: date) -> str:
    return f"{title} · {tr().day(day)}"


def _draw_one(kept: Snapshot, names: dict[str, str]) -> None:
    translate, made = tr(), kept.made_with
    show_text(kept.note)
    versions = made and translate(
        "data version {data}, settings {settings}, program {program}",
        data=made.data_version,
        settings=made.settings_mark,
        program=made.program_version,
    )
    by = kept.taken_by and translate("by {name}", name=kept.taken_by)
    show_note([it for it in (scope_text(kept.filters, translate, "answers"), by, versions) if it])
    if not kept.has_pack:
        show_nothing(
            translate("It holds figures alone: an earlier version took it, without the pack.")
        )
        return
    query = {SNAPSHOT: [kept.snapshot_id], "lang": [translate.locale]}
    st.page_link(
        MEETING_PATH,
        label=translate("Open in meeting mode"),
        icon=":material/co_present:",
        query_params=query,
    )
    _draw_files(kept)
    _draw_comparison(kept, names)


def _draw_files(kept: Snapshot) -> None:
    """Each face of the pack as it was, made when the browser asks for it."""
    con, language = store(), tr().locale
    has_names = con.may_see_people and any(
        it.people for it in cached(snapshot_packs, kept.snapshot_id)
    )
    with_names = has_names and st.checkbox(
        tr()("With the names of the accounts at risk"), key="snapshot_names"
    )
    made = partial(
        _file,
        con,
        kept.snapshot_id,
        language,
        bool(with_names),
        kept.filters,
        pack_look(con),
        page_actor(),
    )
    draw_faces(language, lambda face: partial(made, face=face), key="snapshot_file")


def _file(
    con: Store,
    snapshot_id: str,
    language: Locale,
    with_names: bool,
    filters: Filters,
    look: PackLook,
    by: Actor,
    *,
    face: Face,
) -> bytes:
    """The file; one that lists people is written down before it is handed out."""
    found = frozen_pack(con, snapshot_id, language, with_names=with_names)
    if found.pack.names_people:
        details = {"file": f"board-pack.{face}", "snapshot": snapshot_id}
        whole = Store.open(store_path())
        note_act(whole, by, "people_exported", filters=filters, details=details)
    return pack_file(found.pack, face, look).content


def _draw_comparison(kept: Snapshot, names: dict[str, str]) -> None:
    """What was said then beside what holds now, figure by figure, with the cause."""
    translate = tr()
    others = [TODAY, *(it for it in names if it != kept.snapshot_id)]
    open_choice("against", "picked_against", others, None)
    against = st.selectbox(
        translate("Compare with"),
        others,
        index=None,
        placeholder=translate("today, or another snapshot"),
        format_func=lambda it: translate("today") if it == TODAY else names[it],
        key="picked_against",
        on_change=choose_here,
        args=("against", "picked_against"),
    )
    if against is None:
        return
    con = store()
    if against == TODAY:
        found = computed_once(con, _beside_today, kept.snapshot_id, translate.locale)
    else:
        found = computed_once(con, compared_snapshots, kept.snapshot_id, against, translate.locale)
    _show_comparison(found)


def _beside_today(con: Store, snapshot_id: str, locale: str) -> PackComparison:
    """As ``compared_with_today``, with the results that pages remember."""

    def as_request(seen: Store, filters: Filters, language: str) -> Request:
        words = firm_translator(seen.settings, language)
        remembered = partial(computed_once, seen)
        return Request(seen, filters, words, remembered)

    return compared_with_today(con, snapshot_id, locale, as_request)


def _show_comparison(found: PackComparison) -> None:
    translate = tr()
    lines = comparison_lines(found, translate)
    with st.container(key="comparison_lines"):
        st.markdown(f"**{plain(lines[0])}**")
        for line in lines[1:]:
            show_text(line)
    if found.settings:
        rows = [
            {
                translate("Setting"): name,
                translate("At that time"): _value(then),
                translate("Now"): _value(now),
            }
            for name, then, now in found.settings
        ]
        show_table(pl.DataFrame(rows))
    titles = {it.key: section_title(it, translate) for it in PACK_SECTIONS}
    now_name = found.other.title if found.other else translate("Now")
    same = [it for it in found.figures if it.is_same]

    def table(figures: Sequence[FigureDifference]) -> pl.DataFrame:
        rows = [
            {
                translate("Section"): titles.get(it.section, it.section),
                translate("Figure"): it.question,
                translate("At that time"): it.then or "–",
                now_name: it.now or "–",
                translate("Difference"): figure_text(it, translate),
                translate("Cause"): cause_text(it.causes, translate) or "–",
            }
            for it in figures
        ]
        return pl.DataFrame(rows)

    if len(same) < len(found.figures):
        show_table(table([it for it in found.figures if not it.is_same]))
    if same:
        label = translate.plural("{n} figure is the same", "{n} figures are the same", len(same))
        with st.expander(label, type="compact", icon=":material/table:"):
            show_table(table(same).select(pl.nth(0, 1, 2)))


def _value(value: object) -> str:
    return "–" if value is None else str(value)
