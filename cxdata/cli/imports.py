"""``batches`` and ``undo``: the imports that the store holds, and one of them taken back."""

from __future__ import annotations

import click

from cxdata.cli.for_somebody import for_somebody
from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.ingest import recorded_batches, undo_batch
from cxdata.ingest.notes import Note
from cxdata.ingest.storing.batches import cases_of_batch
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json


@spoken_command()
@served
@for_somebody
def batches(store: Store) -> Told:
    """List the files that were taken, newest first."""
    recorded = recorded_batches(store)
    rows = [
        {**row, "mapping": stored_json(row["mapping"], "batches.mapping")}
        for row in recorded.iter_rows(named=True)
    ]
    told = Told({"batches": rows})
    told.print_rows(recorded.drop("mapping", "extracted_at"))
    if recorded.is_empty():
        told.note(Note("Nothing was imported yet."))
    return told


@spoken_command()
@click.argument("batch", type=int)
@served
def undo(store: Store, batch: int) -> Told:
    """Take the rows of a batch out again; what it had replaced comes back."""
    removed = undo_batch(store, batch)
    staying = cases_of_batch(store, batch)
    told = Told({"batch_id": batch, "removed_count": removed, "staying_cases": list(staying)})
    told.add(Note("Batch {batch} is undone; {n} rows went.", batch=str(batch), n=removed))
    if staying:
        told.add(
            Note(
                "Cases that it opened and somebody has touched stay: {cases}.",
                cases=", ".join(f"#{it}" for it in staying),
            )
        )
    return told
