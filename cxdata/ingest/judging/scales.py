"""Scales of scores: to 5, 7 or 10, and which end of an effort score is good.

Said by the file's owner, by a header, or by values; else it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.columns import RATING_PREFIX, Field, load_columns, plain_form
from cxdata.ingest.judging import values
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.texts import nothing_like, repeated, trimmed
from cxdata.ingest.notes import Note
from cxdata.models import Question, Reading

LEAST_NPS_SCORES = 20  # so many recommendations, none of them outside 1 to 5, are no NPS perhaps
TELLING_COUNT = 100  # so many scores, none of them above 5, prove that the scale ends there
SHOWN_EXAMPLES = 3

TO_TEN, TO_FIVE, TO_SEVEN = "0-10", "1-5", "1-7"
EASY = " easy"
READABLE_SCALES: Mapping[str, tuple[str, ...]] = {
    "nps_score": (TO_TEN, TO_FIVE),
    "ratings": (TO_FIVE, TO_TEN),
    "ces_score": (TO_FIVE, TO_SEVEN, TO_FIVE + EASY, TO_SEVEN + EASY),
}

NPS_SCALE = N_("{columns}: all scores lie from 1 to 5. Does the scale go from 0 to 10?")
RATING_SCALE = N_("{columns}: all ratings lie from 1 to 5. Does the scale go to 5, or to 10?")
EFFORT_SCALE = N_("{columns}: where does the scale end, and is 1 the least effort or the most?")
EFFORT_DIRECTION = N_("{columns}: is 1 the least effort, or the most?")

NO_NPS = N_("{column} goes from 1 to 5; an NPS needs answers from 0 to 10.")
RATINGS_TO_FIVE = N_("{columns}: no rating is 0 or above 5; they were read as 1 to 5.")
EFFORT_READ = N_("{column}: the effort's scale was read as 1 to {high}.")
EASE_TURNED = N_("{column}: ease was turned round, so that 1 is the least effort.")
CES_OUT_OF_SCALE = N_("score {value}: this CES goes from 1 to {scale}")

_SCALE_IN_HEADER = re.compile(
    r"(?:/|\bsur|\bout of|(?<!\d)[01]\s*(?:-|–|à|to)|[:_ ][01]_)\s*(5|7|10)(?!\d)", re.IGNORECASE
)


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


def settle_known_scales(judging: Judging, said: Said) -> None:
    """Ratings whose scale is said by somebody or by their header, before they are read."""
    for name in _ratings(judging):
        told = said.scales.get(name) or _scale_in(judging.header(name))
        if told == TO_FIVE:
            judging.fields[name] = _to_five(judging.field(name))


def settle_scales(judging: Judging, said: Said) -> tuple[list[Question], list[Note]]:
    """The scales that only the values can tell, after they were read; what stays open is asked."""
    questions: list[Question] = []
    notes: list[Note] = []
    _settle_nps(judging, said, questions, notes)
    _settle_ratings(judging, said, questions, notes)
    _settle_effort(judging, said, questions, notes)
    return questions, notes


def rating_scales(judging: Judging) -> dict[str, int]:
    """Rating field -> the upper end of its scale."""
    return {name: judging.field(name).high for name in _ratings(judging)}


def _settle_nps(judging: Judging, said: Said, questions: list[Question], notes: list[Note]) -> None:
    scores = judging.values.get("nps_score")
    if scores is None:
        return
    header = judging.header("nps_score")
    told = said.scales.get("nps_score")
    is_open = _scale_in(header) is None and _lie_within(scores, 1, 5, LEAST_NPS_SCORES)
    if is_open:
        questions.append(_question("nps_score", NPS_SCALE, ["nps_score"], judging, told))
    if told == TO_FIVE:
        others = judging.values.keys() & {"csat_score", "ces_score"}
        if not others:
            raise ImportRefused(
                NO_NPS, "If it asks for satisfaction, map it to csat_score.", column=header
            )
        notes.append(Note(NO_NPS, column=header))
        judging.drop("nps_score")


def _settle_ratings(
    judging: Judging, said: Said, questions: list[Question], notes: list[Note]
) -> None:
    """One scale for all ratings of a file, but for columns with many that stay within 1 to 5."""
    unsaid = [
        name
        for name in _ratings(judging)
        if name in judging.values
        and name not in said.scales
        and _scale_in(judging.header(name)) is None
        and judging.values[name].count()
    ]
    within = [name for name in unsaid if _lie_within(judging.values[name], 1, 5, 1)]
    if len(within) < len(unsaid):
        within = [name for name in within if judging.values[name].count() >= LEAST_NPS_SCORES]
    told = said.scales.get("ratings")
    if told == TO_FIVE:
        _narrow(judging, unsaid if len(within) == len(unsaid) else within)
    if not within or (told is None and _is_told_by_many(judging, within)):
        if within:
            _narrow(judging, within)
            notes.append(Note(RATINGS_TO_FIVE, columns=judging.headers(within)))
        return
    questions.append(_question("ratings", RATING_SCALE, within, judging, told))
    if told is None:
        _narrow(judging, within)


def _is_told_by_many(judging: Judging, names: list[str]) -> bool:
    return sum(judging.values[name].count() for name in names) >= TELLING_COUNT


def _narrow(judging: Judging, names: list[str]) -> None:
    for name in names:
        judging.fields[name] = _to_five(judging.field(name))
        scores = judging.values[name]
        judging.refuse(name, (scores < 1) | (scores > 5), values.SCORE_OUT_OF_RANGE)


def _settle_effort(
    judging: Judging, said: Said, questions: list[Question], notes: list[Note]
) -> None:
    """Effort is asked from 1 to 5 or from 1 to 7, and either as effort or as ease."""
    effort = judging.values.get("ces_score")
    if effort is None:
        return
    header, told = judging.header("ces_score"), said.scales.get("ces_score")
    is_ease = told.endswith(EASY) if told else _is_ease(header)
    if "ces_scale" not in judging.values:
        named, shown = _effort_scale_named(header), _effort_scale_shown(effort)
        known = named or shown
        if known is None or (known == 7 and _is_ease(header) is None):
            questions.append(_effort_question(judging, known, told))
        elif named is None:
            notes.append(Note(EFFORT_READ, column=header, high=known))
        top = named or (int(told.removesuffix(EASY)[-1]) if told else shown) or 5
        judging.refuse("ces_score", effort > top, CES_OUT_OF_SCALE)
        judging.fields["ces_score"] = replace(judging.field("ces_score"), high=top)
        scale = repeated(top, effort, pl.Int8())
        judging.values["ces_scale"] = scale.zip_with(effort.is_not_null(), nothing_like(scale))
    if is_ease:
        judging.values["ces_score"] = (judging.values["ces_scale"] + 1 - effort).cast(pl.Int8)
        notes.append(Note(EASE_TURNED, column=header))


def _effort_scale_named(header: str) -> int | None:
    named = re.search(r"([57])$", plain_form(header)) or _SCALE_IN_HEADER.search(header)
    return int(named[1]) if named and named[1] in ("5", "7") else None


def _effort_scale_shown(effort: pl.Series) -> int | None:
    """What the values themselves show: 7 by one above 5, 5 by many without one."""
    if (effort > 5).any():
        return 7
    return 5 if effort.count() >= TELLING_COUNT else None


def _is_ease(header: str) -> bool | None:
    """Whether the highest score is the least effort; None if the header doesn't tell."""
    directions = load_columns().spellings["effort_direction"]
    words = [directions.get(plain_form(word)) for word in re.findall(r"[^\W\d_]+", header)]
    if "ease" in words:
        return True
    is_metric = "score" in plain_form(header)  # the customer effort score may be asked either way
    return False if "effort" in words and not is_metric else None


