"""Makes ``version-<n>.duckdb.gz``: a store of each earlier schema version with rows in all tables.

    python tests/stores_of_old/make_stores.py 6

makes the one of version 6. Files that there are already are never made again: they stand for what
users have. Make one for each version when the next one is begun.
"""

from __future__ import annotations

import gzip
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))

from cxdata.store.expected import build_schema  # noqa: E402
from cxdata.store.opening import STORAGE_VERSION  # noqa: E402

ROWS = 3
KINDS = ("responses", "contacts", "customers")
MIDDAY = datetime(2026, 1, 5, 12)
# What a column holds where its type alone would say something impossible.
SAID: dict[str, Any] = {
    "kind": lambda number: KINDS[number],
    "batch_id": lambda number: number + 1,
    "is_current": lambda number: True,
    "survey": lambda number: "relationship",
    "channel": lambda number: "call",
    "initiated_by": lambda number: "customer",
    "ces_scale": lambda number: 5,
    "nps_score": lambda number: (0, 7, 10)[number],
    "level": lambda number: 3,
    "mapping": lambda number: "{}",
    "reason_values": lambda number: "{}",
    "setting": lambda number: "response_time.call.goal",
    "value_before": lambda number: "0.8",
    "value_after": lambda number: json.dumps((0.7, 0.75, 0.9)[number]),
    "applies_from": lambda number: None,
    "moves": lambda number: '{"rescue_rate": null}',
    "filters": lambda number: "{}",
    "figures": lambda number: "[]",
    "choices": lambda number: "{}",
    "headers": lambda number: '["a", "b"]',
    "needless_levels": lambda number: "[1]",
    "subject_kind": lambda number: "person",
    "role": lambda number: "administrator",
    "scope": lambda number: "{}",
    "status": lambda number: "open",
    "figure": lambda number: "nps",
    "level_then": lambda number: "{}",
    "facts": lambda number: "{}",
    "severity": lambda number: "normal",
    "first_response_at": lambda number: MIDDAY + timedelta(days=number, seconds=60),
    "resolved_at": lambda number: MIDDAY + timedelta(days=number, hours=1),
    "ended_on": lambda number: None,
    "undone_at": lambda number: None,
    "abandoned_at": lambda number: None,
}


def main() -> None:
    version = int(sys.argv[1])
    target = FOLDER / f"version-{version}.duckdb.gz"
    if target.exists():
        sys.exit(f"{target.name} is there already")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cx.duckdb"
        with duckdb.connect() as con:
            con.execute(f"attach '{path}' as cx (storage_version '{STORAGE_VERSION}')")
            con.execute("use cx")
            build_schema(con, version)
            con.execute("update store_info set data_version = 3")
            fill(con)
            con.execute("use memory")
            con.execute("detach cx")
        target.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def fill(con: duckdb.DuckDBPyConnection) -> None:
    tables = con.execute("select table_name from duckdb_tables() where table_name <> 'store_info'")
    for (table,) in tables.fetchall():
        columns = con.execute(f"describe {table}").fetchall()
        for number in range(ROWS):
            row = {name: cell(table, name, kind, number) for name, kind, *_ in columns}
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            con.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
    con.execute("select nextval('batch_ids') from range(3)").fetchall()


def cell(table: str, name: str, kind: str, number: int) -> Any:
    if name in SAID and (table, name) != ("reference_lines", "kind"):
        return SAID[name](number)
    return {
        "VARCHAR": f"{name} {number}",
        "TIMESTAMP": MIDDAY + timedelta(days=number),
        "DATE": date(2026, 1, 5) + timedelta(days=number),
        "BOOLEAN": number == 1,
    }.get(kind, number + 1)


if __name__ == "__main__":
    main()
