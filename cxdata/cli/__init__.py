"""The command line, ``cx-dashboard`` or ``python -m cxdata``: for schedulers and analysts.

The same functions as the pages. Messages go to stderr; with ``--json`` one document goes to
stdout. Exit codes: 0 done, 1 refused or failed with one plain sentence, 2 wrong usage.
"""

from __future__ import annotations

import click

from cxdata import __version__
from cxdata.cli.backing_up import backup, restore
from cxdata.cli.cases import cases, rules_command
from cxdata.cli.checking import check
from cxdata.cli.counting import count
from cxdata.cli.decisions import decisions
from cxdata.cli.exporting import export
from cxdata.cli.figures import figures
from cxdata.cli.importing import import_command, sample
from cxdata.cli.imports import batches, undo
from cxdata.cli.mails import mails, send
from cxdata.cli.person import person
from cxdata.cli.record import record
from cxdata.cli.remembered import profiles, spellings
from cxdata.cli.rights import rights
from cxdata.cli.serving import serve
from cxdata.cli.session import Session, common_options
from cxdata.cli.showing import show
from cxdata.cli.snapshots import snapshot, snapshots
from cxdata.cli.speaking import SpokenGroup
from cxdata.cli.templates import template
from cxdata.cli.tokens import token
from cxdata.cli.views import views


@click.group(cls=SpokenGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
@common_options
def main(session: Session) -> None:
    """Customer experience: import extracts, show figures, keep the store."""


for command in (
    *(serve, template, import_command, sample, profiles, spellings, show, figures),
    *(export, decisions, snapshot, snapshots, send, mails, views, cases, rules_command),
    *(batches, undo, count, check, backup, restore, rights, record, person, token),
):
    main.add_command(command)
