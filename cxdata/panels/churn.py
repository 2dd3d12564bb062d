"""The figures of the Churn cost page: what losing customers costs, how much of it goes with
dissatisfaction, and what acting would bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.churn_cost import churn_by_class_figure, cost_range_figure, sensitivity_figure
from cxdata.charts.churn_detail import (
    churn_trend_figure,
    churn_waterfall_figure,
    cost_by_figure,
    reasons_figure,
)
from cxdata.charts.lines import TargetRun
from cxdata.charts.survival import cohorts_figure, survival_figure
from cxdata.charts.theme import Figure
from cxdata.config import AnswerSettings
from cxdata.followup.scenarios import (
    compared_scenarios,
    recorded_scenarios,
    scenario_differences,
)
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.changes import churn_change, compared_window, losses_known_from
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.churn.acting import effects
from cxdata.metrics.churn.board import EXAMPLE, board_figures
from cxdata.metrics.churn.cost import (
    churn_cost_by,
    churn_cost_summary,
    churn_trend,
    churn_waterfall,
    tornado,
)
from cxdata.metrics.churn.customer_survival import (
    churn_cohorts,
    survival_by_class,
    survival_difference,
)
from cxdata.metrics.churn.exposure import ONE_MOMENT, customers_known
from cxdata.metrics.churn.promoters import promoter_value
from cxdata.metrics.churn.rates import churn_by_class, churn_by_reason
from cxdata.metrics.churn.start_prices import start_prices
from cxdata.metrics.churn.value import assumptions
from cxdata.metrics.churn.what_if import Moves, what_if
from cxdata.metrics.targets import rate_of_a_part
from cxdata.models import Dimension, Filters, Grain, Period
from cxdata.panels.groups import recorded_events
from cxdata.panels.panel import Headline, Panel, Request, line, panel_of, points_text
from cxdata.panels.targets import cost_standing, cost_target_text, target_runs
from cxdata.sentences import churn_detail as tell
from cxdata.sentences.churn_cost import holds_zero

# What takes the period for the days of answers, or only its last day.
OF_WHOLE_HISTORY = ("churn_survival", "churn_cohorts", "churn_scenarios")
# As many scenarios as a board compares.
COMPARED = 5
PERIODS_OF_A_YEAR: Mapping[Grain, int] = {"week": 52, "month": 12, "quarter": 4, "year": 1}
RATES_METHOD = "two-rates-always-named"
COST = "what-a-lost-customer-costs-p-fader--hardie"
DISSATISFACTION = "the-part-that-goes-with-dissatisfaction"
STAY = "how-long-customers-stay-p-kaplan--meier-1958"
ACCOUNTS = "accounts-at-risk"
WHAT_IF = "what-if"
ASSUMPTIONS = "assumptions-d"


# The first screen


def board_panel(request: Request) -> Panel:
    """What happened, to how many, at what cost, and what acting could bring: one sentence."""
    tr, currency = request.tr, _currency(request)
    figures = request.result(board_figures)
    row = figures.row(0, named=True)
    is_costed = bool(say.cost_amounts(row, tr))
    return _panel(
        request,
        "churn_board",
        tr("What does losing customers cost, and what would acting bring?"),
        say.board_sentence(row, tr, currency),
        COST,
        headline=Headline(tr("Cost of churn"), tell.amount_text(row, "cost_", tr, currency))
        if is_costed
        else None,
        reason="" if is_costed else say.reason_sentence(row["reason"], tr),
        frame=None if row["customer_churn_rate"] is None else figures,
    )


def numbers_panel(request: Request) -> Panel:
    """The three numbers of a board: what churn costs, what of it goes with dissatisfaction, what
    could be kept. Each is a part, with that of the period before beside it.
    """
    tr = request.tr
    question = tr("What does losing customers cost, and what would acting bring?")
    now = request.result(board_figures).row(0, named=True)
    other = compared_window(request.filters, _churn(request))
    then = None if other is None else _then(request, other)
    names = {
        "cost": tr("Cost of churn"),
        "dissatisfaction": tr("of which dissatisfaction"),
        "acting": tr("could be kept"),
    }
    parts = tuple(_number(request, code, name, now, then) for code, name in names.items())
    compared = ""
    if other is not None and other.period and request.filters.period:
        compared = say.compared_text(request.filters.period, other.period, tr)
        if then is None:
            compared = tr("the data doesn't cover the whole earlier period")
    example = tr(
        "could be kept in a year, if {share} of detractors became passives",
        share=tr.percent(EXAMPLE.detractors_to_passive_share, 0),
    )
    return _panel(
        request,
        "churn_numbers",
        question,
        say.board_sentence(now, tr, _currency(request)),
        COST,
        parts=parts,
        reason="" if any(it.headline for it in parts) else say.reason_sentence(now["reason"], tr),
        notes=(
            line(compared, example),
            line(say.assumptions_text(request.store.settings.churn, tr, _currency(request))),
        )
        if any(it.headline for it in parts)
        else (),
        frame=request.result(board_figures),
    )


def _then(request: Request, other: Filters) -> dict[str, Any] | None:
    """The three numbers of the window before; None where the two can't be compared."""
    now, then = _churn(request), request.remembered(board_figures, other).row(0, named=True)
    change = churn_change(
        now,
        other.period,
        then,
        known_from=request.remembered(losses_known_from, now["window_last_on"]),
        answers=_answers(request),
    )
    return change.compared


