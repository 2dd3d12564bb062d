"""Real files that nobody here wrote (../shared/fixtures); left out only where they don't exist.

Each file has its row: the right number of rows from the right columns, or the right refusal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from cxdata.config import ImportSettings
from cxdata.errors import ImportRefused
from cxdata.ingest import check_store, import_file, preview_file
from cxdata.ingest.judging.personal import count_inside, personal_kind
from cxdata.ingest.reading import workbooks
from cxdata.ingest.reading.apart import ReadApart, read_apart
from cxdata.ingest.reading.rows import OnProgress
from cxdata.ingest.reading.tables import open_tables
from cxdata.ingest.recognising.mapping import choose_layout
from cxdata.store.connection import Store

FIXTURES = Path(__file__).parents[3] / "shared/fixtures"
NASTY = sorted(path for path in FIXTURES.glob("nasty/**/*.*") if path.is_file())
REAL = sorted(path for path in FIXTURES.glob("*/*.*") if path.suffix in (".csv", ".tsv", ".xlsx"))

pytestmark = pytest.mark.skipif(
    not FIXTURES.exists(), reason="../shared/fixtures is not on this machine"
)

FIXED = {"responded_at": "=2014-06-03", "survey": "=benchmark"}
SATISFIED = {"csat_score": "=3", **FIXED}
ON_30_SEPTEMBER = {"extract_date": date(2017, 9, 30)}
RANKED = (
    "Please rank the Star Wars films in order of preference with 1 being your favorite film in "
    "the franchise and 6 being your least favorite film."
)
PURPOSES = "How often are such informal diagrams used for the following purposes?"
PURPOSES_DE = "Wie häufig werden solche informellen Diagramme für die folgenden Zwecke genutzt?"
TRANSPORT = "Quel\u00a0moyen de transport avez-vous utilisé pour vous rendre sur place?"

# File, what is said, rows, refused rows, the columns that are taken.
READ: list[tuple[str, dict[str, Any], int, int, dict[str, str]]] = [
    (
        "qualtrics/sample.csv",
        {"mapping": {"csat_score": "Q1"}, "scales": {"csat_score": "1-5"}},
        1,
        0,
        {
            "responded_at": "RecordedDate",
            "csat_score": "Q1",
            "response_id": "ResponseId",
            "customer_id": "ExternalReference",
            "language": "UserLanguage",
        },
    ),
    (
        "qualtrics/sample_legacy.csv",
        {"mapping": {"csat_score": "Q1"}, "scales": {"csat_score": "1-5"}},
        1,
        0,
        {"responded_at": "V9", "csat_score": "Q1", "response_id": "V1", "customer_id": "V4"},
    ),
    # How the first film was ranked, from 1 to 6; 351 of the 1,186 had seen none.
    (
        "surveymonkey/StarWars.csv",
        {"mapping": {"nps_score": "#10", **FIXED}, "scales": {"nps_score": "0-10"}},
        1186,
        0,
        {"response_id": "RespondentID", "nps_score": RANKED, **FIXED},
    ),
    # No rating at all in this survey: a user who wants the answers gives them one value.
    (
        "surveymonkey/steak-risk-survey.csv",
        {
            "mapping": {
                "comment": "How do you like your steak prepared?",
                "region": "Location (Census Region)",
                **SATISFIED,
            }
        },
        550,
        0,
        {
            "response_id": "RespondentID",
            "comment": "How do you like your steak prepared?",
            "region": "Location (Census Region)",
            **SATISFIED,
        },
    ),
    (
        "surveymonkey/weather-check.csv",
        {"mapping": {"region": "US Region", **SATISFIED}},
        928,
        0,
        {"response_id": "RespondentID", "region": "US Region", **SATISFIED},
    ),
    # 5 to 1 are scores; N/A, an answer of its own in this survey, is no score.
    (
        "surveymonkey/food-world-cup-data.csv",
        {"mapping": {"csat_score": "#4", **FIXED}, "encoding": "mac-roman"},
        1373,
        0,
        {
            "response_id": "RespondentID",
            "csat_score": "Please rate how much you like the traditional cuisine of Algeria:",
            **FIXED,
        },
    ),
    (
        "limesurvey/results-survey.csv",
        {"mapping": {"comment": "#8", **SATISFIED}},
        45,
        0,
        {"comment": PURPOSES_DE, **SATISFIED},
    ),
    (
        "limesurvey/results-survey-translated.csv",
        {"mapping": {"comment": "Communication", **SATISFIED}},
        45,
        0,
        {"comment": PURPOSES, **SATISFIED},
    ),
    (
        "limesurvey/results-survey.xlsx",
        {"mapping": {"comment": "#8", **SATISFIED}},
        45,
        0,
        {"comment": PURPOSES_DE, **SATISFIED},
    ),
    (
        "limesurvey/results-survey4914.tsv",
        {"mapping": SATISFIED},
        348,
        0,
        {"response_id": "id_reponse", "language": "langue", **SATISFIED},
    ),
    (
        "limesurvey/results-survey4914.xlsx",
        {"mapping": {"comment": "Quel moyen de transport", **SATISFIED}},
        348,
        0,
        {"response_id": "ID réponse", "language": "Langue", "comment": TRANSPORT, **SATISFIED},
    ),
    *(
        (
            f"contacts/{name}.csv",
            {},
            30,
            2,  # "Referral" is no channel
            {
                "opened_at": opened,
                "channel": channel,
                "reason": reason,
                "product": product,
            }
            | identifier,
        )
        for name, opened, channel, reason, product, identifier in [
            ("v1-intake", "date_received", "submitted_via", "issue", "product", {}),
            ("v2-intake", "date_received", "submitted_via", "issue", "product", {}),
            (
                *("v1-public", "Date received", "Submitted via", "Issue", "Product"),
                {"contact_id": "Complaint ID"},
            ),
            (
                *("v2-public", "Date received", "Submitted via", "Issue", "Product"),
                {"contact_id": "Complaint ID"},
            ),
        ]
    ),
    (
        "contacts/complaints-subset.csv",
        {"mapping": {"channel": "=email"}},
        280,
        0,
        {
            "opened_at": "date_received",
            "channel": "=email",
            "reason": "issue",
            "product": "product",
        },
    ),
    (
        "churn/Telco-Customer-Churn.csv",
        ON_30_SEPTEMBER,
        7043,
        0,
        {
            "customer_id": "customerID",
            "product": "Contract",
            "is_lost": "Churn",
            "tenure_months": "tenure",
            "monthly_revenue_amount": "MonthlyCharges",
        },
    ),
    (
        "churn/Telco_customer_churn_services.xlsx",
        ON_30_SEPTEMBER,
        7043,
        0,
        {
            "customer_id": "Customer ID",
            "product": "Contract",
            "tenure_months": "Tenure in Months",
            "monthly_revenue_amount": "Monthly Charge",
        },
    ),
    (
        "churn/Telco_customer_churn_status.xlsx",
        ON_30_SEPTEMBER,
        7043,
        0,
        {"customer_id": "Customer ID", "is_lost": "Churn Label", "end_reason": "Churn Reason"},
    ),
    # Hotels, not contacts: what its column Source holds is no channel in any row.
    (
        "european/table-with-accents.csv",
        {"encoding": "latin-1", "delimiter": ";"},
        638,
        638,
        {"opened_at": "Date", "channel": "Source"},
    ),
]

UNKNOWN = "None of the file's columns is known"
NO_SCORE = "no column for nps_score / csat_score / ces_score"
NO_DATE = "no column for responded_at, nps_score"
NO_HEADER = "first row holds values, not headers"
ONE_DAY = "how things stood on one day. Which day was that"
LOCKED = "protected by a password"
NOT_ASSESSED = "no column for journey, level, indicator"

REFUSED = {
    "qualtrics/sample.csv": NO_SCORE,
    "qualtrics/sample_legacy.csv": NO_SCORE,
    "surveymonkey/StarWars.csv": NO_DATE,
    "surveymonkey/steak-risk-survey.csv": NO_DATE,
    "surveymonkey/weather-check.csv": NO_DATE,
    "surveymonkey/food-world-cup-data.csv": NO_DATE,
    "limesurvey/results-survey.csv": UNKNOWN,
    "limesurvey/results-survey-translated.csv": UNKNOWN,
    "limesurvey/results-survey.xlsx": UNKNOWN,
    "limesurvey/results-survey4914.tsv": NO_DATE,
    "limesurvey/results-survey4914.xlsx": NO_DATE,
    "contacts/complaints-subset.csv": "no column for channel",
    "churn/Telco-Customer-Churn.csv": ONE_DAY,
    "churn/Telco_customer_churn_services.xlsx": ONE_DAY,
    "churn/Telco_customer_churn_status.xlsx": ONE_DAY,
}

# File, why it is refused as it is, and what its first column holds; None: it can't be read at all.
NASTY_FILES: list[tuple[str, str, list[str | None] | None]] = [
    *(
        (f"any_sheets.{form}", NO_HEADER, ["1", "3", "5", "This workbook contains 4 sheets: "])
        for form in ("ods", "xls", "xlsb", "xlsx")
    ),
    ("biff5_write.xls", UNKNOWN, ["true", "foo", "baz"]),
    ("column_row_ranges.xlsx", NO_HEADER, ["0", "0", "0", "0", "0"]),
    ("covered.ods", UNKNOWN, ["a2", "a3"]),
    ("date.ods", NO_HEADER, ["2021-01-01", "2021-01-01T10:10:10", None, None]),
    *(
        (f"date.{form}", NO_HEADER, ["2021-01-01 00:00:00", "2021-01-02 00:00:00", "1900-01-10"])
        for form in ("xls", "xlsb", "xlsx")
    ),
    *(
        (
            f"date_1904.{form}",
            NO_HEADER,
            ["2021-01-01 00:00:00", "2021-01-02 00:00:00", "1904-01-11"],
        )
        for form in ("xls", "xlsb", "xlsx")
    ),
    (
        "date_iso.xlsx",
        NO_HEADER,
        ["2021-01-01", "2021-01-01T10:10:10", "10:10:10", "This", "Please", "Created"],
    ),
    ("date_quoted_format.xlsx", NO_HEADER, ["2021-01-01 00:00:00"] * 4),
    ("empty-string.xls", UNKNOWN, []),
    ("empty_sheet.xlsx", "sheets are empty", None),
    ("encoded_entities.xlsx", UNKNOWN, []),
    ("errors.xlsx", "no rows|empty", None),
    ("has_x000D_.xlsx", UNKNOWN, []),
    ("header-row.xlsx", UNKNOWN, ["Columns", "put data here"]),
    ("inventory-table.xlsx", UNKNOWN, ["1", "2", "3", "4"]),
    ("issue_594_dos.ods", "damaged", None),
    ("malformed_format.xls", UNKNOWN, [str(number) for number in range(1, 21)]),
    ("merge_cells.xls", UNKNOWN, ["Column Merge"]),
    ("merge_cells.xlsx", UNKNOWN, ["Column Merge"]),
    ("merged_range.xls", UNKNOWN, ["A3", "A4"]),
    ("merged_range.xlsx", UNKNOWN, ["A3", "A4"]),
    ("multi-empty.ods", UNKNOWN, ["bbb", "ccc", "ddd", "eee", "zzz"]),
    ("no-header.xlsx", NO_HEADER, ["a", "b"]),
    ("nonstandard-xml-ns-prefix.xlsx", UNKNOWN, ["1", "2"]),
    ("number_rows_repeated.ods", UNKNOWN, ["C", "C", "C", "C"]),
    *((f"pass_protected.{form}", LOCKED, None) for form in ("ods", "xlsb", "xlsx")),
    ("pivots.xlsx", "no column for channel", [str(number) for number in range(1, 11)]),
    ("richtext-namespaced.xlsx", UNKNOWN, []),
    ("single-empty.ods", UNKNOWN, ["bbb", "ccc", "ddd", "eee", "zzz"]),
    ("special_cells.ods", UNKNOWN, ["Value", "Value", "Value", "Value"]),
    ("strict_iso_paths.xlsx", UNKNOWN, ["150-031260-001_B", "1625593500"]),
    ("table-multiple.xlsx", "no column for customer_id", ["1", "2", "3", "4"]),
    ("temperature-in-middle.xlsx", NOT_ASSESSED, ["celsius", "fahrenheit"]),
    ("temperature.xlsx", NOT_ASSESSED, ["celsius", "fahrenheit"]),
]
SPECTRUM = sorted((FIXTURES / "nasty/csv-spectrum/csvs").glob("*.csv"))


@pytest.fixture(scope="module", autouse=True)
def each_workbook_is_read_apart_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A process of its own reads it, three quarters of a test's time; the tests share what it made
    of the same bytes."""
    folder = tmp_path_factory.mktemp("read_apart")
    read: dict[tuple[bytes, str | None, ImportSettings], ReadApart] = {}

    @contextmanager
    def read_once(
        content: bytes, wanted: str | None, limits: ImportSettings, on_progress: OnProgress
    ) -> Iterator[ReadApart]:
        key = (content, wanted, limits)
        if key not in read:
            with read_apart(content, wanted, limits, on_progress) as fresh:
                kept = Path(copytree(fresh.folder, folder / str(len(read))))
                read[key] = ReadApart(kept, fresh.found)
        yield read[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbooks, "read_apart", read_once)
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("fixtures") / "cx.duckdb")
    yield opened
    opened.close()


