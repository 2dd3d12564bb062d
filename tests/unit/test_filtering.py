"""Filters fail closed: no query drops one without a word, also one that is added later."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from cxdata.i18n import translator
from cxdata.i18n.names import name_of
from cxdata.models import DIMENSIONS, FILTERS, LEFT_OUT, Counted, Filters
from cxdata.sentences import scope_text, unfiltered_text
from cxdata.store import query
from cxdata.store.connection import Store
from cxdata.store.filtering import MARKS, OWN_DAYS, UNFILTERED, counted_of, expanded
from cxdata.store.query import (
    SQL_FOLDER,
    bound_values,
    sql_counted,
    sql_parameters,
    sql_text,
)

PROJECT = Path(__file__).parents[2]
WRITTEN = {path.stem: path.read_text("utf-8") for path in sorted(SQL_FOLDER.glob("*.sql"))}
SELECTS = [name for name in WRITTEN if not name.startswith("rebuild_")]
FILTERED = [name for name in SELECTS if sql_counted(name)]
EN = translator("en")
EVERYTHING_CHOSEN = Filters(**dict.fromkeys(DIMENSIONS, ("x",)))


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of .sql files of which one can be spoilt."""
    for name, text in WRITTEN.items():
        (tmp_path / f"{name}.sql").write_text(text, "utf-8")
    monkeypatch.setattr(query, "SQL_FOLDER", tmp_path)
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def forget() -> None:
    for remembered in (query._written, sql_text, sql_counted, sql_parameters):
        remembered.cache_clear()


def bind(name: str, filters: Filters | None, **more: object) -> dict[str, object]:
    """With every parameter that isn't the filters' own."""
    own = {"first_on", "last_on", *FILTERS} if filters else set()
    return bound_values(name, filters, dict.fromkeys(sql_parameters(name) - own, 1) | more)


@pytest.mark.parametrize("name", FILTERED)
def test_every_filter_narrows_the_query_or_is_left_out_for_what_it_counts(name: str) -> None:
    scope = sql_counted(name)
    assert scope
    taken = bind(name, EVERYTHING_CHOSEN).keys()
    days = {"first_on", "last_on"} if name not in OWN_DAYS else set()
    assert taken >= days | (set(FILTERS) - {"period"} - set(LEFT_OUT[scope]))


@pytest.mark.parametrize("name", FILTERED)
def test_a_query_that_filters_is_not_asked_without_filters(name: str) -> None:
    with pytest.raises(ValueError, match="needs filters"):
        bind(name, None)


@pytest.mark.parametrize("name", sorted(UNFILTERED))
def test_a_query_that_does_not_filter_refuses_filters(name: str) -> None:
    with pytest.raises(ValueError, match="takes no filters"):
        bind(name, Filters())


def test_a_parameter_that_a_query_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="doesn't take team"):
        bind("nps_counts", Filters(), team=["North"])


def test_a_filter_is_given_once() -> None:
    with pytest.raises(ValueError, match="given survey twice"):
        bind("nps_counts", Filters(), survey="relationship")


@pytest.mark.parametrize("name", FILTERED)
def test_a_query_that_loses_its_mark_refuses(planted: Path, name: str) -> None:
    without = re.sub(r"\{\w+_filters(:\w+)?\}", "true", WRITTEN[name])
    (planted / f"{name}.sql").write_text(without, "utf-8")
    with pytest.raises(ValueError, match="no mark for filters"):
        bind(name, Filters())


@pytest.mark.parametrize("name", [name for name in FILTERED if name not in OWN_DAYS])
def test_a_query_that_loses_its_days_refuses(planted: Path, name: str) -> None:
    text = WRITTEN[name].replace("$first_on", "date '2026-01-01'")
    (planted / f"{name}.sql").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="would drop the filters first_on"):
        bind(name, Filters())


@pytest.mark.parametrize("name", ["nps_counts", "theme_counts", "compliance_days", "wait_counts"])
def test_a_query_that_filters_like_something_that_it_does_not_count_refuses(
    planted: Path, name: str
) -> None:
    """Filtered like customers, answers or contacts would lose channel and journey."""
    text = re.sub(r"\{(answer|contact)_filters", "{customer_filters", WRITTEN[name])
    (planted / f"{name}.sql").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="reads none of customers"):
        bind(name, Filters())


@pytest.mark.parametrize(
    "text",
    [
        "{filter}",
        "{answer_filters:}",
        "{answer_filters:a b}",
        "{answer_filters:a); drop table answers; --}",
        "{ answer_filters}",
        "{}",
        "{answer_filters",
        "answer_filters}",
        "-- {unknown}",
    ],
)
def test_a_mark_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"mark|brace"):
        expanded(f"select 1\nwhere {text}")


