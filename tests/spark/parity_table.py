"""What the last runs of ``make test-spark`` and ``make test-spark-java`` found, as a table.

``python tests/spark/parity_table.py`` prints it for ``docs/scale.md``: a row for each query that an
engine doesn't answer to the last digit for all values, and one for all the others.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ENGINES = {"Sail": "sail", "Spark": "spark"}
FOLDER = Path("test-results")


def table(folder: Path = FOLDER) -> str:
    """The parity of each query, the engines side by side; an engine that wasn't run is left out."""
    found = {
        title: json.loads((folder / f"parity-{name}.json").read_text("utf-8"))["queries"]
        for title, name in ENGINES.items()
        if (folder / f"parity-{name}.json").exists()
    }
    names = sorted({key.split(", ")[0] for queries in found.values() for key in queries})
    rows = {name: [_told(name, queries) for queries in found.values()] for name in names}
    equal = [f"`{name}`" for name, told in rows.items() if set(told) == {"equal"}]
    lines = [f"| Query | {' | '.join(found)} |", f"| {'--- | ' * (len(found) + 1)}".rstrip()]
    told_of = {name: told for name, told in rows.items() if set(told) != {"equal"}}
    lines += [f"| `{name}` | {' | '.join(told)} |" for name, told in told_of.items()]
    return "\n".join([*lines, "", f"Equal everywhere ({len(equal)}): {', '.join(equal)}."])


def _told(name: str, queries: dict[str, object]) -> str:
    """What the runs of one query gave, together."""
    runs = {key.partition(", ")[2]: it for key, it in queries.items() if key.split(", ")[0] == name}
    refused = {run: it for run, it in runs.items() if isinstance(it, str)}
    if refused:
        where = "" if len(refused) == len(runs) else f" ({', '.join(sorted(refused))})"
        return "; ".join(sorted({f"not run{where}: {it}" for it in refused.values()}))
    largest = max((float(str(it)) for it in runs.values()), default=0.0)
    if not runs:
        return "not tried"
    return f"within {largest:.0e} of the value" if largest else "equal"


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