def test_every_file_has_its_row() -> None:
    listed = {row[0] for row in READ}
    assert listed == {str(path.relative_to(FIXTURES)) for path in REAL}
    nasty = {path.name for path in (FIXTURES / "nasty/calamine").iterdir()}
    assert {row[0] for row in NASTY_FILES} == nasty


@pytest.mark.parametrize(
    ("name", "said", "row_count", "refused_count", "mapping"), READ, ids=[row[0] for row in READ]
)
def test_real_files_give_the_right_rows_from_the_right_columns(
    store: Store,
    name: str,
    said: dict[str, Any],
    row_count: int,
    refused_count: int,
    mapping: dict[str, str],
) -> None:
    report = import_file(store, FIXTURES / name, dry_run=True, **said)
    assert (report.row_count, report.refused_count) == (row_count, refused_count)
    assert report.mapping == mapping


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_lacks_something_is_refused_with_what_it_lacks(store: Store, name: str) -> None:
    with pytest.raises(ImportRefused, match=REFUSED[name]):
        import_file(store, FIXTURES / name)


@pytest.mark.parametrize(
    ("name", "reason", "cells"), NASTY_FILES, ids=[row[0] for row in NASTY_FILES]
)
def test_workbooks_that_break_readers_are_refused_or_read_right(
    store: Store, name: str, reason: str, cells: list[str | None] | None
) -> None:
    path = FIXTURES / "nasty/calamine" / name
    with pytest.raises(ImportRefused, match=reason):
        import_file(store, path)
    if cells is None:
        return
    found = column(store, path, 1)
    assert len(found) >= len(cells)
    for cell, expected in zip(found, cells, strict=False):
        assert (cell or "").startswith(expected or ""), found


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.name)
def test_the_acid_test_of_csv_is_read_as_its_json_says(store: Store, path: Path) -> None:
    with pytest.raises(ImportRefused, match=UNKNOWN):
        import_file(store, path)
    expected = json.loads((path.parents[1] / "json" / path.with_suffix(".json").name).read_text())
    for place, name in enumerate(expected[0], start=1):
        values = [row[name].replace("\r\n", "\n") or None for row in expected]
        texts = column(store, path, place, kept_columns=[name])  # an address, too
        found = [text and text.replace("\r\n", "\n") for text in texts]
        assert found == values, name


