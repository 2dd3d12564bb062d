"""How a file is read: all that can be said of it and that nobody had to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import streamlit as st

from cxdata.i18n import N_
from cxdata.ingest import FilePreview
from cxdata.ingest.columns import RATING_PREFIX
from cxdata.ingest.judging.scale_readings import READABLE_SCALES
from cxdata.ingest.recognising.profiles import saved_profiles
from pages.components.context import plain, tr, whole_store
from pages.parts.import_extract.naming import field_name
from pages.parts.import_extract.questions import (
    CHOICE_WIDTH,
    draw_extract_date,
    draw_time_zone,
    has_local_times,
    reading_name,
)
from pages.parts.import_extract.uploads import Name, Upload

AS_FOUND = N_("as the file tells")
OTHERS_TOO = ("encoding", "delimiter")  # any other may be typed
OFFERED: dict[str, tuple[str, tuple[str, ...]]] = {
    "encoding": (N_("Letters"), ("utf-8", "cp1252", "latin-1", "mac-roman")),
    "delimiter": (N_("What parts the columns"), (";", ",", "tab", "|")),
    "date_order": (N_("Days and months"), ("dmy", "mdy")),
    "decimal_mark": (N_("Decimal mark"), (",", ".")),
    "summary": (N_("Tables of sums"), ("weigh",)),
}

Draw = Callable[[Upload], None]


def draw_reading(upload: Upload, preview: FilePreview | None) -> None:
    """Each choice of the import that isn't drawn elsewhere; also of a file that can't be read."""
    with st.expander(tr()("How the file is read"), icon=":material/settings:"):  # noqa: SIM117
        with st.container(horizontal=True):
            for draw in _drawn(preview):
                draw(upload)


def _drawn(preview: FilePreview | None) -> Iterator[Draw]:
    for option, (label, offered) in OFFERED.items():
        yield partial(_draw_choice, name=(option,), label=tr()(label), offered=offered)
    if preview is None or not has_local_times(preview):
        yield draw_time_zone
    asked = {question.option for question in preview.questions} if preview else set()
    if "extract_date" not in asked and (preview is None or preview.kind != "contacts"):
        yield draw_extract_date
    for score in _scores(preview) if preview else ():
        label = tr()("Scale of {score}", score=_score_name(score))
        yield partial(
            _draw_choice, name=("scales", score), label=label, offered=READABLE_SCALES[score]
        )
    names = saved_profiles(whole_store())["name"].to_list()
    if names:
        yield partial(_draw_choice, name=("profile",), label=tr()("Saved profile"), offered=names)


def _scores(preview: FilePreview) -> list[str]:
    """The scores of the file that have more than one scale."""
    has_ratings = any(name.startswith(RATING_PREFIX) for name in preview.mapping)
    return [
        it for it in READABLE_SCALES if it in preview.mapping or (it == "ratings" and has_ratings)
    ]


def _score_name(score: str) -> str:
    return tr()("the ratings") if score == "ratings" else field_name(score)


def _draw_choice(upload: Upload, name: Name, label: str, offered: Sequence[str]) -> None:
    translate = tr()
    key = upload.key("read", *name)
    said = upload.said.get(name) or None
    options = list(dict.fromkeys([*offered, *([said] if said else [])]))
    st.session_state[key] = said
    st.selectbox(
        plain(label),
        options,
        index=None,
        format_func=lambda choice: reading_name(name[0], choice, translate),
        placeholder=translate(AS_FOUND),
        accept_new_options=name[0] in OTHERS_TOO,
        key=key,
        on_change=_hear,
        args=(upload, name, key),
        width=CHOICE_WIDTH,
    )


def _hear(upload: Upload, name: Name, key: str) -> None:
    """Whoever clears the choice leaves it to the file again."""
    if st.session_state[key] is None:
        upload.unsay(name)
    else:
        upload.hear(name, st.session_state[key])
