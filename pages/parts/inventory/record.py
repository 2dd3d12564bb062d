"""Who did what with people's data: for administrators, filtered and as files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import streamlit as st

from cxdata.exports.extract import Extract, as_csv, as_workbook
from cxdata.i18n.names import name_of
from cxdata.record import ACTS, recorded_acts
from cxdata.record.reading import people_in_record, told
from cxdata.tables import record_table
from pages.components.context import tr, whole_store
from pages.components.downloads import XLSX
from pages.components.figures import show_note, show_nothing, show_table
from pages.components.reader import can

SHOWN_DAYS = 30
SHOWN_ACTS = 200


def draw_record() -> None:
    """Closed until somebody opens it; nothing of it is read before."""
    if not can("record"):
        return
    translate = tr()
    place = st.expander(
        translate("Who did what"), key="record", on_change="rerun", icon=":material/history_edu:"
    )
    if place.open:
        with place:
            _draw()


def _draw() -> None:
    translate, con = tr(), whole_store()
    months = con.settings.privacy.record_months
    show_note(
        [
            translate("Opened lists of people, files, imports, settings, backups, erasures."),
            translate.plural("Kept {n} month.", "Kept {n} months.", months)
            if months
            else translate("Kept without end."),
        ]
    )
    people, acts, days = st.columns(3)
    by = people.selectbox(
        translate("Who"),
        people_in_record(con),
        index=None,
        placeholder=translate("Everybody"),
        key=f"record_by:{translate.locale}",
    )
    act = acts.selectbox(
        translate("What"),
        ACTS,
        index=None,
        format_func=lambda code: name_of("act", code, translate),
        placeholder=translate("Everything"),
        key=f"record_act:{translate.locale}",
    )
    today = datetime.now(UTC).date()
    chosen = days.date_input(
        translate("Days"),
        value=(today - timedelta(days=SHOWN_DAYS), today),
        format="DD/MM/YYYY",
        key="record_days",
    )
    since, until = _ends(chosen)
    found = recorded_acts(con, since=since, until=until, by=by, act=act)
    if found.is_empty():
        show_nothing(translate("The record has nothing of that."))
        return
    zone = con.settings.firm.time_zone
    show_table(record_table(found.head(SHOWN_ACTS), zone, translate))
    if found.height > SHOWN_ACTS:
        show_note(
            [
                translate(
                    "The newest {n} of {count}; the files hold all.",
                    n=translate.number(SHOWN_ACTS),
                    count=translate.number(found.height),
                )
            ]
        )
    _draw_files(found, zone)


def _draw_files(found: pl.DataFrame, zone: str) -> None:
    translate = tr()

    def extract() -> Extract:
        local = pl.col("done_at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        frame = found.with_columns(
            local.dt.replace_time_zone(None),
            *(pl.Series(name, [told(it) for it in found[name]]) for name in ("filters", "details")),
        ).rename({"filters": "chosen_filters"})
        return Extract("record", translate("Who did what"), frame, "", None)

    makers = {
        "csv": ("text/csv", lambda: as_csv(extract(), translate)),
        "xlsx": (XLSX, lambda: as_workbook(extract(), translate)),
    }
    with st.container(horizontal=True):
        for ending, (mime, make) in makers.items():
            st.download_button(
                ending.upper(),
                make,
                file_name=f"record.{ending}",
                mime=mime,
                key=f"record_file:{ending}",
                icon=":material/download:",
                on_click="ignore",
            )


def _ends(chosen: object) -> tuple[date | None, date | None]:
    """The first and the last day, while the second isn't picked yet the first alone."""
    picked = chosen if isinstance(chosen, tuple) else (chosen,)
    days = [each for each in picked if isinstance(each, date)]
    return (min(days, default=None), max(days) if len(days) > 1 else None)
