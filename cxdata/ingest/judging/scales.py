"""Scales of scores: where they begin and end, and which end is good.

Said by the file's owner, by a header, or by values; else it is asked.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.columns import RATING_PREFIX, Field, plain_form
from cxdata.ingest.judging import values
from cxdata.ingest.judging.effort import CES_OUT_OF_SCALE as CES_OUT_OF_SCALE
from cxdata.ingest.judging.effort import know_effort, settle_effort
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.satisfaction import (
    TELLING_COUNT,
    know_satisfaction,
    offered_lengths,
    settle_satisfaction,
)
from cxdata.ingest.judging.scale_readings import (
    READABLE_SCALES,
    SATISFACTION,
    TO_FIVE,
    TO_TEN,
    correct,
    refuse_outside,
    scale_question,
    span_of,
)
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.named_scales import ScaleSpan, named_scale, without_scale
from cxdata.models import Question

LEAST_NPS_SCORES = 20  # in the contract's own column, so many within 1 to 5 are no NPS perhaps
NPS = "nps_score"
SPANS_OF_NPS = (ScaleSpan(0, 10), ScaleSpan(1, 10), ScaleSpan(None, 10))
# Headers that don't say what was asked.
BARE = frozenset(
    map(
        plain_form,
        (
            *("score", "scores", "note", "notes", "rating", "ratings", "grade", "evaluation"),
            *("notation", "note globale", "overall rating", "overall score", "review score"),
            *("review rating", "avis", "bewertung", "gesamtbewertung", "puntuacion", "valoracion"),
            *("calificacion", "punteggio", "valutazione", "score global", "note donnee", "result"),
            *("your rating", "votre note", "user rating", "user score", "points"),
        ),
    )
)

NPS_SCALE = N_("{columns}: all scores lie from 1 to 5. Does the scale go from 0 to 10?")
WHAT_IS_ASKED = N_(
    "{columns}: is that a recommendation from 0 to 10, or satisfaction, and on which scale?"
)
RATING_SCALE = N_("{columns}: all ratings lie from 1 to 5. Does the scale go to 5, or to 10?")

NO_NPS = N_("{column} goes from {low} to {high}; an NPS needs answers from 0 to 10.")
AS_SATISFACTION = N_("{column} was taken as satisfaction, not as a recommendation.")
RATINGS_TO_FIVE = N_("{columns}: no rating is 0 or above 5; they were read as 1 to 5.")
RATINGS_BROUGHT = N_("{columns}: ratings from {low} to {high} were brought to 0 to 10.")


def check_scales(said: Said) -> None:
    """Refuse a scale that no score has.

    Raises
    ------
    ImportRefused
        It names the field's scales.
    """
    for name, scale in said.scales.items():
        known = READABLE_SCALES.get("ratings" if name.startswith(RATING_PREFIX) else name, ())
        if scale not in known:
            raise ImportRefused(
                "{field} has no scale {scale}.",
                "Its scales are: {known}." if known else "Scales are said for: {fields}.",
                field=name,
                scale=scale,
                known=", ".join(known),
                fields=", ".join(READABLE_SCALES),
            )


def with_satisfaction(judging: Judging, said: Said) -> tuple[Judging, Said, list[Note]]:
    """A score that is said to be satisfaction becomes that, before anything is read.

    If the file has a column of satisfaction besides, the score isn't taken.
    """
    told = said.scales.get(NPS, "")
    if not told.endswith(SATISFACTION) or NPS not in judging.layout.columns:
        return judging, said, []
    note = Note(AS_SATISFACTION, column=judging.header(NPS))
    columns = dict(judging.layout.columns)
    index = columns.pop(NPS)
    columns.setdefault("csat_score", index)
    length = told.removesuffix(SATISFACTION)
    known = {**judging.layout.scales, "csat_score": length}  # said of the other field, asked once
    layout = replace(judging.layout, columns=columns, scales=known)
    texts = {name: text for name, text in judging.texts.items() if name != NPS}
    texts.setdefault("csat_score", judging.texts[NPS])
    scales = {name: it for name, it in said.scales.items() if name != NPS}
    scales["csat_score"] = length
    return Judging(layout, judging.lines, texts), replace(said, scales=scales), [note]


def was_asked_as(said: Said, judging: Judging) -> list[Question]:
    """The answered question of a score that was taken as satisfaction."""
    told = said.scales.get(NPS, "")
    if not told.endswith(SATISFACTION) or NPS not in judging.layout.columns:
        return []
    scores = values.plain_scores(judging.texts[NPS])
    lengths = offered_lengths(scores) if scores.count() else ()
    readings = [TO_TEN, *(it + SATISFACTION for it in lengths)]
    copy = replace(judging, values={NPS: scores})
    choices = list(dict.fromkeys([*readings, told]))
    return [scale_question(NPS, WHAT_IS_ASKED, [NPS], copy, told, choices)]


def settle_known_scales(judging: Judging, said: Said) -> None:
    """Scales that are said by somebody or by their header, before they are read."""
    know_satisfaction(judging, said)
    know_effort(judging, said)
    for name in _ratings(judging):
        told = _rating_span(judging, said, name)
        if told is not None:
            judging.fields[name] = _with_ends(judging.field(name), told)


def settle_scales(judging: Judging, said: Said) -> tuple[list[Question], list[Note]]:
    """The scales that only the values can tell, after they were read; what stays open is asked."""
    questions: list[Question] = []
    notes: list[Note] = []
    _settle_nps(judging, said, questions, notes)
    settle_satisfaction(judging, said, questions, notes)
    _settle_ratings(judging, said, questions, notes)
    settle_effort(judging, said, questions, notes)
    return questions, notes


def rating_scales(judging: Judging) -> dict[str, int]:
    """Rating field -> the upper end of its scale."""
    return {name: judging.field(name).high for name in _ratings(judging)}


def _settle_nps(judging: Judging, said: Said, questions: list[Question], notes: list[Note]) -> None:
    scores = judging.values.get(NPS)
    if scores is None or NPS in judging.layout.fixed:
        return
    header, told = judging.header(NPS), said.scales.get(NPS)
    named = named_scale(header)
    is_bare = plain_form(without_scale(header)) in BARE and named not in SPANS_OF_NPS
    if is_bare and scores.count() and not (told and not _was_asked(judging, said)):
        questions.append(_bare_question(judging, scores, named, told))
    elif named is None and _could_be_to_five(scores, header):
        choices = (TO_TEN, TO_FIVE, *_satisfaction_to_five())
        questions.append(scale_question(NPS, NPS_SCALE, [NPS], judging, told, choices))
    is_other = named is not None and named not in SPANS_OF_NPS and told != TO_TEN
    if told == TO_FIVE or (is_other and not is_bare):
        span = (named or span_of(TO_FIVE)).of(False) if told != TO_FIVE else span_of(TO_FIVE)
        _take_no_nps(judging, span, notes)


def _take_no_nps(judging: Judging, span: ScaleSpan, notes: list[Note]) -> None:
    facts: dict[str, object] = {"column": judging.header(NPS), "low": span.low, "high": span.high}
    if not judging.values.keys() & {"csat_score", "ces_score"}:
        raise ImportRefused(NO_NPS, "If it asks for satisfaction, map it to csat_score.", **facts)
    notes.append(Note(NO_NPS, **facts))
    judging.drop(NPS)


def _was_asked(judging: Judging, said: Said) -> bool:
    """Whether the scale was said of this file, not by what is known of a tool's export."""
    return said.scales.get(NPS) != judging.layout.scales.get(NPS)


