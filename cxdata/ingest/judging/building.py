"""Fields that are made from others: moments from durations, starts and ends from a snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.choices import Choices
from cxdata.ingest.columns import plain_form
from cxdata.ingest.judging.invitation_steps import build_steps
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.prices import PRICE, build_revenue, request_notes
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.revenue_years import build_yearly
from cxdata.ingest.judging.texts import nothing_like, repeated
from cxdata.ingest.notes import Note
from cxdata.models import Question, Reading

SNAPSHOT_FIELDS = frozenset({"is_lost", "tenure_months"})  # need the extract date

SHOWN_EXAMPLES = 3
# Fields that say how a wait ended.
WAITS_TOLD_BY = frozenset(
    {
        *("is_abandoned", "is_answered", "first_response_at", "first_response_after"),
        *("abandoned_at", "abandoned_after"),
    }
)
# A header that speaks of answers: speed of answer, délai de décroché.
_OF_ANSWERS = re.compile("answer|decroch|repon|response|reply|pickup")

WHAT_WAITS = N_(
    "{column}: no column says whether each wait ended in an answer or the customer gave up. Were "
    "all of them answered? If not, no figure is made of the waits."
)
EXTRACT_DATE = N_("{columns}: the file tells how things stood on one day. Which day was that?")
LOST_ON = N_(
    "{column}: who is marked as lost is counted as lost on {day}, the extract date. The file "
    "doesn't say when before it: look at the month that ends on that day, and at no longer period."
)
STARTED_BEFORE = N_(
    "{column}: starts were counted back from {day}, or from the loss. Only full months are told, "
    "so each start is the earliest day possible."
)
KNOWN_UNTIL = N_(
    "Customers are taken as known until {day}, the last start or end in the file. If the file is "
    "of a later day, say which: the extract date."
)
EMPTY_IS_NO = N_("{column}: it says yes or nothing; {count} empty cells were read as not answered.")
UNTOLD_END = N_("This doesn't say whether the wait ended in an answer.")
NO_WAIT = N_(
    "{column}: {count} abandoned contacts don't say when; the moment they were opened was taken."
)


def build_fields(
    judging: Judging, said: Said, choices: Choices
) -> tuple[list[Question], list[Note]]:
    """Fill the fields that others build; where the file states one itself, that stays."""
    if judging.layout.kind == "contacts":
        return _build_moments(judging, said)
    if judging.layout.kind == "invitations":
        return [], build_steps(judging, said)
    if judging.layout.kind == "customers":
        return _build_customers(judging, said, choices)
    return [], []


def _build_moments(judging: Judging, said: Said) -> tuple[list[Question], list[Note]]:
    """Moments of a contact, counted from its opening.

    A waiting time ends with an answer, or else with the caller hanging up: the row tells, or
    else the file's owner.
    """
    questions = list(_waits_question(judging, said))
    waited = _after(judging, "wait_time")
    if questions and said.waits == "unknown":
        waited = nothing_like(waited)
    told, notes = _is_answered(judging)
    may_be_answer = _may_end_in_answer(judging, told)
    nothing = nothing_like(waited)
    answered = _after(judging, "first_response_after").fill_null(
        waited.zip_with(may_be_answer, nothing)
    )
    left = _after(judging, "abandoned_after")
    resolved = _after(judging, "resolved_after")
    if told is not None:
        _refuse_untold(judging, told, waited)
        answered = answered.zip_with(told.fill_null(True), nothing_like(answered))
    flag = _abandoned_flag(judging, told)
    if flag is not None:
        is_abandoned = flag.fill_null(False)
        answered = answered.zip_with(~is_abandoned, nothing_like(answered))
        left, left_notes = _left(judging, is_abandoned, left.fill_null(waited), resolved)
        notes = [*notes, *left_notes]
    elif "first_response_at" in judging.values or answered.count():
        given = judging.values.get("first_response_at", answered).fill_null(answered)
        left = left.zip_with(given.is_null(), nothing_like(left))
    gave_up = ~may_be_answer & judging.values["channel"].is_in(["call", "chat"]).fill_null(False)
    left = left.fill_null(waited.zip_with(gave_up, nothing))
    for name, built in {
        "first_response_at": answered,
        "abandoned_at": left,
        "resolved_at": resolved,
    }.items():
        if built.count():
            judging.build(name, built)
    return questions, notes


def _waits_question(judging: Judging, said: Said) -> Iterator[Question]:
    """Asked where neither another column nor the header says how the waits ended."""
    waits = judging.values.get("wait_time")
    if waits is None or not waits.count() or WAITS_TOLD_BY & judging.values.keys():
        return
    header = judging.header("wait_time")
    if _OF_ANSWERS.search(plain_form(header)):
        return
    cells = judging.texts["wait_time"].filter(waits.is_not_null()).unique(maintain_order=True)
    examples = tuple((cell.strip(), "") for cell in cells.head(SHOWN_EXAMPLES))
    readings = (Reading("unknown", examples), Reading("answered"))
    values: dict[str, object] = {"column": header}
    yield Question("waits", WHAT_WAITS, readings, values=values, answer=said.waits or "")


def _is_answered(judging: Judging) -> tuple[pl.Series | None, list[Note]]:
    """Whether each contact was answered, where a column tells; null where its cell is empty.

    A column that says yes or nothing means no by nothing.
    """
    told = judging.values.get("is_answered")
    if told is None or "is_abandoned" in judging.values or not told.any() or not told.all():
        return told, []
    count = told.null_count()
    note = Note(EMPTY_IS_NO, column=judging.header("is_answered"), count=count)
    return told.fill_null(False), [note] if count else []


def _may_end_in_answer(judging: Judging, told: pl.Series | None) -> pl.Series:
    """Whether a row's wait may have ended in an answer: not if it says when the customer gave up,
    nor if the file has first answers, this row has none, and no flag says that there was one.
    """
    values, nobody = judging.values, repeated(False, judging.lines, pl.Boolean())
    may_be = ~nobody
    for name in ("abandoned_at", "abandoned_after"):
        if name in values:
            may_be &= values[name].is_null()
    own = [it for it in ("first_response_at", "first_response_after") if it in values]
    if not own:
        return may_be
    is_told = nobody if told is None else told.fill_null(False)
    if "is_abandoned" in values:
        is_told |= (~values["is_abandoned"]).fill_null(False)
    for name in own:
        is_told |= values[name].is_not_null()
    return may_be & is_told


def _refuse_untold(judging: Judging, told: pl.Series, waited: pl.Series) -> None:
    """A wait of which nothing in its row says how it ended is neither answered nor given up."""
    others = WAITS_TOLD_BY - {"is_answered"}
    known = [judging.values[name].is_not_null() for name in others if name in judging.values]
    untold = told.is_null() & waited.is_not_null()
    for is_known in known:
        untold &= ~is_known
    judging.refuse("is_answered", untold, UNTOLD_END)


def _abandoned_flag(judging: Judging, answered: pl.Series | None) -> pl.Series | None:
    """Whether the customer gave up. A call or chat that wasn't answered was; a mail waits on."""
    flag = judging.values.get("is_abandoned")
    if answered is None:
        return flag
    is_live = judging.values["channel"].is_in(["call", "chat"])
    missed = ~answered & is_live
    return missed if flag is None else flag.fill_null(missed)


