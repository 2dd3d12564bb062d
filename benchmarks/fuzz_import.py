"""Files made by chance through the whole import: each ends in a report or in one sentence.

    python benchmarks/fuzz_import.py [--cases 8000] [--first 0] [--seconds 20]

Every fixture and sample, bare and with choices; then noise, valid files of every format with bytes
changed, and tables with all that people do to them (see ``fuzz_files.py``). Each is previewed and
imported, every fifth time in earnest, into a small store. Wrong are: any other exception than
``ImportRefused``, a sentence that can't be said in English and French, a store that changed after a
refusal or doesn't hang together, a process that dies, and a case that takes longer than
``--seconds``. A case is the same whenever its number is: ``--first 4711 --cases 1`` repeats one.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.fuzz_files import SEED, Case, drawn_case  # noqa: E402
from cxdata.errors import ImportRefused  # noqa: E402
from cxdata.exports.returned import returned_file  # noqa: E402
from cxdata.i18n import translator  # noqa: E402
from cxdata.ingest import check_store, import_file, preview_file, refused_rows  # noqa: E402
from cxdata.ingest.choices import Choices  # noqa: E402
from cxdata.ingest.judging.spellings import save_spelling  # noqa: E402
from cxdata.ingest.notes import Note  # noqa: E402
from cxdata.ingest.recognising.profiles import save_profile  # noqa: E402
from cxdata.models import ImportReport, Question, Refusal  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

EARNEST = 5  # one import in so many isn't only tried
CANCELLED = 40  # one import in so many is ended by who watches it
RENEWED = 150  # imports into one store
EARLIER = (
    b"response_id,responded_at,nps_score,comment\nA1,2026-01-05,9,Good\nA2,2026-01-06,3,Slow\n",
    b"contact_id,opened_at,channel\nT1,2026-01-05 10:00:00,call\n",
    b"customer_id,started_on,segment\nC1,2020-01-05,Consumer\n",
)
COUNTS = """select (select count(*) from batches), (select count(*) from response_versions),
    (select count(*) from contact_versions), (select count(*) from customer_versions),
    (select count(*) from assessment_versions), (select count(*) from rating_versions),
    (select count(*) from comment_terms), (select count(*) from refused_rows),
    (select data_version from store_info)"""
TRANSLATORS = (translator("en"), translator("fr"))


class Cancelled(Exception):
    """What a watcher raises who doesn't want to wait."""


@dataclass
class Target:
    """A store, and the counts of what it held when it was last looked at."""

    store: Store
    state: tuple[int, ...] = ()

    def has_changed(self) -> bool:
        """Whether it holds anything else than at the last look."""
        with self.store.cursor() as con:
            counts = con.execute(COUNTS).fetchall()[0]
        before, self.state = self.state, (*counts, self.store.data_version)
        return before != self.state


@dataclass
class Outcomes:
    """Of all cases: what the imports ended in, and the numbers of the wrong ones."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    longest: tuple[float, int] = (0.0, 0)
    most_memory: tuple[float, int] = (0.0, 0)


def main() -> None:
    options = _options()
    if options.worker:
        _work(Path(options.worker), options.first, options.cases, options.seconds)
        return
    began = time.perf_counter()
    outcomes = _fuzzed(options.first, options.cases, options.seconds)
    for number, what in outcomes.wrong:
        print(f"--- case {number}\n{what}")
    ends = ", ".join(f"{count} {end}" for end, count in sorted(outcomes.ends.items()))
    print(f"{sum(outcomes.ends.values())} of {options.cases} cases went well: {ends}")
    print(f"{len(outcomes.wrong)} wrong; {time.perf_counter() - began:.0f} s")
    print("longest {:.1f} s (case {})".format(*outcomes.longest))
    print("a case added {:.0f} MB of memory at most (case {})".format(*outcomes.most_memory))


def _fuzzed(first: int, count: int, seconds: float) -> Outcomes:
    """The cases in one process after another: whatever ends one is counted."""
    outcomes, number, end = Outcomes(), first, first + count
    while number < end:
        with TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--worker", folder, "--first", str(number)]
            command += ["--cases", str(end - number), "--seconds", str(seconds)]
            with (Path(folder) / "errors").open("w+") as errors:
                reached = _heard(command, errors, outcomes, number)
                errors.seek(0)
                said = errors.read()
        if reached < end:
            outcomes.wrong.append((reached, said[-3000:]))
            print(f"case {reached}: {said.strip().splitlines()[-1:]}", flush=True)
        number = reached + 1
    return outcomes


def _heard(command: Sequence[str], errors: object, outcomes: Outcomes, number: int) -> int:
    """The case at which a worker ended."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=cast(int, errors), text=True
    ) as worker:
        assert worker.stdout
        for line in worker.stdout:
            told = json.loads(line)
            number = told["number"] + 1
            outcomes.ends[told["end"]] += 1
            outcomes.longest = max(outcomes.longest, (told["seconds"], told["number"]))
            outcomes.most_memory = max(outcomes.most_memory, (told["MB"], told["number"]))
            if number % 500 == 0:
                print(f"{number} cases, {len(outcomes.wrong)} wrong so far", flush=True)
    return number


