"""Pages for three roles: what each is offered, what each is refused, and a right that is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cxdata.access.acts import Permission
from cxdata.access.identity import Identity
from cxdata.access.rights import Right, Subject, grant, recorded_rights, revoke, rights_changes
from cxdata.config import load_settings
from cxdata.errors import AccessError, LoginNeeded
from cxdata.models import ROLES, Role, Scope
from cxdata.store.connection import Store
from pages.components import reader
from tests.app.conftest import Opened
from tests.stores import add, answers

ACCESS = load_settings().access
Opens = Callable[..., Opened]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "cx.duckdb")
    for role in ROLES:
        right = Right(Subject("person", role), role, may_see_people=role == "manager")
        grant(store, right)
    yield store
    store.close()


@pytest.fixture
def filled(store: Store) -> Store:
    add(store, answers([9, 3] * 6), "responses")
    return store


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """``asks("manager")``: who is logged in from now on."""

    def asks(name: str) -> None:
        monkeypatch.setattr(reader, "session_identity", lambda: Identity(name))
        monkeypatch.setattr(reader, "signed_name", lambda: name)

    return asks


def links(page: Opened) -> list[str]:
    return [link.label for link in page.app.sidebar.get("page_link")]


def button_keys(app: AppTest) -> set[str]:
    """Without the number of the batch that a button is of."""
    return {str(each.key).split(":")[0] for each in app.button}


@pytest.mark.parametrize("role", ROLES)
def test_the_links_are_those_of_the_pages_that_the_role_can_use(
    store: Store, opened: Opens, asks: Callable[[str], None], role: Role
) -> None:
    asks(role)
    shown = links(opened(store, "data/methods.py"))
    assert ("Import" in shown) == (role != "reader")
    assert ("Settings" in shown) == (role == "administrator")
    assert {"Overview", "NPS", "Data", "Methods"} <= set(shown)


@pytest.mark.parametrize(
    ("role", "page", "said"),
    [
        ("reader", "data/import_extract.py", "Only managers and administrators"),
        ("reader", "data/settings.py", "Only administrators"),
        ("manager", "data/settings.py", "Only administrators"),
    ],
)
def test_a_page_that_the_role_may_not_use_is_refused_by_its_address_too(
    store: Store, opened: Opens, asks: Callable[[str], None], role: str, page: str, said: str
) -> None:
    asks(role)
    shown = opened(store, page)
    assert said in shown.app.main.error[0].value
    assert not shown.app.main.get("file_uploader")
    assert not shown.app.main.selectbox


def test_the_data_page_offers_each_role_what_it_may_do(
    filled: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    offered = {}
    for role in ROLES:
        asks(role)
        offered[role] = button_keys(opened(filled, "data/inventory.py").app)
    assert {"undo_ask", "backup_now", "check_all"} <= offered["administrator"]
    assert offered["manager"] & {"undo_ask", "backup_now", "check_all"} == {"undo_ask"}
    assert not offered["reader"] & {"undo_ask", "backup_now", "check_all", "restore_ask"}


def test_who_sees_a_part_is_offered_nothing_that_changes_the_whole(
    filled: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    grant(filled, Right(Subject("person", "nord"), "manager", Scope.of({"region": ["Nord"]})))
    asks("nord")
    assert "Import" not in links(opened(filled, "data/inventory.py"))
    assert "undo_ask" not in button_keys(opened(filled, "data/inventory.py").app)
    refused = opened(filled, "data/import_extract.py")
    assert "your rights reach only a part" in refused.app.main.error[0].value


def test_a_right_that_is_taken_while_the_page_is_open_is_gone_with_the_next_click(
    filled: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    asks("manager")
    page = opened(filled, "data/inventory.py")
    assert "undo_ask" in button_keys(page.app)
    revoke(filled, Subject("person", "manager"))
    page.app.button("undo_ask:1").click().run()
    assert "Nobody has given manager rights here yet." in page.text
    assert not page.app.main.table
    assert not links(page)


def test_what_is_drawn_no_more_is_refused_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch, asks: Callable[[str], None]
) -> None:
    monkeypatch.setenv("CXDATA_STORE", str(store.path))
    acts: dict[Permission, set[str]] = {
        "import": {"manager", "administrator"},
        "settings": {"administrator"},
    }
    for act, allowed in acts.items():
        for role in (*ROLES, "nobody"):
            asks(role)
            if role in allowed:
                assert reader.guard(act).name == role
                continue
            with pytest.raises(AccessError):
                reader.guard(act)


def test_rights_are_given_and_taken_on_the_page_and_signed(
    store: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    asks("administrator")
    page = opened(store, "data/settings.py", part="access")
    [name] = [it for it in page.app.main.text_input if (it.key or "").startswith("access_name")]
    name.input(" Zoe@Example.org ")
    page.app.button("access_save").click().run()
    assert "The rights of zoe@example.org were saved." in page.text
    [zoe] = [it for it in recorded_rights(store) if it.subject.name == "zoe@example.org"]
    assert (zoe.role, zoe.may_see_people, zoe.changed_by) == ("reader", False, "administrator")
    pick(page, "access_picked", "person:zoe@example.org")
    page.app.button("access_remove").click().run()
    assert "zoe@example.org has no rights any more." in page.text
    assert rights_changes(store)[0].right is None


def test_the_last_administrator_stays_on_the_page_too(
    store: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    asks("administrator")
    page = opened(store, "data/settings.py", part="access", lang="fr")
    pick(page, "access_picked", "person:administrator")
    page.app.button("access_remove").click().run()
    assert "au moins un administrateur" in page.text
    assert len(recorded_rights(store)) == 3


def test_an_administrator_sees_the_dashboard_as_somebody_else_and_changes_nothing(
    filled: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    grant(filled, Right(Subject("person", "other"), "administrator"))
    asks("administrator")
    page = opened(filled, "data/settings.py", part="access")
    view_as(page, "person:manager")
    page.app.switch_page("data/inventory.py").run()
    assert "You see the dashboard as manager." in page.text
    assert "Settings" not in links(page)
    assert "backup_now" not in button_keys(page.app)
    page.app.button("leave_view").click().run()
    assert "You see the dashboard as" not in page.text
    page = opened(filled, "data/settings.py", part="access")
    view_as(page, "person:other")
    page.app.switch_page("data/inventory.py").run()
    page.app.button("backup_now").click().run()
    assert "as other: nothing can be changed." in page.text
    assert "There is no backup yet." in page.text


def test_a_view_of_somebody_whose_rights_were_taken_can_be_left(
    store: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    asks("administrator")
    page = opened(store, "data/settings.py", part="access")
    view_as(page, "person:reader")
    revoke(store, Subject("person", "reader"))
    page.app.run()
    assert "Nobody has given reader rights here yet." in page.text
    page.app.button("leave_view").click().run()
    assert "Settings" in links(page)


def test_nobody_else_can_see_the_dashboard_as_somebody(
    store: Store, opened: Opens, asks: Callable[[str], None]
) -> None:
    asks("administrator")
    page = opened(store, "data/methods.py")
    page.app.session_state["seen_as"] = Subject("person", "administrator")
    asks("reader")
    page.app.run()
    assert "Settings" not in links(page)
    assert "seen_as" not in page.app.session_state


def pick(page: Opened, key: str, value: str) -> None:
    [box] = [it for it in page.app.main.selectbox if (it.key or "").startswith(key)]
    box.set_value(value).run()
    assert not page.app.exception


def view_as(page: Opened, subject: str) -> None:
    pick(page, "access_view", subject)
    page.app.button("access_view_do").click().run()
    assert not page.app.exception
    name = subject.partition(":")[2]
    assert f"You see the dashboard as {name}." in page.text


def login(**claims: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "iat": 1_000_000, "email": "Ada@Example.org", **claims}


def test_a_login_names_a_person_and_groups() -> None:
    found = reader.login_identity(login(groups=["A", "b", 3, ""]), ACCESS, 1_000_100)
    assert found == Identity("ada@example.org", ("A", "b"))
    assert reader.login_identity(login(groups="A"), ACCESS, 1_000_100).groups == ("A",)
    assert reader.login_identity(login(groups={"A": 1}), ACCESS, 1_000_100).groups == ()


@pytest.mark.parametrize(
    ("claims", "now", "error"),
    [
        ({}, 0, LoginNeeded),
        (login(is_logged_in="yes"), 1_000_100, LoginNeeded),
        (login(), 1_000_000 + ACCESS.login_seconds + 1, LoginNeeded),
        (login(), 1_000_000 - 301, LoginNeeded),
        (login(iat=None), 1_000_100, LoginNeeded),
        (login(iat=True), 1_000_100, LoginNeeded),
        (login(iat="1000000"), 1_000_100, LoginNeeded),
        (login(iat=float("nan")), 1_000_100, LoginNeeded),
        (login(email=""), 1_000_100, AccessError),
        (login(email=["a@b.c"]), 1_000_100, AccessError),
        (login(email_verified=False), 1_000_100, AccessError),
    ],
)
def test_a_login_that_is_none_or_old_or_names_nobody_lets_nobody_in(
    claims: dict[str, Any], now: float, error: type[AccessError]
) -> None:
    with pytest.raises(error):
        reader.login_identity(claims, ACCESS, now)
