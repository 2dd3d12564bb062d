"""``export``: the board pack as slides, PDF, workbook or mail."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cxdata.cli.choosing import chosen_filters
from cxdata.cli.days import TYPED_DAY, as_comparison, as_day
from cxdata.cli.figures import with_period
from cxdata.cli.session import Session, common_options, on_this_computer, place_options
from cxdata.cli.speaking import spoken_command
from cxdata.cli.through_server import RunningServer
from cxdata.cli.told import Told
from cxdata.cli.usage import WrongUsage
from cxdata.errors import AskedWrongly
from cxdata.files import refuse_if_taken, write_file
from cxdata.i18n import Locale, translator
from cxdata.ingest.notes import Note
from cxdata.models import Comparison, Filters, Period
from cxdata.store.connection import Store

if TYPE_CHECKING:
    from cxdata.exports.pack_files import PackLook
    from cxdata.pack.making import PackChoice
    from cxdata.pack.pack import Pack

# As cxdata.exports.pack_files.FACES, without what writes them.
FACE_ENDS = ("pptx", "pdf", "xlsx", "eml")


@spoken_command("export")
@click.argument("files", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--format", "face", type=click.Choice(FACE_ENDS), help="Unless FILE's end says it.")
@click.option("--from", "first", type=TYPED_DAY, help="First day.")
@click.option("--to", "last", type=TYPED_DAY, help="Last day, included.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@click.option(
    "--compare",
    "comparison",
    callback=as_comparison,
    metavar="PERIOD",
    help="previous, year, or two days.",
)
@click.option("--snapshot", "snapshot_id", metavar="ID", help="As this snapshot kept it.")
@click.option("--choice", "choice_name", metavar="NAME", help="The choice kept under this name.")
@click.option("--sections", multiple=True, metavar="NAMES", help="Which, in order; by commas.")
@click.option("--names", "with_names", is_flag=True, help="With the names of accounts at risk.")
@click.option("--title", default="", metavar="TEXT", help="What the pack is called.")
@click.option("--template", metavar="FILE", help="The firm's own slides (.pptx).")
@click.option("--logo", metavar="FILE", help="The firm's logo, PNG or JPEG.")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@on_this_computer("template", "logo")
@common_options
def export(session: Session, files: Path, face: str | None, force: bool, **asked: Any) -> None:
    """Write the board pack to FILE: .pptx, .pdf, .xlsx, or .eml (a mail with slides and PDF).

    Without --from and --to it is of the last twelve months, as on the pages. With --snapshot it is
    the pack that was frozen, with the filters of then.
    """
    wanted = face or files.suffix.lower().removeprefix(".")
    if wanted not in FACE_ENDS:
        ends = ", ".join(f".{it}" for it in FACE_ENDS)
        raise WrongUsage("FILE ends in one of {ends}, or --format says what it is.", ends=ends)
    read = [it for it in (asked["template"], asked["logo"]) if it]
    refuse_if_taken(files, session.store_path, read, may_replace=force)
    reached = session.reach()
    options = {**asked, "face": wanted}
    if isinstance(reached, RunningServer):
        told = reached.tell(export, {**options, "files": None}, place_options(export))
    else:
        told = told_pack(reached, **options, lang=session.language)
    if told.returned is None:
        sys.exit(1)
    store_path = session.store_path
    write_file(files, told.returned, store=store_path, sources=read, may_replace=force)
    told.note(Note("{file} is written.", file=str(files)))
    if isinstance(told.document, dict):
        told.document["path"] = str(files)
    session.tell(told)


def told_pack(
    store: Store,
    *,
    face: str | None,
    first: datetime | None = None,
    last: datetime | None = None,
    wheres: tuple[str, ...] = (),
    comparison: Comparison | Period | None = None,
    snapshot_id: str | None = None,
    choice_name: str | None = None,
    sections: tuple[str, ...] = (),
    with_names: bool = False,
    title: str = "",
    lang: Locale = "en",
    template: str | None = None,
    logo: str | None = None,
) -> Told:
    """A pack of the store, as far as it may be seen, in ``returned``.

    Raises
    ------
    AskedWrongly
        If nothing says what file it shall be, or a snapshot shall have other filters.
    CxDataError
        If there is no such snapshot or choice, or the pack of the snapshot can't be opened.
    AccessError
        If names are asked for by somebody who may not see them.
    FileError
        If the template or the logo can't be used.
    """
    # Imported when a pack is wanted: other commands start faster without.
    from cxdata.exports.pack_files import FACES, pack_file
    from cxdata.pack.choices import choice_named
    from cxdata.pack.making import PackChoice, sequence_of

    known = next((it for it in FACES if it == face), None)
    if known is None:
        raise AskedWrongly("Say as what: {known}.", known=", ".join(FACES))
    named = choice_named(store, choice_name) if choice_name else None
    kept, lang = (named.choice, named.locale or lang) if named else (PackChoice(), lang)
    choice = PackChoice(
        sequence_of(sections) or kept.sections, title or kept.title, with_names or kept.with_names
    )
    if snapshot_id:
        if first or last or wheres or comparison or title:
            raise AskedWrongly(
                "A snapshot has filters and a title of its own.", "Leave out filters and title."
            )
        pack = _frozen(store, snapshot_id, choice, lang, f"board-pack.{known}")
    else:
        filters = with_period(
            store, chosen_filters(store, as_day(first), as_day(last), wheres, comparison)
        )
        pack = _live(store, filters, choice, lang, f"board-pack.{known}")
    made = pack_file(pack, known, _look(store, template, logo))
    empty = [it.key for it in pack.figures if it.is_empty]
    told = Told(
        {
            "format": known,
            "sections": [it.key for it in pack.sections],
            "figures": len(pack.figures),
            "without_data": empty,
            "data_until": pack.data_until,
            "notes": list(made.notes),
        },
        returned=made.content,
    )
    for note in made.notes:
        told.add(note)
    return told


def _live(store: Store, filters: Filters, choice: PackChoice, lang: Locale, file: str) -> Pack:
    """The pack of now; one that names people is written down."""
    from cxdata.pack.making import note_pack, pack_of
    from cxdata.panels import Request

    settings = store.settings
    tr = translator(lang, settings.own_dimensions.pairs).at(settings.answers.confidence)
    request = Request.computed_now(store, filters, tr)
    pack = pack_of(request, choice)
    note_pack(store, pack, request, file)
    return pack


def _frozen(store: Store, snapshot_id: str, choice: PackChoice, lang: Locale, file: str) -> Pack:
    """The pack as it was frozen; one that names people is written down."""
    from cxdata.pack.freezing import chosen_of, frozen_pack
    from cxdata.record import note_act

    found = frozen_pack(store, snapshot_id, lang, with_names=choice.with_names)
    pack = chosen_of(found.pack, choice.sections)
    if pack.names_people:
        details = {"file": file, "snapshot": snapshot_id}
        filters = found.snapshot.filters
        note_act(store, None, "people_exported", filters=filters, details=details)
    return pack


def _look(store: Store, template: str | None, logo: str | None) -> PackLook:
    """What was named, else what the settings name."""
    from cxdata.exports.pack_files import PackLook

    places = (template or store.settings.pack.template, logo or store.settings.pack.logo)
    return PackLook(*(Path(it).expanduser() if it else None for it in places))
