"""Behind the door: by which way people come in, and what is refused before Streamlit sees it.

A header that names somebody is believed only if the proxy sent it. Where nobody logs in and others
may reach the server, nothing is served at all. A login's cookie lives no longer than the login.
"""

from __future__ import annotations

import re
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from uvicorn import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cxdata.access.ways_in import WayIn
from cxdata.errors import SettingsError
from cxdata.log import log_refusal
from pages.components.reader import entrance_of_process
from pages.server.door import DoorRefusal, refuse

# What is asked by whoever watches over the server, and tells nothing of the data.
# And what programs ask, who show a token of their own at each request; no proxy logs them in.
OPEN_TO_ALL = re.compile(r"/health|/metrics|/api/v1/[a-z]+(\.json)?")
LOGIN_COOKIES = b"_streamlit_user"
NAMED_BY_PROXY = "named_by_proxy"
_MAX_AGE = re.compile(rb"max-age=\d+", re.IGNORECASE)


def believe_no_forwarding(receive: Receive) -> None:
    """Uvicorn takes a request from this computer for one from whatever address its headers name;
    here it is asked whether the proxy itself is the peer.

    ``receive`` is that of the lifespan, which uvicorn binds to the object that knows its
    configuration; connections are only made afterwards.
    """
    served: object = getattr(getattr(receive, "__self__", None), "config", None)
    if isinstance(served, Config) and isinstance(served.loaded_app, ProxyHeadersMiddleware):
        served.loaded_app = served.loaded_app.app


def keep_sessions_apart() -> None:
    """Streamlit lets a browser go on with a session whose number it knows, if it is the same
    person's: tell it who that is where a proxy says so, as a login's cookie does elsewhere."""
    with suppress(SettingsError):  # said by the page
        entrance = entrance_of_process()
        if entrance.way == "header":
            header = entrance.settings.trusted_header
            config.set_option("server.trustedUserHeaders", {header: NAMED_BY_PROXY})


class Entrance:
    """Refuses requests that don't come by the way in which this process lets people in."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app = app
        self.base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            believe_no_forwarding(receive)
            await self.app(scope, receive, send)
            return
        refusal = self.refusal(scope)
        if refusal is not None:
            log_refusal("request", refusal.reason)
            await refuse(refusal, scope, receive, send)
            return
        await self.app(scope, receive, _with_short_cookies(scope, send))

    def refusal(self, scope: Scope) -> DoorRefusal | None:
        """Why a request isn't let in; None if it is. Settings that can't be read are said by the
        page, which lets nobody see more than that."""
        if OPEN_TO_ALL.fullmatch(str(scope["path"]).removeprefix(self.base_path)):
            return None
        try:
            entrance = entrance_of_process()
        except SettingsError:
            return None
        if entrance.way == "none":
            reason = entrance.reason
            return DoorRefusal(403, reason.message.rstrip(".") if reason else "nobody is let in")
        return _header_refusal(scope, entrance) if entrance.way == "header" else None


def _header_refusal(scope: Scope, entrance: WayIn) -> DoorRefusal | None:
    peer = (scope.get("client") or ("",))[0]
    if not entrance.settings.is_proxy(str(peer)):
        return DoorRefusal(403, "not by the proxy that logs people in")
    named = Headers(scope=scope).getlist(entrance.settings.trusted_header)
    if len(named) != 1 or not named[0].strip():
        return DoorRefusal(401, "the proxy doesn't say who asks")
    return None


def _with_short_cookies(scope: Scope, send: Send) -> Send:
    """Cookies of a login live as long as a login counts, and travel by HTTPS where it came so."""

    async def send_shortened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [
                (name, _shortened(value) if name.lower() == b"set-cookie" else value)
                for name, value in message.get("headers", [])
            ]
            message = {**message, "headers": headers}
        await send(message)

    return send_shortened if scope["type"] == "http" else send


def _shortened(cookie: bytes) -> bytes:
    if not cookie.startswith(LOGIN_COOKIES) or b"max-age=0" in cookie.lower():
        return cookie
    entrance = entrance_of_process()
    shorter = _MAX_AGE.sub(b"Max-Age=%d" % int(entrance.settings.login_seconds), cookie)
    return shorter + b"; Secure" if entrance.is_encrypted else shorter
