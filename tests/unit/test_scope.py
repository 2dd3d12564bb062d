"""What a scope lets through, and when one lies inside another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.models import DIMENSIONS, EVERYTHING, Dimension, Scope

VALUES = ("a", "b", "c")
scopes = st.dictionaries(
    st.sampled_from(("segment", "region")), st.lists(st.sampled_from(VALUES)), max_size=2
).map(Scope.of)


def lets_through(scope: Scope, row: dict[str, str | None]) -> bool:
    return all(row[name] in values for name, values in scope.allowed)


@given(scopes, scopes)
def test_inside_means_that_no_row_is_let_through_by_the_inner_alone(a: Scope, b: Scope) -> None:
    rows = [{"segment": s, "region": r} for s in (*VALUES, None) for r in (*VALUES, None)]
    seen = [row for row in rows if lets_through(a, row)]
    assert a.is_within(b) == all(lets_through(b, row) for row in seen)


@given(scopes)
def test_every_scope_lies_inside_everything(scope: Scope) -> None:
    assert scope.is_within(EVERYTHING)
    assert EVERYTHING.is_within(scope) == scope.is_everything


def test_equal_scopes_are_equal_however_they_were_written() -> None:
    one: dict[Dimension, list[str]] = {"region": ["b", "a", "a"], "segment": ["x"]}
    other: dict[Dimension, list[str]] = {"segment": ["x"], "region": ["a", "b"]}
    assert hash(Scope.of(one)) == hash(Scope.of(other))
    assert Scope.of(one) == Scope.of(other)


def test_no_value_is_nothing_and_not_everything() -> None:
    assert Scope.of({"segment": []}).is_nothing
    assert not Scope.of({"segment": []}).is_everything


def test_a_dimension_that_does_not_exist_is_refused() -> None:
    assert "shop" not in DIMENSIONS
    with pytest.raises(ValueError, match="shop"):
        Scope.of({"shop": ["x"]})  # type: ignore[dict-item]
