"""What all tests share: properties without a stopwatch, and new stores that are copies.

Making a store and migrating it takes 0.15 s of CPU, copying one that is made 0.03 s. So each
process makes one, and every new store is a copy of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest
from hypothesis import settings

from cxdata.store import connection, opening
from cxdata.store.files import BESIDE_ENDINGS, beside

# Refusals of the command line are in the language of the terminal.
os.environ["LC_ALL"] = "C.UTF-8"
# Servers of tests leave the processor to the other tests.
os.environ["CXDATA_AHEAD_AFTER_SECONDS"] = "0"

settings.register_profile("steady", deadline=None, print_blob=True, max_examples=50)
# For the second DuckDB, which is asked whether it agrees, not whether the rule holds.
settings.register_profile("few", settings.get_profile("steady"), max_examples=10)
settings.load_profile("steady")

# Files that name nothing of this are run once: no store, so another DuckDB changes nothing.
WAYS_TO_A_STORE = re.compile(
    r"\b(Store|duckdb|import_file|preview_file|cli|subprocess"
    r"|tests\.(damaged|killing|servers|small_groups|stores))\b"
)
# They name some of it and open no store; one that does fails.
WITHOUT_STORE = {
    *("test_architecture", "test_churn_charts", "test_docs", "test_i18n", "test_sample_data"),
    *("test_nothing_freezes", "test_supervisor", "test_running"),
}
# They open one, but hold what is done before or beside it: reading files, judging their values,
# asking about them, commands, panels and packs with their words and faces, mails, views that people
# keep, processes, kills, and damage of many kinds.
# What they have stored and counted is run on each DuckDB by other files; what is slow is not.
ON_ONE_DUCKDB = {
    *("test_api", "test_inbox", "test_confidence", "test_every_row_accounted"),
    *("test_import_kills",),
    *("test_killed_at_each_step", "test_planted_damage", "test_planted_damage_files"),
    *("test_rows_and_identity", "test_templates", "test_withheld"),
    *(
        "test_leaving_rates",
        "test_competing",
        "test_amounts",
        "test_closing_days",
        "test_day_and_time",
        "test_flags",
        "test_nothing",
    ),
    *("test_prices", "test_score_labels", "test_survey_scales", "test_ways_to_write"),
    *("test_weighing", "test_ingest_import", "test_ingest_spellings", "test_profiles"),
    *("test_returned", "test_formulas", "test_extract", "test_wording", "test_what_if"),
    *("test_panels", "test_panels_churn", "test_panels_response_time", "test_scenarios"),
    *("test_cli", "test_figures_command", "test_fixtures", "test_import_fuzz"),
    *("test_import_limits", "test_import_progress", "test_ingest_personal"),
    *("test_ingest_questions", "test_known_exports", "test_leftovers", "test_log"),
    *("test_written_files", "test_own_dimensions", "test_not_known", "test_traps"),
    *("test_pyramid_written", "test_annotations", "test_order_of_imports", "test_people"),
    *("test_answer_coverage", "test_clock_properties", "test_drivers", "test_within_segment"),
    *("test_wait_effects", "test_response_standards", "test_mail", "test_mail_schedules"),
    *("test_pack", "test_export_command", "test_cases_command", "test_command_line_language"),
    *("test_case_mails", "test_frozen_packs", "test_revenue_years", "test_setting_effects"),
    *("test_saved_views", "test_record", "test_hashed_names", "test_container"),
    # The SQL of cases is asked by test_case_rules and test_follow_up.
    *("test_cases", "test_case_outcomes", "test_decisions", "test_suggestions"),
}
# Whole sample data, many real files, chance, kill -9, damage in each place, processes that are
# waited for: left out on the oldest DuckDB.
SLOW = {
    *("test_backups", "test_clauses", "test_damaged_stores", "test_days", "test_fixtures"),
    *("test_import_fuzz", "test_import_kills", "test_import_progress", "test_killed_at_each_step"),
    *("test_known_exports", "test_marks", "test_planted_churn", "test_planted_contacts"),
    *("test_planted_damage", "test_planted_damage_files", "test_planted_nps"),
    *("test_rows_and_identity", "test_sample_data", "test_supervisor", "test_upgrades"),
    "test_written_files",
}

# Single tests of them take many seconds.
LONG = {
    *("test_killed_at_each_step", "test_wheel", "test_serving", "test_backups", "test_days"),
    *("test_import_fuzz", "test_every_row_accounted", "test_supervisor", "test_leaving_rates"),
}

make_store = opening._create


def pytest_configure() -> None:
    """A run that is meant for a second DuckDB mustn't be one more on the first."""
    meant = os.environ.get("CXDATA_TESTED_DUCKDB", duckdb.__version__)
    if duckdb.__version__ != meant:
        raise pytest.UsageError(f"DuckDB is {duckdb.__version__}, not {meant}")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """What the second DuckDB leaves out isn't even read: that took longer than a tenth of it."""
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    if not is_test or "CXDATA_TESTED_DUCKDB" not in os.environ:
        return None
    is_left_out = collection_path.stem in WITHOUT_STORE | ON_ONE_DUCKDB | SLOW
    return True if is_left_out or not names_a_store(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in WITHOUT_STORE or not names_a_store(item.path):
            item.add_marker("without_store")
        if item.path.stem in ON_ONE_DUCKDB:
            item.add_marker("on_one_duckdb")
        if item.path.stem in SLOW:
            item.add_marker("slow")
    # What takes long begins first, so that no process is left alone with it at the end.
    items.sort(key=lambda item: item.path.stem not in LONG)


@cache
def names_a_store(path: Path) -> bool:
    """Always true outside the tests: of the examples in the code nothing is asked."""
    is_test = path.name.startswith("test_")
    return not is_test or bool(WAYS_TO_A_STORE.search(path.read_text("utf-8")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("without_store"):
            patch.setattr(duckdb, "connect", refuse_to_connect)
        yield


def refuse_to_connect(*_args: object, **_options: object) -> None:
    pytest.fail("tests/conftest.py takes this file for one that uses no DuckDB")


@pytest.fixture(scope="session", autouse=True)
def new_stores_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is out of the ordinary is done as ever: other migrations, a folder that isn't there.

    The copied store is closed, so its file is whole. Nothing is counted in it, with the settings
    of the defaults; a store that is opened with others counts again, as always.
    """
    made = tmp_path_factory.mktemp("made") / "made.duckdb"
    connection.Store.open(made).close()

    def copy_store(path: Path, migrations: Path) -> None:
        is_left = any(beside(path, ending).exists() for ending in BESIDE_ENDINGS)
        if migrations == connection.MIGRATIONS and path.parent.is_dir() and not is_left:
            copyfile(made, path)
        else:
            make_store(path, migrations)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_create", copy_store)
        yield


@pytest.fixture
def stores_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of how a store is made: no copies."""
    monkeypatch.setattr(opening, "_create", make_store)
