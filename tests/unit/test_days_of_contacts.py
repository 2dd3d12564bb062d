"""Counts of contacts: what an import or an undo counts again is what counting all would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest

from cxdata.ingest import undo_batch
from cxdata.ingest.importing import import_file
from cxdata.ingest.soundness.counts import count_problems
from cxdata.store import touched
from cxdata.store.connection import Store
from tests.stores import add

START = datetime(2026, 1, 5, 6)
STRATEGIC = {
    "channel": "email", "audience": "strategic", "value": "yes", "favourable_seconds": 7200,
}  # fmt: skip
FATES = ("answered", "answered", "given up", "waiting")
Contact = dict[str, object]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def contact(number: int, at: datetime, draw: Random, fates: Sequence[str] = FATES) -> Contact:
    """Of few customers who ask few things; it waits, was answered or given up, and is resolved or
    not. Some companies' channels are never resolved."""
    answered = at + timedelta(seconds=draw.choice((5, 3600, 200_000)))
    fate = draw.choice(fates)
    channel = draw.choice(("call", "email", "chat"))
    is_resolved = fate == "answered" and channel != "chat" and draw.random() < 0.7
    return {
        "contact_id": str(number),
        "opened_at": at,
        "channel": channel,
        "customer_id": draw.choice(("A", "B", None)),
        "journey": draw.choice(("Buying", "Repair")),
        "reason": draw.choice(("broken", "late", None)),
        "initiated_by": draw.choice(("customer", "customer", "company")),
        "first_response_at": answered if fate == "answered" else None,
        "abandoned_at": answered if fate == "given up" else None,
        "resolved_at": answered if is_resolved else None,
    }


def extract(draw: Random) -> list[Contact]:
    """Contacts of some days of four months, new ones and ones that were there before; at times all
    of them wait, so that a file says nothing of them but that it could tell."""
    fates = draw.choice((FATES, FATES, ("waiting",)))
    first = START + timedelta(days=draw.randrange(120))
    rows = {
        number: contact(number, first + timedelta(hours=draw.randrange(60)), draw, fates)
        for number in draw.sample(range(60), draw.randint(3, 12))
    }
    return list(rows.values())


def take(store: Store, rows: list[Contact], name: str, draw: Random) -> int | None:
    """Import them from a file that says when contacts were answered and resolved, or doesn't, with
    or without a time."""
    left_out = draw.choice(((), (), ("first_response_at",), ("resolved_at",)))
    frame = pl.DataFrame(rows, infer_schema_length=None).drop(left_out)
    if draw.random() < 0.2:
        frame = frame.with_columns(pl.col(pl.Datetime).dt.date())
    told_at = max(
        value for row in rows for value in row.values() if isinstance(value, datetime)
    ) + timedelta(days=draw.choice((0, 1, 20, 100)))
    report = import_file(
        store,
        frame.write_csv().encode(),
        file_name=name,
        kind="contacts",
        extracted_at=told_at if draw.random() < 0.6 else None,
        same_id="replace",
        empty_cells=draw.choice(("keep", "clear")),
        accept_refusals=True,
        waits="unknown",
        time_zone="UTC",
    )
    return report.batch_id


def take_customers(store: Store, draw: Random) -> int | None:
    """Who gives contacts their region, and strategic accounts a standard of their own."""
    rows = [
        {
            "customer_id": name,
            "region": draw.choice(("Nord", "Sud", None)),
            "is_strategic": draw.random() < 0.5,
            "started_on": date(2020, 1, draw.randint(1, 28)),
        }
        for name in draw.sample("AB", draw.randint(1, 2))
    ]
    return add(store, rows, "customers", extracted_at=START, empty_cells="keep").batch_id


@pytest.mark.parametrize("seed", range(1))
def test_after_any_imports_and_undos_all_counts_are_those_of_a_full_recount(
    store: Store, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In slices of a few contacts, as large stores are counted."""
    monkeypatch.setattr(touched, "SLICE_CONTACTS", 30)
    store.change_settings({"response_time_overrides": [STRATEGIC]})
    draw = Random(seed)
    standing: list[int] = []
    sent: list[list[Contact]] = []
    for step in range(6):
        if standing and draw.random() < 0.35:
            undo_batch(store, standing.pop(draw.randrange(len(standing))))
        else:
            if draw.random() < 0.3:
                batch_id = take_customers(store, draw)
            else:
                # Rows that are known already, in a file that may tell more or less than theirs.
                is_known = bool(sent) and draw.random() < 0.4
                sent.append(draw.choice(sent) if is_known else extract(draw))
                batch_id = take(store, sent[-1], f"{step}.csv", draw)
            standing += [] if batch_id is None else [batch_id]
        assert count_problems(store) == [], step


def test_only_days_near_the_touched_ones_are_counted_again(store: Store) -> None:
    """What was written into far days stays, near ones are what they have to be; after a customer
    without an open dimension no day is counted again."""
    rows = [
        {"contact_id": str(day), "channel": "call", "customer_id": "A", "region": "Nord",
         "opened_at": START + timedelta(days=day)}
        for day in range(0, 60, 5)
    ]  # fmt: skip
    add(store, rows, "contacts", extracted_at=START + timedelta(days=90))
    told_days = "update contact_days set contact_count = 77"
    with store.transaction() as con:
        con.execute(told_days)

    def counts() -> list[int]:
        with store.cursor() as con:
            found = con.sql("select contact_count from contact_days order by opened_on").fetchall()
        return [count for (count,) in found]

    new = {**rows[6], "contact_id": "new"}
    batch_id = add(store, [new], "contacts", extracted_at=START + timedelta(days=90)).batch_id
    assert counts() == [77] * 5 + [1, 2, 1] + [77] * 4
    with store.transaction() as con:
        con.execute(told_days)
    assert batch_id is not None
    undo_batch(store, batch_id)
    assert counts() == [77] * 5 + [1, 1, 1] + [77] * 4
    add(store, [{"customer_id": "A", "started_on": date(2020, 1, 1)}], "customers")
    assert counts() == [77] * 5 + [1, 1, 1] + [77] * 4
