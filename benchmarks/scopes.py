"""Whether a reader sees exactly what a store of only the allowed rows would show, and how fast.

    python benchmarks/scopes.py [--only FACE ...] [--scope NAME ...] [--every N] [--sparse N]
    python benchmarks/scopes.py --speed STORE

Two stores are made up for each of six scopes: one with all rows, and one with only those that the
scope allows. Whatever a reader of each of three roles is answered through the scope has to be what
the other store answers to a reader who sees all of it, on every face:

- figures: every panel, list and file, and what the filters offer, in each language
- pages: every page and part, all that is sent to the browser, tables of data unfolded
- http: every figure of ``show`` in every split, every figure of the pages, the batches
- assistant: every tool with every figure
- command: the same questions with ``--as``
- packs: every figure of the board pack in each language, and its four files as they come over HTTP
- addresses, requests, messages: hostile ones, which have to be answered alike, too
- bodies: hostile ones to what changes something, which has to be refused and to change nothing

It prints a table: how many answers were compared, how many of them were refused because they are
about the whole store, and how many differ. Exits with 1 if any does.

With ``--speed``, the figures of the Overview are computed on a copy of the store, none of them
remembered: with all rows; with each of its segments the first time, which counts them; and again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, TypeVar

sys.path.pop(0)  # beside this, pages.py has the name of a room
sys.path.insert(0, str(Path(__file__).parents[1]))

from streamlit.logger import set_log_level

from cxdata.access.acts import WITHIN_A_SCOPE
from cxdata.access.rights import Right, Subject, grant
from cxdata.api.acts import API_ACTS
from cxdata.i18n import LOCALES, translator
from cxdata.log import set_up_log
from cxdata.metrics import data_days
from cxdata.models import ROLES, Filters, Reader, Scope, last_months
from cxdata.panels import PANELS, Request
from cxdata.store.connection import Store
from cxdata.store.tokens import create_token
from tests import hostile_requests as hostile
from tests.programs import Program
from tests.scoped_stores import (
    STORES,
    allowed,
    copy_kept,
    filled,
    keep_beside,
    made_up,
    settings_of,
)
from tests.seen_faces import (
    answered_over_http,
    answered_to_assistant,
    calls,
    printed_as,
    questions,
)
from tests.seen_figures import FILTERS, are_alike, differences, seen_through
from tests.seen_packs import exported, pack_questions, pack_said
from tests.seen_pages import VIEWS, known_pages, page_shown, reading_as

TIMES = 5
# The command line has the functions of HTTP, and is asked each so-manieth of their questions.
COMMANDS = 5
T = TypeVar("T")
SCOPES = {
    "segment": Scope.of({"segment": ["SMB"]}),
    "region and segment": Scope.of({"region": ["Nord"], "segment": ["SMB", "Key"]}),
    "channel": Scope.of({"channel": ["call", "chat"]}),
    "journey": Scope.of({"journey": ["order"]}),
    "own dimension": Scope.of({"own_1": [STORES[1]]}),
    "nothing": Scope.of({"segment": []}),
}
# Each role, and one without the right to people.
READERS = {role: (role, True) for role in ROLES} | {"reader without people": ("reader", False)}
# What a page says where it is about the whole store; what stands below isn't drawn.
BEYOND = ("Your rights are by", "Your rights reach no", "Vos droits portent", "Vos droits n’att")
WHOLE_ONLY = ("Your rights reach a part of the data", "Vos droits atteignent une partie")
# Drawn for those alone who see everything.
HISTORY = ("insights/churn_cost.py", "assumptions")


@dataclass
class Case:
    """One reader: through a scope, and of the store that holds only what it allows."""

    whole: Store
    part: Store
    scope: Scope
    role: Any
    sees_people: bool
    ids: list[str]
    number: int
    every: int
    sparse: int

    def __post_init__(self) -> None:
        options: dict[str, Any] = {"may_see_people": self.sees_people}
        self.reader = Reader("somebody", self.role, self.scope, **options)
        self.tokens = {
            self.whole: create_token(self.whole, "x", self.role, 9, scope=self.scope, **options),
            self.part: create_token(self.part, "x", self.role, 9, **options),
        }

    @property
    def is_first(self) -> bool:
        """Of the readers with a scope the one who asks everything; others ask each ``sparse``-th
        of it, since rows, and so all that is computed, depend on the scope alone."""
        return self.role == ROLES[0] and self.sees_people

    def some(self, asked: Iterable[T]) -> list[T]:
        """What this one asks, of what ``--every`` leaves of it; each case other things."""
        step = self.every if self.is_first else self.every * self.sparse
        return list(asked)[self.number % step :: step]

    def page_readers(self) -> dict[Store, Reader]:
        """Whoever has a scope changes nothing, as a reader who sees everything."""
        everything = Reader("somebody", "reader", may_see_people=self.sees_people)
        return {self.whole: self.reader, self.part: everything}


@dataclass
class Tally:
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, counted: str) -> list[int]:
        return [count for (_, it), count in self.counts.items() if it == counted]

    def compare(self, what: str, face: str, expected: Any, found: Any, *, is_refused: bool) -> None:
        self.counts[face, "compared"] += 1
        if is_refused:
            self.counts[face, "refused"] += 1
        elif not is_same(expected, found):
            self.differ(face, f"{what}\n    {difference(str(expected), str(found))}")

    def differ(self, face: str, told: str) -> None:
        self.counts[face, "differ"] += 1
        print(f"  {face}: {told[:1200]}", flush=True)


def is_same(expected: Any, found: Any) -> bool:
    """Whether both say the same. Where the rights are by what isn't counted, nothing is shown in
    either store, and the reason says so in the one alone."""
    if type(expected) is not type(found):
        return False
    if isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            is_same(expected[name], it) for name, it in found.items()
        )
    if isinstance(found, list | tuple):
        return len(expected) == len(found) and all(map(is_same, expected, found))
    if isinstance(found, str) and found[:1] in ("{", "["):
        with suppress(ValueError):
            return is_same(json.loads(expected), json.loads(found))
    if isinstance(found, str) and any(it in found for it in BEYOND):
        return True
    return are_alike(str(expected), str(found))


def difference(one: str, other: str) -> str:
    places = (it for it, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    start = max(next(places, min(len(one), len(other))) - 80, 0)
    return f"{one[start : start + 300]!r}\n    {other[start : start + 300]!r}"


def figures(case: Case, tally: Tally) -> None:
    # The role is in no figure: in both languages and with all filters for one of them.
    locales, filters = (tuple(LOCALES), FILTERS) if case.is_first else (("en",), FILTERS[-1:])
    people = Reader("x", "reader", may_see_people=case.sees_people)
    keys = [it.key for it in PANELS][case.number % case.every :: case.every]
    expected, found = (
        seen_through(it, locales, keys, filters, case.scope)
        for it in (case.part.seen_by(people), case.whole.seen_by(case.reader))
    )
    tally.counts["figures", "compared"] += len(found)
    for told in differences(expected, found):
        tally.differ("figures", told)


def pages(case: Case, tally: Tally) -> None:
    for (page, part), lang in case.some(product(VIEWS, LOCALES)):
        query, shown = {"lang": lang} | ({"part": part} if part else {}), {}
        for store, reader in case.page_readers().items():
            with reading_as(store, reader):
                shown[store] = page_shown(PAGES, page, query)
        _compare_shown(tally, "pages", f"{page} {query}", case, shown)


def _compare_shown(
    tally: Tally, face: str, what: str, case: Case, shown: Mapping[Store, list[str]]
) -> None:
    expected, found = shown[case.part], shown[case.whole]
    is_refused = any(it in said for it in WHOLE_ONLY for said in found)
    if is_refused:  # what is drawn above has to be there, too
        is_refused = {it for it in found if not any(w in it for w in WHOLE_ONLY)} <= {*expected}
    if what.startswith(HISTORY[0]) and f"'part': '{HISTORY[1]}'" in what:
        expected = expected[: len(found)]
    tally.compare(what, face, expected, found, is_refused=is_refused)


def http(case: Case, tally: Tally) -> None:
    _compare_answers(tally, "http", case, case.some(questions()))


def _compare_answers(tally: Tally, face: str, case: Case, asked: list[Any]) -> None:
    found, expected = (
        answered_over_http(Program(it.path), case.tokens[it], asked)
        for it in (case.whole, case.part)
    )
    for what, (status, body) in found.items():
        if status >= 500:
            tally.differ(face, f"{what}: {status} {body}")
        is_refused = status == 403 and expected[what][0] != 403
        tally.compare(what, face, expected[what], (status, body), is_refused=is_refused)


def assistant(case: Case, tally: Tally) -> None:
    _compare_calls(tally, "assistant", case, case.some(calls()))


def _compare_calls(tally: Tally, face: str, case: Case, asked: list[Any]) -> None:
    found, expected = (
        answered_to_assistant(Program(it.path), case.tokens[it], asked)
        for it in (case.whole, case.part)
    )
    for what, it in found.items():
        if it[0] >= 500:
            tally.differ(face, f"{what}: {it}")
        tally.compare(what, face, expected[what], it, is_refused=False)


def command(case: Case, tally: Tally) -> None:
    """Of rights that can be given: an administrator's reach everything, nobody's nothing."""
    if case.role == "administrator" or case.scope.is_nothing:
        return
    for store, scope in ((case.whole, case.scope), (case.part, Scope())):
        subject = Subject.of("person", "ada")
        grant(store, Right(subject, case.role, scope, case.sees_people))
    asked = case.some(questions())[::COMMANDS]
    found, expected = (printed_as(it.path, "ada", asked) for it in (case.whole, case.part))
    for what, it in found.items():
        is_refused = it == (1, "") and expected[what] != it
        tally.compare(what, "command", expected[what], it, is_refused=is_refused)


def packs(case: Case, tally: Tally) -> None:
    """As plain data with all filters for one reader of a scope; its files for each."""
    people = Reader("x", "reader", may_see_people=case.sees_people)
    seen = case.part.seen_by(people), case.whole.seen_by(case.reader)
    asked = (
        product(LOCALES, FILTERS, (False, True)) if case.is_first else [("fr", FILTERS[-1], True)]
    )
    for locale, filters, with_names in list(asked)[case.number % case.every :: case.every]:
        expected, found = (
            pack_said(it, locale, filters, case.scope, with_names=with_names) for it in seen
        )
        what = f"{locale} {filters} {'with' if with_names else 'without'} names"
        tally.compare(what, "packs", expected, found, is_refused=False)
    found, expected = (
        exported(Program(it.path), case.tokens[it], case.some(pack_questions()))
        for it in (case.whole, case.part)
    )
    for what, (status, lines) in found.items():
        other, told = expected[what]
        if any(it in line for line in lines for it in BEYOND):  # the reason of each empty figure
            lines = [it for it in lines if not any(w in it for w in BEYOND)]
            told = [*(Counter(told) & Counter(lines)).elements()]
            lines, told = sorted(lines), sorted(told)
        tally.compare(what, "packs", (other, told), (status, lines), is_refused=False)


def addresses(case: Case, tally: Tally) -> None:
    if not case.is_first:
        return
    for page, query in case.some(hostile.addresses(case.ids)):
        shown = {}
        for store, reader in case.page_readers().items():
            with reading_as(store, reader):
                shown[store] = page_shown(PAGES, page, query, is_unfolded=False)
        _compare_shown(tally, "addresses", f"{page} {query}", case, shown)


def requests(case: Case, tally: Tally) -> None:
    _compare_answers(tally, "requests", case, case.some(hostile.hostile_questions(case.ids)))
    for path in hostile.hostile_paths(case.ids):
        found, expected = (
            Program(it.path).ask("GET", path, token=case.tokens[it])
            for it in (case.whole, case.part)
        )
        tally.compare(
            path, "requests", expected.body.decode(), found.body.decode(), is_refused=False
        )


def messages(case: Case, tally: Tally) -> None:
    _compare_calls(tally, "messages", case, case.some(hostile.messages(case.ids)))
    for body in hostile.raw_messages():
        found, expected = (
            Program(it.path).ask("POST", "mcp", token=case.tokens[it], body=body)
            for it in (case.whole, case.part)
        )
        told = expected.body.decode(), found.body.decode()
        tally.compare(repr(body[:60]), "messages", *told, is_refused=False)


def bodies(case: Case, tally: Tally) -> None:
    """Refused, or, of an act that is allowed within a scope, answered as by the other store."""
    program, other = Program(case.whole.path), Program(case.part.path)
    version = case.whole.data_version
    acts = (it for it in API_ACTS if it.verb == "POST")
    for act, body in case.some(product(acts, hostile.bodies())):
        said = program.ask("POST", act.name, token=case.tokens[case.whole], body=body)
        found = expected = (said.status, said.body.decode())
        is_refused = said.status in (403, 422)
        what = f"{act.name} {body[:60]!r}"
        if not is_refused and act.permission in WITHIN_A_SCOPE:
            told = other.ask("POST", act.name, token=case.tokens[case.part], body=body)
            expected = (told.status, told.body.decode())
        elif not is_refused:
            expected = (403, "")
        tally.compare(what, "bodies", expected, found, is_refused=is_refused)
        if case.whole.data_version != version:
            tally.differ("bodies", f"{what} changed something")


FACES = {
    it.__name__: it
    for it in (
        figures,
        pages,
        http,
        assistant,
        command,
        packs,
        addresses,
        requests,
        messages,
        bodies,
    )
}
PAGES: dict[Any, Any] = {}


def main(seed: int, faces: list[str], scopes: list[str], every: int, sparse: int) -> int:
    tally = Tally()
    set_log_level("error")  # pages run without a browser
    with TemporaryDirectory() as folder:
        for case in cases(Path(folder), seed, scopes, every, sparse):
            for name in faces:
                FACES[name](case, tally)
            print(f"  {sum(tally.of('compared'))} compared, {sum(tally.of('differ'))} differ")
    print(f"\n| {'Face':<10} | Compared | Refused | Differ |\n| --- | ---: | ---: | ---: |")
    for name in faces:
        told = [tally.counts[name, it] for it in ("compared", "refused", "differ")]
        print(f"| {name:<10} | {told[0]:>8} | {told[1]:>7} | {told[2]:>6} |")
    return 1 if any(tally.counts[it, "differ"] for it in faces) else 0


def cases(folder: Path, seed: int, scopes: list[str], every: int, sparse: int) -> Iterator[Case]:
    facts = made_up(seed)
    whole = filled(folder / "whole.duckdb", facts)
    set_up_log(whole.path, whole.settings.log, is_console=False)
    keep_beside(whole, SCOPES)
    with whole.cursor() as con:
        ids = [
            it
            for table, name in (("annotations", "annotation"), ("scenarios", "scenario"),
                                ("snapshots", "snapshot"))
            for (it,) in con.execute(f"select {name}_id from {table} limit 3").fetchall()
        ]  # fmt: skip
    with reading_as(whole, Reader("x", "administrator", may_see_people=True)):
        PAGES.update(known_pages())
    for number, name in enumerate(scopes):
        scope = SCOPES[name]
        rows = allowed(facts, scope, whole)
        part = filled(folder / f"part{number}.duckdb", rows, **settings_of(rows, scope))
        copy_kept(whole, part, scope)
        for called, (role, sees_people) in READERS.items():
            print(f"{name}, {called}", flush=True)
            place = number * len(READERS) + [*READERS].index(called)
            yield Case(whole, part, scope, role, sees_people, ids, place, every, sparse)
        part.close()
    whole.close()


def measure(source: Path) -> None:
    """Print the seconds of CPU that the Overview's figures take."""
    with TemporaryDirectory() as folder:
        store = Store.open(copyfile(source, Path(folder) / "cx.duckdb"))
        values = store.query("dimension_values")
        segments = values.filter(values["dimension"] == "segment")["value"].to_list()
        overview_seconds(store)  # what is read and taken apart once
        whole = median(overview_seconds(store) for _ in range(TIMES))
        print(f"all rows: {whole:.3f} s")
        for segment in segments:
            reader = Reader("somebody", "reader", Scope.of({"segment": [segment]}))
            seen = store.seen_by(reader)
            first = overview_seconds(seen)
            again = median(overview_seconds(seen) for _ in range(TIMES))
            print(
                f"{segment}: first {first:.3f} s ({first / whole:.1f} times all rows), "
                f"again {again:.3f} s ({again / whole:.2f} times)"
            )
        store.close()


def overview_seconds(store: Store) -> float:
    last_on = data_days(store).last_on
    filters = Filters(period=last_months(last_on, 12) if last_on else None)
    started = process_time()
    for entry in PANELS:
        if entry.page == "overview":
            entry.make(Request.computed_now(store, filters, translator("en")))
    return process_time() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=FACES, default=[*FACES])
    parser.add_argument("--scope", nargs="+", choices=SCOPES, default=[*SCOPES])
    parser.add_argument("--every", type=int, default=1, help="ask each n-th thing only")
    parser.add_argument("--sparse", type=int, default=9, help="and the second reader on, of those")
    parser.add_argument("--speed", type=Path, metavar="STORE")
    asked = parser.parse_args()
    if asked.speed:
        measure(asked.speed)
    else:
        raise SystemExit(main(asked.seed, asked.only, asked.scope, asked.every, asked.sparse))