def _number(
    request: Request, code: str, name: str, now: dict[str, Any], then: dict[str, Any] | None
) -> Panel:
    """One of the three: its range and that of before; their middle stands with its parts."""
    tr, currency = request.tr, _currency(request)
    if now[f"{code}_central_amount"] is None or now["customer_churn_rate"] == 0:
        reason = say.reason_sentence(now["acting_reason" if code == "acting" else "reason"], tr)
        return _panel(request, f"churn_number_{code}", name, name, COST, reason=reason)
    verdict, said = "", ""
    if then is not None and then[f"{code}_central_amount"] is not None:
        verdict = tr("before: {amount}", amount=_range(then, code, tr, currency))
    if _is_untold(now, code):
        told = tell.amount_text(now, f"{code}_", tr, currency)
        said = tr("{range}: the interval holds 0, no part can be told", range=told)
    return _panel(
        request,
        f"churn_number_{code}",
        name,
        name,
        COST,
        headline=Headline(
            name,
            _range(now, code, tr, currency),
            verdict,
            moved=False,
            basis=_number_basis(request, code),
        ),
        notes=(line(said, _cost_target(request) if code == "cost" else ""),),
    )


def _number_basis(request: Request, code: str) -> tuple[str, ...]:
    """Of how many customers one of the three numbers is."""
    tr, churn = request.tr, _churn(request)
    if code == "cost":
        _, basis = tell.rates_text(churn, _answers(request), tr)["customer_churn_rate"]
        return line(basis.partition(" · ")[0])
    if code == "dissatisfaction":
        known = tr.percent(churn["class_coverage_share"], 0)
        return (tr("class known for {share} of customers", share=known),)
    classes = request.result(churn_by_class).filter(pl.col("nps_class") == "detractor")
    active = int(classes["active_count"].sum())
    return (tr.plural("of {n} detractor", "of {n} detractors", active),) if active else ()


def _cost_target(request: Request) -> str:
    """What the cost should be at most, and how far it is from it; empty without a target."""
    _, held = cost_standing(request, _churn(request))
    return cost_target_text(held, request)


def _range(row: dict[str, Any], code: str, tr: Translator, currency: str) -> str:
    """An amount from its low to its high end."""
    if _is_untold(row, code):
        return tr("can't be told")
    low, high = (tr.money(row[f"{code}_{it}_amount"], currency) for it in ("low", "high"))
    return f"{low} – {high}"


def _is_untold(row: dict[str, Any], code: str) -> bool:
    """Whether 0 lies within a part's range, so that there may be no part at all."""
    return code != "cost" and holds_zero(row, code)


