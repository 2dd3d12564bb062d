"""How long the response times of 1 million contacts take to count, beside a bare count.

    python benchmarks/response_times.py [--store FILE] [--rounds N]

A store that isn't there is made first: 1 million contacts, 200,000 answers. Each figure is the
median of the rounds: time, CPU time, and the latter as a multiple of that of a bare count over
the same rows in the same run. The clock alone is measured on 1 million emails: open seconds
between two moments, and the moment at which a business day has passed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.generate_large import generate  # noqa: E402
from cxdata.metrics.response_time.backlog import backlog, backlog_contacts  # noqa: E402
from cxdata.metrics.response_time.compliance import (  # noqa: E402
    compliance_by,
    compliance_by_channel,
    compliance_trend,
)
from cxdata.metrics.response_time.contact_hours import missed_by_hour, worst_hours  # noqa: E402
from cxdata.metrics.response_time.contact_mix import compliance_by_reason, journey_channels  # noqa: E402
from cxdata.metrics.response_time.contacts_behind import ContactChoice, contacts_behind  # noqa: E402
from cxdata.metrics.response_time.returns import returns_by, returns_summary  # noqa: E402
from cxdata.metrics.response_time.wait_effects import leaving_by_wait, scores_by_wait  # noqa: E402
from cxdata.metrics.response_time.waits import wait_distribution  # noqa: E402
from cxdata.models import Filters, Period  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402
from cxdata.store.days import DAY_TABLES, counting_parameters  # noqa: E402
from cxdata.store.query import run_statement  # noqa: E402
from cxdata.store.touched import whole_slice  # noqa: E402

CONTACT_COUNT, ANSWER_COUNT, CUSTOMER_COUNT = 1_000_000, 200_000, 200_000
TABLES = [table for table, kinds in DAY_TABLES.items() if "contacts" in kinds]
BARE_COUNT = "select channel, count(*) from contacts group by channel"
# The same contacts, all of them emails: a day's wait, and the end of nine open hours.
EMAILS = """
create or replace temp table emails as
select opened_at, opened_at + to_seconds(cast(hash(contact_id) % 400000 as bigint)) as until_at
from contacts
"""
OPEN_SECONDS = """
select sum(
    closing.seconds_before + case when closing.is_open
        then date_diff('second', closing.from_at, emails.until_at) else 0 end
    - opening.seconds_before - case when opening.is_open
        then date_diff('second', opening.from_at, emails.opened_at) else 0 end
)
from emails
join clock_spans as opening
    on opening.clock = 'business' and cast(emails.opened_at as date) = opening.day
    and emails.opened_at >= opening.from_at and emails.opened_at < opening.until_at
join clock_spans as closing
    on closing.clock = 'business' and cast(emails.until_at as date) = closing.day
    and emails.until_at >= closing.from_at and emails.until_at < closing.until_at
"""
DEADLINES = """
with started as (
    select
        opening.seconds_before + case when opening.is_open
            then date_diff('second', opening.from_at, emails.opened_at) else 0 end + 32400 as target
    from emails
    join clock_spans as opening
        on opening.clock = 'business' and cast(emails.opened_at as date) = opening.day
        and emails.opened_at >= opening.from_at and emails.opened_at < opening.until_at
),
open_spans as (
    select from_at, seconds_before from clock_spans where clock = 'business' and is_open
)
select max(span.from_at + to_seconds(cast(started.target - span.seconds_before as bigint)))
from started
asof join open_spans as span on started.target > span.seconds_before
"""


class Taken(NamedTuple):
    """Medians, in seconds. Others on the machine lengthen the time, hardly the CPU's share."""

    elapsed: float
    cpu: float


def median_taken(rounds: int, call: Callable[[], object]) -> Taken:
    taken = []
    for _ in range(rounds):
        began, cpu_began = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - began, time.process_time() - cpu_began))
    return Taken(*(statistics.median(each) for each in zip(*taken, strict=True)))


def tell(name: str, taken: Taken, bare: Taken) -> None:
    ratio = taken.cpu / bare.cpu
    print(f"{taken.elapsed:8.3f} s {taken.cpu:8.3f} s of CPU {ratio:6.0f} ×  {name}", flush=True)


def metrics(store: Store) -> dict[str, Callable[[], object]]:
    filters = Filters(period=Period(date(2023, 7, 1), date(2026, 6, 30)))
    return {
        "compliance by channel": lambda: compliance_by_channel(store, filters),
        "trend by month": lambda: compliance_trend(store, filters),
        "by segment": lambda: compliance_by(store, filters, "segment"),
        "by reason": lambda: compliance_by_reason(store, filters),
        "journey by channel": lambda: journey_channels(store, filters),
        "hours and the worst of them": lambda: worst_hours(missed_by_hour(store, filters)),
        "distribution of waits": lambda: wait_distribution(store, filters),
        "backlog": lambda: backlog(store, filters),
        "backlog, 500 contacts": lambda: backlog_contacts(store, filters),
        "returns": lambda: returns_summary(store, filters),
        "returns by reason": lambda: returns_by(store, filters, "reason"),
        "scores by wait": lambda: scores_by_wait(store, filters),
        "leaving by wait": lambda: leaving_by_wait(store, filters),
        "500 contacts behind": lambda: contacts_behind(
            store, filters, ContactChoice(status="missed")
        ),
    }


def counting(con: duckdb.DuckDBPyConnection, store: Store) -> dict[str, Callable[[], object]]:
    days = [day for (day,) in con.sql("select distinct opened_on from contacts").fetchall()]
    parameters = counting_parameters(store.settings, (), part=whole_slice(days))

    def filled(table: str) -> Callable[[], object]:
        def fill() -> None:
            con.execute(f"delete from {table}")
            run_statement(con, f"rebuild_{table}", parameters)

        return fill

    return {f"fill {table}": filled(table) for table in TABLES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--store", type=Path, default=Path("data/benchmarks/contacts.duckdb"))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not options.store.exists():
        generate(options.store, ANSWER_COUNT, CONTACT_COUNT, CUSTOMER_COUNT)
    store = Store.open(options.store)
    with store.cursor() as con:
        con.execute(EMAILS)
        bare = median_taken(9 * options.rounds, lambda: con.sql(BARE_COUNT).fetchall())
        tell("bare count by channel", bare, bare)
        clock = {"open seconds": OPEN_SECONDS, "deadlines": DEADLINES}
        steps: dict[str, Callable[[], object]] = {
            f"clock alone, {name}": lambda sql=sql: con.sql(sql).fetchall()  # type: ignore[misc]
            for name, sql in clock.items()
        }
        con.begin()  # what is filled again for the measurement is not kept
        for name, call in {**steps, **counting(con, store)}.items():
            tell(name, median_taken(options.rounds, call), bare)
        con.rollback()
    for name, call in metrics(store).items():
        tell(name, median_taken(options.rounds, call), bare)
    store.close()


if __name__ == "__main__":
    main()
