"""Recognise a file: what it is, its encoding, its delimiter; refuse what holds no table.

Nothing is left to a reader's guess. What was decided is said in a note of the report.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.notes import Note

Format = Literal["delimited", "workbook", "parquet"]

MAX_FILE_BYTES = 1_000_000_000
MAX_UNPACKED_BYTES = 4_000_000_000  # what a workbook may grow to
MAX_SHEET_CELLS = 60_000_000  # rows × columns, empty cells included
MAX_COLUMNS = 2_000
MAX_CELL_LENGTH = 131_072  # characters; four times what a sheet's cell can hold

DELIMITERS = (";", ",", "\t", "|")
SAMPLE_BYTES = 65_536
SAMPLE_ROWS = 50
MAX_CONTROL_SHARE = 0.05  # above it, bytes are no text

PDF = N_("The file is a PDF document, not a table.")
PICTURE = N_("The file is a picture, not a table.")
ARCHIVE = N_("The file is a compressed archive or a text document, not a table.")
DATABASE = N_("The file is a database, not a table.")
DOCUMENT = N_("The file is a text document, not a table.")
WEB_PAGE = N_("The file is a web page or XML, not a table.")
JSON_TEXT = N_("The file is JSON, not a table.")
BINARY = N_("The file is neither text nor a workbook.")
_MAGIC = {
    b"%PDF": PDF,
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": PICTURE,
    b"\x1f\x8b": ARCHIVE,
    b"7z\xbc\xaf": ARCHIVE,
    b"Rar!": ARCHIVE,
    b"SQLite format 3": DATABASE,
    b"{\\rtf": DOCUMENT,
}
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WHAT_IS_TAKEN = N_("Save it as CSV, XLSX or Parquet and import that.")


@dataclass(frozen=True)
class Encoding:
    name: str
    note: Note | None = None


def file_bytes(source: Path | str | bytes) -> bytes:
    """The content of a file, or the bytes as they are."""
    if isinstance(source, bytes):
        return source
    path = Path(source)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _too_large()
        return path.read_bytes()
    except OSError as error:
        raise ImportRefused(
            "{path} can't be read.", "Check the name and the folder.", path=str(path)
        ) from error


def recognise(content: bytes) -> Format:
    """What the bytes are, by their content and never by the file's name.

    Raises
    ------
    ImportRefused
        If they are empty, too many, locked by a password, or no table at all.

    Examples
    --------
    >>> recognise(b"responded_at;nps_score")
    'delimited'
    """
    if len(content) > MAX_FILE_BYTES:
        raise _too_large()
    if not content.strip():
        raise ImportRefused("The file is empty.", "Export it again.")
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"PK"):
        return _recognise_zip(content)
    if content.startswith(_OLE):
        return _recognise_ole(content)
    _refuse_other_formats(content)
    return "delimited"


def encoding_of(content: bytes, wanted: str | None = None) -> Encoding:
    """The encoding that reads every byte: the one asked for, else by byte order mark, else
    UTF-8 if the whole file is, else Windows-1252.

    Raises
    ------
    ImportRefused
        If some byte can't be read so.
    """
    if wanted:
        return _wanted_encoding(content, wanted)
    for mark, name in _BOMS.items():
        if content.startswith(mark):
            return _checked(content, name)
    if _decodes(content, "utf-8"):
        return Encoding("utf-8")
    if _decodes(content, "cp1252"):
        return Encoding("cp1252", Note(N_("The file was read as Windows-1252 text.")))
    raise ImportRefused(
        "The file's text is neither UTF-8 nor Windows-1252.",
        "Say what it is, for example with --encoding mac-roman or --encoding latin-1.",
    )


def delimiter_of(sample: str) -> str:
    """The delimiter that cuts most of the first rows into equally many cells.

    Quotes are respected; between equals, the one that gives more cells. A file of one column
    has none: then it is ``;``, which occurs nowhere.

    >>> delimiter_of('date;note\\n01/02/2026;9,5\\n"a;b";"8,0"\\n')
    ';'
    """
    declared = re.match(r"sep=(.)\r?\n", sample)
    if declared:
        return declared[1]
    return max(DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def sample_text(content: bytes, encoding: str) -> str:
    """The first whole lines of the file."""
    decoder = codecs.getincrementaldecoder(encoding)()
    text = decoder.decode(content[:SAMPLE_BYTES])
    last_break = max(text.rfind("\n"), text.rfind("\r"))
    return text if len(content) <= SAMPLE_BYTES or last_break < 0 else text[: last_break + 1]


def check_workbook_size(content: bytes) -> None:
    """Refuse a workbook that would fill the memory before a reader could say so."""
    if not content.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise ImportRefused("The workbook is too large when unpacked.", _WHAT_IS_TAKEN)
        for entry in archive.infolist():
            if re.fullmatch(r"xl/worksheets/[^/]*\.xml", entry.filename):
                _check_extent(archive, entry)


def _too_large() -> ImportRefused:
    return ImportRefused(
        "The file is larger than {limit} MB.",
        "Split it, for example by month.",
        limit=MAX_FILE_BYTES // 1_000_000,
    )


def _recognise_zip(content: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            manifest = "META-INF/manifest.xml"
            is_locked = manifest in names and b"encryption-data" in archive.read(manifest)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise damaged() from error
    if is_locked:
        raise locked()
    if "content.xml" in names or any(name.startswith("xl/") for name in names):
        return "workbook"
    raise ImportRefused(ARCHIVE, "Take the table out of it and import that.")


def _recognise_ole(content: bytes) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise locked()
    if "WordDocument".encode("utf-16-le") in content:
        raise ImportRefused(DOCUMENT, _WHAT_IS_TAKEN)
    return "workbook"


def _refuse_other_formats(content: bytes) -> None:
    for magic, message in _MAGIC.items():
        if content.startswith(magic):
            raise ImportRefused(message, _WHAT_IS_TAKEN)
    start = content[:SAMPLE_BYTES].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(_MARKUP):
        raise ImportRefused(WEB_PAGE, _WHAT_IS_TAKEN)
    if start.startswith((b"{", b"[{")):
        raise ImportRefused(JSON_TEXT, _WHAT_IS_TAKEN)
    if not content.startswith(tuple(_BOMS)) and _control_share(start) > MAX_CONTROL_SHARE:
        raise ImportRefused(BINARY, _WHAT_IS_TAKEN)


def _control_share(start: bytes) -> float:
    printable = start.translate(None, bytes(set(range(32)) - {9, 10, 13}))
    return (len(start) - len(printable)) / max(len(start), 1)


def _wanted_encoding(content: bytes, wanted: str) -> Encoding:
    try:
        b"ab".decode(wanted, "replace")  # refuses what is no text encoding, such as base64
        name = codecs.lookup(wanted).name
    except LookupError as error:
        raise ImportRefused(
            "There is no text encoding called {encoding}.",
            "Usual ones are utf-8, cp1252, latin-1 and mac-roman.",
            encoding=wanted,
        ) from error
    is_marked = name == "utf-8" and content.startswith(codecs.BOM_UTF8)
    return _checked(content, "utf-8-sig" if is_marked else name)


def _checked(content: bytes, encoding: str) -> Encoding:
    if not _decodes(content, encoding):
        raise ImportRefused(
            "The file can't be read as {encoding} text.",
            "Choose another encoding.",
            encoding=encoding,
        )
    return Encoding(encoding)


def _decodes(content: bytes, encoding: str) -> bool:
    """Whether all of it decodes; in pieces, so that the text never stands in memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), 1_000_000):
            if not isinstance(decoder.decode(content[start : start + 1_000_000]), str):
                return False
        decoder.decode(b"", final=True)
    except (UnicodeError, ValueError):
        return False
    return True


