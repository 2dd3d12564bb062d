"""``serve``: the dashboard, kept running by a supervisor."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from cxdata.access.ways_in import login_file, way_in
from cxdata.cli.session import Session, common_options
from cxdata.cli.speaking import spoken_command
from cxdata.config import (
    GROUPS_HEADER_VARIABLE,
    LOGIN_VARIABLE,
    STORE_VARIABLE,
    TRUSTED_HEADER_VARIABLE,
    TRUSTED_PROXIES_VARIABLE,
    WITHOUT_LOGIN_VARIABLE,
    load_settings,
)
from cxdata.ingest.notes import Note
from cxdata.installed import APP
from cxdata.supervision.supervisor import Supervisor

# Named relative to where the command was given; the server runs where its app lies.
PATH_VARIABLES = ("CXDATA_SETTINGS", "CXDATA_LOGIN", "CXDATA_INBOX")
# Where Streamlit looks for a login if none is named.
LOGIN_PLACES = (
    Path.home() / ".streamlit" / "secrets.toml",
    APP.parent / ".streamlit" / "secrets.toml",
)
STACKS = Path("logs") / "stacks.txt"


@spoken_command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option(
    "--login",
    "login",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="People log in; FILE says where (OIDC).",
)
@click.option("--trusted-header", metavar="NAME", help="A proxy names people in this header.")
@click.option("--groups-header", metavar="NAME", help="And their groups in this one.")
@click.option(
    "--trusted-proxy", "proxies", multiple=True, metavar="ADDRESS", help="Whose headers count."
)
@click.option("--without-login", is_flag=True, help="Others may reach it, and nobody logs in.")
@common_options
def serve(
    session: Session,
    port: int,
    address: str,
    login: str | None,
    trusted_header: str | None,
    groups_header: str | None,
    proxies: tuple[str, ...],
    without_login: bool,
) -> None:
    """Start the dashboard, and start it again should it be stuck or crash."""
    said = {
        LOGIN_VARIABLE: str(Path(login).resolve()) if login else None,
        TRUSTED_HEADER_VARIABLE: trusted_header,
        GROUPS_HEADER_VARIABLE: groups_header,
        TRUSTED_PROXIES_VARIABLE: ",".join(proxies) or None,
        WITHOUT_LOGIN_VARIABLE: "yes" if without_login else None,
    }
    os.environ.update({name: value for name, value in said.items() if value})
    see_somebody_lets_in(address)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    store_path = Path(session.store_path).resolve()
    stacks_path = store_path.parent / STACKS
    place = f"http://{address}:{port}"
    session.say(Note("The dashboard will be at {place}; stop it with Ctrl-C.", place=place))
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


def see_somebody_lets_in(address: str) -> None:
    """Refuse at once what the server would refuse to everybody.

    Raises
    ------
    AccessError
        If others may reach the server and nobody logs in to it, or its login can't work.
    """
    told = os.environ.get(LOGIN_VARIABLE)
    login = login_file([told] if told else LOGIN_PLACES, is_told=bool(told))
    entrance = way_in(load_settings().access, address, login)
    if entrance.reason:
        raise entrance.reason
