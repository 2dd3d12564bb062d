"""What the sections of the Churn cost page say: the parts of the cost, time, stay, acting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.churn.exposure import CLASSES
from cxdata.metrics.churn.leaving_more import leaving_more
from cxdata.models import CUSTOMER_DIMENSIONS, NPS_CLASSES, Dimension, Grain, Period
from cxdata.sentences.churn_cost import percent_text
from cxdata.sentences.groups import partial_sentence
from cxdata.sentences.scope import REASONS, p_text, period_text, reason_sentence

# As many classes as a sentence can name.
NAMED_CLASSES = 6
YEAR_DAYS, HALF_YEAR_DAYS = 365, 182
# A p-value from here on says that chance alone may make such a difference.
# Whole texts: a name made fit for the middle of a sentence would be wrong in some language.
SHARES_OF = {
    "promoter": N_("{share} of promoters"),
    "passive": N_("{share} of passives"),
    "detractor": N_("{share} of detractors"),
}


def rates_text(
    churn: dict[str, Any], answers: AnswerSettings, tr: Translator
) -> dict[str, tuple[str, str]]:
    """Customer churn and revenue churn: each value, and what it is made of."""
    customers = tr(
        "{lost} lost of {customers}",
        lost=tr.number(churn["lost_count"]),
        customers=tr.number(churn["customer_count"]),
    )
    interval = tr.percent_range(churn["rate_low"], churn["rate_high"])
    is_small = churn["customer_count"] < answers.small_base_count
    level = percent_text(answers.confidence, tr)
    revenue = churn["revenue_churn_rate"]
    return {
        "customer_churn_rate": (
            tr.percent(churn["customer_churn_rate"]),
            " · ".join(
                [customers, tr("{range} at {level}", range=interval, level=level)]
                + ([tr("small base")] if is_small else [])
            ),
        ),
        "revenue_churn_rate": (
            "–" if revenue is None else tr.percent(revenue),
            reason_sentence("no_revenue", tr)
            if revenue is None
            else " · ".join(_revenue_basis(churn, level, tr)),
        ),
    }


def _revenue_basis(churn: dict[str, Any], level: str, tr: Translator) -> list[str]:
    """Of what revenue churn is the share, and its interval."""
    share = tr.percent(churn["revenue_coverage_share"], 0)
    known = tr("of yearly revenue, known for {share}", share=share)
    if churn["revenue_rate_low"] is None:
        return [known]
    interval = tr.percent_range(churn["revenue_rate_low"], churn["revenue_rate_high"])
    return [known, tr("{range} at {level}", range=interval, level=level)]


def start_prices_text(prices: dict[str, Any], tr: Translator) -> str:
    """That revenue isn't what was paid at the window's start, or not of all; else empty."""
    if prices["told"] in (None, "all"):
        return ""
    day = tr.day(prices["window_first_on"])
    if prices["told"] == "none":
        return tr("later prices: those of {day} aren't known", day=day)
    if prices["told_share"] is None:
        return tr("later prices where those of {day} aren't known", day=day)
    return tr(
        "prices of {day} for {share}, later ones for the others",
        day=day,
        share=tr.percent(prices["told_share"], 0),
    )


def amount_text(row: dict[str, Any], what: str, tr: Translator, currency: str) -> str:
    """An amount as its range; a dash where it can't be given."""
    low, high = row[f"{what}low_amount"], row[f"{what}high_amount"]
    if low is None:
        return "–"
    return tr("{low} to {high}", low=tr.money(low, currency), high=tr.money(high, currency))


def excess_sentence(churn: dict[str, Any], confidence: float, tr: Translator) -> str:
    """How many customers more were lost than if all had left as rarely as promoters."""
    if churn["excess_lost_count"] is None:
        return ""
    low, high = (_count(churn[f"excess_lost_{end}_count"], tr) for end in ("low", "high"))
    level = percent_text(confidence, tr)
    excess = round(churn["excess_lost_count"])
    if excess > 0:
        sentence = tr.plural(
            "{n} customer more left than if passives and detractors had left as rarely as the "
            "promoters of their segment ({low} to {high} at {level}).",
            "{n} customers more left than if passives and detractors had left as rarely as the "
            "promoters of their segment ({low} to {high} at {level}).",
            excess,
            low=low,
            high=high,
            level=level,
        )
    else:
        sentence = tr(
            "Passives and detractors left no more often than the promoters of their segment "
            "(difference {low} to {high} customers at {level}).",
            low=low,
            high=high,
            level=level,
        )
    if churn["compared_share"] is None or churn["compared_share"] >= 1:
        return sentence
    compared = tr(
        "Compared are {share} of passives and detractors: the others' segments have no promoters.",
        share=tr.percent(churn["compared_share"], 0),
    )
    return f"{sentence} {compared}"


