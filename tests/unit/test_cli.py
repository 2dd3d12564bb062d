"""The command line: documents on stdout, sentences on stderr, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from cxdata import cli
from cxdata.cli.backing_up import tried_out
from cxdata.cli.showing import METRICS
from cxdata.followup import samples
from cxdata.store.connection import Store

PROJECT = Path(__file__).parents[2]
PLACES = os.environ.get("PYTHONPATH", "").split(os.pathsep)
SAMPLES = PROJECT / "tests/samples"
ANSWERS = """response_id;responded_at;nps_score;segment;journey
1;2026-01-05;10;Premium;Delivery
2;2026-01-06;9;Premium;Delivery
3;2026-02-07;3;Standard;Delivery
4;2026-02-08;12;Standard;Delivery
"""


@pytest.fixture(autouse=True)
def _every_count_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files here have a handful of rows."""
    settings = tmp_path / "settings.toml"
    settings.write_text("[answers]\nminimum_count = 1\n", "utf-8")
    monkeypatch.setenv("CXDATA_SETTINGS", str(settings))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "cx.duckdb"
    yield path
    Store.open(path).close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(ANSWERS, "utf-8")
    return path


def run(place: Path, *words: object) -> Result:
    return CliRunner().invoke(cli.main, [*map(str, words), "--store", str(place)])


def document(result: Result) -> Any:
    """All of stdout is one JSON document."""
    return json.loads(result.stdout)


def test_an_import_prints_its_report_as_one_document(place: Path, file: Path) -> None:
    result = run(place, "import", file, "--json")
    report = document(result)
    assert result.exit_code == 0
    assert report["batch_id"] == 1
    assert (report["row_count"], report["accepted_count"], report["refused_count"]) == (4, 3, 1)
    assert report["refused"] == [
        {
            "line": 5,
            "column": "nps_score",
            "value": "12",
            "reason": "score 12: NPS goes from 0 to 10",
        }
    ]


def test_the_same_file_again_adds_nothing(place: Path, file: Path) -> None:
    run(place, "import", file)
    report = document(run(place, "import", file, "--json"))
    assert (report["batch_id"], report["accepted_count"], report["duplicate_count"]) == (None, 0, 3)


def test_a_dry_run_stores_nothing(place: Path, file: Path) -> None:
    report = document(run(place, "import", file, "--dry-run", "--json"))
    assert (report["batch_id"], report["accepted_count"]) == (None, 3)
    assert document(run(place, "batches", "--json")) == {"batches": []}


def test_a_human_reads_counts_and_refused_lines(place: Path, file: Path) -> None:
    result = run(place, "import", file)
    assert "answers.csv: responses, 4 rows, 3 accepted" in result.stdout
    assert "'12' (line 5, nps_score): score 12: NPS goes from 0 to 10" in result.stderr
    assert "If the scale is another, say which; else take another column." in result.stderr


def test_refused_values_are_grouped_with_what_to_do(place: Path, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    rows = "2026-01-15,9,CALL BACK\n" * 24 + "2026-01-16,9,phone\n" * 6
    path.write_text("responded_at,nps_score,channel\n" + rows, "utf-8")
    said = run(place, "import", path, "--accept-refusals").stderr
    assert "24 × 'CALL BACK' (first in line 2, channel): This is not known here" in said
    assert "spellings --add channel 'CALL BACK=VALUE'" in said
    assert said.count("CALL BACK") == 2


@pytest.mark.parametrize("style", ["repeated", "together"])
def test_columns_are_mapped_one_by_one_or_together(place: Path, tmp_path: Path, style: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("Quand,Combien\n15/01/2026,9\n", "utf-8")
    pairs = ["responded_at=Quand", "nps_score=#2", "survey==transactional"]
    words = [word for pair in pairs for word in ("--map", pair)] if style == "repeated" else []
    result = run(place, "import", path, *(words or ["--map", *pairs]), "--json")
    assert document(result)["accepted_count"] == 1
    assert document(result)["mapping"] == {
        "responded_at": "Quand",
        "nps_score": "Combien",
        "survey": "=transactional",
    }


def test_a_refused_file_is_one_sentence_and_exit_code_1(place: Path, tmp_path: Path) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    result = run(place, "import", picture, "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("The file is a picture, not a table.")


@pytest.mark.parametrize(
    ("environment", "begins"),
    [
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "fr_FR.UTF-8"}, "Il n’y a pas de lot 7."),
        ({"LC_ALL": "fr", "LANG": "en_GB.UTF-8"}, "Il n’y a pas de lot 7."),
        ({"LC_ALL": "C.UTF-8", "LANG": "fr_FR.UTF-8"}, "There is no batch 7."),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, "There is no batch 7."),
    ],
)
def test_a_refusal_is_in_the_language_of_the_terminal(
    place: Path, environment: dict[str, str], begins: str
) -> None:
    words = ["undo", "7", "--store", str(place)]
    told = CliRunner(env=environment).invoke(cli.main, words)
    assert told.exit_code == 1
    assert told.stderr.startswith(begins)


