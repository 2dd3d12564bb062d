"""Recognition: what the bytes are, how their text is written, and what is refused at once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cxdata.errors import ImportRefused
from cxdata.ingest import formats
from cxdata.ingest.formats import delimiter_of, encoding_of, recognise


def zipped(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(cells: dict[tuple[int, int], object]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for (row, column), value in cells.items():
            sheet.write(row, column, value)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(buffer)
    return buffer.getvalue()


def test_the_content_and_not_the_name_says_what_a_file_is() -> None:
    assert recognise(b"a;b\n1;2\n") == "delimited"
    assert recognise(workbook({(0, 0): "a"})) == "workbook"
    assert recognise(parquet()) == "parquet"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0JFIF", "picture"),
        (b"\x1f\x8b\x08", "compressed"),
        (zipped(note=b"text"), "compressed"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b'\xef\xbb\xbf{"a": 1}', "JSON"),
        (b"SQLite format 3\x00", "database"),
        (bytes(range(256)) * 4, "neither text nor a workbook"),
        (
            "EncryptedPackage".encode("utf-16-le").join([b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] * 2),
            "password",
        ),
    ],
)
def test_what_is_no_table_is_refused_with_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        recognise(content)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("é".encode(), "utf-8"),
        ("é".encode("utf-8-sig"), "utf-8-sig"),
        ("é".encode("utf-16"), "utf-16"),
        ("é€".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_decided_over_the_whole_file(content: bytes, name: str) -> None:
    padding = b"" if name.startswith("utf-16") else b"x" * 1_000_001
    assert (
        encoding_of(content[:3] + padding if name == "utf-8-sig" else padding + content).name
        == name
    )


def test_reading_as_windows_1252_is_said() -> None:
    assert encoding_of("é".encode("cp1252")).note == "The file was read as Windows-1252 text."
    assert encoding_of(b"e").note is None


def test_an_encoding_that_fits_nothing_has_to_be_named() -> None:
    content = "Montréal …".encode("mac-roman") + b"\x81"
    with pytest.raises(ImportRefused, match="--encoding"):
        encoding_of(content)
    assert encoding_of(content, "mac-roman").name == "mac-roman"


@pytest.mark.parametrize("wanted", ["klingon", "rot13", "base64"])
def test_an_unknown_encoding_is_a_sentence(wanted: str) -> None:
    with pytest.raises(ImportRefused, match="There is no text encoding called"):
        encoding_of(b"a", wanted)


def test_an_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ImportRefused, match="can't be read as ascii"):
        encoding_of("é".encode(), "ascii")


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("a;b;c\n1,5;2,5;3,5\n", ";"),
        ("a,b,c\n1;2,3,4\n", ","),
        ("a\tb\n1,2\t3,4\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('a,b\n"x;y;z",1\n"p;q;r",2\n', ","),
        ("sep=|\na;b|c;d\n", "|"),
        ('date;text\n01/02/2026;"one, two, three, four"\n02/02/2026;"five, six"\n', ";"),
        ("Export of 1 March, 2026\n\na;b\n1;2\n3;4\n", ";"),
    ],
)
def test_the_delimiter_cuts_most_rows_alike(sample: str, delimiter: str) -> None:
    assert delimiter_of(sample) == delimiter


def test_a_sheet_with_a_stray_cell_at_its_far_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(ImportRefused, match="1048576 rows and 16384 columns"):
        formats.check_workbook_size(workbook({(0, 0): "a", (1_048_575, 16_383): "b"}))


def test_a_long_narrow_sheet_is_fine() -> None:
    formats.check_workbook_size(workbook({(0, 0): "a", (1_048_575, 20): "b"}))


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_FILE_BYTES", 3)


@pytest.mark.usefixtures("small_limit")
def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    file.write_bytes(b"a;b;c")
    with pytest.raises(ImportRefused, match="larger than"):
        formats.file_bytes(file)
    with pytest.raises(ImportRefused, match="larger than"):
        recognise(b"a;b;c")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"can't be read"):
        formats.file_bytes(tmp_path / "nowhere.csv")
