"""The house: imports point down only, neighbours keep apart, each library has its room.

What is forbidden is said once, in ``faults``; the last tests plant each kind of hole and see that
it is found.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
# From the top down; the rooms of one floor don't import each other.
FLOORS: list[set[str]] = [
    {"app"},
    {"pages.frame", "pages.server"},
    {"pages.insights", "pages.data"},
    {"pages.parts"},
    {"pages.components"},
    {"cxdata.__main__", "cxdata.api"},
    {"cxdata.cli"},
    {"cxdata.exports"},
    {"cxdata.pack"},
    {"cxdata.panels"},
    {"cxdata.tables"},
    {"cxdata.charts", "cxdata.sentences", "cxdata.followup"},
    {"cxdata.ingest"},
    {"cxdata.cases"},
    {"cxdata.metrics", "cxdata.access", "cxdata.outbox", "cxdata.lake"},
    {"cxdata.record"},
    {"cxdata.store"},
    {"cxdata.i18n", "cxdata.log"},
    {
        "cxdata.config",
        "cxdata.files",
        "cxdata.leftovers",
        "cxdata.logo",
        "cxdata.running",
        "cxdata.supervision",
    },
    {"cxdata.models", "cxdata.errors", "cxdata.installed"},
]
# What a room inside a room may import of its neighbours there; a room that isn't named, nothing.
INNER: dict[str, dict[str, set[str]]] = {
    "cxdata.ingest": {
        "reading": set(),
        "recognising": {"reading"},
        "judging": {"reading", "recognising"},
        "comments": set(),
        "storing": {"comments", "judging"},
        "soundness": {"recognising", "judging", "storing"},
        "people": {"storing"},
    },
    "cxdata.metrics": {
        "statistics": set(),
        "nps": {"statistics"},
        "churn": {"statistics"},
        "response_time": {"statistics", "nps", "churn"},
        "invitations": {"statistics", "churn"},
        "pyramid": {"statistics"},
        "follow_up": {"statistics", "churn"},
    },
    "pages.parts": {},
    "pages.insights": {},
    "pages.data": {},
}
# What lies at the top of a room and may be used by the rooms in it.
BELOW_ROOMS = {
    "cxdata.ingest": {"choices", "columns", "notes", "progress", "stand_ins"},
    "cxdata.metrics": {"periods"},
}
# Pages draw: the command line and the store's own modules are none of their business.
NEVER: dict[str, tuple[str, ...]] = {
    "pages": ("cxdata.cli", "cxdata.__main__"),
    "cxdata.exports": ("cxdata.cli",),
    "cxdata.ingest": ("cxdata.metrics",),  # rules read figures for it: cxdata.cases
}
ROOM_OF_LIBRARY = {
    "streamlit": ("app", "pages"),
    "duckdb": ("cxdata.store", "cxdata.ingest", "cxdata.access", "cxdata.cases"),
    "plotly": ("cxdata.charts", "pages.server"),
    "fastexcel": ("cxdata.ingest", "pages.server"),
    "holidays": ("cxdata.store",),
    "xlsxwriter": ("cxdata.exports",),
    "pptx": ("cxdata.exports",),
    "typst": ("cxdata.exports",),
    "icalendar": ("cxdata.exports",),
    "apprise": ("cxdata.exports",),
    "babel": ("cxdata.i18n", "pages.server"),
    "sqlglot": ("cxdata.lake",),
    "pyspark": ("cxdata.lake",),
}
SCRIPTS = ("pages.insights", "pages.data")
ROOMS_WITH_SQL = (
    "cxdata.store",
    "cxdata.record",
    "cxdata.ingest",
    "cxdata.cases",
    "cxdata.outbox",
    "cxdata.followup",
    "cxdata.access",
    "cxdata.lake",
)
SQL = re.compile(
    r"^\s*(with\s+\w+\s+as\s*\(|select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s"
    r"|delete\s+from\s|create\s+(or\s+replace\s+)?(temp\s+)?(table|view)\s|drop\s+(table|view)\s)",
    re.IGNORECASE | re.DOTALL,
)


def modules() -> dict[str, str]:
    """The source of each module by its name."""
    files = [
        PROJECT / "app.py",
        *PROJECT.glob("cxdata/**/*.py"),
        *PROJECT.glob("pages/**/*.py"),
    ]
    return {
        ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(
            ".__init__"
        ): file.read_text("utf-8")
        for file in files
    }


def faults(name: str, source: str, known: Mapping[str, str]) -> Iterator[str]:
    """What in a module breaks a wall of the house."""
    tree = ast.parse(source)
    if room(name) is None and name not in {"cxdata", "pages"}:
        yield f"{name} has no floor"
    for imported in imports(tree, known):
        yield from crossed(name, imported)
    if not is_in(name, ROOMS_WITH_SQL):
        yield from (f"{name} has SQL: {text[:40]!r}" for text in texts(tree) if SQL.match(text))


def crossed(name: str, imported: str) -> Iterator[str]:
    """The walls that one import crosses."""
    says = f"{name} imports {imported}"
    if imported.startswith("."):
        yield f"{says}: absolute imports only"
    mine, target = room(name), room(imported)
    if mine and target and mine != target and floor(target) <= floor(mine):
        yield f"{says}, which is not below it"
    if mine and mine == target and mine in INNER:
        here, there = inner(mine, name), inner(mine, imported)
        allowed = INNER[mine].get(here, set())
        below = BELOW_ROOMS.get(mine, set()) | allowed | {"", here}
        if is_room(mine, here) and there not in below:
            yield f"{says}, its neighbour"
    yield from (
        f"{says}, which it never may"
        for above, below in NEVER.items()
        if is_in(name, (above,)) and is_in(imported, below)
    )
    rooms = ROOM_OF_LIBRARY.get(imported.split(".")[0])
    if rooms and not is_in(name, rooms):
        yield f"{says}, a library of another room"


def imports(tree: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    """The modules that are imported, those named after ``from package import`` included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield "." * node.level + module
            full = (f"{module}.{alias.name}" for alias in node.names)
            yield from (it for it in full if it in known)


