"""``count``: the day tables of a store, counted where the facts lie."""

from __future__ import annotations

import click

from cxdata.cli.session import Session, common_options
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.ingest.notes import Note

MOST_ROWS = 100_000_000  # of one table: what a store on one machine may hold (docs/scale.md)


@spoken_command()
@click.option(
    "--engine", metavar="ADDRESS", required=True, help="Spark Connect, as spark://HOST:15002."
)
@click.option(
    "--facts", metavar="PLACE", required=True, help="Where its Parquet files are, as it names it."
)
@click.option(
    "--rows-at-most",
    type=click.IntRange(min=1),
    default=MOST_ROWS,
    help="More of one table aren't taken.",
)
@common_options
def count(session: Session, engine: str, facts: str, rows_at_most: int) -> None:
    """Count facts in a lake where they lie, and fill the daily counts of this store from them.

    The store has no facts of its own. Everything is counted before anything of it is replaced.
    """
    from cxdata.lake import count_elsewhere

    done = count_elsewhere(session.store(), engine, facts, rows_at_most)
    told = Told({"facts": dict(done.facts), "rows": dict(done.rows)})
    for name, rows in done.facts.items():
        told.note(Note("read: {name}, {n} rows", name=name, n=rows))
    for name, rows in done.rows.items():
        told.note(Note("counted: {name}, {n} rows", name=name, n=rows))
    told.add(Note("The daily counts are those of the facts in {place}.", place=facts))
    session.tell(told)
