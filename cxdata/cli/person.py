"""``person``: all that the store holds of one person; shown, taken out as a file, erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import polars as pl

from cxdata.cli.session import Session, common_options, print_json, print_table
from cxdata.cli.speaking import spoken_command
from cxdata.cli.usage import WrongUsage
from cxdata.exports.person import person_archive, person_document
from cxdata.files import refuse_if_taken, write_file
from cxdata.ingest.notes import Note
from cxdata.ingest.people.erasing import Erased, erase_person
from cxdata.ingest.people.finding import find_person, person_data
from cxdata.record import note_act
from cxdata.store.backups import backup_folder, known_backups
from cxdata.store.connection import Store

ACTIONS = ("show", "export", "erase")


@spoken_command()
@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("who", metavar="CUSTOMER")
@click.option("--output", metavar="FILE", help="Of export: where the zip goes; else person.zip.")
@click.option("--force", is_flag=True, help="Of export: replace the file that is there.")
@click.option("--yes", is_flag=True, help="Of erase: don't ask once more.")
@common_options
def person(
    session: Session, action: str, who: str, output: str | None, force: bool, yes: bool
) -> None:
    """Show, export or erase all that the store holds of one person.

    CUSTOMER is the identifier of the customer; of an answer, contact or invitation without one its
    own; or the e-mail address that stands in comments of such answers.
    """
    if (output or force) and action != "export":
        raise WrongUsage("{command} has no {option}.", command=action, option="--output, --force")
    if yes and action != "erase":
        raise WrongUsage("{command} has no {option}.", command=action, option="--yes")
    store = session.store()
    if action == "show":
        _show(session, store, who)
    elif action == "export":
        _export(session, store, who, output or "person.zip", force)
    else:
        _erase(session, store, who, yes)


def _show(session: Session, store: Store, who: str) -> None:
    found = find_person(store, who)
    frames = person_data(store, found)
    note_act(store, None, "person_shown", details=_counts(frames))
    if session.is_json:
        print_json(person_document(who, frames))
        return
    for name, frame in frames.items():
        click.echo(f"{name}: {frame.height}")
        print_table(frame.with_columns(pl.col(pl.String).str.replace_all(r"[\r\n\t]+", " ")))
        click.echo()


def _export(session: Session, store: Store, who: str, output: str, force: bool) -> None:
    refuse_if_taken(output, store.path, may_replace=force)
    frames = person_data(store, find_person(store, who))
    note_act(store, None, "person_exported", details=_counts(frames))
    write_file(output, person_archive(who, frames), store=store.path, may_replace=force)
    if session.is_json:
        print_json({"file": output, "rows": _counts(frames)})
    session.say(Note("All that the store holds of that person is in {file}.", file=output))


def _erase(session: Session, store: Store, who: str, yes: bool) -> None:
    if not yes:
        asked = Note("Nobody can bring that person back. Erase them?")
        click.confirm(session.tr.sentence(asked), abort=True, err=True)
    done = erase_person(store, who)
    copies = [it.path.name for it in known_backups(store.path, _backups_of(store))]
    if session.is_json:
        print_json(_document(done, copies))
    rows = ", ".join(f"{name} {count}" for name, count in done.row_counts.items())
    what = rows or Note("that was done before")
    session.say(Note("The person is erased: {what}. All counts stay.", what=what))
    proof = done.proof
    if proof.is_gone:
        session.say(
            Note(
                "Nothing of them is left in {bytes} bytes of the store ({texts} texts were "
                "looked for).",
                bytes=proof.byte_count,
                texts=proof.text_count,
            )
        )
    if proof.places:
        session.say(
            Note(
                "Texts that name them still stand in {places}: change these by hand.",
                places=", ".join(proof.places),
            )
        )
    if proof.is_in_bytes:
        session.say(Note("Texts that name them still stand in the bytes of the file."))
    if copies:
        session.say(
            Note("Backups aren't covered and still hold them: {files}.", files=", ".join(copies))
        )


def _backups_of(store: Store) -> Path:
    return backup_folder(store.path, store.settings.backup)


def _document(done: Erased, copies: Sequence[str]) -> dict[str, object]:
    return {
        "rows": dict(done.row_counts),
        "is_gone": done.proof.is_gone,
        "searched_bytes": done.proof.byte_count,
        "searched_texts": done.proof.text_count,
        "still_in": list(done.proof.places),
        "not_covered": list(copies),
    }


def _counts(frames: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    return {name: frame.height for name, frame in frames.items()}
