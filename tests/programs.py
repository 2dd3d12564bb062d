"""Requests to the API without a server: the routes are called as ASGI applications."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.types import Message

from cxdata.api.routes import Api

LOCAL = "the-token-of-this-computer"


@dataclass(frozen=True)
class Said:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Program:
    """Another program that asks a dashboard with the store at ``path``."""

    def __init__(self, path: Path) -> None:
        self.api = Api(lambda: path)
        self.api.local_token = LOCAL
        self._app = Starlette(routes=self.api.routes())

    def ask(
        self,
        verb: str,
        path: str,
        *pairs: tuple[str, str],
        token: str | None = LOCAL,
        body: bytes = b"",
        **headers: str,
    ) -> Said:
        """What comes back; ``pairs`` are the parameters of the address."""
        sent = {"host": "127.0.0.1", **headers}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        scope = {
            "type": "http",
            "method": verb,
            "path": path if path.startswith("/") else f"/api/v1/{path}",
            "query_string": urlencode(pairs, errors="surrogatepass").encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in sent.items()],
        }
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        asyncio.run(self._app(scope, receive, send))
        head = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        told = b"".join(it.get("body", b"") for it in messages[1:])
        return Said(messages[0]["status"], head, told)
