"""What the server does once per process, and what it adds to every response.

Streamlit leaves its own bundles uncompressed, imports the heavy libraries inside the first
session and collects all garbage after every run. Here the bundles are compressed once and kept,
everything is imported and one page is built before anybody is let in, and what that made is
frozen out of the garbage collection.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import hashlib
import importlib
import logging
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance
from streamlit.runtime.session_manager import SessionClient

import cxdata
from cxdata.errors import CxDataError
from cxdata.i18n import LOCALES
from cxdata.store.connection import Store
from cxdata.store.schedule import backups_on_schedule
from pages.components.context import show_error, store_path, tr

HEAVY = ("pandas", "pyarrow", "plotly.io", "polars", "duckdb", "numpy", "babel", "fastexcel")
FRONTEND = Path(file_util.get_static_dir())
COMPRESSED_TYPES = {".js": "text/javascript", ".css": "text/css"}
# Bundles that the next page will need: fetched when the browser has nothing else to do.
# As a preload they came before the page itself and delayed it (docs/performance.md).
NEXT_BUNDLES = ("PlotlyChart.*.js",)
FIRST_PAGE_SECONDS = 30

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Everything that would otherwise meet the first visitors."""
    compressing = asyncio.create_task(run_in_threadpool(compress_all))
    import_everything()
    open_store()
    for locale in LOCALES:
        await build_first_page(f"lang={locale}")
    gc.collect()
    gc.freeze()
    with backups_on_schedule(store_path()):
        yield
    compressing.cancel()


def import_everything() -> None:
    """Before the first session: many first visitors at once meet half-imported modules else."""
    for name in (*HEAVY, *_own_modules()):
        importlib.import_module(name)


def _own_modules() -> Iterator[str]:
    """All of cxdata but its command line."""
    folder = Path(cxdata.__path__[0])
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        if not {"cli", "__main__"} & set(parts):
            yield ".".join(parts).removesuffix(".__init__")


def open_store() -> None:
    """A store that can't be opened doesn't stop the server: the page says what is wrong."""
    try:
        Store.open(store_path())
    except CxDataError as error:
        log.error("%s", error)


async def build_first_page(query: str) -> None:
    """Run the first page for nobody, so that nobody waits for what it builds once."""
    reader = _Nobody()
    runtime = get_instance()
    session = runtime.connect_session(reader, {})
    request = BackMsg()
    request.rerun_script.query_string = query
    runtime.handle_backmsg(session, request)
    with suppress(TimeoutError):
        await asyncio.wait_for(reader.finished.wait(), FIRST_PAGE_SECONDS)
    runtime.close_session(session)


class _Nobody(SessionClient):
    """A client that reads nothing and notices when the page is complete."""

    def __init__(self) -> None:
        self.finished = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        if msg.WhichOneof("type") == "script_finished":
            self.finished.set()


async def health(_request: Request) -> Response:
    """200 while the store answers, 503 with the reason otherwise."""
    try:
        store = Store.open(store_path())
    except CxDataError as error:
        return JSONResponse({"status": "no store", "reason": str(error)}, 503)
    return JSONResponse({"status": "ok", "data_version": store.data_version})


def show_script_error(error: Exception) -> bool:
    """One sentence in the page; Streamlit has written the traceback to the log."""
    if isinstance(error, CxDataError):
        show_error(error)
    else:
        st.error(
            tr()("This page can't be shown because of a fault in the dashboard. It is in the log.")
        )
    return True


class CompressedBundles:
    """Serves Streamlit's hashed scripts and styles compressed, to be kept for ever."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.prefix = f"/{str(config.get_option('server.baseUrlPath') or '').strip('/')}".rstrip(
            "/"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bundle = self._bundle(scope)
        if bundle is None:
            await self.app(scope, receive, send)
            return
        body = await run_in_threadpool(compressed, bundle)
        response = Response(body, media_type=COMPRESSED_TYPES[bundle.suffix])
        response.headers["content-encoding"] = "gzip"
        response.headers["vary"] = "accept-encoding"
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        await response(scope, receive, send)

    def _bundle(self, scope: Scope) -> Path | None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return None
        if "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return None
        return bundles().get(str(scope["path"]).removeprefix(self.prefix))


@cache
def bundles() -> dict[str, Path]:
    """Streamlit's scripts and styles by their address."""
    return {
        f"/{file.relative_to(FRONTEND).as_posix()}": file
        for file in FRONTEND.glob("static/*/*")
        if file.suffix in COMPRESSED_TYPES
    }


@cache
def compressed(bundle: Path) -> bytes:
    return gzip.compress(bundle.read_bytes(), 6, mtime=0)


def compress_all() -> None:
    for bundle in bundles().values():
        compressed(bundle)


class PageHeaders:
    """Says to the browser what it may do, and what it will need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.page = {"content-security-policy": content_policy(), "link": next_bundles()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(EVERY_RESPONSE)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.update(self.page)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


EVERY_RESPONSE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
}


def content_policy() -> str:
    """Nothing from elsewhere; the only script in the page is the one Streamlit wrote there."""
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *_inline_script_hashes()]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


def next_bundles() -> str:
    """A Link header; relative, so it holds under any base path."""
    found = [file for name in NEXT_BUNDLES for file in FRONTEND.glob(f"static/js/{name}")]
    return ", ".join(f"<./static/js/{file.name}>; rel=prefetch" for file in found)


def _inline_script_hashes() -> Iterator[str]:
    page = (FRONTEND / "index.html").read_text("utf-8")
    for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        digest = hashlib.sha256(script.encode()).digest()
        yield f"'sha256-{b64encode(digest).decode()}'"
