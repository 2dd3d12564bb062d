"""The way of a command through the running dashboard, where that has the store open."""

from __future__ import annotations

import http.client
import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import click

from cxdata.cli.parameters import pairs_of
from cxdata.cli.told import Told, told_of
from cxdata.cli.usage import WrongUsage
from cxdata.config import load_settings
from cxdata.errors import CxDataError, ServerError
from cxdata.i18n import SOURCE_LOCALE, Locale
from cxdata.ingest.reading.formats import file_bytes
from cxdata.running import Running, found_running, is_proof

API = "/api/v1"
# Asked for by the command line: the whole answer, with what people read.
TOLD_TYPE = "application/vnd.cx-dashboard.told+json"
PROOF_SECONDS = 10.0
NO_CONTENT = b""
LONGEST_REFUSAL = 300


@dataclass(frozen=True)
class RunningServer:
    """A dashboard of this user that has the store open."""

    running: Running
    language: Locale = SOURCE_LOCALE

    def tell(
        self, command: click.Command, options: Mapping[str, Any], places: tuple[str, ...]
    ) -> Told:
        """Have a command done there; the options ``places`` name files of this computer.

        Raises
        ------
        CxDataError
            What the command refuses there, or that the dashboard ended meanwhile.
        """
        here = {it: str(Path(options[it]).absolute()) for it in places if options.get(it)}
        pairs = pairs_of(command, {**options, **here})
        return self._answered(str(command.name), pairs, NO_CONTENT)

    def take(
        self,
        command: click.Command,
        path: Path,
        options: Mapping[str, Any],
        *,
        returns_refused: bool = False,
    ) -> Told:
        """Have a file of this computer imported there; errors as of ``tell``."""
        pairs = [("name", path.name), *pairs_of(command, options)]
        pairs += [("return_refused", "1")] if returns_refused else []
        content = file_bytes(path, load_settings().imports)
        return self._answered(str(command.name), pairs, content)

    def _answered(self, act: str, pairs: list[tuple[str, str]], content: bytes) -> Told:
        method = "GET" if act in READING_ACTS else "POST"
        status, answer = asked_of(self.running, method, act, pairs, content, language=self.language)
        if status == 200:
            return told_of(answer)
        if answer.get("code") == "usage":
            raise WrongUsage("{said}", said=str(answer["sentence"]))
        text = " ".join(filter(None, (answer.get("sentence"), answer.get("hint"))))
        raise CxDataError("{said}", said=text or f"HTTP {status}")


# What changes nothing is asked with GET.
READING_ACTS = frozenset(
    {"batches", "decisions", "export", "figures", "methods", "show", "snapshots", "views"}
)


def running_server(store_path: str, language: Locale = SOURCE_LOCALE) -> RunningServer | None:
    """The dashboard that has the store open, if it is this user's and proves that it is the one.

    None where there is none, or only what a killed one left.
    """
    running = found_running(store_path)
    if running is None:
        return None
    nonce = secrets.token_urlsafe()
    try:
        status, said = _exchanged(
            running, "GET", f"proof?{urlencode({'nonce': nonce})}", {}, NO_CONTENT, PROOF_SECONDS
        )
    except (OSError, http.client.HTTPException):
        return None
    is_it = status == 200 and is_proof(str(said.get("proof")), running.token, nonce)
    return RunningServer(running, language) if is_it else None


def asked_of(
    running: Running,
    method: str,
    act: str,
    pairs: list[tuple[str, str]],
    content: bytes,
    *,
    language: Locale = SOURCE_LOCALE,
) -> tuple[int, dict[str, Any]]:
    """Status and answer of one act; waits as long as it takes.

    Raises
    ------
    ServerError
        If the dashboard ended before it answered.
    """
    headers = {
        "accept": TOLD_TYPE,
        "accept-language": language,
        "authorization": f"Bearer {running.token}",
    }
    try:
        return _exchanged(running, method, f"{act}?{urlencode(pairs)}", headers, content, None)
    except (OSError, http.client.HTTPException) as error:
        raise ServerError(
            "The dashboard ended before it answered.",
            "Run the command again: what was taken is there as a whole, and isn't taken twice.",
        ) from error


def _exchanged(
    running: Running,
    method: str,
    target: str,
    headers: Mapping[str, str],
    content: bytes,
    seconds: float | None,
) -> tuple[int, dict[str, Any]]:
    place = urlsplit(running.address)
    connection = _connection(running, str(place.hostname), place.port, seconds)
    try:
        connection.request(method, f"{place.path}{API}/{target}", content, dict(headers))
        response = connection.getresponse()
        return response.status, _document(response.read())
    finally:
        connection.close()


def _document(body: bytes) -> dict[str, Any]:
    """What was answered; what was refused at the door is a text."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = body.decode("utf-8", "replace")[:LONGEST_REFUSAL]
    return answer if isinstance(answer, dict) else {"sentence": str(answer)}


def _connection(
    running: Running, host: str, port: int | None, seconds: float | None
) -> http.client.HTTPConnection:
    if running.certificate is None:
        return http.client.HTTPConnection(host, port, timeout=seconds)
    # The very certificate that the server says it has; its name is that of the firm's network.
    trusted = ssl.create_default_context(cafile=running.certificate)
    trusted.check_hostname = False
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=trusted)
