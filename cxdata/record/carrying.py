"""A restore keeps the record: what was done since the backup stays known, the restore with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cxdata.record.acts import note_done
from cxdata.store.connection import Store, restore_store
from cxdata.store.restoring import Restored
from cxdata.store.set_aside import rows_set_aside

# What a backup must never take back: who did what, and who was erased.
CARRIED = {
    "acts": ("act_id", "done_at", "done_by", "place", "act", "filters", "details"),
    "erasures": ("key_hash", "erased_at"),
    "erasure_key": ("key",),
}
# What it must not take back either: which mails left. Of these the newer row counts.
OUTBOX = {
    "mails": (
        *("mail_id", "kind", "recipient", "locale", "schedule_id", "occasion_at", "letter"),
        *("names_people", "queued_at", "queued_by", "state", "attempt_count", "next_at"),
        *("handed_over_at", "ended_at", "problem"),
    )
}


def restore_with_record(path: Path | str, source: Path | str) -> Restored:
    """As ``restore_store``, and the record goes on: what the backup doesn't know of it is added
    from the store that was set aside. If that can't be read, its record lies in it.

    Raises
    ------
    StoreError
        As of ``restore_store``.
    """
    done = restore_store(path, source)
    store = Store.open(path)
    kept = rows_set_aside(done.set_aside, CARRIED) if done.set_aside else {}
    for table, rows in (kept or {}).items():
        _add_missing(store, table, CARRIED[table], rows)
    outbox = rows_set_aside(done.set_aside, OUTBOX) if done.set_aside else None
    _carry_outbox(store, None if outbox is None else outbox["mails"])
    note_done(
        store, "restored", details={"file": Path(source).name, "kept_record": kept is not None}
    )
    return done


def _carry_outbox(store: Store, rows: Sequence[tuple[Any, ...]] | None) -> None:
    """The mails as they are now; where nobody can read that, those that wait may have left."""
    with store.transaction() as con:
        if rows is None:
            con.execute("update mails set state = 'unsure' where state in ('waiting', 'sending')")
        else:
            ids = {"ids": [str(row[0]) for row in rows]}
            con.execute("delete from mails where mail_id in (select unnest($ids))", ids)
    _add_missing(store, "mails", OUTBOX["mails"], rows or ())


def _add_missing(
    store: Store, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Each row that isn't there already, by its first column."""
    if not rows:
        return
    with store.transaction() as con:
        known = {row[0] for row in con.execute(f"select {columns[0]} from {table}").fetchall()}
        missing = [list(row) for row in rows if row[0] not in known]
        if missing:
            marks = ", ".join("?" * len(columns))
            con.executemany(f"insert into {table} ({', '.join(columns)}) values ({marks})", missing)
