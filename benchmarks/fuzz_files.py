"""Files and choices drawn at random for ``fuzz_import.py``: the same for the same number."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import cast
from xml.sax.saxutils import escape

import polars as pl
import xlsxwriter

from cxdata.ingest.choices import Choices
from cxdata.ingest.columns import load_columns
from cxdata.models import KINDS, Kind

PROJECT = Path(__file__).parents[1]
FIXTURES = PROJECT.parent / "shared/fixtures"
SAMPLES = PROJECT / "tests/samples"
SEED = 20261122
LARGEST_CHANGED = 200_000  # bytes of a file that is changed at random
# The rarer are those that a process of their own reads, which takes its time.
FORM_WEIGHTS = {"csv": 6, "xlsx": 5, "json": 3, "parquet": 1, "ods": 1, "xls": 1, "xlsb": 1}
FIRST_MOMENT = datetime(2025, 1, 1)  # noqa: DTZ001 - files mostly bear local times
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "mac-roman", "utf-16", "utf-16-le")
Rows = list[list[str]]


@dataclass(frozen=True)
class Case:
    """A file and what is said of it; ``origin`` tells how it was made."""

    origin: str
    content: bytes
    choices: Choices


def drawn_case(number: int) -> Case:
    """Whole files of ours first, each bare and with choices; then what chance makes."""
    draw = Random(f"{SEED} {number}")
    whole = whole_files()
    if number < 2 * len(whole):
        path = whole[number // 2]
        choices = drawn_choices(draw, []) if number % 2 else Choices()
        return Case(path.name, path.read_bytes(), choices)
    origin = draw.choices(("noise", "changed", "table"), (1, 3, 6))[0]
    if origin == "noise":
        return Case(origin, _noise(draw), drawn_choices(draw, []))
    if origin == "changed":
        files = _changeable()
        form = draw.choices(tuple(files), [FORM_WEIGHTS.get(each, 1) for each in files])[0]
        content = changed(draw, draw.choice(files[form]))
        return Case(f"changed {form}", content, drawn_choices(draw, []))
    rows = drawn_rows(draw)
    form = draw.choices(tuple(WRITERS), [FORM_WEIGHTS.get(each, 1) for each in WRITERS])[0]
    content = WRITERS[form](draw, rows)
    packing = draw.choices(("", "zip", "gz"), (18, 1, 1))[0]
    if packing:
        content = _packed(packing, content)
    return Case(f"table {form} {packing}".strip(), content, drawn_choices(draw, rows[0]))


@cache
def whole_files() -> list[Path]:
    """The fixtures, nasty ones included, and the samples of the tests."""
    found = [*FIXTURES.glob("**/*.*"), *SAMPLES.glob("*.*")]
    return sorted(path for path in found if path.is_file() and path.suffix not in (".py", ".md"))


def _noise(draw: Random) -> bytes:
    beginnings = (b"", b"", b"", b"{", b"[{", b"sep=;\n", b"\xff\xfe", b"\xef\xbb\xbf", b"PAR1")
    magic = (b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    beginning = draw.choice((*beginnings, *beginnings, *magic))
    size = int(draw.expovariate(1 / 400))
    alphabet = draw.choice(
        (bytes(range(256)), b'a1,;\t"\n\r ', b"0123456789-/: ,;\n", b'{}[]":,1a\n')
    )
    return beginning + bytes(draw.choices(alphabet, k=size))


# ---- valid files that are changed


@cache
def _changeable() -> dict[str, list[bytes]]:
    """Small valid files of every format."""
    draw = Random(SEED)
    files: dict[str, list[bytes]] = {}
    for path in whole_files():
        if path.stat().st_size <= LARGEST_CHANGED:
            files.setdefault(path.suffix[1:], []).append(path.read_bytes())
    for form, write in WRITERS.items():
        files.setdefault(form, [])
        files[form] += [write(draw, drawn_rows(draw, is_tidy=True)) for _ in range(10)]
    for packing in ("zip", "gz"):
        files[packing] = [_packed(packing, content) for content in files["csv"][-10:]]
    return files


def changed(draw: Random, content: bytes) -> bytes:
    """Some bytes changed, cut, doubled or put in; of a ZIP often those inside, well packed."""
    if (
        content.startswith(b"PK")
        and zipfile.is_zipfile(io.BytesIO(content))
        and draw.random() < 0.7
    ):
        return _changed_inside(draw, content)
    changing = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 3, 10, 50))):
        if not changing:
            break
        start = draw.randrange(len(changing))
        end = min(start + int(draw.expovariate(1 / 20)) + 1, len(changing))
        match draw.choice(("set", "set", "flip", "cut", "double", "put", "end")):
            case "set":
                changing[start] = draw.choice((0, 255, 10, 34, 127, draw.randrange(256)))
            case "flip":
                changing[start] ^= 1 << draw.randrange(8)
            case "cut":
                del changing[start:end]
            case "double":
                changing[start:start] = changing[start:end]
            case "put":
                changing[start:start] = draw.randbytes(end - start)
            case "end" if draw.random() < 0.2:
                del changing[start:]
    return bytes(changing)


def _changed_inside(draw: Random, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [(entry.filename, entry.compress_type) for entry in archive.infolist()]
        try:
            pieces = {name: archive.read(name) for name, _ in entries}
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
            return content
    chosen = draw.choice(entries)[0]
    pieces[chosen] = _changed_numbers(draw, pieces[chosen]) or changed(draw, pieces[chosen])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, piece in pieces.items():
            if name != chosen or draw.random() < 0.95:
                archive.writestr(name, piece)
    return buffer.getvalue()


def _changed_numbers(draw: Random, piece: bytes) -> bytes:
    """A number of an XML text becomes another, often a huge one; nothing if it isn't XML."""
    digits = [place for place, byte in enumerate(piece) if 48 <= byte <= 57]
    if not piece.lstrip().startswith(b"<") or not digits or draw.random() < 0.5:
        return b""
    place = draw.choice(digits)
    number = draw.choice((b"0", b"-1", b"999999999", b"1048576", b"4294967297", b"1e308", b"NaN"))
    return piece[:place] + number + piece[place + 1 :]


