"""``cases`` and ``rules``: whom to call back, and what opens cases."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import click
import polars as pl

from cxdata.cases.changing import Changes, change_cases, numbers_of
from cxdata.cases.listing import (
    LISTED_CASES,
    WHICH,
    CaseChoice,
    Which,
    case_called,
    case_changes,
    recorded_cases,
)
from cxdata.cases.rehearsal import rehearse
from cxdata.cases.rules import keep_rule, recorded_rules, rule_called
from cxdata.cases.watching import decide_hold, held_alerts
from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.cli.usage import WrongUsage
from cxdata.i18n import Locale, translator
from cxdata.ingest.notes import Note
from cxdata.record import note_act, note_done
from cxdata.sentences.cases import about_text, rehearsal_subjects, rehearsal_text, why_text
from cxdata.store.connection import Store

CASE_ACTIONS = ("list", "show", "assign", "close")
RULE_ACTIONS = ("list", "test", "on", "off", "yes", "no")
BY_COMMAND = "command line"


@spoken_command()
@click.argument("action", type=click.Choice(CASE_ACTIONS), default="list")
@click.argument("numbers", nargs=-1)
@click.option("--which", type=click.Choice(WHICH), default="unfinished", help="Of list: which.")
@click.option("--owner", metavar="NAME", help="Of list: whose; of assign: to whom.")
@click.option("--search", "searched", default="", metavar="TEXT", help="Of list: what to look for.")
@click.option("--by", "changed_by", metavar="NAME", help="Who assigns or closes.")
@served
def cases(
    store: Store,
    action: str,
    numbers: tuple[str, ...],
    which: Which,
    owner: str | None,
    searched: str,
    changed_by: str | None,
    lang: Locale,
) -> Told:
    """List cases, show one with its history, assign or close those of these NUMBERS."""
    if action == "list":
        return _listed(store, CaseChoice(which, owner, searched=searched), lang)
    if not numbers:
        raise WrongUsage("{command} needs {what}.", command=action, what="NUMBERS")
    chosen = numbers_of(numbers)
    if action == "show":
        return _shown(store, chosen, lang)
    if action == "assign" and owner is None:
        raise WrongUsage("{command} needs {what}.", command=action, what="--owner")
    changes: Changes = {"owner_email": owner} if action == "assign" else {"status": "closed"}
    done = change_cases(store, dict.fromkeys(chosen), changes, changed_by=changed_by or BY_COMMAND)
    told = Told({"changed": list(done.done)})
    told.add(Note("Cases changed: {n}.", n=len(done.done)))
    return told


def _listed(store: Store, choice: CaseChoice, lang: Locale) -> Told:
    store.see_people()
    note_act(store, None, "list_opened", details={"list": "cases"})
    found, tr = recorded_cases(store, choice), translator(lang)
    told = Told({"cases": [_row(it) for it in found.iter_rows(named=True)]})
    if found.is_empty():
        told.note(Note("No case fits."))
        return told
    rows = list(found.iter_rows(named=True))
    told.print_rows(
        pl.DataFrame(
            {
                "case": [it["case_number"] for it in rows],
                "status": [it["status"] for it in rows],
                "about": [about_text(it, tr) for it in rows],
                "why": [why_text(it, tr) for it in rows],
                "owner": [it["owner_email"] for it in rows],
                "due_at": [it["due_at"] for it in rows],
                "overdue": ["overdue" if it["is_overdue"] else None for it in rows],
            }
        )
    )
    if (count := int(found["case_count"][0])) > found.height:
        told.note(Note("The first {n} of {count} are listed.", n=LISTED_CASES, count=count))
    return told


def _row(case: dict[str, Any]) -> dict[str, Any]:
    kept = {name: it for name, it in case.items() if name not in ("case_count", "case_id")}
    return {**kept, "facts": json.loads(case["facts"] or "{}")}


def _shown(store: Store, numbers: tuple[int, ...], lang: Locale) -> Told:
    store.see_people()
    note_act(store, None, "list_opened", details={"list": "case", "cases": len(numbers)})
    tr, documents = translator(lang), []
    told = Told()
    for number in numbers:
        case = case_called(store, number)
        changes = case_changes(store, case["case_id"])
        documents.append({**_row(case), "history": changes.to_dicts()})
        told.print(f"#{number}  {about_text(case, tr)}  {why_text(case, tr)}")
        told.print_rows(changes)
    told.document = {"cases": documents}
    return told


@spoken_command("rules")
@click.argument("action", type=click.Choice(RULE_ACTIONS), default="list")
@click.argument("rule", required=False)
@click.option("--months", type=click.IntRange(1, 60), default=1, help="Of test: of how many.")
@click.option("--by", "changed_by", metavar="NAME", help="Who decides.")
@served
def rules_command(
    store: Store,
    action: str,
    rule: str | None,
    months: int,
    changed_by: str | None,
    lang: Locale,
) -> Told:
    """List the rules that open cases, test one on what was, turn it on or off, or say yes or no to
    one that waits."""
    if action == "list":
        return _rules(store)
    if not rule:
        raise WrongUsage("{command} needs {what}.", command=action, what="RULE")
    if action == "test":
        tried, tr = rehearse(store, rule_called(store, rule), months), translator(lang)
        told = Told(
            {
                "rule": rule,
                "first_on": tried.period and tried.period.first_on,
                "last_on": tried.period and tried.period.last_on,
                "fired_count": tried.fired_count,
                "subjects": [{"subject": it, "count": n} for it, n in tried.subject_counts],
            }
        )
        told.print(rehearsal_text(tried, tr))
        for line in rehearsal_subjects(tried, tr):
            told.print(f"  {line}")
        return told
    if action in ("yes", "no"):
        return _decided(store, rule, is_taken=action == "yes", by=changed_by or BY_COMMAND)
    changed = replace(rule_called(store, rule), is_active=action == "on")
    keep_rule(store, changed, changed_by=changed_by or BY_COMMAND)
    note_done(store, "rule_changed", details={"rule": rule, "on": changed.is_active})
    return _rules(store)


def _rules(store: Store) -> Told:
    found, held = recorded_rules(store), held_alerts(store)
    told = Told({"rules": [asdict(it) for it in found], "held": [vars(it) for it in held]})
    told.print_rows(
        pl.DataFrame(
            {
                "rule": [it.code for it in found],
                "on": ["on" if it.is_active else "off" for it in found],
                "kind": [it.kind for it in found],
                "threshold": [it.threshold for it in found],
                "severity": [it.severity for it in found],
                "due_hours": [it.due_hours for it in found],
            },
            strict=False,
        )
    )
    for hold in held:
        told.note(
            Note(
                "{rule} waits for a yes: it would open {count} cases after batch {batch}.",
                rule=hold.rule,
                count=hold.case_count,
                batch=str(hold.batch_id),
            )
        )
    return told


def _decided(store: Store, rule: str, *, is_taken: bool, by: str) -> Told:
    rule_called(store, rule)
    waiting = [it for it in held_alerts(store) if it.rule == rule]
    opened = sum(decide_hold(store, it.hold_id, is_taken=is_taken, decided_by=by) for it in waiting)
    told = Told({"rule": rule, "decided": len(waiting), "opened": opened})
    told.add(Note("Cases opened: {n}.", n=opened))
    return told