def test_one_refused_file_does_not_stop_the_others(place: Path, file: Path, tmp_path: Path) -> None:
    result = run(place, "import", tmp_path / "nowhere.csv", file, "--json")
    assert result.exit_code == 1
    assert [sorted(each)[:2] for each in document(result)] == [
        ["error", "file_name"],
        ["accepted_count", "batch_id"],
    ]


def test_show_nps_gives_the_figure_of_the_whole_history(
    place: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CXDATA_SETTINGS")
    run(place, "import", file)
    shown = document(run(place, "show", "nps", "--json"))
    assert (shown["metric"], shown["data_until"]) == ("nps", "2026-02-07")
    assert shown["filters"] == {
        "from": None,
        "to": None,
        "survey": "relationship",
        "segment": [],
        "region": [],
        "product": [],
        "channel": [],
        "journey": [],
    }
    (row,) = shown["rows"]  # withheld: fewer than five answers
    assert row["answer_count"] is None
    assert (row["nps"], row["reason"]) == (None, "too_few_to_show")


@pytest.mark.parametrize("metric", METRICS)
def test_an_empty_store_gives_no_figure_and_never_zero(place: Path, metric: str) -> None:
    result = run(place, "show", metric, "--json")
    shown = document(result)
    assert (result.exit_code, shown["data_until"]) == (0, None)
    for row in [*shown["rows"], *([shown["whole"]] if "whole" in shown else [])]:
        assert row.get("reason") or row["model_reason"]
        assert row.get("nps") is None
        assert row.get("customer_churn_rate") is None


def test_show_can_be_split_filtered_and_cut_in_periods(place: Path, file: Path) -> None:
    run(place, "import", file)
    by = document(run(place, "show", "nps", "--by", "segment", "--json"))["rows"]
    assert [(row["segment"], row["answer_count"]) for row in by] == [
        ("Premium", 2),
        ("Standard", 1),
    ]
    trend = document(run(place, "show", "nps", "--grain", "month", "--json"))["rows"]
    assert [(row["period"], row["answer_count"]) for row in trend] == [
        ("2026-01-01", 2),
        ("2026-02-01", 1),
    ]
    where = ("--where", "segment=Premium", "--from", "2026-01-06")
    shown = document(run(place, "show", "nps", *where, "--json"))
    assert shown["filters"]["from"] == "2026-01-06"
    assert shown["filters"]["segment"] == ["Premium"]
    assert shown["rows"][0]["answer_count"] == 1


def test_a_change_by_dimension_gives_its_effects(place: Path, file: Path) -> None:
    run(place, "import", file)
    words = ("--by", "segment", "--from", "2026-02-01", "--to", "2026-02-28", "--json")
    (row,) = document(run(place, "show", "nps", *words))["rows"]
    assert {"rate_effect", "mix_effect"} <= row.keys()


@pytest.fixture
def two_years(place: Path, tmp_path: Path) -> Path:
    """A hundred answers in each half of 2025, and forty with comments in March 2026."""
    rows = ["response_id;responded_at;nps_score;segment;comment"]
    for start, scores in (("2025-03", (30, 20, 50)), ("2025-09", (20, 30, 50))):
        given = [score for score, n in zip((0, 7, 10), scores, strict=True) for _ in range(n)]
        rows += [f"{start}-{at};{start}-15;{score};Premium;" for at, score in enumerate(given)]
    rows += [f"c{at};2026-03-31;2;Standard;The delivery was late again" for at in range(40)]
    path = tmp_path / "years.csv"
    path.write_text("\n".join(rows), "utf-8")
    assert run(place, "import", path).exit_code == 0
    return place


@pytest.mark.parametrize(
    ("words", "compared_from", "compared_to", "compared_count", "difference"),
    [
        (["--compare"], "2025-01-01", "2025-06-30", 100, 10),
        (["--compare", "previous"], "2025-01-01", "2025-06-30", 100, 10),
        (["--compare", "year"], "2024-07-01", "2024-12-31", 0, None),
        (["--compare", "2026-03-01..2026-03-31"], "2026-03-01", "2026-03-31", 40, 130),
        (["--compare", "01/03/2026..31/03/2026"], "2026-03-01", "2026-03-31", 40, 130),
    ],
)
def test_an_nps_is_compared_with_any_period(
    two_years: Path,
    words: list[str],
    compared_from: str,
    compared_to: str,
    compared_count: int,
    difference: float | None,
) -> None:
    half = ("--from", "2025-07-01", "--to", "2025-12-31", "--json")
    shown = document(run(two_years, "show", "nps", *words, *half))
    assert shown["filters"]["compared_from"] == compared_from
    assert shown["filters"]["compared_to"] == compared_to
    (row,) = shown["rows"]
    assert (row["nps"], row["answer_count"], row["compared_answer_count"]) == (
        pytest.approx(30),
        100,
        compared_count,
    )
    assert row["difference"] == (None if difference is None else pytest.approx(difference))
    assert (row["compared_reason"] is None) == (difference is not None)
    assert row["verdict"] in {"real_change", "within_noise", "too_few_answers"}


def test_without_days_the_last_twelve_months_are_compared(two_years: Path) -> None:
    shown = document(run(two_years, "show", "nps-change", "--json"))
    assert (shown["filters"]["from"], shown["filters"]["to"]) == ("2025-04-01", "2026-03-31")
    assert shown["filters"]["compared_from"] == "2024-04-01"
    (row,) = shown["rows"]
    assert (row["answer_count"], row["compared_answer_count"]) == (140, 100)
    assert "whole" not in shown


def test_an_nps_change_is_split_into_rate_and_mix(two_years: Path) -> None:
    days = ("--from", "2025-07-01", "--to", "2026-03-31", "--compare", "2025-03-01..2025-03-31")
    shown = document(run(two_years, "show", "nps-change", "--by", "segment", *days, "--json"))
    rows = {row["segment"]: row for row in shown["rows"]}
    # Premium 30 with a share of 100/140 against 20 with all; Standard is new with -100.
    centre = ((30 * 100 - 100 * 40) / 140 + 20) / 2
    assert rows["Premium"]["rate_effect"] == pytest.approx((100 / 140 + 1) / 2 * 10)
    assert rows["Premium"]["mix_effect"] == pytest.approx((25 - centre) * (100 / 140 - 1))
    assert rows["Standard"]["rate_effect"] == 0
    assert rows["Standard"]["mix_effect"] == pytest.approx((-100 - centre) * 40 / 140)
    parts = sum(row["rate_effect"] + row["mix_effect"] for row in rows.values())
    assert shown["whole"]["difference"] == pytest.approx(parts)
    assert rows["Premium"]["compared_nps_low"] == pytest.approx(2.65, abs=0.005)


def test_themes_say_which_comments_they_are_parts_of(two_years: Path) -> None:
    shown = document(run(two_years, "show", "themes", "--json"))
    assert (shown["whole"]["comment_count"], shown["whole"]["reason"]) == (40, None)
    assert {row["comment_count"] for row in shown["rows"]} == {40}
    assert shown["rows"]


def test_drivers_say_why_there_is_no_model(two_years: Path) -> None:
    shown = document(run(two_years, "show", "drivers", "--json"))
    assert (shown["rows"], shown["whole"]["model_reason"]) == ([], "no_ratings")


def test_a_human_reads_the_whole_and_its_parts(two_years: Path) -> None:
    result = run(two_years, "show", "nps-change", "--by", "segment")
    whole, parts = result.stdout.split("\n\n")
    assert "smallest_detectable_change" in whole
    assert "mix_effect" in parts
    assert result.stderr == "Data until 2026-03-31.\n"


def test_periods_that_overlap_are_refused(two_years: Path) -> None:
    days = ("--from", "2025-07-01", "--to", "2025-12-31")
    result = run(two_years, "show", "nps", *days, "--compare", "2025-12-31..2026-03-31")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "The periods 2025-07-01 to 2025-12-31 and 2025-12-31 to 2026-03-31 overlap. "
        "Choose days that lie apart.\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--where", "segmnt=Premium"), "There is no filter called segmnt. Did you mean segment?"),
        (("--where", "segment=premum"), "No data has segment premum. Did you mean Premium?"),
        (("--where", "survey=relational"), "Did you mean relationship?"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "The period ends before it begins"),
    ],
)
def test_what_does_not_exist_is_a_sentence(
    place: Path, file: Path, words: tuple[str, ...], sentence: str
) -> None:
    run(place, "import", file)
    result = run(place, "show", "nps", *words)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ("show", "happiness"),
        ("show", "nps", "--by", "weather"),
        ("show", "nps", "--by", "segment", "--grain", "month"),
        ("show", "pyramid", "--grain", "month"),
        ("show", "nps", "--compare", "--grain", "month"),
        ("show", "nps", "--compare", "lately"),
        ("show", "nps", "--compare", "2026-02-30..2026-03-31"),
        ("show", "nps", "--compare", "2026-03-31..2026-03-01"),
        ("show", "pyramid", "--compare"),
        ("show", "drivers", "--by", "segment"),
        ("show", "nps", "--where", "segment"),
        ("show", "nps", "--from", "yesterday"),
        ("import",),
        ("import", "x.csv", "--map", "nps_score"),
        ("undo", "first"),
        ("fly",),
    ],
)
def test_wrong_usage_is_exit_code_2(place: Path, words: tuple[str, ...]) -> None:
    assert run(place, *words).exit_code == 2


