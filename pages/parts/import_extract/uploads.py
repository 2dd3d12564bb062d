"""The files on the Import page: what was said of each, a look at it, and taking it in."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.ingest import FilePreview, import_file, preview_file
from cxdata.ingest.choices import Choices
from cxdata.ingest.judging.refusals import UNKNOWN_BUT_NEAR
from cxdata.ingest.judging.spellings import CHOICE_FIELDS, SCORE_FIELDS
from cxdata.ingest.judging.values import EMPTY, NOT_A_SCORE, UNKNOWN_CHOICE
from cxdata.ingest.recognising.layout import FIXED
from cxdata.models import ImportReport, Refusal
from cxdata.tables import refusal_groups
from pages.components.context import plain, store, tr, whole_store
from pages.components.reader import current_reader, guard, signed_name

SHOWN_VALUES = 50  # refused ones, each once
STAGES = {
    "waiting": N_("Another large file is being read: this one waits its turn"),
    "reading": N_("Reading the file"),
    "validating": N_("Checking each row"),
    "storing": N_("Storing"),
    "counting": N_("Counting again"),
}
REDRAW_SECONDS = 0.2
NO_PROFILE = ""
OF_COLUMNS = ("kept_columns", "dimensions")  # choices that list columns, each said by itself
UNKNOWN_WORDS = (UNKNOWN_CHOICE, UNKNOWN_BUT_NEAR)
SILENT_SECONDS = 0.6  # a look that is over sooner shows no progress

Name = tuple[str, ...]
Unknown = tuple[str, str, int]  # field, spelling, how many rows


@dataclass
class Upload:
    """A file on the page, as long as it is there.

    ``said`` is what its reader said of it, the latest last: the name of a choice, and of what it
    is made for, with its value; ``declined`` are questions of which it said "none of these".
    ``error`` is why it can't be looked at; ``unknown`` are the
    choices of the file that the store has no word for; ``sheets`` are all there are,
    ``refused`` the refused values, each once with how often.
    """

    file: UploadedFile
    said: dict[Name, Any] = field(default_factory=dict)
    declined: set[Name] = field(default_factory=set)
    looked_for: object = None
    preview: FilePreview | None = None
    error: CxDataError | None = None
    unknown: tuple[Unknown, ...] = ()
    sheets: tuple[str, ...] = ()
    refused: list[tuple[Refusal, int]] = field(default_factory=list)
    report: ImportReport | None = None
    saved_as: str = ""

    @property
    def id(self) -> str:
        return str(self.file.file_id)

    @property
    def name(self) -> str:
        return str(self.file.name)

    def key(self, *name: str) -> str:
        return ":".join(["import", self.id, *name])

    def hear(self, name: Name, value: Any) -> None:
        """Say it of the file; a mapping is said of its kind and of no other."""
        if name in (("kind",), ("sheet",), ("delimiter",)):
            self.forget("mapping")
        if name[0] == "mapping" and self.preview:
            self.said.setdefault(("kind",), self.preview.kind)
        self.declined.discard(name)
        self.said.pop(name, None)
        self.said[name] = value

    def unsay(self, name: Name) -> None:
        """Leave it to the file again."""
        self.said.pop(name, None)

    def decline(self, name: Name) -> None:
        """None of the answers that were offered is right; the question stays open."""
        self.said.pop(name, None)
        self.declined.add(name)

    def forget(self, option: str) -> None:
        self.said = {name: it for name, it in self.said.items() if name[0] != option}

    @property
    def reads_afresh(self) -> bool:
        """Whether it was said that no saved profile is to be used."""
        return self.said.get(("profile",)) == NO_PROFILE

    def read_afresh(self) -> None:
        self.hear(("profile",), NO_PROFILE)

    def use_profile(self) -> None:
        """The saved profile that fits, if there is one, is used again."""
        self.forget("profile")

    def look_again(self) -> None:
        """Look at a file that was taken as if it had just come."""
        self.report, self.looked_for = None, None

    def take_back(self) -> None:
        """Forget what was said last."""
        self.said.popitem()

    @property
    def choices(self) -> Choices:
        """What was said, in the form in which an import takes it."""
        named: dict[str, Any] = {name[0]: it for name, it in self.said.items() if len(name) == 1}
        named.pop("accept_refusals", None)
        for name, it in self.said.items():
            if name[1:] and name[0] not in OF_COLUMNS and it != FIXED:
                named.setdefault(name[0], {})[name[1]] = it
        for option in OF_COLUMNS:
            if columns := [name[1] for name, it in self.said.items() if name[0] == option and it]:
                named[option] = columns
        return cast(Choices, named)

    @property
    def accepts_refusals(self) -> bool:
        return bool(self.said.get(("accept_refusals",)))

    @property
    def has_open_question(self) -> bool:
        """Whether the file asks, or a value for all rows isn't given yet."""
        is_asked = self.preview is not None and any(it.is_open for it in self.preview.questions)
        return is_asked or FIXED in (it for name, it in self.said.items() if name[0] == "mapping")

    @property
    def is_waiting(self) -> bool:
        """Whether it could be taken, once somebody wants it."""
        return self.report is None and self.preview is not None and not self.preview.missing

    @property
    def is_ready(self) -> bool:
        is_held = self.preview is not None and self.preview.is_held and not self.accepts_refusals
        return self.is_waiting and not self.has_open_question and not is_held