# ---- tables


def drawn_rows(draw: Random, *, is_tidy: bool = False) -> Rows:
    """A header and rows; unless tidy with all that people do to tables."""
    kind: Kind = draw.choice(KINDS)
    fields = _fields(kind)
    width = draw.choice((1, 2, 3, 5, 8, 12) if is_tidy or draw.random() < 0.97 else (0, 60, 300))
    needed = [name for name in fields if name in _USUAL[kind]]
    names = [*needed, *draw.choices(tuple(fields), k=max(width - len(needed), 0))]
    names = list(dict.fromkeys(names)) if is_tidy or draw.random() < 0.8 else names
    names = (
        names if is_tidy or draw.random() < 0.9 else draw.sample(names, k=min(width, len(names)))
    )
    headers = [_header(draw, name, is_tidy) for name in names]
    height = draw.choice((0, 1, 2, 5, 20, 60) if is_tidy or draw.random() < 0.98 else (1500,))
    makers = [_maker(draw, fields[name], is_tidy) for name in names]
    rows = [[make(draw) for make in makers] for _ in range(height)]
    if not is_tidy:
        _disturb(draw, headers, rows)
    return [headers, *rows]


_USUAL: dict[Kind, tuple[str, ...]] = {
    "responses": ("responded_at", "nps_score", "csat_score", "comment"),
    "contacts": ("opened_at", "channel", "contact_id"),
    "customers": ("customer_id", "started_on", "annual_revenue_amount"),
    "assessments": ("journey", "indicator", "assessed_on", "value"),
    "invitations": ("sent_at", "sent_by", "customer_id"),
}


@cache
def _fields(kind: Kind) -> dict[str, str]:
    """Field -> type, a rating of a touchpoint included."""
    types = {field.name: field.type for field in load_columns().fields[kind].values()}
    return types | ({"rating_support": "score"} if kind == "responses" else {})


