"""Who may do and see what: given, taken, looked up, joined; never more than somebody gave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata.access.acts import LEAST_ROLE, PERMISSIONS, Permission, may, see_may
from cxdata.access.identity import LOCAL, LOCAL_READER, Identity, joined, reader_of
from cxdata.access.rights import (
    Right,
    Subject,
    grant,
    recorded_rights,
    revoke,
    rights_changes,
)
from cxdata.errors import AccessError
from cxdata.models import EVERYTHING, ROLES, Reader, Role, Scope
from cxdata.store.connection import Store

TODAY = date(2026, 6, 15)
NORD, SUD = Scope.of({"region": ["Nord"]}), Scope.of({"region": ["Sud"]})
BOTH = Scope.of({"region": ["Nord", "Sud"]})
ADA, BOB, TEAM = Subject("person", "ada"), Subject("person", "bob"), Subject("group", "Team")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "cx.duckdb")
    yield store
    store.close()


def of_group(scope: Scope, role: Role = "reader", people: bool = False, name: str = "g") -> Right:
    return Right(Subject("group", name), role, scope, people)


def test_nobody_without_a_right_gets_in_and_the_local_administrator_needs_none(
    store: Store,
) -> None:
    for nobody in (Identity("ada"), Identity(""), Identity("", ("Team",))):
        with pytest.raises(AccessError, match="rights here yet"):
            reader_of(store, nobody, TODAY)
    assert (
        reader_of(store, LOCAL, TODAY)
        == LOCAL_READER
        == Reader("local", "administrator", (EVERYTHING), True)
    )
    with pytest.raises(AccessError):
        reader_of(store, Identity("local"), TODAY)  # a login that is called so is nobody


def test_a_right_is_found_by_the_name_in_lower_case_until_its_last_day(store: Store) -> None:
    grant(store, Right(Subject("person", " Ada@Example.ORG "), "reader", NORD, True, TODAY))
    found = reader_of(store, Identity("ADA@example.org"), TODAY)
    assert found == Reader("ada@example.org", "reader", NORD, True)
    with pytest.raises(AccessError, match="have ended"):
        reader_of(store, Identity("ada@example.org"), TODAY + timedelta(days=1))


def test_ones_own_right_wins_over_those_of_groups_also_when_it_has_ended(store: Store) -> None:
    grant(store, Right(TEAM, "administrator"))
    grant(store, Right(ADA, "reader", NORD))
    assert reader_of(store, Identity("ada", ("Team",)), TODAY).role == "reader"
    assert reader_of(store, Identity("bob", ("Team",)), TODAY) == Reader("bob", "administrator")
    grant(store, Right(ADA, "reader", NORD, until_on=TODAY - timedelta(days=1)))
    with pytest.raises(AccessError, match="have ended"):
        reader_of(store, Identity("ada", ("Team",)), TODAY)
    with pytest.raises(AccessError):
        reader_of(store, Identity("bob", ("team", "TEAM")), TODAY)  # another group


def test_groups_are_joined_only_where_nothing_comes_out_that_none_of_them_gives() -> None:
    assert joined([of_group(NORD), of_group(SUD)]).scope == BOTH
    assert joined([of_group(NORD), of_group(EVERYTHING)]).scope == EVERYTHING
    assert joined([of_group(BOTH), of_group(SUD)]).scope == BOTH
    assert joined([of_group(EVERYTHING), of_group(NORD, "manager")]).scope == NORD
    assert not joined([of_group(NORD, people=True), of_group(SUD)]).may_see_people
    crossed = [
        of_group(Scope.of({"region": ["Nord"], "segment": ["A"]})),
        of_group(Scope.of({"region": ["Sud"], "segment": ["B"]})),
    ]
    with pytest.raises(AccessError, match="don't go together"):
        joined(crossed)
    with pytest.raises(AccessError, match="don't go together"):
        joined([of_group(NORD), of_group(Scope.of({"segment": ["A"]}))])


SCOPES = st.dictionaries(
    st.sampled_from(["region", "segment"]), st.sets(st.sampled_from("AB"), min_size=1)
).map(Scope.of)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(of_group, SCOPES, st.sampled_from(ROLES), st.booleans()), min_size=1))
def test_whatever_groups_somebody_has_no_row_is_seen_that_none_of_them_shows(
    rights: list[Right],
) -> None:
    try:
        result = joined(rights)
    except AccessError:
        return
    giving = [it for it in rights if it.role == result.role]
    assert ROLES.index(result.role) == max(ROLES.index(it.role) for it in rights)
    assert not result.may_see_people or all(it.may_see_people for it in giving)
    for region in "ABC":
        for segment in "ABC":
            row = Scope.of({"region": [region], "segment": [segment]})
            assert row.is_within(result.scope) == any(row.is_within(it.scope) for it in giving)


def test_the_last_administrator_stays_whatever_is_asked(store: Store) -> None:
    grant(store, Right(BOB, "reader"))
    with pytest.raises(AccessError, match="one administrator at least"):
        grant(store, Right(ADA, "administrator", until_on=TODAY))
    grant(store, Right(ADA, "administrator"))
    for less in (
        lambda: revoke(store, ADA),
        lambda: grant(store, Right(ADA, "manager")),
        lambda: grant(store, Right(ADA, "administrator", until_on=date(2099, 1, 1))),
    ):
        with pytest.raises(AccessError, match="one administrator at least"):
            less()
    assert reader_of(store, Identity("ada"), TODAY).role == "administrator"
    grant(store, Right(BOB, "administrator"))
    revoke(store, ADA)
    with pytest.raises(AccessError):
        revoke(store, BOB)


def test_what_was_given_is_kept_with_who_and_when_after_it_was_taken(store: Store) -> None:
    version = store.data_version
    grant(store, Right(ADA, "administrator"), changed_by="setup")
    grant(store, Right(BOB, "reader", NORD, True, TODAY), changed_by="ada")
    revoke(store, BOB, changed_by="ada")
    assert store.data_version == version + 3
    assert [it.subject for it in recorded_rights(store)] == [ADA]
    taken, given_, first = rights_changes(store)
    assert (taken.subject, taken.right, taken.changed_by) == (BOB, None, "ada")
    assert given_.right is not None
    assert (given_.right.scope, given_.right.until_on) == (NORD, TODAY)
    assert (first.number, first.changed_by) == (1, "setup")
    with pytest.raises(AccessError, match="bob has no rights here"):
        revoke(store, BOB)


@pytest.mark.parametrize(
    "right",
    [
        Right(Subject("person", "  "), "reader"),
        Right(Subject("person", "a" * 255), "reader"),
        Right(Subject("group", "a\nb"), "reader"),
        Right(ADA, "administrator", NORD),
        Right(ADA, "reader", Scope.of({"region": []})),
    ],
)
def test_a_right_that_makes_no_sense_is_refused_and_changes_nothing(
    store: Store, right: Right
) -> None:
    with pytest.raises(AccessError):
        grant(store, right)
    assert rights_changes(store) == ()


def test_each_act_has_a_least_role_and_whoever_sees_a_part_changes_nothing() -> None:
    assert set(PERMISSIONS) == set(LEAST_ROLE)
    allowed = {role: {act for act in PERMISSIONS if may(Reader("x", role), act)} for role in ROLES}
    assert allowed["reader"] == {"see", "measures", "views"}
    assert allowed["manager"] == {act for act in PERMISSIONS if LEAST_ROLE[act] != "administrator"}
    assert allowed["administrator"] == set(PERMISSIONS)
    assert all(allowed[low] < allowed[high] for low, high in combinations(ROLES, 2))
    for role in ROLES:
        within = {act for act in PERMISSIONS if may(Reader("x", role, NORD), act)}
        assert within == allowed[role] & {"see", "views", "cases"}


@pytest.mark.parametrize(
    ("act", "said"),
    [("import", "Only managers"), ("rights", "Only administrators")],
)
def test_a_refused_act_says_who_may(act: Permission, said: str) -> None:
    with pytest.raises(AccessError, match=said):
        see_may(Reader("x", "reader"), act)


def test_an_act_that_nobody_listed_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no act"):
        see_may(LOCAL_READER, "fly")  # type: ignore[arg-type]
