"""``decisions``: what was decided, listed, made and closed; its due dates as a calendar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from cxdata.cli.choosing import chosen_filters
from cxdata.cli.days import TYPED_DAY, as_day
from cxdata.cli.figures import with_period
from cxdata.cli.session import Session, common_options
from cxdata.cli.speaking import spoken_command
from cxdata.cli.through_server import RunningServer
from cxdata.cli.told import Told
from cxdata.cli.usage import WrongUsage
from cxdata.files import refuse_if_taken, write_file
from cxdata.i18n import Locale, translator
from cxdata.ingest.notes import Note
from cxdata.models import DECISION_FIGURES, DECISION_STATUSES, DecisionFigure, Filters
from cxdata.store.connection import Store

if TYPE_CHECKING:
    from cxdata.panels.decided import DecisionOutcome

MAKING = ("add", "close")
STATES = ("overdue", *DECISION_STATUSES)
# Each option with the actions that read it.
OF_ACTIONS: dict[str, tuple[str, ...]] = {
    "owner": ("list", "add"),
    "figure": ("list", "add"),
    "state": ("list", "close"),
    "search": ("list",),
    "face": ("list",),
    "email": ("add",),
    "due": ("add",),
    "goal": ("add",),
    "cause": ("add",),
    "snapshot_id": ("add",),
    "first": ("add",),
    "last": ("add",),
    "wheres": ("add",),
    "by": MAKING,
    "note": ("close",),
    "seen": ("close",),
}


def decision_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All that can be said of decisions, on a terminal and over HTTP."""
    for option in reversed(
        (
            click.option("--owner", metavar="NAME", help="Who owns it."),
            click.option("--figure", type=click.Choice(DECISION_FIGURES), help="What it is about."),
            click.option(
                "--state",
                type=click.Choice(STATES),
                help="Of list: which. Of close: what it is now, done unless said.",
            ),
            click.option("--search", metavar="WORDS", help="Only those that hold them."),
            click.option("--format", "face", type=click.Choice(["ics"]), help="As a calendar."),
            click.option("--email", metavar="ADDRESS", help="Of its owner."),
            click.option("--due", type=TYPED_DAY, help="Until when."),
            click.option("--goal", metavar="NUMBER", help="What the figure should reach."),
            click.option("--cause", metavar="TEXT", help="The root cause."),
            click.option("--snapshot", "snapshot_id", metavar="ID", help="What the meeting saw."),
            click.option("--from", "first", type=TYPED_DAY, help="First day."),
            click.option("--to", "last", type=TYPED_DAY, help="Last day, included."),
            click.option(
                "--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable."
            ),
            click.option("--by", metavar="NAME", help="Who writes it down."),
            click.option("--note", metavar="TEXT", help="Why it is closed."),
            click.option("--seen", type=int, metavar="N", help="The state that was looked at."),
        )
    ):
        command = option(command)
    return command


@spoken_command("decisions")
@click.argument("action", type=click.Choice(("list", *MAKING)), default="list")
@click.argument("what", required=False)
@decision_options
@click.option(
    "--ics", "ics_path", metavar="FILE", type=click.Path(path_type=Path), help="Due dates."
)
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@common_options
def decisions(session: Session, ics_path: Path | None, force: bool, **asked: Any) -> None:
    """List decisions with what became of their figures, add the decision WHAT, or close WHAT.

    close takes the number of a decision. --ics writes the due dates of open ones to FILE.
    """
    if ics_path is not None:
        asked["face"] = "ics"
        refuse_if_taken(ics_path, session.store_path, may_replace=force)
    elif asked["face"]:
        raise WrongUsage("{command} has no {option}.", command="decisions", option="--format")
    see_options(asked)
    reached = session.reach()
    is_list = asked["action"] == "list"
    if isinstance(reached, RunningServer):
        told = reached.tell(decisions if is_list else decide, asked, ())
    elif is_list:
        told = told_decisions(reached, lang=session.language, **asked)
    else:
        told = made_decision(reached, lang=session.language, **asked)
    if ics_path is not None:
        if told.returned is None:
            sys.exit(1)
        store_path = session.store_path
        write_file(ics_path, told.returned, store=store_path, may_replace=force)
        told.lines = []
        told.note(Note("{file} is written.", file=str(ics_path)))
    session.tell(told)


@click.command("decide")
@click.argument("action", type=click.Choice(MAKING))
@click.argument("what", required=False)
@decision_options
def decide(**asked: Any) -> None:
    """Make or close a decision."""


