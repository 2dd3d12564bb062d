"""The scale of effort, and which of its ends is the least; the store holds 1 to 5 or 1 to 7."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.satisfaction import TELLING_COUNT, TELLING_SHARE
from cxdata.ingest.judging.scale_readings import (
    EASY,
    READABLE_SCALES,
    correct,
    fitting,
    refuse_outside,
    scale_question,
    span_of,
    to_five,
)
from cxdata.ingest.judging.scores import are_percentages, top_in_cells
from cxdata.ingest.judging.texts import nothing_like, repeated
from cxdata.ingest.judging.values import SCORE_OUT_OF_RANGE
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.named_scales import PERCENT, ScaleSpan, named_scale
from cxdata.models import Question

NAME = "ces_score"
KEPT = (ScaleSpan(1, 5), ScaleSpan(1, 7))  # scales that the store keeps as they are
ENDS = {5: KEPT[0], 7: KEPT[1]}

EFFORT_SCALE = N_("{columns}: where does the scale end, and is 1 the least effort or the most?")
EFFORT_DIRECTION = N_("{columns}: is 1 the least effort, or the most?")
EFFORT_READ = N_("{column}: the effort's scale was read as 1 to {high}.")
EASE_TURNED = N_("{column}: ease was turned round, so that 1 is the least effort.")
EFFORT_BROUGHT = N_("{column}: effort from {low} to {high} was brought to 1 to 5.")
CES_OUT_OF_SCALE = N_("score {value}: this CES goes from 1 to {scale}")


def know_effort(judging: Judging, said: Said) -> None:
    """What is known before the scores are read; else whole numbers of any scale are read."""
    if NAME not in judging.texts or NAME in judging.layout.fixed or "ces_scale" in judging.texts:
        return
    span = _known(judging, said) or ScaleSpan(0, PERCENT)
    if span in KEPT:
        return
    kind = "percent" if span.high == PERCENT and _known(judging, said) else "score"
    field = judging.field(NAME)
    judging.fields[NAME] = replace(field, type=kind, low=span.low or 0, high=span.high)


def settle_effort(
    judging: Judging, said: Said, questions: list[Question], notes: list[Note]
) -> None:
    """Effort may be asked on any scale, and either as effort or as ease."""
    effort = judging.values.get(NAME)
    if effort is None:
        return
    header, told = judging.header(NAME), said.scales.get(NAME)
    is_ease = told.endswith(EASY) if told else _is_ease(header)
    if "ces_scale" not in judging.values:
        named = _known(judging, said) if not told else _named(judging)
        known = named or _shown(effort)
        is_seven = known is not None and known not in KEPT[:1]
        if known is None or (is_seven and _is_ease(header) is None):
            questions.append(_question(judging, known, told))
        elif named is None:
            notes.append(Note(EFFORT_READ, column=header, high=known.high))
        span = named or (span_of(told) if told else known) or KEPT[0]
        _bring(judging, span.of(bool((effort == 0).any())), notes)
    if is_ease:
        turned = (judging.values["ces_scale"] + 1 - judging.values[NAME]).cast(pl.Int8)
        judging.values[NAME] = turned
        notes.append(Note(EASE_TURNED, column=header))


def _bring(judging: Judging, span: ScaleSpan, notes: list[Note]) -> None:
    """The scores as the store keeps them, and their scale."""
    name = judging.header(NAME)
    judging.fields[NAME] = replace(judging.field(NAME), low=span.low or 0, high=span.high)
    if span in KEPT:
        refuse_outside(judging, NAME, span, CES_OUT_OF_SCALE)
    else:
        refuse_outside(judging, NAME, span, SCORE_OUT_OF_RANGE)
        # Effort is turned, brought and turned back: easy is the lower quarter, as satisfied is
        # the upper one.
        ends = (span.low or 0) + span.high
        turned = to_five(ends - judging.values[NAME].cast(pl.Int64), span)
        correct(judging, NAME, (6 - turned).cast(pl.Int8))
        notes.append(Note(EFFORT_BROUGHT, column=name, low=span.low or 0, high=span.high))
    scores = judging.values[NAME]
    top = span.high if span in KEPT else KEPT[0].high
    scale = repeated(top, scores, pl.Int8())
    judging.values["ces_scale"] = scale.zip_with(scores.is_not_null(), nothing_like(scale))


def _known(judging: Judging, said: Said) -> ScaleSpan | None:
    told = said.scales.get(NAME)
    return span_of(told) if told and _named(judging) is None else _named(judging)


def _named(judging: Judging) -> ScaleSpan | None:
    """The scale that header or cells name."""
    header = judging.header(NAME)
    ending = re.search(r"([57])$", plain_form(header))
    named = named_scale(header) or (ENDS[int(ending[1])] if ending else None)
    named = named or top_in_cells(judging.texts[NAME])
    if named is None and are_percentages(judging.texts[NAME]):
        return ScaleSpan(0, PERCENT)
    return ENDS.get(named.high, named) if named and named.low != 0 else named


def _shown(effort: pl.Series) -> ScaleSpan | None:
    """What the values themselves show: 7 by one above 5, 5 by many without one."""
    if int((effort > 7).sum()) >= max(TELLING_SHARE * effort.count(), 1):
        return None
    if (effort > 5).any():
        return KEPT[1]
    return KEPT[0] if effort.count() >= TELLING_COUNT else None


def _is_ease(header: str) -> bool | None:
    """Whether the highest score is the least effort; None if the header doesn't tell."""
    directions = load_columns().spellings["effort_direction"]
    words = [directions.get(plain_form(word)) for word in re.findall(r"[^\W\d_]+", header)]
    if "ease" in words:
        return True
    is_metric = "score" in plain_form(header)  # the customer effort score may be asked either way
    return False if "effort" in words and not is_metric else None


def _question(judging: Judging, known: ScaleSpan | None, told: str | None) -> Question:
    scores = judging.values[NAME].drop_nulls()
    choices = READABLE_SCALES[NAME]
    if known is not None:
        fits = [it for it in choices if span_of(it) == known.of(bool((scores == 0).any()))]
        return scale_question(NAME, EFFORT_DIRECTION, [NAME], judging, told, fits)
    low_choices = [it for it in choices if span_of(it) in KEPT]
    is_usual = scores.is_empty() or scores.max() <= 7  # type: ignore[operator]
    fits = low_choices if is_usual else list(fitting(choices, scores)) or list(choices)
    return scale_question(NAME, EFFORT_SCALE, [NAME], judging, told, fits)
