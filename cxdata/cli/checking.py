"""``check``: whether the store is what was stored, and the repair of what can be repaired."""

from __future__ import annotations

import click

from cxdata.cli.session import served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told, one_line, told_error
from cxdata.cli.usage import WrongUsage
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness import Depth, Problem, Soundness, repair_store, soundness
from cxdata.store.connection import Store
from cxdata.store.files import privacy_warnings


@spoken_command()
@click.option("--deep", is_flag=True, help="Also imports of versions that kept no marks.")
@click.option("--repair", is_flag=True, help="Make again what can be made from the rest.")
@click.option("--accept", is_flag=True, help="With --repair: take unproven rows as they are.")
@served
def check(store: Store, deep: bool, repair: bool, accept: bool, is_serving: bool = False) -> Told:
    """Check that the store is what was stored, and say what wasn't looked at.

    Exit code 1 if anything is wrong that a repair didn't mend.
    """
    if accept and not repair:
        raise WrongUsage("--accept goes with --repair.")
    depth: Depth = "deep" if deep else "full"
    warnings = privacy_warnings(store.path)
    found = (
        repair_store(store, depth, accepts=accept)
        if repair
        else soundness(store, depth, is_serving=is_serving)
    )
    told = Told(_document(found), is_done=not found.problems)
    for text in (*map(told_error, warnings), *found.repaired, *map(_with_remedy, found.problems)):
        told.add(text)
    if found.not_checked:
        told.add(Note("Not checked:"))
    for note in found.not_checked:
        told.add(one_line("- ", note))
    if not found.problems:
        told.add(Note("The store is sound."))
    elif not repair and not all(problem.remedy for problem in found.problems):
        told.add(Note("What names no remedy is mended by check --repair."))
    return told


def _with_remedy(problem: Problem) -> Note:
    return one_line(problem, " ", problem.remedy) if problem.remedy else problem


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