def _work(folder: Path, first: int, count: int, seconds: float) -> None:
    """One case after another; says each on a line of its own, and ends at the first wrong one."""
    target = small_target(folder / f"{first}.duckdb")
    for number in range(first, first + count):
        if number % RENEWED == 0:
            target.store.close()
            target = small_target(folder / f"{number}-new.duckdb")
        faulthandler.dump_traceback_later(seconds, exit=True)
        before, began = _peak_megabytes(), time.perf_counter()
        end = end_of(target, drawn_case(number), number)
        took = {"seconds": time.perf_counter() - began, "MB": _peak_megabytes() - before}
        print(json.dumps({"number": number, "end": end, **took}), flush=True)
    faulthandler.cancel_dump_traceback_later()


def small_target(path: Path) -> Target:
    """A new store with three small batches, a profile and a spelling of its own."""
    store = Store.open(path)
    for content in EARLIER:
        import_file(store, content)
    save_profile(
        store, "mine", headers=["a", "b"], kind="responses", choices={"date_order": "dmy"},
        saved_by=None,
    )  # fmt: skip
    save_spelling(store, "segment", "Entreprises", "Business", changed_by=None)
    target = Target(store)
    target.has_changed()
    return target


def end_of(target: Target, case: Case, number: int) -> str:
    """What a case ends in: ``refused``, ``held``, ``stored``…; whatever is wrong is raised."""
    draw = Random(f"{SEED} end {number}")
    store, choices = target.store, case.choices
    try:
        preview = preview_file(store, case.content, **choices)
        _say_all(preview.notes, preview.refusals, preview.questions)
        if draw.random() < 0.8:
            choices = _answered(choices, preview.questions, draw)
    except ImportRefused as error:
        _say_error(error)
    end, report = _imported(store, case, choices, number, draw)
    assert target.has_changed() == (end == "stored"), f"{end}, but the store says otherwise"
    if end == "stored" or number % 50 == 0:
        problems = check_store(store)
        assert not problems, problems
    if report and report.refusals:
        rows = refused_rows(store, case.content, report.refusals, **choices)
        returned_file(rows, report.refusals, draw.choice(TRANSLATORS))
    return end


def _imported(
    store: Store, case: Case, choices: Choices, number: int, draw: Random
) -> tuple[str, ImportReport | None]:
    steps, is_earnest = 0, number % EARNEST == 0
    last_step = draw.randrange(12) if number % CANCELLED == 0 else -1

    def watch(stage: str, done: float) -> None:
        nonlocal steps
        if steps == last_step:
            raise Cancelled
        steps += 1

    try:
        report = import_file(
            store,
            case.content,
            dry_run=not is_earnest,
            accept_refusals=draw.random() < 0.7,
            on_progress=watch,
            **choices,
        )
    except ImportRefused as error:
        _say_error(error)
        return "refused", None
    except Cancelled:
        return "cancelled", None
    _say_all(report.notes, report.refusals, ())
    if report.is_held:
        return "held", report
    counted = report.accepted_count + report.refused_count + report.duplicate_count
    assert counted == report.row_count, report
    return ("stored" if report.batch_id is not None else "reported"), report


def _answered(choices: Choices, questions: Sequence[Question], draw: Random) -> Choices:
    """What was said, and an answer to each question that offers some."""
    answered = dict(choices)
    for question in questions:
        if not question.is_open or not question.readings:
            continue
        choice = draw.choice(question.readings).choice
        if question.about:
            earlier = cast(dict[str, str], answered.get(question.option) or {})
            answered[question.option] = {**earlier, question.about: choice}
        else:
            answered[question.option] = choice
    return cast(Choices, answered)


def _say_error(error: ImportRefused) -> None:
    assert str(error)
    for tr in TRANSLATORS:
        assert tr.error(error)[0]


def _say_all(
    notes: Sequence[str], refusals: Sequence[Refusal], questions: Sequence[Question]
) -> None:
    for tr in TRANSLATORS:
        for note in notes:
            assert isinstance(note, Note)
            assert tr(note.template, **note.values)
        for refusal in refusals:
            assert tr(refusal.reason, **refusal.values)
        for question in questions:
            assert tr(question.text, **question.values)


def _peak_megabytes() -> float:
    """The most memory that this process and its ended children ever had, on Linux."""
    import resource  # not on Windows

    peaks = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return sum(peaks) / 1000


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Import files made by chance.")
    parser.add_argument("--cases", type=int, default=8000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--worker", metavar="FOLDER", help="only run the cases, in this process")
    return parser.parse_args()


if __name__ == "__main__":
    main()