def _after(judging: Judging, name: str) -> pl.Series:
    opened = judging.values["opened_at"]
    seconds = judging.values.get(name)
    if seconds is None:
        return nothing_like(opened)
    return opened + (seconds * 1_000_000).round().cast(pl.Int64).cast(pl.Duration("us"))


def _left(
    judging: Judging, is_abandoned: pl.Series, left: pl.Series, resolved: pl.Series
) -> tuple[pl.Series, list[Note]]:
    given = judging.values.get("abandoned_at", nothing_like(left))
    closed = judging.values.get("resolved_at", nothing_like(left)).fill_null(resolved)
    known = given.fill_null(left).fill_null(closed)
    count = int((is_abandoned & known.is_null()).sum())
    known = known.fill_null(judging.values["opened_at"])
    built = known.zip_with(is_abandoned, nothing_like(left))
    flag = "is_abandoned" if "is_abandoned" in judging.values else "is_answered"
    column = judging.header(flag)
    return built, [Note(NO_WAIT, column=column, count=count)] if count else []


def _build_customers(
    judging: Judging, said: Said, choices: Choices
) -> tuple[list[Question], list[Note]]:
    is_mapped = bool((choices.get("mapping") or {}).get(PRICE))
    asked, notes = build_revenue(judging, choices.get("price_interval"), is_mapped=is_mapped)
    asked_year, year_notes = build_yearly(judging, said, choices.get("revenue_year"))
    asked, notes = [*asked, *asked_year], [*notes, *year_notes, *request_notes(judging)]
    names = [name for name, needs in _needs(judging).items() if needs.any()]
    if not names:
        return asked, [*notes, *_known_until(judging, said)]
    question = Question(
        "extract_date",
        EXTRACT_DATE,
        values={"columns": judging.headers(names)},
        answer=said.extract_on.isoformat() if said.extract_on else "",
    )
    if said.extract_on is None:
        return [*asked, question], notes
    until = repeated(said.extract_on, judging.lines, pl.Date())
    if "is_lost" in names:
        is_lost = judging.values["is_lost"].fill_null(False)
        judging.build("ended_on", until.zip_with(is_lost, nothing_like(until)))
        notes.append(Note(LOST_ON, column=judging.header("is_lost"), day=said.extract_on))
    if "tenure_months" in names:
        judging.build("started_on", _starts(judging, until))
        column = judging.header("tenure_months")
        notes.append(Note(STARTED_BEFORE, column=column, day=said.extract_on))
    return [*asked, question], notes


def _known_until(judging: Judging, said: Said) -> list[Note]:
    """Up to when the file tells who left, where nobody said it."""
    ends = judging.values.get("ended_on")
    if said.extract_on or ends is None:
        return []
    starts = judging.values.get("started_on", nothing_like(ends))
    today = datetime.now(UTC).date()
    known = pl.concat([starts, ends]).rechunk()
    last_on = known.filter(known <= today).max()
    return [] if last_on is None else [Note(KNOWN_UNTIL, day=last_on)]


def _needs(judging: Judging) -> dict[str, pl.Series]:
    """Where a flag or a tenure stands without the day that it could have stated."""
    nothing = nothing_like(judging.lines, pl.Date())
    is_lost = judging.values.get("is_lost", nothing_like(judging.lines, pl.Boolean()))
    tenure = judging.values.get("tenure_months", nothing_like(judging.lines, pl.Float64()))
    return {
        "is_lost": is_lost.fill_null(False) & judging.values.get("ended_on", nothing).is_null(),
        "tenure_months": tenure.is_not_null() & judging.values.get("started_on", nothing).is_null(),
    }


def _starts(judging: Judging, until: pl.Series) -> pl.Series:
    """The earliest day possible: the month that isn't full yet counts, too."""
    months = judging.values["tenure_months"].floor().cast(pl.Int64)
    back = pl.concat_str(pl.lit("-"), pl.lit(months + 1).cast(pl.String), pl.lit("mo"))
    ends = judging.values.get("ended_on", nothing_like(until)).fill_null(until)
    return pl.select(pl.lit(ends).dt.offset_by(back)).to_series()
