"""The one file inside a ZIP or GZ, and what a packed file may grow to."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import IO

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading.formats import damaged, is_workbook_archive, opened_zip
from cxdata.ingest.reading.rows import check_text_size

GZIP = b"\x1f\x8b"
PIECE = 1_000_000
FREE_BYTES = 10_000_000  # up to here any ratio is harmless
SHOWN_NAMES = 5
PACKED_AGAIN = (b"PK", b"PAR1", b"\xd0\xcf\x11\xe0")  # workbooks and Parquet: no text
BYTES_PER_LETTER = 2  # at the most, before the text is read: it may be UTF-16


OnSize = Callable[[int], None]


def unpacked(
    content: bytes, limits: ImportSettings, on_size: OnSize = lambda byte_count: None
) -> bytes:
    """The file inside, if it is a ZIP or GZ that holds one; else the content itself.

    ``on_size`` is called with the bytes that are unpacked so far; what it raises ends the work.

    Raises
    ------
    ImportRefused
        If it is damaged, locked, grows beyond the limits, or holds no file, several, or an
        archive again.
    """
    if content.startswith(GZIP):
        inner = _from_gzip(content, limits, on_size)
    elif content.startswith(b"PK") and not is_workbook_archive(content):
        inner = _from_zip(content, limits, on_size)
    else:
        return content
    if inner.startswith(GZIP) or (inner.startswith(b"PK") and not is_workbook_archive(inner)):
        raise ImportRefused(
            "The archive holds another archive.", "Take the table out of it and import that."
        )
    return inner


def unpacked_size(content: bytes) -> int:
    """The bytes that a workbook has when it is unpacked; of any other file its own."""
    if not content.startswith(b"PK"):
        return len(content)
    with opened_zip(content) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def check_expansion(content: bytes, limits: ImportSettings) -> None:
    """Refuse an archive, such as an XLSX workbook, that would fill the memory."""
    check_unpacked_size(unpacked_size(content), len(content), limits)


def _from_gzip(content: bytes, limits: ImportSettings, on_size: OnSize) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as source:
            return _read(source, len(content), limits, on_size)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged() from error


def _from_zip(content: bytes, limits: ImportSettings, on_size: OnSize) -> bytes:
    with opened_zip(content) as archive:
        entry = _only_entry(archive)
        if entry.flag_bits & 1:
            raise ImportRefused(
                "The ZIP is protected by a password.",
                "Take the table out of it and import that.",
            )
        with archive.open(entry) as source:
            return _read(source, entry.compress_size, limits, on_size)


def _only_entry(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = [entry for entry in archive.infolist() if _is_file(entry)]
    if not entries:
        raise ImportRefused("The ZIP holds no file.", "Export it again.")
    if len(entries) > 1:
        names = [entry.filename for entry in entries]
        shown = [*names[:SHOWN_NAMES], *(["…"] if len(names) > SHOWN_NAMES else [])]
        raise ImportRefused(
            "The ZIP holds several files: {names}.",
            "Import them one by one.",
            names=", ".join(shown),
        )
    return entries[0]


def _is_file(entry: zipfile.ZipInfo) -> bool:
    """Not a folder, nor what a computer adds for itself."""
    *folders, name = entry.filename.split("/")
    is_hidden = name.startswith(".") or "__MACOSX" in folders
    return bool(name) and not is_hidden and name not in ("Thumbs.db", "desktop.ini")


def _read(
    source: IO[bytes] | gzip.GzipFile, packed_size: int, limits: ImportSettings, on_size: OnSize
) -> bytes:
    """In pieces, so that what claims to be small can't fill the memory."""
    content = bytearray()
    while piece := source.read(PIECE):
        content += piece
        check_unpacked_size(len(content), packed_size, limits)
        if not content.startswith(PACKED_AGAIN):
            check_text_size(len(content) // BYTES_PER_LETTER, limits)
        on_size(len(content))
    return bytes(content)


def check_unpacked_size(size: int, packed_size: int, limits: ImportSettings) -> None:
    """Refuse what would fill the memory once it is unpacked."""
    if size > limits.max_unpacked_bytes:
        raise ImportRefused(
            "The file is larger than {limit} MB when unpacked.",
            "Split it, for example by month.",
            limit=limits.max_unpacked_bytes // 1_000_000,
        )
    if size > FREE_BYTES and size > limits.max_expansion_ratio * packed_size:
        raise ImportRefused(
            "The file grows to more than {ratio} times its size when unpacked.",
            "Save it as CSV and import that.",
            ratio=round(limits.max_expansion_ratio),
        )
