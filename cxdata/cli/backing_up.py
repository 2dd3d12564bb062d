"""``backup`` and ``restore``: copies of the store, and one of them in its place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import polars as pl

from cxdata.cli.session import (
    Session,
    common_options,
    on_this_computer,
    print_json,
    print_table,
    say,
    served,
)
from cxdata.cli.told import Told
from cxdata.config import keep_of, load_settings
from cxdata.errors import StoreHeld
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


@click.command()
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
        raise click.UsageError("Name a FILE, or a folder with --to (and --keep).")
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
    told.add(f"The store was copied to {made}.")
    if gone:
        told.add(f"{len(gone)} older backups were removed.")
    if found is not None:
        told.document["is_sound"] = found.is_sound
        told.is_done = found.is_sound
        for problem in found.problems:
            told.add(str(problem))
        if found.is_sound:
            told.add("Restored for a trial, it is sound.")
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


@click.command()
@click.argument("source", metavar="[FILE]", required=False)
@click.option("--list", "is_list", is_flag=True, help="List the backups that are known.")
@click.option("--from", "folder", metavar="FOLDER", help="With --list: where backups are.")
@click.option(
    "--dry-run", "is_dry_run", is_flag=True, help="Say what would change; change nothing."
)
@common_options
def restore(
    session: Session, source: str | None, is_list: bool, folder: str | None, is_dry_run: bool
) -> None:
    """Put a backup in the place of the store; the store that was there is kept aside.

    The store may be damaged: it is moved aside with its change log and never opened.
    """
    if is_list != (source is None) or (is_list and is_dry_run) or (folder and not is_list):
        raise click.UsageError("Name a FILE, or use --list (with --from FOLDER).")
    place = Path(session.store_path)
    if is_list:
        _list(session, place, folder)
    elif is_dry_run:
        _tell(session, place, Path(str(source)))
    else:
        _restore(session, place, Path(str(source)))


def _restore(session: Session, place: Path, source: Path) -> None:
    try:
        done = restore_without_erased(place, source)
    except StoreHeld as error:
        error.hint = "Stop the dashboard first, or restore on its Data page."
        raise
    aside = done.set_aside and str(done.set_aside)
    problems = light_check(Store.open(place)).problems
    if session.is_json:
        print_json({"restored": str(source), "set_aside": aside, **_summary(done.contents)})
    say(f"The store is {source} now." + (f" The one before is {aside}." if aside else ""))
    for problem in problems:
        say(str(problem))


def _list(session: Session, place: Path, folder: str | None) -> None:
    where = Path(folder) if folder else backup_folder(place.absolute(), load_settings().backup)
    found = known_backups(place, where)
    if session.is_json:
        print_json({"folder": str(where), "backups": [_document(each) for each in found]})
        return
    if found:
        print_table(pl.DataFrame([_row(each) for each in found], infer_schema_length=None))
    else:
        say(f"There is no backup in {where}.")


def _tell(session: Session, place: Path, source: Path) -> None:
    told = preview(place, source)
    if session.is_json:
        changes = told.changes and _changes(told.changes)
        print_json({"backup": str(source), **_summary(told.contents), "changes": changes})
        return
    summary = _summary(told.contents)
    click.echo(f"{source}: {summary['batch_count']} imports, the last {_day(told.contents)}.")
    if told.changes is None:
        click.echo("What the store holds now can't be read, so nothing can be compared.")
    elif told.changes.is_none:
        click.echo("It holds what the store holds now.")
    else:
        for line in _change_lines(told.changes):
            click.echo(line)
    say("Nothing was changed.")


def _change_lines(changes: Difference) -> list[str]:
    lines = [f"goes: import {it.batch_id}, {it.file_name}" for it in changes.going]
    lines += [f"comes back: import {it.batch_id}, {it.file_name}" for it in changes.coming]
    return lines + [
        f"{name}: {before} now, {after} then"
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
        "problem": backup.problem and str(backup.problem),
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
