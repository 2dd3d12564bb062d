"""``serve``: the dashboard, kept running by a supervisor."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from cxdata.cli.session import Session, common_options, say
from cxdata.config import STORE_VARIABLE
from cxdata.installed import APP
from cxdata.supervision.supervisor import Supervisor

# Named relative to where the command was given; the server runs where its app lies.
PATH_VARIABLES = ("CXDATA_SETTINGS", "CXDATA_INBOX")
STACKS = Path("logs") / "stacks.txt"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="Where it listens.")
@common_options
def serve(session: Session, port: int, address: str) -> None:
    """Start the dashboard, and start it again should it be stuck or crash."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    store_path = Path(session.store_path).resolve()
    stacks_path = store_path.parent / STACKS
    say(f"The dashboard will be at http://{address}:{port}; stop it with Ctrl-C.")
    command = ["streamlit", "run", str(APP)]
    command += ["--server.port", str(port), "--server.address", address]
    named = {it: str(Path(os.environ[it]).resolve()) for it in PATH_VARIABLES if os.environ.get(it)}
    Supervisor(
        command,
        address,
        port,
        folder=APP.parent,
        stacks_path=stacks_path,
        environment={STORE_VARIABLE: str(store_path), **named},
    ).run()