def _header(draw: Random, name: str, is_tidy: bool) -> str:
    if is_tidy or draw.random() < 0.85:
        return name
    known = [table[name] for table in load_columns().fields.values() if name in table]
    synonyms = [each for field in known for each in field.synonyms]
    return draw.choice((*synonyms, name.upper(), "", " ", "#2", "=1", *HOSTILE, name, "Total"))


HOSTILE = (
    "=1+1", "+33 6 12 34 56 78", "-2", "@SUM(A1)", "<script>alert(1)</script>", "{n} {0} {",
    "%s %(x)s", "'; drop table batches; --", "a\x00b", "\u202egnirts", "e\u0301\u0301\u0301",
    "😀👩‍👩‍👧", "\ufeff", "\u200b", "NULL", "None", "nan", "N/A", "#REF!", "1e400", "9" * 40,
    "x" * 3000, "a@b.example", "192.168.1.1", "48.85, 2.35", 'say "hi"', "a;b,c\td|e",
    "line\nbreak", "line\r\nbreak", "\x1b[31m", "\x85", "\u2028", "٣", "Ⅷ", "１２", "∞", "−5",
    "½", "12 rue de la Paix, 75002 Paris", "_x000D_", "ï»¿", "\ud7ff\U0010ffff",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "5", "7", "10", "11", "-1", "3,5", "3.5", "1.234", "1,234", "1 234,5",
    "1\u202f234,56 €", "12,5 k€", "1,2 M€", "1e5", "1E+400", "50 %", "99999999999999999999",
    "0.0000000001", "1,2,3", "1.2.3", "8/10", "10 - Extremely likely", "5 sur 5", "2147483648",
    "9223372036854775808", "-9223372036854775809", "1" * 300, ".5", "5.", "0x1F", "1_000", "+7",
    "--7", "7,0", "1'234", "$1,234.56", "(12)",
)  # fmt: skip
DURATIONS = (
    "0:00", "12:34", "1:02:03", "25:61:00", "1 h 05", "90 s", "3600", "PT1H5M", "P1DT2H",
    "2 j 3 h", "1.02:03:04", "0.0416666", "1899-12-30 00:05:00", "99999999999", "1e9", "9999:99",
    "-5", "5 min 10", "1 d, 0:00:01", "PT",
)  # fmt: skip
WORDS = (
    "call", "Téléphone", "e-mail", "chat", "social", "Facebook", "fax", "relationship",
    "transactional", "yes", "non", "oui", "TRUE", "0", "customer", "entrant", "outbound",
    "Consumer", "Entreprises", "Nord", "Île-de-France", "Total", "TOTAL GÉNÉRAL", "5 stars",
    "Very satisfied", "Très satisfait", "Strongly agree", "en", "fr_FR",
)  # fmt: skip
DATE_FORMS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%f+02:00",
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%d.%m.%y", "%d %B %Y", "%B %d, %Y",
    "%a, %b %d, %Y %I:%M %p", "%d-%b-%y", "%Y%m%d", "%s", "%d/%m/%Y à %H h %M",
    "%a %b %d %Y %H:%M:%S GMT+0100 (CET)", "%Y/%m/%d %H:%M", "%Y-%m", "%H:%M", "%j",
)  # fmt: skip
BAD_DATES = (
    "31/02/2026", "2026-13-01", "00/00/0000", "0000-00-00", "29/02/2025", "2026-03-29 02:30:00",
    "2026-10-25 02:30", "9999-12-31", "10000-01-01", "1899-12-31", "2100-12-31 23:59:59", "99999",
    "2958466", "45000.99999", "1" * 13, "1" * 10, "1999999999", "25:00", "2026-01-01 24:00",
    "2026-01-01T10:00+99:99", "2026-01-01 13:00 PM", "12/12/12", "32 mars 2026",
    "12 fooember 2026", "1900-01-01T00:00:00+14:00", "2100-12-31T23:59:59-12:00", "2026-W01-1",
)  # fmt: skip

Maker = Callable[[Random], str]


