"""Tables of backups: what there is, and what a restore would change."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.store.backups import Backup
from cxdata.store.contents import Difference
from cxdata.tables.cells import NOTHING


def backups_table(backups: Sequence[Backup], time_zone: str, tr: Translator) -> pl.DataFrame:
    """Each backup: when it was made, what it is, what it holds, and whether it can be read."""
    header = (
        *(tr("Made"), tr("Kind"), tr("Imports"), tr("Last import"), tr("Size")),
        *(tr("Sound"), tr("File")),
    )
    rows = [
        (
            tr.moment(it.made_at.replace(tzinfo=None), time_zone),
            name_of("backup_kind", it.kind, tr),
            tr.number(len(it.contents.batches)) if it.contents else NOTHING,
            _last_import(it, time_zone, tr),
            tr("{size} MB", size=tr.number(it.size_bytes / 1e6, 1)),
            tr("yes") if it.problem is None else tr("no"),
            it.path.name,
        )
        for it in backups
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def changes_table(changes: Difference, tr: Translator) -> pl.DataFrame:
    """What a restore would change: rows now and then, by what they are of."""
    header = (tr("What"), tr("Now"), tr("After"))
    rows = [
        (name_of("stored", name, tr), tr.number(before), tr.number(after))
        for name, (before, after) in changes.row_counts.items()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def _last_import(backup: Backup, time_zone: str, tr: Translator) -> str:
    last = backup.contents and backup.contents.last_loaded_at
    return tr.moment(last, time_zone) if last else NOTHING
