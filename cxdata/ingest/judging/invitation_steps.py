"""How far each invitation came: from flags, moments, counts and one status to what is known.

A step (delivered, opened, started, answered) is yes, no, or not known. A column that says nothing
of a step makes it no "no": opened is known only where the file tells openings at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.texts import nothing_like, repeated, trimmed
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.shapes import is_day

# Each step with the moment that tells it, in the order in which an invitation goes through them.
STEPS: Mapping[str, str] = {
    "is_delivered": "delivered_at",
    "is_opened": "opened_at",
    "is_started": "started_at",
    "is_answered": "answered_at",
}
# The status with which an invitation has come to each step, and those beyond it.
_REACHED: Mapping[str, tuple[str, ...]] = {
    "is_delivered": ("delivered", "opened", "started", "answered"),
    "is_opened": ("opened", "started", "answered"),
    "is_started": ("started", "answered"),
    "is_answered": ("answered",),
}
# A status that, where it stands in a file, shows that the file tells the step.
_TELLS: Mapping[str, frozenset[str]] = {
    "is_delivered": frozenset({"delivered", "bounced"}),
    "is_opened": frozenset({"opened"}),
    "is_started": frozenset({"started"}),
    "is_answered": frozenset({"answered"}),
}
MOST_DIGITS = 6  # of a count of openings or clicks

ANSWERING_NOT_TOLD = N_(
    "The file doesn't say who answered: an answer of the same customer to the same survey, soon "
    "enough after the invitation, counts as its answer."
)
DELIVERY_NOT_TOLD = N_(
    "The file doesn't say which invitations were delivered: the response rate is a share of those "
    "sent."
)
TAKEN_AS_OF_TODAY = N_(
    "What became of the invitations is taken as of the day of the import. If the file is older, "
    "say its extract date: the youngest invitations would count as not answered."
)
CAME_FURTHER = N_(
    "{count} invitations came further than a step that the file says they didn't take: the step "
    "was taken as well."
)
SILENCE_IS_NO = N_("{column}: it says yes or nothing; {count} empty cells were read as no.")


def settle_steps(judging: Judging) -> None:
    """Put what a column says where it belongs: a moment under a flag's header, a yes or no under a
    moment's, a count of openings, a kind of bounce."""
    if judging.layout.kind != "invitations":
        return
    for flag, moment in STEPS.items():
        _part(judging, flag, moment)
    if "is_bounced" in judging.texts and "is_bounced" in judging.layout.columns:
        text = trimmed(judging.texts["is_bounced"])
        judging.texts["is_bounced"] = _mapped(text, _as_bounce)
    for flag in STEPS:
        if flag in judging.texts and flag in judging.layout.columns:
            judging.texts[flag] = _counted(judging.texts[flag])


def build_steps(judging: Judging, said: Said) -> list[Note]:
    """Fill the steps of each invitation from all that its row says."""
    notes: list[Note] = []
    values = judging.values
    status = values.get("status", nothing_like(judging.lines, pl.String()))
    found: dict[str, pl.Series] = {}
    for flag, moment in STEPS.items():
        told = values.get(flag, nothing_like(judging.lines, pl.Boolean()))
        told, further = _with_silence(judging, flag, told)
        notes += further
        told = told.fill_null(_by_presence(values.get(moment), judging.lines))
        if flag == "is_delivered":
            told = told.fill_null(_not_bounced(values.get("is_bounced"), judging.lines))
        if flag == "is_answered":
            told = told.fill_null(_by_presence(values.get("response_id"), judging.lines))
        found[flag] = told.fill_null(_by_status(status, flag))
    notes += _in_order(found)
    for flag, told in found.items():
        judging.values.pop(flag, None)
        if told.count():
            judging.build(flag, told)
    _drop_moments_of_others(judging)
    return [*notes, *_gaps(found, said)]


def _part(judging: Judging, flag: str, moment: str) -> None:
    """Moments of a flag's column go to the moment, words of a moment's column to the flag."""
    own = [name for name in (flag, moment) if name in judging.layout.columns]
    if not own:
        return
    flags = trimmed(judging.texts.get(flag, repeated("", judging.lines, pl.String())))
    moments = trimmed(judging.texts.get(moment, repeated("", judging.lines, pl.String())))
    known = _yes_no(flag)
    is_moment = _mapped(flags, lambda cell: "x" if is_day(cell) else "") == "x"
    is_word = _mapped(moments, lambda cell: "x" if plain_form(cell) in known else "") == "x"
    if not is_moment.any() and not is_word.any():
        return
    nothing, yes = (repeated(it, judging.lines, pl.String()) for it in ("", "yes"))
    moved = flags.zip_with(is_moment & (moments == ""), nothing)
    words = moments.zip_with(is_word, nothing)
    flags = yes.zip_with(is_moment, flags)
    judging.texts[flag] = words.zip_with(flags == "", flags)
    judging.texts[moment] = moved.zip_with(moved != "", nothing.zip_with(is_word, moments))
    columns = dict.fromkeys((flag, moment), judging.layout.columns[own[0]])
    judging.layout = replace(judging.layout, columns=columns | judging.layout.columns)