def customer_churn_panel(request: Request) -> Panel:
    """The share of customers lost, with its counts and interval."""
    tr, churn = request.tr, _churn(request)
    question = tr("How many customers leave?")
    title = say.cost_sentence(churn, tr, _currency(request))
    if churn["customer_churn_rate"] is None:
        reason = say.reason_sentence(churn["reason"], tr)
        return _panel(request, "churn_customers", question, title, RATES_METHOD, reason=reason)
    value, basis = tell.rates_text(churn, _answers(request), tr)["customer_churn_rate"]
    return _panel(
        request,
        "churn_customers",
        question,
        title,
        RATES_METHOD,
        headline=Headline(
            name_of("column", "customer_churn_rate", tr),
            value,
            interval=_interval(request, churn["rate_low"], churn["rate_high"]),
        ),
        notes=(line(basis),),
        frame=request.result(churn_cost_summary),
    )


def revenue_churn_panel(request: Request) -> Panel:
    """The share of yearly revenue lost, with the share of customers whose revenue is known."""
    tr, churn = request.tr, _churn(request)
    question = tr("How much revenue leaves with them?")
    title = name_of("column", "revenue_churn_rate", tr)
    if churn["revenue_churn_rate"] is None:
        is_counted = churn["customer_churn_rate"] is not None
        reason = say.reason_sentence("no_revenue" if is_counted else churn["reason"], tr)
        return _panel(request, "churn_revenue", question, title, RATES_METHOD, reason=reason)
    value, basis = tell.rates_text(churn, _answers(request), tr)["revenue_churn_rate"]
    prices = request.result(start_prices).row(0, named=True)
    return _panel(
        request,
        "churn_revenue",
        question,
        title,
        RATES_METHOD,
        headline=Headline(
            title,
            value,
            interval=_interval(request, churn["revenue_rate_low"], churn["revenue_rate_high"]),
        ),
        notes=(line(basis, tell.start_prices_text(prices, tr)),),
        frame=request.result(churn_cost_summary),
    )


def _interval(request: Request, low: float | None, high: float | None) -> str:
    """A share's interval in words; empty where it has none."""
    if low is None or high is None:
        return ""
    tr = request.tr
    return tr("{range} at {level}", range=tr.percent_range(low, high), level=_level(request))


def revenue_at_risk_panel(request: Request) -> Panel:
    """A year's revenue of today's customers times their segment's and class's rate of leaving."""
    tr, churn, currency = request.tr, _churn(request), _currency(request)
    confidence = _answers(request).confidence
    title = say.revenue_at_risk_sentence(churn, confidence, tr, currency)
    question, method = tr("How much revenue is at risk?"), "revenue-at-risk"
    if not title:
        reason = say.reason_sentence(_at_risk_gap(churn), tr)
        return _panel(request, "churn_revenue_at_risk", question, "", method, reason=reason)
    return _panel(
        request,
        "churn_revenue_at_risk",
        question,
        title,
        method,
        headline=Headline(
            name_of("column", "revenue_at_risk_amount", tr),
            tell.amount_text(churn, "revenue_at_risk_", tr, currency),
        ),
        notes=(
            line(
                *_active_text(request),
                tr("each class at the rate of leaving of its segment"),
                tr(
                    "the interval is of what will be lost: of the rates, and of who happens to "
                    "leave"
                ),
            ),
        ),
        frame=request.result(churn_cost_summary),
    )


def _active_text(request: Request) -> tuple[str, ...]:
    """How many customers there are today; empty where it is withheld."""
    active = request.result(churn_by_class)["active_count"]
    if active.is_empty() or active.null_count():
        return ()
    return (request.tr.plural("{n} customer today", "{n} customers today", int(active.sum())),)


def _at_risk_gap(churn: dict[str, Any]) -> str:
    """Why no revenue at risk can be given; the summary names the first gap of all its figures."""
    if churn["customer_churn_rate"] is None:
        return str(churn["reason"])
    if churn.get("window_reason") == ONE_MOMENT:
        return str(churn["window_reason"])
    if churn["lost_count"] == 0:
        return "nobody_lost"
    if churn["lost_count"] == churn["customer_count"]:
        return "everyone_lost"
    return "no_revenue"


