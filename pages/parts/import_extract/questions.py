"""What only the owner of a file knows: asked with the file's own cells, nothing chosen before."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from functools import cache
from zoneinfo import available_timezones

import streamlit as st

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.ingest import FilePreview
from cxdata.ingest.columns import load_columns
from cxdata.models import KINDS, Question, Reading
from pages.components.context import plain, store, tr
from pages.components.figures import show_note
from pages.parts.import_extract.naming import values_in_words
from pages.parts.import_extract.uploads import Name, Upload, heard

SHOWN_EXAMPLES = 3
CHOICE_WIDTH = 260  # pixels
# What the readings of a question are called; the others by what they are.
READINGS = {
    ("date_order", "dmy"): N_("Day first"),
    ("date_order", "mdy"): N_("Month first"),
    ("decimal_mark", ","): N_("The comma is the decimal mark"),
    ("decimal_mark", "."): N_("The dot is the decimal mark"),
    ("delimiter", ","): N_("Commas part the columns"),
    ("delimiter", ";"): N_("Semicolons part the columns"),
    ("delimiter", "tab"): N_("Tabs part the columns"),
    ("delimiter", "|"): N_("Vertical bars part the columns"),
    ("encoding", "utf-8"): N_("Unicode (utf-8)"),
    ("encoding", "cp1252"): N_("Western Windows (cp1252)"),
    ("encoding", "latin-1"): N_("Western (latin-1)"),
    ("encoding", "mac-roman"): N_("Old Macintosh (mac-roman)"),
    ("unfinished", "leave"): N_("Left out"),
    ("unfinished", "take"): N_("Taken like the others"),
    ("same_id", "combine"): N_("Parts of one: combine them"),
    ("same_id", "replace"): N_("The same: the newer row replaces the other"),
    ("same_id", "apart"): N_("Different ones: keep all of them"),
    ("swapped_dates", "repair"): N_("Yes, swap them back"),
    ("swapped_dates", "keep"): N_("No, they are right as they stand"),
    ("two_parts", "h:mm"): N_("Hours and minutes"),
    ("two_parts", "mm:ss"): N_("Minutes and seconds"),
    ("waits", "unknown"): N_("That isn't known: no figure of the waits"),
    ("waits", "answered"): N_("All of them ended in an answer"),
    ("summary", "weigh"): N_("Taken as so many answers"),
    ("price_interval", "month"): N_("For a month"),
    ("price_interval", "year"): N_("For a year"),
    ("price_interval", "quarter"): N_("For a quarter"),
    ("price_interval", "week"): N_("For a week"),
    ("revenue_year", "none"): N_("None of the columns"),
    ("empty_cells", "keep"): N_("What the store has stays"),
    ("empty_cells", "clear"): N_("It goes"),
}
NONE_OF_THESE = ""  # no column, sheet or scale is called so
SAY_IT_BELOW = N_("Then say it below, under “How the file is read”, or leave the column out.")
# How to go on after "none of these", by what was asked.
WAYS_ON = {
    "sheet": N_("Then choose another sheet below."),
    "date_order": N_(
        "Then choose another column below, or leave it out. Days that are written in neither way "
        "have to be corrected in the file."
    ),
    "decimal_mark": N_(
        "Then choose another column below, or leave it out. Numbers that are written in neither "
        "way have to be corrected in the file."
    ),
    "waits": N_("Then choose another column below, or leave it out."),
    "revenue_year": N_("Then choose another column below, or leave it out."),
    "two_parts": N_(
        "Then choose another column below, or leave it out. Durations that are written otherwise "
        "have to be corrected in the file."
    ),
    "swapped_dates": N_("Then choose another column below, or correct the dates in the file."),
    "flags": N_(
        "Then choose another column below, or leave it out: a flag has one value for yes, and all "
        "others mean no."
    ),
    "scales": N_(
        "Then it is another kind of score: choose another field for the column below, or leave it "
        "out."
    ),
}
_SCALE = re.compile(r"(\d+)-(\d+)( easy| satisfaction)?")
_SCALE_NAMES = {
    None: N_("From {low} to {high}"),
    " easy": N_("From {low} to {high}, {high} is easy"),
    " satisfaction": N_("Satisfaction, from {low} to {high}"),
}
_LOCAL_TIME = re.compile(r"\d:\d\d(?!.*(?:[+-]\d\d:?\d\d|Z|UTC|GMT)$)")


def draw_questions(upload: Upload, preview: FilePreview) -> None:
    """The open ones first; an answered one can be answered otherwise.

    Each has a key of its own, whatever else on the page says the same of the file.
    """
    asked: Counter[Name] = Counter()
    for question in sorted(preview.questions, key=lambda it: not it.is_open):
        name = tuple(filter(None, (question.option, question.about)))
        key = upload.key("asked", str(asked[name]), *name)
        asked[name] += 1
        if question.option == "extract_date":
            _draw_day(upload, question, key)
        elif question.readings:
            _draw_readings(upload, question, name, key)
        else:
            _draw_text(upload, question, name, key)


def draw_circumstances(upload: Upload, preview: FilePreview) -> None:
    """What the file holds, its sheet, the zone of its times and up to when it tells."""
    asked = {question.option for question in preview.questions}
    with st.container(horizontal=True):
        _draw_kind(upload, preview)
        if len(upload.sheets) > 1:
            _draw_sheet(upload, preview)
        if has_local_times(preview):
            draw_time_zone(upload)
        if preview.kind == "contacts" and "extract_date" not in asked:
            draw_extract_date(upload)


def _draw_readings(upload: Upload, question: Question, name: Name, key: str) -> None:
    """A radio with what the file could mean; whoever says "none of these" is told how to go on."""
    translate = tr()
    captions = {it.choice: _examples(it, translate) for it in question.readings}
    st.session_state[key] = _chosen(upload, question, name)
    st.radio(
        plain(_question_text(question, translate)),
        [*captions, NONE_OF_THESE],
        format_func=lambda choice: plain(reading_name(question.option, choice, translate)),
        captions=[*captions.values(), ""],
        key=key,
        on_change=_answer,
        args=(upload, name, key),
    )
    if name in upload.declined:
        show_note([translate(WAYS_ON.get(question.option, SAY_IT_BELOW))])


def _chosen(upload: Upload, question: Question, name: Name) -> str | None:
    if name in upload.declined:
        return NONE_OF_THESE
    choices = [it.choice for it in question.readings]
    return question.answer if question.answer in choices else None


def _answer(upload: Upload, name: Name, key: str) -> None:
    """None of the columns: the field isn't taken. None of the others: it stays open."""
    choice = st.session_state[key]
    if choice != NONE_OF_THESE:
        upload.hear(name, choice)
    elif name[0] == "mapping":
        upload.hear(name, "")
    else:
        upload.decline(name)


