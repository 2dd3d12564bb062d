"""Several files with the same columns: one set of answers for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cxdata.ingest.columns import load_columns
from cxdata.ingest.recognising.layout import FIXED
from pages.components.context import tr
from pages.parts.import_extract.uploads import Name, Upload

# What is true of one file alone.
OF_ONE_FILE = ("extract_date", "accept_refusals", "sheet")


def draw_sharing(upload: Upload, uploads: Sequence[Upload]) -> None:
    """A button that says the same of the other files with these columns."""
    others = files_alike(upload, uploads)
    if not others or not shared(upload):
        return
    st.button(
        tr().plural(
            "Say the same of the other file with these columns",
            "Say the same of the {n} other files with these columns",
            len(others),
        ),
        key=upload.key("share"),
        icon=":material/content_copy:",
        on_click=_share,
        args=(upload, others),
        help=tr()("All but what is true of one file alone: its sheet, its days, its refusals."),
    )


def files_alike(upload: Upload, uploads: Sequence[Upload]) -> list[Upload]:
    """The other files that wait, have the same columns and aren't read the same way yet."""
    if upload.preview is None:
        return []
    said, headers = shared(upload), upload.preview.headers
    return [
        other
        for other in uploads
        if other is not upload and other.report is None
        if other.preview is not None and other.preview.headers == headers
        if any(not _says(other, name, value) for name, value in said.items())
    ]


def _says(upload: Upload, name: Name, value: object) -> bool:
    """Whether a file is read so already, by its reader's words or, for its kind, by itself."""
    is_its_kind = upload.preview is not None and upload.preview.kind == value
    return upload.said.get(name) == value or (name == ("kind",) and is_its_kind)


def shared(upload: Upload) -> dict[Name, object]:
    """What was said of the file that may be true of others."""
    return {
        name: value
        for name, value in upload.said.items()
        if name[0] not in OF_ONE_FILE and not _is_day(upload, name, value)
    }


def _is_day(upload: Upload, name: Name, value: object) -> bool:
    """A day that all rows of one file have is hardly that of another file."""
    if upload.preview is None or name[0] != "mapping" or not str(value).startswith(FIXED):
        return False
    return load_columns().field(upload.preview.kind, name[1]).type in ("moment", "day")


def _share(upload: Upload, others: Sequence[Upload]) -> None:
    for other in others:
        for name, value in shared(upload).items():
            other.hear(name, value)
