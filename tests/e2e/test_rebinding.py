"""A page of another website, whose name points at this machine, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import EVIL, Server

# What a foreign page tries at an address of the dashboard; what it learns, or how it failed.
ATTEMPTS = """
async (address) => {
  const read = async (path, options) => {
    try {
      const answer = await fetch(address + path, options);
      return answer.type === "opaque" ? "opaque" : answer.status + " " + (await answer.text());
    } catch (error) { return "failed"; }
  };
  const opened = await new Promise((tell) => {
    const socket = new WebSocket(address.replace("http", "ws") + "/_stcore/stream", ["streamlit"]);
    socket.onopen = () => tell("opened");
    socket.onerror = () => tell("failed");
  });
  const script = await new Promise((tell) => {
    const element = document.createElement("script");
    element.src = address + "/health";
    element.onload = () => tell("loaded");
    element.onerror = () => tell("failed");
    document.body.append(element);
  });
  return {
    page: await read("/"), health: await read("/health"), opened, script,
    blind: await read("/health", {mode: "no-cors"}),
    sent: await read("/_stcore/upload_file/a/b", {method: "PUT", body: "x", mode: "cors"}),
  };
}
"""


class _ForeignPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A foreign page</title>")

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def foreign_port() -> Iterator[int]:
    """A website of somebody else, on another port of this machine."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), _ForeignPage)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield site.server_port
    site.shutdown()
    site.server_close()


@pytest.fixture
def rebound(browser: Browser) -> Iterator[Page]:
    """A tab for which the foreign name points at this machine."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


REFUSED = "403 Refused: foreign Host."


def test_a_name_that_points_at_this_machine_is_refused(
    sample_server: Server, rebound: Page
) -> None:
    answer = rebound.goto(f"http://{EVIL}:{sample_server.port}/nps")
    assert answer is not None
    assert answer.status == 403
    text = rebound.inner_text("body")
    assert "Refused: foreign Host." in text
    assert EVIL not in text


def test_a_page_that_was_there_before_the_name_moved_reads_nothing(
    sample_server: Server, rebound: Page
) -> None:
    address = f"http://{EVIL}:{sample_server.port}"
    attack = "<!doctype html><title>Before the name moved</title><body>"
    rebound.route(f"{address}/attack", lambda it: it.fulfill(body=attack, content_type="text/html"))
    rebound.goto(f"{address}/attack")
    found = rebound.evaluate(ATTEMPTS, address)
    for name in ("page", "health", "blind", "sent"):
        assert found[name].startswith(REFUSED), (name, found)
    assert found["opened"] == "failed"
    assert found["script"] == "failed"


@pytest.mark.parametrize("own_name", [EVIL, "localhost", "127.0.0.1"])
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_page_on_another_port_reads_and_opens_nothing(
    sample_server: Server, rebound: Page, foreign_port: int, own_name: str, name: str
) -> None:
    rebound.goto(f"http://{own_name}:{foreign_port}/")
    found = rebound.evaluate(ATTEMPTS, f"http://{name}:{sample_server.port}")
    assert set(found.values()) == {"failed"}, found


def test_the_same_browser_is_let_in_under_the_names_of_this_machine(
    sample_server: Server, rebound: Page
) -> None:
    for name in ("localhost", "127.0.0.1"):
        address = f"http://{name}:{sample_server.port}"
        rebound.goto(f"{address}/nps")
        rebound.wait_for_selector("[data-testid=stMetricValue]")
        found = rebound.evaluate(ATTEMPTS, address)
        assert found["health"].startswith("200 ")
        assert found["opened"] == "opened"
