"""The routes of ``/api/v1``: the acts of the command line, for programs.

Every answer is JSON. A refusal has a sentence and a hint in the caller's language, and a code that
is the same in all.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import click
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cxdata.access.acts import see_may, store_for
from cxdata.api.acts import API_ACTS, ApiAct, Asked
from cxdata.api.asking import UnknownCaller, language_of, reader_of_request
from cxdata.api.assistant import PARSE, answer
from cxdata.api.measures import OPENMETRICS, measures_text
from cxdata.api.openapi import openapi_document
from cxdata.cli.parameters import options_of
from cxdata.cli.through_server import API, TOLD_TYPE
from cxdata.cli.told import Told
from cxdata.cli.usage import as_refusal
from cxdata.errors import (
    AccessError,
    AskedWrongly,
    CxDataError,
    FileError,
    FilterError,
    ImportRefused,
    SettingsError,
    StoreDamaged,
    StoreError,
)
from cxdata.i18n import SOURCE_LOCALE, translator
from cxdata.leftovers import temporary_folder
from cxdata.log import log_refusal
from cxdata.models import Reader
from cxdata.panels.document import json_value
from cxdata.record import acting_as
from cxdata.running import proof_of
from cxdata.store.connection import Store

# Who reads never waits for who imports.
READERS, WRITERS = 4, 2
LONGEST_NONCE = 200
MAX_MESSAGE_BYTES = 65_536
NO_STORE = {"cache-control": "no-store"}


class NoStore(StoreError):
    """The store can't be opened, so that nothing can be answered."""


class BodyTooLarge(CxDataError):
    """A file that is larger than any that is taken."""


# What a refusal is over HTTP: the first class that fits.
STATUS_OF: tuple[tuple[type[CxDataError], int, str], ...] = (
    (UnknownCaller, 401, "unknown"),
    (AccessError, 403, "not_allowed"),
    (BodyTooLarge, 413, "too_large"),
    (AskedWrongly, 422, "usage"),
    (ImportRefused, 422, "refused"),
    (FilterError, 422, "filter"),
    (SettingsError, 422, "setting"),
    (FileError, 422, "file"),
    (NoStore, 503, "store"),
    (StoreDamaged, 503, "store"),
    (CxDataError, 422, "refused"),
)


