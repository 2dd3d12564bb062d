"""People log in with a provider: three roles, a right that is taken, a login that is too old."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from cxdata.access.rights import Right, Subject, grant
from cxdata.models import ROLES
from cxdata.store.connection import Store
from tests.e2e.conftest import Server, Tab, free_port
from tests.stores import add, answers

SECRET = "not a secret, but long enough to sign with"
HOURS_LATER = 13 * 3600
# What the provider's own pages would fetch for their looks; it is kept from them.
OF_PROVIDER = re.compile(r"https://cdn\.jsdelivr\.net/.*")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Where people are whoever they say they are."""
    people = [User(sub=it, claims={"email": f"{it}@example.org"}) for it in (*ROLES, "stranger")]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rights") / "cx.duckdb"
    store = Store.open(path)
    for role in ROLES:
        grant(store, Right(Subject("person", f"{role}@example.org"), role))
    grant(store, Right(Subject("group", "cx readers"), "reader"))
    add(store, answers([9, 3] * 10), "responses")
    store.close()
    return path


@pytest.fixture(scope="module")
def server(
    provider: str, store_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The dashboard, where people log in with that provider."""
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    (folder / "login.toml").write_text(
        f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "dashboard"
client_secret = "anything"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
    )
    environment = {"CXDATA_LOGIN": str(folder / "login.toml"), "AUTHLIB_INSECURE_TRANSPORT": "1"}
    server = Server(store_path, folder / "server.log", environment, port)
    server.start()
    yield server
    server.stop()


def logged_in(tab: Tab, who: str) -> None:
    """As a person does: the button, the provider's page, and back."""
    tab.page.route(OF_PROVIDER, lambda route: route.fulfill(body="", content_type="text/css"))
    tab.page.get_by_role("button", name="Log in", exact=True).click()
    tab.page.get_by_role("button", name=who, exact=True).click()
    tab.page.wait_for_url(re.compile(re.escape(tab.server.url)))
    tab.settle()
    assert all(OF_PROVIDER.match(it) for it in tab.outside)
    tab.outside.clear()


def links(tab: Tab) -> set[str]:
    """By their labels; the icons before them are letters, too."""
    texts = tab.sidebar.get_by_role("link").all_inner_texts()
    return {text.splitlines()[-1] for text in texts}


def says(tab: Tab, text: str) -> None:
    expect(tab.main.get_by_text(text)).to_be_visible(timeout=30_000)


def test_people_log_in_see_what_their_role_may_and_log_out(
    server: Server, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(server)
    says(tab, "Log in to see this dashboard.")
    assert links(tab) == set()
    logged_in(tab, "reader")
    assert "Overview" in links(tab)
    assert not links(tab) & {"Import", "Settings"}
    tab.open("settings")
    says(tab, "Only administrators of this dashboard may do this.")
    [cookie] = [it for it in tab.page.context.cookies() if it["name"] == "_streamlit_user"]
    lives = cookie["expires"] - tab.page.evaluate("Date.now() / 1000")
    assert cookie["httpOnly"]
    assert 0 < lives <= 12 * 3600
    second = tab.page.context.new_page()
    second.goto(f"{server.url}/methods")
    expect(second.get_by_text("example.org")).to_be_visible(timeout=30_000)
    tab.sidebar.get_by_role("button", name="Log out").click()
    tab.page.get_by_role("button", name="End session").click()
    says(tab, "Log in to see this dashboard.")
    tab.outside.clear()  # the provider's page that asks once more
    second.get_by_role("link", name="Data").click()
    expect(second.get_by_text("You have logged out.")).to_be_visible(timeout=30_000)


def test_a_right_that_an_administrator_takes_is_gone_at_the_next_click(
    server: Server, open_tab: Callable[..., Tab]
) -> None:
    manager, administrator = open_tab(server), open_tab(server)
    logged_in(manager, "manager")
    assert "Import" in links(manager)
    logged_in(administrator, "administrator")
    administrator.open("settings?part=access")
    box = administrator.main.get_by_role("combobox", name="Person or group").first
    administrator.choose(box, "manager@example.org")
    administrator.settle()
    administrator.main.get_by_role("button", name="Take all rights away").click()
    says(administrator, "has no rights any more.")
    manager.sidebar.get_by_role("link", name="Import").click()
    says(manager, "Nobody has given manager")
    manager.settle()
    assert links(manager) == set()


def test_who_has_no_rights_an_old_login_or_a_forged_one_sees_nothing(
    server: Server, open_tab: Callable[..., Tab]
) -> None:
    stranger = open_tab(server)
    logged_in(stranger, "stranger")
    says(stranger, "Nobody has given stranger")
    old = open_tab(server)
    now = old.page.evaluate("Math.floor(Date.now() / 1000)")
    for secret, said in ((SECRET, "Your login is too old."), (SECRET[::-1], "Log in to see")):
        claims = {
            "origin": server.url,
            "is_logged_in": True,
            "email": "administrator@example.org",
            "iat": now - HOURS_LATER,
            "provider": "default",
        }
        value = create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()
        cookie = {"name": "_streamlit_user", "value": value, "url": server.url}
        old.page.context.add_cookies([cookie])
        old.page.goto(server.url)
        says(old, said)
        assert links(old) == set()
