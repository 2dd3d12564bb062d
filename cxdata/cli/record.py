"""``record``: who did what."""

from __future__ import annotations

import json
from datetime import datetime

import click
import polars as pl

from cxdata.cli.days import TYPED_DAY, as_day
from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.ingest.notes import Note
from cxdata.record import ACTS, Act, recorded_acts
from cxdata.record.reading import LISTED_ACTS, told
from cxdata.store.connection import Store


@spoken_command()
@click.option("--since", type=TYPED_DAY, help="The first day (UTC).")
@click.option("--by", metavar="NAME", help="Of whom; a part of the name is enough.")
@click.option("--act", type=click.Choice(ACTS), help="What was done.")
@served
def record(store: Store, since: datetime | None, by: str | None, act: Act | None) -> Told:
    """List who did what with people's data, newest first."""
    found = recorded_acts(store, since=as_day(since), by=by, act=act)
    rows = [
        {**row, "filters": json.loads(row["filters"]), "details": json.loads(row["details"])}
        for row in found.iter_rows(named=True)
    ]
    said = Told({"acts": rows})
    if found.is_empty():
        said.note(Note("The record has nothing of that."))
        return said
    listed = found.head(LISTED_ACTS)
    texts = [pl.Series(name, [told(it) for it in listed[name]]) for name in ("filters", "details")]
    said.print_rows(listed.with_columns(texts))
    if found.height > LISTED_ACTS:
        said.note(Note("The newest {n} are listed; --json lists all.", n=LISTED_ACTS))
    return said
