"""A watched folder: what another system puts there is imported, and its report put beside it.

A file is taken when it is whole: its size and time stayed the same from one look to the next, or
a name says so (``answers.csv.ready`` beside it, or as its own name). It is read as the saved
profile for its shape says; what it leaves open refuses it, with the questions in the report. It
then lies in ``done/`` or ``refused/``. A server that is killed in between imports a file again at
the next start, which adds nothing. A file that ended it twice, or over which it stumbled twice,
isn't opened again: it is refused, and its report says so.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from cxdata.api.attempts import MOST_ATTEMPTS, Attempts, Stamp
from cxdata.cli.importing import import_one
from cxdata.errors import CxDataError, FileError, ImportRefused
from cxdata.i18n import LOCALES, N_, Translator, translator
from cxdata.ingest import preview_file
from cxdata.leftovers import temporary_folder
from cxdata.log import log_inbox, log_refusal
from cxdata.panels.document import json_value
from cxdata.store.connection import Store

FileOutcome = Literal["done", "again", "refused"]
DONE, REFUSED = "done", "refused"
REFUSED_FILE: FileOutcome = "refused"
LOADER = "watched folder"
READY = ".ready"
# What programs call a file that they are still writing.
UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".filepart", ".swp", ".lock")
UNFINISHED_BEGINNINGS = (".", "~", "#")
REPORT_JSON, REPORT_TEXT = ".report.json", ".report.txt"
STOP_SECONDS = 5.0
COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Taken:
    """What became of one file of the folder; ``batch_id`` is None if nothing was stored."""

    file_name: str
    outcome: FileOutcome
    taken_at: datetime  # UTC
    batch_id: int | None


class Inbox:
    """The watched folder of one running dashboard."""

    def __init__(self, folder: Path, store_path: Path) -> None:
        self.folder = folder
        self.store_path = store_path
        self.last: Taken | None = None
        self.problem: CxDataError | None = None
        self.waiting_count = 0
        self._attempts = Attempts(folder)
        self._begun: tuple[str, Stamp] | None = None
        self._seen: dict[str, Stamp] = {}
        self._settled: dict[str, Stamp] = {}  # taken, but not to be moved

    def look(self) -> list[Taken]:
        """Take the files that are whole; what hinders that is ``problem`` until the next look."""
        try:
            self._see_folder()
            found = dict(self._waiting())
            self._attempts.keep_only(found.items())
            taken = [
                it for name, stamp in found.items() for it in self._taken_if_whole(name, stamp)
            ]
        except OSError as error:
            self._hindered(_unusable(self.folder), error)
            return []
        except CxDataError as error:  # no store: the files stay for later
            self._hindered(error, error)
            return []
        self._seen = {name: it for name, it in found.items() if not self._is_marked(name)}
        is_stuck = any(self._settled.get(name) == stamp for name, stamp in found.items())
        self.problem = _unusable(self.folder) if is_stuck else None
        self.waiting_count = len(found) - len(taken)
        return taken

    def _hindered(self, problem: CxDataError, cause: Exception) -> None:
        self.problem = problem
        log_refusal("inbox", problem)

    def _see_folder(self) -> None:
        for name in (DONE, REFUSED):
            place = self.folder / name
            place.mkdir(mode=0o700, exist_ok=True)
            if place.is_symlink() or not place.is_dir():
                raise NotADirectoryError(place)

    def _waiting(self) -> Iterator[tuple[str, Stamp]]:
        """The plain files at the top of the folder, by name; no links, no unfinished ones."""
        with os.scandir(self.folder) as entries:
            for entry in sorted(entries, key=lambda it: it.name):
                if entry.is_file(follow_symlinks=False) and not _is_unfinished(entry.name):
                    found = entry.stat(follow_symlinks=False)
                    if not self._is_marker(entry.name, found.st_size):
                        yield entry.name, _stamp(found)

    def _is_marker(self, name: str, size: int) -> bool:
        return name.endswith(READY) and not size

    def _is_marked(self, name: str) -> bool:
        return name.endswith(READY) or (self.folder / (name + READY)).is_file()

    def _taken_if_whole(self, name: str, stamp: Stamp) -> Iterator[Taken]:
        is_whole = self._is_marked(name) or (stamp[0] > 0 and self._seen.get(name) == stamp)
        if not is_whole or self._settled.get(name) == stamp:
            return
        taken = self._take(name, stamp)
        if taken is not None:
            self.last = taken
            log_inbox(taken.outcome, taken.batch_id)
            yield taken

    def _take(self, name: str, stamp: Stamp) -> Taken | None:
        """Import one file and move it; None if it changed meanwhile."""
        store, shown = Store.open(self.store_path), name.removesuffix(READY)
        if self._attempts.count(name, stamp) >= MOST_ATTEMPTS:
            ended: tuple[dict[str, Any], FileOutcome] | None
            ended = _refusal(store, None, shown, _too_often()), REFUSED_FILE
        else:
            ended = self._attempted(store, name, shown, stamp)
        if ended is not None:
            self._settled[name] = stamp
            told, outcome = ended
            taken = Taken(shown, outcome, datetime.now(UTC), told["document"].get("batch_id"))
            self._put_away(name, stamp, taken, told)
        self._attempts.end(name, stamp)
        return taken if ended is not None else None

    def _attempted(
        self, store: Store, name: str, shown: str, stamp: Stamp
    ) -> tuple[dict[str, Any], FileOutcome] | None:
        """As ``_read``; an end of the process, or a fault, leaves the attempt written down."""
        self._attempts.begin(name, stamp)
        self._begun = name, stamp
        try:
            return self._read(store, name, shown, stamp)
        except (CxDataError, OSError):  # not the file's fault: there is no room, say
            self._attempts.take_back(name, stamp)
            raise
        finally:
            self._begun = None

    def _read(
        self, store: Store, name: str, shown: str, stamp: Stamp
    ) -> tuple[dict[str, Any], FileOutcome] | None:
        """What became of the file; None if it isn't the one that was seen any more."""
        with temporary_folder() as own:
            copy = own.path / "file"
            try:
                is_same = _copied(self.folder / name, copy, stamp, store)
            except ImportRefused as error:  # too large to be looked at
                return _refusal(store, None, shown, error), REFUSED_FILE
            return _imported(store, copy, shown) if is_same else None

    def is_not_to_blame(self) -> None:
        """The server is stopped on purpose while a file is read: that is no attempt."""
        begun = self._begun
        if begun is not None:
            with suppress(OSError):
                self._attempts.take_back(*begun)

    def _put_away(self, name: str, stamp: Stamp, taken: Taken, told: dict[str, Any]) -> None:
        """The file and its report into ``done`` or ``refused``; a file that changed again stays."""
        place = self.folder / (REFUSED if taken.outcome == "refused" else DONE)
        target = _free_name(place, taken.file_name)
        document = {
            "file_name": taken.file_name,
            "outcome": taken.outcome,
            "taken_at": taken.taken_at,
            **told["document"],
        }
        text = json.dumps(json_value(document), ensure_ascii=False, indent=2)
        _write(place / (target + REPORT_JSON), text)
        _write(place / (target + REPORT_TEXT), "\n".join([*told["lines"], ""]))
        if _stamp((self.folder / name).lstat()) == stamp:
            (self.folder / name).rename(place / target)
            (self.folder / (name + READY)).unlink(missing_ok=True)
            del self._settled[name]


