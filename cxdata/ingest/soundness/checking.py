"""The check as a whole: a light one for each start, the usual one, and a deep one.

Each part speaks for itself; one that can't run because of what another found is said to be
unchecked. Nobody writes meanwhile, and nothing stays of what a check writes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness.blocks import block_problems, free_blocks
from cxdata.ingest.soundness.commits import commit_problems, unknown_commits
from cxdata.ingest.soundness.content import content_problems, kept_problems, unproven_imports
from cxdata.ingest.soundness.counts import count_problems
from cxdata.ingest.soundness.deep import hash_problems, unproven_hashes
from cxdata.ingest.soundness.ranges import range_problems
from cxdata.ingest.soundness.report import Problem, Soundness
from cxdata.ingest.soundness.schema import schema_problems
from cxdata.ingest.soundness.versions import version_problems
from cxdata.ingest.soundness.written import written_problems
from cxdata.store.connection import Store
from cxdata.store.days import is_counted_elsewhere

Depth = Literal["light", "full", "deep"]
Finds = Callable[[Store, duckdb.DuckDBPyConnection], Iterable[Problem]]

NOT_POSSIBLE = N_("{part}: not possible because of what was found.")
FAILED = N_("{part}: the check of it failed ({reason}).")
NOT_IN_LIGHT = N_("The rows of each import, what is counted from them and each block of the file.")
NOT_HERE = N_("Daily counts: they were counted in a lake, whose facts aren't in this store.")
NOT_IN_FULL = N_("The rows' own hashes in imports of earlier versions: check --deep does.")
IN_MEMORY = N_("Parts of the file that are in memory already were not read from the disk again.")
DAILY_COUNTS = N_("Daily counts")
ABSURD_MOMENTS = "contact_versions"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Part:
    """One part of a check, by a name that people know."""

    name: str
    finds: Finds
    is_light: bool = False


_PARTS = (
    _Part(N_("Tables and views"), lambda store, con: schema_problems(con), is_light=True),
    _Part(N_("Last commits"), lambda store, con: commit_problems(con, store.path), is_light=True),
    _Part(N_("Blocks of the file"), lambda store, con: block_problems(con)),
    _Part(N_("Possible values"), lambda store, con: range_problems(con), is_light=True),
    _Part(N_("Texts that programs read"), lambda store, con: written_problems(con), is_light=True),
    _Part(N_("Versions of rows"), lambda store, con: version_problems(con)),
    _Part(N_("What was written by people"), lambda store, con: kept_problems(con), is_light=True),
    _Part(N_("Rows of each import"), lambda store, con: content_problems(con)),
    _Part(DAILY_COUNTS, lambda store, con: count_problems(store)),
)
_DEEP = _Part(N_("Hashes of rows"), lambda store, con: hash_problems(con))


def check_store(store: Store) -> list[Problem]:
    """What is wrong in the store; nothing if all hangs together."""
    return list(soundness(store).problems)


def soundness(store: Store, depth: Depth = "full", *, is_serving: bool = False) -> Soundness:
    """What is wrong in the store and what wasn't looked at.

    Parameters
    ----------
    depth
        ``light`` leaves out what takes long in a large store: its blocks, the rows of each import
        and the recount. ``deep`` also proves imports of versions that kept no marks, as far as
        they can be.
    is_serving
        Whether the process has read from the store before: what is in its memory isn't read from
        the disk again.
    """
    parts = [*_PARTS, *([_DEEP] if depth == "deep" else [])]
    problems: list[Problem] = []
    not_checked: list[Note] = []
    with store.unchanged():
        for part in parts:
            if part.is_light or depth != "light":
                _run(part, store, problems, not_checked)
        not_checked += _left_out(store, depth)
    if is_serving and depth != "light":
        not_checked.append(Note(IN_MEMORY))
    return Soundness(tuple(dict.fromkeys(problems)), tuple(not_checked))


def light_check(store: Store) -> Soundness:
    """The quick check of a start or a restore; what is wrong goes to the log, too."""
    found = soundness(store, "light")
    for problem in found.problems:
        log.error("%s", problem)
    return found


def _run(part: _Part, store: Store, problems: list[Problem], not_checked: list[Note]) -> None:
    name = Note(part.name)
    if part.name == DAILY_COUNTS and has_absurd_moments(problems):
        not_checked.append(Note(NOT_POSSIBLE, part=name))
        return
    try:
        with store.cursor(is_check=True) as con:
            problems += part.finds(store, con)
    except duckdb.Error as error:
        if problems:
            not_checked.append(Note(NOT_POSSIBLE, part=name))
        else:
            reason = str(error).splitlines()[0]
            problems.append(Problem("unchecked", FAILED, part=name, reason=reason))


def has_absurd_moments(problems: Iterable[Problem]) -> bool:
    """The clocks would run for thousands of years."""
    return any(it.code == "range" and it.values["table"] == ABSURD_MOMENTS for it in problems)


def _left_out(store: Store, depth: Depth) -> list[Note]:
    left_out = [*unknown_commits(store.path)]
    if depth == "light":
        return [*left_out, Note(NOT_IN_LIGHT)]
    try:
        with store.cursor(is_check=True) as con:
            unproven = list(unproven_imports(con))
            left_out += unproven
            if unproven and depth == "full":
                left_out.append(Note(NOT_IN_FULL))
            if depth == "deep":
                left_out += unproven_hashes(con)
            left_out += free_blocks(con)
            if is_counted_elsewhere(con):
                left_out.append(Note(NOT_HERE))
    except duckdb.Error:
        return left_out  # its table is among the problems
    return left_out