def cost_panel(request: Request) -> Panel:
    """The cost of churn as a range, and what of it goes with dissatisfaction."""
    tr, churn, currency = request.tr, _churn(request), _currency(request)
    question = tr("What does losing customers cost?")
    reason = say.reason_sentence(churn["reason"], tr)
    if churn["customer_churn_rate"] is None:
        title = tr("Churn cost")
        return _panel(request, "churn_summary", question, title, COST, reason=reason)
    amounts = say.cost_amounts(churn, tr)
    summary = request.result(churn_cost_summary)
    return _panel(
        request,
        "churn_summary",
        question,
        say.cost_title(churn, tr, currency),
        COST,
        chart=cost_range_figure(amounts, tr, currency) if amounts else None,
        chart_key="cost_range",
        reason="" if amounts else reason,
        gap=reason if len(amounts) == 1 else "",
        notes=(_cost_basis(request, churn, is_costed=bool(amounts)),),
        frame=summary,
        texts=lambda: tables.churn_summary_table(summary, currency, tr),
    )


def _cost_basis(request: Request, churn: dict[str, Any], *, is_costed: bool) -> tuple[str, ...]:
    """Coverage, window and assumptions; and that it is an association."""
    tr = request.tr
    basis = (
        *say.churn_basis(churn, tr),
        tell.cost_coverage(churn, tr),
        say.unfiltered_text(request.filters, tr),
    )
    if not is_costed:
        return line(*basis)
    return line(
        *basis,
        say.assumptions_text(request.store.settings.churn, tr, _currency(request)),
        say.dissatisfaction_sentence(churn, tr, _currency(request))
        if holds_zero(churn, "dissatisfaction")
        else tr("dissatisfaction and leaving go together: an association, not a proof"),
    )


# Cost


def waterfall_panel(request: Request) -> Panel:
    """From the cost of churn to the part that goes with dissatisfaction."""
    tr, churn, currency = request.tr, _churn(request), _currency(request)
    question = tr("From the cost of churn to dissatisfaction")
    told = say.dissatisfaction_sentence(churn, tr, currency)
    steps = request.result(churn_waterfall)
    if steps.height < 3:
        reason = told or say.reason_sentence(churn["reason"], tr)
        return _panel(request, "churn_waterfall", question, "", DISSATISFACTION, reason=reason)
    return _panel(
        request,
        "churn_waterfall",
        question,
        told,
        DISSATISFACTION,
        chart=churn_waterfall_figure(steps, tr, currency),
        notes=(
            line(
                tr("Lines: low to high; each part has its own range, so they don't add up."),
                tr(
                    "At the promoters' rate: what it would cost had all with a class left as "
                    "rarely as the promoters of their segment, by revenue."
                ),
                tr("Not compared: customers without an answer, or without promoters beside them.")
                if "not_compared" in steps["step"]
                else "",
            ),
            line(tell.excess_sentence(churn, _answers(request).confidence, tr)),
        ),
        frame=steps,
        texts=lambda: tables.waterfall_table(steps, currency, tr),
    )


def classes_panel(request: Request) -> Panel:
    """The churn of promoters, passives, detractors and customers without a class."""
    tr, answers = request.tr, _answers(request)
    classes = request.result(churn_by_class)
    question = tr("Who leaves?")
    title = tell.classes_sentence(classes, answers.small_base_count, tr)
    is_known = classes["customer_churn_rate"].is_not_null().any()
    return _panel(
        request,
        "churn_by_class",
        question,
        title,
        "the-class-of-a-customer",
        chart=churn_by_class_figure(classes, answers.small_base_count, tr) if is_known else None,
        notes=(
            line(
                tr(
                    "Class of the last answer before the period; bars are {level} intervals. "
                    "Pale: small base.",
                    level=_level(request),
                ),
                points_text(classes, "customer_churn_rate", "customer_count", tr),
            ),
        ),
        reason="" if is_known else _first_reason(request, classes),
        frame=classes,
        texts=lambda: tables.classes_table(classes, answers, tr),
    )


