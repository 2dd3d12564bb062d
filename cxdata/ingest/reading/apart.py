"""Files read by a process of their own: one that breaks its reader can't break the server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxdata.config import ImportSettings
from cxdata.ingest.reading import risky_reader
from cxdata.ingest.reading.formats import damaged
from cxdata.ingest.reading.rows import OnProgress
from cxdata.leftovers import TemporaryFolder, temporary_folder

WAIT_SECONDS = 0.1
PYTHON_FAILED = 1  # exit code; want of memory ends the process otherwise


@dataclass(frozen=True)
class ReadApart:
    """What a process of its own made of a file, for as long as it stands in ``folder``.

    ``found`` is what the reader says (see ``risky_reader``); None if want of memory ended it.
    """

    folder: Path
    found: dict[str, Any] | None


@contextmanager
def read_apart(
    content: bytes, wanted: str | None, limits: ImportSettings, on_progress: OnProgress
) -> Iterator[ReadApart]:
    """Read a workbook, or try out a Parquet file; what ``on_progress`` raises ends it.

    Raises
    ------
    ImportRefused
        If the reader fell over the file.
    """
    with temporary_folder() as temporary:
        folder = temporary.path
        file = folder / "file"
        file.write_bytes(content)
        command = [sys.executable, "-P", risky_reader.__file__, str(file), str(folder)]
        command.append(json.dumps(_told(limits, wanted)))
        said = folder / "found.json"
        exit_code = _run(command, temporary, on_progress)
        if exit_code != PYTHON_FAILED and not said.exists():
            exit_code = _run(command, temporary, on_progress)  # it may have died of something else
        if exit_code == PYTHON_FAILED and not said.exists():
            raise damaged()
        yield ReadApart(folder, json.loads(said.read_text("utf-8")) if said.exists() else None)


@contextmanager
def without_panic() -> Iterator[None]:
    """A reader written in Rust that gives up raises what is no ``Exception``: a damaged file."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged() from error


def _told(limits: ImportSettings, wanted: str | None) -> dict[str, object]:
    return {
        "sheet": wanted,
        "max_columns": limits.max_columns,
        "max_rows": limits.max_rows,
        "max_text_bytes": limits.max_text_bytes,
        "memory": limits.max_unpacked_bytes,
        "seconds": limits.time_limit_seconds,
    }


def _run(command: list[str], temporary: TemporaryFolder, on_progress: OnProgress) -> int:
    # The reader holds the folder too: if this process is killed, until it has ended itself.
    held = () if temporary.lock is None else (temporary.lock,)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=held,
    ) as process:
        try:
            while process.poll() is None:
                on_progress("reading", 0.0)
                try:
                    process.wait(WAIT_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            process.kill()
    return process.returncode
