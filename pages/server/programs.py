"""What other programs reach of this server: its API, and where it is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from uvicorn import Config

from cxdata.api.inbox import watching
from cxdata.api.routes import Api
from cxdata.config import InboxSettings
from cxdata.errors import CxDataError, StoreHeld
from cxdata.running import noted_as_running
from cxdata.store.connection import Store
from pages.components.context import store_path

EVERYWHERE = {"", "0.0.0.0", "::"}

api = Api(store_path)
_bound: list[tuple[str, int]] = []


class NotedPlace:
    """Notes at the start where uvicorn listens; a port that was taken makes it another."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            found: object = getattr(getattr(receive, "__self__", None), "config", None)
            if isinstance(found, Config):
                _bound[:] = [(str(found.host or ""), int(found.port))]
        await self.app(scope, receive, send)


@contextmanager
def found_by_programs() -> Iterator[None]:
    """As long as this is open, the command line finds this server and may use it.

    A server that can't have the store, because another has it, leaves that one's note alone.
    """
    try:
        Store.open(store_path())
    except StoreHeld:
        yield
        return
    except CxDataError:  # the page says what is wrong, and may mend it
        pass
    certificate = config.get_option("server.sslCertFile") or None
    with noted_as_running(store_path(), own_address(), certificate) as running:
        api.local_token = running.token
        try:
            yield
        finally:
            api.local_token = None


@contextmanager
def inbox_watched(settings: InboxSettings) -> Iterator[None]:
    """As long as this is open, what other systems put into the folder of the settings is taken."""
    with watching(settings.folder, store_path(), settings.look_seconds) as inbox:
        api.waiting_count = None if inbox is None else lambda: inbox.waiting_count
        try:
            yield
        finally:
            api.waiting_count = None


def own_address() -> str:
    """Where this server is reached from this computer."""
    configured = (
        str(config.get_option("server.address") or ""),
        int(config.get_option("server.port")),
    )
    host, port = _bound[0] if _bound else configured
    host = "127.0.0.1" if host in EVERYWHERE else host
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"{scheme}://{host}:{port}" + (f"/{base}" if base else "")
