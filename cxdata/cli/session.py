"""What is common to all commands: the store, ``--json``, and how they speak."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from inspect import signature
from typing import Any, TypeVar, cast

import click
import polars as pl

from cxdata.cli.language import OPTION, refusal_text, terminal_language
from cxdata.cli.through_server import RunningServer, running_server
from cxdata.cli.told import Told, table_lines
from cxdata.config import DEFAULT_STORE, STORE_VARIABLE
from cxdata.errors import CxDataError, StoreHeld
from cxdata.i18n import LOCALES, Locale, Translator, translator
from cxdata.ingest.notes import Note
from cxdata.log import log_uncaught, set_up_log
from cxdata.models import Filters
from cxdata.panels.document import json_value
from cxdata.record import note_act
from cxdata.record.acting import acting_as, system_user
from cxdata.store.connection import Store

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Session:
    """What is common to all commands."""

    store_path: str
    is_json: bool
    language: Locale

    @property
    def tr(self) -> Translator:
        return translator(self.language)

    def store(self) -> Store:
        store = Store.open(self.store_path)
        set_up_log(store.path, store.settings.log, is_console=False)
        log_uncaught(
            lambda fault: self.say(
                Note("A fault in the dashboard: fault {fault}, see the log.", fault=fault)
            )
        )
        return store

    def reach(self) -> Store | RunningServer:
        """The store, or the running dashboard that holds it.

        Raises
        ------
        StoreError
            If it can't be opened, and no dashboard of this user has it open.
        """
        try:
            return self.store()
        except StoreHeld:
            server = self.server()
            if server is None:
                raise
            return server

    def server(self) -> RunningServer | None:
        """The running dashboard that holds the store, which is said; None where there is none."""
        server = running_server(self.store_path, self.language)
        if server is not None:
            self.say(Note("Through the running dashboard."))
        return server

    def tell(self, told: Told) -> None:
        """Print what a command has to say, but for its exit code."""
        spoken = told.spoken(self.tr)
        for stream, text in spoken.lines:
            if stream == "always" or not self.is_json:
                click.echo(text, err=stream != "out")
        if self.is_json and spoken.document is not None:
            print_json(spoken.document)

    def say(self, text: str) -> None:
        """A message, on stderr; a sentence in the caller's language."""
        click.echo(self.tr.sentence(text), err=True)

    def refuse(self, error: CxDataError) -> None:
        """Say a refusal."""
        click.echo(refusal_text(error, self.language), err=True)


def common_options(command: F) -> F:
    """``--store``, ``--json`` and ``--lang``, before and after the name of the command."""

    def with_session(
        context: click.Context,
        store_path: str | None,
        is_json: bool,
        language: Locale | None,
        **options: Any,
    ) -> Any:
        outer = context.obj or Session(
            os.environ.get(STORE_VARIABLE) or DEFAULT_STORE, False, terminal_language()
        )
        context.obj = Session(
            store_path or outer.store_path, is_json or outer.is_json, language or outer.language
        )
        acting_as(system_user(), context.info_name or "")
        return _plainly(command, context.obj, options)

    passed: Any = click.pass_context(with_session)
    wrapped: Any = update_wrapper(passed, command)  # with the options it has already
    for option in (
        click.option("--json", "is_json", is_flag=True, help="One JSON document on stdout."),
        click.option("--store", "store_path", metavar="PATH", help="The store (CXDATA_STORE)."),
        click.option(
            OPTION,
            "language",
            type=click.Choice(LOCALES),
            help="The language of what is said; else the terminal's.",
        ),
    ):
        wrapped = option(wrapped)
    return cast(F, wrapped)


def note_people(store: Store, name: str, rows: pl.DataFrame | None, filters: Filters) -> None:
    """Write down that a figure that lists people is printed; nothing of one that lists none.

    Raises
    ------
    StoreError
        If it can't be written; the list isn't printed then.
    """
    if rows is not None and {"customer_id", "contact_id"} & {*rows.columns}:
        note_act(store, None, "list_opened", filters=filters, details={"list": name})


def served(act: Callable[..., Told]) -> Callable[..., None]:
    """A command that the running dashboard takes over where it holds the store.

    ``act`` takes the store and the options, and tells; ``served_act`` finds it again. One that
    has a parameter ``lang`` gets the caller's language.
    """

    def command(session: Session, **options: Any) -> None:
        reached = session.reach()
        if isinstance(reached, RunningServer):
            asked = click.get_current_context().command
            told = reached.tell(asked, options, place_options(asked))
        else:
            told = act(reached, **options, **language_for(act, session.language))
        session.tell(told)
        if not told.is_done:
            sys.exit(1)

    update_wrapper(command, act)
    return common_options(command)


def language_for(act: Callable[..., Told], language: Locale) -> dict[str, Locale]:
    """The language as an option of an act, if it has one."""
    return {"lang": language} if "lang" in signature(act).parameters else {}


def on_this_computer(*names: str) -> Callable[[F], F]:
    """Options of a served command that name a place on this computer: only its user may."""

    def marked(command: F) -> F:
        command.places = names  # type: ignore[attr-defined]
        return command

    return marked


def place_options(command: click.Command) -> tuple[str, ...]:
    """The parameters of a command that name a place on this computer."""
    return tuple(getattr(command.callback, "places", ()))


def served_act(command: click.Command) -> Callable[..., Told]:
    """What a served command does, given a store and its options."""
    found: Any = command.callback
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return cast(Callable[..., Told], found)


def print_json(document: object) -> None:
    click.echo(document_text(document))


def document_text(document: object) -> str:
    return json.dumps(json_value(document), ensure_ascii=False, allow_nan=False, indent=2)


def print_table(rows: pl.DataFrame) -> None:
    for line in table_lines(rows):
        click.echo(line)


def _plainly(command: Callable[..., Any], session: Session, options: dict[str, Any]) -> Any:
    """Run a command; a user's mistake becomes one sentence and exit code 1."""
    try:
        return command(session, **options)
    except CxDataError as error:
        session.refuse(error)
        sys.exit(1)
