"""What the figures say, in a sentence for a leadership meeting. Codes in, words out.

Texts from files (segment and journey names) go into these sentences as they are: whoever
shows a sentence must show it as text.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.config import ChurnSettings
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of, touchpoint_name
from cxdata.metrics.cx_pyramid import CompanyLevel, PyramidModel
from cxdata.metrics.nps import NpsChange
from cxdata.metrics.response_time import channels_at_goal
from cxdata.models import DIMENSIONS, Dimension, Filters, Period, Scope

# Why a figure can't be given.
REASONS = {
    "no_answers": N_("No answers for these filters."),
    "too_few_to_show": N_("Too few answers to show without telling who gave them."),
    "no_contacts": N_("No contacts for these filters."),
    "none_due": N_("No contact was due yet."),
    "no_customers": N_("No customers for these filters at the start of the period."),
    "after_data": N_("The period begins after the last day of the data."),
    "too_few_customers": N_("Too few customers to give a rate."),
    "no_revenue": N_("No revenue is known for the customers concerned."),
    "everyone_lost": N_("Every customer left: there is no remaining life to count with."),
    "nobody_lost": N_("Nobody left in the period."),
    "no_classes": N_("No customer had answered before the period."),
    "no_promoters": N_("No promoters to compare with."),
    "no_dissatisfied": N_("No passives or detractors to compare."),
    "no_rate_for_class": N_("A class has too few customers to give a churn rate."),
}


def reason_sentence(code: str | None, tr: Translator) -> str:
    """Why there is no figure; empty without a reason."""
    return tr(REASONS[code]) if code else ""


def period_text(period: Period | None, tr: Translator) -> str:
    """From which day to which."""
    if period is None:
        return tr("whole history")
    return f"{tr.short_day(period.first_on)} – {tr.short_day(period.last_on)}"


# Which filters a figure has, by what it counts.
SCOPES: dict[Scope, tuple[Dimension, ...]] = {
    "answers": DIMENSIONS,
    "contacts": DIMENSIONS,
    "customers": ("segment", "region", "product"),
}


def scope_text(filters: Filters, tr: Translator, scope: Scope = "answers") -> str:
    """The filters that a figure was computed with: only those that apply to what it counts."""
    survey = tr("{survey} survey", survey=name_of("survey", filters.survey, tr))
    chosen = [
        ", ".join(value_name(name, it, tr) for it in getattr(filters, name))
        for name in SCOPES[scope]
    ]
    surveys = [survey] if scope == "answers" else []
    return " · ".join([period_text(filters.period, tr), *surveys, *filter(None, chosen)])


def unfiltered_text(filters: Filters, tr: Translator) -> str:
    """Said beside figures of customers, where a chosen filter can't apply to them."""
    if filters.channel or filters.journey:
        return tr("not filtered by channel or journey")
    return ""


def nps_change_sentence(change: NpsChange, tr: Translator) -> str:
    """Direction, size and whether it is real."""
    if change.difference is None:
        return tr("No earlier figure")
    points = tr.signed(change.difference, 1)
    match change.verdict:
        case "too_few_answers":
            return tr("{points} points, too few answers", points=points)
        case "within_noise":
            return tr("{points} points, within the noise", points=points)
        case "real_change":
            return tr("{points} points, real change", points=points)


def nps_title(change: NpsChange, tr: Translator) -> str:
    """The message of the NPS trend."""
    if change.difference is None:
        return tr("NPS over time")
    size = tr.number(abs(change.difference), 1)
    match change.verdict:
        case "too_few_answers":
            return tr("Too few answers to say whether the NPS moved")
        case "within_noise":
            return tr("The NPS did not move beyond the noise")
        case "real_change":
            if change.difference > 0:
                return tr("The NPS rose {size} points: a real change", size=size)
            return tr("The NPS fell {size} points: a real change", size=size)