def texts(tree: ast.AST) -> Iterator[str]:
    """All string literals but docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    heads = (it.body[0] for it in ast.walk(tree) if isinstance(it, documented) and it.body)
    told = {id(it.value) for it in heads if isinstance(it, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values
            )


def is_in(name: str, rooms: tuple[str, ...] | str) -> bool:
    some = (rooms,) if isinstance(rooms, str) else rooms
    return any(name == it or name.startswith(it + ".") for it in some)


def room(name: str) -> str | None:
    return next((it for rooms in FLOORS for it in rooms if is_in(name, it)), None)


def floor(name: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if name in rooms)


def inner(outer: str, name: str) -> str:
    """The room inside a room; '' for what lies at its top."""
    return name.removeprefix(outer).strip(".").split(".")[0]


def is_room(outer: str, name: str) -> bool:
    """Of metrics and ingest the folders; of pages each page's own file or folder."""
    return name in INNER[outer] or (outer.startswith("pages") and name != "")


MODULES = modules()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_breaks_no_wall(name: str) -> None:
    assert list(faults(name, MODULES[name], MODULES)) == []


def circle(known: Mapping[str, str]) -> list[str]:
    """Modules that import each other in a circle, late imports included; none if there is none."""
    graph = {}
    for name, source in known.items():
        nodes = [it for it in ast.walk(ast.parse(source)) if isinstance(it, ast.ImportFrom)]
        found = {
            full if (full := f"{node.module}.{alias.name}") in known else str(node.module)
            for node in nodes
            for alias in node.names
        }
        graph[name] = (found & known.keys()) - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    house = {name: source for name, source in MODULES.items() if is_in(name, "cxdata")}
    assert circle(house) == []
    late = house["cxdata.cli.metric"] + "\ndef late():\n    from cxdata.cli.showing import show\n"
    assert {"cxdata.cli.metric", "cxdata.cli.showing"} <= set(
        circle(house | {"cxdata.cli.metric": late})
    )


# Each program has its own; the command is the only one that is imported.
SAID_TWICE = {"main"}


