"""The document that a browser gets first, and what stands at an address that no page has."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.components.navigation import PAGES
from pages.server.front_page import FrontPage
from pages.server.startup import FRONTEND

HTML = {"accept": "text/html,*/*", "accept-encoding": "identity"}


def _document(_request: Request) -> Response:
    return HTMLResponse((FRONTEND / "index.html").read_text("utf-8"), headers={"etag": '"x"'})


def _other(_request: Request) -> Response:
    return HTMLResponse("<p>a login</p>", 401)


def _text(_request: Request) -> Response:
    return PlainTextResponse("text")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    routes = [
        Route("/cx/login", _other),
        Route("/cx/text", _text),
        Route("/cx/{path:path}", _document),
    ]
    app = FrontPage(Starlette(routes=routes), base_path="/cx")
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "header", "lang"),
    [
        ("?lang=fr", "en", "fr"),
        ("", "fr-BE,fr;q=0.9,en;q=0.8", "fr"),
        ("", "de", "en"),
        ("?lang=de", "fr", "fr"),
        ("?lang=<script>", "", "en"),
        ("?segment=Gold&lang=en", "fr", "en"),
    ],
)
def test_the_document_is_in_the_readers_language(
    query: str, header: str, lang: str, client: TestClient
) -> None:
    page = client.get(f"/cx/nps{query}", headers={**HTML, "accept-language": header})
    assert page.status_code == 200
    assert f'<html lang="{lang}">' in page.text
    title = {"en": "Customer experience", "fr": "Expérience client"}[lang]
    assert f"<title>{title}</title>" in page.text
    assert "Streamlit app" not in page.text
    assert "service-desc" not in page.text
    assert "accept-language" in page.headers["vary"]
    assert "etag" not in page.headers


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "overview")
def test_every_page_has_the_frames_script(entry: object, client: TestClient) -> None:
    page = client.get(f"/cx/{entry.url_path}", headers=HTML)  # type: ignore[attr-defined]
    assert '<div id="root">' in page.text
    place = page.text.split('<script defer src=".')[1].split('"')[0]
    script = client.get(f"/cx{place}")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]


@pytest.mark.parametrize("path", ["nope", "nope/deeper", "nps/x", "%3Cscript%3E"])
def test_a_bad_address_gets_a_page_that_repeats_nothing_of_it(
    path: str, client: TestClient
) -> None:
    page = client.get(f"/cx/{path}?lang=fr", headers=HTML)
    assert page.status_code == 404
    assert "Il n’y a pas de page à cette adresse." in page.text
    assert 'href="/cx/?lang=fr"' in page.text
    assert "nope" not in page.text
    assert "script" not in page.text


def test_a_slash_too_many_leads_to_the_page(client: TestClient) -> None:
    page = client.get("/cx/nps/?segment=Gold", headers=HTML)
    assert (page.status_code, page.headers["location"]) == (307, "/cx/nps?segment=Gold")


def test_what_is_no_document_goes_through_as_it_is(client: TestClient) -> None:
    login = client.get("/cx/login", headers=HTML)
    assert (login.status_code, login.text) == (401, "<p>a login</p>")
    assert client.get("/cx/text", headers=HTML).text == "text"
    assert client.get("/cx/nope", headers={"accept": "*/*"}).headers["etag"] == '"x"'


def test_the_document_is_compressed_for_who_can_read_it(client: TestClient) -> None:
    with client.stream("GET", "/cx/nps", headers={**HTML, "accept-encoding": "gzip"}) as page:
        assert page.headers["content-encoding"] == "gzip"
        assert b'<div id="root">' in gzip.decompress(b"".join(page.iter_raw()))
