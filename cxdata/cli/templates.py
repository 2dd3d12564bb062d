"""``template``: a workbook with an example, to be filled with one's own rows."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from cxdata.cli.session import Session, common_options, print_json
from cxdata.cli.speaking import spoken_command
from cxdata.files import write_file
from cxdata.ingest.notes import Note
from cxdata.models import KINDS, Kind


@spoken_command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where it goes; unless said, a name of its own in this folder.",
)
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@common_options
def template(session: Session, kind: str, output: Path | None, force: bool) -> None:
    """Write a template for a kind of extract: a workbook with an example that is filled in."""
    # Imported when a template is wanted: other commands start faster without.
    from cxdata.exports.templates import FILE_NAMES, template_workbook

    tr, wanted = session.tr, cast(Kind, kind)
    target = output or Path(tr(FILE_NAMES[wanted]))
    content = template_workbook(wanted, tr)
    write_file(target, content, store=session.store_path, may_replace=force)
    if session.is_json:
        print_json({"kind": kind, "path": str(target)})
    session.say(
        Note(
            "{file} is written: put your rows in place of the examples, then import it.",
            file=str(target),
        )
    )
