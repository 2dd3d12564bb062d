"""What a scale's scores mean: its ends, who is favourable on it, and how it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import nothing_like, repeated, trimmed
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.named_scales import ScaleSpan
from cxdata.models import Question, Reading

SHOWN_EXAMPLES = 3
TO_TEN, TO_FIVE, TO_SEVEN = "0-10", "1-5", "1-7"
EASY = " easy"
SATISFACTION = " satisfaction"
# The scales of satisfaction, in the order in which they are offered where values fit several.
LENGTHS = (
    *(TO_FIVE, "1-3", "1-4", "1-6", TO_SEVEN, TO_TEN, "1-10"),
    *("0-5", "0-4", "0-3", "0-2", "0-1", "1-2", "0-20", "0-100"),
)
EFFORT_LENGTHS = (TO_FIVE, TO_SEVEN, "1-3", "1-4", "1-6", TO_TEN, "1-10", "0-100")
READABLE_SCALES: Mapping[str, tuple[str, ...]] = {
    "nps_score": (TO_TEN, TO_FIVE, *(each + SATISFACTION for each in LENGTHS)),
    "csat_score": LENGTHS,
    "ratings": (TO_FIVE, TO_TEN, "1-3", "1-4", "1-6", TO_SEVEN, "1-10", "0-5", "0-20", "0-100"),
    "ces_score": tuple(
        it + way
        for lengths in (EFFORT_LENGTHS[:2], EFFORT_LENGTHS[2:])
        for way in ("", EASY)
        for it in lengths
    ),
}

# The least place on a scale, from 0 to 1, of what becomes 5, 4, 3 and 2 of 5. Satisfied is the
# upper quarter, which is where 4 and 5 of 5 stand.
FROM = ((5, 0.9), (4, 0.75), (3, 0.45), (2, 0.25))
FOUR_POINTS = {0: 1, 1: 2, 2: 4, 3: 5}  # without a middle, the two upper ones are satisfied

NPS_IF = N_("NPS {nps}")
SATISFIED_IF = N_("{share}% satisfied")
EASY_IF = N_("{share}% found it easy")


def span_of(choice: str) -> ScaleSpan:
    """The ends of a scale that is said.

    >>> span_of("1-7 easy")
    ScaleSpan(low=1, high=7)
    """
    low, high = choice.split(" ")[0].split("-")
    return ScaleSpan(int(low), int(high))


def to_five(scores: pl.Series, span: ScaleSpan) -> pl.Series:
    """Scores of any scale as 1 to 5, the highest the best; null stays null.

    >>> to_five(pl.Series([1, 2, 3]), ScaleSpan(1, 3)).to_list()
    [1, 3, 5]
    >>> to_five(pl.Series(range(11)), ScaleSpan(0, 10)).to_list()
    [1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5]
    >>> to_five(pl.Series(range(1, 8)), ScaleSpan(1, 7)).to_list()
    [1, 1, 2, 3, 3, 4, 5]
    """
    low, high = span.low or 0, span.high
    became = {score: _of_five(score - low, high - low) for score in range(low, high + 1)}
    return scores.cast(pl.Int64).replace_strict(became, default=None, return_dtype=pl.Int8)


def favourable_count(scores: pl.Series, span: ScaleSpan) -> int:
    """How many of the scores are satisfied."""
    return int((to_five(scores, span) >= 4).sum())


def scale_question(
    about: str,
    text: str,
    names: Sequence[str],
    judging: Judging,
    told: str | None,
    choices: Sequence[str] = (),
) -> Question:
    """The question, with the file's own cells and what each reading would give."""
    scores = judging.values[names[0]]
    cells = judging.texts[names[0]].filter(scores.is_not_null())
    shown = trimmed(cells.unique(maintain_order=True).head(SHOWN_EXAMPLES)).to_list()
    readings = (
        Reading(
            choice,
            tuple((cell, f"{cell} / {span_of(choice).high}") for cell in shown),
            _outcome(about, choice, scores.drop_nulls()),
        )
        for choice in choices or READABLE_SCALES[about]
    )
    return Question(
        "scales",
        text,
        tuple(readings),
        about=about,
        values={"columns": judging.headers(list(names))},
        answer=told or "",
    )


def fitting(choices: Sequence[str], scores: pl.Series) -> tuple[str, ...]:
    """The scales that hold all scores, those first whose top is the highest score."""
    low, high = int(scores.min()), int(scores.max())  # type: ignore[arg-type]
    holding = [it for it in choices if (span_of(it).low or 0) <= low and span_of(it).high >= high]
    return tuple(sorted(holding, key=lambda it: span_of(it).high != high))


def refuse_outside(judging: Judging, name: str, span: ScaleSpan, reason: str) -> None:
    """Refuse what isn't on the scale, and take nothing of it."""
    scores = judging.values[name]
    is_outside = (scores < (span.low or 0)) | (scores > span.high)
    judging.refuse(name, is_outside, reason)
    judging.values[name] = scores.zip_with(~is_outside.fill_null(False), nothing_like(scores))


def correct(judging: Judging, name: str, became: pl.Series) -> None:
    """Store what scores became on another scale, and count what changed as corrected."""
    is_changed = (became != judging.values[name]).fill_null(False)
    known = judging.corrected.get(name, repeated(False, became, pl.Boolean()))
    judging.corrected[name] = known | is_changed
    judging.values[name] = became


def table_text(span: ScaleSpan) -> str:
    """What each score becomes, in few signs.

    >>> table_text(ScaleSpan(1, 4)), table_text(ScaleSpan(0, 100))
    ('1 → 1, 2 → 2, 3 → 4, 4 → 5', '0–24 → 1, 25–44 → 2, 45–74 → 3, 75–89 → 4, 90–100 → 5')
    """
    low = span.low or 0
    groups: dict[int, list[int]] = {}
    for score in range(low, span.high + 1):
        groups.setdefault(_of_five(score - low, span.high - low), []).append(score)
    return ", ".join(
        f"{each[0]}–{each[-1]} → {five}" if len(each) > 1 else f"{each[0]} → {five}"
        for five, each in groups.items()
    )


def _of_five(steps: int, length: int) -> int:
    if length == len(FOUR_POINTS) - 1:
        return FOUR_POINTS[steps]
    place = steps / length
    return next((five for five, least in FROM if place >= least), 1)


def _outcome(about: str, choice: str, scores: pl.Series) -> str:
    """What the file's figure would be."""
    span = span_of(choice)
    on_scale = scores.filter(scores.is_between(span.low or 0, span.high))
    if on_scale.is_empty() or about == "ratings":
        return ""
    if about == "nps_score" and choice == TO_TEN:
        balance = int((scores >= 9).sum()) - int((scores <= 6).sum())
        return Note(NPS_IF, nps=f"{100 * balance / len(scores):+.0f}".replace("-", "−"))
    if about == "ces_score" and not choice.endswith(EASY):
        on_scale = span.high + (span.low or 0) - on_scale.cast(pl.Int64)
    share = round(100 * favourable_count(on_scale, span) / len(on_scale))
    return Note(EASY_IF if about == "ces_score" else SATISFIED_IF, share=share)
