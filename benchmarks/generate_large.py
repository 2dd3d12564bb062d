"""A store of 1,000,000 answers and 5,000,000 contacts, for the benchmarks.

    python benchmarks/generate_large.py [STORE] [--answers N] [--contacts N] [--customers N]

Written straight into the tables, without the import: evenly spread over 36 months and drawn by
a hash, so it is the same at each run and means nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from cxdata.models import KINDS, Kind  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402
from cxdata.store.days import rebuild_days  # noqa: E402
from cxdata.store.marks import mark_batch  # noqa: E402

# Every column is drawn from its own hash of the row number and a letter.
DRAWS = """
create temp macro drawn(number, letter, choices) as
    choices[1 + cast(hash(number, letter) % len(choices) as integer)];
create temp macro share(number, letter) as
    cast(hash(number, letter) % 1000000 as double) / 1000000;
create temp macro segment_of(customer) as
    drawn(customer, 's', ['Consumer', 'Consumer', 'Consumer', 'Small business', 'Key account']);
create temp macro region_of(customer) as
    drawn(customer, 'r', ['Nord', 'Ouest', 'Sud', 'Île-de-France', 'Wallonie', 'Flandre']);
create temp macro product_of(customer) as
    drawn(customer, 'p', ['Heating', 'Kitchen', 'Laundry', 'Service plan']);
create temp macro journey_of(number) as
    drawn(number, 'j', ['Purchase', 'Delivery', 'Installation', 'Repair', 'Billing', 'Renewal']);
create temp macro moment_of(number, count) as
    timestamp '2023-07-01' + to_seconds(cast(number * 94694400.0 / count as bigint));
"""
CUSTOMERS = """
insert into customer_versions (
    customer_id, name, segment, region, product, is_strategic, owner_email, started_on, ended_on,
    end_reason, annual_revenue_amount, batch_id, content_hash, is_current
)
select 'c' || i, 'Customer ' || i, segment_of(i), region_of(i), product_of(i), i % 50 = 0,
    'owner' || (i % 40) || '@example.com',
    date '2015-01-01' + cast(share(i, 'b') * 3000 as integer),
    case when share(i, 'e') < 0.25
        then date '2023-07-15' + cast(share(i, 'f') * 1070 as integer) end,
    case when share(i, 'e') < 0.25 then 'Prix' end,
    100 + round(share(i, 'v') * 900, 2), $batch, i, true
from range($count) as numbers(i)
"""
ANSWERS = """
insert into response_versions (
    response_id, customer_id, responded_at, responded_on, survey, journey, channel, nps_score,
    csat_score, ces_score, ces_scale, comment, language, segment, region, product, batch_id,
    content_hash, is_current
)
select 'r' || i, 'c' || customer, moment, cast(moment as date),
    drawn(i, 'u', ['relationship', 'transactional', 'transactional']), journey_of(i),
    drawn(i, 'c', ['call', 'call', 'email', 'chat', 'social']),
    drawn(i, 'n', [10, 10, 10, 9, 9, 9, 8, 8, 8, 7, 7, 6, 5, 4, 2, 0]),
    least(5, 1 + cast(share(i, 't') * 4.9 as integer)),
    least(5, 1 + cast(share(i, 'f') * 4.9 as integer)), 5,
    null, 'fr', segment_of(customer), region_of(customer), product_of(customer), $batch, i, true
from (
    select i, hash(i, 'who') % $customers as customer, moment_of(i, $count) as moment
    from range($count) as numbers(i)
)
"""
CONTACTS = """
insert into contact_versions (
    contact_id, customer_id, channel, journey, reason, initiated_by, opened_at, opened_on,
    first_response_at, abandoned_at, resolved_at, segment, region, product, batch_id,
    content_hash, is_current
)
select 'k' || i, 'c' || customer, channel, journey_of(i),
    drawn(i, 'why', ['information', 'delay', 'invoice', 'breakdown']),
    drawn(i, 'b', ['customer', 'customer', 'customer', 'customer', 'company', 'automatic']),
    moment, cast(moment as date),
    case when fate < 0.93
        then moment + to_seconds(cast(patience * -ln(1 - share(i, 'w')) as bigint)) end,
    case when fate between 0.93 and 0.99 then moment + to_seconds(cast(patience as bigint)) end,
    case when fate < 0.93 then moment + to_seconds(cast(patience * 20 as bigint)) end,
    segment_of(customer), region_of(customer), product_of(customer), $batch, i, true
from (
    select i, hash(i, 'caller') % $customers as customer, moment_of(i, $count) as moment,
        share(i, 'fate') as fate,
        drawn(i, 'c', ['call', 'call', 'email', 'chat', 'social']) as channel,
        case channel when 'call' then 60 when 'email' then 40000 when 'chat' then 30 else 9000 end
            as patience
    from range($count) as numbers(i)
)
"""


BATCH = """
insert into batches (
    batch_id, file_name, sha256, kind, loaded_at, mapping, row_count, accepted_count,
    corrected_count, replaced_count, refused_count, duplicate_count
)
values (
    $batch, 'generated', sha256($kind), $kind, timestamp '2026-07-01', '{}', $count, $count,
    0, 0, 0, 0
)
"""


def generate(path: Path, answer_count: int, contact_count: int, customer_count: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    store = Store.open(path)
    with store.transaction() as con:
        con.execute(DRAWS)
        rows: dict[Kind, tuple[str, int]] = {
            "customers": (CUSTOMERS, customer_count),
            "responses": (ANSWERS, answer_count),
            "contacts": (CONTACTS, contact_count),
        }
        for kind, (statement, count) in rows.items():
            (batch,) = con.execute("select nextval('batch_ids')").fetchall()[0]
            con.execute(BATCH, {"batch": batch, "kind": kind, "count": count})
            among = {} if kind == "customers" else {"customers": customer_count}
            con.execute(statement, {"count": count, "batch": batch, **among})
            mark_batch(con, batch)
            con.execute("update store_info set data_version = data_version + 1")
        rebuild_days(con, store.settings_history, KINDS)
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Make a large store for the benchmarks.")
    parser.add_argument("store", type=Path, nargs="?", default="data/benchmarks/large.duckdb")
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--contacts", type=int, default=5_000_000)
    parser.add_argument("--customers", type=int, default=200_000)
    options = parser.parse_args()
    if options.store.exists():
        raise SystemExit(f"{options.store} is already there")
    began = time.perf_counter()
    generate(options.store, options.answers, options.contacts, options.customers)
    print(f"{options.store}: {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
