"""The command line, ``python -m cxdata``: for schedulers and analysts.

The same functions as the pages. Messages go to stderr; with ``--json`` one document goes to
stdout. Exit codes: 0 done, 1 refused or failed with one plain sentence, 2 wrong usage.
"""

from __future__ import annotations

import click

from cxdata.cli.checking import check
from cxdata.cli.importing import import_command, sample
from cxdata.cli.keeping import profiles, spellings
from cxdata.cli.session import Session, common_options
from cxdata.cli.showing import show
from cxdata.cli.snapshots import snapshot, snapshots
from cxdata.cli.storing import backup, batches, restore, undo


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@common_options
def main(session: Session) -> None:
    """Customer experience: import extracts, show figures, keep the store."""


for command in (
    *(import_command, sample, profiles, spellings, show),
    *(snapshot, snapshots),
    *(batches, undo, check, backup, restore),
):
    main.add_command(command)