def _regularity(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of rows (in tenths) that have the most usual number of cells, and that number."""
    widths = Counter(_widths(sample, delimiter))
    if not widths:
        return (0.0, 0)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (round(count / widths.total(), 1), width) if width > 1 else (0.0, 0)


def _widths(sample: str, delimiter: str) -> list[int]:
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths: list[int] = []
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == SAMPLE_ROWS:
                break
    except csv.Error:
        return widths
    return widths


def _check_extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """A reader lays a sheet out from its first to its last cell, the empty ones included."""
    row_count, column_count = _extent(archive, entry)
    if row_count * column_count > MAX_SHEET_CELLS:
        raise ImportRefused(
            "A sheet claims {rows} rows and {columns} columns.",
            "Delete the stray cell at its far end, or save it as CSV.",
            rows=row_count,
            columns=column_count,
        )


def _extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[int, int]:
    """The furthest row, and the furthest column (26 if none lies beyond Z)."""
    row_count, columns, tail = 1, {b"Z"}, b""
    try:
        with archive.open(entry) as sheet:
            while piece := sheet.read(4_000_000):
                text = tail + piece
                columns.update(re.findall(rb' r="([A-Z]{2,3})[0-9]', text))
                row_count = max(
                    [row_count, *map(int, re.findall(rb'row [^>]*?\br="(\d{1,7})"', text))]
                )
                tail = text[-64:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise damaged() from error
    return row_count, max(map(_column_number, columns))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def locked() -> ImportRefused:
    return ImportRefused(
        "The workbook is protected by a password.", "Save it without the password."
    )


def damaged() -> ImportRefused:
    return ImportRefused("The file is damaged and can't be opened.", "Export or copy it again.")


def check_column_count(count: int) -> None:
    """Refuse a table that is absurdly wide."""
    if count > MAX_COLUMNS:
        raise ImportRefused(
            "The table has {count} columns; {limit} are the most that can be read.",
            "Keep the columns that are needed.",
            count=count,
            limit=MAX_COLUMNS,
        )