def _maker(draw: Random, type_: str, is_tidy: bool) -> Maker:
    """What makes the cells of one column; in a tidy one they are of its type."""
    if type_ in ("moment", "day"):
        form = draw.choice(DATE_FORMS[:9] if is_tidy else DATE_FORMS)
        return _mixed(lambda each: _moment(each).strftime(form), BAD_DATES, is_tidy)
    if type_ == "score":
        high = draw.choice((5, 10, 10))
        return _mixed(lambda each: str(each.randrange(1, high + 1)), NUMBERS, is_tidy)
    if type_ == "number":
        return _mixed(lambda each: str(each.randrange(10**6)), NUMBERS, is_tidy)
    if type_ == "duration":
        return _mixed(lambda each: str(each.randrange(5000)), DURATIONS, is_tidy)
    if type_ == "text":
        return _mixed(lambda each: f"{each.choice(WORDS)} {each.randrange(50)}", HOSTILE, is_tidy)
    known = tuple(load_columns().spellings.get(type_, {"x": "x"}))
    return _mixed(lambda each: each.choice(known), WORDS, is_tidy)


def _mixed(usual: Maker, others: tuple[str, ...], is_tidy: bool) -> Maker:
    def make(draw: Random) -> str:
        chance = 1.0 if is_tidy else draw.random()
        if chance > 0.12:
            return usual(draw)
        if chance > 0.06:
            return draw.choice(others)
        if chance > 0.04:
            return draw.choice((*HOSTILE, *NUMBERS, *BAD_DATES, *DURATIONS, *WORDS))
        return draw.choice(("", "", " ", "\u00a0", "-", "n/a", "".join(_letters(draw))))

    return make


def _letters(draw: Random) -> list[str]:
    """Any letters at all but halves of letters."""
    codes = (draw.randrange(draw.choice((128, 256, 0x3000, 0x110000))) for _ in range(9))
    return [chr(code) for code in codes if not 0xD800 <= code <= 0xDFFF]


def _moment(draw: Random) -> datetime:
    return FIRST_MOMENT + timedelta(seconds=draw.randrange(2 * 365 * 86_400))


def _disturb(draw: Random, headers: list[str], rows: Rows) -> None:
    """Blank rows, totals, headers again, rows too short and too long, above all anywhere."""
    for _ in range(draw.choice((0, 0, 1, 3))):
        cells = draw.choice(rows) if rows else headers
        place = draw.randrange(len(rows) + 1)
        match draw.choice(("blank", "total", "header", "short", "long", "title", "double")):
            case "blank":
                rows.insert(place, [""] * draw.randrange(len(headers) + 2))
            case "total":
                rows.append(["Total", *("12" for _ in headers[1:])])
            case "header":
                rows.insert(0 if draw.random() < 0.5 else place, list(headers))
            case "short":
                rows.insert(place, cells[: draw.randrange(len(cells) + 1)])
            case "long":
                rows.insert(place, [*cells, *cells])
            case "title":
                rows.insert(0, list(headers))
                headers[:] = ["Export of 31/03/2026", *[""] * draw.randrange(3)]
            case "double":
                rows.insert(place, list(cells))


# ---- writers


def _csv(draw: Random, rows: Rows) -> bytes:
    buffer = io.StringIO()
    delimiter, quote = draw.choice(",,,;;\t|"), draw.choice('""""""\'')
    end = draw.choice(("\r\n", "\n", "\n", "\r"))
    quoting = draw.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE))
    table = csv.writer(
        buffer, delimiter=delimiter, quotechar=quote, quoting=quoting, lineterminator=end,
        escapechar="\\" if quoting == csv.QUOTE_NONE else None,
    )  # fmt: skip
    buffer.write(draw.choice(("",) * 9 + (f"sep={delimiter}{end}",)))
    for row in rows:
        table.writerow(row if any(row) or len(row) != 1 else ["x"])
        if draw.random() < 0.01:
            buffer.write(
                draw.choice((end, end * 3, f"{delimiter * 3}{end}", "# comment" + end, '"'))
            )
    text = buffer.getvalue()
    return (text if draw.random() < 0.8 else text.rstrip(end)).encode(
        draw.choice(ENCODINGS), draw.choice(("replace", "ignore"))
    )