def nps_basis(change: NpsChange, tr: Translator) -> list[str]:
    """Interval, n, comparison, p and what would have shown: the small print of an NPS."""
    now = change.current.row(0, named=True)
    parts = [_interval(now, tr), tr.plural("{n} answer", "{n} answers", now["answer_count"])]
    if now["base"] == "small":
        parts.append(tr("small base"))
    if change.difference is not None and change.compared_period and change.p_value is not None:
        parts.append(tr("against {period}", period=period_text(change.compared_period, tr)))
        parts.append(p_text(change.p_value, tr))
        if change.smallest_detectable_change is not None:
            least = tr.number(change.smallest_detectable_change, 1)
            parts.append(tr("a change of {least} points would have shown", least=least))
    if not change.is_compared_complete and change.compared_period:
        parts.append(tr("the data doesn't cover the whole earlier period"))
    return [part for part in parts if part]


def _interval(row: dict[str, Any], tr: Translator) -> str:
    if row["nps"] is None:
        return reason_sentence(row["reason"], tr)
    return tr(
        "95% interval {low} to {high}", low=tr.nps(row["nps_low"]), high=tr.nps(row["nps_high"])
    )


def p_text(p_value: float, tr: Translator) -> str:
    if p_value < 0.001:
        return tr("p below {value}", value=tr.number(0.001, 3))
    return tr("p = {value}", value=tr.number(p_value, 3 if p_value < 0.1 else 2))


def value_name(dimension: str, value: str | None, tr: Translator) -> str:
    """A value of a dimension in words: only channels are codes."""
    if dimension == "channel" or value is None:
        return name_of("channel", value, tr)
    return value


def weakest_sentence(values: pl.DataFrame, dimension: str, tr: Translator) -> str:
    """The value that is really below the rest, if one is; empty where none can be compared."""
    if values["rest_difference"].is_not_null().sum() == 0:
        return ""
    real = values.filter(
        (pl.col("rest_verdict") == "real_change") & (pl.col("rest_difference") < 0)
    ).sort("rest_difference")
    if real.is_empty():
        return tr("No group is really below the others.")
    row = real.row(0, named=True)
    return tr(
        "{name} is {points} points below the rest.",
        name=value_name(dimension, row[dimension], tr),
        points=tr.number(-row["rest_difference"]),
    )


def compliance_title(channels: pl.DataFrame, tr: Translator) -> str:
    """How many channels surely reach their goal."""
    reached, due = channels_at_goal(channels)
    if due == 0:
        return tr("No contact was due yet.")
    return tr("{reached} of {due} channels at their goal", reached=reached, due=due)


def worst_channel_sentence(channels: pl.DataFrame, tr: Translator) -> str:
    """The channel furthest below its goal, and how many contacts that is; empty if none was due."""
    if channels["compliance_rate"].is_not_null().sum() == 0:
        return ""
    missed = channels.filter(pl.col("verdict") == "missed").with_columns(
        gap=pl.col("goal") - pl.col("compliance_rate")
    )
    if missed.is_empty():
        return tr("No channel surely misses its goal.")
    row = missed.sort("gap", descending=True).row(0, named=True)
    late = round(row["gap"] * (row["met_count"] + row["missed_count"]))
    return tr(
        "{channel}: {gap} points short of the goal, {late} contacts more to answer in time.",
        channel=name_of("channel", row["channel"], tr),
        gap=tr.number(100 * row["gap"]),
        late=tr.number(late),
    )


def standard_text(row: dict[str, Any], tr: Translator) -> str:
    """What "in time" means on a channel, and whose goal it is."""
    within = tr.duration(row["favourable_seconds"])
    if row["clock"] == "business":
        limit = tr("within {time} of opening hours", time=within)
    elif row["is_strict"]:
        limit = tr("in less than {time}", time=within)
    else:
        limit = tr("within {time}", time=within)
    goal = tr.percent(row["goal"], 0)
    whose = (
        tr("published goal {goal}", goal=goal)
        if row["goal_is_published"]
        else tr("company's own goal {goal}", goal=goal)
    )
    return f"{limit} · {whose} · {abandon_text(row['abandon_rule'], tr)}"


