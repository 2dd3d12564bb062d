"""The order in which files come doesn't matter, and an undo takes back what customers gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from cxdata.ingest.soundness.counts import count_problems
from cxdata.ingest.storing.batches import undo_batch
from cxdata.models import ImportReport, Kind
from cxdata.store.connection import Store
from cxdata.store.days import DAY_TABLES
from tests.stores import add

KINDS: tuple[Kind, ...] = ("customers", "responses", "contacts")
AGENCY = {"own_dimensions.own_1": "Agency"}
MAY = datetime(2026, 5, 4, 12)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    opened.change_settings(AGENCY)
    yield opened
    opened.close()


def rows_of(kind: Kind) -> list[dict[str, object]]:
    """Forty customers, an answer and a contact of each, half of which say their own segment."""
    if kind == "customers":
        return clients(("Gold", "Silver"))
    own = {number: "Own" if number % 4 == 0 else None for number in range(40)}
    if kind == "responses":
        return [
            {
                "response_id": f"R{number}",
                "customer_id": f"C{number}",
                "responded_at": MAY + timedelta(days=number % 20),
                "nps_score": number % 11,
                "segment": segment,
                "comment": "late delivery",
                "language": "en",
            }
            for number, segment in own.items()
        ]
    return [
        {
            "contact_id": f"T{number}",
            "customer_id": f"C{number}",
            "channel": "call",
            "opened_at": MAY + timedelta(days=number % 20),
            "first_response_at": MAY + timedelta(days=number % 20, seconds=number * 10),
            "segment": segment,
        }
        for number, segment in own.items()
    ]


def clients(segments: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "customer_id": f"C{number}",
            "started_on": date(2020, 1, 1),
            "ended_on": date(2026, 5, 30) if number < 6 else None,
            "segment": segments[number % len(segments)],
            "Agency": ("Lyon", "Lille")[number % 2],
            "region": "North" if number < 20 else None,
            "annual_revenue_amount": 100.0 * number,
        }
        for number in range(40)
    ]


def add_all(store: Store, kinds: Sequence[Kind]) -> dict[Kind, ImportReport]:
    return {kind: add(store, rows_of(kind), kind) for kind in kinds}


def counted(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that figures are made of, whatever the numbers of the batches."""
    left_out = {"customers_known": ["batch_id"], "contact_outcomes": ["standard_id"]}
    with store.cursor() as con:
        return {
            table: sorted(
                con.sql(f"from {table}").pl().drop(left_out.get(table, [])).rows(), key=repr
            )
            for table in DAY_TABLES
        }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    opened = Store.open(tmp_path_factory.mktemp("order") / "cx.duckdb")
    opened.change_settings(AGENCY)
    add_all(opened, KINDS)
    found = counted(opened)
    opened.close()
    return found


@pytest.mark.parametrize("kinds", list(permutations(KINDS))[1:], ids="-".join)
def test_all_orders_of_three_files_count_alike(
    store: Store, kinds: tuple[Kind, ...], expected: dict[str, list[tuple[object, ...]]]
) -> None:
    add_all(store, kinds)
    assert counted(store) == expected
    assert count_problems(store) == []