def _xlsx(draw: Random, rows: Rows) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for _ in range(draw.choice((1, 1, 1, 2))):
            sheet = book.add_worksheet()
            first = draw.choice((0, 0, 0, 2, 30))
            for place, row in enumerate(rows[:200], start=first):
                for column, cell in enumerate(row):
                    if (
                        draw.random() < 0.3
                        and cell.replace(".", "", 1).isascii()
                        and cell.isdigit()
                    ):
                        sheet.write_number(place, column, min(float(cell[:300]), 1e300))
                    else:
                        sheet.write_string(place, column, cell[:30_000])
            if draw.random() < 0.03:
                sheet.hide() if len(book.worksheets()) > 1 else sheet.write(1_048_575, 3, "far")
            if draw.random() < 0.1 and rows[0]:
                sheet.merge_range(first + 1, 0, first + 2, 1, "merged")
    return buffer.getvalue()


def _ods(draw: Random, rows: Rows) -> bytes:
    spaces = "urn:oasis:names:tc:opendocument:xmlns"
    repeat = draw.choice(
        ("",) * 8 + (' table:number-columns-repeated="16000"', ' table:number-columns-repeated="2"')
    )
    again = draw.choice(
        ("",) * 8 + (' table:number-rows-repeated="1048000"', ' table:number-rows-repeated="3"')
    )
    body = "".join(
        f"<table:table-row{again if draw.random() < 0.1 else ''}>"
        + "".join(
            f'<table:table-cell office:value-type="string"{repeat if draw.random() < 0.02 else ""}>'
            f"<text:p>{escape(_xml_text(cell))}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows[:60]
    )
    names = "".join(f' xmlns:{each}="{spaces}:{each}:1.0"' for each in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return _zipped({"mimetype": kind.encode(), "content.xml": content.encode("utf-8", "replace")})


def _xml_text(text: str) -> str:
    return "".join(each for each in text if each >= " " and each not in "\ufffe\uffff")


def _parquet(draw: Random, rows: Rows) -> bytes:
    headers, *below = rows
    names = list(dict.fromkeys(headers))
    columns = {
        name: pl.Series(
            name, [row[place] if place < len(row) else None for row in below], dtype=pl.String
        )
        for place, name in enumerate(names)
    }
    frame = pl.DataFrame(list(columns.values()))
    typed = [_typed(draw, series) for series in frame]
    buffer = io.BytesIO()
    pl.DataFrame(typed).write_parquet(buffer)
    return buffer.getvalue()


def _typed(draw: Random, series: pl.Series) -> pl.Series:
    """The same or other values in one of the types that Parquet knows."""
    several = (None, True, draw.randrange(-5, 12), draw.random() * 10, _moment(draw))
    match draw.randrange(14):
        case 0:
            return series.cast(pl.Int64, strict=False)
        case 1:
            return series.cast(pl.Float64, strict=False)
        case 2:
            return series.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="ns")
        case 3:
            return series.str.to_date("%Y-%m-%d", strict=False)
        case 4:
            return series.cast(pl.Categorical)
        case 5:
            return series.cast(pl.Binary)
        case 6:
            return pl.Series(series.name, [[each] for each in series], dtype=pl.List(pl.String))
        case 7:
            return pl.Series(
                series.name, [{"a": each} for each in series], dtype=pl.Struct({"a": pl.String})
            )
        case 8:
            return pl.Series(
                series.name,
                [draw.choice(several[2:4]) for _ in series],
                dtype=pl.Float64,
                strict=False,
            )
        case 9:
            return pl.Series(
                series.name,
                [timedelta(seconds=draw.randrange(10**6)) for _ in series],
                dtype=pl.Duration("us"),
            )
        case 10:
            return pl.Series(series.name, [_moment(draw).time() for _ in series], dtype=pl.Time)
        case 11:
            moments = pl.Series(
                series.name, [_moment(draw) for _ in series], dtype=pl.Datetime("us")
            )
            return moments.dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo")
        case _:
            return series


def _json_lines(draw: Random, rows: Rows) -> bytes:
    headers, *below = rows
    objects = [_object(draw, headers, row) for row in below]
    if draw.random() < 0.4:
        whole: object = objects if draw.random() < 0.7 else {"data": objects, "n": len(objects)}
        return json.dumps(whole, ensure_ascii=draw.random() < 0.5).encode("utf-8", "replace")
    lines = [json.dumps(each, ensure_ascii=draw.random() < 0.5) for each in objects]
    broken = [line[: draw.randrange(len(line))] if draw.random() < 0.01 else line for line in lines]
    return "\n".join(broken).encode("utf-8", "replace")


def _object(draw: Random, headers: list[str], row: list[str]) -> dict[str, object]:
    deep: tuple[object, ...] = ([1, "a"], [{"a": 1}], {"in": {"deep": 1}})
    others = (None, True, 5, 1.5, 10**400, "\ud83d", *deep)
    return {
        header: cell if draw.random() < 0.95 else draw.choice(others)
        for header, cell in zip(headers, row, strict=False)
    }


WRITERS: dict[str, Callable[[Random, Rows], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "ods": _ods,
    "parquet": _parquet,
    "json": _json_lines,
}


def _packed(packing: str, content: bytes) -> bytes:
    return gzip.compress(content) if packing == "gz" else _zipped({"table.csv": content})


def _zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, piece in entries.items():
            archive.writestr(name, piece)
    return buffer.getvalue()


# ---- choices


SHEETS = ("#1", "#2", "#0", "#x", "Sheet1", "A", "", "nowhere", "{0}")
NO_ENCODINGS = ("base64", "idna", "punycode", "utf-7", "x", "", "undefined", "a\x00b")
DELIMITERS = (",", ";", "\t", "|", "", "ab", "\n", '"', "\x00", "é", " ", "a", "\r")
ZONES = ("UTC", "Europe/Paris", "America/New_York", "America", "Mars/Base", "../x", "", "localtime")
SCALES = ("0-10", "1-5", "1-7", "1-5 easy", "1-7 easy", "x", "")
SCALED = ("ratings", "nps_score", "csat_score", "ces_score", "nowhere")
UNTIL = (date(2026, 6, 30), FIRST_MOMENT, date.min, date.max)
TARGETS = ("#1", "#3", "#0", "#99", "=5", "=2026-01-01", "=", "", "nowhere", *HOSTILE[:6])


def drawn_choices(draw: Random, headers: list[str]) -> Choices:
    """Most say little or nothing; what is said is sensible or not."""
    fields = [*(name for kind in KINDS for name in _fields(kind)), "nonsense"]
    offered: dict[str, Callable[[], object]] = {
        "kind": lambda: draw.choice(KINDS),
        "mapping": lambda: {
            draw.choice(fields): draw.choice((*headers, *TARGETS)) for _ in range(draw.randrange(4))
        },
        "sheet": lambda: draw.choice(SHEETS),
        "encoding": lambda: draw.choice((*ENCODINGS, *NO_ENCODINGS)),
        "delimiter": lambda: draw.choice(DELIMITERS),
        "date_order": lambda: draw.choice(("dmy", "mdy")),
        "decimal_mark": lambda: draw.choice((",", ".")),
        "time_zone": lambda: draw.choice(ZONES),
        "scales": lambda: {draw.choice(SCALED): draw.choice(SCALES)},
        "kept_columns": lambda: draw.sample(["a", "", *headers], k=draw.randrange(2)),
        "extract_date": lambda: draw.choice(UNTIL),
        "profile": lambda: draw.choice(("", "mine", "nowhere")),
    }
    share = draw.choice((0.0, 0.0, 0.05, 0.15))
    said = {name: make() for name, make in offered.items() if draw.random() < share}
    return cast(Choices, said)
