"""``record``: who did what."""

from __future__ import annotations

import json
from datetime import datetime

import click
import polars as pl

from cxdata.cli.days import TYPED_DAY, as_day
from cxdata.cli.session import Session, common_options, print_json, print_table
from cxdata.cli.speaking import spoken_command
from cxdata.ingest.notes import Note
from cxdata.record import ACTS, Act, recorded_acts
from cxdata.record.reading import LISTED_ACTS, told


@spoken_command()
@click.option("--since", type=TYPED_DAY, help="The first day (UTC).")
@click.option("--by", metavar="NAME", help="Of whom; a part of the name is enough.")
@click.option("--act", type=click.Choice(ACTS), help="What was done.")
@common_options
def record(session: Session, since: datetime | None, by: str | None, act: Act | None) -> None:
    """List who did what with people's data, newest first."""
    limit = None if session.is_json else LISTED_ACTS
    found = recorded_acts(session.store(), since=as_day(since), by=by, act=act, limit=limit)
    if session.is_json:
        rows = [
            {**row, "filters": json.loads(row["filters"]), "details": json.loads(row["details"])}
            for row in found.iter_rows(named=True)
        ]
        print_json({"acts": rows})
        return
    if found.is_empty():
        session.say(Note("The record has nothing of that."))
        return
    texts = [pl.Series(name, [told(it) for it in found[name]]) for name in ("filters", "details")]
    print_table(found.with_columns(texts))
    if found.height == LISTED_ACTS:
        session.say(Note("The newest {n} are listed; --json lists all.", n=LISTED_ACTS))
