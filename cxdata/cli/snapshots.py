"""``snapshot`` and ``snapshots``: figures kept as they were shown at a meeting."""

from __future__ import annotations

from datetime import datetime

import click

from cxdata.cli.choosing import chosen_filters, comparable_filters
from cxdata.cli.days import DATE_FORMATS, as_day
from cxdata.cli.for_somebody import as_options, is_for_somebody, somebody
from cxdata.cli.session import Session, common_options, print_json, print_table, say


@click.command()
@click.argument("title")
@click.option("--from", "first", type=click.DateTime(DATE_FORMATS), help="First day.")
@click.option("--to", "last", type=click.DateTime(DATE_FORMATS), help="Last day, included.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@click.option("--by", "taken_by", metavar="NAME", help="Who takes it.")
@common_options
def snapshot(
    session: Session,
    title: str,
    first: datetime | None,
    last: datetime | None,
    wheres: tuple[str, ...],
    taken_by: str | None,
) -> None:
    """Keep the headline figures as they are now; later changes leave them alone.

    Without --from and --to they are of the last twelve months.
    """
    from cxdata.followup.snapshots import take_snapshot

    store = session.store()
    filters = chosen_filters(store, as_day(first), as_day(last), wheres, None)
    filters = comparable_filters(store, filters)
    snapshot_id = take_snapshot(store, title, filters, taken_by=taken_by)
    if session.is_json:
        print_json({"snapshot_id": snapshot_id})
    say(f"The snapshot is {snapshot_id}.")


@click.command()
@click.argument("snapshot_id", metavar="[SNAPSHOT]", required=False)
@as_options
@common_options
def snapshots(
    session: Session, snapshot_id: str | None, as_name: str | None, as_groups: tuple[str, ...]
) -> None:
    """List the snapshots, newest first, or print the figures of one as a JSON document."""
    from cxdata.followup.snapshots import recorded_snapshots, snapshot_figures

    store = session.store()
    if is_for_somebody({"as_name": as_name, "as_groups": as_groups}):
        store = store.seen_by(somebody(store, as_name, as_groups))
    if snapshot_id:
        print_json({"snapshot_id": snapshot_id, "figures": snapshot_figures(store, snapshot_id)})
        return
    recorded = recorded_snapshots(store)
    if session.is_json:
        print_json({"snapshots": recorded.to_dicts()})
        return
    print_table(recorded)
    if recorded.is_empty():
        say("No snapshot was taken yet.")
