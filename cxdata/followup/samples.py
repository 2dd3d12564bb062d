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
from cxdata.followup.decisions import (
    Decision,
    add_decision,
    change_decision,
    close_decision,
    forget_decisions,
    recorded_decisions,
)
from cxdata.ingest.importing import import_file
from cxdata.ingest.reading.tables import OnProgress
from cxdata.ingest.storing.batches import recorded_batches, undo_batch
from cxdata.installed import SAMPLE_FOLDER
from cxdata.models import Filters, ImportReport, Kind, Period
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
# What it decided, so that the page of decisions has something to tell: the first moved its figure,
# the second didn't, the third is still to be done.
SAMPLE_DECISIONS = (
    Decision(
        "Livraison : changer de transporteur",
        "Direction logistique",
        date(2026, 3, 31),
        "nps",
        Filters(period=Period(date(2024, 9, 1), date(2025, 8, 31)), journey=("Livraison",)),
        goal=20.0,
        root_cause="Retards de livraison",
        decided_on=date(2025, 9, 1),
    ),
    Decision(
        "Chat : renforcer l’équipe du soir",
        "Service client",
        date(2026, 4, 30),
        "chat_in_time",
        Filters(period=Period(date(2024, 12, 1), date(2025, 11, 30))),
        goal=0.8,
        root_cause="Trop peu de monde le soir",
        decided_on=date(2025, 12, 1),
    ),
    Decision(
        "Rappeler les détracteurs professionnels sous deux jours",
        "Direction commerciale",
        date(2026, 12, 31),
        "churn_rate",
        Filters(period=Period(date(2025, 6, 1), date(2026, 5, 31)), segment=("Professionnels",)),
        decided_on=date(2026, 6, 1),
    ),
)
# When the second was put off, and until when; why. When the first two were done.
PUT_OFF, NEW_DUE = date(2026, 3, 16), date(2026, 5, 31)
WHY_PUT_OFF = "Les embauches prennent plus de temps."
DONE = (date(2025, 10, 1), date(2026, 5, 29))
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
    if recorded_decisions(store).is_empty():
        _decide(store)
    return reports


def _decide(store: Store) -> None:
    """The sample's decisions, with what became of them."""
    made = [
        add_decision(store, it, decided_by=SAMPLE_LOADER, today=it.decided_on)
        for it in SAMPLE_DECISIONS
    ]
    change_decision(
        store,
        made[1],
        changed_by=SAMPLE_LOADER,
        note=WHY_PUT_OFF,
        today=PUT_OFF,
        due_on=NEW_DUE,
    )
    for decision_id, day in zip(made, DONE, strict=False):
        close_decision(store, decision_id, changed_by=SAMPLE_LOADER, today=day)


def take_out_samples(store: Store) -> None:
    """Undo the samples' batches, remove their event and the decisions that nobody has touched;
    what else is there stays."""
    for batch_id in sample_batches(recorded_batches(store)):
        undo_batch(store, batch_id)
    for row in recorded_annotations(store).iter_rows(named=True):
        if (row["author"], row["text"]) == (SAMPLE_LOADER, SAMPLE_EVENT.text):
            remove_annotation(store, row["annotation_id"])
    forget_decisions(store, SAMPLE_LOADER)


def sample_batches(batches: pl.DataFrame) -> list[int]:
    """The batches of the samples that are in the store, the newest first.

    ``batches`` as ``recorded_batches`` returns them.
    """
    held = batches.filter(_IS_SAMPLE.fill_null(False), pl.col("undone_at").is_null())
    return held["batch_id"].sort(descending=True).to_list()


def _is_for_samples(batches: pl.DataFrame) -> bool:
    held = _IS_SAMPLE & pl.col("undone_at").is_null()
    return bool(batches.select(held.fill_null(False).all()).item())
