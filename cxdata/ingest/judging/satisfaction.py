"""The scale of satisfaction: said, named by header or cells, shown by many values, or asked.

Whatever it is, the store holds 1 to 5.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.scale_readings import (
    LENGTHS,
    TO_FIVE,
    TO_TEN,
    correct,
    fitting,
    refuse_outside,
    scale_question,
    span_of,
    table_text,
    to_five,
)
from cxdata.ingest.judging.scores import are_percentages, is_worded, top_in_cells
from cxdata.ingest.judging.values import SCORE_OUT_OF_RANGE
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.named_scales import PERCENT, ScaleSpan, named_scale
from cxdata.models import Question

NAME = "csat_score"
TELLING_COUNT = 100  # so many scores, none of them above 5, prove that the scale ends there
TELLING_SHARE = 0.1  # of the scores: so many from 8 to 10 prove that the scale ends at 10
MOST_BEYOND = 0.01  # of the scores may lie beyond a scale that the others prove
TOP_SHOWN = 10  # scores above it are asked of only where they are frequent

SCALE = N_("{columns}: from where to where does the scale of satisfaction go?")
READ_TO = N_("{column}: the scale of satisfaction was read as {low} to {high}.")
BROUGHT = N_("{column}: satisfaction from {low} to {high} was brought to 1 to 5 ({table}).")


def know_satisfaction(judging: Judging, said: Said) -> None:
    """What is known before the scores are read; else whole numbers of any scale are read."""
    if NAME not in judging.texts or NAME in judging.layout.fixed:
        return
    span = _known(judging, said)
    field = judging.field(NAME)
    if span is None:
        judging.fields[NAME] = replace(field, low=0, high=PERCENT)
    else:
        kind = "percent" if span.high == PERCENT else "score"
        judging.fields[NAME] = replace(field, type=kind, low=span.low or 0, high=span.high)


def settle_satisfaction(
    judging: Judging, said: Said, questions: list[Question], notes: list[Note]
) -> None:
    """The scores as 1 to 5; words are on that scale already."""
    scores = judging.values.get(NAME)
    if scores is None or NAME in judging.layout.fixed:
        return
    words = is_worded(judging.texts[NAME]) & scores.is_not_null()
    numbers = scores.filter(~words).drop_nulls()
    span = _known(judging, said)
    if span is None and not numbers.is_empty():
        span = _shown(numbers)
        if span is None:
            questions.append(_question(judging, numbers, None))
        else:
            notes.append(Note(READ_TO, column=judging.header(NAME), **_ends(span)))
    elif _is_said_of_file(judging, said) and not numbers.is_empty():
        questions.append(_question(judging, numbers, said.scales[NAME]))
    span = (span or span_of(TO_FIVE)).of(bool((numbers == 0).any()))
    _bring(judging, span, words, notes)


def _is_said_of_file(judging: Judging, said: Said) -> bool:
    """Whether somebody said it, and not what is known of a tool's export."""
    return said.scales.get(NAME) != judging.layout.scales.get(NAME)


def _known(judging: Judging, said: Said) -> ScaleSpan | None:
    """Said, named, or the contract's own column, which goes from 1 to 5."""
    header = judging.header(NAME)
    told = said.scales.get(NAME)
    if told:
        return span_of(told)
    named = named_scale(header) or top_in_cells(judging.texts[NAME])
    if named is None and are_percentages(judging.texts[NAME]):
        named = ScaleSpan(0, PERCENT)
    return named or (span_of(TO_FIVE) if header == NAME else None)


def _shown(numbers: pl.Series) -> ScaleSpan | None:
    """What the values themselves prove."""
    count = len(numbers)
    on_five = int(numbers.is_between(1, 5).sum())
    is_to_five = on_five >= (1 - MOST_BEYOND) * count and bool((numbers == 5).any())
    if count >= TELLING_COUNT and is_to_five:
        return span_of(TO_FIVE)
    on_ten = int(numbers.is_between(0, 10).sum())
    high = int(numbers.is_between(8, 10).sum())
    if on_ten >= (1 - MOST_BEYOND) * count and high >= max(TELLING_SHARE * count, 2):
        return ScaleSpan(0, 10)
    return None


def _question(judging: Judging, numbers: pl.Series, told: str | None) -> Question:
    return scale_question(NAME, SCALE, [NAME], judging, told, offered_lengths(numbers, told))


def offered_lengths(numbers: pl.Series, told: str | None = None) -> tuple[str, ...]:
    """The scales of satisfaction that could be the scores'; a few strange ones don't count.

    Those from 0 are offered where some score is 0, but for that to ten, and those to 20 and 100
    where one is above ten.
    """
    usual = numbers.filter(numbers <= TOP_SHOWN)
    usual = usual if len(usual) > len(numbers) / 2 else numbers
    has_zero, is_long = bool((usual == 0).any()), bool((usual > TOP_SHOWN).any())
    fits = [
        it
        for it in fitting(LENGTHS, usual)
        if (span_of(it).low or has_zero or is_long or it == TO_TEN)
        and (is_long or span_of(it).high <= TOP_SHOWN)
    ]
    return tuple(dict.fromkeys([*fits, *([told] if told else [])])) or LENGTHS


def _bring(judging: Judging, span: ScaleSpan, words: pl.Series, notes: list[Note]) -> None:
    judging.fields[NAME] = replace(judging.field(NAME), low=span.low or 0, high=span.high)
    scores = judging.values[NAME]
    refuse_outside(judging, NAME, span, SCORE_OUT_OF_RANGE)
    if span == span_of(TO_FIVE):
        return
    became = to_five(judging.values[NAME], span)
    correct(judging, NAME, scores.zip_with(words, became).cast(pl.Int8))
    notes.append(Note(BROUGHT, column=judging.header(NAME), table=table_text(span), **_ends(span)))


def _ends(span: ScaleSpan) -> dict[str, object]:
    return {"low": span.low or 0, "high": span.high}