def _imported(store: Store, copy: Path, name: str) -> tuple[dict[str, Any], FileOutcome]:
    """What became of the file, as it is reported."""
    try:
        told = import_one(store, copy, file_name=name, loaded_by=LOADER)
    except CxDataError as error:
        return _refusal(store, copy, name, error), "refused"
    document = told.document
    is_again = document["batch_id"] is None and document["duplicate_count"] > 0
    lines = [text for it in LOCALES for _, text in told.spoken(translator(it)).lines]
    if not told.is_done:
        return {"document": document, "lines": lines}, "refused"
    if is_again:
        lines += _in_each(N_("Nothing in it is new: it was taken before."))
    return {"document": document, "lines": lines}, "again" if is_again else "done"


def _refusal(store: Store, copy: Path | None, name: str, error: CxDataError) -> dict[str, Any]:
    """Why a file is refused, and which questions it leaves open, in each language."""
    said = {locale: " ".join(translator(locale).error(error)).strip() for locale in LOCALES}
    questions = [] if copy is None else _questions(store, copy, name)
    lines = [f"{name}:", *said.values()]
    for question in questions:
        lines += ["", *(f"? {text}" for text in question["texts"].values())]
        lines += [f"  {question['option']}: {it}" for it in question["readings"]]
    return {"document": {"refusal": said, "questions": questions}, "lines": lines}


