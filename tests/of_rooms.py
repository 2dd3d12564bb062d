"""Which tests a change needs first: those that import what was changed, the nearest ones first.

    python -m tests.of_rooms [--since main]   # for what differs from there; there, the last commit
    python -m tests.of_rooms FILE...          # for these files

Prints paths for pytest (``make test-fast``) and, on stderr, what is left to ``make test``. Nearest
is what imports a changed module itself, first what is called like it; then what imports a module
that does, and so on, as far as ``MOST_SECONDS`` reach. A file of data stands for the modules that
name it, and a page for the tests that open it. What each file of tests takes stands in
``tests/cpu_seconds.json``.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).parents[1]
SECONDS = PROJECT / "tests" / "cpu_seconds.json"
# CPU seconds of tests: two cores have done them in under a minute.
MOST_SECONDS = 90.0
SECONDS_OF_A_NEW_FILE = 5.0
# Holds for every change: the walls of the house, its words and documents, what a store is.
CORE = tuple(
    f"tests/unit/{name}.py"
    for name in (
        *("test_architecture", "test_config", "test_docs", "test_filtering", "test_models"),
        *("test_nps", "test_of_rooms", "test_sql_files", "test_store"),
    )
)
TESTED = ("tests/unit", "tests/reference", "tests/app")
# Their examples run as tests; pages are scripts.
WITH_EXAMPLES = ("cxdata/", "pages/components/", "pages/parts/", "pages/server/")
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n(]+))"
    r"|import[ \t]+([\w.]+))",
    re.MULTILINE,
)
COMMENT = re.compile(r"#[^\n]*")
PAGE = re.compile(r"\b(insights|data)/(\w+)\.py\b")


@dataclass(frozen=True)
class Selection:
    """``chosen`` for pytest, nearest first; ``left`` would be reached as well, and has no room."""

    chosen: tuple[str, ...]
    left: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class House:
    """The source of each Python file by its path, and what each file of tests takes."""

    sources: Mapping[str, str]
    seconds: Mapping[str, float]

    @cached_property
    def importers(self) -> dict[str, set[str]]:
        """Path -> the files that import it, or open it as a page."""
        paths = {module_name(path): path for path in self.sources}
        found: dict[str, set[str]] = {}
        for path, source in self.sources.items():
            for name in imported(source):
                if name in paths:
                    found.setdefault(paths[name], set()).add(path)
            if path.startswith("tests/"):
                for folder, page in PAGE.findall(source):
                    found.setdefault(f"pages/{folder}/{page}.py", set()).add(path)
        return found

    def standing_for(self, path: str) -> set[str]:
        """The Python files that a changed file is, or that read it."""
        if path in self.sources:
            return {path}
        told = PurePosixPath(path)
        named = {told.name, f'"{told.stem}"', f'"{told.parent.name}"'}
        return {
            each for each, source in self.sources.items() if any(name in source for name in named)
        }

    def distances(self, changed: Iterable[str]) -> dict[str, int]:
        """How many imports each file is away from what was changed."""
        reached = {each: 0 for path in changed for each in self.standing_for(path)}
        edge = list(reached)
        while edge:
            nearer, edge = edge, []
            for path in nearer:
                for each in self.importers.get(path, ()):
                    if each not in reached:
                        reached[each] = reached[path] + 1
                        edge.append(each)
        return reached

    def selection(self, changed: Collection[str]) -> Selection:
        """The core, and what is nearest to the change as far as time reaches."""
        distances = self.distances(changed)
        reaching = [path for path in distances if is_test(path) and path not in CORE]
        stems = {word for path in changed for word in beginnings(path)}
        reaching.sort(
            key=lambda path: (
                distances[path],
                not any(word in PurePosixPath(path).stem for word in stems),
                self.cost(path),
                path,
            )
        )
        chosen, left = list(CORE), []
        total = sum(map(self.cost, CORE))
        for path in reaching:
            if total + self.cost(path) <= MOST_SECONDS:
                chosen.append(path)
                total += self.cost(path)
            else:
                left.append(path)
        examples = sorted(
            path for path in changed if path in self.sources and path.startswith(WITH_EXAMPLES)
        )
        return Selection((*chosen, *examples), tuple(left), total)

    def cost(self, path: str) -> float:
        return self.seconds.get(path, SECONDS_OF_A_NEW_FILE)


def house() -> House:
    """The project as it lies in its folder."""
    files = [PROJECT / "app.py"]
    for folder in ("cxdata", "pages", "tests"):
        files += sorted((PROJECT / folder).rglob("*.py"))
    sources = {file.relative_to(PROJECT).as_posix(): file.read_text("utf-8") for file in files}
    return House(sources, json.loads(SECONDS.read_text("utf-8")))


def is_test(path: str) -> bool:
    return path.startswith(TESTED) and PurePosixPath(path).name.startswith("test_")


def beginnings(path: str) -> set[str]:
    """Of the words in a file's name how they begin: a test called alike is meant for it.

    >>> sorted(beginnings("cxdata/sql/repeats_by.sql"))
    ['repea']
    """
    words = PurePosixPath(path).stem.split("_")
    return {word[:5] for word in words if len(word) > 3}


def module_name(path: str) -> str:
    """As it is imported.

    >>> module_name("cxdata/ingest/__init__.py"), module_name("cxdata/models.py")
    ('cxdata.ingest', 'cxdata.models')
    """
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def imported(source: str) -> set[str]:
    """All names that import statements could mean as modules, those within functions included.

    >>> sorted(imported("import a.b\\nfrom c import (\\n    d,  # why\\n    e as f,\\n)"))
    ['a.b', 'c', 'c.d', 'c.e']
    """
    found = set()
    for module, listed, written, plain in IMPORT.findall(source):
        found.add(module or plain)
        names = COMMENT.sub("", listed or written).split(",")
        found |= {f"{module}.{name.split()[0]}" for name in names if module and name.strip()}
    return found


def changed_files(since: str) -> list[str]:
    """What differs from that branch or commit, files that aren't committed included; if nothing
    does, what the last commit changed."""
    base = _git("merge-base", "HEAD", since) or _git("merge-base", "HEAD", f"origin/{since}")
    new = _git("ls-files", "--others", "--exclude-standard").splitlines()
    differing = _git("diff", "--name-only", *base.split()).splitlines()
    return sorted({*differing, *new}) or _git("diff", "--name-only", "HEAD~1", "HEAD").splitlines()


def _git(*words: str) -> str:
    """What git says; nothing where there is no git or no such thing."""
    try:
        done = subprocess.run(
            ["git", *words], cwd=PROJECT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.of_rooms")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--since", default="main")
    said = parser.parse_args()
    changed = said.files or changed_files(said.since)
    selection = house().selection(changed)
    count = len([it for it in selection.chosen if is_test(it)])
    sys.stderr.write(
        f"{len(changed)} files changed: {count} files of tests, {selection.seconds:.0f} CPU s;"
        f" left to make test: {len(selection.left)} that reach them farther off or take longer"
        f" ({', '.join(PurePosixPath(it).stem for it in selection.left[:12])})\n"
    )
    sys.stdout.write("\n".join(selection.chosen) + "\n")


if __name__ == "__main__":
    main()
