"""The log: one line per import, undo, backup, restore, refusal, fault and start.

``set_up_log`` opens the file once per process; the ``log_…`` functions write one line each.
Nothing of the data stands in it: no name, comment, address or file name. A file is known by the
number of its batch, a mistake by its sentence without what fills it, a fault by its type and the
places in the code where it happened, without its message, since the messages of libraries quote
the values they stumble over.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TextIO, TypeVar

from cxdata.config import LogSettings
from cxdata.errors import CxDataError
from cxdata.models import ImportReport

FILE_NAME = "cx-dashboard.log"
PROJECT = Path(__file__).parents[1]
# Whose messages are written by this project: they may stand in the file as they are.
OWN_LOGGERS = ("cxdata", "pages", "app")
# The same refusal over and over is one line a minute, with how often.
REPEAT_SECONDS = 60
PLACES_SHOWN = 30

P = ParamSpec("P")
R = TypeVar("R")

_events = logging.getLogger(__name__)
_installed: list[tuple[logging.Logger, logging.Handler]] = []


def set_up_log(store_path: Path | str, settings: LogSettings, *, is_console: bool = True) -> Path:
    """Send the lines of this process to their file; a second call moves them.

    Parameters
    ----------
    store_path
        The store; by default the log lies in the folder ``logs`` beside it.
    is_console
        Write the lines to stderr too, as a service or a container wants them.

    Returns
    -------
    Path
        The file. It and its folder are made with the first line. A log that can't be written
        stops nothing: stderr says so once.
    """
    take_down_log()
    _scrub_every_record()
    place = log_folder(store_path, settings) / FILE_NAME
    handlers: list[logging.Handler] = [LogFile(place, settings)]
    handlers += [logging.StreamHandler()] if is_console else []
    for handler in handlers:
        handler.setFormatter(OneLine())
        for name in OWN_LOGGERS:
            logging.getLogger(name).addHandler(handler)
            logging.getLogger(name).setLevel(logging.INFO)
            _installed.append((logging.getLogger(name), handler))
    return place


def take_down_log() -> None:
    """Close the log of this process; what is written afterwards goes where Python sends it."""
    while _installed:
        logger, handler = _installed.pop()
        logger.removeHandler(handler)
        handler.close()


def log_folder(store_path: Path | str, settings: LogSettings) -> Path:
    return Path(settings.folder) if settings.folder else Path(store_path).resolve().parent / "logs"


def log_start(*, data_version: int | None) -> None:
    """The server begins; ``data_version`` is None where the store can't be opened."""
    _write("start", data_version=data_version, process=os.getpid())


def log_stop() -> None:
    """The server ends as it was asked to; a start without one before it followed a crash."""
    _write("stop", process=os.getpid())


def log_import(report: ImportReport) -> None:
    """A batch is in the store."""
    _write(
        "import",
        batch=report.batch_id,
        kind=report.kind,
        rows=report.row_count,
        accepted=report.accepted_count,
        corrected=report.corrected_count,
        replaced=report.replaced_count,
        refused=report.refused_count,
        duplicate=report.duplicate_count,
    )


def log_undo(batch_id: int, row_count: int) -> None:
    """A batch is out of the store again."""
    _write("undo", batch=batch_id, rows=row_count)


def log_inbox(outcome: str, batch_id: int | None) -> None:
    """A file of the watched folder was looked at: done, again (nothing new in it) or refused."""
    _write("inbox", outcome=outcome, batch=batch_id)


def log_backup(*, data_version: int, byte_count: int, is_scheduled: bool = False) -> None:
    """A backup is complete and checked."""
    by = "schedule" if is_scheduled else "person"
    _write("backup", data_version=data_version, bytes=byte_count, by=by)


def log_restore(*, data_version: int, is_set_aside: bool) -> None:
    """A backup is in force; ``is_set_aside``: what was there before is kept beside it."""
    _write("restore", data_version=data_version, set_aside="yes" if is_set_aside else "no")


def log_refusal(what: str, error: CxDataError | str) -> None:
    """Something was refused: an import, a request, an upload.

    ``error`` is the mistake, of which the sentence is written without what fills it, or a reason
    in fixed words. The same refusal again within a minute is counted, not written.
    """
    reason = error if isinstance(error, str) else _unfilled(error)
    count = _repeats.count(what, reason)
    if count:
        times = {"times": count} if count > 1 else {}
        _write("refusal", reason, level=logging.WARNING, what=what, **times)


def log_fault(error: BaseException) -> str:
    """A fault of the dashboard itself; the id to be shown to whoever met it.

    The same exception met twice on its way up keeps its id and its one line.
    """
    known: str | None = getattr(error, "cxdata_fault", None)
    if known:
        return known
    fault = secrets.token_hex(3)
    with suppress(AttributeError):  # an exception with slots; it gets an id for each meeting
        error.cxdata_fault = fault  # type: ignore[attr-defined]
    _write("fault", described(error), level=logging.ERROR, id=fault)
    return fault