def chosen_files() -> list[Upload]:
    """The files that are on the page; what was said of those that left is forgotten."""
    files = st.file_uploader(
        tr()("Extracts as your tools gave them: CSV, Excel, ODS, Parquet, JSON lines, ZIP"),
        accept_multiple_files=True,
        key="import_files",
        help=tr()("Nothing is stored before you say so."),
    )
    known: dict[str, Upload] = st.session_state.setdefault("import_uploads", {})
    there = {str(file.file_id): file for file in files}
    for gone in known.keys() - there.keys():
        del known[gone]
    for file_id, file in there.items():
        known.setdefault(file_id, Upload(file)).file = file
    return [known[file_id] for file_id in there]


def look_at(upload: Upload) -> None:
    """Read the file as it was said, once for as long as neither that nor the store changes."""
    wanted = (tuple(upload.said.items()), store().data_version)
    if upload.looked_for == wanted:
        return
    progress = _Progress(st.empty(), starts_after=SILENT_SECONDS)
    try:
        guard("import")
        preview = preview_file(
            whole_store(),
            upload.file.getvalue(),
            file_name=upload.name,
            on_progress=progress,
            sees_people=current_reader().may_see_people,
            **upload.choices,
        )
    except CxDataError as error:
        upload.preview, upload.error, upload.unknown = None, error, ()
    else:
        upload.error, upload.unknown = None, _unknown_choices(preview)
        upload.sheets = upload.sheets or preview.sheets
        upload.refused = refusal_groups(preview.refusals, SHOWN_VALUES)
        upload.preview = replace(preview, refusals=())
    progress.clear()
    upload.looked_for = wanted


def want(uploads: Sequence[Upload]) -> None:
    """These files are to be taken in the next run of the page."""
    st.session_state["import_wanted"] = [upload.id for upload in uploads]


def wanted(uploads: Sequence[Upload]) -> list[Upload]:
    """The files that shall be taken now."""
    ids = st.session_state.get("import_wanted", [])
    return [upload for upload in uploads if upload.id in ids and upload.report is None]


def take(uploads: Sequence[Upload]) -> None:
    """Take the files one after the other, with progress and a button that ends it.

    A click ends the run of the page at the next sign of progress; then nothing of the file that
    was being taken is stored.
    """
    translate = tr()
    place = st.container(border=True)
    place.button(translate("Cancel"), key="import_cancel", icon=":material/close:")
    st.session_state["import_wanted"] = []
    for upload in uploads:
        upload.error = None
        st.session_state["import_running"] = upload
        line = place.empty()
        _take_one(upload, _Progress(line, upload))
        line.empty()
    st.session_state["import_running"] = None
    st.rerun()


def interrupted() -> Upload | None:
    """The file whose import somebody ended before it was done; said once."""
    upload: Upload | None = st.session_state.get("import_running")
    st.session_state["import_running"] = None
    return upload if upload and upload.report is None and upload.error is None else None


def _take_one(upload: Upload, progress: _Progress) -> None:
    """What comes of it stands in the upload at once: no click can come between."""
    try:
        guard("import")
        upload.report = import_file(
            whole_store(),
            upload.file.getvalue(),
            file_name=upload.name,
            accept_refusals=upload.accepts_refusals,
            loaded_by=signed_name(),
            on_progress=progress,
            sees_people=current_reader().may_see_people,
            **upload.choices,
        )
    except CxDataError as error:
        upload.error = error


class _Progress:
    """A bar with the stage, the rows that are done and how many they are in a second."""

    def __init__(
        self, place: DeltaGenerator, upload: Upload | None = None, *, starts_after: float = 0
    ) -> None:
        self._place = place
        self._upload = upload
        self._stage = ""
        self._started_at = self._drawn_at = time.monotonic()
        self._silent_until = self._started_at + starts_after

    def __call__(self, stage: str, done: float) -> None:
        now = time.monotonic()
        is_new = stage != self._stage
        if is_new:
            self._stage, self._started_at = stage, now
        if now >= self._silent_until and (is_new or now - self._drawn_at > REDRAW_SECONDS):
            self._drawn_at = now
            self._place.progress(min(max(done, 0.0), 1.0), text=self._text(stage, done, now))

    def clear(self) -> None:
        if time.monotonic() >= self._silent_until:
            self._place.empty()

    def _text(self, stage: str, done: float, now: float) -> str:
        translate = tr()
        parts = [translate(STAGES[stage])]
        if self._upload and self._upload.preview:
            parts.insert(0, self._upload.name)
            rows = done * self._upload.preview.row_count
            seconds = now - self._started_at
            if rows and seconds:
                parts.append(translate.plural("{n} row", "{n} rows", round(rows)))
                rate = translate.number(float(f"{rows / seconds:.2g}"))
                parts.append(translate("{rate} rows per second", rate=rate))
        return plain(" · ".join(parts))


def _unknown_choices(preview: FilePreview) -> tuple[Unknown, ...]:
    """What stands in the file's columns of choices and scores and is refused there because nobody
    knows the word, most frequent first."""
    fields = {header: name for name, header in preview.mapping.items()}
    found = Counter(
        (fields[it.column], it.value.strip())
        for it in preview.refusals
        if _can_be_taught(it, fields.get(it.column, ""))
    )
    return tuple((name, value, count) for (name, value), count in found.most_common())


def _can_be_taught(refusal: Refusal, field: str) -> bool:
    if field in SCORE_FIELDS:
        return refusal.reason == NOT_A_SCORE and any(sign.isalpha() for sign in refusal.value)
    is_nothing = refusal.reason == EMPTY and any(sign.isalpha() for sign in refusal.value)
    return (is_nothing or refusal.reason in UNKNOWN_WORDS) and field in CHOICE_FIELDS


def heard(upload: Upload, *name: str) -> None:
    """What the widget of this name was set to is said of the file from now on."""
    upload.hear(name, st.session_state[upload.key(*name)])
