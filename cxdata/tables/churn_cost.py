"""Tables of what churn costs."""

from __future__ import annotations

import polars as pl

from cxdata.config import AnswerSettings
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.churn.exposure import CLASSES
from cxdata.metrics.churn.value import CASES
from cxdata.models import Dimension, Grain
from cxdata.sentences import reason_sentence
from cxdata.sentences.churn_cost import percent_text
from cxdata.sentences.churn_detail import basis_text, kept_text, moves_text, scenario_scope
from cxdata.tables.cells import (
    NOTHING,
    Cell,
    Row,
    column_cell,
    count_cell,
    named_cell,
    rate_cell,
    share_text,
    table,
)


def classes_table(classes: pl.DataFrame, answers: AnswerSettings, tr: Translator) -> pl.DataFrame:
    """Churn of each class with its counts."""
    return table(
        classes,
        {
            tr("Class"): lambda row: name_of("nps_class", row["nps_class"], tr),
            tr("Customers"): count_cell("customer_count", tr),
            tr("Lost"): column_cell("lost_count", tr.number),
            **_churn_column(answers, tr),
            tr("Revenue churn"): rate_cell("revenue_churn_rate", "revenue_rate", tr),
        },
    )


def at_risk_table(accounts: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Accounts at risk: who they are, how often their class leaves, and what that would take.

    Parameters
    ----------
    accounts
        As :func:`cxdata.metrics.churn.accounts_at_risk.at_risk_accounts` returns them.
    """
    return table(
        accounts,
        {
            name_of("field", "customer_id", tr): column_cell("customer_id", str),
            name_of("field", "name", tr): column_cell("name", str),
            name_of("field", "is_strategic", tr): lambda row: (
                tr("yes") if row["is_strategic"] else NOTHING
            ),
            name_of("column", "nps_class", tr): lambda row: name_of(
                "nps_class", row["nps_class"], tr
            ),
            name_of("column", "churn_rate", tr): rate_cell("churn_rate", "rate", tr),
            name_of("column", "revenue_at_risk_amount", tr): _amount(
                "revenue_at_risk_amount", currency, tr
            ),
            tr("Cost if lost × leaving rate"): lambda row: _amounts(
                row, "value_at_risk_", currency, tr
            ),
            name_of("column", "last_contact_on", tr): column_cell("last_contact_on", tr.short_day),
            name_of("column", "last_answered_on", tr): column_cell(
                "last_answered_on", tr.short_day
            ),
        },
    )


def leaving_rates_table(
    accounts: pl.DataFrame, currency: str, answers: AnswerSettings, tr: Translator
) -> pl.DataFrame:
    """The leaving rates that a list of accounts at risk goes by: one line per rate in it.

    Parameters
    ----------
    accounts
        As :func:`cxdata.metrics.churn.accounts_at_risk.at_risk_accounts` returns them.
    """
    named = accounts["segment"].is_not_null().any()
    rates = accounts.unique(["segment", "nps_class", "rate_from_amount", "churn_rate"]).sort(
        "segment",
        pl.col("nps_class").cast(pl.Enum(CLASSES)),
        "rate_from_amount",
        descending=[False, False, True],
        nulls_last=True,
    )

    def rate(row: Row) -> str:
        if row["churn_rate"] is None:
            return reason_sentence(row["reason"], tr)
        return _with_interval(row, "churn_rate", "rate", tr)

    def note(row: Row) -> str:
        lower, upper = row["rate_from_amount"], row["rate_below_amount"]
        told = [
            *([tr("revenue from {amount}", amount=tr.money(lower, currency))] if lower else []),
            *([tr("revenue below {amount}", amount=tr.money(upper, currency))] if upper else []),
            *([tr("small base")] if row["is_small_base"] else []),
        ]
        return " · ".join(told) or NOTHING

    segment = {name_of("field", "segment", tr): column_cell("segment", str)} if named else {}
    return table(
        rates,
        {
            **segment,
            tr("Class"): lambda row: name_of("nps_class", row["nps_class"], tr),
            tr("Customers"): count_cell("class_customer_count", tr),
            tr("Leaving rate a year ({level} interval)", level=_level(answers, tr)): rate,
            tr("Note"): note,
        },
    )


def assumptions_table(assumptions: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Low, central and high value of each assumption, with its source."""

    def shown(row: Row, end: str) -> str:
        value = row[end]
        match row["name"]:
            case "margin_rate":
                return tr("{value} of revenue", value=percent_text(value, tr))
            case "discount_rate":
                return tr("{value} a year", value=percent_text(value, tr))
            case "acquisition_cost_amount":
                return tr("{value} per customer", value=tr.money(value, currency, digits=6))
            case "referral_rate":
                return tr(
                    "{count} per promoter a year",
                    count=tr.number(value, 2 if round(value, 2) == value else 3),
                )
            case _:
                return (
                    tr.plural("{n} year", "{n} years", int(value))
                    if value == int(value)
                    else tr("{years} years", years=tr.number(value, 1))
                )

    def name(row: Row) -> str:
        named = name_of("assumption", row["name"], tr)
        return named if row["segment"] is None else f"{named} · {row['segment']}"

    return table(
        assumptions,
        {
            tr("Assumption"): name,
            tr("Low cost"): lambda row: shown(row, "low"),
            tr("Central"): lambda row: shown(row, "central"),
            tr("High cost"): lambda row: shown(row, "high"),
            tr("Source"): lambda row: tr(row["source"]) or tr("no source given"),
        },
    )


def churn_summary_table(summary: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Both churn rates with their coverage, and the amounts, one line per figure."""
    row = summary.row(0, named=True)
    shown = [
        (tr("Customer churn"), _with_interval(row, "customer_churn_rate", "rate", tr)),
        (tr("Customers"), column_cell("customer_count", tr.number)(row)),
        (tr("Lost"), column_cell("lost_count", tr.number)(row)),
        (tr("Revenue churn"), _with_interval(row, "revenue_churn_rate", "revenue_rate", tr)),
        (tr("Customers with a known revenue"), share_text(row["revenue_coverage_share"], tr)),
        (
            tr("Customers with an answer before the period"),
            share_text(row["class_coverage_share"], tr),
        ),
        (tr("Cost of churn"), _amounts(row, "cost_", currency, tr)),
        (tr("of which dissatisfaction"), _amounts(row, "dissatisfaction_", currency, tr)),
        (tr("Revenue at risk in a year"), _amount("revenue_at_risk_amount", currency, tr)(row)),
        (
            tr("Revenue at risk in a year, interval"),
            _amounts(row, "revenue_at_risk_", currency, tr),
        ),
    ]
    header = (tr("Figure"), tr("Value"))
    return pl.DataFrame(shown, schema=dict.fromkeys(header, pl.String), orient="row")


def waterfall_table(steps: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """Each step from the cost of churn to what goes with dissatisfaction, with its range."""
    return table(
        steps,
        {
            tr("Step"): lambda row: name_of("churn_step", row["step"], tr),
            **_range_columns("", currency, tr),
            tr("Note"): lambda row: reason_sentence(row["reason"], tr) or NOTHING,
        },
    )


def tornado_table(swings: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """How far each assumption alone moves the cost."""
    return table(
        swings,
        {
            tr("Assumption"): lambda row: name_of("assumption", row["assumption"], tr),
            **_range_columns("", currency, tr),
            tr("From end to end"): _amount("swing_amount", currency, tr),
        },
    )


def cost_by_table(
    values: pl.DataFrame,
    dimension: Dimension,
    currency: str,
    answers: AnswerSettings,
    tr: Translator,
) -> pl.DataFrame:
    """Churn and its cost per value of a dimension."""
    return table(
        values,
        {
            **_churn_columns(currency, answers, tr),
        },
        by={
            name_of("dimension", dimension, tr): named_cell(dimension, tr),
        },
    )


def churn_trend_table(
    trend: pl.DataFrame, grain: Grain, currency: str, answers: AnswerSettings, tr: Translator
) -> pl.DataFrame:
    """Churn and its cost per period, and whether the period is complete."""
    return table(
        trend,
        {
            tr("Period"): lambda row: tr.period_name(row["period"], grain),
            **_churn_columns(currency, answers, tr),
            tr("Customer churn a year"): column_cell("yearly_churn_rate", tr.percent),
            tr("Note"): lambda row: NOTHING if row["is_complete"] else tr("partial period"),
        },
    )


def reasons_table(
    reasons: pl.DataFrame, currency: str, answers: AnswerSettings, tr: Translator
) -> pl.DataFrame:
    """Why customers left, with the class they were of."""
    return table(
        reasons,
        {
            tr("Reason"): lambda row: row["end_reason"] or tr("no reason given"),
            tr("Lost"): count_cell("lost_count", tr),
            tr("Share ({level} interval)", level=_level(answers, tr)): rate_cell(
                "lost_share", "share", tr
            ),
            tr("Yearly revenue lost"): _amount("lost_revenue_amount", currency, tr),
            **{
                name_of("nps_class", name, tr): column_cell(f"{name}_count", tr.number)
                for name in ("promoter", "passive", "detractor", "unknown")
            },
        },
    )


def survival_table(curve: pl.DataFrame, answers: AnswerSettings, tr: Translator) -> pl.DataFrame:
    """The share still there of each class, at the last step of each month."""
    last = pl.col("months").floor().alias("month")
    monthly = curve.group_by("nps_class", last, maintain_order=True).last()
    return table(
        monthly,
        {
            tr("Class"): lambda row: name_of("nps_class", row["nps_class"], tr),
            tr("Months since the answer"): lambda row: tr.number(row["months"], 1),
            tr("Still there ({level} band)", level=_level(answers, tr)): rate_cell(
                "survival", "survival", tr
            ),
            tr("Watched"): column_cell("at_risk_count", tr.number),
        },
    )


def cohorts_table(cohorts: pl.DataFrame, answers: AnswerSettings, tr: Translator) -> pl.DataFrame:
    """The share still there of each cohort after each full year, and at its present age."""
    age = pl.col("age_quarters")
    told = cohorts.filter((age % 4 == 0) | (age == age.max().over("cohort")))
    return table(
        told,
        {
            tr("Customers since"): lambda row: tr.period_name(row["cohort"], "quarter"),
            tr("Quarters as a customer"): column_cell("age_quarters", tr.number),
            tr("Customers"): count_cell("customer_count", tr),
            tr("Still there ({level} interval)", level=_level(answers, tr)): rate_cell(
                "still_share", "share", tr
            ),
            tr("Note"): lambda row: (
                NOTHING if row["is_watched_from_start"] else tr("earlier losses may be missing")
            ),
        },
    )


def promoters_table(promoters: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """What promoters bring by recommending, low, central and high."""
    row = promoters.row(0, named=True)
    shown = {
        tr("New customers a year"): "referred_{end}_count",
        tr("Their lifetime value"): "value_{end}_amount",
        tr("What advertising would have cost"): "advertising_{end}_amount",
        tr("Value less advertising"): "net_{end}_amount",
        tr("Value per promoter"): "promoter_value_{end}_amount",
    }
    header = (tr("Figure"), tr("Low"), tr("Central"), tr("High"))
    cells = [
        (label, *(_number(row, name.format(end=end), currency, tr) for end in CASES))
        for label, name in shown.items()
    ]
    return pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")


def what_if_table(rows: pl.DataFrame, currency: str, tr: Translator) -> pl.DataFrame:
    """What each move and all together would bring, and what that rests on."""
    return table(
        rows,
        {
            tr("Move"): lambda row: moves_text(row, tr),
            tr("Customers concerned"): column_cell("concerned_count", tr.number),
            tr("Kept in a year"): lambda row: kept_text(row, tr),
            tr("Worth"): lambda row: _amounts(row, "", currency, tr),
            tr("Basis"): lambda row: basis_text(row, tr),
        },
    )


def scenarios_table(
    compared: pl.DataFrame, currency: str, time_zone: str, tr: Translator
) -> pl.DataFrame:
    """Saved scenarios side by side, as they were when saved."""
    moved = compared.filter(pl.col("move") != "total").to_dicts()

    def moves(row: Row) -> str:
        own = [each for each in moved if each["scenario_id"] == row["scenario_id"]]
        return ", ".join(moves_text(each, tr) for each in own)

    return table(
        compared.filter(pl.col("move") == "total"),
        {
            tr("Scenario"): lambda row: row["name"],
            tr("Moves"): moves,
            tr("Kept in a year"): lambda row: kept_text(row, tr),
            tr("Worth"): lambda row: _amounts(row, "", currency, tr),
            tr("Filters"): lambda row: scenario_scope(row, tr),
            tr("Data until"): column_cell("data_until", tr.short_day),
            tr("Saved"): lambda row: tr.moment(row["saved_at"], time_zone),
        },
    )


def _level(answers: AnswerSettings, tr: Translator) -> str:
    """How often intervals hold the truth: 95%."""
    return percent_text(answers.confidence, tr)


def _churn_column(answers: AnswerSettings, tr: Translator) -> dict[str, Cell]:
    """Customer churn with its interval and whether its base is small, or why it is missing."""

    def rate(row: Row) -> str:
        if row["customer_churn_rate"] is None:
            return reason_sentence(row["reason"], tr)
        told = _with_interval(row, "customer_churn_rate", "rate", tr)
        is_small = row["customer_count"] < answers.small_base_count
        return f"{told} · {tr('small base')}" if is_small else told

    return {tr("Customer churn ({level} interval)", level=_level(answers, tr)): rate}


def _churn_columns(currency: str, answers: AnswerSettings, tr: Translator) -> dict[str, Cell]:
    return {
        tr("Customers"): count_cell("customer_count", tr),
        tr("Lost"): column_cell("lost_count", tr.number),
        **_churn_column(answers, tr),
        tr("Revenue churn"): lambda row: _with_interval(
            row, "revenue_churn_rate", "revenue_rate", tr
        ),
        tr("Cost of churn"): lambda row: _amounts(row, "cost_", currency, tr),
        tr("of which dissatisfaction"): lambda row: _amounts(row, "dissatisfaction_", currency, tr),
    }


def _range_columns(what: str, currency: str, tr: Translator) -> dict[str, Cell]:
    headers = dict(zip(CASES, (tr("Low"), tr("Central"), tr("High")), strict=True))
    return {header: _amount(f"{what}{end}_amount", currency, tr) for end, header in headers.items()}


def _amount(column: str, currency: str, tr: Translator) -> Cell:
    return column_cell(column, lambda it: tr.money(it, currency))


def _amounts(row: Row, what: str, currency: str, tr: Translator) -> str:
    """Low to high; a dash where it can't be given."""
    low, high = row[f"{what}low_amount"], row[f"{what}high_amount"]
    if low is None:
        return NOTHING
    told = tr("{low} to {high}", low=tr.money(low, currency), high=tr.money(high, currency))
    is_part = what == "dissatisfaction_"
    return tr("{part}: can't be told", part=told) if is_part and low <= 0 <= high else told


def _number(row: Row, column: str, currency: str, tr: Translator) -> str:
    value = row[column]
    if value is None:
        return NOTHING
    return tr.number(value) if column.endswith("_count") else tr.money(value, currency)


def _with_interval(row: Row, share: str, ends: str, tr: Translator) -> str:
    if row[share] is None:
        return NOTHING
    interval = tr.percent_range(row[f"{ends}_low"], row[f"{ends}_high"])
    return f"{tr.percent(row[share])} ({interval})"
