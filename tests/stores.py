"""Stores and extracts for the tests of pages and browser."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Unpack

import polars as pl
import pytest

from cxdata.ingest import import_file
from cxdata.ingest.choices import Choices
from cxdata.ingest.reading import parquet
from cxdata.models import ImportReport, Kind
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days

SAMPLE_FOLDER = Path(__file__).parents[1] / "sample_data"
# In the order that gives answers and contacts their customers' segments.
SAMPLE_EXTRACTS: dict[str, Kind] = {
    "clients.csv": "customers",
    "responses.parquet": "responses",
    "contacts.parquet": "contacts",
    "assessments.xlsx": "assessments",
}
LONGEST_IMPORT_SECONDS = 300
MIDDAY = datetime(2026, 6, 15, 12)

# Texts that a page would do something with, if it took them for more than text.
HOSTILE_TEXTS = {
    "html": "<img src=x onerror=alert(1)> <b>bold</b>",
    "markdown": "**strong** [click](javascript:alert(1)) ![pic](x.png)",
    "formula": "=1+1",
    "mathematics": "$x$ and $y$",
    "colour": ":red[x] :material/warning: :smile:",
    "address": "https://example.com/a and www.example.com",
    "mail": "someone@example.com",
    "entity": "&lt;i&gt; & 'it' \"too\"",
    "template": "{n} %{x} {0}",
    "code": "`code` # heading",
    "icons": ":material_home: :streamlit: :+1: :heart: 9:30:00",
    "arrows": "a -> b <- c <-> d -- e >= f <= g ~= h",
    "badge": ":red-badge[x] :small[y] :color[z]{foreground=red} :help[w]",
    "other separator": "Great;=1+1;x,＝1+1|@x",
}


def shared_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample extracts, imported by one process of a test run and copied by the
    others; for the process alone."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made = run / "sample-made"
    try:
        (run / "sample-begun").touch(exist_ok=False)
    except FileExistsError:
        until = time.monotonic() + LONGEST_IMPORT_SECONDS
        while not made.exists():
            assert time.monotonic() < until, "the process that imports the sample is gone"
            time.sleep(0.1)
    else:
        unfinished = run / "sample-unfinished"
        unfinished.mkdir()
        import_sample(unfinished / "sample.duckdb")
        unfinished.rename(made)
    return shutil.copytree(made, own / "sample") / "sample.duckdb"


def import_sample(path: Path) -> None:
    """A store at ``path`` with the sample extracts, imported as a user would; then closed."""
    store = Store.open(path)
    for name, kind in SAMPLE_EXTRACTS.items():
        report = import_file(store, SAMPLE_FOLDER / name, kind=kind)
        assert report.refused_count == 0, report
    store.close()


def add(
    store: Store, rows: Iterable[dict[str, object]], kind: Kind, **choices: Unpack[Choices]
) -> ImportReport:
    """Import rows of one kind, given by the store's own field names.

    The file was written here just now, so no process of its own tries it out first: that would
    be two thirds of the time.
    """
    file = BytesIO()
    pl.DataFrame(list(rows), infer_schema_length=None).write_parquet(file)
    content, name = file.getvalue(), f"{kind}.parquet"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "_try_out", lambda *_: None)
        report = import_file(store, content, file_name=name, kind=kind, **choices)
    assert report.refused_count == 0, report
    return report


def withhold_nothing(store: Store) -> None:
    """For what is counted right down to one case: no group is too small to show."""
    store.change_settings({"answers.minimum_count": 1})


def answers(scores: Iterable[int], **texts: object) -> list[dict[str, object]]:
    """One answer per score, a minute apart, all of one day."""
    return [
        {"responded_at": MIDDAY + timedelta(minutes=minute), "nps_score": score, **texts}
        for minute, score in enumerate(scores)
    ]


def calls(waits: Iterable[int], **texts: object) -> list[dict[str, object]]:
    """One call per wait in seconds, a minute apart, all of one day."""
    return [
        {
            "contact_id": f"call {minute}",
            "channel": "call",
            "opened_at": MIDDAY + timedelta(minutes=minute),
            "first_response_at": MIDDAY + timedelta(minutes=minute, seconds=wait),
            **texts,
        }
        for minute, wait in enumerate(waits)
    ]


def customers(count: int, lost_count: int = 0, **texts: object) -> list[dict[str, object]]:
    """Customers since 2020, the first of them lost in 2026, with a revenue of 1,000 each."""
    return [
        {
            "customer_id": f"C{number}",
            "started_on": date(2020, 1, 1),
            "ended_on": date(2026, 3, 1) if number < lost_count else None,
            "annual_revenue_amount": 1000,
            **texts,
        }
        for number in range(count)
    ]


def add_classes(
    store: Store,
    day: date,
    classes: tuple[int, int, int],
    *,
    survey: str = "relationship",
    segment: str | None = "home",
    region: str | None = None,
) -> None:
    """Answers of one day: a 0, 7 or 10 for each of so many detractors, passives, promoters."""
    scores = [score for score, n in zip((0, 7, 10), classes, strict=True) for _ in range(n)]
    with store.transaction() as con:
        con.execute(
            """insert into response_versions (response_id, responded_at, responded_on, survey,
                nps_score, segment, region, batch_id, content_hash, is_current)
            select uuid()::varchar, $day::timestamp, $day, $survey, score, $segment, $region, 1, 0,
                true
            from (select unnest($scores) as score)""",
            {"day": day, "survey": survey, "segment": segment, "region": region, "scores": scores},
        )
        rebuild_days(con, store.settings_history, ["responses"])


def add_contact_facts(
    store: Store, *rows: dict[str, object], extracted_at: datetime | None = None
) -> None:
    """Contacts straight into the store: what a row doesn't say is not known.

    ``answered``, ``abandoned`` and ``resolved`` are seconds after ``opened_at``; the day is that
    of UTC unless ``opened_on`` is given.
    """
    moments = {"answered": "first_response_at", "abandoned": "abandoned_at"}
    with store.transaction() as con:
        (batch_id,) = con.execute("select nextval('batch_ids')").fetchall()[0]
        con.execute(
            """insert into batches (batch_id, file_name, sha256, kind, loaded_at, extracted_at,
                mapping, row_count, accepted_count, corrected_count, replaced_count,
                refused_count, duplicate_count)
            values ($id, 'c.csv', '', 'contacts', now()::timestamp, $at, '{}', 1, 1, 0, 0, 0, 0)""",
            {"id": batch_id, "at": extracted_at},
        )
        for place, row in enumerate(rows):
            opened_at = row.get("opened_at", MIDDAY)
            assert isinstance(opened_at, datetime)
            known: dict[str, object] = {
                "contact_id": f"{batch_id}-{place:05}",
                "channel": "call",
                "initiated_by": "customer",
                "opened_on": opened_at.date(),
                "batch_id": batch_id,
                "content_hash": 0,
                "is_current": True,
                **row,
                "opened_at": opened_at,
            }
            for name, column in {**moments, "resolved": "resolved_at"}.items():
                seconds = known.pop(name, None)
                if isinstance(seconds, int | float):
                    known[column] = opened_at + timedelta(seconds=seconds)
            names = ", ".join(known)
            con.execute(
                f"insert into contact_versions ({names}) values ({', '.join(['?'] * len(known))})",
                list(known.values()),
            )
        rebuild_days(con, store.settings_history, ["contacts"])