def test_a_batch_is_listed_undone_and_the_store_checked(place: Path, file: Path) -> None:
    run(place, "import", file)
    (batch,) = document(run(place, "batches", "--json"))["batches"]
    assert (batch["batch_id"], batch["accepted_count"], batch["undone_at"]) == (1, 3, None)
    assert document(run(place, "undo", "1", "--json")) == {
        "batch_id": 1,
        "removed_count": 3,
        "staying_cases": [],
    }
    again = run(place, "undo", "1")
    assert (again.exit_code, again.stderr) == (1, "Batch 1 is undone already.\n")
    assert document(run(place, "check", "--json")) == {
        "is_sound": True,
        "problems": [],
        "not_checked": [],
        "repaired": [],
    }


def test_a_damaged_store_fails_the_check(place: Path, file: Path) -> None:
    run(place, "import", file)
    with Store.open(place).transaction() as con:
        con.execute("update response_versions set is_current = false")
    result = run(place, "check")
    assert result.exit_code == 1
    assert "responses: 3 rows have not exactly one current version." in result.stderr


def test_a_backup_is_restored_for_a_trial(place: Path, file: Path, tmp_path: Path) -> None:
    run(place, "import", file)
    told = run(place, "backup", "--verify", tmp_path / "copy.duckdb", "--json")
    assert (told.exit_code, document(told)["is_sound"]) == (0, True)
    assert "Restored for a trial, it is sound." in told.stderr
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as con:
        con.execute("update response_versions set nps_score = 1 where response_id = '1'")
    assert not tried_out(tmp_path / "copy.duckdb").is_sound