def _could_be_to_five(scores: pl.Series, header: str) -> bool:
    least = LEAST_NPS_SCORES if header == NPS else 1
    return _lie_within(scores, 1, 5, least)


def _satisfaction_to_five() -> tuple[str, ...]:
    return (TO_FIVE + SATISFACTION,)


def _bare_question(
    judging: Judging, scores: pl.Series, named: ScaleSpan | None, told: str | None
) -> Question:
    """What was asked, where the header only says "score"; the likelier reading first."""
    numbers = scores.drop_nulls()
    if named is None:
        lengths = offered_lengths(numbers)
        is_to_ten = bool((numbers > 5).any())
        satisfied = [it + SATISFACTION for it in lengths]
        choices = [TO_TEN, *satisfied] if is_to_ten else [*satisfied, TO_TEN]
    else:
        span = named.of(bool((numbers == 0).any()))
        choices = [f"{span.low}-{span.high}{SATISFACTION}"]
    choices = list(dict.fromkeys([*choices, *([told] if told else [])]))
    return scale_question(NPS, WHAT_IS_ASKED, [NPS], judging, told, choices)


def _settle_ratings(
    judging: Judging, said: Said, questions: list[Question], notes: list[Note]
) -> None:
    """One scale for all ratings of a file, but for columns with many that stay within 1 to 5."""
    _bring_ratings(judging, said, notes)
    unsaid = [
        name
        for name in _ratings(judging)
        if name in judging.values
        and name not in said.scales
        and named_scale(judging.header(name)) is None
        and judging.values[name].count()
    ]
    told = said.scales.get("ratings")
    if told not in (None, TO_FIVE, TO_TEN):
        return
    within = [name for name in unsaid if _lie_within(judging.values[name], 1, 5, 1)]
    if len(within) < len(unsaid):
        within = [name for name in within if judging.values[name].count() >= LEAST_NPS_SCORES]
    if told == TO_FIVE:
        _narrow(judging, unsaid if len(within) == len(unsaid) else within)
    if not within or (told is None and _is_told_by_many(judging, within)):
        if within:
            _narrow(judging, within)
            notes.append(Note(RATINGS_TO_FIVE, columns=judging.headers(within)))
        return
    choices = (TO_FIVE, TO_TEN)
    questions.append(scale_question("ratings", RATING_SCALE, within, judging, told, choices))
    if told is None:
        _narrow(judging, within)


