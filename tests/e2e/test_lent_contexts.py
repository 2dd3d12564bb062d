"""What one reader left in a browser, the next one who is lent it doesn't find."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.e2e.readers import Readers

pytestmark = pytest.mark.browser
STORE = """async () => {
    localStorage.setItem('left', 'here');
    sessionStorage.setItem('left', 'here');
    document.cookie = 'left=here; max-age=9999';
    await (await caches.open('left')).put('/left', new Response('here'));
    await new Promise(done => { indexedDB.open('left').onsuccess = done; });
}"""
STORED = """async () => ({
    local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
    caches: await caches.keys(), databases: (await indexedDB.databases()).map(it => it.name),
    place: (await navigator.permissions.query({name: 'geolocation'})).state,
})"""


class _Site(ThreadingHTTPServer):
    """A page and a script that browsers may keep; counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Site)
        self.server.asked[self.path] += 1
        is_script = self.path == "/kept.js"
        self.send_response(404 if self.path == "/routed" else 200)
        self.send_header("content-type", "text/javascript" if is_script else "text/html")
        self.send_header("cache-control", "max-age=9999, immutable" if is_script else "no-store")
        self.end_headers()
        self.wfile.write(b"var kept;" if is_script else b"<script src=kept.js></script>")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[_Site]:
    site = _Site()
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield site
    site.shutdown()
    site.server_close()


@pytest.fixture
def lenders(browser: Browser) -> Iterator[Readers]:
    readers = Readers(browser)
    yield readers
    for each in readers.free.get("en-GB", []):
        each.context.close()


def test_a_lent_context_is_empty_but_for_files_that_may_be_kept(
    lenders: Readers, site: _Site
) -> None:
    reader = lenders.lend("en-GB", f"{site.url}/health")
    assert lenders.free["en-GB"] == []
    context, page = reader.context, reader.context.new_page()
    page.goto(site.url)
    new = page.evaluate(STORED)
    context.grant_permissions(["geolocation"], origin=site.url)
    context.route("**/routed", lambda route: route.fulfill(body="routed"))
    page.evaluate(STORE)
    left = page.evaluate(STORED)
    assert not {name for name in left if left[name] == new[name]}
    page.goto(f"{site.url}/routed")
    assert "routed" in page.content()

    lenders.take_back(reader)
    assert lenders.lend("en-GB", site.url) is reader
    assert reader.pages == []
    assert context.cookies() == []
    page = context.new_page()
    page.goto(site.url)
    assert page.evaluate(STORED) == new
    answer = page.goto(f"{site.url}/routed")
    assert answer is not None
    assert answer.status == 404
    assert site.asked["/kept.js"] == 1
    lenders.take_back(reader)
