"""``profiles`` and ``spellings``: what is kept for the next files, listed and forgotten."""

from __future__ import annotations

import click

from cxdata.cli.session import Session, common_options, print_json, print_table, say
from cxdata.errors import SettingsError
from cxdata.ingest.judging.spellings import (
    SPELLED_FIELDS,
    remove_spelling,
    save_spelling,
    spellings_table,
)
from cxdata.ingest.recognising.profiles import remove_profile, saved_profiles
from cxdata.store.stored_json import stored_json

SAID_AS_JSON = ("choices", "headers")


@click.command()
@click.option("--remove", metavar="NAME", help="Forget this profile.")
@common_options
def profiles(session: Session, remove: str | None) -> None:
    """List the saved ways to read a file, or forget one."""
    store = session.store()
    if remove is not None:
        remove_profile(store, remove)
    saved = saved_profiles(store)
    if session.is_json:
        rows = saved.to_dicts()
        kept = [
            {**row, **{it: stored_json(row[it], f"import_profiles.{it}") for it in SAID_AS_JSON}}
            for row in rows
        ]
        print_json({"profiles": kept})
    elif saved.is_empty():
        say("No profile was saved.")
    else:
        print_table(saved.select("name", "kind", "choices", "saved_at", "saved_by"))


@click.command()
@click.option("--add", metavar="FIELD SPELLING=VALUE", nargs=2, help="Take a spelling as a value.")
@click.option("--remove", metavar="FIELD SPELLING", nargs=2, help="Forget a spelling.")
@common_options
def spellings(
    session: Session, add: tuple[str, str] | None, remove: tuple[str, str] | None
) -> None:
    """List the firm's own spellings of channels, segments and so on, add or forget one."""
    store = session.store()
    if add:
        spelling, separator, value = add[1].partition("=")
        if not separator:
            raise click.UsageError(f"--add takes FIELD SPELLING=VALUE, not {add[1]!r}.")
        save_spelling(store, _field(add[0]), spelling, value)
    if remove:
        remove_spelling(store, _field(remove[0]), remove[1])
    kept = spellings_table(store)
    if session.is_json:
        print_json({"spellings": kept.to_dicts()})
    elif kept.is_empty():
        say("There are no spellings of the firm's own.")
    else:
        print_table(kept)


def _field(name: str) -> str:
    if name not in SPELLED_FIELDS:
        raise SettingsError(
            "{field} has no spellings.",
            "Fields with spellings are: {known}.",
            field=name,
            known=", ".join(SPELLED_FIELDS),
        )
    return name
