"""The acts that can be asked for over HTTP: one table, from which routes and OpenAPI are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import click

from cxdata.access.acts import LEAST_ROLE, Permission
from cxdata.cli.backing_up import backup, restore, restored
from cxdata.cli.cases import cases, rules_command
from cxdata.cli.checking import check
from cxdata.cli.decisions import decide, decisions, made_decision, told_decisions
from cxdata.cli.exporting import export, told_pack
from cxdata.cli.figures import figures
from cxdata.cli.for_somebody import is_for_somebody
from cxdata.cli.importing import import_command, import_one, sample
from cxdata.cli.imports import batches, undo
from cxdata.cli.mails import mails, send
from cxdata.cli.record import record
from cxdata.cli.remembered import profiles, spellings
from cxdata.cli.rights import rights
from cxdata.cli.session import language_for, place_options, served_act
from cxdata.cli.showing import show
from cxdata.cli.snapshots import snapshot, snapshots
from cxdata.cli.tokens import token
from cxdata.cli.told import Told
from cxdata.cli.views import told_views, views
from cxdata.errors import AccessError, AskedWrongly
from cxdata.i18n import Locale
from cxdata.models import Reader, Role
from cxdata.pack.methods import method, methods
from cxdata.store.backups import backup_folder
from cxdata.store.connection import Store

# Figures and splits that list people, whose readers have to be allowed to see them.
PEOPLE_METRICS = frozenset({"at-risk"})
PEOPLE_SPLITS = frozenset({"contact"})
PEOPLE_FIGURES = frozenset({"churn_at_risk"})


@dataclass(frozen=True)
class Asked:
    """One request: for whom, with which options, and the file that came with it."""

    store: Store
    reader: Reader
    options: Mapping[str, Any]
    language: Locale
    is_local: bool
    content: Path | None = None


@dataclass(frozen=True)
class ApiAct:
    """An act of the API; ``permission`` is what its callers have to be allowed.

    ``media_type_of`` says of the options what file the answer is, where it is one.
    ``command`` is the command of the same name, whose options are the parameters; ``also`` are
    parameters that only HTTP has, with what they are.
    """

    name: str
    verb: Literal["GET", "POST"]
    permission: Permission
    summary: str
    command: click.Command
    do: Callable[[Asked], Told]
    also: tuple[tuple[str, str], ...] = ()
    media_type_of: Callable[[Mapping[str, Any]], str] | None = None

    @property
    def role(self) -> Role:
        """The least role that may."""
        return LEAST_ROLE[self.permission]

    @property
    def takes_file(self) -> bool:
        return self.command is import_command


def done_as_command(command: click.Command) -> Callable[[Asked], Told]:
    """What the command does, with the options that were asked."""

    def do(asked: Asked) -> Told:
        see_people(asked)
        see_places(command, asked)
        see_own_eyes(asked)
        act = served_act(command)
        return act(asked.store, **asked.options, **language_for(act, asked.language))

    return do


def see_people(asked: Asked) -> None:
    """Refuse lists of people to whoever may not see them.

    Raises
    ------
    AccessError
        If the request is for one.
    """
    options = asked.options
    is_of_people = (
        options.get("metric") in PEOPLE_METRICS
        or (options.get("metric") == "backlog" and options.get("dimension") in PEOPLE_SPLITS)
        or options.get("key") in PEOPLE_FIGURES
    )
    if is_of_people and not asked.reader.may_see_people:
        raise AccessError(
            "This lists people, which this token may not see.",
            "Ask an administrator for a token made with --people.",
        )


def see_places(command: click.Command, asked: Asked) -> None:
    """Places on this computer are named by its own user alone.

    Raises
    ------
    AccessError
        If somebody else names one.
    """
    named = [it for it in place_options(command) if asked.options.get(it)]
    if named and not asked.is_local:
        raise AccessError(
            "Only the user of the computer itself may name a place there.",
            "Leave it out: the folder of the settings is taken.",
        )


def see_own_eyes(asked: Asked) -> None:
    """Only this computer's own user, who has the file, sees what somebody else sees.

    Raises
    ------
    AccessError
        If somebody else asks for it.
    """
    if is_for_somebody(asked.options) and not asked.is_local:
        raise AccessError(
            "Only the user of the computer itself may see figures as somebody else does.",
            "Leave it out: a token shows what its own rights reach.",
        )


def list_figures(asked: Asked) -> Told:
    """The figures; for whoever may not see people without those that list them."""
    told = done_as_command(figures)(asked)
    if not asked.options.get("key") and not asked.reader.may_see_people:
        told.document = [it for it in told.document if it["figure"] not in PEOPLE_FIGURES]
        told.lines = []
        for row in told.document:
            told.print(f"{row['figure']}  {row['question']}  {row['answer']}")
    return told


def take_file(asked: Asked) -> Told:
    """Import the file that came with the request, under the name that was said."""
    if asked.content is None:
        raise ValueError("an import without a file")
    options = dict(asked.options)
    name, returns = options.pop("name", None), options.pop("return_refused", None)
    return import_one(
        asked.store,
        asked.content,
        file_name=_plain_name(str(name or "")),
        loaded_by=asked.reader.name,
        returns_refused=bool(returns),
        sees_people=asked.reader.may_see_people,
        lang=asked.language,
        **options,
    )


def give_pack(asked: Asked) -> Told:
    """The board pack, for the rights of who asks."""
    see_places(export, asked)
    return told_pack(asked.store, **asked.options, lang=asked.language)


def pack_media_type(options: Mapping[str, Any]) -> str:
    """What the file of a pack is."""
    from cxdata.exports.pack_files import MEDIA_TYPES

    return next((it for face, it in MEDIA_TYPES.items() if face == options.get("face")), "")


def list_decisions(asked: Asked) -> Told:
    """The decisions that the caller may see; made or closed they are by ``decide``."""
    options = dict(asked.options)
    if options.pop("action", "list") != "list" or options.pop("what", None):
        raise AskedWrongly("This lists decisions.", "POST to decide makes or closes one.")
    return told_decisions(asked.store, lang=asked.language, **options)


def make_decision(asked: Asked) -> Told:
    """A decision, signed by whoever asks; the computer's own user may say by whom."""
    options = dict(asked.options)
    if not asked.is_local:
        options["by"] = asked.reader.name
    return made_decision(asked.store, lang=asked.language, **options)