def cost_coverage(churn: dict[str, Any], tr: Translator) -> str:
    """Of how many of the lost the cost is."""
    if churn["costed_lost_count"] in (None, 0, churn["lost_count"]):
        return ""
    return tr(
        "cost of the {known} of {lost} lost whose revenue is known",
        known=tr.number(churn["costed_lost_count"]),
        lost=tr.number(churn["lost_count"]),
    )


def cost_by_sentence(
    values: pl.DataFrame,
    dimension: Dimension,
    answers: AnswerSettings,
    tr: Translator,
    currency: str,
) -> str:
    """Which group surely leaves more often than the others, and what that costs.

    The dearest of those. The dearest of all is named by no sentence: the largest group is, too,
    where all leave alike.
    """
    known = values.filter(pl.col("cost_central_amount") > 0)
    if known.is_empty():
        if (values["lost_count"] == 0).all() and not values["lost_count"].null_count():
            return reason_sentence("nobody_lost", tr)
        return tr("The cost of no group can be given.")
    sure = (
        leaving_more(values, answers)
        .drop_nulls("cost_central_amount")
        .sort("cost_central_amount", descending=True)
    )
    if sure.is_empty():
        return tr("No group surely leaves more often than the others.")
    row = sure.row(0, named=True)
    return tr(
        "{group}: {range}, {lost} of {customers} customers lost, {low} to {high} points more than "
        "of the others",
        group=_named(row[dimension], tr),
        range=amount_text(row, "cost_", tr, currency),
        lost=tr.number(row["lost_count"]),
        customers=tr.number(row["customer_count"]),
        low=tr.number(100 * row["difference_low"], 1),
        high=tr.number(100 * row["difference_high"], 1),
    )


def promoter_sentence(row: dict[str, Any], tr: Translator, currency: str) -> str:
    """What today's promoters bring by recommending."""
    if row["reason"] == "no_promoters":
        return tr("No promoters among today's customers.")
    if row["value_low_amount"] is None:
        return reason_sentence(row["reason"], tr)
    digits = 1 if row["referred_high_count"] < 10 else 0
    return tr(
        "{n} promoters bring {low} to {high} new customers a year by recommending, worth {range}",
        n=tr.number(row["valued_promoter_count"]),
        low=tr.number(row["referred_low_count"], digits),
        high=tr.number(row["referred_high_count"], digits),
        range=amount_text(row, "value_", tr, currency),
    )


def churn_trend_sentence(trend: pl.DataFrame, grain: Grain, tr: Translator) -> str:
    """Between which rates the complete periods lie."""
    known = trend.filter(pl.col("customer_churn_rate").is_not_null() & pl.col("is_complete"))
    if known.is_empty():
        return tr("No complete period with enough customers.")
    least = known.row(by_predicate=_is_extreme("min"), named=True)
    most = known.row(by_predicate=_is_extreme("max"), named=True)
    rate = tr.percent(most["customer_churn_rate"])
    if most["customer_churn_rate"] == 0:
        return tr("Nobody left in the complete periods")
    if known.height == 1:
        period = tr.period_name(most["period"], grain)
        return tr("{period}: {rate} of the customers left", period=period, rate=rate)
    if tr.percent(least["customer_churn_rate"]) == rate:
        return tr("{rate} of the customers left in each complete period", rate=rate)
    return tr(
        "Between {least} ({first}) and {most} ({last}) of the customers left",
        least=tr.percent(least["customer_churn_rate"]),
        first=tr.period_name(least["period"], grain),
        most=tr.percent(most["customer_churn_rate"]),
        last=tr.period_name(most["period"], grain),
    )