def see_options(asked: dict[str, Any]) -> None:
    """Refuse what the action doesn't read, and what it lacks.

    Raises
    ------
    WrongUsage
        With the option's name.
    """
    action = asked["action"]
    if (action == "list") == bool(asked.get("what")):
        raise WrongUsage("add takes the decision, close its number, list neither.")
    for name, actions in OF_ACTIONS.items():
        if action not in actions and asked.get(name) not in (None, (), ""):
            option = {"wheres": "where", "face": "format", "first": "from", "last": "to"}
            said = f"--{option.get(name, name)}"
            raise WrongUsage("{command} has no {option}.", command=action, option=said)
    if action == "add" and not asked.get("due"):
        raise WrongUsage("{command} needs {what}.", command="add", what="--due")


def told_decisions(
    store: Store,
    *,
    lang: Locale = "en",
    owner: str | None = None,
    figure: DecisionFigure | None = None,
    state: str | None = None,
    search: str | None = None,
    face: str | None = None,
    **unused: Any,
) -> Told:
    """The decisions that fit, with their figures then and now; as a calendar in ``returned``."""
    from cxdata.exports.calendar import as_calendar
    from cxdata.panels import Request
    from cxdata.panels.decided import decisions_panel, outcome_lines, outcomes

    settings = store.settings
    tr = translator(lang, settings.own_dimensions.pairs).at(settings.answers.confidence)
    request = Request.computed_now(store, Filters(), tr)
    found = [
        it
        for it in outcomes(request)
        if (owner is None or it.decision.owner.casefold() == owner.casefold())
        and figure in (None, it.decision.figure)
        and state in (None, it.state)
        and it.decision.holds(search or "")
    ]
    frame = decisions_panel(request, found).frame
    rows = [] if frame is None else frame.to_dicts()
    numbers = [{"change_number": it.change_number} for it in found]
    told = Told(
        {"decisions": [row | more for row, more in zip(rows, numbers, strict=True)]},
        returned=as_calendar(found, request.tr) if face == "ics" else None,
    )
    for outcome in found:
        told.print(_line(outcome))
        for text in outcome_lines(outcome, request):
            told.print(f"    {text}")
    if not found:
        is_narrowed = any((owner, figure, state, search))
        told.note(Note("No decision fits." if is_narrowed else "No decision was kept yet."))
    return told


def made_decision(
    store: Store,
    *,
    action: str,
    what: str | None = None,
    lang: Locale = "en",
    by: str | None = None,
    **asked: Any,
) -> Told:
    """A decision made or closed; the document has its number."""
    from cxdata.followup.decisions import Decision, add_decision, close_decision, goal_of_text

    see_options({"action": action, "what": what, "by": by, **asked})
    if action == "close":
        status = asked.get("state") or "done"
        if status == "overdue":
            raise WrongUsage("{command} has no {option}.", command="close", option="overdue")
        note, seen = asked.get("note") or "", asked.get("seen")
        close_decision(store, str(what), cast(Any, status), seen, changed_by=by, note=note)
        told = Told({"decision_id": what, "status": status})
        told.add(Note("The decision {decision} is changed.", decision=what))
        return told
    tr, figure = translator(lang), asked.get("figure")
    first, last = (as_day(asked.get(it)) for it in ("first", "last"))
    filters = with_period(
        store, chosen_filters(store, first, last, asked.get("wheres") or (), None)
    )
    due = cast(datetime, asked["due"]).date()
    decision = Decision(
        text=str(what),
        owner=asked.get("owner") or "",
        due_on=due,
        figure=figure,
        filters=filters,
        owner_email=asked.get("email") or "",
        goal=goal_of_text(figure, asked.get("goal") or "", tr),
        root_cause=asked.get("cause") or "",
        snapshot_id=asked.get("snapshot_id"),
    )
    made = add_decision(store, decision, decided_by=by)
    told = Told({"decision_id": made})
    told.add(Note("The decision is {decision}.", decision=made))
    if not decision.owner_email:
        told.note(Note("Without an address, nobody can write to {owner}.", owner=decision.owner))
    return told


def _line(outcome: DecisionOutcome) -> str:
    decision = outcome.decision
    about = decision.figure or "–"
    parts = (outcome.decision_id, outcome.state, decision.due_on, decision.owner or "–", about)
    return "  ".join(map(str, (*parts, decision.text)))
