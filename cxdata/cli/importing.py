"""``import`` and ``sample``: files go into the store, and what became of them is said."""

from __future__ import annotations

import getpass
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import click

from cxdata.cli.days import MOMENT_FORMATS, as_day
from cxdata.cli.language import refusal_text
from cxdata.cli.session import Session, common_options, print_json, served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.through_server import RunningServer
from cxdata.cli.told import Told, one_line, said_in, told_error
from cxdata.cli.usage import WrongUsage
from cxdata.errors import CxDataError
from cxdata.exports.returned import returned_file
from cxdata.files import refuse_if_taken, write_file
from cxdata.followup.samples import load_samples
from cxdata.i18n import N_, SOURCE_LOCALE, Locale, translator
from cxdata.ingest import import_file, preview_file, refused_rows
from cxdata.ingest.choices import Choices
from cxdata.ingest.judging.cures import TEACH, cure_of
from cxdata.ingest.judging.questions import ALL
from cxdata.ingest.judging.spellings import CHOICE_FIELDS
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.profiles import kept_choices, save_profile
from cxdata.models import KINDS, ImportReport, Kind, Refusal
from cxdata.store.connection import Store
from cxdata.tables import refusal_groups

# The options that say how a file is read and are passed on as they are.
SAID_OF_FILES = (
    *("kind", "sheet", "delimiter", "encoding", "date_order", "decimal_mark", "time_zone"),
    *("swapped_dates", "kept_columns", "dimensions", "same_id", "empty_cells", "unfinished"),
    *("waits", "summary", "price_interval", "revenue_year", "names", "profile"),
)
STAGES = {
    "waiting": N_("Another large file is being read: this one waits its turn"),
    "reading": N_("Reading the file"),
    "validating": N_("Checking each row"),
    "storing": N_("Storing"),
    "counting": N_("Counting again"),
}
KIND_WORDS: dict[Kind, str] = {
    "responses": N_("responses"),
    "contacts": N_("contacts"),
    "customers": N_("customers"),
    "assessments": N_("assessments"),
    "invitations": N_("invitations"),
    "cases": N_("outcomes of cases"),
}
SHOWN_REFUSALS = 20
SHOWN_CORRECTIONS = 5


@spoken_command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--as", "kind", type=click.Choice(KINDS), help="What the file holds.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="A field's column: header, its beginning, or #3; FIELD==VALUE for all rows; FIELD=!COLUMN "
    "for the opposite of a flag. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--extract-date", type=click.DateTime(MOMENT_FORMATS), help="Up to when it tells.")