def cost_by_panel(request: Request, dimension: Dimension = "segment") -> Panel:
    """What churn costs in each group of customers, the dearest first."""
    tr, currency, answers = request.tr, _currency(request), _answers(request)
    values = request.result(churn_cost_by, dimension)
    question = tr("Which group's churn costs most?")
    if values.is_empty():
        reason = _first_reason(request, values)
        return _panel(request, "churn_cost_by", question, question, COST, reason=reason)
    title = tell.cost_by_sentence(values, dimension, answers, tr, currency)
    is_known = (values["cost_central_amount"] > 0).any()
    return _panel(
        request,
        "churn_cost_by",
        question,
        title,
        COST,
        chart=cost_by_figure(values, dimension, answers.small_base_count, tr, currency)
        if is_known
        else None,
        chart_key="cost_by",
        notes=(
            line(
                tr("Dots: central; lines: low to high. Pale: small base."),
                tr("Each group has its own range: lows and highs don't add up."),
            ),
        )
        if is_known
        else (),
        reason="" if is_known else title,
        frame=values,
        texts=lambda: tables.cost_by_table(values, dimension, currency, answers, tr),
    )


def promoters_panel(request: Request) -> Panel:
    """What today's promoters bring in a year by recommending."""
    tr, currency = request.tr, _currency(request)
    promoters = request.result(promoter_value)
    row = promoters.row(0, named=True)
    question, method = tr("What promoters bring"), "what-promoters-bring"
    title = tell.promoter_sentence(row, tr, currency)
    if row["value_low_amount"] is None:
        return _panel(request, "churn_promoters", question, title, method, reason=title)
    return _panel(
        request,
        "churn_promoters",
        question,
        title,
        method,
        headline=Headline(
            tr("Their lifetime value"), tell.amount_text(row, "value_", tr, currency)
        ),
        notes=(
            line(
                tr("rests on the referral rate, which nobody measured"),
                tr("low to high: the assumptions alone, without an interval for chance"),
                say.sources_text(request.store.settings.churn, ("referral_rate",), tr),
                tr("new customers are assumed to be like those of the promoter's segment"),
            ),
        ),
        frame=promoters,
        texts=lambda: tables.promoters_table(promoters, currency, tr),
    )


# Over time


def trend_panel(request: Request, grain: Grain = "month") -> Panel:
    """Both rates of leaving over time, each period with its own customers."""
    tr, currency, answers = request.tr, _currency(request), _answers(request)
    trend = request.result(churn_trend, grain=grain)
    title = tell.churn_trend_sentence(trend, grain, tr)
    if partial := tell.partial_periods_sentence(trend, grain, tr):
        title = f"{title} · {partial}"
    is_known = trend["customer_churn_rate"].is_not_null().any()
    return _panel(
        request,
        "churn_trend",
        tr("Do more customers leave than before?"),
        title,
        RATES_METHOD,
        chart=churn_trend_figure(
            trend,
            tr,
            grain,
            events=recorded_events(request, ("churn_rate", "churn_cost")),
            targets=_rate_targets(request, trend, grain),
        )
        if is_known
        else None,
        notes=(
            line(
                tr(
                    "Band: {level} interval of customer churn. Hollow: partial period.",
                    level=_level(request),
                ),
                tr("Each period's customers are those of its first day."),
                points_text(trend, "customer_churn_rate", "customer_count", tr),
                say.fiscal_year_text(grain, tr),
            ),
        )
        if is_known
        else (),
        reason="" if is_known else title,
        frame=tables.with_period_names(trend, grain, tr),
        texts=lambda: tables.churn_trend_table(trend, grain, currency, answers, tr),
    )


def _rate_targets(request: Request, trend: pl.DataFrame, grain: Grain) -> tuple[TargetRun, ...]:
    """A year's target of customer churn as that of the trend's periods."""
    periods = trend.filter(pl.col("customer_churn_rate").is_not_null())["period"].to_list()
    return tuple(
        replace(it, value=rate_of_a_part(it.value, PERIODS_OF_A_YEAR[grain]))
        for it in target_runs(request, "churn_rate", periods, grain)
    )


