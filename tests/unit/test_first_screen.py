"""The first screen in words: one sentence of established findings, and what the cards decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from cxdata.i18n import translator
from cxdata.metrics.changes import ChannelsChange, ChurnChange, LevelChange
from cxdata.metrics.nps.score import NpsChange
from cxdata.metrics.nps.weighting import WeightedChange
from cxdata.metrics.pyramid.levels import CompanyLevel
from cxdata.metrics.response_time.contact_hours import WORST_SCHEMA
from cxdata.metrics.targets import standing
from cxdata.models import Period
from cxdata.sentences import first_screen as told
from cxdata.sentences.first_screen import Facts

EN, FR = translator("en"), translator("fr")
YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))
BEFORE = Period(date(2024, 7, 1), date(2025, 6, 30))
NOBODY = pl.DataFrame()


def summary(**values: object) -> pl.DataFrame:
    row = {"answer_count": 900, "people_count": 900, "nps": 23.0, "base": "ok", "reason": None}
    return pl.DataFrame([row | values])


def nps(difference: float | None, verdict: Any = "real_change", **changes: Any) -> NpsChange:
    found = NpsChange(YEAR, BEFORE, summary(), summary(), difference, 0.01, verdict, 2.0, True)
    return replace(found, **changes)


def channel(name: str, verdict: str, rate: float = 0.8, **values: object) -> dict[str, object]:
    return {
        "channel": name,
        "compliance_rate": rate,
        "goal": 0.8,
        "verdict": verdict,
        "is_small_base": False,
        "met_count": 80,
        "missed_count": 20,
    } | values


def journeys(*rows: tuple[str, float, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "journey": name,
                "rest_difference": points,
                "rest_difference_low": points - 5,
                "rest_difference_high": points + 5,
                "rest_verdict": verdict,
                "answer_count": 300,
            }
            for name, points, verdict in rows
        ],
        schema={
            "journey": pl.String,
            **dict.fromkeys(
                ("rest_difference", "rest_difference_low", "rest_difference_high"), pl.Float64
            ),
            "rest_verdict": pl.String,
            "answer_count": pl.Int64,
        },
    )


def hours(weekday: int | None, first: int, after: int) -> pl.DataFrame:
    row = dict.fromkeys(WORST_SCHEMA) | {
        "weekday": weekday,
        "from_hour": first,
        "until_hour": after,
    }
    return pl.DataFrame([row], schema=WORST_SCHEMA)


CALLS = channel("call", "reached", 0.9)
CHAT = channel("chat", "missed", 0.7)
NOISE = nps(1.0, "within_noise")
NO_HOURS = pl.DataFrame(schema=WORST_SCHEMA)
CURRENT = {"customer_churn_rate": 0.12, "cost_central_amount": 3e6}
CHURN = ChurnChange(CURRENT, reason="no_earlier_period")
MORE_LEFT = ChurnChange(CURRENT, {"customer_churn_rate": 0.08}, BEFORE, 5e5, 0.04, "real_change")
LEVEL = LevelChange(CompanyLevel(2, True, ("Buying",)), CompanyLevel(2, True, ("Buying",)), BEFORE)
QUIET = Facts(
    change=NOISE,
    weighted=WeightedChange(NOBODY, NOBODY),
    is_known=True,
    journeys=journeys(("Billing", -1.0, "within_noise")),
    channels=pl.DataFrame([channel("call", "cannot_tell")]),
    worst_hours=NO_HOURS,
    level=LEVEL,
    channels_change=ChannelsChange(0, 1),
    churn=CHURN,
)
BILLING = journeys(("Billing", -12.0, "real_change"), ("Buying", 9.0, "real_change"))


@pytest.mark.parametrize(
    ("facts", "en", "fr"),
    [
        (
            replace(QUIET, change=nps(8.63), journeys=BILLING,
                    channels=pl.DataFrame([CALLS, CHAT]), worst_hours=hours(None, 18, 22)),
            "Customers are more loyal (+8.6 points), but the journey Billing pulls the score down "
            "and we answer too late in the chat, most of all in the evening.",
            "Les clients sont plus fidèles (+8,6\u00a0points), mais le parcours Billing tire le "
            "score vers le bas et nous répondons trop tard sur le chat, surtout le soir.",
        ),
        (
            replace(QUIET, change=nps(-6.0), channels=pl.DataFrame([CALLS, CHAT])),
            "Customers are less loyal (−6.0 points) and we answer too late in the chat; we answer "
            "in time on the phone.",
            "Les clients sont moins fidèles (−6,0\u00a0points) et nous répondons trop tard sur le "
            "chat\u00a0; nous répondons à temps au téléphone.",
        ),
        (
            replace(QUIET, change=nps(8.63)),
            "Customers are more loyal (+8.6 points); nothing is surely below its goal.",
            "Les clients sont plus fidèles (+8,6\u00a0points)\u00a0; rien n’est à coup sûr sous "
            "son objectif.",
        ),
        (
            replace(QUIET, churn=MORE_LEFT),
            "More customers leave (12.0% against 8.0%).",
            "Davantage de clients partent (12,0\u00a0% contre 8,0\u00a0%).",
        ),
        (
            QUIET,
            "Nothing is established: no real change, no goal surely missed.",
            "Rien n’est établi\u00a0: aucun changement réel, aucun objectif manqué à coup sûr.",
        ),
        (
            replace(QUIET, change=nps(8.6, "too_few_answers",
                                      current=summary(answer_count=12, people_count=12,
                                                      base="small"))),
            "12 answers are too few to judge: nothing is established yet.",
            "12\u00a0réponses ne suffisent pas pour juger\u00a0: rien n’est encore établi.",
        ),
    ],
)  # fmt: skip
def test_the_sentence_of_the_first_screen(facts: Facts, en: str, fr: str) -> None:
    assert told.briefing(facts, EN) == en
    assert told.briefing(facts, FR) == fr


@pytest.mark.parametrize(
    "facts",
    [
        replace(QUIET, change=nps(8.6), is_known=False),
        replace(QUIET, change=nps(8.6, is_compared_complete=False)),
        replace(QUIET, change=nps(8.6, "within_noise")),
        replace(
            QUIET,
            change=nps(-11.7),
            weighted=WeightedChange(
                NOBODY,
                NOBODY,
                5.0,
                0.3,
                "within_noise",
                respondents_effect=-16.7,
                respondents_p_value=0.0,
                respondents_verdict="real_change",
            ),
        ),
        replace(QUIET, channels=pl.DataFrame([channel("chat", "missed", is_small_base=True)])),
        replace(QUIET, channels=pl.DataFrame([channel("chat", "cannot_tell", 0.5)])),
        replace(QUIET, journeys=journeys(("Billing", -30.0, "too_few_answers"))),
        replace(QUIET, churn=replace(MORE_LEFT, verdict="within_noise")),
        replace(QUIET, level=replace(LEVEL, current=CompanyLevel(3, False, ()))),
    ],
    ids=[
        "partial period",
        "half-covered comparison",
        "noise",
        "other people answered",
        "few contacts",
        "below goal within the noise",
        "few answers of a journey",
        "churn within the noise",
        "a level that isn't sure",
    ],
)
def test_what_is_not_established_is_not_in_the_sentence(facts: Facts) -> None:
    assert told.briefing(facts, EN).startswith("Nothing is established")


def test_a_sentence_has_at_most_two_findings_of_a_side() -> None:
    facts = replace(
        QUIET,
        change=nps(-6.0),
        churn=MORE_LEFT,
        journeys=BILLING,
        channels=pl.DataFrame([CHAT, channel("email", "missed", 0.5)]),
    )
    assert told.briefing(facts, EN) == (
        "Customers are less loyal (−6.0 points) and more customers leave (12.0% against 8.0%)."
    )


@pytest.mark.parametrize(
    ("stretch", "said"),
    [
        (hours(None, 0, 6), "at night"),
        (hours(None, 8, 12), "in the morning"),
        (hours(None, 13, 18), "in the afternoon"),
        (hours(None, 8, 20), "every day, 8:00 to 20:00"),
        (hours(0, 18, 22), "Monday, 18:00 to 22:00"),
    ],
)
def test_hours_are_a_part_of_the_day_where_they_are_one(stretch: pl.DataFrame, said: str) -> None:
    facts = replace(QUIET, channels=pl.DataFrame([CHAT]), worst_hours=stretch)
    assert told.briefing(facts, EN) == (f"We answer too late in the chat, most of all {said}.")


# What stands on the cards


def test_a_change_between_periods_that_are_not_whole_has_no_verdict() -> None:
    assert told.card_change(replace(QUIET, change=nps(8.6)), EN) == "+8.6 points, real change"
    half = replace(QUIET, change=nps(8.6, is_compared_complete=False))
    assert told.card_change(half, EN) == "+8.6 points, periods not fully known"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (MORE_LEFT, "+€500k, real change"),
        (replace(MORE_LEFT, verdict="within_noise"), "+€500k, within the noise"),
        # Fewer left, but they cost more: the rate's verdict isn't one on the cost.
        (replace(MORE_LEFT, rate_difference=-0.04), "+€500k, within the noise"),
        (replace(MORE_LEFT, difference_amount=-5e5, rate_difference=-0.04), "−€500k, real change"),
        (CHURN, ""),
    ],
)
def test_a_change_of_the_cost_is_real_only_as_the_rate_is(change: ChurnChange, said: str) -> None:
    assert told.churn_change_text(change, EN, "EUR") == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (ChannelsChange(2, 4, 3, BEFORE, lost=("chat",)), "Chat: newly below goal"),
        (ChannelsChange(4, 4, 3, BEFORE, gained=("chat",)), "Chat: newly at goal"),
        (ChannelsChange(3, 4, 3, BEFORE), "as before"),
        (ChannelsChange(3, 4, 2, BEFORE), "2 before, within the noise"),
        (ChannelsChange(3, 4, None, BEFORE, reason="goals_changed"), "goals were changed"),
        (ChannelsChange(3, 4, None, BEFORE, reason="not_known_then"), ""),
    ],
)
def test_a_change_of_the_channels_at_goal(change: ChannelsChange, said: str) -> None:
    assert told.channels_change_text(change, EN) == said


def test_a_target_says_how_far_it_is_and_whether_that_is_sure() -> None:
    for low, high, said in (
        (21.0, 25.0, "Target +30: ✗ 7.0 points away"),
        (19.0, 31.0, "Target +30: ≈ 7.0 points away, can't tell yet"),
        (31.0, 35.0, "Target +30: ✓ reached"),
    ):
        held = standing(23.0, 30.0, low=low, high=high)
        assert held is not None
        assert told.target_text(held, "+30", "7.0 points", EN) == said


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        ([CALLS, CHAT], "Target all 2: ✗ 1 missing"),
        ([CALLS, channel("chat", "cannot_tell")], "Target all 2: ≈ 1 can't be told yet"),
        ([CALLS], "Target all 1: ✓ reached"),
        ([channel("chat", "cannot_tell") | {"compliance_rate": None}], ""),
    ],
)
def test_all_channels_should_reach_their_goal(channels: list[dict[str, Any]], said: str) -> None:
    frame = pl.DataFrame(channels, schema_overrides={"compliance_rate": pl.Float64})
    assert told.channels_target(frame, EN) == said


def test_each_card_says_what_to_decide() -> None:
    facts = replace(QUIET, journeys=BILLING)
    assert told.nps_decision(facts, EN) == (
        "Fix Billing first: 12 points below the rest (7 to 17, 300 answers)."
    )
    assert told.nps_decision(QUIET, EN).startswith("Nothing to decide here")
    few = replace(QUIET, change=replace(NOISE, current=summary(base="small")))
    assert told.nps_decision(few, EN).startswith("Ask more customers")
    assert told.channels_decision(pl.DataFrame([CHAT]), hours(0, 18, 22), EN) == (
        "Answer faster in the chat (worst: Monday, 18:00 to 22:00): 10 more in time reach the goal."
    )
    churn = {"dissatisfaction_low_amount": 4e5, "dissatisfaction_high_amount": 2.3e6}
    assert told.churn_decision(churn, EN, "EUR") == (
        "Call back dissatisfied customers first: €400k to €2.3M goes with dissatisfaction (an "
        "association)."
    )
    unsure = churn | {"dissatisfaction_low_amount": -1e5}
    assert told.churn_decision(unsure, EN, "EUR").startswith("Ask why customers leave")