@click.option("--sheet", help="The sheet's name, or #2.")
@click.option("--delimiter", help="What parts the columns: ; , | or tab.")
@click.option("--encoding", help="Such as utf-8, cp1252, latin-1, mac-roman.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="If values don't prove it.")
@click.option("--decimal-mark", type=click.Choice([",", "."]), help="If values don't prove it.")
@click.option("--time-zone", metavar="ZONE", help="Of times without an offset; else the firm's.")
@click.option(
    "--scales",
    "scale_pairs",
    multiple=True,
    metavar="FIELD=SCALE",
    help="What a score goes from and to, such as nps_score=0-10, ratings=1-5. Repeatable.",
)
@click.option(
    "--flags",
    "flag_pairs",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Which value of a flag's column means yes, such as is_answered=OK. Repeatable.",
)
@click.option(
    "--swapped-dates",
    type=click.Choice(["repair", "keep"]),
    help="Half-converted dates: day and month swapped back, or as they stand.",
)
@click.option(
    "--two-parts",
    "two_part_pairs",
    multiple=True,
    metavar="[FIELD=]FORM",
    help="What 02:03 is in a duration: h:mm or mm:ss. Repeatable.",
)
@click.option(
    "--keep",
    "kept_columns",
    multiple=True,
    metavar="COLUMN",
    help="Keep a column with personal data on purpose. Repeatable.",
)
@click.option(
    "--dimension",
    "dimensions",
    multiple=True,
    metavar="COLUMN",
    help="Keep a column, such as the store, as a dimension of your own. Repeatable.",
)
@click.option(
    "--names",
    type=click.Choice(["hash"]),
    help="Store a keyed hash in the place of each name and e-mail address.",
)
@click.option(
    "--same-id",
    type=click.Choice(["combine", "replace", "apart"]),
    help="What rows of one identifier are: parts of one, newer states, different ones.",
)
@click.option(
    "--empty-cells",
    type=click.Choice(["keep", "clear"]),
    help="Whether an empty cell keeps what the store has.",
)
@click.option(
    "--unfinished",
    type=click.Choice(["leave", "take"]),
    help="Unfinished, disqualified and test answers: left out (the default) or taken.",
)
@click.option(
    "--waits",
    type=click.Choice(["answered", "unknown"]),
    help="Waits without an outcome: until an answer, or that isn't known.",
)
@click.option(
    "--summary",
    type=click.Choice(["weigh"]),
    help="Take a table of sums as so many answers.",
)
@click.option(
    "--price-interval",
    type=click.Choice(["month", "year", "quarter", "week"]),
    help="What a price is for, where neither its header nor a column tells.",
)
@click.option(
    "--revenue-year",
    metavar="YEAR",
    help="The last year whose column has a whole year's revenue, or none.",
)
@click.option("--accept-refusals", is_flag=True, help="Take the others of a file that is held.")
@click.option("--profile", metavar="NAME", help='Read it like this saved profile; "" for none.')
@click.option(
    "--save-profile", "profile_name", metavar="NAME", help="Read the next such file like this."
)
@click.option(
    "--refused",
    "refused_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the refused rows, as in your own file, with the reasons.",
)
@click.option("--force", is_flag=True, help="Replace the file that --refused names.")
@common_options
def import_command(
    session: Session,
    files: tuple[str, ...],
    pairs: tuple[str, ...],
    scale_pairs: tuple[str, ...],
    flag_pairs: tuple[str, ...],
    two_part_pairs: tuple[str, ...],
    extract_date: datetime | None,
    dry_run: bool,
    accept_refusals: bool,
    profile_name: str | None,
    refused_path: Path | None,
    force: bool,
    **said: Any,
) -> None:
    """Take files into the store; each is taken whole, but for its refused rows, or not at all."""
    paths, mapping = _files_and_mapping(files, pairs)
    if len(paths) > 1 and (profile_name or refused_path):
        raise WrongUsage("--refused and --save-profile take one file.")
    asked = {
        **said,
        "pairs": tuple(f"{name}={target}" for name, target in mapping.items()),
        "scale_pairs": scale_pairs,
        "flag_pairs": flag_pairs,
        "two_part_pairs": two_part_pairs,
        "extract_date": extract_date,
        "dry_run": dry_run,
        "accept_refusals": accept_refusals,
        "profile_name": profile_name,
    }
    choices_asked(asked)  # a wrong option is said before anything is opened
    if refused_path:  # before anything is imported
        refuse_if_taken(refused_path, session.store_path, paths, may_replace=force)
    reached = session.reach()
    documents: list[dict[str, Any]] = []
    is_done = True
    for path in paths:
        try:
            told = _taken(session, reached, Path(path), asked, bool(refused_path))
        except CxDataError as error:
            is_done = False
            why = refusal_text(error, session.language)
            session.say(Note("{file}: {what}", file=path, what=why) if len(paths) > 1 else why)
            documents.append({"file_name": Path(path).name, "error": why})
            continue
        is_done &= told.is_done
        documents.append(said_in(told.document, session.tr))
        session.tell(replace(told, document=None))
        if refused_path and told.returned is not None:
            is_done &= _write_refused(session, refused_path, force, Path(path), told.returned)
    if session.is_json and (len(paths) > 1 or "error" not in documents[0]):
        print_json(documents[0] if len(paths) == 1 else documents)
    if not is_done:
        sys.exit(1)


def _taken(
    session: Session,
    reached: Store | RunningServer,
    path: Path,
    asked: Mapping[str, Any],
    returns_refused: bool,
) -> Told:
    if isinstance(reached, RunningServer):
        return reached.take(import_command, path, asked, returns_refused=returns_refused)
    return import_one(
        reached,
        path,
        loaded_by=_user(),
        on_progress=_progress(session),
        returns_refused=returns_refused,
        lang=session.language,
        **asked,
    )


def import_one(
    store: Store,
    source: Path,
    *,
    file_name: str | None = None,
    loaded_by: str | None = None,
    on_progress: Callable[[str, float], None] | None = None,
    returns_refused: bool = False,
    sees_people: bool = True,
    dry_run: bool = False,
    accept_refusals: bool = False,
    profile_name: str | None = None,
    lang: Locale = SOURCE_LOCALE,
    **asked: Any,
) -> Told:
    """Take one file into the store as the options of ``import`` say, and tell what became of it.

    Parameters
    ----------
    returns_refused
        Give the refused rows back, as in the file itself with the reasons.
    sees_people
        Whether who imports may see names and comments, as a list of cases asks for.
    lang
        The language of what is written into that file.
    asked
        The other options by the names of their parameters.

    Raises
    ------
    ImportRefused
        If the whole file can't be taken; the store is as it was.
    """
    choices = choices_asked(asked)
    report = import_file(
        store,
        source,
        file_name=file_name,
        dry_run=dry_run,
        accept_refusals=accept_refusals,
        loaded_by=loaded_by,
        on_progress=on_progress,
        sees_people=sees_people,
        **choices,
    )
    if profile_name and not dry_run and report.kind != "cases":
        _save_profile(store, profile_name, source, report, choices, loaded_by)
    told = _told_of_report(report, dry_run)
    if returns_refused and report.refusals:
        try:
            rows = refused_rows(store, source, report.refusals, **choices)
        except CxDataError as error:  # what was imported is imported
            told.add(told_error(error))
            told.is_done = False
        else:
            told.returned = returned_file(rows, report.refusals, translator(lang))
    return told


def choices_asked(asked: Mapping[str, Any]) -> Choices:
    """What the options say of the file."""
    said = {name: asked.get(name) for name in SAID_OF_FILES}
    mapping = dict(_pair(it, "--map", "FIELD=COLUMN") for it in asked.get("pairs", ()))
    return _choices(
        said,
        mapping,
        asked.get("scale_pairs", ()),
        asked.get("flag_pairs", ()),
        asked.get("two_part_pairs", ()),
        asked.get("extract_date"),
    )


@spoken_command()
@served
def sample(store: Store) -> Told:
    """Load the sample extracts, as a user would, into a store that has nothing else.

    What is in the store already isn't loaded again, and a store with other files, or from which
    something was undone, is left alone.
    """
    reports = load_samples(store)
    if reports is None:
        told = Told([])
        told.note(Note("The store has data of its own: no sample data was loaded."))
        return told
    told = Told([report_document(report) for report in reports])
    taken = sum(report.accepted_count for report in reports)
    if taken:
        told.note(Note("Sample data: {n} rows were loaded.", n=taken))
    else:
        told.note(Note("The sample data is loaded."))
    return told


def _files_and_mapping(
    words: Sequence[str], pairs: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """``--map a=b c=d``: what follows as field=column belongs to the map unless it is a file."""
    paths = [word for word in words if not pairs or "=" not in word or Path(word).exists()]
    mapping: dict[str, str] = {}
    for pair in [*pairs, *(word for word in words if word not in paths)]:
        name, target = _pair(pair, "--map", "FIELD=COLUMN")
        mapping[name] = target
    if not paths:
        raise WrongUsage("Name at least one file.")
    return paths, mapping


def _choices(
    said: Mapping[str, Any],
    mapping: Mapping[str, str],
    scale_pairs: Sequence[str],
    flag_pairs: Sequence[str],
    two_part_pairs: Sequence[str],
    extract_date: datetime | None,
) -> Choices:
    """What was said of the files; what wasn't is left out, so that it can be found out."""
    scales = dict(_pair(pair, "--scales", "FIELD=SCALE") for pair in scale_pairs)
    flags = dict(_pair(pair, "--flags", "FIELD=VALUE") for pair in flag_pairs)
    two_parts = dict(
        _pair(pair if "=" in pair else f"{ALL}={pair}", "--two-parts", "[FIELD=]FORM")
        for pair in two_part_pairs
    )
    named = {name: value for name, value in said.items() if value is not None and value != ()}
    also = {
        "mapping": mapping,
        "scales": scales,
        "flags": flags,
        "two_parts": two_parts,
        "extract_date": as_day(extract_date),
    }
    return cast(Choices, named | {name: value for name, value in also.items() if value})


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise WrongUsage(
            "{option} takes {form}, not {said}.", option=option, form=form, said=repr(text)
        )
    return name.strip(), value


def _save_profile(
    store: Store,
    name: str,
    source: Path,
    report: ImportReport,
    choices: Choices,
    saved_by: str | None,
) -> None:
    """Have the next file of this shape read as this one was."""
    preview = preview_file(store, source, **choices)
    kept = kept_choices(store, choices, report.mapping, preview.profile)
    save_profile(
        store, name, headers=preview.headers, kind=report.kind, choices=kept, saved_by=saved_by
    )


def _write_refused(
    session: Session, target: Path, may_replace: bool, source: Path, content: bytes
) -> bool:
    """The user's own file with its refused rows and the reasons; whether it could be written.

    What was imported is imported: a full disk is said beside the report, not instead of it.
    """
    place = Path(session.store_path).resolve()
    try:
        write_file(target, content, store=place, sources=[source], may_replace=may_replace)
    except CxDataError as error:
        session.refuse(error)
        return False
    return True


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None


def _progress(session: Session) -> Callable[[str, float], None] | None:
    """On a terminal, one line that says where an import is."""
    if session.is_json or not sys.stderr.isatty():
        return None

    def report(stage: str, done: float) -> None:
        said = session.tr(STAGES.get(stage, stage))
        click.echo(f"\r{said} {done:4.0%}   ", err=True, nl=stage == "counting" and done == 1)

    return report


def report_document(report: ImportReport) -> dict[str, Any]:
    return {
        "batch_id": report.batch_id,
        "file_name": report.file_name,
        "kind": report.kind,
        "row_count": report.row_count,
        "accepted_count": report.accepted_count,
        "corrected_count": report.corrected_count,
        "replaced_count": report.replaced_count,
        "refused_count": report.refused_count,
        "duplicate_count": report.duplicate_count,
        "left_out_count": report.left_out_count,
        "is_held": report.is_held,
        "case_count": report.case_count,
        "held_rules": list(report.held_rules),
        "refused": [
            {
                "line": each.line,
                "column": each.column,
                "value": each.value,
                "reason": Note(each.reason, **each.values),
            }
            for each in report.refusals
        ],
        "corrections": [asdict(each) for each in report.corrections],
        "mapping": report.mapping,
        "notes": list(report.notes),
    }


def _told_of_report(report: ImportReport, is_dry_run: bool) -> Told:
    is_taken = not report.row_count or report.refused_count < report.row_count
    told = Told(report_document(report), is_done=is_taken and not report.is_held)
    told.print(_summary(report, is_dry_run))
    _tell_refusals(report, told)
    for each in report.corrections[:SHOWN_CORRECTIONS]:
        taken = Note(
            "{column}: {value} taken as {became} ({n} times)",
            column=each.column,
            value=repr(each.value),
            became=repr(each.became),
            n=each.count,
        )
        told.note(one_line("  ", taken))
    for note in report.notes:
        told.note(one_line("  ", note))
    if report.case_count:
        told.note(one_line("  ", Note("Cases opened: {n}.", n=report.case_count)))
    for rule in report.held_rules:
        held = Note("The rule {rule} would open too many cases and waits for a yes.", rule=rule)
        told.note(one_line("  ", held))
    return told


def _summary(report: ImportReport, is_dry_run: bool) -> Note:
    """The counts of a file on one line, and where they are stored."""
    if is_dry_run:
        stored = Note("dry run")
    elif report.batch_id:
        stored = Note("batch {batch}", batch=str(report.batch_id))
    else:
        stored = Note("nothing stored")
    counts = Note(
        "{rows} rows, {accepted} accepted ({corrected} corrected, {replaced} replaced), "
        "{refused} refused, {duplicate} duplicate",
        rows=report.row_count,
        accepted=report.accepted_count,
        corrected=report.corrected_count,
        replaced=report.replaced_count,
        refused=report.refused_count,
        duplicate=report.duplicate_count,
    )
    kind = Note(KIND_WORDS[report.kind])
    parts: list[str] = [kind, ", ", counts]
    if report.left_out_count:
        parts += [", ", Note("{count} left out", count=report.left_out_count)]
    told = Note("{counts}; {stored}", counts=one_line(*parts), stored=stored)
    return Note("{file}: {what}", file=report.file_name, what=told)


def _tell_refusals(report: ImportReport, told: Told) -> None:
    """Each refused value once, the most frequent first, with what to do about it."""
    groups = refusal_groups(report.refusals, len(report.refusals))
    for first, count in groups[:SHOWN_REFUSALS]:
        place = (
            Note("first in line {line}", line=str(first.line))
            if count > 1
            else Note("line {line}", line=str(first.line))
        )
        times = f"  {count} × " if count > 1 else "  "
        column = f", {first.column}" if first.column else ""
        said = Note(
            "{value} ({place}): {reason}",
            value=repr(first.value),
            place=one_line(place, column),
            reason=Note(first.reason, **first.values),
        )
        told.note(one_line(times, said))
        told.note(one_line("    ", *_cure(report, first)))
    if len(groups) > SHOWN_REFUSALS:
        more = Note("… {n} more values; --json lists all.", n=len(groups) - SHOWN_REFUSALS)
        told.note(one_line("  ", more))


def _cure(report: ImportReport, refusal: Refusal) -> list[str]:
    """What to do about a refused value; a word can be taught by a command."""
    cure = cure_of(refusal.reason)
    fields = {column: name for name, column in report.mapping.items()}
    name = fields.get(refusal.column)
    if cure == TEACH and name in CHOICE_FIELDS:
        pair = shlex.quote(refusal.value.strip() + "=VALUE")
        return [Note(cure), f" spellings --add {name} {pair}"]
    return [Note(cure)]