def calendar_media_type(options: Mapping[str, Any]) -> str:
    """What the file of due dates is; empty where none is asked for."""
    return "text/calendar" if options.get("face") == "ics" else ""


def list_views(asked: Asked) -> Told:
    """The views that who asks may open; they are kept in the store itself."""
    return told_views(Store.open(asked.store.path), asked.reader)


def check_here(asked: Asked) -> Told:
    """Check a store that this process has read from before."""
    return served_act(check)(asked.store, **asked.options, is_serving=True)


def make_backup(asked: Asked) -> Told:
    """A backup; without a place, in the folder of the settings."""
    options = dict(asked.options)
    if not options.get("target") and not options.get("folder"):
        place = backup_folder(asked.store.path, asked.store.settings.backup)
        return served_act(backup)(asked.store, **{**options, "folder": str(place)})
    return done_as_command(backup)(replace(asked, options=options))


def restore_here(asked: Asked) -> Told:
    """A backup in the place of the store that this process holds."""
    see_places(restore, asked)
    return restored(asked.store.path, **asked.options)


def change_signed(command: click.Command) -> Callable[[Asked], Told]:
    """What the command does, signed by whoever asks; the computer's own user may say for whom it
    is done."""

    def do(asked: Asked) -> Told:
        options = dict(asked.options)
        if not asked.is_local:
            options["changed_by"] = asked.reader.name
        return done_as_command(command)(replace(asked, options=options))

    return do


def tell_methods(asked: Asked) -> Told:
    """How figures are computed: the sections, or one with its text."""
    locale = asked.language
    name = asked.options.get("section")
    if name:
        found = method(str(name), locale)
        told = Told({"section": found.name, "heading": found.heading, "text": found.text})
        told.print(found.text)
        return told
    told = Told([{"section": it.name, "heading": it.heading} for it in methods(locale)])
    for it in methods(locale):
        told.print(f"{it.name}  {it.heading}")
    return told


