"""``cases`` and ``rules`` on the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cxdata.cli import main
from cxdata.store.connection import Store
from tests.stores import MIDDAY, add


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("command") / "cx.duckdb"
    store = Store.open(path)
    add(store, [{"customer_id": "C1", "name": "Acme", "owner_email": "ann@x.org"}], "customers")
    rows = [
        {"response_id": f"R{n}", "customer_id": f"C{n}", "nps_score": 1,
         "responded_at": MIDDAY + timedelta(minutes=n), "comment": "please call me"}
        for n in range(3)
    ]  # fmt: skip
    add(store, rows, "responses")
    store.close()
    return path


def said(path: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", str(path), *words])


def test_cases_are_listed_shown_assigned_and_closed(path: Path) -> None:
    listed = json.loads(said(path, "cases", "--json").stdout)["cases"]
    assert [it["case_number"] for it in listed] == [3, 2, 1]
    assert listed[1]["name"] == "Acme"
    assert "Acme" in said(path, "cases", "list", "--search", "acme").output
    assigned = said(path, "cases", "assign", "1", "#3", "--owner", "ann@x.org", "--by", "bob")
    assert (assigned.exit_code, assigned.stderr) == (0, "Cases changed: 2.\n")
    assert said(path, "cases", "close", "3").exit_code == 0
    [shown] = json.loads(said(path, "cases", "show", "3", "--json").stdout)["cases"]
    assert (shown["owner_email"], shown["status"]) == ("ann@x.org", "closed")
    assert shown["history"][-2]["changed_by"] == "bob"
    overdue = json.loads(said(path, "cases", "--which", "done", "--json").stdout)["cases"]
    assert [it["case_number"] for it in overdue] == [3]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("assign", "1"), 2, "assign needs --owner."),
        (("close",), 2, "close needs NUMBERS."),
        (("show", "99"), 1, "There is no case 99 for you to see."),
        (("assign", "1", "--owner", "zoe"), 1, "Nobody called zoe can be given a case."),
    ],
)
def test_what_can_not_be_done_is_one_sentence(
    path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    answer = said(path, "cases", *words)
    assert answer.exit_code == code
    assert told in answer.stderr


def test_rules_are_listed_tested_and_switched(path: Path) -> None:
    rules = json.loads(said(path, "rules", "--json").stdout)["rules"]
    assert [it["is_active"] for it in rules[:3]] == [True, True, False]
    tried = json.loads(said(path, "rules", "test", "asks_to_be_called", "--json").stdout)
    assert tried["fired_count"] == 3
    assert "It would have fired 3 times" in said(path, "rules", "test", "asks_to_be_called").output
    assert said(path, "rules", "on", "asks_to_be_called").exit_code == 0
    rules = json.loads(said(path, "rules", "--json").stdout)["rules"]
    assert rules[2]["is_active"]
    assert said(path, "rules", "yes", "asks_to_be_called").stderr == "Cases opened: 0.\n"
    assert "There is no rule called x." in said(path, "rules", "test", "x").stderr