def _yes_no(flag: str) -> frozenset[str]:
    tables = load_columns().spellings
    return frozenset({*tables["yes_no"], *tables.get(flag, {})})


def _mapped(text: pl.Series, to: Callable[[str], str]) -> pl.Series:
    """Each different cell is looked at once."""
    cells = {cell: to(cell) for cell in text.unique()}
    return text.replace_strict(cells, return_dtype=pl.String)


def _as_bounce(cell: str) -> str:
    """A kind of bounce (hard, soft) or its moment says that there was one."""
    known = load_columns().spellings["yes_no"]
    return cell if not cell or plain_form(cell) in known else "yes"


def _counted(text: pl.Series) -> pl.Series:
    """Numbers of openings or clicks as yes and no."""
    clean = trimmed(text)
    filled = clean.filter(clean != "")
    if filled.is_empty() or not filled.str.contains(rf"^[0-9]{{1,{MOST_DIGITS}}}$").all():
        return text
    return _mapped(clean, lambda cell: cell and ("yes" if int(cell) else "no"))


def _with_silence(judging: Judging, flag: str, told: pl.Series) -> tuple[pl.Series, list[Note]]:
    """A column that says yes or nothing means no by nothing."""
    if flag not in judging.layout.columns or not told.any() or not told.all():
        return told, []
    if (count := told.null_count()) == 0:
        return told, []
    note = Note(SILENCE_IS_NO, column=judging.header(flag), count=count)
    return told.fill_null(False), [note]


def _by_presence(values: pl.Series | None, lines: pl.Series) -> pl.Series:
    """Whether there is a value, where the column has any."""
    if values is None or not values.count():
        return nothing_like(lines, pl.Boolean())
    return values.is_not_null()


def _not_bounced(bounced: pl.Series | None, lines: pl.Series) -> pl.Series:
    if bounced is None or not bounced.count():
        return nothing_like(lines, pl.Boolean())
    return ~bounced.fill_null(False) if bounced.any() else ~bounced


def _by_status(status: pl.Series, flag: str) -> pl.Series:
    """Whether the status is of the step or beyond; null in a file whose statuses don't tell it."""
    there = {*status.drop_nulls().unique()}
    if not there & _TELLS[flag]:
        return nothing_like(status, pl.Boolean())
    reached = _REACHED[flag]
    if flag == "is_delivered" and "delivered" not in there:
        reached = (*reached, "sent")  # only those that came back are told
    return status.is_in(reached)


def _in_order(found: dict[str, pl.Series]) -> Iterator[Note]:
    """Who took a later step took those before it, as far as the file tells them at all; what came
    back was neither opened nor answered."""
    names = list(found)
    came_further = repeated(False, found[names[0]], pl.Boolean())
    for place in range(len(names) - 1, 0, -1):
        later = found[names[place]].fill_null(False)
        for earlier in names[:place]:
            told = found[earlier]
            if told.count():
                came_further |= later & _is_no(told)
                found[earlier] = repeated(True, told, pl.Boolean()).zip_with(later, told)
    came_back = _is_no(found["is_delivered"])
    for name in names[1:]:
        if found[name].count():
            no = repeated(False, found[name], pl.Boolean())
            found[name] = no.zip_with(came_back & found[name].is_null(), found[name])
    if count := int(came_further.sum()):
        yield Note(CAME_FURTHER, count=count)


def _is_no(told: pl.Series) -> pl.Series:
    return ~told.fill_null(True)


def _drop_moments_of_others(judging: Judging) -> None:
    """A moment at which something ended that was no answer isn't that of an answer."""
    for flag in ("is_opened", "is_answered"):
        moment = STEPS[flag]
        if moment in judging.values and flag in judging.values:
            is_no = _is_no(judging.values[flag])
            judging.values[moment] = nothing_like(judging.values[moment]).zip_with(
                is_no, judging.values[moment]
            )


def _gaps(found: Mapping[str, pl.Series], said: Said) -> Iterator[Note]:
    if not found["is_answered"].count():
        yield Note(ANSWERING_NOT_TOLD)
    elif said.extract_on is None:
        yield Note(TAKEN_AS_OF_TODAY)
    if not found["is_delivered"].count():
        yield Note(DELIVERY_NOT_TOLD)