def reasons_panel(request: Request) -> Panel:
    """Why customers left, as it was written down."""
    tr, currency, answers = request.tr, _currency(request), _answers(request)
    reasons = request.result(churn_by_reason)
    question = tr("Why they left, as written down")
    if reasons.is_empty():
        reason = say.reason_sentence(_gap(request) or "nobody_lost", tr)
        return _panel(request, "churn_reasons", question, "", RATES_METHOD, reason=reason)
    title = tell.reasons_sentence(reasons, tr)
    is_known = reasons["lost_share"].is_not_null().any()
    return _panel(
        request,
        "churn_reasons",
        question,
        title,
        RATES_METHOD,
        chart=reasons_figure(reasons, tr) if is_known else None,
        notes=(
            line(
                tr("Share of the lost on its {level} interval.", level=_level(request)),
                tr("A written reason may be what was easiest to say."),
            ),
        ),
        reason="" if is_known else title,
        frame=reasons,
        texts=lambda: tables.reasons_table(reasons, currency, answers, tr),
    )


# Survival


def survival_panel(request: Request) -> Panel:
    """How long customers of each class stay after their first answer."""
    tr, answers = request.tr, _answers(request)
    curve = request.result(survival_by_class)
    question, title = tr("Who stays?"), tell.survival_sentence(curve, tr)
    if curve.is_empty():
        gap = request.result(survival_difference)["reason"].item()
        is_said = gap in ("ends_not_told", "only_one_moment")
        reason = tr("Too few customers with an answer to follow them.")
        reason = say.reason_sentence(gap, tr) if is_said else reason
        return _panel(request, "churn_survival", question, title, STAY, reason=reason)
    test = request.result(survival_difference).row(0, named=True)
    covered = _churn(request)["class_coverage_share"]
    return _panel(
        request,
        "churn_survival",
        question,
        title,
        STAY,
        lead=tell.difference_sentence(test, _answers(request).confidence, tr),
        chart=survival_figure(curve, tr),
        chart_key="survival",
        notes=(
            line(
                tell.followed_text(test, tr),
                ""
                if covered is None
                else tr("class known for {share} of customers", share=tr.percent(covered, 0)),
                tr("counted from the day after the first answer in the period"),
                tr(
                    "bands: {level}, Kaplan–Meier; the axis doesn't begin at 0",
                    level=_level(request),
                ),
            ),
        ),
        frame=curve,
        units={"days": "number", "months": "number"},
        texts=lambda: tables.survival_table(curve, answers, tr),
    )


def cohorts_panel(request: Request) -> Panel:
    """The share still there of the customers who started in the same quarter."""
    tr, answers = request.tr, _answers(request)
    cohorts = request.result(churn_cohorts)
    title = tr("Still there, by the quarter of their start")
    if cohorts["still_share"].is_null().all():
        gap = request.remembered(customers_known).no_days or _gap(request)
        reason = say.reason_sentence(gap, tr) or tr("No customers whose start is known.")
        return _panel(request, "churn_cohorts", title, title, STAY, reason=reason)
    return _panel(
        request,
        "churn_cohorts",
        title,
        tell.cohorts_sentence(cohorts, tr),
        STAY,
        chart=cohorts_figure(cohorts, tr),
        chart_key="cohorts",
        notes=(
            line(
                tr("Share still there, in %, by full quarters since each customer's own start."),
                tr("In brackets: small base."),
                points_text(cohorts, "still_share", "customer_count", tr),
                tr("* began before losses were recorded, earlier ones may be missing"),
                say.fiscal_year_text("quarter", tr),
            ),
        ),
        frame=tables.with_period_names(cohorts, "quarter", tr, column="cohort"),
        units={"cohort": "day", "age_quarters": "number"},
        texts=lambda: tables.cohorts_table(cohorts, answers, tr),
    )


# At risk


