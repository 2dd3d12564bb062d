"""``backup`` and ``restore``: copies of the store, and one of them in its place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import polars as pl

from cxdata.cli.session import (
    Session,
    common_options,
    on_this_computer,
    place_options,
    served,
)
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told, told_error
from cxdata.cli.usage import WrongUsage
from cxdata.config import keep_of, load_settings
from cxdata.errors import StoreHeld
from cxdata.ingest.notes import Note
from cxdata.ingest.people.restoring import restore_without_erased
from cxdata.ingest.soundness import Soundness, light_check, soundness
from cxdata.leftovers import temporary_folder
from cxdata.record import note_done
from cxdata.store.backups import (
    Backup,
    backup_folder,
    backup_to_file,
    backup_to_folder,
    known_backups,
    preview,
)
from cxdata.store.connection import Store
from cxdata.store.contents import Batch, Contents, Difference
from cxdata.store.restoring import staged


@spoken_command()
@click.argument("target", metavar="[FILE]", required=False)
@click.option("--to", "folder", metavar="FOLDER", help="Make it there, under a dated name.")
@click.option("--keep", metavar="7d,4w,12m", help="With --to: how many days, weeks, months stay.")
@click.option("--verify", is_flag=True, help="Restore it for a trial, and check what came back.")
@on_this_computer("target", "folder")
@served
def backup(
    store: Store, target: str | None, folder: str | None, keep: str | None, verify: bool
) -> Told:
    """Copy the whole store, as it is at this moment, to a new file; the copy is checked.

    With --to, older backups of this store in that folder are thinned out. With --verify, the copy
    is also restored into a place of its own and checked there row by row.
    """
    if (target is None) == (folder is None) or (keep and not folder):
        raise WrongUsage("Name a FILE, or a folder with --to (and --keep).")
    gone: tuple[Path, ...] = ()
    if target:
        backup_to_file(store, target)
        made = target
    else:
        staying = keep_of(keep) if keep else load_settings().backup.keep
        done, gone = backup_to_folder(store, Path(str(folder)), staying)
        made = str(done.path)
    note_done(store, "backed_up", details={"file": Path(made).name})
    found = tried_out(Path(made)) if verify else None
    told = Told({"backup": made, "removed": [str(path) for path in gone]})
    told.add(Note("The store was copied to {file}.", file=made))
    if gone:
        told.add(Note("Older backups that were removed: {n}.", n=len(gone)))
    if found is not None:
        told.document["is_sound"] = found.is_sound
        told.is_done = found.is_sound
        for problem in found.problems:
            told.add(problem)
        if found.is_sound:
            told.add(Note("Restored for a trial, it is sound."))
    return told


def tried_out(backup_file: Path) -> Soundness:
    """What a check says of a backup once it is restored; what was restored is thrown away."""
    with (
        temporary_folder() as folder,
        staged(folder.path / "tried.duckdb", backup_file.absolute()) as ready,
    ):
        store = Store.open(ready)
        try:
            return soundness(store, "full")
        finally:
            store.close()


@spoken_command()
@click.argument("source", metavar="[FILE]", required=False)
@click.option("--list", "is_list", is_flag=True, help="List the backups that are known.")
@click.option("--from", "folder", metavar="FOLDER", help="With --list: where backups are.")
@click.option(
    "--dry-run", "is_dry_run", is_flag=True, help="Say what would change; change nothing."
)
@on_this_computer("source", "folder")
@common_options
def restore(session: Session, **options: Any) -> None:
    """Put a backup in the place of the store; the store that was there is kept aside.

    The store may be damaged: it is moved aside with its change log and never opened.
    """
    command = click.get_current_context().command
    try:
        told = restored(Path(session.store_path), **options)
    except StoreHeld:
        server = session.server()
        if server is None:
            raise
        told = server.tell(command, options, place_options(command))
    session.tell(told)


def restored(
    place: Path, source: str | None, is_list: bool, folder: str | None, is_dry_run: bool
) -> Told:
    """What ``restore`` does to the store at a place, and tells.

    Raises
    ------
    StoreError
        If there is no such backup, or another process holds the store.
    """
    if is_list != (source is None) or (is_list and is_dry_run) or (folder and not is_list):
        raise WrongUsage("Name a FILE, or use --list (with --from FOLDER).")
    if is_list:
        return _listed(place, folder)
    backup_file = Path(str(source))
    return _previewed(place, backup_file) if is_dry_run else _restored(place, backup_file)


def _restored(place: Path, source: Path) -> Told:
    try:
        done = restore_without_erased(place, source)
    except StoreHeld as error:
        error.hint = "Stop the dashboard first, or restore on its Data page."
        raise
    aside = done.set_aside and str(done.set_aside)
    told = Told({"restored": str(source), "set_aside": aside, **_summary(done.contents)})
    told.add(Note("The store is {file} now.", file=str(source)))
    if aside:
        told.add(Note("The one before is {file}.", file=aside))
    for problem in light_check(Store.open(place)).problems:
        told.add(problem)
    return told


def _listed(place: Path, folder: str | None) -> Told:
    where = Path(folder) if folder else backup_folder(place.absolute(), load_settings().backup)
    found = known_backups(place, where)
    told = Told({"folder": str(where), "backups": [_document(each) for each in found]})
    if found:
        told.print_rows(pl.DataFrame([_row(each) for each in found], infer_schema_length=None))
    else:
        told.note(Note("There is no backup in {folder}.", folder=str(where)))
    return told


def _previewed(place: Path, source: Path) -> Told:
    found = preview(place, source)
    summary = _summary(found.contents)
    changes = found.changes and _changes(found.changes)
    told = Told({"backup": str(source), **summary, "changes": changes})
    told.print(
        Note(
            "{file}: {n} imports, the last {moment}.",
            file=str(source),
            n=len(found.contents.batches),
            moment=_day(found.contents),
        )
    )
    if found.changes is None:
        told.print(Note("What the store holds now can't be read, so nothing can be compared."))
    elif found.changes.is_none:
        told.print(Note("It holds what the store holds now."))
    else:
        for line in _change_lines(found.changes):
            told.print(line)
    told.note(Note("Nothing was changed."))
    return told


def _change_lines(changes: Difference) -> list[Note]:
    lines = [
        Note("goes: import {batch}, {file}", batch=str(it.batch_id), file=it.file_name)
        for it in changes.going
    ]
    lines += [
        Note("comes back: import {batch}, {file}", batch=str(it.batch_id), file=it.file_name)
        for it in changes.coming
    ]
    return lines + [
        Note("{table}: {before} now, {after} then", table=name, before=before, after=after)
        for name, (before, after) in changes.row_counts.items()
    ]


def _changes(changes: Difference) -> dict[str, object]:
    return {
        "going": [_batch(it) for it in changes.going],
        "coming": [_batch(it) for it in changes.coming],
        "rows": {
            name: {"now": before, "then": after}
            for name, (before, after) in changes.row_counts.items()
        },
    }


def _batch(batch: Batch) -> dict[str, object]:
    return {"batch_id": batch.batch_id, "file_name": batch.file_name, "loaded_at": batch.loaded_at}


def _summary(contents: Contents) -> dict[str, object]:
    return {
        "batch_count": len(contents.batches),
        "last_loaded_at": contents.last_loaded_at,
        "rows": contents.row_counts,
    }


def _document(backup: Backup) -> dict[str, object]:
    return {
        "path": str(backup.path),
        "kind": backup.kind,
        "made_at": backup.made_at,
        "size_bytes": backup.size_bytes,
        "is_sound": backup.problem is None,
        "problem": backup.problem and told_error(backup.problem),
        **(_summary(backup.contents) if backup.contents else {}),
    }


def _row(backup: Backup) -> dict[str, object]:
    return {
        "made_at": _moment(backup.made_at),
        "kind": backup.kind,
        "imports": len(backup.contents.batches) if backup.contents else None,
        "last_import": _day(backup.contents) if backup.contents else None,
        "size_mb": round(backup.size_bytes / 1e6, 1),
        "sound": "yes" if backup.problem is None else "no",
        "path": str(backup.path),
    }


def _day(contents: Contents) -> str:
    return _moment(contents.last_loaded_at) if contents.last_loaded_at else "–"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