def _is_extreme(which: str) -> pl.Expr:
    rate = pl.col("customer_churn_rate")
    place = rate.arg_min() if which == "min" else rate.arg_max()
    return pl.int_range(pl.len()) == place


def partial_periods_sentence(trend: pl.DataFrame, grain: Grain, tr: Translator) -> str:
    """Which of the last periods isn't whole: its rate is of the days that are known."""
    known = trend.filter(pl.col("customer_churn_rate").is_not_null())
    if known.is_empty() or known["is_complete"][-1]:
        return ""
    return partial_sentence(known["period"][-1], grain, tr)


def classes_sentence(classes: pl.DataFrame, small_base_count: int, tr: Translator) -> str:
    """Whether detractors leave more often than promoters, beyond chance."""
    rows = {
        row["nps_class"]: row
        for row in classes.drop_nulls("customer_churn_rate").to_dicts()
        if row["customer_count"] >= small_base_count
    }
    low, high = rows.get("promoter"), rows.get("detractor")
    if low is None or high is None:
        return tr("Too few customers of a class to say who leaves more often")
    told = {
        "detractors": tr.percent(high["customer_churn_rate"]),
        "promoters": tr.percent(low["customer_churn_rate"]),
    }
    if high["rate_low"] > low["rate_high"]:
        return tr(
            "Detractors leave more often: {detractors} against {promoters} of promoters", **told
        )
    return tr(
        "Detractors don't surely leave more often: {detractors} against {promoters} of promoters",
        **told,
    )


def cohorts_sentence(cohorts: pl.DataFrame, tr: Translator) -> str:
    """What is left of the cohort that is watched longest, of those seen from their start."""
    known = cohorts.filter(pl.col("still_share").is_not_null() & ~pl.col("is_small_base"))
    whole = known.filter("is_watched_from_start", pl.col("age_quarters") > 0)
    if whole.is_empty():
        return tr("Still there, by the quarter of their start")
    row = whole.sort("age_quarters", "cohort").row(-1, named=True)
    return tr.plural(
        "Of those who started in {cohort}, {share} are still there after {n} quarter",
        "Of those who started in {cohort}, {share} are still there after {n} quarters",
        row["age_quarters"],
        cohort=tr.period_name(row["cohort"], "quarter"),
        share=tr.percent(row["still_share"], 0),
    )


def tornado_sentence(swings: pl.DataFrame, tr: Translator, currency: str) -> str:
    """The assumption that moves the cost most, and from where to where."""
    row = swings.row(0, named=True)
    ends = sorted((row["low_amount"], row["high_amount"]))
    return tr(
        "{assumption} moves the cost most: from {low} to {high}",
        assumption=name_of("assumption", row["assumption"], tr),
        low=tr.money(ends[0], currency),
        high=tr.money(ends[1], currency),
    )


def reasons_sentence(reasons: pl.DataFrame, tr: Translator) -> str:
    """The reason given most often, and how many gave none."""
    given = reasons.drop_nulls("end_reason")
    if given.is_empty():
        return tr("No reason is given for any of the lost customers.")
    first = given.row(0, named=True)
    if first["lost_count"] is None:
        return tr("Too few customers gave the same reason to show it.")
    total = round(first["lost_count"] / first["lost_share"])
    sentence = tr(
        "“{reason}” is given most often: {count} of {lost} lost ({share})",
        reason=first["end_reason"],
        count=tr.number(first["lost_count"]),
        lost=tr.number(total),
        share=tr.percent(first["lost_share"], 0),
    )
    silent = reasons.filter(pl.col("end_reason").is_null())["lost_count"].sum()
    if not isinstance(silent, int) or not silent:
        return sentence
    return f"{sentence} · {tr('no reason for {n}', n=tr.number(silent))}"


def survival_sentence(curve: pl.DataFrame, tr: Translator) -> str:
    """How many of each class are still there after a year, or half a year."""
    for days, asked in ((YEAR_DAYS, tr("a year")), (HALF_YEAR_DAYS, tr("half a year"))):
        told = [
            tr(SHARES_OF[it], share=tr.percent(share, 0))
            for it in NPS_CLASSES
            if (share := _still_there(curve, it, days)) is not None
        ]
        if len(told) > 1:
            return tr("After {time}, still there: {shares}", time=asked, shares=", ".join(told))
    return tr("How long customers stay after an answer")


