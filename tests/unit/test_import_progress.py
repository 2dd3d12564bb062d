"""Long imports say how far they are, and can be ended at any moment with nothing stored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cxdata.config import load_settings
from cxdata.errors import ImportRefused
from cxdata.ingest import check_store, import_file, progress
from cxdata.ingest.progress import Watch, in_time
from cxdata.store.connection import Store

LIMITS = load_settings().imports
FILE = b"response_id,responded_at,nps_score,comment\n" + b"".join(
    b"R%d,2026-01-05 10:00:00,%d,late again\n" % (n, n % 11) for n in range(500)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


class Cancelled(Exception):
    """What a page raises when somebody presses its button."""


@pytest.mark.parametrize("stage", ["reading", "validating", "storing", "counting"])
def test_an_import_that_is_cancelled_leaves_the_store_as_it_was(store: Store, stage: str) -> None:
    def say(current: str, done: float) -> None:
        if current == stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        import_file(store, FILE, on_progress=say)
    assert check_store(store) == []
    with store.cursor() as con:
        assert con.execute("select count(*) from response_versions").fetchall() == [(0,)]
    assert import_file(store, FILE).accepted_count == 500


def test_an_import_that_takes_too_long_is_ended_with_a_sentence() -> None:
    say = in_time(lambda stage, done: None, replace(LIMITS, time_limit_seconds=-1))
    with pytest.raises(ImportRefused, match="The import took longer than -1 seconds and was ended"):
        say("reading", 0.0)
    in_time(lambda stage, done: None, LIMITS)("reading", 0.0)


def test_a_long_statement_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "WATCH_SECONDS", 0.05)
    con = duckdb.connect()
    calls: list[float] = []

    def say(stage: str, done: float) -> None:
        calls.append(done)
        if len(calls) == 3:
            raise Cancelled

    began = time.monotonic()
    with pytest.raises(Cancelled):
        Watch(con, say).run(
            "storing",
            lambda: con.execute(
                "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"
            ).fetchall(),
        )
    assert time.monotonic() - began < 10
    assert con.execute("select 1").fetchall() == [(1,)]


def test_work_between_statements_ends_at_its_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "WATCH_SECONDS", 0.01)
    steps: list[int] = []

    def say(stage: str, done: float) -> None:
        if done:
            raise Cancelled

    watch = Watch(duckdb.connect(), say)

    def work() -> None:
        for number in range(1, 1000):
            watch.step(number / 1000)
            steps.append(number)
            time.sleep(0.01)

    with pytest.raises(Cancelled):
        watch.run("storing", work)
    assert len(steps) < 100
