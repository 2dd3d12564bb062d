"""The sample extracts of a fictional firm, to be looked at before there are own ones."""

from __future__ import annotations

from datetime import date

import polars as pl

from cxdata.followup.annotations import (
    Annotation,
    add_annotation,
    recorded_annotations,
    remove_annotation,
)
from cxdata.ingest.importing import import_file
from cxdata.ingest.reading.tables import OnProgress
from cxdata.ingest.storing.batches import recorded_batches, undo_batch
from cxdata.installed import SAMPLE_FOLDER
from cxdata.models import ImportReport, Kind
from cxdata.store.connection import Store

# Customers first: contacts and answers take their segment from them where they have none.
SAMPLE_FILES: dict[str, Kind] = {
    "clients.csv": "customers",
    "contacts.parquet": "contacts",
    "responses.parquet": "responses",
    "assessments.xlsx": "assessments",
}
SAMPLE_LOADER = "sample"
# What the sample's firm did, so that its charts show what an event explains.
SAMPLE_EVENT = Annotation(date(2025, 10, 1), "Livraison : nouveau transporteur", SAMPLE_LOADER)
_IS_SAMPLE = pl.col("loaded_by") == SAMPLE_LOADER


def load_samples(store: Store, on_progress: OnProgress | None = None) -> list[ImportReport] | None:
    """Take the sample extracts into a store that has nothing else, as a user would.

    What is in the store already isn't loaded again. None, and nothing done, where the store has
    other files, or something was undone.
    """
    if not _is_for_samples(recorded_batches(store)):
        return None
    reports = [
        import_file(
            store,
            SAMPLE_FOLDER / name,
            kind=kind,
            loaded_by=SAMPLE_LOADER,
            on_progress=on_progress,
        )
        for name, kind in SAMPLE_FILES.items()
    ]
    if recorded_annotations(store).is_empty():
        add_annotation(store, SAMPLE_EVENT)
    return reports


def take_out_samples(store: Store) -> None:
    """Undo the samples' batches and remove their event; what else is there stays."""
    for batch_id in sample_batches(recorded_batches(store)):
        undo_batch(store, batch_id)
    for row in recorded_annotations(store).iter_rows(named=True):
        if (row["author"], row["text"]) == (SAMPLE_LOADER, SAMPLE_EVENT.text):
            remove_annotation(store, row["annotation_id"])


def sample_batches(batches: pl.DataFrame) -> list[int]:
    """The batches of the samples that are in the store, the newest first.

    ``batches`` as ``recorded_batches`` returns them.
    """
    held = batches.filter(_IS_SAMPLE.fill_null(False), pl.col("undone_at").is_null())
    return held["batch_id"].sort(descending=True).to_list()


def _is_for_samples(batches: pl.DataFrame) -> bool:
    held = _IS_SAMPLE & pl.col("undone_at").is_null()
    return bool(batches.select(held.fill_null(False).all()).item())
