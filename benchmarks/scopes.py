"""Whether a reader sees exactly what a store of only the allowed rows would show, and how fast.

    python benchmarks/scopes.py [SEED ...]
    python benchmarks/scopes.py --speed STORE

Stores are made up from each seed: one with all rows, seen by readers of three roles through six
scopes, and for each scope one that holds only the rows that it allows. Every panel, list and file
and what the filters offer has to be the same in both, in each language.

With ``--speed``, the figures of the Overview are computed on a copy of the store, none of them
remembered: with all rows; with each of its segments the first time, which counts them; and again.
"""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from cxdata.i18n import LOCALES, translator
from cxdata.metrics import data_days
from cxdata.models import ROLES, Filters, Reader, Scope, last_months
from cxdata.panels import PANELS, Request
from cxdata.store.connection import Store
from tests.scoped_stores import STORES, allowed, filled, made_up
from tests.seen_figures import differences, seen_through

TIMES = 5
SCOPES = {
    "segment": Scope.of({"segment": ["SMB"]}),
    "region and segment": Scope.of({"region": ["Nord"], "segment": ["SMB", "Key"]}),
    "channel": Scope.of({"channel": ["call", "chat"]}),
    "journey": Scope.of({"journey": ["order"]}),
    "own dimension": Scope.of({"own_1": [STORES[1]]}),
    "nothing": Scope.of({"segment": []}),
}


def main(seeds: list[int]) -> int:
    bad = 0
    for seed in seeds:
        with TemporaryDirectory() as folder:
            facts = made_up(seed)
            whole = filled(Path(folder) / "whole.duckdb", facts)
            for number, (name, scope) in enumerate(SCOPES.items()):
                part = filled(Path(folder) / f"part{number}.duckdb", allowed(facts, scope, whole))
                for role in ROLES:
                    reader = Reader("somebody", role, scope, may_see_people=True)
                    # The role is in no figure: both languages once, then one.
                    locales = tuple(LOCALES) if role == ROLES[0] else ("en",)
                    expected = seen_through(part, locales, rights=scope)
                    found = seen_through(whole.seen_by(reader), locales, rights=scope)
                    told = differences(expected, found)
                    bad += len(told)
                    print(f"seed {seed}, {name}, {role}: {len(found)} things, {len(told)} differ")
                    for line in told:
                        print("   ", line[:600], flush=True)
                part.close()
            whole.close()
    return 1 if bad else 0


def measure(source: Path) -> None:
    """Print the seconds of CPU that the Overview's figures take."""
    with TemporaryDirectory() as folder:
        store = Store.open(copyfile(source, Path(folder) / "cx.duckdb"))
        values = store.query("dimension_values")
        segments = values.filter(values["dimension"] == "segment")["value"].to_list()
        overview_seconds(store)  # what is read and taken apart once
        whole = median(overview_seconds(store) for _ in range(TIMES))
        print(f"all rows: {whole:.3f} s")
        for segment in segments:
            reader = Reader("somebody", "reader", Scope.of({"segment": [segment]}))
            seen = store.seen_by(reader)
            first = overview_seconds(seen)
            again = median(overview_seconds(seen) for _ in range(TIMES))
            print(
                f"{segment}: first {first:.3f} s ({first / whole:.1f} times all rows), "
                f"again {again:.3f} s ({again / whole:.2f} times)"
            )
        store.close()


def overview_seconds(store: Store) -> float:
    last_on = data_days(store).last_on
    filters = Filters(period=last_months(last_on, 12) if last_on else None)
    started = process_time()
    for entry in PANELS:
        if entry.page == "overview":
            entry.make(Request.computed_now(store, filters, translator("en")))
    return process_time() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["--speed"]:
        measure(Path(sys.argv[2]))
    else:
        raise SystemExit(main([int(it) for it in sys.argv[1:]] or [1]))
