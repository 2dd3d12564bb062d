"""``profiles`` and ``spellings``: what is kept for the next files, listed and forgotten."""

from __future__ import annotations

import click

from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.cli.usage import WrongUsage
from cxdata.errors import SettingsError
from cxdata.ingest.judging.spellings import (
    SPELLED_FIELDS,
    remove_spelling,
    save_spelling,
    spellings_table,
)
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.profiles import remove_profile, saved_profiles
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

SAID_AS_JSON = ("choices", "headers")


@spoken_command()
@click.option("--remove", metavar="NAME", help="Forget this profile.")
@served
def profiles(store: Store, remove: str | None) -> Told:
    """List the saved ways to read a file, or forget one."""
    if remove is not None:
        remove_profile(store, remove)
    saved = saved_profiles(store)
    kept = [
        {**row, **{it: stored_json(row[it], f"import_profiles.{it}") for it in SAID_AS_JSON}}
        for row in saved.to_dicts()
    ]
    told = Told({"profiles": kept})
    if saved.is_empty():
        told.note(Note("No profile was saved."))
    else:
        told.print_rows(saved.select("name", "kind", "choices", "saved_at", "saved_by"))
    return told


@spoken_command()
@click.option("--add", metavar="FIELD SPELLING=VALUE", nargs=2, help="Take a spelling as a value.")
@click.option("--remove", metavar="FIELD SPELLING", nargs=2, help="Forget a spelling.")
@served
def spellings(store: Store, add: tuple[str, str] | None, remove: tuple[str, str] | None) -> Told:
    """List the firm's own spellings of channels, segments and so on, add or forget one."""
    if add:
        spelling, separator, value = add[1].partition("=")
        if not separator:
            form = "FIELD SPELLING=VALUE"
            raise WrongUsage(
                "{option} takes {form}, not {said}.", option="--add", form=form, said=repr(add[1])
            )
        save_spelling(store, _field(add[0]), spelling, value)
    if remove:
        remove_spelling(store, _field(remove[0]), remove[1])
    kept = spellings_table(store)
    told = Told({"spellings": kept.to_dicts()})
    if kept.is_empty():
        told.note(Note("There are no spellings of the firm's own."))
    else:
        told.print_rows(kept)
    return told


def _field(name: str) -> str:
    if name not in SPELLED_FIELDS:
        raise SettingsError(
            "{field} has no spellings.",
            "Fields with spellings are: {known}.",
            field=name,
            known=", ".join(SPELLED_FIELDS),
        )
    return name
