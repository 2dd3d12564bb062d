"""Every promise has a simulation that holds it, and a row with its last value."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from benchmarks import promises
from benchmarks.promises import PROMISES, driver_promises, pyramid_promises
from cxdata.config import load_settings

DOCS = Path(__file__).parents[2] / "docs"
MEASURE = ["settings", "runs", "seed"]


def promised(name: str) -> list[list[str]]:
    """The rows of the table of promises, cell by cell."""
    text = (DOCS / name).read_text("utf-8")
    section = re.split(r"^## \d+\. Prom\w+$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", ["metrics.md", "metrics.fr.md"])
def test_every_simulation_has_a_row_and_every_row_a_simulation(name: str) -> None:
    assert {row[0].strip("`") for row in promised(name)} == set(PROMISES)


def test_every_simulation_is_measured_again() -> None:
    found = {
        value
        for _, value in inspect.getmembers(promises, inspect.isfunction)
        if list(inspect.signature(value).parameters) == MEASURE
    }
    assert found == set(PROMISES.values())


@pytest.mark.parametrize("name", ["metrics.md", "metrics.fr.md"])
def test_what_was_last_measured_keeps_what_is_promised(name: str) -> None:
    """An interval may miss by what the simulation itself may: 95 % is kept from 91.5 % on."""
    for row in promised(name):
        nominal, lowest = (
            float(re.findall(r"\d+(?:[.,]\d+)?", cell)[0].replace(",", ".")) for cell in row[3:5]
        )
        assert lowest >= nominal - 3.5, row


@pytest.mark.parametrize(("measure", "runs"), [(pyramid_promises, 12), (driver_promises, 3)])
def test_a_simulation_says_of_each_promise_how_often_it_was_kept(
    measure: promises.Measure, runs: int
) -> None:
    found = list(measure(load_settings(), runs, 2))
    assert len({(it.name, it.firm) for it in found}) == len(found)
    for it in found:
        assert 0 < it.nominal < 1
        assert it.measured * runs == pytest.approx(round(it.measured * runs))
        assert it.measured >= 0.6, it
