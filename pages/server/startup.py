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
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util, net_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance
from streamlit.runtime.session_manager import SessionClient

import cxdata
from cxdata.config import DEFAULT_SETTINGS, Settings, load_settings
from cxdata.errors import CxDataError
from cxdata.exports.mailing.sending import mails_on_schedule
from cxdata.i18n import LOCALES
from cxdata.ingest.people.retention import keep_to_time
from cxdata.ingest.soundness import light_check
from cxdata.installed import PACKAGED
from cxdata.leftovers import clear_leftovers
from cxdata.log import log_fault, log_refusal, log_start, log_stop, log_uncaught, set_up_log
from cxdata.store.connection import Store
from cxdata.store.schedule import backups_on_schedule
from pages.components.ahead import computing_ahead
from pages.components.context import computed_once, show_error, store_path, tr
from pages.components.reader import START_MARK, STARTING
from pages.server.asked_uploads import AskedUploads, give_only_asked_addresses
from pages.server.door import OWN_NAMES, Door, place
from pages.server.entrance import Entrance, keep_sessions_apart
from pages.server.front_page import FrontPage
from pages.server.patience import BodyLimits, limit_headers
from pages.server.programs import NotedPlace, found_by_programs, inbox_watched

HEAVY = ("pandas", "pyarrow", "plotly.io", "polars", "duckdb", "numpy", "babel", "fastexcel")
FRONTEND = Path(file_util.get_static_dir())
COMPRESSED_TYPES = {".js": "text/javascript", ".css": "text/css"}
# Bundles that the next page will need: fetched when the browser has nothing else to do.
# As a preload they came before the page itself and delayed it (docs/performance.md).
NEXT_BUNDLES = ("PlotlyChart.*.js",)
FIRST_PAGE_SECONDS = 30
# What surrounds a file in the body that brings it; as Streamlit counts it.
UPLOAD_FRAME_BYTES = 1024 * 1024

log = logging.getLogger(__name__)


def server_middleware() -> list[Middleware]:
    """What stands before Streamlit, the outermost first."""
    settings = settings_or_defaults()
    base_path = f"/{str(config.get_option('server.baseUrlPath') or '').strip('/')}".rstrip("/")
    is_encrypted = bool(config.get_option("server.sslCertFile"))
    upload_bytes = int(config.get_option("server.maxUploadSize")) * 1024 * 1024
    return [
        Middleware(PageHeaders),
        Middleware(
            Door,
            allowed_hosts=settings.server.allowed_hosts,
            base_path=base_path,
            is_encrypted=is_encrypted,
        ),
        Middleware(Entrance, base_path=base_path),
        Middleware(NotedPlace),
        Middleware(HeaderLimits, seconds=settings.server.header_seconds),
        Middleware(AskedUploads, held_bytes=settings.server.held_upload_bytes, base_path=base_path),
        Middleware(
            BodyLimits,
            settings=settings.server,
            max_upload_bytes=upload_bytes + UPLOAD_FRAME_BYTES,
            base_path=base_path,
        ),
        Middleware(CompressedBundles),
        Middleware(FrontPage, base_path=base_path),
    ]


def streamlit_hosts(allowed_hosts: Iterable[str]) -> list[str]:
    """The names as Streamlit wants them for its own check behind the door: without their ports."""
    places = [place(each) for each in (*OWN_NAMES, *allowed_hosts)]
    return sorted({each[0].strip("[]") for each in places if each})


def settings_or_defaults() -> Settings:
    """The settings, or where they can't be read those of the program: the door stays closed and
    the page says what is wrong."""
    try:
        return load_settings()
    except CxDataError as error:
        log_refusal("settings", error)
        return load_settings(DEFAULT_SETTINGS)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Everything that would otherwise meet the first visitors."""
    ask_nobody_outside()
    settings = settings_or_defaults()
    config.set_option("server.allowedHosts", streamlit_hosts(settings.server.allowed_hosts))
    keep_sessions_apart()
    set_up_log(store_path(), settings.log)
    log_uncaught()
    asyncio.get_running_loop().set_exception_handler(log_lost_fault)
    give_only_asked_addresses(get_instance())
    compressing = asyncio.create_task(run_in_threadpool(compress_all))
    import_everything()
    clear_leftovers()
    open_store()
    for locale in LOCALES:
        await build_first_page(f"lang={locale}")
    gc.collect()
    gc.freeze()
    with (
        backups_on_schedule(store_path(), also=keep_to_time),
        found_by_programs(),
        inbox_watched(settings.inbox),
        mails_on_schedule(store_path),
        computing_ahead(settings.server.ahead_after_seconds),
    ):
        yield
    compressing.cancel()
    log_stop()


def ask_nobody_outside() -> None:
    """Streamlit asks a server on the internet for its own address when it sees a foreign Origin,
    and to print it; the door lets none through to it, and here nothing is left to ask with."""
    net_util.get_external_ip = _no_address
    net_util.get_internal_ip = _no_address


def _no_address() -> None:
    return None


def log_lost_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Of what goes wrong where nobody waits for it; a connection that broke is no fault."""
    error = context.get("exception")
    if isinstance(error, BaseException) and not isinstance(error, ConnectionError):
        log_fault(error)


