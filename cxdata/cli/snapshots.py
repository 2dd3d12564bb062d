"""``snapshot`` and ``snapshots``: figures kept as they were shown at a meeting."""

from __future__ import annotations

from datetime import datetime

import click

from cxdata.cli.choosing import chosen_filters, comparable_filters
from cxdata.cli.days import TYPED_DAY, as_day
from cxdata.cli.for_somebody import for_somebody
from cxdata.cli.session import document_text, served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.ingest.notes import Note
from cxdata.store.connection import Store


@spoken_command()
@click.argument("title")
@click.option("--from", "first", type=TYPED_DAY, help="First day.")
@click.option("--to", "last", type=TYPED_DAY, help="Last day, included.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@click.option("--by", "taken_by", metavar="NAME", help="Who takes it.")
@served
def snapshot(
    store: Store,
    title: str,
    first: datetime | None,
    last: datetime | None,
    wheres: tuple[str, ...],
    taken_by: str | None,
) -> Told:
    """Keep the headline figures as they are now; later changes leave them alone.

    Without --from and --to they are of the last twelve months.
    """
    from cxdata.followup.snapshots import take_snapshot

    filters = chosen_filters(store, as_day(first), as_day(last), wheres, None)
    filters = comparable_filters(store, filters)
    snapshot_id = take_snapshot(store, title, filters, taken_by=taken_by)
    told = Told({"snapshot_id": snapshot_id})
    told.add(Note("The snapshot is {snapshot}.", snapshot=snapshot_id))
    return told


@spoken_command()
@click.argument("snapshot_id", metavar="[SNAPSHOT]", required=False)
@served
@for_somebody
def snapshots(store: Store, snapshot_id: str | None) -> Told:
    """List the snapshots, newest first, or print the figures of one as a JSON document."""
    from cxdata.followup.snapshots import recorded_snapshots, snapshot_figures

    if snapshot_id:
        figures = snapshot_figures(store, snapshot_id)
        told = Told({"snapshot_id": snapshot_id, "figures": figures})
        for line in document_text(told.document).splitlines():
            told.print(line)
        return told
    recorded = recorded_snapshots(store)
    told = Told({"snapshots": recorded.to_dicts()})
    told.print_rows(recorded)
    if recorded.is_empty():
        told.note(Note("No snapshot was taken yet."))
    return told
