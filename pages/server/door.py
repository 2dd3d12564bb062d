"""The door: what is refused before Streamlit sees it.

A page of any website can send requests to this machine, and a name that its owner points at
127.0.0.1 makes the browser believe they are the page's own ("DNS rebinding"). So the server
answers only under names it knows, and only pages that it sent itself may ask for more than a
page. What a browser says of a request (``Host``, ``Origin``, ``Sec-Fetch-*``) can't be changed
by the page that makes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cxdata.log import log_refusal

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORTS = {"http": 80, "https": 443}
# Streamlit's pages need no other; uploads alone send anything.
READING = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[\w-]+)/(?P<file>[\w-]+)")
# What programs may change, with a token; who may what, cxdata/api says.
PROGRAMS = re.compile(r"/api/v1/[a-z]+")
FILE_OF_PROGRAMS = "/api/v1/import"
# Figures on memory and users, a way in for programs, a run of the page for anybody who asks.
CLOSED = re.compile(r"/_stcore/(metrics|agent|script-health-check)(/.*)?")
_HOST = re.compile(
    r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::(?P<port>[1-9]\d{0,4}))?",
    re.ASCII | re.IGNORECASE,
)
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@\\\s]+)", re.ASCII | re.IGNORECASE)

Place = tuple[str, int | None]  # a name in lower case, and the port if one was said


@dataclass(frozen=True)
class DoorRefusal:
    status: int
    reason: str  # in fixed words: it goes to the log


class Door:
    """Refuses a foreign ``Host``, a foreign ``Origin`` and whatever this server doesn't serve.

    Parameters
    ----------
    allowed_hosts
        Names besides this machine's own, as ``name`` or ``name:port``; one without a port holds
        for the server's own port and for none (that of a proxy before it).
    base_path
        Under which the dashboard lies, as ``/cx``; empty for the root.
    is_encrypted
        Whether the server itself speaks HTTPS.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowed_hosts: Iterable[str] = (),
        base_path: str = "",
        is_encrypted: bool = False,
    ) -> None:
        self.app = app
        self.named = {place(each) for each in allowed_hosts} - {None}
        self.base_path = base_path
        self.own_scheme = "https" if is_encrypted else "http"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = self.refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
            return
        log_refusal("request", refusal.reason)
        await refuse(refusal, scope, receive, send)

    def refusal(self, scope: Scope) -> DoorRefusal | None:
        """Why a request isn't let in; None if it is."""
        headers = Headers(scope=scope)
        return (
            self._host_refusal(scope, headers)
            or self._origin_refusal(headers)
            or _site_refusal(scope, headers)
            or self._path_refusal(scope)
        )

    def _host_refusal(self, scope: Scope, headers: Headers) -> DoorRefusal | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return DoorRefusal(400, "not exactly one Host")
        port = (scope.get("server") or (None, None))[1]
        forwarded = headers.getlist("x-forwarded-host")
        said = [hosts[0], *(each.strip() for value in forwarded for each in value.split(","))]
        if all(self._is_ours(place(host), port) for host in said):
            return None
        return DoorRefusal(403, "foreign Host")

    def _is_ours(self, host: Place | None, own_port: int | None) -> bool:
        if host is None:
            return False
        name, port = host
        effective = port or DEFAULT_PORTS[self.own_scheme]
        if name in OWN_NAMES and own_port is not None and effective == own_port:
            return True
        is_default = port is None or port in DEFAULT_PORTS.values()
        return host in self.named or (
            (name, None) in self.named and (is_default or port == own_port)
        )

    def _origin_refusal(self, headers: Headers) -> DoorRefusal | None:
        """A browser says where a request comes from wherever that matters; a program needn't."""
        origins = headers.getlist("origin")
        if not origins:
            return None
        host = place(headers["host"])
        if len(origins) == 1 and host is not None and self._is_same(origins[0], host):
            return None
        return DoorRefusal(403, "foreign Origin")

    def _is_same(self, origin: str, host: Place) -> bool:
        found = _ORIGIN.fullmatch(origin)
        if found is None:
            return False
        scheme = found["scheme"].lower()
        if host[0] in OWN_NAMES and host not in self.named and scheme != self.own_scheme:
            return False
        default = DEFAULT_PORTS[scheme]
        sent = place(found["host"])
        return sent is not None and (sent[0], sent[1] or default) == (host[0], host[1] or default)

    def _path_refusal(self, scope: Scope) -> DoorRefusal | None:
        raw = scope.get("raw_path") or str(scope["path"]).encode()
        path = str(scope["path"]).removeprefix(self.base_path)
        if not raw.startswith(b"/"):  # "GET http://evil.example/", or "CONNECT evil.example:443"
            return DoorRefusal(400, "an address that is no path")
        if CLOSED.fullmatch(path):
            return DoorRefusal(404, "a closed path")
        if scope["type"] == "websocket" or scope["method"] in READING:
            return None
        if scope["method"] in {"PUT", "DELETE"} and UPLOAD.fullmatch(path):
            return None
        if scope["method"] == "POST" and PROGRAMS.fullmatch(path):
            return _program_refusal(Headers(scope=scope))
        return DoorRefusal(405, "a method that nothing here takes")


def _site_refusal(scope: Scope, headers: Headers) -> DoorRefusal | None:
    """Another site's page may link here; it may not load, frame or embed anything from here."""
    site = headers.get("sec-fetch-site")
    if site in {None, "same-origin", "none"}:
        is_page = "sec-fetch-mode" in headers
        if scope["type"] == "websocket" and is_page and "origin" not in headers:
            return DoorRefusal(403, "a browser's websocket without an Origin")
        return None
    is_link = (
        scope["type"] == "http"
        and scope["method"] in {"GET", "HEAD"}
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )
    return None if is_link else DoorRefusal(403, "another site's request")


def _program_refusal(headers: Headers) -> DoorRefusal | None:
    """A page can't send this header to another site unless that site agrees; this one doesn't."""
    if "authorization" in headers:
        return None
    return DoorRefusal(401, "a change without a token")


def place(host: str) -> Place | None:
    """Name and port of a ``Host``; None for what no browser writes there.

    >>> place("LocalHost:8501"), place("[::1]"), place("cx.example.org")
    (('localhost', 8501), ('[::1]', None), ('cx.example.org', None))
    >>> place("user@127.0.0.1"), place("localhost."), place("127.0.0.1:99999"), place("")
    (None, None, None, None)
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return None
    name, port = found["name"].lower(), int(found["port"]) if found["port"] else None
    if port is not None and port > 65_535:
        return None
    return name, port


async def refuse(refusal: DoorRefusal, scope: Scope, receive: Receive, send: Send) -> None:
    """A short answer that repeats nothing of the request; the connection ends with it."""
    text = f"Refused: {refusal.reason}."
    if refusal.reason == "foreign Host":
        text += " The setting server.allowed_hosts names the hosts this dashboard answers to."
    headers = {"connection": "close", "cache-control": "no-store"}
    response = PlainTextResponse(text, refusal.status, headers)
    if scope["type"] == "websocket" and "websocket.http.response" not in scope["extensions"]:
        await send({"type": "websocket.close", "code": 1008})
        return
    await response(scope, receive, send)
