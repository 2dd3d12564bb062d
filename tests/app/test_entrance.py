"""A header that names people counts from the proxy alone; without a way in nobody is served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.testclient import TestClient
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import gather_user_info
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cxdata.access.ways_in import LoginFile, WayIn, way_in
from cxdata.config import load_settings
from cxdata.errors import AccessError
from pages.components import reader
from pages.server import entrance
from tests.servers import StartedServer, started_server

ACCESS = load_settings().access
HEADER = WayIn("header", replace(ACCESS, trusted_header="x-user"))
ADA = ("x-user", "ada@example.org")
Sent = list[tuple[str, str]]


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """What stands in the place of Streamlit: it gives a login's cookies."""
    response = Response("in")
    response.set_cookie("_streamlit_user", "ada", max_age=2592000)
    response.set_cookie("_streamlit_user_1", "lovelace", max_age=2592000)
    response.set_cookie("other", "x", max_age=2592000)
    await response(scope, receive, send)


def client(peer: str = "127.0.0.1") -> TestClient:
    return TestClient(entrance.Entrance(behind), client=(peer, 50000))


@pytest.fixture
def comes_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    def comes_in(way: WayIn) -> None:
        monkeypatch.setattr(entrance, "entrance_of_process", lambda: way)

    return comes_in


@pytest.mark.parametrize(
    ("peer", "sent", "status"),
    [
        ("127.0.0.1", [ADA], 200),
        ("127.0.0.1", [], 401),
        ("127.0.0.1", [("x-user", "")], 401),
        ("127.0.0.1", [("x-user", "  ")], 401),
        ("127.0.0.1", [ADA, ("X-User", "administrator")], 401),
        ("127.0.0.1", [("x_user", "ada")], 401),
        ("203.0.113.5", [ADA], 403),
        ("203.0.113.5", [ADA, ("x-forwarded-for", "127.0.0.1")], 403),
        ("203.0.113.5", [], 403),
    ],
)
def test_a_header_counts_once_and_from_the_proxy(
    comes_in: Any, peer: str, sent: Sent, status: int
) -> None:
    comes_in(HEADER)
    assert client(peer).get("/", headers=sent).status_code == status
    # Programs show a token of their own, which is asked behind.
    passing = ("/health", "/metrics", "/api/v1/show", "/api/v1/openapi.json")
    assert {client(peer).get(it, headers=sent).status_code for it in passing} == {200}
    others = ("/api/v1/../", "/api/v1/a/b", "/health/x", "//health", "/apiXv1/show")
    assert {client(peer).get(it, headers=sent).status_code for it in others} == {status}


def test_where_nobody_can_log_in_and_others_may_reach_it_nothing_is_served(comes_in: Any) -> None:
    comes_in(way_in(ACCESS, "0.0.0.0", LoginFile()))
    told = client().get("/", headers=[ADA])
    assert told.status_code == 403
    assert "nobody logs in to it" in told.text
    comes_in(way_in(ACCESS, "127.0.0.1", LoginFile()))
    assert client().get("/").status_code == 200


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_the_cookies_of_a_login_live_as_long_as_it_counts(
    comes_in: Any, is_encrypted: bool
) -> None:
    comes_in(WayIn("login", ACCESS, is_encrypted=is_encrypted))
    *login, other = client().get("/").headers.get_list("set-cookie")
    assert [("Max-Age=43200" in it, "Secure" in it) for it in login] == [(True, is_encrypted)] * 2
    assert "Max-Age=2592000" in other
    assert "Secure" not in other


def test_a_session_is_gone_on_with_by_whom_it_belongs_to_alone(comes_in: Any) -> None:
    comes_in(HEADER)
    try:
        entrance.keep_sessions_apart()
        told = [gather_user_info(Headers({"x-user": it})) for it in ("ada", "bob")]
    finally:
        config.set_option("server.trustedUserHeaders", {})
    assert told == [{"named_by_proxy": "ada"}, {"named_by_proxy": "bob"}]


def test_a_page_that_a_proxy_let_in_is_to_be_loaded_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "entrance_of_process", lambda: HEADER)
    state: dict[str, Any] = {}
    shown = SimpleNamespace(
        session_state=state,
        user=SimpleNamespace(to_dict=dict),
        context=SimpleNamespace(headers=Headers({"x-user": "ada"})),
    )
    shown.context.headers.get_all = shown.context.headers.getlist  # type: ignore[attr-defined]
    monkeypatch.setattr(reader, "st", shown)
    assert reader.session_identity().name == "ada"
    state["came_in_at"] -= ACCESS.login_seconds + 1
    with pytest.raises(AccessError, match="open for too long"):
        reader.session_identity()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedServer]:
    folder = tmp_path_factory.mktemp("proxied")
    with started_server(folder, CXDATA_TRUSTED_HEADER="X-User") as server:
        yield server


def opens(server: StartedServer, headers: Mapping[str, str], origin: str | None = None) -> int:
    """The status that a websocket to the dashboard is answered with."""
    own = f"http://127.0.0.1:{server.port}"
    url = own.replace("http", "ws") + "/_stcore/stream"
    try:
        with connect(url, additional_headers=headers, origin=origin or own):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_started_server_believes_the_peer_not_what_is_forwarded(server: StartedServer) -> None:
    host = f"Host: 127.0.0.1:{server.port}"

    def status(*lines: str) -> int:
        return server.answer("GET / HTTP/1.1", host, *lines, "Connection: close").status

    assert status() == 401
    assert status("X-User: ada", "X-User: bob") == 401
    assert status("X-User: ada") == 200
    # The proxy says for whom it asks; the peer is the proxy all the same.
    assert status("X-User: ada", "X-Forwarded-For: 203.0.113.5") == 200
    foreign = server.answer("GET / HTTP/1.1", "Host: evil.example", "X-User: ada")
    assert foreign.status == 403
    assert opens(server, {}) == 401
    assert opens(server, {"X-User": "ada"}) == 101
    assert opens(server, {"X-User": "ada"}, origin="http://evil.example") == 403
    assert opens(server, {"X-User": "ada", "Host": "evil.example"}) in {400, 403}
    assert "the proxy doesn't say who asks" in server.log
