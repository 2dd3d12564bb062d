"""A plugin that says what tests take: CPU seconds, those of processes that they started included.

    python -m pytest -p tests.cpu_seconds --write-cpu-seconds tests/unit tests/reference tests/app

Prints the files that take the most. ``--write-cpu-seconds`` keeps what was measured of each file
in ``tests/cpu_seconds.json``, which ``make test-fast`` chooses by; other files stay as they were.
Nothing is asserted: how long a test takes depends on the machine.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

KEPT = Path(__file__).with_suffix(".json")
MOST_SHOWN = 25
PROPERTY = "cpu_seconds"

_spent: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-cpu-seconds", action="store_true", help="keep what was measured")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    item.stash[_begun] = _now()
    return (yield)


_begun = pytest.StashKey[float]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """What a phase of a test took travels with its report, from other processes, too."""
    report = yield
    now = _now()
    report.user_properties = [(PROPERTY, now - item.stash[_begun])]
    item.stash[_begun] = now
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    spent = dict(report.user_properties).get(PROPERTY, 0.0)
    _spent[report.nodeid.split("::")[0]] += spent  # type: ignore[assignment]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    terminalreporter.write_line(f"{sum(_spent.values()):.1f} CPU s")
    for path, seconds in _spent.most_common(MOST_SHOWN):
        terminalreporter.write_line(f"{seconds:7.1f} {path}")
    if config.getoption("--write-cpu-seconds"):
        kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
        kept |= {path: round(it, 1) for path, it in _spent.items() if path.startswith("tests/")}
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")


def _now() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