def _questions(store: Store, copy: Path, name: str) -> list[dict[str, Any]]:
    try:
        preview = preview_file(store, copy, file_name=name)
    except CxDataError:  # the refusal itself says why
        return []
    return [
        {
            "option": it.option,
            "about": it.about,
            "texts": {
                locale: _filled(it.text, it.values, translator(locale)) for locale in LOCALES
            },
            "readings": [reading.choice for reading in it.readings],
        }
        for it in preview.questions
        if it.is_open
    ]


def _filled(text: str, values: dict[str, object], tr: Translator) -> str:
    return tr(text, **values)


def _in_each(text: str) -> list[str]:
    return [translator(locale)(text) for locale in LOCALES]


def _copied(source: Path, target: Path, stamp: Stamp, store: Store) -> bool:
    """A copy for this process alone; False if the file isn't the one that was seen any more."""
    most = store.settings.imports.max_file_bytes
    if stamp[0] > most:
        raise ImportRefused(
            "The file is larger than {limit} MB.",
            "Split it, for example by month.",
            limit=most // 1_000_000,
        )
    try:
        handle = os.open(
            source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except FileNotFoundError:
        return False
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode) or _stamp(before) != stamp:
            return False
        with target.open("wb") as copy:
            shutil.copyfileobj(file, copy, COPY_BYTES)
        return _stamp(os.fstat(file.fileno())) == stamp


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _is_unfinished(name: str) -> bool:
    """Whether a name is that of a file that is still written, or hidden.

    >>> [_is_unfinished(it) for it in ("a.csv", ".a.csv", "a.csv.PART", "~$a.xlsx", "a.csv~")]
    [False, True, True, True, True]
    """
    lower = name.lower()
    return lower.startswith(UNFINISHED_BEGINNINGS) or lower.endswith((*UNFINISHED, "~"))


def _free_name(place: Path, name: str) -> str:
    """A name of which nothing lies in the folder yet, nor a report."""
    stem, dot, ending = name.partition(".")
    number, free = 1, name
    while any(os.path.lexists(place / (free + it)) for it in ("", REPORT_JSON, REPORT_TEXT)):
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    return free


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _too_often() -> ImportRefused:
    return ImportRefused(
        "The dashboard ended, or had a fault, each of the {n} times that it read this file.",
        "See its log; try the file by hand, on the Import page or with import --dry-run.",
        n=MOST_ATTEMPTS,
    )


def _unusable(folder: Path) -> FileError:
    return FileError(
        "The watched folder {path} can't be read or written.",
        "It is tried again; check that it exists and whom it belongs to.",
        path=str(folder),
    )


_watched: list[Inbox] = []


def watched_inbox() -> Inbox | None:
    """The folder that this process watches, if it does."""
    return _watched[0] if _watched else None


@contextmanager
def watching(folder: str, store_path: Path, look_seconds: float) -> Iterator[Inbox | None]:
    """As long as this is open, a thread looks into the folder; no name, no folder."""
    if not folder:
        yield None
        return
    inbox, stopped = Inbox(Path(folder).absolute(), store_path), threading.Event()

    def look_again_and_again() -> None:
        while not stopped.wait(look_seconds):
            # A look of its own thread: a fault in it goes to the log and ends that look alone.
            look = threading.Thread(target=inbox.look, name="inbox-look", daemon=True)
            look.start()
            look.join()

    thread = threading.Thread(target=look_again_and_again, name="inbox", daemon=True)
    _watched.append(inbox)
    thread.start()
    try:
        yield inbox
    finally:
        stopped.set()
        thread.join(STOP_SECONDS)
        inbox.is_not_to_blame()
        _watched.remove(inbox)
