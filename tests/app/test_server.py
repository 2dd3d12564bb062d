"""What the server adds to Streamlit's own responses, without starting one."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message
from streamlit import net_util
from streamlit.web.server import server_util

from cxdata.errors import StoreError
from cxdata.i18n import translator
from cxdata.store.connection import Store
from pages.server import startup as server
from pages.server.startup import (
    FRONTEND,
    CompressedBundles,
    PageHeaders,
    answer_fault,
    ask_nobody_outside,
    bundles,
    every_response,
    health,
    import_everything,
)

PAGE = HTMLResponse("<p>page</p>")


def answer(app: ASGIApp, path: str, **headers: str) -> SimpleNamespace:
    """The response of an ASGI application to one GET request."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": named, "query_string": b""}
    asyncio.run(app(scope, receive, send))
    return SimpleNamespace(
        status=messages[0]["status"],
        headers={name.decode(): value.decode() for name, value in messages[0]["headers"]},
        body=b"".join(message.get("body", b"") for message in messages[1:]),
    )


@pytest.fixture(params=["PlotlyChart.", "index."])
def bundle(request: pytest.FixtureRequest) -> tuple[str, Path]:
    return next(item for item in bundles().items() if f"/js/{request.param}" in item[0])


def test_a_bundle_is_sent_compressed_and_kept_for_ever(bundle: tuple[str, Path]) -> None:
    address, file = bundle
    response = answer(CompressedBundles(PAGE), address, accept_encoding="gzip, br")
    assert gzip.decompress(response.body) == file.read_bytes()
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"].startswith("text/javascript")
    assert int(response.headers["content-length"]) < file.stat().st_size / 2


def test_a_browser_without_gzip_gets_what_streamlit_sends(bundle: tuple[str, Path]) -> None:
    assert answer(CompressedBundles(PAGE), bundle[0]).body == PAGE.body


@pytest.mark.parametrize("path", ["/", "/nps", "/static/js/../../index.html", "/static/js/none.js"])
def test_everything_else_is_left_to_streamlit(path: str) -> None:
    assert answer(CompressedBundles(PAGE), path, accept_encoding="gzip").body == PAGE.body


def test_a_page_may_load_nothing_from_elsewhere_and_run_no_script_but_its_own() -> None:
    policy = answer(PageHeaders(PAGE), "/nps").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert "unsafe" not in rules["script-src"]
    assert not re.search(r"https?:|\*", policy)
    for script in inline_scripts():
        assert (
            f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
            in rules["script-src"]
        )


def test_a_page_names_bundles_that_exist() -> None:
    link = answer(PageHeaders(PAGE), "/").headers["link"]
    found = re.findall(r"<\./([^>]+)>; rel=prefetch", link)
    assert found
    assert all((FRONTEND / file).is_file() for file in found)


def test_no_response_can_be_framed_or_sniffed() -> None:
    headers = answer(PageHeaders(PAGE), "/").headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_fault_shows_the_id_under_which_it_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(server.st, "error", shown.append)
    for language in ("en", "fr"):
        monkeypatch.setattr(server, "tr", lambda language=language: translator(language))
        assert server.show_script_error(KeyError("Marie Dupont"))
    ids = re.findall(r"fault id=([0-9a-f]{6}) KeyError at", caplog.text)
    assert shown == [
        f"This page can't be shown because of a fault in the dashboard: fault {ids[0]}, "
        "see the log.",
        "Cette page ne peut pas s’afficher à cause d’une erreur du tableau de bord : "
        f"erreur {ids[1]}, voir le journal.",
    ]
    assert "Marie" not in caplog.text


def test_a_fault_outside_a_page_is_answered_with_its_id_and_all_headers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = asyncio.run(answer_fault(None, OSError("/home/marie")))  # type: ignore[arg-type]
    found = re.search(r"fault id=([0-9a-f]{6}) OSError", caplog.text)
    assert found
    assert response.status_code == 500
    assert (
        bytes(response.body).decode() == f"A fault in the dashboard: fault {found[1]}, see the log."
    )
    assert every_response().items() <= dict(response.headers).items()


def test_streamlit_has_nothing_left_to_ask_the_outside_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked(*_arguments: object) -> None:
        pytest.fail("asked for an address")

    for name in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, name, asked)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", asked)
    ask_nobody_outside()
    assert not server_util.is_url_from_allowed_origins("http://evil.example")


def test_settings_that_can_not_be_read_leave_the_door_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('[server]\nallowed_hosts = ["*"]')
    monkeypatch.setenv("CXDATA_SETTINGS", str(tmp_path / "settings.toml"))
    assert server.settings_or_defaults().server.allowed_hosts == ()


def test_everything_heavy_can_be_imported() -> None:
    import_everything()


def test_health_gives_the_data_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXDATA_STORE", str(tmp_path / "cx.duckdb"))
    response = asyncio.run(health(None))  # type: ignore[arg-type]
    assert json.loads(response.body) == {"status": "ok", "data_version": 0}
    Store.open(tmp_path / "cx.duckdb").close()


def test_health_tells_neither_path_nor_reason_of_a_store_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cx.duckdb").write_text("not a store")
    monkeypatch.setenv("CXDATA_STORE", str(tmp_path / "cx.duckdb"))
    response = asyncio.run(health(None))  # type: ignore[arg-type]
    assert response.status_code == 503
    assert json.loads(response.body) == {"status": "no store"}


def test_a_store_that_will_not_open_does_not_stop_the_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_path: object) -> Store:
        raise StoreError("Another program has the store {path} open.", path="cx.duckdb")

    monkeypatch.setattr(server.Store, "open", refuse)
    server.open_store()
    assert "refusal what=store Another program has the store … open." in caplog.text


def inline_scripts() -> Iterator[str]:
    yield from re.findall(
        r"<script>(.*?)</script>", (FRONTEND / "index.html").read_text("utf-8"), re.DOTALL
    )