def names_of_two_meanings(known: Mapping[str, str]) -> dict[str, set[str]]:
    """Names that one module gives to another while a third gives them to something else.

    What a page's own script or part calls its pieces is alike on each page, and stays there.
    """
    given: dict[str, set[str]] = {}
    taken: set[str] = set()
    house = {it: ast.parse(source) for it, source in known.items() if not is_in(it, SCRIPTS)}
    for name, tree in house.items():
        for found in definitions(tree):
            given.setdefault(found, set()).add(name)
        froms = (it for it in ast.walk(tree) if isinstance(it, ast.ImportFrom))
        taken |= {alias.name for it in froms for alias in it.names}
    return {it: given[it] for it in taken & given.keys() if len(given[it]) > 1}


def definitions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (it for target in targets for it in ast.walk(target))
            yield from (it.id for it in names if isinstance(it, ast.Name))


def test_a_name_that_is_imported_has_one_meaning() -> None:
    found = names_of_two_meanings(MODULES)
    assert {name: rooms for name, rooms in found.items() if name not in SAID_TWICE} == {}
    second = MODULES["cxdata.tables.cells"] + "\n\ndef nps_trend() -> None: ...\n"
    planted = names_of_two_meanings(MODULES | {"cxdata.tables.cells": second})
    assert planted["nps_trend"] == {"cxdata.metrics.nps.trend", "cxdata.tables.cells"}


# What would be a hole in a wall: the module, and a line of source that it doesn't have.
HOLES = {
    "a page imports a page": ("pages.insights.nps", "from pages.insights import overview"),
    "a page imports a page's name": (
        "pages.data.settings",
        "from pages.data.methods import document",
    ),
    "a page of another section": ("pages.data.settings", "import pages.insights.nps"),
    "a page imports the command line": ("pages.insights.nps", "from cxdata.cli.days import as_day"),
    "a page imports the server": ("pages.insights.nps", "import app"),
    "a part imports another page's part": (
        "pages.parts.nps.sections",
        "from pages.parts.churn_cost import sections",
    ),
    "components import a part": ("pages.components.figures", "import pages.parts.nps.sections"),
    "a metric imports the import": (
        "cxdata.metrics.nps.score",
        "from cxdata.ingest import columns",
    ),
    "the import imports a metric": (
        "cxdata.ingest.importing",
        "from cxdata.metrics import data_days",
    ),
    "charts import sentences": (
        "cxdata.charts.nps",
        "from cxdata.sentences.scope import scope_text",
    ),
    "the NPS imports churn": (
        "cxdata.metrics.nps.score",
        "from cxdata.metrics.churn.exposure import x",
    ),
    "statistics import a question": (
        "cxdata.metrics.statistics.rates",
        "from cxdata.metrics.nps import score",
    ),
    "reading imports judging": (
        "cxdata.ingest.reading.rows",
        "from cxdata.ingest.judging import dates",
    ),
    "the store imports a metric": ("cxdata.store.query", "from cxdata.metrics.nps.score import x"),
    "SQL in a page": ("pages.data.inventory", 'x = "select a from b where c"'),
    "SQL in a metric": ("cxdata.metrics.nps.score", 'x = f"select {1} from answers where 2"'),
    "a deletion in the command line": (
        "cxdata.cli.imports",
        'x = "delete from batches where batch_id = 1"',
    ),
    "DuckDB in a metric": ("cxdata.metrics.nps.score", "import duckdb"),
    "Streamlit in a metric": ("cxdata.metrics.nps.score", "import streamlit as st"),
    "plotly in a page": ("pages.insights.nps", "import plotly.graph_objects as go"),
    "a relative import": ("cxdata.metrics.nps.score", "from .heat import nps_heat"),
    "a room without a floor": ("cxdata.helpers", "x = 1"),
}


@pytest.mark.parametrize(("name", "source"), HOLES.values(), ids=HOLES)
def test_a_planted_hole_is_found(name: str, source: str) -> None:
    assert list(faults(name, source, MODULES))


def test_no_page_lies_flat_beside_the_frame() -> None:
    assert {path.name for path in (PROJECT / "pages").glob("*.py")} <= {"frame.py", "__init__.py"}


def test_nobody_catches_everything_or_writes_raw_html() -> None:
    for name, text in MODULES.items():
        assert "unsafe_allow_html" not in text, name
        assert "except Exception" not in text, name