def _still_there(curve: pl.DataFrame, nps_class: str, days: int) -> float | None:
    """Kaplan–Meier's share at an age; None where the curve doesn't reach it."""
    own = curve.filter(pl.col("nps_class") == nps_class)
    if own.is_empty() or own["days"].item(-1) < days:
        return None
    return float(own.filter(pl.col("days") <= days)["survival"].item(-1))


def difference_sentence(test: dict[str, Any], confidence: float, tr: Translator) -> str:
    """Whether the classes leave at different rates: log-rank within the segments, in words."""
    if test["reason"]:
        return reason_sentence(test["reason"], tr)
    p_value = test["standardised_p_value"]
    if p_value is None:
        return tr("Within the segments there is nothing to compare.")
    if p_value < 1 - confidence:
        return tr(
            "The classes leave at different rates, within the same segment too (log-rank, {p}).",
            p=p_text(p_value, tr),
        )
    return tr(
        "Within the same segment, the classes can't be told apart (log-rank, {p}).",
        p=p_text(p_value, tr),
    )


def followed_text(test: dict[str, Any], tr: Translator) -> str:
    """Of how many customers the curves are."""
    return tr(
        "{customers} customers with an answer, {lost} of them lost afterwards",
        customers=tr.number(test["customer_count"]),
        lost=tr.number(test["lost_count"]),
    )


def at_risk_sentence(
    accounts: pl.DataFrame, whole_amount: float | None, tr: Translator, currency: str
) -> str:
    """How much of the revenue at risk the listed accounts hold, and how many are strategic."""
    at_risk = accounts["revenue_at_risk_amount"].drop_nulls()
    if at_risk.is_empty():
        reasons = accounts["reason"].drop_nulls()
        if reasons.is_empty():
            return tr("Too few customers are still there to list them.")
        return reason_sentence(reasons[0], tr)
    strategic = accounts.filter("is_strategic")
    listed = tr.money(float(at_risk.sum()), currency)
    if whole_amount is None:
        return tr.plural(
            "{listed} at risk in a year with {n} account whose class has a churn rate",
            "{listed} at risk in a year with {n} accounts whose class has a churn rate",
            len(at_risk),
            listed=listed,
        )
    amount = tr.money(whole_amount, currency)
    if strategic.is_empty():
        return tr.plural(
            "{n} account holds {listed} of the {amount} at risk in a year",
            "{n} accounts hold {listed} of the {amount} at risk in a year",
            accounts.height,
            listed=listed,
            amount=amount,
        )
    own = strategic["revenue_at_risk_amount"].drop_nulls().sum()
    return tr.plural(
        "{n} strategic account holds {own} of the {amount} at risk in a year",
        "{n} strategic accounts hold {own} of the {amount} at risk in a year",
        strategic.height,
        own=tr.money(float(own), currency),
        amount=amount,
    )


def small_classes_sentence(accounts: pl.DataFrame, tr: Translator) -> str:
    """Which leaving rates of the listed accounts rest on few customers; empty if none does."""
    small = (
        accounts.filter("is_small_base", pl.col("churn_rate").is_not_null())
        .select("segment", "nps_class", "class_customer_count")
        .unique()
        .sort("segment", pl.col("nps_class").cast(pl.Enum(CLASSES)), nulls_last=True)
    )
    if small.is_empty():
        return ""
    if small.height > NAMED_CLASSES:
        return tr(
            "Small base: {n} of the leaving rates rest on few customers.",
            n=tr.number(small.height),
        )
    told = [
        (f"{segment} · " if segment else "")
        + f"{name_of('nps_class', name, tr)} ({tr.number(count)})"
        for segment, name, count in small.iter_rows()
    ]
    return tr(
        "Small base: the leaving rate rests on few customers of these classes: {classes}.",
        classes=", ".join(told),
    )


def what_if_sentence(rows: pl.DataFrame, tr: Translator, currency: str) -> str:
    """What the moves together could bring in a year."""
    if rows.is_empty():
        return tr("Move a slider to see what acting could bring.")
    total = rows.row(-1, named=True)
    if total["low_amount"] is None:
        return reason_sentence(total["reason"], tr)
    amount = amount_text(total, "", tr, currency)
    if total["low_amount"] <= 0 <= total["high_amount"]:
        return tr("Can't be told yet: {range} a year", range=amount)
    return tr("Could keep {range} a year, if the association is causal", range=amount)


