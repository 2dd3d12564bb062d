"""Pages as their readers see them: opened through the frame, read as plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, local_script_runner

from cxdata.store.connection import Store
from tests.stores import shared_sample

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")
OVERVIEW = "insights/overview.py"
WORD_JOINER = "\u2060"


@dataclass(frozen=True)
class Opened:
    """A page that ran, and what it says."""

    app: AppTest

    @property
    def text(self) -> str:
        """Everything that the page says, as its reader sees it; one line per element."""
        return "\n".join(self.lines())

    @property
    def figures(self) -> list[str]:
        """The large figures, in the page's order."""
        return [metric.value for metric in self.app.main.metric]

    @property
    def charts(self) -> list[Any]:
        """The figures that are drawn, in plotly's form."""
        return [json.loads(chart.proto.spec) for chart in self.app.main.get("plotly_chart")]

    def chart(self, key: str) -> Any:
        """The figure drawn under that key."""
        charts = self.app.main.get("plotly_chart")
        [found] = [it for it in charts if it.proto.id.endswith(f"-{key}")]
        return json.loads(found.proto.spec)

    def button_group(self, key: str) -> Any:
        """The choice of that key, whatever the language."""
        groups = self.app.main.button_group
        [found] = [it for it in groups if it.key.startswith(f"{key}:")]
        return found

    def look_closer(self, section: str) -> Opened:
        """The same page with that section of it open."""
        [sections] = [it for it in self.app.main.button_group if "_section:" in (it.key or "")]
        sections.set_value(section).run()
        assert not self.app.exception
        return self

    def unfold(self, *keys: str) -> Opened:
        """The same page with the data of these figures shown."""
        for key in keys:
            self.app.session_state[f"data:{key}"] = True
        self.app.run()
        assert not self.app.exception
        return self

    def rows(self, header: str) -> list[list[str]]:
        """The rows of the one table that has a column so called, as they are read."""
        tables = [table.value for table in self.app.main.table]
        [found] = [it for it in tables if header in map(as_read, it.columns)]
        return [[as_read(str(cell)) for cell in row] for row in found.to_numpy()]

    def sketches(self) -> str:
        """The sketches of the page as the browser gets them, labels and all."""
        bodies = [it.proto.body for it in self.app.main.get("html")]
        return "".join(body for body in bodies if "cx-sketch" in body)

    def lines(self) -> list[str]:
        return [as_read(text) for text in self.raw_lines()]

    def raw_lines(self) -> list[str]:
        """What Streamlit was given to show as Markdown, escapes and all."""
        app = self.app.main
        shown = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption]
        shown += [*app.info, *app.warning, *app.error, *app.success]
        lines = [element.value for element in shown]
        lines += [link.label for link in app.get("page_link")]
        for metric in app.metric:
            lines += [metric.label, metric.value, metric.delta]
        for table in app.table:
            frame = table.value
            lines += [*map(str, frame.columns), *map(str, frame.to_numpy().ravel())]
        return lines


def as_read(markdown: str) -> str:
    """Escaped Markdown as it is read."""
    return without_escapes(markdown).replace(WORD_JOINER, "")


def without_escapes(markdown: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once() -> Iterator[None]:
    """Each AppTest looks through all installed packages for components, half of what it costs."""
    with pytest.MonkeyPatch.context() as patch:
        found = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(scope="session", autouse=True)
def scripts_are_compiled_once() -> Iterator[None]:
    """Each AppTest compiles frame and page anew, a sixth of what a run of a page seen before
    costs; the server keeps them, too."""
    with pytest.MonkeyPatch.context() as patch:
        compiled = ScriptCache()
        patch.setattr(local_script_runner, "ScriptCache", lambda: compiled)
        yield


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample data, imported once; to be copied, not to be changed."""
    path = shared_sample(tmp_path_factory)
    yield path
    left = Store.if_open(path)
    if left:
        left.close()


@pytest.fixture
def sample(sample_path: Path) -> Store:
    """The sample data, for pages that only read: the store that pages have, opened once, and anew
    if something closed it."""
    return Store.open(sample_path)


@pytest.fixture
def own_sample(sample_path: Path, sample: Store, tmp_path: Path) -> Iterator[Store]:
    """A copy of the sample data, for pages that write."""
    with sample.transaction() as con:
        con.execute("select 1")
    copyfile(sample_path, tmp_path / "own.duckdb")
    store = Store.open(tmp_path / "own.duckdb")
    yield store
    store.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """A store without a row."""
    store = Store.open(tmp_path / "empty.duckdb")
    yield store
    store.close()


@pytest.fixture(scope="session")
def pages_of_the_frame(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Any]:
    """What AppTest learns in a first run: a page is then opened by its address, as by a link."""
    store = Store.open(tmp_path_factory.mktemp("pages") / "cx.duckdb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXDATA_STORE", str(store.path))
        known = AppTest.from_file(FRAME, default_timeout=60).run()._registered_pages
    store.close()
    return known


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, pages_of_the_frame: dict[Any, Any]):  # type: ignore[no-untyped-def]
    """``opened(store, "insights/nps.py", lang="fr")``: the page, run without an exception."""

    def opened(store: Store, page: str, **query: str | list[str]) -> Opened:
        monkeypatch.setenv("CXDATA_STORE", str(store.path))
        app = AppTest.from_file(FRAME, default_timeout=60)
        for name, values in query.items():
            app.query_params[name] = values
        if page != OVERVIEW:
            app._registered_pages = pages_of_the_frame
            app.switch_page(page)
        app.run()
        assert not app.exception
        return Opened(app)

    return opened
