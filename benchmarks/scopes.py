"""Whether a reader sees exactly what a store of only the allowed rows would show.

    python benchmarks/scopes.py [SEED ...]

Stores are made up from each seed: one with all rows, seen by readers of three roles through six
scopes, and for each scope one that holds only the rows that it allows. Every panel, list and file
and what the filters offer has to be the same in both, in each language.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from cxdata.i18n import LOCALES
from cxdata.models import ROLES, Reader, Scope
from tests.scoped_stores import STORES, allowed, filled, made_up
from tests.seen_figures import differences, seen_through

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


if __name__ == "__main__":
    raise SystemExit(main([int(it) for it in sys.argv[1:]] or [1]))
