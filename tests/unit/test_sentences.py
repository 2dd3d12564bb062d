"""What the figures say in words: each code path, to the letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from cxdata import sentences as say
from cxdata.config import load_settings
from cxdata.i18n import translator
from cxdata.metrics.nps.score import NpsChange
from cxdata.metrics.pyramid.levels import CompanyLevel
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.models import Filters, Period

EN, FR = translator("en"), translator("fr")
YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))
JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))
YEAR_BEFORE = Period(date(2024, 7, 1), date(2025, 6, 30))


def summary(**values: object) -> pl.DataFrame:
    row = {
        "answer_count": 12_250,
        "people_count": 8_790,
        "nps": 23.4,
        "nps_low": 21.9,
        "nps_high": 24.9,
        "base": "ok",
        "reason": None,
    }
    return pl.DataFrame([{**row, **values}])


CHANGE = NpsChange(
    period=YEAR,
    compared_period=YEAR_BEFORE,
    current=summary(),
    compared=summary(),
    difference=8.63,
    p_value=0.0000001,
    verdict="real_change",
    smallest_detectable_change=2.11,
    is_compared_complete=True,
)
FALL = replace(CHANGE, difference=-6.3, p_value=0.006)
NOISE = replace(CHANGE, difference=1.24, verdict="within_noise", p_value=0.393)
FEW = replace(CHANGE, difference=3.0, verdict="too_few_answers", p_value=0.8)
FIRST = replace(
    CHANGE, compared_period=None, difference=None, p_value=None, is_compared_complete=False
)


# Why there is no figure


@pytest.mark.parametrize("code", say.REASONS)
def test_each_reason_is_a_sentence_in_both_languages(code: str) -> None:
    assert say.reason_sentence(code, EN).endswith(".")
    assert say.reason_sentence(code, FR) != say.reason_sentence(code, EN)


def test_no_reason_is_no_sentence() -> None:
    assert say.reason_sentence(None, EN) == ""


# The scope


def test_a_period_names_its_days() -> None:
    assert say.period_text(YEAR, EN) == "1 Jul 2025 – 30 Jun 2026"
    assert say.period_text(YEAR, FR) == "1er juil. 2025 – 30 juin 2026"
    assert say.period_text(None, EN) == "whole history"


def test_the_scope_names_every_filter_that_is_set() -> None:
    filters = Filters(
        period=YEAR,
        survey="transactional",
        segment=("Gold", "*Silver*"),
        region=("Nord",),
        product=("Heating",),
        channel=("call", "social"),
        journey=("Buying",),
    )
    assert say.scope_text(filters, EN) == (
        "1 Jul 2025 – 30 Jun 2026 · Transactional survey · Gold, *Silver* · Nord · Heating"
        " · Calls, Social media · Buying"
    )
    assert say.scope_text(Filters(), EN) == "whole history · Relationship survey"


# NPS


@pytest.mark.parametrize(
    ("change", "sentence", "title"),
    [
        (CHANGE, "+8.6 points, real change", "The NPS rose 8.6 points: a real change"),
        (FALL, "−6.3 points, real change", "The NPS fell 6.3 points: a real change"),
        (NOISE, "+1.2 points, within the noise", "The NPS did not move beyond the noise"),
        (FEW, "+3.0 points, too few answers", "Too few answers to say whether the NPS moved"),
        (FIRST, "No earlier figure", "The NPS is +23, with nothing earlier to hold it against"),
    ],
)
def test_a_change_is_said_with_its_verdict(change: NpsChange, sentence: str, title: str) -> None:
    assert say.nps_change_sentence(change, EN) == sentence
    assert say.nps_title(change, EN) == title


def test_the_small_print_of_an_nps() -> None:
    assert say.nps_basis(CHANGE, EN) == [
        "95% interval +22 to +25",
        "12,250 answers from 8,790 customers",
        "against 1 Jul 2024 – 30 Jun 2025",
        "p below 0.001",
        "a change of 2.1 points would have shown in 80% of cases",
    ]


@pytest.mark.parametrize(
    ("period", "other", "en", "fr"),
    [
        (YEAR, YEAR_BEFORE, "vs the 12 months before", "vs les 12 mois d’avant"),
        (JUNE, Period(date(2026, 5, 1), date(2026, 5, 31)), "vs the month before",
         "vs le mois d’avant"),
        (JUNE, Period(date(2025, 6, 1), date(2025, 6, 30)), "vs a year before",
         "vs un an plus tôt"),
        (Period(date(2026, 6, 3), date(2026, 6, 9)), Period(date(2026, 5, 27), date(2026, 6, 2)),
         "vs the 7 days before", "vs les 7 jours d’avant"),
        (JUNE, Period(date(2026, 1, 1), date(2026, 1, 31)), "against 1 Jan 2026 – 31 Jan 2026",
         "vs 1er janv. 2026 – 31 janv. 2026"),
    ],
)  # fmt: skip
def test_a_card_says_what_its_change_is_against(
    period: Period, other: Period, en: str, fr: str
) -> None:
    change = replace(CHANGE, period=period, compared_period=other)
    assert say.nps_basis(change, EN, is_short=True)[0] == en
    assert say.nps_basis(change, FR, is_short=True)[0] == fr
    assert say.nps_basis(FIRST, EN, is_short=True)[0] == "95% interval +22 to +25"


@pytest.mark.parametrize(
    ("change", "last"),
    [
        (FIRST, "12,250 answers from 8,790 customers"),
        (replace(CHANGE, smallest_detectable_change=None), "p below 0.001"),
        (
            replace(CHANGE, is_compared_complete=False),
            "the data doesn't cover the whole earlier period",
        ),
        (
            replace(FIRST, current=summary(base="small", answer_count=12, people_count=12)),
            "small base",
        ),
    ],
)
def test_the_small_print_says_what_limits_it(change: NpsChange, last: str) -> None:
    assert say.nps_basis(change, EN)[-1] == last


def test_a_withheld_nps_has_a_reason_and_no_value() -> None:
    withheld = summary(
        answer_count=4, people_count=4, nps=None, nps_low=None, nps_high=None, base="withheld",
        reason="too_few_to_show",
    )  # fmt: skip
    change = replace(FIRST, current=withheld)
    assert say.nps_basis(change, EN) == [
        "Too few answers to show without telling who gave them.",
        "4 answers",
    ]
    assert say.nps_value(change, EN) == "–"
    assert say.nps_value(CHANGE, EN) == "+23"


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (0.0, "p below 0.001"),
        (0.000999, "p below 0.001"),
        (0.001, "p = 0.001"),
        (0.0456, "p = 0.046"),
        (0.0999, "p = 0.100"),
        (0.1, "p = 0.10"),
        (0.934, "p = 0.93"),
    ],
)
def test_a_p_value_is_given_as_closely_as_it_matters(p_value: float, text: str) -> None:
    assert say.p_text(p_value, EN) == text


def test_a_p_value_has_a_comma_in_french() -> None:
    assert say.p_text(0.0456, FR).endswith("0,046")


# Groups


def groups(*rows: tuple[str | None, float | None, str]) -> pl.DataFrame:
    """A difference has an interval of 10 points on either side, and 120 answers."""
    found = pl.DataFrame(
        rows, schema=["segment", "rest_difference", "rest_verdict"], orient="row"
    ).cast({"segment": pl.String, "rest_difference": pl.Float64, "rest_verdict": pl.String})
    return found.with_columns(
        rest_difference_low=pl.col("rest_difference") - 10,
        rest_difference_high=pl.col("rest_difference") + 10,
        answer_count=pl.lit(120),
        journey=pl.lit("Billing"),
    )


def test_the_weakest_group_is_the_one_furthest_below_the_rest() -> None:
    values = groups(
        ("Gold", -5.0, "real_change"),
        ("Silver", -33.5, "real_change"),
        ("Bronze", -40.0, "too_few_answers"),
        ("Tin", None, "too_few_answers"),
    )
    said = "Silver is 34 points below the rest (24 to 44, 120 answers)."
    assert say.weakest_sentence(values, "segment", EN) == said
    assert say.groups_title(values, "segment", EN) == said
    assert say.heat_title(values, "segment", "journey", EN) == (
        "Silver · Billing is 34 points below the rest (24 to 44, 120 answers)."
    )
    assert say.looks_text(values, EN) == (
        "Against the rest: sure for all groups looked at together (95%)."
    )


@pytest.mark.parametrize("values", [groups(), groups(("Gold", None, "too_few_answers"))])
def test_nothing_is_said_of_groups_that_can_not_be_compared(values: pl.DataFrame) -> None:
    assert say.weakest_sentence(values, "segment", EN) == ""
    assert say.groups_title(values, "segment", EN) == "Too few answers to compare groups"
    assert say.looks_text(values, EN) == ""


def test_no_group_is_called_weak_by_chance() -> None:
    values = groups(("Gold", 12.0, "real_change"), ("Silver", -12.0, "within_noise"))
    assert say.weakest_sentence(values, "segment", EN) == ""
    assert say.groups_title(values, "segment", EN) == "No group is surely below the rest."
    assert say.heat_title(values, "segment", "journey", EN) == "NPS of each pair"


def test_answers_without_a_group_are_called_not_given() -> None:
    values = groups((None, -12.0, "real_change"))
    assert say.weakest_sentence(values, "segment", EN) == (
        "not given is 12 points below the rest (2 to 22, 120 answers)."
    )


def mix(*effects: tuple[float, float], margin: float = 0.5) -> pl.DataFrame:
    """Rate and mix effects, each sure within the margin, as are their sums."""
    found = pl.DataFrame(
        effects, schema={"rate_effect": pl.Float64, "mix_effect": pl.Float64}, orient="row"
    ).with_columns(
        rate_total_effect=pl.col("rate_effect").sum(), mix_total_effect=pl.col("mix_effect").sum()
    )
    return found.with_columns(
        (pl.all() - margin).name.suffix("_low"), (pl.all() + margin).name.suffix("_high")
    )


@pytest.mark.parametrize(
    ("effects", "sentence"),
    [
        (
            mix((1.6, 0.8), (0.8, -1.3), (0.7, -8.9)),
            "−6.3 points: every group rose, +3.1 (+2.6 to +3.6) in all; the mix brought "
            "−9.4 (−9.9 to −8.9).",
        ),
        (
            mix((1.6, 0.8), (0.8, -1.3), (0.7, -8.9), margin=2.0),
            "−6.3 points: no group surely moved, +3.1 (+1.1 to +5.1) in all; the mix brought "
            "−9.4 (−11.4 to −7.4).",
        ),
        (
            mix((-5.0, 0.0), (-1.3, 0.0)),
            "−6.3 points: every group fell, −6.3 (−6.8 to −5.8) in all; the mix brought "
            "0.0 (−0.5 to +0.5).",
        ),
        (
            mix((-9.0, 0.2), (2.5, 0.0), (0.1, 0.0)),
            "−6.3 points: of 3 groups 1 surely rose and 1 fell, −6.4 (−6.9 to −5.9) in all; the "
            "mix brought +0.2 (−0.3 to +0.7).",
        ),
    ],
)
def test_a_change_is_split_in_the_groups_own_and_their_mix(
    effects: pl.DataFrame, sentence: str
) -> None:
    assert say.mix_sentence(effects, FALL, EN) == sentence


def test_without_an_earlier_figure_nothing_is_split() -> None:
    sentence = "No earlier figure to compare with"
    assert say.mix_sentence(mix((1.0, 1.0)), FIRST, EN) == sentence
    assert say.mix_sentence(mix(), FALL, EN) == sentence


# Response times


def channel(name: str, **values: object) -> dict[str, Any]:
    row = {
        "channel": name,
        "contact_count": 103,
        "met_count": 80,
        "missed_count": 20,
        "not_yet_due_count": 3,
        "not_known_count": 0,
        "untimed_count": 0,
        "compliance_rate": 0.8,
        "goal": 0.8,
        "verdict": "cannot_tell",
        "is_small_base": False,
        "reason": None,
    }
    return {**row, **values}


CALL = channel("call", verdict="reached", compliance_rate=0.85)
CHAT = channel("chat", met_count=707, missed_count=293, compliance_rate=0.707, verdict="missed")
EMAIL = channel("email", compliance_rate=0.75, verdict="missed")
WAITING = channel("social", met_count=0, missed_count=0, compliance_rate=None, reason="none_due")


def test_channels_at_their_goal_are_counted_among_those_due() -> None:
    channels = pl.DataFrame([CALL, EMAIL, CHAT, WAITING])
    assert say.compliance_title(channels, EN) == "1 of 3 channels at their goal"
    assert say.compliance_value(channels, EN) == "1 of 3"
    assert say.compliance_basis(channels, EN)[:2] == ["1,200 contacts due", "12 not yet due"]


def test_the_worst_channel_is_the_one_furthest_below_its_goal() -> None:
    channels = pl.DataFrame([CALL, EMAIL, CHAT])
    assert say.worst_channel_sentence(channels, EN) == (
        "Chat: 9 points short of the goal, 93 contacts more to answer in time."
    )
    assert say.worst_channel_sentence(pl.DataFrame([CALL]), EN) == (
        "No channel surely misses its goal."
    )


def test_where_nothing_is_due_there_is_no_figure() -> None:
    channels = pl.DataFrame([WAITING], schema_overrides={"compliance_rate": pl.Float64})
    assert say.compliance_title(channels, EN) == "No contact was due yet."
    assert say.compliance_value(channels, EN) == "–"


@pytest.mark.parametrize(
    ("standard", "text"),
    [
        (
            {"favourable_seconds": 90, "clock": "elapsed", "is_strict": True,
             "goal_is_published": True, "abandon_rule": "missed"},
            "in less than 1 min 30 s · published goal 80% · abandoned counts as missed",
        ),
        (
            {"favourable_seconds": 32_400, "clock": "business", "is_strict": False,
             "goal_is_published": False, "abandon_rule": "ignored"},
            "within 9 h of opening hours · company's own goal 80% · abandoned ones left out",
        ),
        (
            {"favourable_seconds": 45, "clock": "elapsed", "is_strict": False,
             "goal_is_published": False, "abandon_rule": "short_ignored"},
            "within 45 s · company's own goal 80% · short abandons left out",
        ),
    ],
)  # fmt: skip
def test_a_standard_is_said_in_full(standard: dict[str, Any], text: str) -> None:
    assert say.standard_text({"goal": 0.8, **standard}, EN) == text


# The pyramid


def test_a_level_is_said_with_whether_it_is_established() -> None:
    said = {
        company: (
            say.level_title(company, EN),
            say.level_value(company, EN),
            say.level_state(company, EN),
        )
        for company in (
            CompanyLevel(None, False, ()),
            CompanyLevel(None, False, ("Buying",)),
            CompanyLevel(0, False, ("Buying",)),
            CompanyLevel(2, False, ("Buying",)),
            CompanyLevel(2, True, ("Buying",)),
            CompanyLevel(2, False, ("Buying",), possible_level=3),
            CompanyLevel(0, False, ("Buying",), possible_level=3),
        )
    }
    assert list(said.values()) == [
        ("No evidence for any level yet", "–", "no evidence yet"),
        ("It can't be told yet whether level 1 is reached", "–", "can't tell"),
        ("Level 1 is not reached yet", "0 of 6", "not established"),
        ("Level 2 of 6 is reached, not established", "2 of 6", "not established"),
        ("Level 2 of 6 is reached and established", "2 of 6", "established"),
        ("Level 2 or 3 of 6: can't tell which", "2–3 of 6", "can't tell"),
        ("Level 0 to 3 of 6: can't tell which", "0–3 of 6", "can't tell"),
    ]


def test_a_level_stands_with_the_cases_that_it_rests_on_or_with_what_is_missing() -> None:
    model = pyramid_model(load_settings())
    evidence = pl.DataFrame(
        [
            ("Buying", "repeat_contact_share", "measured", 1_200, "pass"),
            ("Buying", "compliance_rate", "measured", 900, "pass"),
            ("Buying", "promoter_share", "measured", 80, "fail"),
            ("Buying", "information_findable", "assessed", None, "pass"),
            ("Buying", "customer_more_capable", "assessed", None, "no_evidence"),
            ("Repair", "repeat_contact_share", "measured", 5_000, "pass"),
        ],
        schema=["journey", "indicator", "kind", "n", "outcome"],
        orient="row",
    )
    levels = pl.DataFrame({"journey": ["Buying"], "next_level_missing": [["information_findable"]]})
    for company, basis in (
        (CompanyLevel(None, False, ()), ()),
        (CompanyLevel(2, True, ("Buying",)),
         ("Buying: 1,200 contacts, 80 answers, 1 assessment",)),
        (CompanyLevel(2, True, ("Buying", "Repair")),
         ("Buying: 1,200 contacts, 80 answers, 1 assessment", "1 more journey at this level")),
        (CompanyLevel(None, False, ("Buying",)),
         ("Nothing known for level 1: “Information is found without asking” (Buying)",)),
    ):  # fmt: skip
        assert say.level_basis(company, levels, evidence, model, EN) == basis


def test_what_holds_the_company_back_is_named_once() -> None:
    levels = pl.DataFrame(
        {
            "journey": ["Billing", "Buying", "Repair"],
            "next_level_missing": [
                ["repeat_contact_share", "low_effort_share"],
                ["low_effort_share"],
                ["information_findable"],
            ],
        }
    )
    company = CompanyLevel(2, True, ("Billing", "Buying"))
    assert say.held_back_sentence(company, levels, pyramid_model(load_settings()), EN) == (
        "Held back by Billing, Buying: “Had to ask again”, “Little effort”."
    )
    noisy = CompanyLevel(2, False, ("Billing", "Buying"), possible_level=3)
    assert say.held_back_sentence(noisy, levels, pyramid_model(load_settings()), EN) == (
        "Within the noise at Billing, Buying: “Had to ask again”, “Little effort”. "
        "More cases would tell."
    )


@pytest.mark.parametrize("level", [None, 6])
def test_nothing_holds_back_who_is_nowhere_or_at_the_top(level: int | None) -> None:
    levels = pl.DataFrame(schema={"journey": pl.String, "next_level_missing": pl.List(pl.String)})
    company = CompanyLevel(level, level == 6, ())
    assert say.held_back_sentence(company, levels, pyramid_model(load_settings()), EN) == ""


# Churn

CHURN: dict[str, Any] = {
    "customer_count": 15_254,
    "lost_count": 1_487,
    "customer_churn_rate": 1_487 / 15_254,
    "rate_low": 0.0929,
    "rate_high": 0.1023,
    "revenue_churn_rate": 0.132,
    "class_coverage_share": 0.758,
    "revenue_coverage_share": 0.99,
    "cost_low_amount": 1_498_024.8,
    "cost_central_amount": 3_170_000.0,
    "cost_high_amount": 6_100_000.0,
    "dissatisfaction_low_amount": 343_198.6,
    "dissatisfaction_central_amount": 980_000.0,
    "dissatisfaction_high_amount": 1_900_000.0,
    "revenue_at_risk_amount": 2_200_000.0,
    "revenue_at_risk_low_amount": 2_100_000.0,
    "revenue_at_risk_high_amount": 2_400_000.0,
    "window_first_on": date(2025, 7, 1),
    "window_last_on": date(2026, 6, 30),
    "reason": None,
}
NO_COST = {
    f"{what}_{end}_amount": None
    for what in ("cost", "dissatisfaction")
    for end in ("low", "central", "high")
}


def test_the_cost_of_churn_is_a_range() -> None:
    assert say.cost_title(CHURN, EN, "EUR") == "Lost customers cost €1.5M to €6.1M"
    assert say.cost_value(CHURN, EN, "EUR") == "€1.5M – €6.1M"
    assert say.cost_value(CHURN, FR, "EUR") == "1,5\u00a0M€ – 6,1\u00a0M€"


def test_who_left_is_said_with_their_share_of_revenue_where_it_is_known() -> None:
    assert say.cost_sentence(CHURN, EN, "EUR") == (
        "1,487 of 15,254 customers left (9.7%), 13.2% of revenue"
    )
    without = {**CHURN, "revenue_churn_rate": None}
    assert say.cost_sentence(without, EN, "EUR") == "1,487 of 15,254 customers left (9.7%)"


def test_dissatisfaction_is_called_an_association() -> None:
    assert say.dissatisfaction_sentence(CHURN, EN, "EUR") == (
        "€340k to €1.9M of it goes with dissatisfaction (an association)."
    )


def test_the_amounts_known_are_those_drawn() -> None:
    assert say.cost_amounts(CHURN, EN) == [
        ("Cost of churn", 1_498_024.8, 3_170_000.0, 6_100_000.0),
        ("of which dissatisfaction", 343_198.6, 980_000.0, 1_900_000.0),
    ]
    assert say.cost_amounts({**CHURN, **NO_COST}, EN) == []


def test_a_cost_that_is_not_known_has_a_reason() -> None:
    unknown = {**CHURN, **NO_COST, "reason": "no_revenue"}
    sentence = "No revenue is known for the customers concerned."
    assert say.cost_title(unknown, EN, "EUR") == "1,487 of 15,254 customers left (9.7%)"
    assert say.dissatisfaction_sentence(unknown, EN, "EUR") == sentence
    assert say.cost_value(unknown, EN, "EUR") == "–"
    nobody = {**unknown, "customer_churn_rate": None, "reason": "no_customers"}
    for told in (say.cost_title, say.cost_sentence):
        assert told(nobody, EN, "EUR") == (
            "No customers for these filters at the start of the period."
        )


def test_where_nobody_left_there_is_a_sentence_and_no_cost_of_zero() -> None:
    zero = {name: 0.0 for name in CHURN if name.endswith("_amount")}
    kept = {**CHURN, **zero, "lost_count": 0, "customer_churn_rate": 0.0,
            "revenue_churn_rate": 0.0, "reason": "nobody_lost"}  # fmt: skip
    for told in (say.cost_title, say.cost_sentence):
        assert told(kept, EN, "EUR") == "None of the 15,254 customers left"
    assert say.cost_amounts(kept, EN) == []
    assert say.cost_value(kept, EN, "EUR") == "–"
    board = {**BOARD, **kept, "acting_low_amount": None}
    assert say.board_sentence(board, EN, "EUR") == (
        "From 1 July 2025 to 30 June 2026, none of the 15,254 customers left."
    )


def test_the_small_print_of_churn() -> None:
    assert say.churn_basis(CHURN, EN) == [
        "class known for 76% of customers",
        "revenue known for 99%",
        "1 Jul 2025 – 30 Jun 2026",
    ]
    bare = {**CHURN, "class_coverage_share": None, "revenue_coverage_share": None}
    assert say.churn_basis({**bare, "window_first_on": None}, EN) == []


def test_revenue_at_risk_is_said_only_where_it_is_known() -> None:
    assert say.revenue_at_risk_sentence(CHURN, 0.95, EN, "EUR") == (
        "€2.2M of a year's revenue is at risk among today's customers (€2.1M to €2.4M at 95%)."
    )
    none = {**CHURN, "revenue_at_risk_amount": None}
    assert say.revenue_at_risk_sentence(none, 0.95, EN, "EUR") == ""


def test_the_range_says_what_it_rests_on() -> None:
    assert say.assumptions_text(load_settings().churn, EN, "EUR") == (
        "assuming a margin of 20% to 40%, a discount rate of 8% to 12% a year, 3 to 10 years at "
        "the most, €40 to €120 to replace a customer"
    )
    own = {"low": 0.1, "central": 0.2, "high": 0.3, "source": "CFO", "assumption": "margin_rate"}
    other = [{**own, "segment": "Pro"}, {**own, "segment": "Gold"}]
    changed = load_settings().changed({"churn_overrides": other}).churn
    assert say.assumptions_text(changed, EN, "EUR").endswith(
        "to replace a customer (other values for Gold, Pro)"
    )


def test_the_sources_of_the_assumptions_stand_in_a_line() -> None:
    named = ("margin_rate", "referral_rate")
    assert say.sources_text(load_settings().churn, named, EN) == (
        "Sources of the assumptions: Margin rate – D: ask the finance department; "
        "Referral rate – D: ask new customers who sent them"
    )


def test_only_the_filters_that_apply_are_named() -> None:
    filters = Filters(segment=("Gold",), channel=("email",), journey=("Repair",))
    assert say.scope_text(filters, EN) == (
        "whole history · Relationship survey · Gold · Emails · Repair"
    )
    assert say.scope_text(filters, EN, "contacts") == "whole history · Gold · Emails · Repair"
    assert say.scope_text(filters, EN, "customers") == "whole history · Gold"


def test_customers_are_not_filtered_by_channel_or_journey_and_it_is_said() -> None:
    said = "not filtered by Channel: customers have none"
    assert say.unfiltered_text(Filters(channel=("email",)), EN) == said
    assert say.unfiltered_text(Filters(segment=("Gold",)), EN) == ""
    both = Filters(channel=("email",), journey=("Repair",))
    assert say.unfiltered_text(both, FR) == "non filtré par Canal, Parcours : un client n’en a pas"


def test_assessments_are_filtered_by_journey_only_and_it_is_said() -> None:
    said = "Assessments are of a whole journey: not filtered by Segment, Channel."
    chosen = Filters(segment=("Gold",), channel=("email",), journey=("Repair",))
    assert say.unfiltered_text(chosen, EN, "assessments") == said
    assert say.unfiltered_text(Filters(journey=("Repair",)), EN, "assessments") == ""


BOARD: dict[str, Any] = {
    **CHURN,
    "detractors_to_passive_share": 0.1,
    "compliance_points": None,
    "follow_up_share": None,
    "acting_kept_count": 27.0,
    "acting_low_amount": 23_484.0,
    "acting_central_amount": 66_090.0,
    "acting_high_amount": 156_579.0,
    "acting_reason": None,
}


def test_the_board_is_told_what_happened_to_how_many_at_what_cost_and_what_acting_brings() -> None:
    assert say.board_sentence(BOARD, EN, "EUR") == (
        "From 1 July 2025 to 30 June 2026, 1,487 customers of 15,254 left (9.7%), which costs "
        "€1.5M to €6.1M, of which €340k to €1.9M goes with dissatisfaction (an association); if "
        "10% of detractors became passives, €23k to €160k a year could be kept, if the "
        "association is causal."
    )
    in_french = say.board_sentence(BOARD, FR, "EUR").replace("\u00a0", " ").replace("\u202f", " ")
    assert in_french.endswith(
        "1 487 clients sur 15 254 sont partis (9,7 %), ce qui coûte 1,5 M€ à 6,1 M€, dont 340 k€ à "
        "1,9 M€ associés à l’insatisfaction (sans preuve de cause) ; si 10 % des détracteurs "
        "devenaient passifs, on pourrait conserver 23 k€ à 160 k€ par an, si ce lien est causal."
    )


def test_one_customer_lost_is_one_in_both_languages() -> None:
    one = {**BOARD, "lost_count": 1, "customer_churn_rate": 1 / 15_254}
    assert "1 customer of 15,254 left (0.0%)" in say.board_sentence(one, EN, "EUR")
    assert "1 client sur 15" in say.board_sentence(one, FR, "EUR")
    assert "est parti" in say.board_sentence(one, FR, "EUR")


def test_the_board_is_not_told_what_the_data_cannot_say() -> None:
    untold = {**CHURN, "dissatisfaction_low_amount": -890.0}
    assert [name for name, *_ in say.cost_amounts(untold, EN)] == [
        "Cost of churn", "of which dissatisfaction: can't be told",
    ]  # fmt: skip
    unsure = {**BOARD, "dissatisfaction_low_amount": -1000.0, "acting_low_amount": -10.0}
    told = say.board_sentence(unsure, EN, "EUR")
    assert "without any part that can be told to go with dissatisfaction" in told
    assert told.endswith(
        "what would be gained if 10% of detractors became passives can't be told yet."
    )
    bare = {**BOARD, **NO_COST, "acting_low_amount": None, "reason": "no_revenue"}
    assert say.board_sentence(bare, EN, "EUR") == (
        "From 1 July 2025 to 30 June 2026, 1,487 customers of 15,254 left (9.7%). "
        "No revenue is known for the customers concerned."
    )
    nobody = {**bare, "customer_churn_rate": None, "reason": "no_customers"}
    assert say.board_sentence(nobody, EN, "EUR") == (
        "No customers for these filters at the start of the period."
    )


def test_several_moves_are_listed() -> None:
    more = {**BOARD, "compliance_points": 1.0, "follow_up_share": 0.125}
    assert (
        "if 10% of detractors became passives, one point more of the contacts was answered in "
        "time and 12.5% of detractors were called back"
    ) in say.board_sentence(more, EN, "EUR")
    points = {**BOARD, "detractors_to_passive_share": None, "compliance_points": 2.5}
    assert "si 2,5\u00a0points" in say.board_sentence(points, FR, "EUR").replace(
        "2,5 p", "2,5\u00a0p"
    )
