"""What froze the server once can't be written again (docs/adr/0012-no-python-in-polars.md)."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SOURCES = [PROJECT / "app.py", *PROJECT.glob("cxdata/**/*.py"), *PROJECT.glob("pages/**/*.py")]
PAGES = [it for it in SOURCES if "pages" in it.parts]
# Each takes a Python function that Polars then calls from a thread of its pool.
PYTHON_IN_POLARS = {
    *("map_elements", "map_batches", "map_groups", "map_rows", "map_columns"),
    *("apply", "map", "rolling_map", "fold", "reduce", "cum_fold", "cum_reduce"),
    *("cumulative_eval", "register_io_source", "defer", "to_pandas"),
}
GRIDS = {"dataframe", "data_editor", "table"}
HANG_SECONDS = 60

# All threads of the pool run Python functions, as the lists' expressions did.
BESIDE_PYTHON_IN_THE_POOL = """
import os, threading
import polars as pl
from pages.components.grids import grid_rows

frame = pl.DataFrame({"n": range(4000), "text": [f"text {n % 50}" for n in range(4000)]})
functions = [pl.col("n").map_elements(lambda n: n + 1, return_dtype=pl.Int64).alias(f"{place}")
             for place in range(6)]

def fill_the_pool():
    while True:
        frame.head(60).with_columns(functions)

for _ in range(2):
    threading.Thread(target=fill_the_pool, daemon=True).start()
for _ in range(200):
    HANDED_OVER
print("done", flush=True)
os._exit(0)
"""


def uses(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What is asked of Polars that runs Python or waits with Python's lock in hand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in PYTHON_IN_POLARS:
            yield node.attr, node.lineno
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("polars"):
            yield from ((it.name, node.lineno) for it in node.names if it.name in PYTHON_IN_POLARS)


def calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    """Calls of a method so named, of whatever object: ``st.table``, ``place.table``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) in names:
            yield node


def is_of_plain_values(node: ast.expr, tree: ast.AST) -> bool:
    """Rows written out as a list, there or under a name in the same module; or ``grid_rows``."""
    if isinstance(node, ast.BoolOp):
        return all(is_of_plain_values(it, tree) for it in node.values)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "grid_rows"
    if isinstance(node, ast.Name):
        named = [
            it.value
            for it in ast.walk(tree)
            if isinstance(it, ast.Assign)
            and any(isinstance(to, ast.Name) and to.id == node.id for to in it.targets)
        ]
        return bool(named) and all(is_of_plain_values(it, tree) for it in named)
    return isinstance(node, (ast.List, ast.ListComp))


@pytest.mark.parametrize("path", SOURCES, ids=lambda it: str(it.relative_to(PROJECT)))
def test_no_polars_expression_runs_python(path: Path) -> None:
    assert list(uses(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "pl.col('a').map_elements(f)",
        "frame.group_by('a').map_groups(f)",
        "pl.map_batches(['a'], f)",
        "from polars import map_groups",
        "frame.map_rows(f)",
        "pl.fold(0, f, ['a'])",
        "series.apply(f)",
        "g = pl.Expr.map_batches",
        "frame.to_pandas()",
    ],
)
def test_the_check_sees_each_form_of_it(code: str) -> None:
    assert list(uses(ast.parse(code))) != []


@pytest.mark.parametrize("path", PAGES, ids=lambda it: str(it.relative_to(PROJECT)))
def test_grids_are_handed_what_needs_no_conversion(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for call in calls(tree, GRIDS):
        assert is_of_plain_values(call.args[0], tree), f"{path.name}:{call.lineno}"


@pytest.mark.parametrize("path", PAGES, ids=lambda it: str(it.relative_to(PROJECT)))
def test_charts_are_handed_over_in_one_place_as_a_copy(path: Path) -> None:
    for call in calls(ast.parse(path.read_text("utf-8")), {"plotly_chart"}):
        copied = call.args[0]
        assert path.name == "figures.py"
        assert isinstance(copied, ast.Call)
        assert isinstance(copied.func, ast.Name)
        assert copied.func.id == "own_figure"


def ends(handed: str) -> bool:
    """Whether it comes to an end while every thread of Polars' pool wants Python's lock."""
    try:
        ended = subprocess.run(
            [sys.executable, "-c", BESIDE_PYTHON_IN_THE_POOL.replace("HANDED_OVER", handed)],
            cwd=PROJECT,
            env={**os.environ, "POLARS_MAX_THREADS": "2", "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            timeout=HANG_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.stdout == b"done\n"


@pytest.mark.parametrize(
    "handed",
    [
        "grid_rows(frame)",
        "grid_rows(pl.concat([frame, frame], rechunk=False))",
        "frame.to_dicts()",
        "frame.rows()",
        "frame.write_csv()",
    ],
)
def test_nothing_that_pages_do_with_frames_waits_for_the_pool_with_the_lock(handed: str) -> None:
    assert ends(handed)