def test_a_figure_by_segment_has_the_customers_segments(
    store: Store, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    add_all(store, ("responses", "contacts", "customers"))
    for table in ("answer_days", "contact_days"):
        with store.cursor() as con:
            counts = con.sql(
                f"select segment, count(*) as n from {table} group by segment order by segment"
            ).pl()
        assert counts["segment"].to_list() == ["Gold", "Own", "Silver"]


def test_the_report_says_how_many_took_something(store: Store) -> None:
    add_all(store, ("responses", "contacts"))
    bare = [{**row, "Agency": None} for row in rows_of("customers")]
    report = add(store, bare, "customers")
    (note,) = [it for it in report.notes if "came before take" in it]
    # 30 leave their segment open; of the 10 others, those of the first 20 their region.
    assert note.values == {"answers": 35, "contacts": 35}
    again = add(store, [{**row, "name": "A"} for row in clients(("Gold",))], "customers")
    assert not [it for it in again.notes if "came before take" in it]


def test_an_undo_of_the_customers_takes_it_back_exactly(store: Store) -> None:
    add_all(store, ("responses", "contacts"))
    before = counted(store)
    report = add(store, rows_of("customers"), "customers")
    assert counted(store) != before
    assert report.batch_id is not None
    undo_batch(store, report.batch_id)
    assert counted(store) == before


def test_an_undo_takes_it_back_from_what_came_later_too(store: Store) -> None:
    reports = add_all(store, KINDS)
    batch_id = reports["customers"].batch_id
    assert batch_id is not None
    undo_batch(store, batch_id)
    with store.cursor() as con:
        segments = con.sql("select distinct segment from responses order by 1").pl()
    assert segments["segment"].to_list() == ["Own", None]
    assert count_problems(store) == []


def segments_of(store: Store, table: str) -> list[tuple[object, ...]]:
    with store.cursor() as con:
        found: pl.DataFrame = con.sql(
            f"""select segment, count(*) as n from {table} where segment <> 'Own'
            group by segment order by segment"""
        ).pl()
    return found.rows()


def test_answers_have_the_segment_of_their_own_day_whatever_came_first(store: Store) -> None:
    """Who moved to another segment after answering answered in the one before."""
    add(store, rows_of("responses"), "responses")
    add(store, clients(("Silver",)), "customers", extract_date=date(2026, 6, 30))
    assert segments_of(store, "responses") == [("Silver", 30)]
    # the earlier list comes last: it isn't the current one, but that of the days before
    earlier = add(store, clients(("Gold",)), "customers", extract_date=date(2026, 5, 10))
    assert earlier.batch_id is not None
    assert segments_of(store, "responses") == [("Gold", 30)]
    assert count_problems(store) == []
    undo_batch(store, earlier.batch_id)
    assert segments_of(store, "responses") == [("Silver", 30)]


@pytest.mark.parametrize("comes_first", [True, False])
def test_the_firms_own_dimensions_come_with_the_customers_too(
    store: Store, comes_first: bool
) -> None:
    said = [{**row, "Agency": "Paris"} for row in rows_of("responses")[:8]]
    kept = rows_of("responses")[8:]
    if comes_first:
        add_all(store, ("customers",))
    hashes = "select response_id, content_hash from response_versions order by 1"
    add(store, kept, "responses")
    with store.cursor() as con:
        before = con.sql(hashes).fetchall()
    add(store, said, "responses")
    if not comes_first:
        add_all(store, ("customers",))
    with store.cursor() as con:
        found = con.sql("select own_1, count(*) from responses group by 1 order by 1").fetchall()
        assert set(before) < set(con.sql(hashes).fetchall())
        counted_by = con.sql(
            "select own_1, sum(answer_count) from answer_days group by 1 order by 1"
        ).fetchall()
    assert found == [("Lille", 16), ("Lyon", 16), ("Paris", 8)]
    assert [(name, int(count)) for name, count in counted_by] == found


def test_what_a_later_list_says_first_holds_from_the_beginning_on(store: Store) -> None:
    """A dimension that is named later, and the same customers again, reach what came before."""
    bare = [{**row, "Agency": None, "region": None} for row in clients(("Gold",))]
    add(store, bare, "customers")
    add_all(store, ("responses", "contacts"))
    again = add(store, clients(("Gold",)), "customers")
    assert again.batch_id is not None
    own = "select own_1, count(*) from {} group by 1 order by 1"
    with store.cursor() as con:
        for table in ("responses", "contacts"):
            assert con.sql(own.format(table)).fetchall() == [("Lille", 20), ("Lyon", 20)]
    assert count_problems(store) == []
    undo_batch(store, again.batch_id)
    with store.cursor() as con:
        assert con.sql(own.format("responses")).fetchall() == [(None, 40)]
    assert count_problems(store) == []


def test_what_a_list_empties_is_not_filled_from_later_ones(store: Store) -> None:
    add_all(store, ("responses",))
    for day, segment in ((10, "Gold"), (15, None), (30, "Silver")):
        rows = [{**row, "ended_on": None, "segment": segment} for row in clients(("Gold",))]
        add(store, rows, "customers", extract_date=date(2026, 5, day), empty_cells="clear")
    with store.cursor() as con:
        found = con.sql(
            """select responded_on, max(segment) from responses
            where segment is distinct from 'Own' group by 1 order by 1"""
        ).fetchall()
    assert {segment for day, segment in found if day < date(2026, 5, 15)} == {"Gold"}
    assert {segment for day, segment in found if day >= date(2026, 5, 15)} == {None}
