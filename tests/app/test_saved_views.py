"""Saved views on the pages: saved, opened, started with, refused where nothing would be left."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cxdata.access.identity import Identity
from cxdata.access.rights import Right, Subject, grant
from cxdata.followup.saved_views import AskedView, save_view, saved_views, set_start, start_ids
from cxdata.models import ROLES, Reader, Scope
from cxdata.store.connection import Store
from pages.components import reader
from tests.app.conftest import Opened, as_read
from tests.stores import add, answers

Opens = Callable[..., Opened]
MANAGER = Reader("manager", "manager")
LOCAL = Reader("local", "administrator")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("views") / "cx.duckdb")
    rows = answers([9, 3] * 8)
    for place, row in enumerate(rows):
        row["region"] = "Nord" if place % 2 else "Sud"
    add(store, rows, "responses")
    for role in ROLES:
        grant(store, Right(Subject("person", role), role))
    grant(store, Right(Subject("person", "nora"), "reader", Scope.of({"region": ["Nord"]})))
    yield store
    store.close()


@pytest.fixture
def store(filled: Store) -> Iterator[Store]:
    yield filled
    with filled.transaction() as con:
        con.execute("delete from saved_views; delete from start_views")


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def asks(name: str) -> None:
        monkeypatch.setattr(reader, "session_identity", lambda: Identity(name))

    return asks


def press_list(page: Opened) -> Opened:
    """The page with the list of views open."""
    key = f"views:{_epoch(page)}:en"
    page.app.session_state[key] = True
    page.app.run()
    assert not page.app.exception
    return page


def in_dialog(page: Opened, dialog: str) -> None:
    """A run with that dialog open, as the browser runs it alone."""
    page.app.session_state["views_dialog"] = dialog
    page.app.run()
    assert not page.app.exception


def _epoch(page: Opened) -> int:
    state = page.app.session_state
    return int(state["views_epoch"]) if "views_epoch" in state else 0


def listed(page: Opened) -> list[str]:
    return [as_read(it.label) for it in page.app.button if str(it.key).startswith("view:")]


def query(page: Opened) -> dict[str, list[str]]:
    said = dict(page.app.query_params).items()
    return {name: [it] if isinstance(it, str) else list(it) for name, it in said}


def test_what_is_seen_is_saved_and_opened_again(store: Store, opened: Opens) -> None:
    page = opened(store, "insights/nps.py", period="last_month", region=["Sud"], part="groups")
    press_list(page)
    in_dialog(page, "save")
    page.app.text_input("view_name").set_value("Sud *today*")
    page.app.toggle("view_starts").set_value(True)
    page.app.button("view_save").click()
    in_dialog(page, "save")
    [view] = saved_views(store, LOCAL)
    assert view.asked.values == {
        "comparison": ["previous_period"],
        "part": ["groups"],
        "period": ["last_month"],
        "region": ["Sud"],
        "survey": ["relationship"],
    }
    assert start_ids(store, LOCAL) == (view.view_id, None)
    elsewhere = press_list(opened(store, "insights/nps.py", region=["Nord"], nps_grain="week"))
    assert listed(elsewhere) == ["Sud *today*"]
    elsewhere.app.button(f"view:{view.view_id}").click().run()
    assert query(elsewhere) == {"part": ["groups"], "period": ["last_month"], "region": ["Sud"]}


def test_who_enters_without_an_address_sees_their_start(store: Store, opened: Opens) -> None:
    asked = AskedView.of("", {"period": ["3m"], "region": ["Sud"]})
    set_start(store, LOCAL, save_view(store, LOCAL, "Sud", asked))
    entered = opened(store, "insights/overview.py")
    assert query(entered) == {"period": ["3m"], "region": ["Sud"]}
    assert query(opened(store, "insights/overview.py", lang="fr")) == {
        "lang": ["fr"],
        "period": ["3m"],
        "region": ["Sud"],
    }
    assert query(opened(store, "insights/overview.py", period="6m")) == {"period": ["6m"]}
    assert query(opened(store, "insights/nps.py")) == {}


def test_a_view_whose_filter_is_gone_says_so_and_shows_nothing_else(
    store: Store, opened: Opens
) -> None:
    view_id = save_view(store, LOCAL, "Ouest", AskedView.of("", {"region": ["Ouest"]}))
    set_start(store, LOCAL, view_id)
    entered = opened(store, "insights/overview.py")
    said = "“Ouest” isn't opened: the data has nothing of what it filters by (Region: Ouest)."
    assert said in entered.text
    assert query(entered) == {}
    save_view(store, LOCAL, "Two", AskedView.of("", {"region": ["Ouest", "Sud"]}))
    press_list(entered)
    entered.app.button(f"view:{saved_views(store, LOCAL)[1].view_id}").click().run()
    assert "“Two” filters by what the data doesn't have; left out: Ouest." in entered.text
    assert query(entered) == {"region": ["Sud"]}


def test_a_reader_shares_nothing_and_who_sees_a_part_is_not_told_of_the_rest(
    store: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    save_view(store, MANAGER, "In Sud", AskedView.of("nps", {"region": ["Sud"]}), is_shared=True)
    save_view(store, MANAGER, "In Nord", AskedView.of("nps", {"region": ["Nord"]}), is_shared=True)
    asks("nora")
    page = press_list(opened(store, "insights/nps.py"))
    assert listed(page) == ["In Nord"]
    assert "Sud" not in page.text
    page.app.button("views_save").click().run()
    assert [it.key for it in page.app.toggle] == ["view_starts"]
    asks("reader")
    page = press_list(opened(store, "insights/nps.py"))
    assert listed(page) == ["In Nord", "In Sud"]
    page.app.button("views_change").click().run()
    assert not [it for it in page.app.text_input if str(it.key).startswith("view_renamed")]
    assert not [it for it in page.app.button if it.key == "view_delete"]


def test_nobodys_views_are_changed_by_whoever_sees_as_somebody_else(
    store: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    save_view(store, Reader("reader", "reader"), "Theirs", AskedView.of("nps", {}))
    asks("administrator")
    page = opened(store, "insights/nps.py")
    page.app.session_state["seen_as"] = Subject("person", "reader")
    page.app.run()
    press_list(page)
    assert listed(page) == ["Theirs"]
    assert not [it for it in page.app.button if str(it.key).startswith("views_")]
    assert "nothing can be changed" in page.text


def test_a_deletion_is_asked_once_more(store: Store, opened: Opens) -> None:
    for name in ("One", "Two"):
        save_view(store, LOCAL, name, AskedView.of("nps", {}))
    page = press_list(opened(store, "insights/nps.py"))
    page.app.button("views_change").click().run()
    for last in ("view_delete_not", "view_delete_do"):
        assert len(saved_views(store, LOCAL)) == 2
        for key in ("view_delete", last):
            page.app.button(key).click()
            in_dialog(page, "change")
    assert [it.name for it in saved_views(store, LOCAL)] == ["Two"]
    assert [as_read(it.value) for it in page.app.toast] == ["“One” was deleted."]
