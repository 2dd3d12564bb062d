"""``views``: the saved views, each with its address below that of the dashboard."""

from __future__ import annotations

from cxdata.access.identity import LOCAL_READER
from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.followup.saved_views import saved_views, start_ids
from cxdata.ingest.notes import Note
from cxdata.models import Reader
from cxdata.store.connection import Store


@spoken_command()
@served
def views(store: Store) -> Told:
    """List the saved views that everybody may open, each with its address below the dashboard's.

    Where nobody logs in, also those that this computer's user keeps.
    """
    return told_views(store, LOCAL_READER)


def told_views(store: Store, reader: Reader) -> Told:
    """The views that a reader may open; ``store`` is the whole one."""
    found, starts = saved_views(store, reader), start_ids(store, reader)
    rows = [
        {
            "view_id": view.view_id,
            "name": view.name,
            "is_shared": view.is_shared,
            "is_start": view.view_id in starts,
            "address": view.asked.address,
            "saved_at": view.saved_at,
        }
        for view in found
    ]
    told = Told({"views": rows})
    for view in found:
        told.print(f"{view.name}  {view.asked.address}")
    if not found:
        told.note(Note("No view is saved yet."))
    return told