def _draw_text(upload: Upload, question: Question, name: Name, key: str) -> None:
    """What any text answers."""
    st.session_state[key] = question.answer
    st.text_input(
        plain(_question_text(question, tr())),
        key=key,
        on_change=_answer,
        args=(upload, name, key),
    )


def _draw_day(upload: Upload, question: Question, key: str) -> None:
    st.session_state[key] = upload.said.get(("extract_date",))
    st.date_input(
        plain(_question_text(question, tr())),
        format="DD/MM/YYYY",
        key=key,
        on_change=_answer,
        args=(upload, ("extract_date",), key),
    )


def _draw_kind(upload: Upload, preview: FilePreview) -> None:
    translate = tr()
    key = upload.key("kind")
    st.session_state[key] = preview.kind
    st.selectbox(
        translate("What the file holds"),
        KINDS,
        format_func=lambda code: name_of("kind", code, translate),
        key=key,
        on_change=heard,
        args=(upload, "kind"),
        width=CHOICE_WIDTH,
    )


def _draw_sheet(upload: Upload, preview: FilePreview) -> None:
    key = upload.key("sheet")
    st.session_state[key] = upload.said.get(("sheet",), preview.sheet)
    st.selectbox(
        tr()("Sheet"),
        upload.sheets,
        key=key,
        on_change=heard,
        args=(upload, "sheet"),
        width=CHOICE_WIDTH,
    )


def draw_time_zone(upload: Upload) -> None:
    """The zone of times that are written without their offset."""
    key = upload.key("time_zone")
    own = store().settings.firm.time_zone
    st.session_state[key] = upload.said.get(("time_zone",), own)
    st.selectbox(
        tr()("Time zone of the file's times"),
        _time_zones(own),
        key=key,
        on_change=heard,
        args=(upload, "time_zone"),
        width=CHOICE_WIDTH,
    )


def draw_extract_date(upload: Upload) -> None:
    """Up to when a file tells: what "now" is for contacts still open."""
    translate = tr()
    key = upload.key("extract_date")
    st.session_state[key] = upload.said.get(("extract_date",))
    st.date_input(
        translate("Day of the extract, if the file doesn't tell"),
        format="DD/MM/YYYY",
        key=key,
        on_change=heard,
        args=(upload, "extract_date"),
        width=CHOICE_WIDTH,
        help=translate(
            "Contacts still open on that day count as missed once their time has passed."
        ),
    )


def _question_text(question: Question, translate: Translator) -> str:
    return translate(question.text, **values_in_words(question.values))


def reading_name(option: str, choice: str, translate: Translator) -> str:
    """What a choice of the import is called."""
    if choice == NONE_OF_THESE:
        return translate("None of these")
    if (option, choice) in READINGS:
        return translate(READINGS[option, choice])
    scale = _SCALE.fullmatch(choice)
    if not scale:
        return choice
    return translate(_SCALE_NAMES[scale[3]], low=scale[1], high=scale[2])


def _examples(reading: Reading, translate: Translator) -> str:
    shown = [
        f"{value} → {_as_read(became, translate)}" if became else value
        for value, became in reading.examples[:SHOWN_EXAMPLES]
    ]
    outcome = reading.outcome
    if outcome:
        template, values = getattr(outcome, "template", outcome), getattr(outcome, "values", {})
        shown.append(translate(template, **values))
    return plain(" · ".join(shown))


def _as_read(became: str, translate: Translator) -> str:
    """A day in words, so that nobody mixes up its parts; anything else as it is."""
    try:
        moment = datetime.fromisoformat(became)
    except ValueError:
        return became
    day = translate.day(date(moment.year, moment.month, moment.day))
    return day if len(became) == len("2026-04-03") else f"{day}, {moment:%H:%M}"


def has_local_times(preview: FilePreview) -> bool:
    """Whether a moment of the file is written without its offset."""
    fields = load_columns().fields[preview.kind]
    moments = [
        header
        for name, header in preview.mapping.items()
        if name in fields and fields[name].type == "moment"
    ]
    cells = [cell for header in moments for cell in preview.examples.get(header, ())]
    return any(_LOCAL_TIME.search(cell) for cell in cells)


@cache
def _time_zones(own: str) -> tuple[str, ...]:
    named = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")}
    return (own, *sorted((named | {"UTC"}) - {own}))