def column(store: Store, path: Path, number: int, **said: Any) -> list[str | None]:
    """The first rows of a column, read as comments."""
    shown = preview_file(
        store, path, kind="responses", mapping={"comment": f"#{number}", **SATISFIED}, **said
    )
    if "comment" not in shown.rows.columns:
        return [None] * shown.rows.height
    comments: list[str | None] = shown.rows["comment"].to_list()
    return comments


def test_the_star_wars_ranks_are_stored_as_they_are(store: Store) -> None:
    report = import_file(
        store,
        FIXTURES / "surveymonkey/StarWars.csv",
        mapping={"nps_score": "#10", **FIXED},
        scales={"nps_score": "0-10"},
    )
    assert (report.accepted_count, report.batch_id is not None) == (1186, True)
    assert "Answers without any score: 351." in report.notes
    with store.cursor() as con:
        found = con.execute("select count(*), count(nps_score), max(nps_score) from responses")
        assert found.fetchall() == [(1186, 835, 6)]
    assert check_store(store) == []


def test_the_lost_customers_of_a_flag_and_their_tenure_are_counted_right(store: Store) -> None:
    """1,869 of 7,043; 456,116.60 a month, times twelve."""
    import_file(store, FIXTURES / "churn/Telco-Customer-Churn.csv", **ON_30_SEPTEMBER)
    with store.cursor() as con:
        found = con.execute(
            """select count(*), count(ended_on), round(sum(annual_revenue_amount) / 12, 2)
            from customers"""
        ).fetchall()
    assert found == [(7043, 1869, 456116.60)]