def at_risk_panel(request: Request) -> Panel:
    """The active customers by what their leaving would take away, strategic accounts first.

    ``table`` has the rates of leaving that the list goes by, a line each; the accounts
    themselves are in ``frame``.
    """
    tr, currency = request.tr, _currency(request)
    question = tr("Which accounts are at risk?")
    if not request.store.may_see_people:
        reason = tr(say.PEOPLE_HIDDEN)
        return _panel(request, "churn_at_risk", question, reason, ACCOUNTS, reason=reason)
    accounts, churn = request.result(at_risk_accounts), _churn(request)
    whole = churn["revenue_at_risk_amount"]
    title = tell.at_risk_sentence(accounts, whole, tr, currency)
    if accounts.is_empty():
        return _panel(request, "churn_at_risk", question, title, ACCOUNTS, reason=title)
    return _panel(
        request,
        "churn_at_risk",
        question,
        title,
        ACCOUNTS,
        lead=tell.small_classes_sentence(accounts, tr),
        headline=None
        if whole is None
        else Headline(
            name_of("column", "revenue_at_risk_amount", tr),
            tell.amount_text(churn, "revenue_at_risk_", tr, currency),
        ),
        table=tables.leaving_rates_table(accounts, currency, _answers(request), tr),
        notes=(
            line(
                tr("Strategic accounts first, then by revenue at risk."),
                tr(
                    "Leaving rate: of the segment's customers of this class in a year, not of this "
                    "one."
                ),
                tr.plural("{n} account listed", "{n} accounts listed", accounts.height),
            ),
        ),
        frame=accounts,
        texts=lambda: tables.at_risk_table(accounts, currency, tr),
    )


# What if


def what_if_panel(request: Request, moves: Moves = EXAMPLE) -> Panel:
    """What moves would bring in a year; ``frame`` has all of them, known or not.

    The table and the chart leave the total out where there is one move alone.
    """
    tr, currency = request.tr, _currency(request)
    known = request.result(effects)
    rows = what_if(known, moves)
    shown = rows if rows.height > 2 else rows.head(1)
    title = tell.what_if_sentence(rows, tr, currency)
    is_known = rows["low_amount"].is_not_null().any()
    confidence = say.percent_text(known.settings.answers.confidence, tr)
    return _panel(
        request,
        "churn_what_if",
        tr("What would acting bring?"),
        title,
        WHAT_IF,
        chart=_moves_figure(request, shown) if is_known else None,
        chart_key="what_if",
        notes=(
            line(
                tr("In a year, among today's customers; what acting costs isn't taken off."),
                tr("Associations: who is moved may go on behaving as before."),
                tr(
                    "Ranges: {level} intervals at the low and high assumptions.",
                    level=confidence,
                ),
                say.assumptions_text(known.settings.churn, tr, currency),
            ),
        )
        if is_known
        else (),
        reason="" if is_known else title,
        frame=rows,
        units={"size": "number"},
        texts=lambda: tables.what_if_table(shown, currency, tr),
    )


def _moves_figure(request: Request, rows: pl.DataFrame) -> Figure:
    known = rows.filter(pl.col("low_amount").is_not_null())
    ranges = [
        (
            tell.moves_text(row, request.tr),
            row["low_amount"],
            row["central_amount"],
            row["high_amount"],
        )
        for row in known.iter_rows(named=True)
    ]
    return cost_range_figure(ranges, request.tr, _currency(request))


def scenarios_panel(request: Request, scenario_ids: Sequence[str] | None = None) -> Panel:
    """Saved scenarios side by side, each with its own filters; by default the newest ones.

    Raises
    ------
    CxDataError
        If one of the scenarios was removed.
    """
    tr, currency = request.tr, _currency(request)
    if scenario_ids is None:
        scenario_ids = request.remembered(recorded_scenarios)["scenario_id"].to_list()[:COMPARED]
    question, title = tr("Saved scenarios"), tr("Saved scenarios, each with its own filters")
    if not scenario_ids:
        reason = tr("No scenario was saved yet.")
        return _panel(request, "churn_scenarios", question, title, WHAT_IF, reason=reason)
    compared = request.remembered(compared_scenarios, tuple(scenario_ids))
    zone = request.store.settings.firm.time_zone
    totals = compared.filter((pl.col("move") == "total") & pl.col("low_amount").is_not_null())
    ranges = [
        tuple(row)
        for row in totals.select("name", "low_amount", "central_amount", "high_amount").iter_rows()
    ]
    return _panel(
        request,
        "churn_scenarios",
        question,
        title,
        WHAT_IF,
        lead=tell.differences_sentence(scenario_differences(compared), tr),
        chart=cost_range_figure(ranges, tr, currency) if ranges else None,
        chart_key="scenarios",
        notes=(
            line(
                tr("As they were when saved, with the filters and the data of that day."),
                tr("Associations: who is moved may go on behaving as before."),
                tr("“Set the sliders so” takes the moves alone: filters and data are today's."),
            ),
        ),
        reason="" if ranges else _first_reason(request, compared),
        frame=compared.drop("scenario_id", "data_mark", "settings_mark"),
        units={"size": "number"},
        texts=lambda: tables.scenarios_table(compared, currency, zone, tr),
    )


