"""How long the server waits for a request: headers, bodies, and what it says to nonsense.

Streamlit starts uvicorn with its own choice of protocol classes, which wait for ever. Here they
are replaced by subclasses that give up; bodies are limited by a middleware, under any server.
"""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import Any

import h11
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response as HandshakeResponse
from websockets.server import ServerProtocol

from cxdata.config import ServerSettings
from cxdata.log import log_refusal
from pages.server.door import FILE_OF_PROGRAMS, DoorRefusal, refuse

# What is sent with a path other than an upload's: nothing here reads it.
MAX_STRAY_BODY_BYTES = 65_536

log = logging.getLogger(__name__)


class BodyLimits:
    """Ends a request whose body is too large, falls silent or comes too slowly.

    Parameters
    ----------
    max_upload_bytes
        Of one file with what surrounds it.
    base_path
        Under which the dashboard lies.
    """

    def __init__(
        self, app: ASGIApp, settings: ServerSettings, max_upload_bytes: int, base_path: str = ""
    ) -> None:
        self.app = app
        self.base_path = base_path
        self.settings = settings
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.max_upload_bytes if self._brings_file(scope) else MAX_STRAY_BODY_BYTES
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isdecimal() or int(said) > most:
            log_refusal("request", "a body that is too large")
            await refuse(DoorRefusal(413, "a body that is too large"), scope, receive, send)
            return
        body = _Body(receive, self.settings, most)
        answer = _Answer(send)
        try:
            await self.app(scope, body.receive, answer.send)
        except SlowBody as slow:
            log_refusal("request", str(slow))
            if answer.has_begun:
                raise
            status = 408 if body.is_slow else 413
            await refuse(DoorRefusal(status, str(slow)), scope, receive, send)

    def _brings_file(self, scope: Scope) -> bool:
        path = str(scope["path"]).removeprefix(self.base_path)
        return scope["method"] == "PUT" or (scope["method"], path) == ("POST", FILE_OF_PROGRAMS)


class SlowBody(ConnectionError):
    """A body that isn't waited for any longer; its text is in fixed words."""


class _Body:
    """The messages of one body, as long as they come."""

    def __init__(self, receive: Receive, settings: ServerSettings, most: int) -> None:
        self._receive = receive
        self._settings = settings
        self._most = most
        self._began = monotonic()
        self._byte_count = 0
        self._is_complete = False
        self.is_slow = False

    async def receive(self) -> Message:
        if self._is_complete:  # what follows is the end of the connection, whenever it comes
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._settings.body_silence_seconds)
        except TimeoutError:
            self.is_slow = True
            raise SlowBody("a body that fell silent") from None
        self._byte_count += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._byte_count > self._most:
            raise SlowBody("a body that is too large")
        if not self._is_complete and self._is_behind():
            self.is_slow = True
            raise SlowBody("a body that came too slowly")
        return message

    def _is_behind(self) -> bool:
        seconds = monotonic() - self._began - self._settings.body_silence_seconds
        return self._byte_count < seconds * self._settings.body_bytes_per_second


class _Answer:
    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def send(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)


def limit_headers(receive: Receive, seconds: float, headers: dict[str, str]) -> bool:
    """Have uvicorn give up on slow headers, and send ``headers`` with what it answers itself.

    ``receive`` is that of the lifespan, which uvicorn binds to the object that knows its
    configuration; connections are only made afterwards. False under any other server, whose own
    limits hold then.
    """
    config: object = getattr(getattr(receive, "__self__", None), "config", None)
    if not isinstance(config, Config):
        return False
    config.http_protocol_class = _patient(seconds, headers)
    if config.ws_protocol_class is not None:
        config.ws_protocol_class = _dressed(headers)
    return True


def _patient(seconds: float, headers: dict[str, str]) -> type[asyncio.Protocol]:
    class Configured(PatientProtocol):
        header_seconds = seconds
        own_headers = headers

    return Configured


def _dressed(headers: dict[str, str]) -> type[asyncio.Protocol]:
    class Configured(DressedWebSocket):
        own_headers = headers

    return Configured


class PatientProtocol(H11Protocol):
    """Ends a connection that doesn't bring a request's headers in time.

    The clock runs from the connection on, and again from the first bytes after an answer;
    between answers uvicorn's own limit for idle connections holds.
    """

    header_seconds: float
    own_headers: dict[str, str]
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_clock()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._waits_for_headers():
            self._start_clock()
        else:
            self._stop_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """As uvicorn's, with the headers that every response of this server has."""
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"connection", b"close"),
            *((name.encode(), value.encode()) for name, value in self.own_headers.items()),
        ]
        events = (
            h11.Response(status_code=400, headers=headers, reason=STATUS_PHRASES[400]),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _waits_for_headers(self) -> bool:
        is_here = not self.transport.is_closing() and self.transport.get_protocol() is self
        return is_here and (self.cycle is None or self.cycle.response_complete)

    def _start_clock(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self.header_seconds, self._give_up)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _give_up(self) -> None:
        self._clock = None
        if self._waits_for_headers():
            log_refusal("request", "headers that came too slowly")
            self.transport.abort()


class DressedWebSocket(WebSocketsSansIOProtocol):
    """Refuses a malformed handshake with the headers that every response of this server has."""

    own_headers: dict[str, str]

    def __init__(self, config: Config, server_state: Any, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, app_state)
        plain = self.conn
        self.conn = _DressedHandshake(
            extensions=plain.available_extensions,
            max_size=config.ws_max_size,
            logger=logging.getLogger("uvicorn.error"),
        )
        self.conn.own_headers = self.own_headers


class _DressedHandshake(ServerProtocol):
    own_headers: dict[str, str]

    def reject(self, status: Any, text: str) -> HandshakeResponse:
        response = super().reject(status, text)
        for name, value in self.own_headers.items():
            if name not in response.headers:
                response.headers[name] = value
        return response
