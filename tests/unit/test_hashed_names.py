"""Keyed hashes in the place of names: none is stored anywhere, and people stay themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdata.cli.importing import choices_asked, import_command
from cxdata.ingest import check_store, import_file, preview_file, undo_batch
from cxdata.ingest.choices import Choices
from cxdata.ingest.people.retention import keep_to_time
from cxdata.ingest.recognising.profiles import kept_choices, save_profile, saved_profiles
from cxdata.ingest.stand_ins import STAND_IN_FORM
from cxdata.store.connection import Store

SURNAMES = ("Quibbleworth", "Zanzibarov", "Oumkelthoum", "Vraiseptaine", "Xylandrou", "Ykkenhoff")
HEADER = "customer_id;name;owner_email;started_on;annual_revenue\n"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "cx.duckdb")
    yield store
    store.close()


def customers(revenue: int = 1000, *, is_shouted: bool = False) -> bytes:
    rows = []
    for place, surname in enumerate(SURNAMES, start=1):
        name = f"Ada {surname.upper() if is_shouted else surname}"
        owner = f"{surname.lower()}@firm.example"
        rows.append(f"C{place};{name};{owner};2024-01-0{place};{revenue}\n")
    return (HEADER + "".join(rows)).encode()


RAGGED = customers(7) + b"C9;Eve Quibbleworth;a;b;c;d;e;f;g\nC8;Bob Zanzibarov;x@y.example;soon;1\n"
ANSWERS = (
    "response_id;responded_at;nps_score;customer_id;comment\n"
    + "".join(
        f"{place};2026-01-{place + 10};9;{it.lower()}@mail.example;write to {it}@mail.example\n"
        for place, it in enumerate(SURNAMES)
    )
).encode()
ASSESSED = b"journey;level;indicator;value;assessed_on\nclaim;4;journey_ease;0.4;2026-01-05\n"
NAMES = [it.lower().encode() for it in SURNAMES]


def bytes_of(store: Store) -> bytes:
    with store.cursor() as con:
        con.execute("checkpoint")
    files = [*store.path.parent.glob(store.path.name + "*")]
    return b"".join(it.read_bytes() for it in files if it.is_file()).lower()


def cells_of(store: Store) -> str:
    """Every text of every table, whatever form the file gives them."""
    with store.cursor() as con:
        columns = con.execute(
            """select table_name, column_name from information_schema.columns
            join information_schema.tables using (table_schema, table_name)
            where data_type = 'VARCHAR' and table_type = 'BASE TABLE'"""
        ).fetchall()
        texts = [
            con.execute(f'select string_agg("{column}", chr(10)) from "{table}"').fetchall()[0][0]
            for table, column in columns
        ]
    return "\n".join(filter(None, texts)).lower()


def names_of(store: Store) -> list[tuple[Any, ...]]:
    with store.cursor() as con:
        return con.execute(
            "select customer_id, name, owner_email from customers order by customer_id"
        ).fetchall()


def test_no_name_is_stored_anywhere_and_people_stay_themselves(empty: Store) -> None:
    import_file(empty, customers(), file_name="a.csv", names="hash")
    first = names_of(empty)
    assert len({row[1] for row in first}) == len(SURNAMES)
    assert all(pl.Series(row[1:]).str.contains(f"^{STAND_IN_FORM}$").all() for row in first)

    again = import_file(empty, customers(2000, is_shouted=True), file_name="b.csv", names="hash")
    assert again.replaced_count == len(SURNAMES)
    assert names_of(empty) == first
    undo_batch(empty, int(again.batch_id or 0))
    assert names_of(empty) == first
    flawed = import_file(empty, RAGGED, file_name="c.csv", names="hash", accept_refusals=True)
    assert flawed.refused_count == 2
    import_file(empty, ANSWERS, file_name="d.csv", names="hash", kept_columns=("customer_id",))
    mapping = {"assessed_by": "=Ada Quibbleworth"}
    report = import_file(
        empty, ASSESSED, file_name="e.csv", kind="assessments", names="hash", mapping=mapping
    )
    kept = kept_choices(empty, Choices(names="hash", mapping=mapping), report.mapping)
    save_profile(empty, "p", headers=["journey"], kind="assessments", choices=kept)
    assert "hash" in saved_profiles(empty)["choices"].item()

    with empty.cursor() as con:
        answered = con.execute(
            "select count(distinct customer_id), min(comment) from responses"
        ).fetchall()[0]
        assessor = con.execute("select assessed_by from assessments").fetchall()
    assert answered == (len(SURNAMES), "write to …")
    assert assessor == [(first[0][1],)]  # the same Ada
    assert [it for it in NAMES if it.decode() in cells_of(empty)] == []
    assert [it for it in NAMES if it in bytes_of(empty)] == []
    assert check_store(empty) == []


def test_names_that_are_not_hashed_are_found_by_the_same_search(empty: Store) -> None:
    import_file(empty, customers(), file_name="a.csv")
    assert NAMES[0].decode() in cells_of(empty)
    assert NAMES[0] in bytes_of(empty)


def test_the_report_says_so_and_a_look_stores_nothing(empty: Store) -> None:
    report = import_file(empty, customers(), names="hash", dry_run=True)
    assert any("keyed hashes are stored of: name, owner_email" in it for it in report.notes)
    assert {*preview_file(empty, customers()).names} == {"name", "owner_email"}
    with empty.cursor() as con:
        assert con.execute("select count(*) from erasure_key").fetchall() == [(0,)]


def test_earlier_names_are_said_and_the_setting_replaces_them_all(empty: Store) -> None:
    import_file(empty, customers(), file_name="a.csv")
    said = import_file(empty, customers(3000), file_name="b.csv", names="hash", dry_run=True)
    assert any("as they were written: 12" in it for it in said.notes)
    import_file(empty, customers(2000), file_name="b.csv")  # an older version keeps its name, too
    empty.change_settings({"privacy.hash_names": True})
    assert keep_to_time(empty).hashed_count == 2 * len(SURNAMES)
    assert keep_to_time(empty).hashed_count == 0
    assert [it for it in NAMES if it.decode() in cells_of(empty)] == []
    assert [it for it in NAMES if it in bytes_of(empty)] == []
    assert check_store(empty) == []
    before = names_of(empty)
    report = import_file(empty, customers(2000, is_shouted=True), file_name="c.csv")
    assert (report.accepted_count, report.duplicate_count) == (0, len(SURNAMES))
    assert names_of(empty) == before


def test_each_option_of_the_command_reaches_the_import(tmp_path: Path) -> None:
    """Of what an import can be told, nothing is asked for and then forgotten."""
    words = ["x.csv", "--names", "hash", "--revenue-year", "2024", "--waits", "answered"]
    options = import_command.make_context("import", words).params
    said = choices_asked({name: it for name, it in options.items() if it is not None})
    assert {**said} | {"names": "hash", "revenue_year": "2024", "waits": "answered"} == said


@pytest.mark.parametrize("kind", ["responses", "contacts"])
def test_a_file_without_names_is_as_it_would_be(empty: Store, kind: str) -> None:
    content = {
        "responses": b"response_id,responded_at,nps_score\n1,2026-01-05,9\n",
        "contacts": b"contact_id,channel,opened_at\n1,call,2026-01-05T10:00:00Z\n",
    }[kind]
    plain, hashed = (import_file(empty, content, dry_run=True, names=it) for it in (None, "hash"))
    assert plain == hashed