def import_everything() -> None:
    """Before the first session: many first visitors at once meet half-imported modules else."""
    for name in (*HEAVY, *_own_modules()):
        importlib.import_module(name)


def _own_modules() -> Iterator[str]:
    """All of cxdata but its command line."""
    folder = Path(cxdata.__path__[0])
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        if not {"cli", "__main__", PACKAGED} & set(parts):
            yield ".".join(parts).removesuffix(".__init__")


def open_store() -> None:
    """A store that can't be opened doesn't stop the server: the page says what is wrong."""
    try:
        store = Store.open(store_path())
        computed_once(store, light_check)  # what is wrong goes to the log
    except CxDataError as error:
        log_start(data_version=None)
        log_refusal("store", error)
    else:
        log_start(data_version=store.data_version)


async def build_first_page(query: str) -> None:
    """Run the first page for nobody, so that nobody waits for what it builds once."""
    reader = _Nobody()
    runtime = get_instance()
    session = runtime.connect_session(reader, {STARTING: START_MARK})
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
    """200 while the store answers, 503 otherwise; why stands in the log and on the page."""
    try:
        store = Store.open(store_path())
    except CxDataError as error:
        log_refusal("store", error)
        return JSONResponse({"status": "no store"}, 503)
    return JSONResponse({"status": "ok", "data_version": store.data_version})


def show_script_error(error: Exception) -> bool:
    """One sentence in the page, with the id under which the fault stands in the log."""
    if isinstance(error, CxDataError):
        log_refusal("page", error)
        show_error(error)
    else:
        st.error(
            tr()(
                "This page can't be shown because of a fault in the dashboard: "
                "fault {fault}, see the log.",
                fault=log_fault(error),
            )
        )
    return True


async def answer_fault(_request: Request, error: Exception) -> Response:
    """What goes wrong outside a page; this answer passes by the middleware."""
    text = f"A fault in the dashboard: fault {log_fault(error)}, see the log."
    return PlainTextResponse(text, 500, every_response())


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


class HeaderLimits:
    """Sets uvicorn's patience when the server starts; see ``patience``."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" and not limit_headers(
            receive, self.seconds, every_response()
        ):
            log.warning("This server isn't uvicorn: its own limits hold for slow headers.")
        await self.app(scope, receive, send)


class PageHeaders:
    """Says to the browser what it may do, and what it will need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.every = every_response()
        self.page = {"link": next_bundles()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in WITH_HEADERS:
                headers = MutableHeaders(scope=message)
                headers.update(self.every)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.update(self.page)
            await send(message)

        if scope["type"] == "websocket":
            await self.app(scope, receive, _spelled_out(scope, send_with_headers))
        else:
            await self.app(scope, receive, send_with_headers)


WITH_HEADERS = {"http.response.start", "websocket.http.response.start", "websocket.accept"}


def _spelled_out(scope: Scope, send: Send) -> Send:
    """A websocket that is closed before it was opened is refused with a response of our own:
    the server's has no headers."""
    has_begun = "websocket.http.response" not in scope.get("extensions", {})

    async def send_spelled_out(message: Message) -> None:
        nonlocal has_begun
        if message["type"] == "websocket.close" and not has_begun:
            start = {"type": "websocket.http.response.start", "status": 403, "headers": []}
            await send(start)
            message = {"type": "websocket.http.response.body", "body": b""}
        has_begun = True
        await send(message)

    return send_spelled_out


# What a page may use of the machine it is shown on: nothing but these.
USED_FEATURES = ("clipboard-write", "fullscreen")
UNUSED_FEATURES = (
    "accelerometer",
    "autoplay",
    "bluetooth",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "web-share",
    "xr-spatial-tracking",
)


def every_response() -> dict[str, str]:
    """The headers of every response, whatever it is."""
    features = [f"{name}=()" for name in UNUSED_FEATURES]
    features += [f"{name}=(self)" for name in USED_FEATURES]
    return {
        "content-security-policy": content_policy(),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(sorted(features)),
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN",
    }


@cache
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
