"""Recognition: what the bytes are, how their text is written, and what is refused at once."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cxdata.config import ImportSettings, load_settings
from cxdata.errors import ImportRefused
from cxdata.ingest.reading import formats, risky_reader, workbooks
from cxdata.ingest.reading.delimiters import cutting_of
from cxdata.ingest.reading.encodings import encoding_of
from cxdata.ingest.reading.formats import recognise
from cxdata.ingest.reading.tables import Table, open_tables

LIMITS = load_settings().imports
FIXTURES = Path(__file__).parents[3] / "shared/fixtures"

PACKED = gzip.compress(b"a,b", mtime=0)


def only_table(content: bytes, limits: ImportSettings = LIMITS, **said: str) -> Table:
    (table,) = open_tables(content, limits=limits, **said)  # type: ignore[arg-type]
    return table


def all_rows(table: Table, width: int = 2, after_line: int = 1) -> list[tuple[object, ...]]:
    return table.rows(range(width), after_line, width, lambda stage, done: None).frame.rows()


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


def parquet(row_count: int = 1) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"a": [1] * row_count}).write_parquet(buffer)
    return buffer.getvalue()


def test_the_content_and_not_the_name_says_what_a_file_is() -> None:
    assert recognise(b"a;b\n1;2\n") == "delimited"
    assert recognise(workbook({(0, 0): "a"})) == "workbook"
    assert recognise(parquet()) == "parquet"
    assert recognise(b'\xef\xbb\xbf{"a": 1}') == recognise(b'[ {"a": 1}]') == "json"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0JFIF", "picture"),
        (b"Rar!\x1a\x07", "compressed"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"BM\x00\x00\x01\x02", "picture"),
        (zipped(**{"word/document.xml": b"<a/>"}), "text document"),
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


def test_another_encoding_can_be_named() -> None:
    content = "Montréal".encode("cp437")
    assert encoding_of(content, "cp437").name == "cp437"


@pytest.mark.parametrize("wanted", ["klingon", "rot13", "base64", "undefined", "a\x00b"])
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
        ("a^b\n1^2\n", "^"),
        ("a | b\n1 | 2\n", "|"),
        ("'a,b';'c'\n'1;1';'2'\n", ";"),
        ("a,b,comment\n" + "1,2,so; so; so; so\n" * 19 + "1,2,fine\n", ","),
        ("only\none, two\nthree\n", ";"),
        ("Export of 1 March, 2026\n\na;b\n1;2\n3;4\n", ";"),
    ],
)
def test_the_delimiter_cuts_most_rows_alike(sample: str, delimiter: str) -> None:
    assert cutting_of(sample).dialect.delimiter == delimiter


FRENCH = "Conseillère à l’écoute, problème réglé : ça va… Noël, garçon, où, dîner, bientôt"
GERMAN = "Größe, Übung, schön, für, Straße"


@pytest.mark.parametrize(
    "text", [FRENCH, GERMAN, FRENCH.upper(), "don’t", "12 €", "Not much\u00a0"]
)
@pytest.mark.parametrize("name", ["cp1252", "mac-roman"])
def test_letters_in_their_places_tell_windows_from_mac(text: str, name: str) -> None:
    content = f"id,comment\n1,{text}\n".encode(name)
    found = encoding_of(content)
    assert content.decode(found.name) == content.decode(name)
    assert found.question is None


def test_two_encodings_that_fit_alike_are_a_question_with_both_readings() -> None:
    content = b"id;name\n1;caf\x8e\n2;No\xe9\n"  # café to a Mac, Noé to Windows
    found = encoding_of(content)
    assert found.question is not None
    assert {reading.choice: reading.examples for reading in found.question.readings} == {
        "cp1252": (("caf\ufffd", "cafŽ"), ("No\ufffd", "Noé")),
        "mac-roman": (("caf\ufffd", "café"), ("No\ufffd", "NoÈ")),
    }
    assert encoding_of(content, "mac-roman").question is None


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf_16_is_read_with_and_without_its_mark(name: str) -> None:
    content = "a\tb\né\t😀\n".encode(name)
    assert all_rows(only_table(content)) == [(2, "é", "😀")]


def test_latin_1_is_read_where_windows_has_no_such_letter() -> None:
    assert encoding_of(b"\xe9t\xe9 \x81").name == "latin-1"


def test_two_delimiters_that_cut_alike_are_a_question_with_both_readings() -> None:
    sample = "name;first,city;zip\nx;y,z;w\np;q,r;s\n"
    question = cutting_of(sample).question
    assert question is not None
    assert [(each.choice, each.examples[1][1]) for each in question.readings] == [
        (";", "x │ y,z │ w"),
        (",", "x;y │ z;w"),
    ]
    said = cutting_of(sample, ",")
    assert said.dialect.delimiter == ","
    assert said.question is not None
    assert not said.question.is_open


def test_decimal_commas_are_no_second_way_to_cut() -> None:
    assert cutting_of("date;note\n" + "01/02/2026;9,5\n" * 60).question is None


def test_a_delimiter_is_one_sign_or_its_name() -> None:
    assert cutting_of("a\tb\n", "tab").dialect.delimiter == "\t"
    assert cutting_of("a\tb\n", "\\t").dialect.delimiter == "\t"
    with pytest.raises(ImportRefused, match="<> can't be the sign between the cells"):
        cutting_of("a\tb\n", "<>")


def test_single_quotes_enclose_cells_where_they_enclose_the_header() -> None:
    table = only_table(b"'a','b'\n'1,5','it''s'\n")
    assert all_rows(table) == [(2, "1,5", "it's")]
    assert all_rows(only_table(b"a,b\n'1','2\n"))[0] == (2, "'1'", "'2")


def test_json_lines_are_a_table_with_the_numbers_as_they_are_written() -> None:
    content = (
        b'{"a": 1.50, "b": {"c": true, "d": null}}\n\n{"b": {"d": ["x", 2]}, "e": [[1]]}\nno\n'
    )
    table = only_table(content)
    assert table.head()[0] == (0, ["a", "b.c", "b.d", "e"])
    rows = table.rows(range(4), 0, 4, lambda stage, done: None)
    assert rows.frame.rows() == [(1, "1.50", "true", "", ""), (3, "", "", "x, 2", '[["1"]]')]
    assert [(fault.line, fault.value, fault.reason) for fault in rows.faults] == [
        (4, "no", "The line is no JSON object.")
    ]


@pytest.mark.parametrize(
    "content",
    [
        b'[{"a": 1, "b": "x"}, {"a": 2}]',
        b'\xef\xbb\xbf{"count": 2, "items": [{"a": 1, "b": "x"}, {"a": 2}]}',
    ],
)
def test_an_array_of_objects_is_a_table_also_inside_of_an_object(content: bytes) -> None:
    table = only_table(content)
    assert table.head() == [(0, ["a", "b"]), (1, ["1", "x"]), (2, ["2", ""])]


@pytest.mark.parametrize("content", [b"[]", b"{]", b'[{"a": 1}, 2]'])
def test_json_that_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(ImportRefused, match="The JSON is no table: one object per row is needed"):
        only_table(content)


def test_one_file_inside_of_a_zip_or_gz_is_read() -> None:
    inside = b"a,b\n1,2\n"
    litter = {"__MACOSX/._x.csv": b"x", ".DS_Store": b"x", "folder/.hidden": b"x"}
    assert all_rows(only_table(zipped(**{"folder/x.csv": inside}, **litter))) == [(2, "1", "2")]
    assert all_rows(only_table(gzip.compress(inside, mtime=0))) == [(2, "1", "2")]
    assert all_rows(only_table(zipped(**{"x.xlsx": workbook({(0, 0): "a", (1, 1): "b"})}))) == [
        (2, "", "b")
    ]


def locked_zip() -> bytes:
    """A ZIP that says it is encrypted."""
    content = bytearray(zipped(**{"x.csv": b"a,b\n"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (zipped(**{"a.csv": b"a", "b.csv": b"b"}), "The ZIP holds several files: a.csv, b.csv."),
        (zipped(**{f"{n}.csv": b"a" for n in range(9)}), r"2.csv, 3.csv, 4.csv, …\."),
        (zipped(**{"a.zip": zipped(**{"a.csv": b"a"})}), "The archive holds another archive."),
        (
            gzip.compress(gzip.compress(b"a,b", mtime=0), mtime=0),
            "The archive holds another archive.",
        ),
        (zipped(**{".hidden": b"a"}), "The ZIP holds no file."),
        (zipped(**{"picture.png": b"\x89PNG..."}), "The file is a picture, not a table."),
        (locked_zip(), "The ZIP is protected by a password."),
        (gzip.compress(b"a,b\n" * 100, mtime=0)[:-20], "The file is damaged"),
        (b"\x1f\x8b\x08", "The file is damaged"),
    ],
)
def test_an_archive_that_is_no_single_table_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        only_table(content)


def test_what_grows_too_much_when_unpacked_is_refused() -> None:
    bomb = b"0" * 11_000_000
    for content in (gzip.compress(bomb, mtime=0), zip_of(bomb, "x.csv"), zip_of(bomb, "xl/x.xml")):
        with pytest.raises(ImportRefused, match="grows to more than 200 times its size"):
            only_table(content)
    small = replace(LIMITS, max_unpacked_bytes=10_000_000)
    with pytest.raises(ImportRefused, match="larger than 10 MB when unpacked"):
        only_table(gzip.compress(random.Random(1).randbytes(11_000_000)), small)


def zip_of(content: bytes, name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


CSV = b"a,b\n1,2\n3,4\n"
JSON = b'{"a": 1}\n{"a": 3}\n'


@pytest.mark.parametrize("content", [CSV, JSON, workbook({(0, 0): "a", (3, 0): "b"}), parquet(3)])
def test_too_many_rows_are_refused(content: bytes) -> None:
    with pytest.raises(ImportRefused, match="The table has more than 1 rows"):
        all_rows(only_table(content, replace(LIMITS, max_rows=1)), 1, 0)


@pytest.mark.parametrize(
    "content", [CSV, JSON.replace(b"}", b',"b":1}'), workbook({(0, 0): "a", (0, 1): "b"})]
)
def test_too_many_columns_are_refused(content: bytes) -> None:
    with pytest.raises(ImportRefused, match="The table has 2 columns; 1 are the most"):
        only_table(content, replace(LIMITS, max_columns=1)).head()


LONG = "x" * 101


@pytest.mark.parametrize(
    "content",
    [
        f"a,b\n{LONG},1\n".encode(),
        f'{{"a":"1"}}\n{{"a":"{LONG}"}}'.encode(),
        workbook({(1, 0): LONG}),
    ],
)
def test_a_cell_that_is_too_long_is_refused(content: bytes) -> None:
    with pytest.raises(ImportRefused, match="Line 2: a cell is longer than 100 characters"):
        all_rows(only_table(content, replace(LIMITS, max_cell_length=100)), 1, 0)


def test_a_line_with_a_million_columns_is_one_sentence_as_header_and_one_refusal_below() -> None:
    wide = b"a," * 1_000_000
    with pytest.raises(ImportRefused, match="columns; 2000 are the most"):
        only_table(wide + b"x\n").head()
    table = only_table(b"a,b\n1,2\n" + wide + b"x\n3,4\n")
    rows = table.rows([0], 1, 2, lambda stage, done: None)
    assert [(fault.line, fault.values["found"]) for fault in rows.faults] == [(3, 1_000_001)]
    with pytest.raises(ImportRefused, match="Line 2 has more than a million cells"):
        all_rows(only_table(b"a,b\n" + wide * 2 + b"\n"))


@pytest.mark.parametrize("largest_here", [20_000_000, 0])
def test_a_sheet_with_a_stray_cell_at_its_far_end_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, largest_here: int
) -> None:
    monkeypatch.setattr(workbooks, "MAX_BYTES_HERE", largest_here)
    content = workbook({(0, 0): "a", (1_048_575, 16_383): "b"})
    with pytest.raises(ImportRefused, match="A sheet claims 1048576 rows and 16384 columns"):
        only_table(content)


def test_a_workbook_that_fills_its_memory_harms_only_the_process_that_reads_it() -> None:
    content = workbook({(0, 0): "a", (1_048_575, 16_383): "b"})
    with pytest.raises(ImportRefused, match="The workbook claims more cells than can be read"):
        only_table(content, replace(LIMITS, max_unpacked_bytes=1_000_000_000, max_cells=10**12))


def test_a_workbook_read_apart_gives_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook({(0, 0): "a", (0, 1): "é", (2, 1): 9})
    here = all_rows(only_table(content), after_line=0)
    monkeypatch.setattr(workbooks, "MAX_BYTES_HERE", 0)
    assert all_rows(only_table(content), after_line=0) == here
    for wanted in ("Nowhere", "a\x00b", "-m", "\ud83d"):
        with pytest.raises(ImportRefused, match="Its sheets are: Sheet1"):
            only_table(content, sheet=wanted)


def test_what_the_progress_raises_ends_the_reading_of_a_workbook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "MAX_BYTES_HERE", 0)

    def stop(stage: str, done: float) -> None:
        raise InterruptedError(stage)

    with pytest.raises(InterruptedError, match="reading"):
        open_tables(workbook({(0, 0): "a"}), limits=LIMITS, on_progress=stop)


def test_a_zip_with_any_byte_changed_is_read_or_refused() -> None:
    content, endings = zipped(a=b"a,b\n1,2\n"), set()
    for place in range(len(content)):
        for byte in (0x00, 0x09, 0xFF):
            changed = content[:place] + bytes([byte]) + content[place + 1 :]
            try:
                endings.add(len(only_table(changed).head()))
            except ImportRefused as error:
                endings.add(error.message)
    assert {2, formats.damaged().message} <= endings


@pytest.mark.parametrize("panics_in", ["fastexcel", "the file"])
def test_a_reader_that_panics_makes_a_damaged_workbook(
    monkeypatch: pytest.MonkeyPatch, panics_in: str
) -> None:
    class PanicException(BaseException):
        """What a library written in Rust raises where it gives up."""

    def panic(source: bytes) -> None:
        raise PanicException if panics_in == "fastexcel" else KeyboardInterrupt

    monkeypatch.setattr(risky_reader.fastexcel, "read_excel", panic)
    expected = ImportRefused if panics_in == "fastexcel" else KeyboardInterrupt
    with pytest.raises(expected):
        only_table(workbook({(0, 0): "a"}))


@pytest.mark.parametrize("end", ["os.abort()", "raise MemoryError"])
def test_a_parquet_file_that_ends_its_reader_is_damaged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str
) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text(f"import os; {end}")
    monkeypatch.setattr(risky_reader, "__file__", str(reader))
    with pytest.raises(ImportRefused, match="damaged"):
        only_table(parquet())


def test_damaged_parquet_is_refused_whatever_it_makes_its_reader_do() -> None:
    """Lengths and pages overwritten: an error, a panic or a claim for memory without end."""
    content, endings = parquet(row_count=50), set()
    for place in range(4, len(content) - 8, len(content) // 6):
        changed = content[:place] + b"\xff" * 6 + content[place + 6 :]
        try:
            endings.add(len(all_rows(only_table(changed), width=1, after_line=0)))
        except ImportRefused as error:
            endings.add(error.message)
    assert endings <= {50, formats.damaged().message}


def test_a_small_parquet_file_of_one_long_text_again_and_again_is_refused() -> None:
    buffer = io.BytesIO()
    text = pl.Series("comment", ["x" * 100_000]).new_from_index(0, 1_000)
    pl.DataFrame([text.cast(pl.Categorical)]).write_parquet(buffer)
    with pytest.raises(ImportRefused, match="grows to more than 200 times its size"):
        only_table(buffer.getvalue())


def test_merged_cells_hold_their_value_once_and_hide_no_column() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "Satisfaction")
        for column, value in enumerate([1, 2, 3]):
            sheet.write(1, column, value)
    table = only_table(buffer.getvalue())
    assert table.head() == [(1, ["Satisfaction", "", ""]), (2, ["1", "2", "3"])]


def test_a_formula_gives_the_value_that_was_computed_last() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, "='[other.xlsx]Sheet1'!A1", None, "linked")
    assert only_table(buffer.getvalue()).head() == [(1, ["2", "linked"])]


def test_a_file_that_only_calls_itself_xlsx_is_refused() -> None:
    with pytest.raises(ImportRefused, match="The file is damaged and can't be opened"):
        only_table(zipped(**{"xl/workbook.xml": b"no xml"}))


@pytest.mark.skipif(not FIXTURES.exists(), reason="../shared/fixtures is not on this machine")
@pytest.mark.parametrize("name", ["date.xls", "date.xlsb", "date.ods"])
def test_older_and_open_workbooks_are_read(name: str) -> None:
    table = open_tables((FIXTURES / "nasty/calamine" / name).read_bytes(), limits=LIMITS)[0]
    assert table.head()


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    limits = replace(LIMITS, max_file_bytes=1_000_000)
    file = tmp_path / "large.csv"
    file.write_bytes(b"a;b;c\n" * 200_000)
    with pytest.raises(ImportRefused, match="larger than 1 MB"):
        formats.file_bytes(file, limits)
    with pytest.raises(ImportRefused, match="larger than 1 MB"):
        open_tables(file.read_bytes(), limits=limits)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"can't be read"):
        formats.file_bytes(tmp_path / "nowhere.csv", LIMITS)
