"""What is common to all commands: the store, ``--json``, and how they speak."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, TypeVar, cast

import click
import polars as pl

from cxdata.config import DEFAULT_STORE, STORE_VARIABLE
from cxdata.errors import CxDataError
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

    def store(self) -> Store:
        store = Store.open(self.store_path)
        set_up_log(store.path, store.settings.log, is_console=False)
        log_uncaught(lambda fault: say(f"A fault in the dashboard: fault {fault}, see the log."))
        return store


def common_options(command: F) -> F:
    """``--store`` and ``--json``, accepted before and after the name of the command."""

    def with_session(
        context: click.Context, store_path: str | None, is_json: bool, **options: Any
    ) -> Any:
        outer = context.obj or Session(os.environ.get(STORE_VARIABLE) or DEFAULT_STORE, False)
        context.obj = Session(store_path or outer.store_path, is_json or outer.is_json)
        acting_as(system_user(), context.info_name or "")
        return _plainly(command, context.obj, options)

    wrapped: Any = click.pass_context(with_session)
    for option in (
        click.option("--json", "is_json", is_flag=True, help="One JSON document on stdout."),
        click.option("--store", "store_path", metavar="PATH", help="The store (CXDATA_STORE)."),
    ):
        wrapped = option(wrapped)
    return cast(F, update_wrapper(wrapped, command))


def note_people(store: Store, name: str, rows: pl.DataFrame | None, filters: Filters) -> None:
    """Write down that a figure that lists people is printed; nothing of one that lists none.

    Raises
    ------
    StoreError
        If it can't be written; the list isn't printed then.
    """
    if rows is not None and {"customer_id", "contact_id"} & {*rows.columns}:
        note_act(store, None, "list_opened", filters=filters, details={"list": name})


def say(text: str) -> None:
    click.echo(text, err=True)


def print_json(document: object) -> None:
    click.echo(json.dumps(json_value(document), ensure_ascii=False, allow_nan=False, indent=2))


def print_table(rows: pl.DataFrame) -> None:
    texts = [rows.columns, *([_cell(value) for value in row] for row in rows.iter_rows())]
    widths = [max(len(row[index]) for row in texts) for index in range(rows.width)]
    for row in texts:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _plainly(command: Callable[..., Any], session: Session, options: dict[str, Any]) -> Any:
    """Run a command; a user's mistake becomes one sentence and exit code 1."""
    try:
        return command(session, **options)
    except CxDataError as error:
        say(str(error))
        sys.exit(1)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
