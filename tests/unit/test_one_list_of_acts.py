"""Who may do what stands on one list; pages and routes name acts of it and decide nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.access.acts import LEAST_ROLE, PERMISSIONS, WITHIN_A_SCOPE, may
from cxdata.api.acts import API_ACTS
from cxdata.models import ROLES, Reader, Scope
from pages.components.navigation import PAGES

PROJECT = Path(__file__).parents[2]
SOURCES = [*(PROJECT / "cxdata").rglob("*.py"), *(PROJECT / "pages").rglob("*.py")]
# Asking the list: the name of the function, and which of its arguments is the act.
ASKING = {"can": 0, "guard": 0, "guarded": 0, "refuses": 0, "see_may": 1, "may": 1, "store_for": 2}
DECIDING = {"cxdata/access/acts.py", "cxdata/access/identity.py", "cxdata/access/rights.py"}
# A second lock, below the floor of the list: what only sees keeps nothing.
BELOW_THE_LIST = {"cxdata/store/connection.py"}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in SOURCES:
        yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text("utf-8"))


def test_every_act_of_a_page_and_of_a_route_is_on_the_list() -> None:
    assert {it.permission for it in API_ACTS} <= set(PERMISSIONS)
    assert {it.act for it in PAGES} <= set(PERMISSIONS)
    assert {it.role for it in API_ACTS} <= set(ROLES)


def test_every_act_that_is_asked_for_is_on_the_list_and_every_one_is_asked_for() -> None:
    asked = {it.permission for it in API_ACTS} | {it.act for it in PAGES}
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                place = ASKING.get(called)
                if place is not None and len(node.args) > place:
                    act = node.args[place]
                    if isinstance(act, ast.Constant):
                        assert act.value in PERMISSIONS, (name, act.value)
                        asked.add(act.value)
            if isinstance(node, ast.keyword) and node.arg == "act":
                asked |= {it.value for it in ast.walk(node) if isinstance(it, ast.Constant)}
            if isinstance(node, ast.Constant) and name.startswith("pages/parts/cx_pyramid/forms"):
                asked |= {node.value} & {"assess"}  # given on to the one guard of its forms
    assert set(PERMISSIONS) - asked == set()


def test_nothing_else_compares_roles() -> None:
    found = set()
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and any(
                isinstance(it, ast.Attribute) and it.attr == "role" for it in ast.walk(node)
            ):
                found.add(name)
    assert found - DECIDING == BELOW_THE_LIST


@pytest.mark.parametrize("role", ROLES)
def test_whoever_may_do_anything_to_the_whole_may_change(role: str) -> None:
    reader = Reader("x", role)  # type: ignore[arg-type]
    changing = [it for it in PERMISSIONS if it not in {"measures"} | WITHIN_A_SCOPE]
    assert may(reader, "change") == any(may(reader, it) for it in changing)
    scoped = Reader("x", role, Scope.of({"region": ["Nord"]}))  # type: ignore[arg-type]
    within = {it for it in WITHIN_A_SCOPE if may(reader, it)}
    assert {it for it in PERMISSIONS if may(scoped, it)} == within >= {"see"}
    assert set(LEAST_ROLE) == set(PERMISSIONS)