def abandon_text(rule: str, tr: Translator) -> str:
    return {
        "missed": tr("abandoned counts as missed"),
        "ignored": tr("abandoned ones left out"),
        "short_ignored": tr("short abandons left out"),
    }[rule]


def level_title(company: CompanyLevel, tr: Translator) -> str:
    """The level in words, and whether it is established."""
    if company.level is None:
        return tr("No evidence for any level yet")
    if company.level == 0:
        return tr("Level 1 is not reached yet")
    if company.is_established:
        return tr("Level {level} of 6 is reached and established", level=company.level)
    return tr("Level {level} of 6, not yet established", level=company.level)


def held_back_sentence(
    company: CompanyLevel, levels: pl.DataFrame, model: PyramidModel, tr: Translator
) -> str:
    """Which journey keeps the company where it is, and for want of what."""
    if company.level is None or company.level == 6:
        return ""
    weakest = levels.filter(pl.col("journey").is_in(company.weakest_journeys))
    missing = [it for names in weakest["next_level_missing"] for it in names]
    names = {indicator.id: getattr(indicator.name, tr.locale) for indicator in model.indicators}
    listed = ", ".join(dict.fromkeys(names[it].lower() for it in missing))
    return tr(
        "Held back by {journeys}: {missing}.",
        journeys=", ".join(company.weakest_journeys),
        missing=listed,
    )


