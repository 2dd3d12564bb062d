"""Real files that nobody here wrote (../shared/fixtures); left out only where they don't exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import check_store, import_file
from cxdata.store.connection import Store

FIXTURES = Path(__file__).parents[3] / "shared/fixtures"
NASTY = sorted(path for path in FIXTURES.glob("nasty/**/*.*") if path.is_file())
REAL = sorted(path for path in FIXTURES.glob("*/*.*") if path.suffix in (".csv", ".tsv", ".xlsx"))

pytestmark = pytest.mark.skipif(
    not FIXTURES.exists(), reason="../shared/fixtures is not on this machine"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("fixtures") / "cx.duckdb")
    yield opened
    opened.close()


FIXED = {"responded_at": "=2014-06-03", "survey": "=benchmark"}


@pytest.mark.parametrize(
    ("name", "mapping", "row_count", "refused_count"),
    [
        # How the first film was ranked, from 1 to 6; 351 of the 1,186 had seen none.
        (
            "surveymonkey/StarWars.csv",
            {"response_id": "RespondentID", "nps_score": "#10", **FIXED},
            1186,
            0,
        ),
        # No rating at all in this survey: a user who wants the answers gives them one value.
        (
            "surveymonkey/steak-risk-survey.csv",
            {
                "response_id": "RespondentID",
                "csat_score": "=3",
                "comment": "How do you like your steak prepared?",
                "region": "Location (Census Region)",
                **FIXED,
            },
            550,
            0,
        ),
        ("surveymonkey/weather-check.csv", {"csat_score": "=3", **FIXED}, 928, 0),
        ("limesurvey/results-survey.csv", {"csat_score": "=3", "comment": "#8", **FIXED}, 45, 0),
        (
            "limesurvey/results-survey-translated.csv",
            {"csat_score": "=3", "comment": "Communication", **FIXED},
            45,
            0,
        ),
        ("limesurvey/results-survey.xlsx", {"csat_score": "=3", "comment": "#8", **FIXED}, 45, 0),
        ("limesurvey/results-survey4914.tsv", {"csat_score": "=3", **FIXED}, 348, 0),
        ("limesurvey/results-survey4914.xlsx", {"csat_score": "=3", **FIXED}, 348, 0),
        ("qualtrics/sample.csv", {"csat_score": "Q1"}, 1, 0),
        ("qualtrics/sample_legacy.csv", {"csat_score": "Q1", "responded_at": "EndDate"}, 1, 0),
        ("contacts/v1-public.csv", {}, 30, 2),
        ("contacts/complaints-subset.csv", {"channel": "=email"}, 280, 0),
    ],
)
def test_real_files_give_the_right_number_of_rows(
    store: Store, name: str, mapping: dict[str, str], row_count: int, refused_count: int
) -> None:
    report = import_file(store, FIXTURES / name, mapping=mapping, dry_run=True)
    assert (report.row_count, report.refused_count) == (row_count, refused_count)


def test_answers_that_fit_no_scale_are_refused_one_by_one(store: Store) -> None:
    """5 to 1 are scores; N/A, an answer of its own in this survey, is no score."""
    report = import_file(
        store,
        FIXTURES / "surveymonkey/food-world-cup-data.csv",
        mapping={"csat_score": "#4", **FIXED},
        encoding="mac-roman",
        dry_run=True,
    )
    assert (report.row_count, report.refused_count) == (1373, 0)


def test_the_star_wars_ranks_are_stored_as_they_are(store: Store) -> None:
    mapping = {"response_id": "RespondentID", "nps_score": "#10", **FIXED}
    report = import_file(store, FIXTURES / "surveymonkey/StarWars.csv", mapping=mapping)
    assert (report.accepted_count, report.batch_id is not None) == (1186, True)
    assert "Answers without any score: 351." in report.notes
    with store.cursor() as con:
        found = con.execute("select count(*), count(nps_score), max(nps_score) from responses")
        assert found.fetchall() == [(1186, 835, 6)]
    assert check_store(store) == []


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("surveymonkey/StarWars.csv", "no column for responded_at, nps_score"),
        ("surveymonkey/steak-risk-survey.csv", "no column for responded_at, nps_score"),
        ("limesurvey/results-survey4914.tsv", "no column for responded_at, nps_score"),
        ("limesurvey/results-survey4914.xlsx", "no column for responded_at, nps_score"),
        ("limesurvey/results-survey.csv", "None of the file's columns is known"),
        ("qualtrics/sample.csv", "no column for nps_score"),
        ("contacts/complaints-subset.csv", "no column for channel"),
        ("churn/Telco-Customer-Churn.csv", "no column for"),
    ],
)
def test_a_file_that_lacks_something_is_refused_with_what_it_lacks(
    store: Store, name: str, missing: str
) -> None:
    with pytest.raises(ImportRefused, match=missing):
        import_file(store, FIXTURES / name)


@pytest.mark.parametrize("path", [*NASTY, *REAL], ids=lambda path: path.name)
def test_no_file_does_more_than_a_report_or_a_refusal(store: Store, path: Path) -> None:
    mapping = {"responded_at": "=2020-01-01", "nps_score": "#1"}
    for options in ({}, {"kind": "responses", "mapping": mapping}):
        with suppress(ImportRefused):
            report = import_file(store, path, dry_run=True, **options)  # type: ignore[arg-type]
            assert report.row_count >= report.refused_count


@pytest.mark.parametrize("form", ["ods", "xlsb", "xlsx"])
def test_a_workbook_with_a_password_says_so(store: Store, form: str) -> None:
    with pytest.raises(ImportRefused, match="password"):
        import_file(store, FIXTURES / f"nasty/calamine/pass_protected.{form}")