def concerned_text(effect_count: float, reason: str | None, kind: str, tr: Translator) -> str:
    """How many customers a whole move is about, or why it has no figure.

    Parameters
    ----------
    kind
        ``detractors``, or ``missed``: whose first contact was missed.
    """
    if reason:
        return reason_sentence(reason, tr)
    n = round(effect_count)
    if kind == "missed":
        return tr.plural(
            "of {n} customer whose first contact was missed",
            "of {n} customers whose first contact was missed",
            n,
        )
    return tr.plural("of {n} detractor", "of {n} detractors", n)


def rescue_text(
    rate: float,
    interval: tuple[float, float],
    called_count: int,
    confidence: float,
    tr: Translator,
) -> str:
    """The rescue rate that the firm's own cases show."""
    return tr(
        "measured: {rate} ({range} at {level}), on {n} detractors who were called back",
        rate=tr.percent(rate, 0),
        range=tr.percent_range(*interval, 0),
        level=percent_text(confidence, tr),
        n=tr.number(called_count),
    )


def kept_text(row: dict[str, Any], tr: Translator) -> str:
    """How many customers would stay instead of leaving, with the range."""
    if row["kept_central_count"] is None:
        return reason_sentence(row["reason"], tr)
    return tr(
        "{count} ({low} to {high})",
        count=_count(row["kept_central_count"], tr),
        low=_count(row["kept_low_count"], tr),
        high=_count(row["kept_high_count"], tr),
    )


def basis_text(row: dict[str, Any], tr: Translator) -> str:
    """Whether a move's effect was measured, assumed or can't be told."""
    if row["reason"] and row["low_amount"] is None:
        return tr(REASONS[row["reason"]])
    if row["basis"] == "assumed":
        return tr("rests on an assumption of yours")
    if row["is_established"] is False:
        return tr("within the noise: the data can't tell whether it does anything")
    return tr("measured: an association in the firm's own data")


def moves_text(row: dict[str, Any], tr: Translator) -> str:
    """What a move is, and how much of it."""
    name, size = name_of("move", row["move"], tr), row["size"]
    if size is None:
        return name
    if row["move"] == "compliance":
        return f"{name} (+{tr.number(size, 0 if size == int(size) else 1)} {tr('points')})"
    return f"{name} ({percent_text(size, tr)})"


def scenario_scope(row: dict[str, Any], tr: Translator) -> str:
    """The filters that a saved scenario was made with.

    Parameters
    ----------
    row
        A row of :func:`cxdata.followup.scenarios.recorded_scenarios`.
    """
    period = Period(row["first_on"], row["last_on"]) if row["first_on"] else None
    chosen = [row[name] for name in CUSTOMER_DIMENSIONS if row.get(name)]
    return " · ".join([period_text(period, tr), *chosen])


def scenario_label(row: dict[str, Any], tr: Translator) -> str:
    """A saved scenario in a list: its name and its filters."""
    return f"{row['name']} ({scenario_scope(row, tr)})"


def differences_sentence(codes: Sequence[str], tr: Translator) -> str:
    """Why scenarios don't compare; empty if nothing speaks against it.

    Parameters
    ----------
    codes
        As :func:`cxdata.followup.scenarios.scenario_differences` returns them.
    """
    words = {
        "filters": tr("different filters"),
        "data": tr("different data"),
        "settings": tr("different settings"),
    }
    told = [words[code] for code in codes if code in words]
    sentences = []
    if told:
        *firsts, last = told
        listed = tr(" and ").join([", ".join(firsts), last]) if firsts else last
        sentences.append(
            tr("These amounts don't compare: the scenarios rest on {things}.", things=listed)
        )
    if "unknown" in codes:
        sentences.append(
            tr("Some were saved before it was kept on which data and settings they rest.")
        )
    return " ".join(sentences)


def _count(count: float, tr: Translator) -> str:
    """With a true minus; without a plus."""
    return tr.signed(count) if count < 0 else tr.number(count)


def _named(value: str | None, tr: Translator) -> str:
    return tr("not given") if value is None else value