def _effort_question(judging: Judging, high: int | None, told: str | None) -> Question:
    if high is None:
        return _question("ces_score", EFFORT_SCALE, ["ces_score"], judging, told)
    question = _question("ces_score", EFFORT_DIRECTION, ["ces_score"], judging, told)
    fitting = (each for each in question.readings if each.choice.startswith(f"1-{high}"))
    return replace(question, readings=tuple(fitting))


def _question(
    about: str, text: str, names: list[str], judging: Judging, told: str | None
) -> Question:
    cells = judging.texts[names[0]].filter(judging.values[names[0]].is_not_null())
    shown = trimmed(cells.unique(maintain_order=True).head(SHOWN_EXAMPLES)).to_list()
    readings = (
        Reading(scale, tuple((cell, f"{cell} / {_top(scale)}") for cell in shown))
        for scale in READABLE_SCALES[about]
    )
    return Question(
        "scales",
        text,
        tuple(readings),
        about=about,
        values={"columns": judging.headers(names)},
        answer=told or "",
    )


def _top(scale: str) -> str:
    return scale.removesuffix(EASY).rpartition("-")[2]


def _scale_in(header: str) -> str | None:
    found = _SCALE_IN_HEADER.search(header)
    if found is None:
        return None
    return {"5": TO_FIVE, "7": TO_SEVEN, "10": TO_TEN}[found[1]]


def _lie_within(scores: pl.Series, low: int, high: int, least_count: int) -> bool:
    return scores.count() >= least_count and bool(scores.drop_nulls().is_between(low, high).all())


def _ratings(judging: Judging) -> list[str]:
    return [name for name in judging.texts if name.startswith(RATING_PREFIX)]


def _to_five(field: Field) -> Field:
    return replace(field, low=1, high=5)