def cost_title(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """The cost of churn as a range."""
    if churn["cost_low_amount"] is None:
        return reason_sentence(churn["reason"], tr)
    return tr(
        "Lost customers cost {low} to {high}",
        low=tr.money(churn["cost_low_amount"], currency),
        high=tr.money(churn["cost_high_amount"], currency),
    )


def cost_sentence(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """Who left, at what rates."""
    if churn["customer_churn_rate"] is None:
        return reason_sentence(churn["reason"], tr)
    customers = tr(
        "{lost} of {customers} customers left ({rate})",
        lost=tr.number(churn["lost_count"]),
        customers=tr.number(churn["customer_count"]),
        rate=tr.percent(churn["customer_churn_rate"]),
    )
    if churn["revenue_churn_rate"] is None:
        return customers
    revenue = tr("{rate} of revenue", rate=tr.percent(churn["revenue_churn_rate"]))
    return f"{customers}, {revenue}"


def dissatisfaction_sentence(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """The part of the cost that goes with dissatisfaction."""
    if churn["dissatisfaction_low_amount"] is None:
        return reason_sentence(churn["reason"], tr)
    return tr(
        "{low} to {high} of it goes with dissatisfaction (an association).",
        low=tr.money(churn["dissatisfaction_low_amount"], currency),
        high=tr.money(churn["dissatisfaction_high_amount"], currency),
    )


def total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum())


def nps_value(change: NpsChange, tr: Translator) -> str:
    """The NPS itself; a dash where there is none."""
    value = change.current["nps"].item()
    return "–" if value is None else tr.nps(value)


def cost_amounts(churn: dict[str, Any], tr: Translator) -> list[tuple[str, float, float, float]]:
    """The amounts that are known, each with its name: low, central, high."""
    named = {"cost": tr("Cost of churn"), "dissatisfaction": tr("of which dissatisfaction")}
    ranges = [
        (name, *(churn[f"{what}_{end}_amount"] for end in ("low", "central", "high")))
        for what, name in named.items()
    ]
    return [amounts for amounts in ranges if amounts[1] is not None]


def mix_sentence(mix: pl.DataFrame, change: NpsChange, tr: Translator) -> str:
    """How much of a change is the groups' own, and how much only their shares."""
    if mix.is_empty() or change.difference is None:
        return tr("No earlier figure to compare with")
    rate, shares = total(mix, "rate_effect"), total(mix, "mix_effect")
    moves = mix["rate_effect"].drop_nulls()
    if (moves > 0).all():
        groups = tr("every group rose")
    elif (moves < 0).all():
        groups = tr("every group fell")
    else:
        groups = tr("groups moved both ways")
    return tr(
        "{change} points: {groups}, {rate} in all; the mix brought {mix}.",
        change=tr.signed(change.difference, 1),
        groups=groups,
        rate=tr.signed(rate, 1),
        mix=tr.signed(shares, 1),
    )


def churn_basis(churn: dict[str, Any], tr: Translator) -> list[str]:
    """Interval, coverage and window of the churn figures."""
    parts = [
        tr(
            "customer churn {low} to {high} at 95%",
            low=tr.percent(churn["rate_low"]),
            high=tr.percent(churn["rate_high"]),
        )
    ]
    covered = {
        tr("class known for {share} of customers"): churn["class_coverage_share"],
        tr("revenue known for {share}"): churn["revenue_coverage_share"],
    }
    parts += [
        text.format(share=tr.percent(it, 0)) for text, it in covered.items() if it is not None
    ]
    if churn["window_first_on"] and churn["window_last_on"]:
        parts.append(period_text(Period(churn["window_first_on"], churn["window_last_on"]), tr))
    return parts


def revenue_at_risk_sentence(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """A year's revenue of active customers times their class's churn."""
    if churn["revenue_at_risk_amount"] is None:
        return ""
    amount = tr.money(churn["revenue_at_risk_amount"], currency)
    return tr("{amount} of a year's revenue is at risk among today's customers.", amount=amount)


def level_value(company: CompanyLevel, tr: Translator) -> str:
    """The level of six; a dash without evidence."""
    return "–" if company.level is None else tr("{level} of 6", level=company.level)


def level_state(company: CompanyLevel, tr: Translator) -> str:
    if company.level is None:
        return tr("no evidence yet")
    return tr("established") if company.is_established else tr("not established")


def compliance_value(channels: pl.DataFrame, tr: Translator) -> str:
    """Channels that surely reach their goal, of those where something was due."""
    reached, due = channels_at_goal(channels)
    return tr("{reached} of {due}", reached=reached, due=due) if due else "–"


def compliance_basis(channels: pl.DataFrame, tr: Translator) -> list[str]:
    """How many contacts were due, and how many are not yet."""
    due = round(total(channels, "met_count") + total(channels, "missed_count"))
    return [
        tr.plural("{n} contact due", "{n} contacts due", due),
        tr("{n} not yet due", n=tr.number(total(channels, "not_yet_due_count"))),
        tr("bars: 95% interval, mark: goal"),
    ]


def cost_value(churn: dict[str, Any], tr: Translator, currency: str) -> str:
    """The range of the cost of churn; a dash where it can't be given."""
    if churn["cost_low_amount"] is None:
        return "–"
    low, high = (tr.money(churn[f"cost_{end}_amount"], currency) for end in ("low", "high"))
    return f"{low} – {high}"


def assumptions_text(churn: ChurnSettings, tr: Translator, currency: str) -> str:
    """What the range of the cost rests on, in a line."""
    margin, years = churn.margin_rate, churn.horizon_years
    replacing = churn.acquisition_cost_amount
    return tr(
        "assuming a margin of {margin}, {years} years at the most, {cost} to replace a customer",
        margin=tr.percent_range(margin.low, margin.high, 0),
        years=tr("{low} to {high}", low=tr.number(years.low), high=tr.number(years.high)),
        cost=tr(
            "{low} to {high}",
            low=tr.money(replacing.low, currency, digits=6),
            high=tr.money(replacing.high, currency, digits=6),
        ),
    )


def line_name(row: dict[str, Any], tr: Translator) -> str:
    """A target or benchmark as a chart names it, with its source."""
    if row["kind"] == "target":
        return tr("Target: {name}", name=row["name"])
    day = tr.short_day(row["published_on"])
    return tr("{name} ({source}, {day})", name=row["name"], source=row["source"], day=day)


DRIVER_REASONS = {
    "no_ratings": N_("No touchpoint was rated."),
    "too_few_answers": N_("Too few complete answers to say what drives the NPS."),
    "one_touchpoint": N_("With one rated touchpoint there is nothing to compare."),
    "constant_score": N_("Every answer gave the same score."),
    "nothing_significant": N_("No touchpoint explains the score beyond chance."),
    "too_few_to_show": N_("Too few answers to show without telling who gave them."),
    "rarely_rated": N_("rated by too few"),
    "too_many_touchpoints": N_("beyond the twelve that can be compared"),
    "constant_ratings": N_("always rated the same"),
    "collinear": N_("moves together with another one"),
}


def drivers_sentence(drivers: pl.DataFrame, model: dict[str, Any], tr: Translator) -> str:
    """The touchpoint to repair first, or why none can be named."""
    if model["model_reason"]:
        return tr(DRIVER_REASONS[model["model_reason"]])
    fix = drivers.filter(pl.col("quadrant") == "fix").sort("weight", descending=True)
    if fix.is_empty():
        top = drivers.sort("weight", descending=True, nulls_last=True).row(0, named=True)
        return tr("{name} counts most, and is rated well.", name=touchpoint_name(top["touchpoint"]))
    row = fix.row(0, named=True)
    weight = tr.percent(row["weight"], 0)
    return tr(
        "{name} first: {weight} of what is explained, and rated below the others.",
        name=touchpoint_name(row["touchpoint"]),
        weight=weight,
    )


def drivers_basis(model: dict[str, Any], tr: Translator) -> list[str]:
    """How much is explained, from how many answers, and what it can't say."""
    parts = []
    if model["r_squared"] is not None:
        parts.append(tr("R² {value}", value=tr.number(model["r_squared"], 2)))
    if model["answer_count"]:
        parts.append(
            tr.plural("{n} complete answer", "{n} complete answers", model["answer_count"])
        )
    parts.append(tr("Johnson's relative weights; touchpoints that move together share theirs"))
    return parts


def themes_sentence(themes: pl.DataFrame, tr: Translator) -> str:
    """What detractors speak of most beyond promoters, and how it moved."""
    if themes.is_empty():
        return tr("Too few comments for these filters.")
    theirs = themes.filter(pl.col("nps_class") == "detractor").sort(
        "detractor_share", descending=True
    )
    if theirs.is_empty():
        return tr("No theme is the detractors' own.")
    row = theirs.row(0, named=True)
    return tr(
        "Detractors speak most of “{theme}”: {share} of their comments{trend}.",
        theme=row["theme"],
        share=tr.percent(row["detractor_share"], 0),
        trend={
            "rising": tr(", rising"),
            "falling": tr(", falling"),
            "new": tr(", new"),
        }.get(row["trend"], ""),
    )


def satisfaction_sentence(row: dict[str, Any], tr: Translator) -> str:
    """The favourable share of a scale in words."""
    if row["favourable_share"] is None:
        return reason_sentence(row["reason"], tr)
    share = tr.percent(row["favourable_share"], 0)
    if row["scale"] == "csat":
        return tr("{share} are satisfied", share=share)
    return tr("{share} found it easy (scale to {top})", share=share, top=row["top_score"])


def satisfaction_basis(row: dict[str, Any], tr: Translator) -> list[str]:
    """Interval, n, mean and which end of the scale is good."""
    if row["favourable_share"] is None:
        return []
    mean = tr.number(row["mean_score"], 2)
    good = tr("the higher the better") if row["higher_is_better"] else tr("the lower the better")
    return [
        tr(
            "95% interval {low} to {high}",
            low=tr.percent(row["share_low"]),
            high=tr.percent(row["share_high"]),
        ),
        tr.plural("{n} answer", "{n} answers", row["answer_count"]),
        tr("mean {mean} of {top}, {good}", mean=mean, top=row["top_score"], good=good),
    ]