@pytest.mark.parametrize("path", [*NASTY, *REAL], ids=lambda path: path.name)
def test_no_file_does_more_than_a_report_or_a_refusal(store: Store, path: Path) -> None:
    mapping = {"responded_at": "=2020-01-01", "nps_score": "#1"}
    for options in ({}, {"kind": "responses", "mapping": mapping}):
        with suppress(ImportRefused):
            report = import_file(store, path, dry_run=True, **options)  # type: ignore[arg-type]
            assert report.row_count >= report.refused_count


# What real files hold of personal data, all of it known by its header; every other column, such as
# numbers of complaints, respondents and customers, amounts, dates and texts, is none.
PERSONAL: dict[str, dict[str, str]] = {
    "v1-intake.csv": {"zip_code": "location"},
    "v1-public.csv": {"ZIP code": "location"},
    "v2-intake.csv": {"zip_code": "location"},
    "v2-public.csv": {"ZIP code": "location"},
    "sample.csv": {
        "IPAddress": "ip",
        "RecipientEmail": "e-mail",
        "LocationLatitude": "location",
        "LocationLongitude": "location",
    },
    "sample_legacy.csv": {
        "V6": "ip",
        "LocationLatitude": "location",
        "LocationLongitude": "location",
    },
}


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_no_column_of_a_real_file_is_taken_for_personal_data_by_mistake(
    path: Path, store: Store
) -> None:
    limits = store.settings.imports
    for table in open_tables(path.read_bytes(), limits=limits):
        layout = choose_layout(table.head())
        columns = range(len(layout.headers))
        read = table.rows(columns, layout.last_header_line, layout.width, lambda *_: None).frame
        texts = [read[f"c{place}"].fill_null("") for place in columns]
        kinds = {
            header: personal_kind(header, cells)
            for header, cells in zip(layout.headers, texts, strict=True)
        }
        assert {it: kind for it, kind in kinds.items() if kind} == PERSONAL.get(path.name, {})
        assert not any(list(count_inside(cells, "")) for cells in texts)