# Assumptions


def tornado_panel(request: Request) -> Panel:
    """How far each assumption alone moves the cost."""
    tr, currency = request.tr, _currency(request)
    swings = request.result(tornado)
    title = tr("Which assumption moves the cost most?")
    if swings.is_empty():
        reason = say.reason_sentence(_churn(request)["reason"], tr)
        return _panel(request, "churn_tornado", title, title, ASSUMPTIONS, reason=reason)
    return _panel(
        request,
        "churn_tornado",
        title,
        tell.tornado_sentence(swings, tr, currency),
        ASSUMPTIONS,
        chart=sensitivity_figure(swings, tr, currency),
        chart_key="sensitivity",
        notes=(line(tr("Each alone from its low to its high value, all others central.")),),
        frame=swings,
        texts=lambda: tables.tornado_table(swings, currency, tr),
    )


def assumptions_panel(request: Request) -> Panel:
    """What the amounts rest on: the firm's assumptions with their sources. Never empty."""
    tr, currency = request.tr, _currency(request)
    listed = assumptions(request.store.settings)
    title = tr("Assumptions")
    return _panel(
        request,
        "churn_assumptions",
        tr("What do the amounts rest on?"),
        title,
        ASSUMPTIONS,
        table=tables.assumptions_table(listed, currency, tr),
        notes=(
            line(tr("Low and high are those that make the cost low and high.")),
            line(
                tr(
                    "A replacement's price is counted and its margin isn't: the cost is too high "
                    "where all who leave are replaced at once."
                ),
                tr(
                    "Customers are taken to leave at the same rate whatever their age: the cost is "
                    "too low where old ones leave more rarely."
                ),
            ),
        ),
        frame=listed,
        units=dict.fromkeys(("low", "central", "high"), "number"),  # as the column unit says
    )


def _panel(
    request: Request, key: str, question: str, title: str, method: str, **shown: Any
) -> Panel:
    filters = request.filters if key in OF_WHOLE_HISTORY else _windowed(request)
    return panel_of(
        request, key, question, title, method, scope="customers", filters=filters, **shown
    )


def _windowed(request: Request) -> Filters:
    """The request's filters with the window that its period became."""
    churn, filters = _churn(request), request.filters
    if filters.period is None or churn["window_first_on"] is None:
        return filters
    window = Period(churn["window_first_on"], churn["window_last_on"])
    return replace(filters, period=window)


def _churn(request: Request) -> dict[str, Any]:
    """The one row of the summary."""
    return request.result(churn_cost_summary).row(0, named=True)


def _gap(request: Request) -> str | None:
    """Why there is no rate at all, and so nothing of the page but that; None if there is one."""
    churn = _churn(request)
    return churn["reason"] if churn["customer_churn_rate"] is None else None


def _first_reason(request: Request, rows: pl.DataFrame) -> str:
    """The first reason that the rows give; without rows, that of the whole."""
    reasons = rows["reason"].drop_nulls()
    code = _churn(request)["reason"] if reasons.is_empty() else reasons[0]
    return say.reason_sentence(code, request.tr)


def _level(request: Request) -> str:
    """How often intervals hold the truth, in words: 95%."""
    return say.percent_text(_answers(request).confidence, request.tr)


def _answers(request: Request) -> AnswerSettings:
    return request.store.settings.answers


def _currency(request: Request) -> str:
    return request.store.settings.firm.currency