def test_a_backup_is_restored_and_the_store_that_was_there_kept(
    place: Path, file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.duckdb"
    run(place, "import", file)
    assert run(place, "backup", copy).exit_code == 0
    assert run(place, "backup", copy).exit_code == 1
    run(place, "undo", "1")
    restored = document(run(place, "restore", copy, "--json"))
    assert Path(restored["set_aside"]).exists()
    assert document(run(place, "show", "nps", "--json"))["rows"][0]["answer_count"] == 3


@pytest.mark.parametrize("content", [None, b"not a store"])
def test_what_is_no_backup_is_not_restored(
    place: Path, tmp_path: Path, file: Path, content: bytes | None
) -> None:
    run(place, "import", file)
    wrong = tmp_path / "wrong.duckdb"
    if content:
        wrong.write_bytes(content)
    assert run(place, "restore", wrong).exit_code == 1
    assert document(run(place, "show", "nps", "--json"))["rows"][0]["answer_count"] == 3


def test_the_store_is_named_before_or_after_the_command_or_by_the_environment(
    place: Path, file: Path
) -> None:
    words = [
        (["--store", str(place), "--json", "batches"], {}),
        (["batches", "--json", "--store", str(place)], {}),
        (["batches", "--json"], {"CXDATA_STORE": str(place)}),
    ]
    run(place, "import", file)
    for arguments, environment in words:
        result = CliRunner(env=environment).invoke(cli.main, arguments)
        assert len(document(result)["batches"]) == 1


def test_the_module_runs_and_says_who_holds_the_store(place: Path) -> None:
    Store.open(place)
    result = subprocess.run(
        [sys.executable, "-m", "cxdata", "batches", "--store", str(place)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), *PLACES])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert "Another program has the store" in result.stderr


