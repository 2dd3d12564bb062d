"""Saved views: kept under a name, each reader's own or everybody's; never a way past a right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxdata.access.identity import LOCAL_READER
from cxdata.cli.views import told_views
from cxdata.errors import AccessError, CxDataError
from cxdata.followup.saved_views import (
    MOST_VIEWS,
    VIEW_LETTERS,
    AskedView,
    change_view,
    lost_filters,
    remove_view,
    replace_view,
    save_view,
    saved_views,
    set_start,
    start_ids,
    start_view,
)
from cxdata.models import Reader, Scope
from cxdata.store.connection import Store
from tests.stores import add, answers

ADA, BOB = Reader("ada", "manager"), Reader("bob", "reader")
NORD = Reader("nora", "reader", Scope.of({"region": ["Nord"]}))
NORD_MANAGER = Reader("nils", "manager", Scope.of({"region": ["Nord"]}))
HERE = AskedView.of("nps", {"period": ["last_month"], "part": ["groups"]})
IN_NORD = AskedView.of("nps", {"region": ["Nord"]})
IN_SUD = AskedView.of("nps", {"region": ["Sud"]})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "cx.duckdb")
    yield store
    store.close()


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("views") / "cx.duckdb")
    rows = answers([9, 3] * 6)
    for place, row in enumerate(rows):
        row["region"] = "Nord" if place % 2 else "Sud"
    add(store, rows, "responses")
    yield store
    store.close()


def names(store: Store, reader: Reader) -> list[str]:
    return [view.name for view in saved_views(store, reader)]


def test_a_view_keeps_what_the_address_carries_but_the_language(store: Store) -> None:
    asked = AskedView.of("nps", {"lang": ["fr"], "segment": ["B", "A"], "part": ["groups"]})
    save_view(store, BOB, "  Monday \n meeting ", asked)
    [view] = saved_views(store, BOB)
    assert (view.name, view.owner, view.is_shared) == ("Monday meeting", "bob", False)
    assert view.asked.values == {"part": ["groups"], "segment": ["B", "A"]}


def test_own_views_are_nobody_elses_and_shared_ones_everybodys(store: Store) -> None:
    own = save_view(store, ADA, "Mine", HERE)
    save_view(store, ADA, "Ours", HERE, is_shared=True)
    assert names(store, ADA) == ["Mine", "Ours"]
    assert names(store, BOB) == ["Ours"]
    with pytest.raises(CxDataError, match="no such view"):
        remove_view(store, BOB, own)
    with pytest.raises(CxDataError, match="no such view"):
        set_start(store, BOB, own)


def test_a_reader_keeps_views_and_shares_none(store: Store) -> None:
    own = save_view(store, BOB, "Mine", HERE)
    shared = save_view(store, ADA, "Ours", HERE, is_shared=True)
    for refused in (
        lambda: save_view(store, BOB, "Other", HERE, is_shared=True),
        lambda: change_view(store, BOB, own, name="Mine", is_shared=True),
        lambda: change_view(store, BOB, shared, name="Theirs", is_shared=False),
        lambda: replace_view(store, BOB, shared, IN_SUD),
        lambda: remove_view(store, BOB, shared),
        lambda: set_start(store, BOB, shared, for_everybody=True),
        lambda: save_view(store, NORD_MANAGER, "Nord", HERE, is_shared=True),
    ):
        with pytest.raises(AccessError):
            refused()
    assert [(it.name, it.is_shared) for it in saved_views(store, BOB)] == [
        ("Mine", False),
        ("Ours", True),
    ]


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_name_is_one_views_whatever_its_case(store: Store, is_shared: bool) -> None:
    save_view(store, ADA, "Été", HERE, is_shared=is_shared)
    with pytest.raises(CxDataError, match="called ÉTÉ already"):
        save_view(store, ADA, "ÉTÉ", HERE, is_shared=is_shared)
    save_view(store, ADA, "Été", HERE, is_shared=not is_shared)
    with pytest.raises(CxDataError, match="already"):
        change_view(store, ADA, saved_views(store, ADA)[0].view_id, name="été", is_shared=True)


@pytest.mark.parametrize("name", ["", "  ", "x" * (VIEW_LETTERS + 1), "a\x00b"])
def test_a_name_that_is_none_is_refused(store: Store, name: str) -> None:
    with pytest.raises(CxDataError):
        save_view(store, ADA, name, HERE)
    assert saved_views(store, ADA) == ()


def test_a_view_is_renamed_replaced_shared_and_removed(store: Store) -> None:
    view_id = save_view(store, ADA, "One", HERE)
    replace_view(store, ADA, view_id, IN_NORD)
    change_view(store, ADA, view_id, name="Two", is_shared=True)
    [view] = saved_views(store, BOB)
    assert (view.name, view.asked, view.owner) == ("Two", IN_NORD, "ada")
    set_start(store, BOB, view_id)
    set_start(store, ADA, view_id, for_everybody=True)
    change_view(store, ADA, view_id, name="Two", is_shared=False)
    assert saved_views(store, BOB) == ()
    assert start_view(store, BOB) is None
    assert start_ids(store, BOB) == (None, None)
    remove_view(store, ADA, view_id)
    with pytest.raises(CxDataError, match="no such view"):
        remove_view(store, ADA, view_id)


def test_ones_own_start_comes_before_the_firms(store: Store) -> None:
    ours = save_view(store, ADA, "Ours", HERE, is_shared=True)
    mine = save_view(store, BOB, "Mine", IN_SUD)
    assert start_view(store, BOB) is None
    with pytest.raises(CxDataError, match="everybody may open"):
        set_start(store, ADA, save_view(store, ADA, "Adas", HERE), for_everybody=True)
    set_start(store, ADA, ours, for_everybody=True)
    starts = [start_view(store, it) for it in (ADA, BOB)]
    assert [it.name for it in starts if it] == ["Ours", "Ours"]
    set_start(store, BOB, mine)
    assert start_ids(store, BOB) == (mine, ours)
    remove_view(store, BOB, mine)
    assert start_ids(store, BOB) == (None, ours)
    set_start(store, ADA, None, for_everybody=True)
    assert start_view(store, BOB) is None


def test_who_sees_a_part_is_told_of_no_shared_view_that_asks_for_the_rest(
    two_regions: Store,
) -> None:
    inside = {
        "Nord": IN_NORD,
        "All": HERE,
        "Part named as a code": AskedView.of("nps", {"part": ["Nord"]}),
    }
    outside = {
        "Sud": IN_SUD,
        "Both": AskedView.of("nps", {"region": ["Nord", "Sud"]}),
        "Chosen on the page": AskedView.of("churn-cost", {"reasons_region": ["Sud"]}),
        "Word of a comment": AskedView.of("nps", {"words_theme": ["wait"]}),
    }
    for name, asked in (inside | outside).items():
        save_view(two_regions, ADA, name, asked, is_shared=True)
    save_view(two_regions, NORD, "Own, wider once", IN_SUD)
    assert set(names(two_regions, NORD)) == {*inside, "Own, wider once"}
    assert set(names(two_regions, BOB)) == {*inside, *outside}
    first = next(it for it in saved_views(two_regions, BOB) if it.name == "Sud")
    with pytest.raises(CxDataError, match="no such view"):
        set_start(two_regions, NORD, first.view_id)
    set_start(two_regions, ADA, first.view_id, for_everybody=True)
    assert start_view(two_regions, NORD) is None
    assert start_view(two_regions, BOB) == first


def test_a_filter_of_which_nothing_is_left_is_lost_and_a_smaller_one_is_not() -> None:
    asked = AskedView.of("nps", {"region": ["Sud"], "segment": ["A", "B"], "part": ["x"]})
    assert lost_filters(asked, {"region": ["Sud"], "segment": ["B"]}) == {}
    assert lost_filters(asked, {"segment": ["B"]}) == {"region": ("Sud",)}


def test_there_are_not_more_views_than_a_list_can_show(store: Store) -> None:
    with store.transaction() as con:
        con.execute(
            """insert into saved_views
            select 'v' || i, 'View ' || i, 'bob', false, '', '{}', timestamp '2026-01-01'
            from range($most) as numbers(i)""",
            {"most": MOST_VIEWS},
        )
    with pytest.raises(CxDataError, match="the most"):
        save_view(store, BOB, "One more", HERE)
    save_view(store, ADA, "Hers", HERE)


def test_saving_leaves_what_pages_remember(store: Store) -> None:
    before = store.data_version
    save_view(store, ADA, "Mine", HERE)
    assert store.data_version == before
    with store.cursor() as con:
        [(kept,)] = con.execute("select query from saved_views").fetchall()
    assert json.loads(kept) == HERE.values


def test_the_command_lists_views_with_their_addresses(store: Store) -> None:
    save_view(store, ADA, "Ours", IN_NORD, is_shared=True)
    save_view(store, BOB, "Bobs", HERE)
    save_view(store, LOCAL_READER, "Mine", HERE)
    told = told_views(store, LOCAL_READER)
    assert [(it["name"], it["address"]) for it in told.document["views"]] == [
        ("Mine", "/nps?part=groups&period=last_month"),
        ("Ours", "/nps?region=Nord"),
    ]
    assert [it["name"] for it in told_views(store, NORD).document["views"]] == []