def test_a_mark_becomes_fixed_text_whose_values_are_bound() -> None:
    assert expanded("{assessment_filters:it} -- {assessment_filters}") == (
        "(it.journey in (select unnest($journey))) -- journey"
    )
    assert expanded("{contact_filters}", frozenset()) == "(true)"
    assert expanded("{answer_filters}", frozenset({"region"})) == (
        "(survey = $survey and region in (select unnest($region)))"
    )
    assert expanded("{dimension}").startswith("case $dimension when 'segment' then segment when")


def test_a_query_counts_one_thing() -> None:
    with pytest.raises(ValueError, match="answers and contacts at once"):
        counted_of("both", "{answer_filters} and {contact_filters}")


@pytest.mark.parametrize("name", list(WRITTEN))
def test_no_file_writes_a_dimension_filter_by_hand(name: str) -> None:
    statement = re.sub(r"--.*", "", WRITTEN[name])
    by_hand = re.findall(r"\$(?:own_)?(\w+)", statement)
    assert not set(by_hand) & set(DIMENSIONS)


def test_the_lists_of_exceptions_name_queries_that_exist_and_need_to_be_on_them() -> None:
    assert set(UNFILTERED) == set(SELECTS) - set(FILTERED)
    assert set(OWN_DAYS) <= set(FILTERED)
    for name in OWN_DAYS:
        assert not {"first_on", "last_on"} <= sql_parameters(name)


def test_every_mark_is_used() -> None:
    used = {mark for text in WRITTEN.values() for mark in re.findall(r"\{(\w+)", text)}
    assert used == set(MARKS)


@pytest.mark.parametrize("scope", list(LEFT_OUT))
@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_page_names_a_chosen_filter_or_says_that_it_is_left_out(
    scope: Counted, name: str
) -> None:
    value = "call" if name == "channel" else "x"
    filters = Filters(**{name: (value,)})
    told = "Calls" if name == "channel" else "x"
    is_named = told in scope_text(filters, EN, scope)
    is_left_out = name_of("dimension", name, EN) in unfiltered_text(filters, EN, scope)
    assert is_named != is_left_out


ASK_EVERY_QUERY = """
    import json, sys
    import duckdb
    from cxdata.models import DIMENSIONS, FILTERS, Filters
    from cxdata.store.query import SQL_FOLDER, run_query, sql_parameters, sql_counted
    from cxdata.store.filtering import filter_values

    def told(error):
        return f"{error} {error.__cause__}"

    chosen = Filters(**{DIMENSIONS[0]: ("North",)})
    con, errors = duckdb.connect(sys.argv[1], read_only=True), {}
    for path in sorted(SQL_FOLDER.glob("*.sql")):
        name = path.stem
        if name.startswith("rebuild_") or not sql_counted(name):
            continue
        more = dict.fromkeys(sql_parameters(name) - filter_values(Filters()).keys())
        try:
            run_query(con, name, more, chosen)
            errors[name] = None
        except Exception as error:
            errors[name] = told(error)
    con.close()
    from cxdata.store.connection import Store
    try:
        Store.open(sys.argv[2])
        errors["opening a new store"] = None
    except Exception as error:
        errors["opening a new store"] = told(error)
    print(json.dumps(errors))
"""


@pytest.mark.parametrize("is_added", [True, False])
def test_a_dimension_added_to_the_model_alone_stops_every_filtered_query(
    tmp_path: Path, is_added: bool
) -> None:
    """Without a column behind it, a filter by it must never give the figure of everybody."""
    Store.open(tmp_path / "cx.duckdb").close()
    shutil.copytree(PROJECT / "cxdata", tmp_path / "cxdata")
    models = tmp_path / "cxdata" / "models.py"
    text = models.read_text("utf-8")
    if is_added:
        text = text.replace("BuiltInDimension = Literal[", 'BuiltInDimension = Literal["planted", ')
        field = "    segment: tuple[str, ...] = ()\n"
        text = text.replace(field, f"    planted: tuple[str, ...] = ()\n{field}")
    models.write_text(text, "utf-8")
    told = subprocess.run(
        [
            *(sys.executable, "-c", dedent(ASK_EVERY_QUERY)),
            *(str(tmp_path / "cx.duckdb"), str(tmp_path / "new.duckdb")),
        ],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    errors: dict[str, str | None] = json.loads(told.stdout)
    assert errors.keys() == {*FILTERED, "opening a new store"}
    for name, error in errors.items():
        assert ("planted" in (error or "")) == is_added, f"{name}: {error}"