def _plain_name(said: str) -> str:
    """The last part of a name of any system, on one line."""
    name = said.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(it for it in name if it.isprintable())
    return shown[-200:] or "upload"


@click.command("methods")
@click.argument("section", required=False)
def methods_command(section: str | None) -> None:
    """List how figures are computed, or print one section."""


API_ACTS: tuple[ApiAct, ...] = (
    ApiAct(
        "figures",
        "GET",
        "see",
        "List the figures, or give one with its data.",
        figures,
        list_figures,
    ),
    ApiAct("show", "GET", "see", "Give the rows of a figure.", show, done_as_command(show)),
    ApiAct(
        "export",
        "GET",
        "see",
        "Give the board pack as a file.",
        export,
        give_pack,
        media_type_of=pack_media_type,
    ),
    ApiAct("methods", "GET", "see", "Say how figures are computed.", methods_command, tell_methods),
    ApiAct(
        "batches",
        "GET",
        "see",
        "List the files that were taken.",
        batches,
        done_as_command(batches),
    ),
    ApiAct(
        "import",
        "POST",
        "import",
        "Take the file that is the body of the request.",
        import_command,
        take_file,
        (
            ("name", "What the file is called."),
            (
                "return_refused",
                "1: the refused rows, as in the file, in the long form of the answer.",
            ),
        ),
    ),
    ApiAct("undo", "POST", "undo", "Take an import back.", undo, done_as_command(undo)),
    ApiAct(
        "check",
        "POST",
        "repair",
        "Check the store, or repair it.",
        check,
        check_here,
    ),
    ApiAct("backup", "POST", "backup", "Copy the store.", backup, make_backup),
    ApiAct(
        "restore",
        "POST",
        "restore",
        "List backups, say what one would change, or put it in the place of the store.",
        restore,
        restore_here,
    ),
    ApiAct(
        "profiles",
        "POST",
        "words",
        "List the saved ways to read a file, or forget one.",
        profiles,
        done_as_command(profiles),
    ),
    ApiAct(
        "spellings",
        "POST",
        "words",
        "List the firm's own spellings, add or forget one.",
        spellings,
        done_as_command(spellings),
    ),
    ApiAct(
        "sample",
        "POST",
        "import",
        "Load the sample extracts into a store that has nothing else.",
        sample,
        done_as_command(sample),
    ),
    ApiAct(
        "snapshot",
        "POST",
        "snapshots",
        "Freeze the board pack as it is now.",
        snapshot,
        done_as_command(snapshot),
    ),
    ApiAct(
        "snapshots",
        "GET",
        "see",
        "List the snapshots, give one, or say what differs from it.",
        snapshots,
        done_as_command(snapshots),
    ),
    ApiAct("views", "GET", "views", "List the saved views.", views, list_views),
    ApiAct(
        "decisions",
        "GET",
        "see",
        "List the decisions with what became of their figures, or give their due dates.",
        decisions,
        list_decisions,
        media_type_of=calendar_media_type,
    ),
    ApiAct(
        "decide",
        "POST",
        "decisions",
        "Make a decision, or close one.",
        decide,
        make_decision,
    ),
    ApiAct(
        "send",
        "POST",
        "mails",
        "Send the mails that are due.",
        send,
        done_as_command(send),
    ),
    ApiAct(
        "mails",
        "POST",
        "mails",
        "List mails and schedules, try a mail again, or give it up.",
        mails,
        done_as_command(mails),
    ),
    ApiAct(
        "cases",
        "POST",
        "cases",
        "List cases, show one, assign or close some.",
        cases,
        change_signed(cases),
    ),
    ApiAct(
        "rules",
        "POST",
        "rules",
        "List the rules that open cases, test one, turn it on or off, decide on one that waits.",
        rules_command,
        change_signed(rules_command),
    ),
    ApiAct(
        "rights",
        "POST",
        "rights",
        "List who may do and see what, give and take rights.",
        rights,
        change_signed(rights),
    ),
    ApiAct(
        "record",
        "POST",
        "record",
        "List who did what.",
        record,
        done_as_command(record),
    ),
    ApiAct(
        "token",
        "POST",
        "tokens",
        "Make, list and revoke tokens.",
        token,
        done_as_command(token),
    ),
)
