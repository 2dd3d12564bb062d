"""Recognise a file: what it is, by its content; refuse what holds no table.

Nothing is left to a reader's guess. What was decided is said in a note of the report.
"""

from __future__ import annotations

import codecs
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from typing import Literal

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.reading.encodings import wide_encoding

Format = Literal["delimited", "workbook", "parquet", "json"]

SAMPLE_BYTES = 65_536
MAX_CONTROL_SHARE = 0.05  # above it, bytes are no text

PDF = N_("The file is a PDF document, not a table.")
PICTURE = N_("The file is a picture, not a table.")
ARCHIVE = N_("The file is a compressed archive or a text document, not a table.")
DATABASE = N_("The file is a database, not a table.")
DOCUMENT = N_("The file is a text document, not a table.")
WEB_PAGE = N_("The file is a web page or XML, not a table.")
BINARY = N_("The file is neither text nor a workbook.")
_MAGIC = {
    b"%PDF": PDF,
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": PICTURE,
    b"BM": PICTURE,
    b"II*\x00": PICTURE,
    b"MM\x00*": PICTURE,
    b"RIFF": PICTURE,
    b"7z\xbc\xaf": ARCHIVE,
    b"Rar!": ARCHIVE,
    b"BZh": ARCHIVE,
    b"\xfd7zXZ": ARCHIVE,
    b"\x28\xb5\x2f\xfd": ARCHIVE,
    b"SQLite format 3": DATABASE,
    b"{\\rtf": DOCUMENT,
}
_TEXT_LIKE_MAGIC = (b"BM", b"RIFF", b"BZh")  # a header may begin so: only if the rest is no text
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What Python's zipfile stumbles over in bytes that are no good ZIP.
_ZIP_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, LZMAError, struct.error, NotImplementedError, RuntimeError),
    *(ValueError, OverflowError, OSError, EOFError),
)
_WHAT_IS_TAKEN = N_("Save it as CSV, XLSX or Parquet and import that.")


def file_bytes(source: Path | str | bytes, limits: ImportSettings) -> bytes:
    """The content of a file, or the bytes as they are."""
    if isinstance(source, bytes):
        return source
    path = Path(source)
    try:
        check_size(path.stat().st_size, limits)
        return path.read_bytes()
    except OSError as error:
        raise ImportRefused(
            "{path} can't be read.", "Check the name and the folder.", path=str(path)
        ) from error


def check_size(byte_count: int, limits: ImportSettings) -> None:
    if byte_count > limits.max_file_bytes:
        raise ImportRefused(
            "The file is larger than {limit} MB.",
            "Split it, for example by month.",
            limit=limits.max_file_bytes // 1_000_000,
        )


def recognise(content: bytes) -> Format:
    """What the bytes are, by their content and never by the file's name.

    Raises
    ------
    ImportRefused
        If they are empty, locked by a password, or no table at all.

    Examples
    --------
    >>> recognise(b"responded_at;nps_score")
    'delimited'
    """
    if not content[:SAMPLE_BYTES].strip() and not content.strip():
        raise ImportRefused("The file is empty.", "Export it again.")
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"PK"):
        return _recognise_zip(content)
    if content.startswith(_OLE):
        return _recognise_ole(content)
    wide = wide_encoding(content)
    start = _start_of(content, wide)
    _refuse_other_formats(start, is_wide=wide is not None)
    is_json = start.startswith(b"{") or start.replace(b" ", b"").startswith((b"[{", b"[]"))
    return "json" if is_json else "delimited"


@contextmanager
def opened_zip(content: bytes) -> Iterator[zipfile.ZipFile]:
    """A ZIP to be read from.

    Raises
    ------
    ImportRefused
        If it is damaged; also where that shows only in one of its files.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except _ZIP_FAULTS as error:
        raise damaged() from error


def is_workbook_archive(content: bytes) -> bool:
    """Whether a ZIP is a workbook, or an office document."""
    with opened_zip(content) as archive:
        names = set(archive.namelist())
    return "content.xml" in names or any(
        name.startswith(("xl/", "word/", "ppt/")) for name in names
    )


def _recognise_zip(content: bytes) -> Format:
    manifest = "META-INF/manifest.xml"
    with opened_zip(content) as archive:
        names = set(archive.namelist())
        is_locked = manifest in names and b"encryption-data" in archive.read(manifest)
        kind = archive.read("mimetype") if "mimetype" in names else b"spreadsheet"
    if is_locked:
        raise locked()
    if any(name.startswith(("word/", "ppt/")) for name in names) or b"spreadsheet" not in kind:
        raise ImportRefused(DOCUMENT, _WHAT_IS_TAKEN)
    if "content.xml" in names or any(name.startswith("xl/") for name in names):
        return "workbook"
    raise ImportRefused(ARCHIVE, "Take the table out of it and import that.")


def _recognise_ole(content: bytes) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise locked()
    if "WordDocument".encode("utf-16-le") in content:
        raise ImportRefused(DOCUMENT, _WHAT_IS_TAKEN)
    return "workbook"


def _start_of(content: bytes, wide: str | None) -> bytes:
    """The first bytes, as UTF-8 where they are UTF-16, without mark and blanks."""
    start = content[:SAMPLE_BYTES]
    if wide:
        start = start.decode(wide, "replace").lstrip("\ufeff").encode()
    return start.removeprefix(codecs.BOM_UTF8).lstrip()


def _refuse_other_formats(start: bytes, is_wide: bool) -> None:
    is_text = is_wide or _control_share(start) <= MAX_CONTROL_SHARE
    for magic, message in _MAGIC.items():
        if start.startswith(magic) and not (is_text and magic in _TEXT_LIKE_MAGIC):
            raise ImportRefused(message, _WHAT_IS_TAKEN)
    if start.lower().startswith(_MARKUP):
        raise ImportRefused(WEB_PAGE, _WHAT_IS_TAKEN)
    if not is_text:
        raise ImportRefused(BINARY, _WHAT_IS_TAKEN)


def _control_share(start: bytes) -> float:
    printable = start.translate(None, bytes(set(range(32)) - {9, 10, 13}))
    return (len(start) - len(printable)) / max(len(start), 1)


def locked() -> ImportRefused:
    return ImportRefused(
        "The workbook is protected by a password.", "Save it without the password."
    )


def damaged() -> ImportRefused:
    return ImportRefused("The file is damaged and can't be opened.", "Export or copy it again.")
