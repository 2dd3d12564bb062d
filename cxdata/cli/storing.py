"""``batches``, ``undo``, ``backup``, ``restore``: keeping the store."""

from __future__ import annotations

import json
import shutil
import tempfile
from itertools import count
from pathlib import Path

import click

from cxdata.cli.session import Session, common_options, print_json, print_table, say
from cxdata.errors import StoreError
from cxdata.ingest import recorded_batches, undo_batch
from cxdata.store.connection import Store


@click.command()
@common_options
def batches(session: Session) -> None:
    """List the files that were taken, newest first."""
    recorded = recorded_batches(session.store())
    if session.is_json:
        rows = [
            {**row, "mapping": json.loads(row["mapping"])} for row in recorded.iter_rows(named=True)
        ]
        print_json({"batches": rows})
        return
    print_table(recorded.drop("mapping", "extracted_at"))
    if recorded.is_empty():
        say("Nothing was imported yet.")


@click.command()
@click.argument("batch", type=int)
@common_options
def undo(session: Session, batch: int) -> None:
    """Take the rows of a batch out again; what it had replaced comes back."""
    removed = undo_batch(session.store(), batch)
    if session.is_json:
        print_json({"batch_id": batch, "removed_count": removed})
    say(f"Batch {batch} is undone; {removed} rows went.")


@click.command()
@click.argument("target", metavar="FILE")
@common_options
def backup(session: Session, target: str) -> None:
    """Copy the whole store, as it is at this moment, to a new file."""
    session.store().backup(target)
    if session.is_json:
        print_json({"backup": target})
    say(f"The store was copied to {target}.")


@click.command()
@click.argument("source", metavar="FILE")
@common_options
def restore(session: Session, source: str) -> None:
    """Put a backup in the place of the store; the store that was there is kept aside."""
    aside = _restore(Path(source), Path(session.store_path))
    if session.is_json:
        print_json({"restored": source, "set_aside": aside and str(aside)})
    say(f"The store is {source} now." + (f" The one before is {aside}." if aside else ""))


def _restore(source: Path, place: Path) -> Path | None:
    """The backup is opened and brought up to date beside the store before it takes its place."""
    if not source.is_file():
        raise StoreError("There is no file {path}.", path=str(source))
    if place.exists():
        Store.open(place).close()  # nobody else may have it open
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".restore-") as folder:
        copy = Path(folder) / "copy.duckdb"
        shutil.copyfile(source, copy)
        Store.open(copy).close()
        aside = _free_name(place, "before-restore") if place.exists() else None
        if aside:
            place.replace(aside)
        copy.replace(place)
    return aside


def _free_name(place: Path, why: str) -> Path:
    """A name beside the store that no file has yet."""
    names = (place.with_name(f"{place.stem}.{why}-{number}.duckdb") for number in count(1))
    return next(name for name in names if not name.exists())