def logs_refusal(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Of a function that may refuse its work with a ``CxDataError``: a line if it does."""

    def wrapped(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def logged(*arguments: P.args, **options: P.kwargs) -> R:
            try:
                return function(*arguments, **options)
            except CxDataError as error:
                log_refusal(what, error)
                raise

        return logged

    return wrapped


def logs_import(function: Callable[P, ImportReport]) -> Callable[P, ImportReport]:
    """Of a function that imports: a line for the batch that it made, or for its refusal."""

    @wraps(function)
    def logged(*arguments: P.args, **options: P.kwargs) -> ImportReport:
        report = function(*arguments, **options)
        if report.batch_id is not None:
            log_import(report)
        elif report.is_held:
            log_refusal("import", "too many refused rows")
        return report

    return logs_refusal("import")(logged)


def logs_undo(function: Callable[P, int]) -> Callable[P, int]:
    """Of a function that undoes the batch it is given second: a line for it, or its refusal."""

    @wraps(function)
    def logged(*arguments: P.args, **options: P.kwargs) -> int:
        row_count = function(*arguments, **options)
        batch_id: Any = options.get("batch_id", arguments[1] if len(arguments) > 1 else None)
        log_undo(int(batch_id), row_count)
        return row_count

    return logs_refusal("undo")(logged)


def described(error: BaseException) -> str:
    """An exception without a value: its type, its sentence if it is one of ours, and its places.

    Causes follow, each after ``from``. A place is ``file:line function``, the innermost last.
    """
    parts = []
    for each in _chain(error):
        sentence = f" ({_unfilled(each)})" if isinstance(each, CxDataError) else ""
        parts.append(f"{type(each).__name__}{sentence} at {_places(each.__traceback__)}")
    return " from ".join(parts)


class OneLine(logging.Formatter):
    """``2026-11-30T08:00:00Z level event …``, on one line whatever stands in it."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = record.getMessage() if record.name == __name__ else f"note {record.getMessage()}"
        if record.exc_text:
            text += f" {record.exc_text}"
        shown = "".join(sign if sign.isprintable() else " " for sign in text)
        return f"{at} {record.levelname.lower()} {shown}"


class LogFile(RotatingFileHandler):
    """A file for its owner only, opened for each line: several processes may write to it, and
    one that was moved away is begun anew."""

    def __init__(self, path: Path, settings: LogSettings) -> None:
        super().__init__(
            path,
            maxBytes=settings.max_bytes,
            backupCount=settings.file_count,
            encoding="utf-8",
            delay=True,
        )
        self._has_failed = False

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if self.stream:
            self.stream.close()
            self.stream = None

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk or a lost folder costs the line, not the work; stderr says so once."""
        if not self._has_failed and sys.stderr:
            sys.stderr.write("The log can't be written; check its folder and the free space.\n")
        self._has_failed = True

    def _open(self) -> TextIO:  # type: ignore[override]
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(path, "a", encoding="utf-8", opener=_for_owner)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(event: str, text: str = "", *, level: int = logging.INFO, **facts: object) -> None:
    said = [f"{name}={value}" for name, value in facts.items() if value is not None]
    _events.log(level, "%s", " ".join([event, *said, *([text] if text else [])]))


class _Repeats:
    """How often the same refusal came since it was last written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def count(self, what: str, reason: str) -> int:
        """0: not to be written now; otherwise how often it came since the last line."""
        now = datetime.now(UTC).timestamp()
        with self._lock:
            written_at, times = self._seen.get((what, reason), (0.0, 0))
            is_due = not 0 <= now - written_at < REPEAT_SECONDS
            self._seen[what, reason] = (now, 0) if is_due else (written_at, times + 1)
            return times + 1 if is_due else 0

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()


_repeats = _Repeats()


def _unfilled(error: CxDataError) -> str:
    """The sentence of a mistake with a gap for everything that fills it."""
    return re.sub(r"\{[^{}]*\}", "…", error.message)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and its causes, each once."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _places(traceback: TracebackType | None) -> str:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{_short(code.co_filename)}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return " > ".join(places[-PLACES_SHOWN:]) or "no place"


def _short(file_name: str) -> str:
    """A file of the project or of a package, without where either is installed."""
    path = Path(file_name)
    if path.is_relative_to(PROJECT) and "site-packages" not in path.parts:
        return path.relative_to(PROJECT).as_posix()
    parts = path.parts
    if "site-packages" in parts:
        return Path(*parts[parts.index("site-packages") + 1 :]).as_posix()
    return path.name


_make_record = logging.getLogRecordFactory()


def _scrub_every_record() -> None:
    """From here on no record of any library carries an exception's message to any handler."""
    if logging.getLogRecordFactory() is not _scrubbed_record:
        logging.setLogRecordFactory(_scrubbed_record)


def _scrubbed_record(*arguments: Any, **options: Any) -> logging.LogRecord:
    record = _make_record(*arguments, **options)
    if record.exc_info:
        error = record.exc_info[1]
        record.exc_text = described(error) if error is not None else None
        record.exc_info = None
    if isinstance(record.msg, BaseException):
        record.msg, record.args = "%s", (record.msg,)
    if isinstance(record.args, tuple):
        record.args = tuple(_scrubbed(each) for each in record.args)
    return record


def _scrubbed(argument: object) -> object:
    """What may stand for an argument: a mistake's sentence, an exception's type, a file's name."""
    if isinstance(argument, CxDataError):
        return _unfilled(argument)
    if isinstance(argument, Path):
        return argument.name
    return type(argument).__name__ if isinstance(argument, BaseException) else argument


def log_uncaught(tell: Callable[[str], None] | None = None) -> None:
    """From here on an exception that nobody catches, in any thread, is a fault in the log.

    ``tell`` is called with the id of one that ends the process.
    """

    def from_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
            log_fault(arguments.exc_value)

    def from_main(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, traceback)
            return
        fault = log_fault(error)
        if tell:
            tell(fault)

    threading.excepthook = from_thread
    sys.excepthook = from_main
