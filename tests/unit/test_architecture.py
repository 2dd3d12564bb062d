"""The house: imports point down only, each library has its room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
# From the top down; a room may import its own floor's siblings only where named together.
FLOORS: list[set[str]] = [
    {"app"},
    {"pages.insights", "pages.data", "pages.frame"},
    {"pages.components"},
    {"cxdata.__main__"},
    {"cxdata.cli"},
    {"cxdata.exports"},
    {"cxdata.tables"},
    {"cxdata.charts", "cxdata.sentences", "cxdata.followup"},
    {"cxdata.metrics", "cxdata.ingest"},
    {"cxdata.store"},
    {"cxdata.i18n", "cxdata.log"},
    {"cxdata.config", "cxdata.files", "cxdata.leftovers", "cxdata.supervision"},
    {"cxdata.models", "cxdata.errors", "cxdata.installed"},
]
ROOM_OF_LIBRARY = {
    "streamlit": ("app", "pages"),
    "duckdb": ("cxdata.store", "cxdata.ingest"),
    "plotly": ("cxdata.charts", "pages.components.server"),
    "fastexcel": ("cxdata.ingest", "pages.components.server"),
    "holidays": ("cxdata.store",),
    "xlsxwriter": ("cxdata.exports",),
    "babel": ("cxdata.i18n", "pages.components.server"),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in [
        PROJECT / "app.py",
        *PROJECT.glob("cxdata/**/*.py"),
        *PROJECT.glob("pages/**/*.py"),
    ]:
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            yield node.module or ""


def room(name: str) -> str | None:
    rooms = [room for floor in FLOORS for room in floor]
    return next((r for r in rooms if name == r or name.startswith(r + ".")), None)


def floor(name: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if room(name) in rooms)


MODULES = list(modules())


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_point_down_only(name: str, path: Path) -> None:
    if room(name) is None:
        assert name in {"cxdata", "pages"}, f"{name} has no floor"
        return
    for imported in imports(path):
        target = room(imported)
        if target and target != room(name):
            assert floor(imported) > floor(name), f"{name} imports {imported}"


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_each_library_stays_in_its_room(name: str, path: Path) -> None:
    for imported in imports(path):
        rooms = ROOM_OF_LIBRARY.get(imported.split(".")[0])
        if rooms:
            assert any(name == r or name.startswith(r + ".") for r in rooms), (
                f"{name} imports {imported}"
            )


def test_no_page_lies_flat_beside_the_frame() -> None:
    assert {path.name for path in (PROJECT / "pages").glob("*.py")} <= {"frame.py", "__init__.py"}


def test_nobody_catches_everything_or_writes_raw_html() -> None:
    for name, path in MODULES:
        text = path.read_text("utf-8")
        assert "unsafe_allow_html" not in text, name
        assert "except Exception" not in text, name