class Api:
    """The API of one running dashboard.

    Parameters
    ----------
    store_path
        Which store it serves.
    """

    def __init__(self, store_path: Callable[[], Path]) -> None:
        self.store_path = store_path
        self.local_token: str | None = None
        self.waiting_count: Callable[[], int] | None = None
        self._reading = ThreadPoolExecutor(READERS, "api-reading")
        self._writing = ThreadPoolExecutor(WRITERS, "api-writing")

    def routes(self) -> list[Route]:
        """One route for each act, and those beside them."""
        acts = [
            Route(f"{API}/{act.name}", self._answering(act), methods=[act.verb]) for act in API_ACTS
        ]
        return [
            *acts,
            Route(f"{API}/openapi.json", self.openapi, methods=["GET"]),
            Route(f"{API}/proof", self.proof, methods=["GET"]),
            Route(f"{API}/mcp", self.mcp, methods=["POST", "GET"]),
            Route("/metrics", self.measures, methods=["GET"]),
            Route(f"{API}/{{rest:path}}", no_such_route, methods=["GET", "POST"]),
        ]

    async def openapi(self, request: Request) -> Response:
        return JSONResponse(openapi_document(), headers=NO_STORE)

    async def proof(self, request: Request) -> Response:
        """To whoever knows the local token: that this is the server that made it."""
        nonce = request.query_params.get("nonce", "")
        if self.local_token is None or not 0 < len(nonce) <= LONGEST_NONCE:
            return JSONResponse({"proof": None}, 404, NO_STORE)
        return JSONResponse({"proof": proof_of(self.local_token, nonce)}, headers=NO_STORE)

    async def measures(self, request: Request) -> Response:
        def measured() -> Response:
            store, reader = self._asked_by(request)
            waiting = self.waiting_count() if self.waiting_count else None
            text = measures_text(store_for(store, reader, "measures"), waiting)
            return PlainTextResponse(text, media_type=OPENMETRICS, headers=NO_STORE)

        return await self._told(request, self._reading, measured)

    async def mcp(self, request: Request) -> Response:
        """Messages of an assistant; there is no stream to listen to."""
        if request.method == "GET":
            return JSONResponse(None, 405, {"allow": "POST"})
        body = await request.body()

        def answered() -> Response:
            store, reader = self._asked_by(request)
            try:
                message = json.loads(body[: MAX_MESSAGE_BYTES + 1])
            except (ValueError, RecursionError):
                error = {"code": PARSE, "message": "not JSON"}
                return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, 400)
            view = partial(store_for, store, reader, "see")
            said = answer(view, message, language_of(request))
            return Response(status_code=202) if said is None else _json(said)

        return await self._told(request, self._reading, answered)

    def _answering(self, act: ApiAct) -> Callable[[Request], Any]:
        """The route of an act; who asks is known before anything of the body is read."""
        pool = self._reading if act.verb == "GET" else self._writing

        async def route(request: Request) -> Response:
            if not act.takes_file:
                return await self._told(request, pool, lambda: self._done(act, request, None))
            refused = await self._told(request, self._reading, lambda: self._let_in(act, request))
            if refused.status_code != 200:
                return refused
            with temporary_folder() as folder:
                place = folder.path / "body"
                try:
                    await self._receive(request, place)
                except CxDataError as error:
                    return fault_answer(error, request)
                return await self._told(request, pool, lambda: self._done(act, request, place))

        route.__name__ = act.name
        return route

    def _let_in(self, act: ApiAct, request: Request) -> Response:
        _, reader = self._asked_by(request)
        see_may(reader, act.permission)
        return Response()

    def _done(self, act: ApiAct, request: Request, content: Path | None) -> Response:
        store, reader = self._asked_by(request)
        view = store_for(store, reader, act.permission)
        options = _options(act, request)
        acting_as(reader.name, f"{API}/{act.name}")
        language = language_of(request)
        asked = Asked(view, reader, options, language, self._is_local(request), content)
        told = act.do(asked).spoken(translator(language))
        if TOLD_TYPE in request.headers.get("accept", ""):
            return _json(told.as_json(), media_type=TOLD_TYPE)
        if act.media_type_of and told.returned is not None:
            return Response(told.returned, headers=NO_STORE, media_type=act.media_type_of(options))
        return _json(_document(told), 409 if act.takes_file and not told.is_done else 200)

    def _asked_by(self, request: Request) -> tuple[Store, Reader]:
        try:
            store = Store.open(self.store_path())
        except StoreError as error:
            raise NoStore(error.message, error.hint, **error.values) from error
        return store, reader_of_request(request, store, self.local_token)

    def _is_local(self, request: Request) -> bool:
        said = request.headers.get("authorization", "")
        return self.local_token is not None and said.endswith(f" {self.local_token}")

    async def _receive(self, request: Request, place: Path) -> None:
        """The body into a file of this process alone."""
        most = Store.open(self.store_path()).settings.imports.max_file_bytes
        received = 0
        with place.open("wb") as file:
            async for chunk in request.stream():
                received += len(chunk)
                if received > most:
                    raise BodyTooLarge("The file is larger than any that is taken.")
                file.write(chunk)

    async def _told(
        self, request: Request, pool: ThreadPoolExecutor, act: Callable[[], Response]
    ) -> Response:
        """What an act says; a mistake as its sentence."""
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, act)
        except CxDataError as error:
            if isinstance(error, AccessError):  # what an act refuses, it logs itself
                log_refusal("api", error)
            return fault_answer(error, request)
        except click.UsageError as error:
            return fault_answer(as_refusal(error), request)


def fault_answer(error: CxDataError, request: Request) -> Response:
    """A refusal: its sentence and hint in the caller's language, and its code.

    The command line gets it as it would say it itself.
    """
    status, code = next(
        (status, code) for kind, status, code in STATUS_OF if isinstance(error, kind)
    )
    locale = language_of(request)
    sentence, hint = translator(locale).error(error)
    if TOLD_TYPE in request.headers.get("accept", "") and locale == SOURCE_LOCALE:
        sentence, hint = str(error), ""
    headers = NO_STORE | ({"www-authenticate": "Bearer"} if status == 401 else {})
    return _json({"sentence": sentence, "hint": hint, "code": code}, status, headers=headers)


async def no_such_route(request: Request) -> Response:
    """What isn't here, or not with this method."""
    names = ", ".join(act.name for act in API_ACTS)
    error = AskedWrongly("There is nothing here.", "There are: {known}.", known=names)
    sentence, hint = translator(language_of(request)).error(error)
    return _json({"sentence": sentence, "hint": hint, "code": "nothing_here"}, 404)


def _options(act: ApiAct, request: Request) -> dict[str, Any]:
    pairs = request.query_params.multi_items()
    also = {name for name, _ in act.also}
    own = [it for it in pairs if it[0] not in also and it[0] != "lang"]
    return options_of(act.command, own) | {name: it for name, it in pairs if name in also}


def _document(told: Told) -> Any:
    return {"lines": [text for _, text in told.lines]} if told.document is None else told.document


def _json(
    content: Any,
    status: int = 200,
    *,
    media_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> Response:
    text = json.dumps(json_value(content), ensure_ascii=False, allow_nan=False)
    # What was asked may hold half a character, which no UTF-8 has.
    return Response(text.encode("utf-8", "replace"), status, headers or NO_STORE, media_type)
