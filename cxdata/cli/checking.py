"""``check``: whether the store is what was stored, and the repair of what can be repaired."""

from __future__ import annotations

import sys

import click

from cxdata.cli.session import Session, common_options, print_json, say
from cxdata.ingest.soundness import Depth, Problem, Soundness, repair_store, soundness
from cxdata.store.files import privacy_warnings


@click.command()
@click.option("--deep", is_flag=True, help="Also imports of versions that kept no marks.")
@click.option("--repair", is_flag=True, help="Make again what can be made from the rest.")
@click.option("--accept", is_flag=True, help="With --repair: take unproven rows as they are.")
@common_options
def check(session: Session, deep: bool, repair: bool, accept: bool) -> None:
    """Check that the store is what was stored, and say what wasn't looked at.

    Exit code 1 if anything is wrong that a repair didn't mend.
    """
    if accept and not repair:
        raise click.UsageError("--accept goes with --repair.")
    store = session.store()
    for warning in privacy_warnings(store.path):
        say(str(warning))
    depth: Depth = "deep" if deep else "full"
    found = repair_store(store, depth, accepts=accept) if repair else soundness(store, depth)
    if session.is_json:
        print_json(_document(found))
    for note in found.repaired:
        say(note)
    for problem in found.problems:
        say(f"{problem} {problem.remedy}" if problem.remedy else problem)
    if found.not_checked:
        say("Not checked:")
    for note in found.not_checked:
        say(f"- {note}")
    if found.problems:
        if not repair and not all(problem.remedy for problem in found.problems):
            say("What names no remedy is mended by check --repair.")
        sys.exit(1)
    say("The store is sound.")


def _document(found: Soundness) -> dict[str, object]:
    return {
        "is_sound": found.is_sound,
        "problems": [_problem(problem) for problem in found.problems],
        "not_checked": list(found.not_checked),
        "repaired": list(found.repaired),
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "sentence": problem,
        "remedy": problem.remedy or None,
        "values": {name: str(value) for name, value in problem.values.items()},
    }
