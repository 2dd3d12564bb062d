"""Files that the program writes: whole or not at all, and never in the place of another.

What is written may hold people's data, so a file is readable by its owner alone. It is made beside
its place, brought to the disk and then moved there: whatever fails, what was there is as it was.
"""

from __future__ import annotations

import os
import stat
import tempfile
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cxdata.errors import FileError

PART_PREFIX = ".cxdata-"  # begins the name of a file that isn't moved to its place yet
COPY_MARK = ".before-"  # in the name of a copy of the store that was set aside
# DuckDB reads what lies beside a store under these names: none may be made by hand.
READ_BESIDE = (".wal", ".tmp")


def refuse_if_taken(
    target: Path | str,
    store: Path | str | None,
    sources: Iterable[Path | str] = (),
    *,
    may_replace: bool = False,
) -> None:
    """Refuse to write a file where something is that must not go.

    Parameters
    ----------
    target
        Where the file is to be written.
    store
        The store of the run: neither it nor a file that lies beside it under its name is ever
        replaced, by whatever path, link, case or second name it is reached.
    sources
        The files that the run reads; they are never replaced either.
    may_replace
        Whether another ordinary file may be replaced; it never may without.

    Raises
    ------
    FileError
        Says what is there, or that nothing can be there.
    """
    place = Path(target)
    try:
        _refuse_the_stores(place, store)
        for source in sources:
            if _is_same(place, Path(source)):
                raise FileError(
                    "{path} is the file that is read: it is never replaced.",
                    "Choose another name.",
                    path=str(target),
                )
        _refuse_what_is_there(place, may_replace)
    except (OSError, ValueError) as error:
        raise not_writable(place) from error


def write_file(
    target: Path | str,
    content: bytes,
    *,
    store: Path | str | None,
    sources: Iterable[Path | str] = (),
    may_replace: bool = False,
) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Parameters as of ``refuse_if_taken``. A link is followed: what it leads to is replaced.

    Raises
    ------
    FileError
        If its place is taken, or it can't be written; what was there is as it was.
    """
    refuse_if_taken(target, store, sources, may_replace=may_replace)
    try:
        place = Path(target).resolve()
        part = _written_beside(place, content)
    except OSError as error:
        raise not_writable(Path(target)) from error
    try:
        _move(part, place, may_replace)
    except FileExistsError as error:
        raise _taken(Path(target)) from error
    except OSError as error:
        raise not_writable(Path(target)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def not_writable(place: Path) -> FileError:
    """That a file can't be written, and where to look for the reason."""
    return FileError(
        "{path} can't be written.",
        "Check that its folder exists, that you may write there and that the disk isn't full.",
        path=str(place),
    )


def _refuse_the_stores(place: Path, store: Path | str | None) -> None:
    if store is None:
        return
    for file in {Path(store), Path(store).resolve()}:
        is_read_beside = _is_in(place, file.parent) and any(
            _plain(place.name).startswith(_plain(file.name + ending)) for ending in READ_BESIDE
        )
        if is_read_beside or any(_is_same(place, each) for each in _named_like(file)):
            raise FileError(
                "{path} belongs to the store: it is never replaced.",
                "Choose another name.",
                path=str(place),
            )


def _named_like(file: Path) -> list[Path]:
    """The store, and what lies beside it under its name: its log, copies set aside."""
    try:
        beside = list(file.parent.iterdir())
    except OSError:
        return [file]
    beginnings = (_plain(file.name), _plain(file.stem + COPY_MARK))
    return [file, *(each for each in beside if _plain(each.name).startswith(beginnings))]


def _refuse_what_is_there(place: Path, may_replace: bool) -> None:
    if place.is_symlink() and not place.exists():
        raise FileError(
            "{path} is a link that leads nowhere.", "Choose another name.", path=str(place)
        )
    try:
        kind = place.stat().st_mode
    except FileNotFoundError:
        if not place.resolve().parent.is_dir():
            raise FileError(
                "There is no folder {path}.", "Make it first.", path=str(place.resolve().parent)
            ) from None
        return
    if stat.S_ISDIR(kind):
        raise FileError("{path} is a folder.", "Name a file to be written in it.", path=str(place))
    if not stat.S_ISREG(kind):
        raise FileError(
            "{path} is no ordinary file: it is never replaced.",
            "Choose another name.",
            path=str(place),
        )
    if not may_replace:
        raise _taken(place)


def _taken(place: Path) -> FileError:
    return FileError(
        "There is already a file {path}.",
        "Choose another name, or replace it with --force.",
        path=str(place),
    )


def _is_same(one: Path, other: Path) -> bool:
    """Whether both names lead to one file, however they are written."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return one.resolve() == other.resolve()


def _is_in(place: Path, folder: Path) -> bool:
    return _is_same(place.parent, folder) or _is_same(place.resolve().parent, folder)


def _plain(name: str) -> str:
    """As file systems compare names that don't tell upper from lower case."""
    return unicodedata.normalize("NFC", name).casefold()


def _written_beside(place: Path, content: bytes) -> Path:
    """The content in a new file of the same folder, on the disk; nothing is left of a failure."""
    handle, name = tempfile.mkstemp(prefix=PART_PREFIX, suffix=".part", dir=place.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:  # mkstemp makes it 0600
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _move(part: Path, place: Path, may_replace: bool) -> None:
    """To its place; without leave to replace, not even what came there a moment ago."""
    if may_replace:
        part.replace(place)
    else:
        _move_to_free(part, place)
    _bring_to_disk(place.parent)


def _move_to_free(part: Path, place: Path) -> None:
    try:
        os.link(part, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if os.path.lexists(place):
            raise FileExistsError(place) from None
        part.rename(place)


def _bring_to_disk(folder: Path) -> None:
    """That the name stands in the folder; not every system can be told so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
