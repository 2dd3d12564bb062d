"""The document that a browser gets first: in the reader's language, with the frame's own script.

Streamlit has one document for all addresses, in English and under its own name. Here it is put in
the reader's language before it leaves the server, and an address that no page has gets a page that
says so.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxdata.i18n import LOCALES, N_, SOURCE_LOCALE, Locale, translator
from pages.components.navigation import PAGES

SCRIPT = Path(__file__).with_name("frame.js")
SCRIPT_PATH = "/frame.js"
KNOWN_PATHS = frozenset({"/", *(f"/{entry.url_path}" for entry in PAGES)})
# What the app would answer otherwise than with the whole document.
_CONDITIONAL = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
_ROOT = b'<div id="root"></div>'
NO_SCRIPT = N_("The dashboard needs JavaScript, which is switched off in this browser.")
NO_PAGE = N_("There is no page at this address.")
NO_PAGE_HINT = N_("The link may be cut off, or from an earlier version of the dashboard.")
TO_OVERVIEW = N_("To the overview")
LOOK = (
    "body{font:16px/1.5 'Source Sans','Source Sans 3',system-ui,sans-serif;color:#1d2b33;"
    "background:#fff;max-width:36rem;margin:20vh auto;padding:0 1.5rem}"
    "h1{font-size:1.5rem}a{color:#0b6670}"
    "@media(prefers-color-scheme:dark){body{color:#e6edef;background:#11191d}a{color:#5fc3cc}}"
)


class FrontPage:
    """Serves the document of each page, the script beside it, and a page for bad addresses."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app = app
        self.base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        path = str(scope["path"]).removeprefix(self.base_path) or "/"
        if path == SCRIPT_PATH:
            await script()(scope, receive, send)
            return
        headers = Headers(scope=scope)
        bare = [each for each in scope["headers"] if each[0].lower() not in _CONDITIONAL]
        is_page = "text/html" in headers.get("accept", "")
        asked = {**scope, "headers": bare} if is_page else scope
        document = _Document(scope, path, self.base_path, send)
        await self.app(asked, receive, document.send if is_page else send)


class _Document:
    """Holds a response back until it is known whether it is Streamlit's document."""

    def __init__(self, scope: Scope, path: str, base_path: str, send: Send) -> None:
        self.scope, self.path, self.base_path, self.onward = scope, path, base_path, send
        self.start: Message | None = None
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_document(message):
            self.start = message
        elif self.start is None or message["type"] != "http.response.body":
            await self.onward(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._answer(self.start)

    async def _answer(self, start: Message) -> None:
        locale = asked_locale(self.scope)
        if _ROOT not in self.body:
            headers = MutableHeaders(raw=list(start["headers"]))
            response = Response(self.body, start["status"], dict(headers))
        elif self.path.rstrip("/") in KNOWN_PATHS and self.path.endswith("/") and self.path != "/":
            query = self.scope["query_string"].decode("latin-1")
            place = self.base_path + self.path.rstrip("/")
            response = RedirectResponse(f"{place}?{query}" if query else place, 307)
        elif self.path not in KNOWN_PATHS:
            response = HTMLResponse(missing_page(locale, self.base_path), 404)
        else:
            response = HTMLResponse(worded(self.body.decode(), locale), start["status"])
        response.headers["cache-control"] = "no-cache"
        response.headers["vary"] = "accept-encoding, accept-language"
        if "gzip" in Headers(scope=self.scope).get("accept-encoding", ""):
            response.body = gzip.compress(bytes(response.body), 6, mtime=0)
            response.headers["content-encoding"] = "gzip"
            response.headers["content-length"] = str(len(response.body))
        await response(self.scope, _nothing, self.onward)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _is_document(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and (
        "content-encoding" not in headers
    )


def asked_locale(scope: Scope) -> Locale:
    """The language that the address names, else that of the browser if there is one like it."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    header = Headers(scope=scope).get("accept-language", "")
    first = re.split("[-_,;]", header.strip().lower())[0]
    for code in (*query.get("lang", [])[-1:], first):
        for locale in LOCALES:
            if code == locale:
                return locale
    return SOURCE_LOCALE


@cache
def worded(document: str, locale: Locale) -> str:
    """Streamlit's document in that language, under the product's name, with the frame's script."""
    tr = translator(locale)
    said = re.sub(r'<html lang="[^"]*">', f'<html lang="{locale}">', document)
    said = re.sub(
        r"<title>.*?</title>", f"<title>{escape(tr('Customer experience'))}</title>", said
    )
    said = re.sub(
        r"<noscript>.*?</noscript>",
        f"<noscript><p>{escape(tr(NO_SCRIPT))}</p></noscript>",
        said,
        flags=re.DOTALL,
    )
    said = re.sub(r'<link rel="service-desc"[^>]*>', "", said)
    return said.replace(
        "</head>", f'<script defer src=".{SCRIPT_PATH}?{_digest()}"></script></head>'
    )


@cache
def missing_page(locale: Locale, base_path: str) -> str:
    """What stands at an address that no page has; it repeats nothing of the address."""
    tr = translator(locale)
    return (
        f'<!DOCTYPE html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(tr(NO_PAGE))}</title><style>{LOOK}</style></head><body><main>"
        f"<h1>{escape(tr(NO_PAGE))}</h1><p>{escape(tr(NO_PAGE_HINT))}</p>"
        f'<p><a href="{escape(base_path)}/?lang={locale}">{escape(tr(TO_OVERVIEW))}</a></p>'
        "</main></body></html>"
    )


def script() -> Response:
    """The frame's script; its address changes with it, so it is kept for ever."""
    response = Response(SCRIPT.read_bytes(), media_type="text/javascript")
    response.headers["cache-control"] = "public, max-age=31536000, immutable"
    return response


@cache
def _digest() -> str:
    return hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]