def _bring_ratings(judging: Judging, said: Said, notes: list[Note]) -> None:
    """Ratings on other scales than to 5 and 10, which are all that the store keeps."""
    for name in _ratings(judging):
        span = _rating_span(judging, said, name)
        if span is None or span.high in (5, 10) or name not in judging.values:
            continue
        span = span.of(bool((judging.values[name] == 0).any()))
        refuse_outside(judging, name, span, values.SCORE_OUT_OF_RANGE)
        low, length = span.low or 0, span.high - (span.low or 0)
        place = (judging.values[name].cast(pl.Int64) - low) / length
        correct(judging, name, (place * 10).round().cast(pl.Int8))
        judging.fields[name] = replace(judging.field(name), low=0, high=10)
        facts = {"low": low, "high": span.high}
        notes.append(Note(RATINGS_BROUGHT, columns=judging.header(name), **facts))


def _rating_span(judging: Judging, said: Said, name: str) -> ScaleSpan | None:
    told = said.scales.get(name)
    if told:
        return span_of(told)
    named = named_scale(judging.header(name))
    shared = said.scales.get("ratings", TO_TEN)
    return named or (span_of(shared) if shared not in (TO_FIVE, TO_TEN) else None)


def _with_ends(field: Field, span: ScaleSpan) -> Field:
    if span.high == 10:
        return field
    kind = "percent" if span.high == 100 else "score"
    low = span.low if span.low is not None else int(span.high == 5)
    return replace(field, type=kind, low=low, high=span.high)


def _is_told_by_many(judging: Judging, names: list[str]) -> bool:
    return sum(judging.values[name].count() for name in names) >= TELLING_COUNT


def _narrow(judging: Judging, names: list[str]) -> None:
    for name in names:
        judging.fields[name] = replace(judging.field(name), low=1, high=5)
        scores = judging.values[name]
        judging.refuse(name, (scores < 1) | (scores > 5), values.SCORE_OUT_OF_RANGE)


def _lie_within(scores: pl.Series, low: int, high: int, least_count: int) -> bool:
    return scores.count() >= least_count and bool(scores.drop_nulls().is_between(low, high).all())


def _ratings(judging: Judging) -> list[str]:
    return [name for name in judging.texts if name.startswith(RATING_PREFIX)]
