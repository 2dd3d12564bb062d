"""The engine that counts in the firm's lake: reached through Spark Connect, asked in SQL."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from cxdata.errors import EngineError

SCHEMES = ("sc", "spark")
PORT = 15002  # where Spark Connect listens unless told otherwise
REACHED_WITHIN_SECONDS = 10
TRIES = 3  # of one request, where the engine doesn't answer
# Moments without a zone and named parameters as they are written here exist since then.
FIRST_MAJOR = 4
MOST_LETTERS = 300  # of what the engine says

log = logging.getLogger(__name__)


@contextmanager
def engine_session(engine: str) -> Iterator[Any]:
    """A session of the engine at ``sc://host:port`` or ``spark://host:port``, its clock in UTC.

    Whatever the engine raises within becomes an ``EngineError``.

    Raises
    ------
    EngineError
        If the extra isn't installed, the address is none, nobody listens there, it is of another
        version, or it fails while it is asked.
    """
    address, host, port = _address(engine)
    _see_somebody_listens(engine, host, port)
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise EngineError(
            "Counting in a lake needs libraries that aren't installed.",
            "Install them with: pip install 'cx-dashboard[spark]'.",
        ) from error
    faults = (PySparkException, *_grpc_faults())
    session = None
    try:
        session = SparkSession.builder.remote(address).create()
        _try_less(session)
        _see_version(engine, str(session.version))
        session.conf.set("spark.sql.session.timeZone", "UTC")
        yield session
    except faults as error:
        log.info("the engine failed", exc_info=error)
        raise EngineError(
            "The engine {engine} failed: {reason} The store is as it was.",
            engine=told_engine(engine),
            reason=told_by(error),
        ) from error
    finally:
        if session is not None:
            with suppress(*faults):
                session.stop()


def told_engine(engine: str) -> str:
    """The address without what only the engine may know: a user, and what stands behind the port.

    >>> told_engine("sc://ada:secret@lake.example:443/;token=secret;user_id=ada")
    'sc://lake.example:443'
    """
    scheme, separator, rest = engine.partition("://")
    place = re.split(r"[/;?#]", rest if separator else scheme, maxsplit=1)[0].rpartition("@")[2]
    return f"{scheme}://{place}" if separator else place


def told_by(error: BaseException) -> str:
    """What an engine says of a fault, on one line, as a sentence."""
    first = " ".join(str(error).split("JVM stacktrace")[0].split())
    cut = first if len(first) <= MOST_LETTERS else first[: MOST_LETTERS - 1] + "…"
    return cut if cut.endswith((".", "…")) else f"{cut}."


def _address(engine: str) -> tuple[str, str, int]:
    """The address as Spark Connect wants it, and who is to listen there.

    >>> _address("spark://lake.example:15002")
    ('sc://lake.example:15002', 'lake.example', 15002)
    """
    try:
        parts = urlsplit(engine)
        host, port = parts.hostname, parts.port or PORT
    except ValueError:
        parts, host, port = None, None, PORT
    if parts is None or parts.scheme not in SCHEMES or not host:
        raise EngineError(
            "{engine} is no address of an engine.",
            "Write it as spark://HOST:15002.",
            engine=told_engine(engine),
        )
    return re.sub(r"^spark:", "sc:", engine), host, port


def _see_somebody_listens(engine: str, host: str, port: int) -> None:
    """Asked for at once, because the client tries for ten minutes."""
    try:
        socket.create_connection((host, port), REACHED_WITHIN_SECONDS).close()
    except OSError as error:
        raise EngineError(
            "Nobody answers at {engine}; the store is as it was.",
            "See that Spark Connect runs there and can be reached from here.",
            engine=told_engine(engine),
        ) from error


def _see_version(engine: str, version: str) -> None:
    found = re.match(r"\d+", version)
    if found is None or int(found[0]) < FIRST_MAJOR:
        raise EngineError(
            "The engine {engine} is of version {version}; the store is as it was.",
            "Spark {first} or later is needed.",
            engine=told_engine(engine),
            version=version,
            first=FIRST_MAJOR,
        )


def _try_less(session: Any) -> None:
    """An engine that died says so after seconds, not after ten minutes."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    session.client.set_retry_policies([DefaultPolicy(max_retries=TRIES)])


def _grpc_faults() -> tuple[type[BaseException], ...]:
    import grpc

    return (grpc.RpcError,)
