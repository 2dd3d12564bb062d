"""The parent: starts the server, asks it for ``/health``, and starts it again when it must."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Any

from cxdata.errors import ServerError
from cxdata.supervision.served import PARENT_VARIABLE, STACKS_VARIABLE

ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
IS_WINDOWS = sys.platform == "win32"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long the supervisor waits for what, in seconds unless it is a count.

    With 16 sessions that open every list, on two cores that much else shared, ``/health`` took at
    most three seconds (docs/performance.md): three silences of ten in a row are no load. One alone
    may be: a computer that has just woken up, a disk that hangs.
    """

    between_questions: float = 5.0
    answer: float = 10.0
    silence_count: int = 3
    # A new version may count a large store anew before it listens: 50 million contacts take 18
    # minutes. A server that ends at its start is noticed at once.
    start: float = 1800.0
    # For requests under way and for the store to write what it holds; then it is killed.
    end: float = 15.0
    stacks: float = 2.0
    # A server that answered this long had no trouble starting: ends are counted from one again.
    steady: float = 60.0
    quick_end_count: int = 5
    # Doubled at each quick end, up to the longest.
    pause: float = 1.0
    longest_pause: float = 30.0


class _AskedToStop(BaseException):
    """A signal that asks the supervisor to end; raised wherever it waits."""


class Supervisor:
    """One server, kept running until somebody ends it.

    Parameters
    ----------
    command
        A module and its arguments, run as by ``python -m``.
    address, port
        Where the server listens, once it does.
    stacks_path
        The file to which the server writes its threads' stacks when it is stuck.
    """

    def __init__(
        self,
        command: Sequence[str],
        address: str,
        port: int,
        *,
        folder: Path,
        stacks_path: Path,
        environment: Mapping[str, str] | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self.command = [sys.executable, "-m", "cxdata.supervision.served", *command]
        self.host = ANY_ADDRESS.get(address, address)
        self.address, self.port = address, port
        self.folder, self.stacks_path, self.patience = folder, stacks_path, patience
        self.environment = {**os.environ, **(environment or {}), STACKS_VARIABLE: str(stacks_path)}
        self._server: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Returns when the supervisor was asked to stop, or the server ended in peace.

        Raises
        ------
        ServerError
            If the port is taken, or the server ended several times right after its start.
        """
        insist_on_free_port(self.address, self.port)
        try:
            with _signals_as_exceptions(self._kill):
                self._keep_running()
        except _AskedToStop as asked:
            log.info("Asked to stop (%s).", asked)
        finally:
            with _signals_as_exceptions(self._kill, is_first=False):
                self._end()

    def _keep_running(self) -> None:
        quick_ends = 0
        while True:
            server = self._start()
            answered_seconds = self._watch(server)
            if server.returncode == 0:
                log.info("The server was ended by somebody else; it is not started again.")
                return
            self._end()
            is_steady = answered_seconds >= self.patience.steady
            quick_ends = 1 if is_steady else quick_ends + 1
            if quick_ends >= self.patience.quick_end_count:
                raise ServerError(
                    "The server ended {n} times right after its start.",
                    "Its own messages above, or its log, say why.",
                    n=quick_ends,
                )
            pause = min(self.patience.pause * 2 ** (quick_ends - 1), self.patience.longest_pause)
            log.info("The server is started again in %g s.", pause)
            time.sleep(pause)

    def _start(self) -> subprocess.Popen[bytes]:
        with suppress(OSError):  # then the stacks go to stderr
            self.stacks_path.parent.mkdir(parents=True, exist_ok=True)
        self._server = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env={**self.environment, PARENT_VARIABLE: str(os.getpid())},
            stdin=subprocess.PIPE,  # ends with this process, which the server notices
            **_GROUP_OF_ITS_OWN,
        )
        log.info("The server was started (process %d).", self._server.pid)
        return self._server

    def _watch(self, server: subprocess.Popen[bytes]) -> float:
        """Returns when the server has ended or is stuck: how long it had answered, in seconds."""
        patience, silences, has_answered = self.patience, 0, False
        most, latest_start = patience.silence_count, time.monotonic() + patience.start
        first_answer = last_answer = 0.0
        while not _has_ended(server, patience.between_questions if has_answered else 0.5):
            if self._answers():
                if not has_answered:
                    log.info("The server answers at http://%s:%d.", self.host, self.port)
                last_answer = time.monotonic()
                first_answer = first_answer or last_answer
                silences, has_answered = 0, True
            elif has_answered:
                silences += 1
                log.warning("The server doesn't answer (%d of %d).", silences, most)
            if silences >= most or not (has_answered or time.monotonic() < latest_start):
                log.error("The server is stuck (process %d).", server.pid)
                self._ask_for_stacks(server)
                return last_answer - first_answer
        log.error("The server ended by itself, with code %d.", server.returncode)
        return last_answer - first_answer

    def _answers(self) -> bool:
        """Whether anything answers: a 503 says that the store is missing, not that it is stuck."""
        connection = HTTPConnection(self.host, self.port, timeout=self.patience.answer)
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
        except (HTTPException, ConnectionResetError, BrokenPipeError):
            return True  # not in HTTP (a server that speaks TLS), but it does
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def _ask_for_stacks(self, server: subprocess.Popen[bytes]) -> None:
        if hasattr(signal, "SIGUSR1"):
            log.error("It is asked for its threads' stacks: %s.", self.stacks_path)
            server.send_signal(signal.SIGUSR1)
            time.sleep(self.patience.stacks)

    def _end(self) -> None:
        """Ask the server to end, then kill it; it and all that it started."""
        server = self._server
        if server is None:
            return
        if server.poll() is None:
            log.info("The server is asked to end.")
            server.send_signal(_PLEASE_END)
            if not _has_ended(server, self.patience.end):
                log.error("The server doesn't end; it is killed.")
        _kill_group(server)
        server.wait()
        log.info("The server has ended.")
        if server.stdin:
            server.stdin.close()
        self._server = None

    def _kill(self) -> None:
        if self._server:
            _kill_group(self._server)


def insist_on_free_port(address: str, port: int) -> None:
    """
    Raises
    ------
    ServerError
        If another program listens there, or this computer has no such address.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if not IS_WINDOWS:  # as servers do: a port that was just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ServerError(
                "The port {port} of {address} can't be had: another program has it, or it isn't "
                "this computer's to give.",
                "Choose another one with --port.",
                port=port,
                address=address or "this computer",
            ) from error


def _has_ended(server: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        server.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill_group(server: subprocess.Popen[bytes]) -> None:
    """The server and the processes that it started, which a stuck one can't end."""
    with suppress(ProcessLookupError, PermissionError):
        if IS_WINDOWS:
            server.kill()
        else:
            os.killpg(server.pid, signal.SIGKILL)


@contextmanager
def _signals_as_exceptions(kill: Callable[[], None], *, is_first: bool = True) -> Iterator[None]:
    """Signals that ask to stop are raised; those that follow kill the server at once."""
    asked = not is_first

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            kill()
            return
        asked = True
        raise _AskedToStop(signal.Signals(number).name)

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


_PLEASE_END: int = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
# Ctrl-C reaches the supervisor alone, which passes it on; and all of the group can be killed.
_GROUP_OF_ITS_OWN: dict[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if IS_WINDOWS
    else {"process_group": 0}
)
