"""``batches`` and ``undo``: the imports that the store holds, and one of them taken back."""

from __future__ import annotations

import click

from cxdata.cli.session import Session, common_options, print_json, print_table, say
from cxdata.ingest import recorded_batches, undo_batch
from cxdata.store.stored_json import stored_json


@click.command()
@common_options
def batches(session: Session) -> None:
    """List the files that were taken, newest first."""
    recorded = recorded_batches(session.store())
    if session.is_json:
        rows = [
            {**row, "mapping": stored_json(row["mapping"], "batches.mapping")}
            for row in recorded.iter_rows(named=True)
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