def test_the_samples_are_loaded_once_in_the_order_that_is_given(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("customer_id;name\nC1;Ann\n", "utf-8")
    monkeypatch.setattr(samples, "SAMPLE_FOLDER", tmp_path)
    monkeypatch.setattr(samples, "SAMPLE_FILES", {"a.csv": "customers"})
    assert "1 rows were loaded" in run(place, "sample").stderr
    assert run(place, "sample").stderr == "The sample data is loaded.\n"


def test_a_store_with_data_of_its_own_takes_no_samples(place: Path, file: str) -> None:
    run(place, "import", file)
    assert "no sample data was loaded" in run(place, "sample").stderr
    assert len(document(run(place, "batches", "--json"))["batches"]) == 1


def test_samples_that_were_undone_are_not_loaded_again(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("customer_id;name\nC1;Ann\n", "utf-8")
    monkeypatch.setattr(samples, "SAMPLE_FOLDER", tmp_path)
    monkeypatch.setattr(samples, "SAMPLE_FILES", {"a.csv": "customers"})
    run(place, "sample")
    run(place, "undo", "1")
    assert "no sample data was loaded" in run(place, "sample").stderr


TWO_WAYS = "responded_at,nps_score\n" + "03/04/2026,9\n05/06/2026,10\n" * 2


@pytest.fixture
def open_file(tmp_path: Path) -> Path:
    path = tmp_path / "open.csv"
    path.write_text(TWO_WAYS, "utf-8")
    return path


def test_a_file_that_reads_two_ways_is_refused_with_the_option_that_answers(
    place: Path, open_file: Path
) -> None:
    result = run(place, "import", open_file)
    assert result.exit_code == 1
    assert "Answer with --date-order dmy / --date-order mdy." in result.stderr
    answered = document(run(place, "import", open_file, "--date-order", "mdy", "--json"))
    assert answered["accepted_count"] == 4


def test_a_held_file_is_reported_and_exits_with_1(place: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("responded_at,nps_score\n" + "2026-03-01,9\n2026-03-01,99\n" * 20, "utf-8")
    held = run(place, "import", path, "--json")
    assert held.exit_code == 1
    assert (document(held)["is_held"], document(held)["accepted_count"]) == (True, 0)
    taken = run(place, "import", path, "--accept-refusals", "--json")
    assert taken.exit_code == 0
    assert (document(taken)["is_held"], document(taken)["accepted_count"]) == (False, 20)


def test_the_refused_rows_are_written_to_be_sent_again(
    place: Path, file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "to-correct.csv"
    run(place, "import", file, "--refused", target)
    header, row = target.read_text("utf-8-sig").splitlines()
    assert header.startswith(
        '"response_id";"responded_at";"nps_score";"segment";"journey";"Why the'
    )
    assert row.startswith('4;2026-02-08;12;"Standard";"Delivery";"line 5 · nps_score: score 12')
    target.write_text(target.read_text("utf-8-sig").replace(";12;", ";2;"), "utf-8")
    assert document(run(place, "import", target, "--json"))["accepted_count"] == 1


def test_a_saved_profile_answers_for_the_next_file_of_its_shape(
    place: Path, open_file: Path, tmp_path: Path
) -> None:
    run(place, "import", open_file, "--date-order", "mdy", "--save-profile", "Shop")
    following = tmp_path / "next.csv"
    following.write_text(TWO_WAYS.replace("2026", "2025"), "utf-8")
    report = document(run(place, "import", following, "--json"))
    assert report["accepted_count"] == 4
    assert "The saved profile Shop was used." in report["notes"]
    listed = document(run(place, "profiles", "--json"))["profiles"]
    assert [each["name"] for each in listed] == ["Shop"]
    assert document(run(place, "profiles", "--remove", "Shop", "--json")) == {"profiles": []}


def test_a_spelling_of_the_firms_own_is_added_and_forgotten(place: Path, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("responded_at,nps_score,channel\n2026-03-01,9,Zorp line\n", "utf-8")
    assert document(run(place, "import", path, "--dry-run", "--json"))["refused_count"] == 1
    added = document(run(place, "spellings", "--add", "channel", "Zorp line=call", "--json"))
    assert [each["value"] for each in added["spellings"]] == ["call"]
    report = document(run(place, "import", path, "--json"))
    assert report["corrections"][0]["became"] == "call"
    forgotten = run(place, "spellings", "--remove", "channel", "Zorp line", "--json")
    assert document(forgotten) == {"spellings": []}


@pytest.mark.parametrize(
    "words",
    [("--scales", "nps_score"), ("--add", "channel", "Hotline")],
    ids=["scale without a value", "spelling without a value"],
)
def test_a_pair_without_its_second_half_is_a_wrong_command(
    place: Path, file: Path, words: tuple[str, ...]
) -> None:
    command = ["spellings"] if words[0] == "--add" else ["import", str(file)]
    assert run(place, *command, *words).exit_code == 2


def test_a_file_of_flags_and_tenures_gives_its_churn_rates(place: Path) -> None:
    sample = SAMPLES / "flag_and_tenure.csv"
    taken = run(place, "import", sample, "--extract-date", "2026-06-30", "--json")
    assert document(taken)["accepted_count"] == 5
    month = ("--from", "2026-06-01", "--to", "2026-06-30")
    (row,) = document(run(place, "show", "churn-cost", *month, "--json"))["rows"]
    assert (row["customer_count"], row["lost_count"]) == (5, 2)
    assert row["customer_churn_rate"] == pytest.approx(0.4)
    assert row["revenue_churn_rate"] == pytest.approx((53.85 + 42.30) / 235.50)


def test_churn_can_be_shown_over_time_and_with_what_acting_could_bring(place: Path) -> None:
    run(place, "import", SAMPLES / "flag_and_tenure.csv", "--extract-date", "2026-06-30")
    first = ("--from", "2026-06-01")
    (month,) = document(run(place, "show", "churn-cost", "--grain", "month", *first, "--json"))[
        "rows"
    ]
    assert (month["period"], month["is_complete"]) == ("2026-06-01", True)
    moved = run(place, "show", "what-if", *first, "--move", "detractors=25%", "--json")
    rows = document(moved)["rows"]
    assert [(row["move"], row["size"], row["reason"]) for row in rows] == [
        ("detractors_to_passive", 0.25, "no_classes"),
        ("total", None, "no_classes"),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tornado", "--move", "detractors=10%"), "tornado has no --move"),
        (("what-if", "--move", "detractors"), "with =SIZE"),
        (("what-if", "--move", "prices=10%"), "detractors, compliance, follow-up"),
        (("what-if", "--move", "detractors=much"), "'much' is not a number"),
        (("what-if", "--rescue", "10%,20%"), "one rate, or three"),
        (("survival", "--by", "segment"), "survival has no --by"),
    ],
)
def test_a_wrong_move_is_wrong_usage(place: Path, words: tuple[str, ...], said: str) -> None:
    result = run(place, "show", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_move_of_more_than_everything_is_refused_with_a_sentence(place: Path) -> None:
    result = run(place, "show", "what-if", "--move", "detractors=150%")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "from 0 to 1" in result.stderr


ASSESSED = """journey,level,indicator,value,assessed_on,assessed_by
Repair,1,information_findable,0.9,2026-05-04,A. Martin
"""


def test_the_pyramid_is_shown_by_journey_with_what_it_lacks(place: Path, tmp_path: Path) -> None:
    (tmp_path / "assessed.csv").write_text(ASSESSED, "utf-8")
    run(place, "import", tmp_path / "assessed.csv", "--as", "assessments")
    shown = document(run(place, "show", "pyramid", "--by", "journey", "--json"))
    [row] = shown["rows"]
    assert (shown["metric"], shown["data_until"]) == ("pyramid", "2026-05-04")
    assert (row["journey"], row["level"], row["is_established"]) == ("Repair", 0, False)
    assert row["next_level_missing"] == ["information_contact_share"]


def test_the_evidence_of_the_pyramid_is_shown_with_who_signed_it(
    place: Path, tmp_path: Path
) -> None:
    (tmp_path / "assessed.csv").write_text(ASSESSED, "utf-8")
    run(place, "import", tmp_path / "assessed.csv", "--as", "assessments")
    rows = document(run(place, "show", "pyramid-evidence", "--json"))["rows"]
    assert len(rows) == 15
    [found] = [row for row in rows if row["indicator"] == "information_findable"]
    assert (found["value"], found["threshold"], found["outcome"]) == (0.9, 0.8, "not_established")
    assert (found["assessed_by"], found["assessed_on"]) == ("A. Martin", "2026-05-04")
    assert {row["outcome"] for row in rows if row != found} == {"no_evidence"}


def test_the_pyramid_is_split_by_journey_and_nothing_else(place: Path) -> None:
    for metric in ("pyramid", "pyramid-evidence"):
        result = run(place, "show", metric, "--by", "segment")
        assert result.exit_code == 1
        assert "Use journey." in result.stderr
