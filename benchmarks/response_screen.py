"""Firms that answer as many in time as their goals ask for, whatever the month, hour or group.

What the page of response times says in them is said without cause: a channel, a period or a group
that misses its goal, hours that fail, a journey that one channel answers better, a score that goes
with the wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata import sentences
from cxdata.config import AnswerSettings, Settings
from cxdata.i18n import translator
from cxdata.metrics.nps.score import nps_figures
from cxdata.metrics.response_time.compliance import compliance_figures, standards_of
from cxdata.metrics.response_time.contact_hours import worst_hours
from cxdata.metrics.response_time.contact_mix import widest_journey
from cxdata.metrics.statistics.looks import FIGURES_OF_A_SCREEN
from cxdata.models import NPS_CLASSES

Values = npt.NDArray[Any]
SECTIONS = ("hours", "groups", "reasons", "channels of a journey", "scores")
DIMENSIONS = {"month": 12, "weekday": 5, "hour": 10, "segment": 6, "journey": 5, "reason": 8}
SHARES = (0.45, 0.3, 0.25)
CHANNEL_COUNT = 4
ENGLISH = translator("en")


def measured(
    settings: Settings, runs: int, seed: int, *, contacts: tuple[int, ...] = (4_000, 20_000)
) -> Iterator[tuple[str, str, float, float]]:
    """Promise, firm, nominal and measured share of firms in which nothing is said."""
    answers, standards = settings.answers, standards_of(settings)
    for count in contacts:
        random = np.random.default_rng([seed, count])
        said = [_said(random, standards, answers, count) for _ in range(runs)]
        firm = f"{count:,} contacts of four channels, exactly as many in time as the goal"
        for section in SECTIONS:
            silent = _is_silent(said, ("channels", "trend", section))
            yield f"the screen says nothing: {section}", firm, answers.confidence, silent
        parts = ("channels", "trend", *SECTIONS)
        nominal = 1 - len(parts) * (1 - answers.confidence) / FIGURES_OF_A_SCREEN
        yield "all sections together say nothing", firm, nominal, _is_silent(said, parts)


def _is_silent(said: list[Mapping[str, bool]], places: tuple[str, ...]) -> float:
    return float(np.mean([not any(it[place] for place in places) for it in said]))


def _said(
    random: np.random.Generator, standards: pl.DataFrame, answers: AnswerSettings, count: int
) -> dict[str, bool]:
    """Of each part of the page whether it says anything."""
    channels, goals = standards["channel"].to_list(), standards["goal"].to_numpy()
    channel = random.choice(len(channels), count, p=(0.5, 0.25, 0.15, 0.1))
    is_met = random.random(count) < goals[channel]
    of = {name: random.integers(0, size, count) for name, size in DIMENSIONS.items()}

    def table(*names: str) -> pl.DataFrame:
        rows = pl.DataFrame({"channel": channel, "met": is_met, **{it: of[it] for it in names}})
        named = rows.with_columns(
            pl.col("channel").replace_strict(list(range(len(channels))), channels)
        )
        return named.group_by("channel", *names, maintain_order=True).agg(
            contact_count=pl.len().cast(pl.Int64),
            met_count=pl.col("met").sum().cast(pl.Int64),
            missed_count=(~pl.col("met")).sum().cast(pl.Int64),
            not_known_count=pl.lit(0, pl.Int64),
            untimed_count=pl.lit(0, pl.Int64),
            score_sum=pl.lit(0.0),
        )

    def misses(*names: str) -> bool:
        figures = compliance_figures(table(*names), standards, answers)
        return "missed" in figures["verdict"]

    journeys = compliance_figures(table("journey"), standards, answers)
    return {
        "channels": misses(),
        "trend": misses("month"),
        "groups": misses("segment"),
        "reasons": misses("reason"),
        "hours": any(_fails(channel == it, of, is_met, answers) for it in range(len(channels))),
        "channels of a journey": not widest_journey(
            journeys, confidence=answers.confidence
        ).is_empty(),
        "scores": _differ(random, answers, count // 10),
    }


def _fails(
    chosen: Values, of: Mapping[str, Values], is_met: Values, answers: AnswerSettings
) -> bool:
    rows = pl.DataFrame(
        {
            "weekday": of["weekday"][chosen].astype(np.int8),
            "local_hour": (8 + of["hour"][chosen]).astype(np.int8),
            "missed": ~is_met[chosen],
        }
    )
    by_hour = rows.group_by("weekday", "local_hour").agg(
        due_count=pl.len().cast(pl.Int64), missed_count=pl.col("missed").sum().cast(pl.Int64)
    )
    found = worst_hours(
        by_hour, confidence=answers.confidence, searches=FIGURES_OF_A_SCREEN * CHANNEL_COUNT
    )
    return not found.is_empty()


def _differ(random: np.random.Generator, answers: AnswerSettings, count: int) -> bool:
    drawn = [random.multinomial(n, SHARES) for n in (count * 4 // 5, count // 10)]
    scores = pl.DataFrame(
        {
            "wait_class": ["favourable", "beyond"],
            **{
                f"{name}_count": [int(it[place]) for it in drawn]
                for place, name in enumerate(NPS_CLASSES)
            },
        }
    )
    counted = scores.with_columns(
        answer_count=pl.sum_horizontal(f"{it}_count" for it in NPS_CLASSES)
    )
    said = sentences.wait_scores_sentence(nps_figures(counted, answers), ENGLISH)
    return said != ENGLISH("The NPS doesn't surely differ with the wait.")
