"""The parts of the Churn cost page; of the sections only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.churn_cost import churn_by_class_figure, cost_range_figure, sensitivity_figure
from cxdata.charts.churn_detail import (
    churn_trend_figure,
    churn_waterfall_figure,
    cost_by_figure,
    reasons_figure,
)
from cxdata.charts.survival import cohorts_figure, survival_figure
from cxdata.exports.extract import Extract
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.churn.cost import (
    churn_cost_by,
    churn_trend,
    churn_waterfall,
    tornado,
)
from cxdata.metrics.churn.customer_survival import (
    churn_cohorts,
    survival_by_class,
    survival_difference,
)
from cxdata.metrics.churn.promoters import promoter_value
from cxdata.metrics.churn.rates import churn_by_class, churn_by_reason
from cxdata.metrics.churn.value import assumptions
from cxdata.models import CUSTOMER_DIMENSIONS, GRAINS, Dimension, Filters, Grain
from cxdata.sentences import churn_detail as tell
from cxdata.store.connection import Store
from cxdata.store.settings_history import SettingChange
from pages.components.choosing import EXPORTED_ROWS, draw_files, view_fingerprint
from pages.components.context import cached, offer, store, tr
from pages.components.downloads import show_data
from pages.components.figures import (
    amount_format,
    data_until,
    pick_one,
    show_chart,
    show_headline,
    show_note,
    show_nothing,
    show_table,
    show_text,
    show_title,
)
from pages.components.grids import grid_rows, in_words
from pages.components.navigation import PAGES
from pages.components.settings_words import all_changes, setting_changes_table
from pages.components.url_state import PART, page_query
from pages.parts.churn_cost.scenarios import draw_what_if

SECTIONS = {
    "cost": N_("Cost"),
    "over_time": N_("Over time"),
    "survival": N_("Survival"),
    "at_risk": N_("At risk"),
    "what_if": N_("What if"),
    "assumptions": N_("Assumptions"),
}
# Weeks are too short for a rate of leaving.
CHURN_GRAINS = tuple(it for it in GRAINS if it != "week")
# What an account manager looks for first stands first.
LISTED = (
    "is_strategic", "name", "revenue_at_risk_amount", "value", "nps_class", "churn_rate",
    "class_customer_count", "is_small_base", "annual_revenue_amount", "segment", "last_score",
    "last_answered_on", "owner_email", "region", "product", "customer_id",
)  # fmt: skip
ALWAYS_LISTED = {"customer_id", "revenue_at_risk_amount", "nps_class"}


def draw_headlines(churn: dict[str, Any], filters: Filters) -> None:
    """Both rates, the cost as a range and what of it goes with dissatisfaction."""
    translate, currency = tr(), _currency()
    answers = store().settings.answers
    rates = tell.rates_text(churn, answers, translate)
    figures, ranges = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with figures:
        left, right = st.columns(2)
        for place, (name, (value, basis)) in zip((left, right), rates.items(), strict=True):
            with place:
                show_headline(name_of("column", name, translate), value)
                show_note([basis])
        show_text(say.revenue_at_risk_sentence(churn, answers.confidence, translate, currency))
    with ranges:
        amounts = say.cost_amounts(churn, translate)
        if amounts:
            figure = cost_range_figure(amounts, translate, currency)
            show_chart("cost_range", figure, scope="customers", filters=filters)
        if len(amounts) < 2:
            show_nothing(say.reason_sentence(churn["reason"], translate))


def draw_basis(churn: dict[str, Any], filters: Filters) -> None:
    """Coverage, window and assumptions; and that it is an association."""
    translate, assumed = tr(), store().settings.churn
    basis = [
        *say.churn_basis(churn, translate),
        tell.cost_coverage(churn, translate),
        say.unfiltered_text(filters, translate),
    ]
    if not say.cost_amounts(churn, translate):
        show_note(basis)
        return
    show_note(
        [
            *basis,
            say.assumptions_text(assumed, translate, _currency()),
            translate("dissatisfaction and leaving go together: an association, not a proof"),
        ]
    )


def draw_section(section: str, filters: Filters, churn: dict[str, Any]) -> None:
    """The part that the reader chose."""
    {
        "cost": _draw_cost,
        "over_time": _draw_over_time,
        "survival": _draw_survival,
        "at_risk": _draw_at_risk,
        "what_if": lambda filters, _churn: draw_what_if(filters),
        "assumptions": _draw_assumptions,
    }[section](filters, churn)


def _draw_cost(filters: Filters, churn: dict[str, Any]) -> None:
    translate, currency = tr(), _currency()
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_waterfall(filters, churn)
    with right:
        _draw_classes(filters)
    _draw_cost_by(filters)
    row = cached(promoter_value, filters).row(0, named=True)
    title = tell.promoter_sentence(row, translate, currency)
    show_title(translate("What promoters bring"), title)
    if row["value_low_amount"] is not None:
        show_note(
            [
                translate("rests on the referral rate, which nobody measured"),
                translate("low to high: the assumptions alone, without an interval for chance"),
                say.sources_text(store().settings.churn, ("referral_rate",), translate),
                translate("new customers are assumed to be like those of the promoter's segment"),
            ]
        )
        promoters = cached(promoter_value, filters)
        _show_data(
            "promoters",
            title,
            lambda: tables.promoters_table(promoters, currency, translate),
            promoters,
        )


def _draw_waterfall(filters: Filters, churn: dict[str, Any]) -> None:
    translate, currency = tr(), _currency()
    title = say.dissatisfaction_sentence(churn, translate, currency)
    show_title(translate("From the cost of churn to dissatisfaction"))
    steps = cached(churn_waterfall, filters)
    if steps.height < 3:
        show_nothing(title or say.reason_sentence(churn["reason"], translate))
        return
    show_text(title)
    show_chart(
        "churn_waterfall", churn_waterfall_figure(steps, translate, currency), scope="customers"
    )
    show_note(
        [
            translate("Lines: low to high; each part has its own range, so they don't add up."),
            translate(
                "At the promoters' rate: what it would cost had all left as rarely as the "
                "promoters of their segment."
            ),
        ]
    )
    confidence = store().settings.answers.confidence
    show_note([tell.excess_sentence(churn, confidence, translate)])
    _show_data(
        "waterfall", title, lambda: tables.waterfall_table(steps, currency, translate), steps
    )


def _draw_classes(filters: Filters) -> None:
    translate, answers = tr(), store().settings.answers
    classes = cached(churn_by_class, filters)
    title = translate("Who leaves?")
    show_title(title)
    if classes["customer_churn_rate"].is_not_null().any():
        figure = churn_by_class_figure(classes, answers.small_base_count, translate)
        show_chart("churn_by_class", figure, scope="customers")
    show_note(
        [
            translate(
                "Class of the last answer before the period; bars are {level} intervals. Pale: "
                "small base.",
                level=_level(),
            )
        ]
    )
    show_data(
        "churn_by_class",
        title,
        lambda: tables.classes_table(classes, answers, translate),
        classes,
        scope="customers",
    )


def _draw_cost_by(filters: Filters) -> None:
    translate, currency = tr(), _currency()
    dimension: Dimension = pick_one(
        "churn_by", translate("By"), CUSTOMER_DIMENSIONS, "dimension", "segment"
    )
    values, answers = cached(churn_cost_by, filters, dimension), store().settings.answers
    title = tell.cost_by_sentence(values, dimension, translate, currency)
    show_title(title)
    if (values["cost_central_amount"] > 0).any():
        figure = cost_by_figure(values, dimension, answers.small_base_count, translate, currency)
        show_chart("cost_by", figure, scope="customers")
        show_note(
            [
                translate("Dots: central; lines: low to high. Pale: small base."),
                translate("Each group has its own range: lows and highs don't add up."),
            ]
        )
    _show_data(
        "cost_by",
        title,
        lambda: tables.cost_by_table(values, dimension, currency, answers, translate),
        values,
    )


def _draw_over_time(filters: Filters, _churn: dict[str, Any]) -> None:
    translate, currency = tr(), _currency()
    grain: Grain = pick_one("churn_grain", translate("Grain"), CHURN_GRAINS, "grain", "month")
    trend = cached(churn_trend, filters, grain=grain)
    title = tell.churn_trend_sentence(trend, grain, translate)
    show_title(title)
    if trend["customer_churn_rate"].is_not_null().any():
        show_chart("churn_trend", churn_trend_figure(trend, translate, grain), scope="customers")
        show_note(
            [
                translate(
                    "Band: {level} interval of customer churn. Hollow: partial period.",
                    level=_level(),
                ),
                translate("Each period's customers are those of its first day."),
            ]
        )
    _show_data(
        "trend",
        title,
        lambda: tables.churn_trend_table(
            trend, grain, currency, store().settings.answers, translate
        ),
        trend,
    )
    _draw_reasons(filters)


def _draw_reasons(filters: Filters) -> None:
    translate, currency = tr(), _currency()
    reasons = cached(churn_by_reason, filters)
    show_title(translate("Why they left, as written down"))
    if reasons.is_empty():
        show_nothing(say.reason_sentence("nobody_lost", translate))
        return
    title = tell.reasons_sentence(reasons, translate)
    show_text(title)
    if reasons["lost_share"].is_not_null().any():
        show_chart("churn_reasons", reasons_figure(reasons, translate), scope="customers")
    show_note(
        [
            translate("Share of the lost on its {level} interval.", level=_level()),
            translate("A written reason may be what was easiest to say."),
        ]
    )
    answers = store().settings.answers
    _show_data(
        "reasons",
        title,
        lambda: tables.reasons_table(reasons, currency, answers, translate),
        reasons,
    )


def _draw_survival(filters: Filters, churn: dict[str, Any]) -> None:
    translate = tr()
    curve = cached(survival_by_class, filters)
    test = cached(survival_difference, filters).row(0, named=True)
    title = tell.survival_sentence(curve, translate)
    show_title(title)
    if curve.is_empty():
        show_nothing(translate("Too few customers with an answer to follow them."))
    else:
        show_text(tell.difference_sentence(test, translate))
        show_chart("survival", survival_figure(curve, translate), scope="customers")
        covered = churn["class_coverage_share"]
        show_note(
            [
                tell.followed_text(test, translate),
                translate(
                    "class known for {share} of customers", share=translate.percent(covered, 0)
                )
                if covered is not None
                else "",
                translate("counted from the day after the first answer in the period"),
                translate(
                    "bands: {level}, Kaplan–Meier; the axis doesn't begin at 0", level=_level()
                ),
            ]
        )
        answers = store().settings.answers
        _show_data(
            "survival", title, lambda: tables.survival_table(curve, answers, translate), curve
        )
    _draw_cohorts(filters)


def _draw_cohorts(filters: Filters) -> None:
    translate = tr()
    cohorts = cached(churn_cohorts, filters)
    title = translate("Still there, by the quarter of their start")
    show_title(title)
    shown = cohorts.filter(pl.col("still_share").is_not_null())
    if shown.is_empty():
        show_nothing(translate("No customers whose start is known."))
        return
    show_chart("cohorts", cohorts_figure(cohorts, translate), scope="customers")
    show_note(
        [
            translate("Full quarters since each customer's own start; darker: newer."),
            translate("* dotted: began before losses were recorded, earlier ones may be missing"),
        ]
    )
    answers = store().settings.answers
    _show_data("cohorts", title, lambda: tables.cohorts_table(cohorts, answers, translate), cohorts)


def _draw_at_risk(filters: Filters, churn: dict[str, Any]) -> None:
    translate, currency = tr(), _currency()
    accounts = cached(at_risk_accounts, filters)
    whole = churn["revenue_at_risk_amount"]
    title = tell.at_risk_sentence(accounts, whole, translate, currency)
    show_title(title)
    if accounts.is_empty():
        return
    show_text(tell.small_classes_sentence(accounts, translate))
    st.dataframe(
        grid_rows(_listed(accounts, translate, currency)),
        key=f"at_risk:{view_fingerprint(filters)}",
        column_config=_columns(translate, currency),
        hide_index=True,
        height=min(420, 38 + 35 * accounts.height),
        placeholder="",
        alt=title,
    )
    show_note(
        [
            translate("Strategic accounts first, then by revenue at risk."),
            translate("Leaving rate: of all customers of this class in a year, not of this one."),
            translate.plural("{n} account listed", "{n} accounts listed", accounts.height),
        ]
    )
    show_table(tables.leaving_rates_table(accounts, store().settings.answers, translate))
    data, until = store(), data_until("customers")
    told = say.scope_text(filters, translate, "customers")

    def extract() -> Extract:
        whole_list = at_risk_accounts(data, filters, most_rows=EXPORTED_ROWS)
        return Extract("at_risk", title, whole_list, told, until)

    draw_files(view_fingerprint(filters, "at_risk"), "accounts_at_risk", extract)


def _listed(accounts: pl.DataFrame, translate: Translator, currency: str) -> pl.DataFrame:
    """The columns in which anything is known; amounts stay numbers, so that they sort."""
    value = [
        tell.amount_text(row, "value_at_risk_", translate, currency)
        for row in accounts.iter_rows(named=True)
    ]
    worded = accounts.with_columns(
        pl.Series("value", value, dtype=pl.String),
        in_words(
            "nps_class",
            accounts["nps_class"].to_list(),
            lambda code: name_of("nps_class", code, translate),
        ),
        pl.col("annual_revenue_amount", "revenue_at_risk_amount").round(),
    )
    known = [it for it in LISTED if it in ALWAYS_LISTED or worded[it].is_not_null().any()]
    return worded.select(known)


def _columns(translate: Translator, currency: str) -> dict[str, Any]:
    config = st.column_config
    texts = ("name", "segment", "region", "product", "customer_id", "owner_email")
    revenue = name_of("field", "annual_revenue_amount", translate)
    at_risk = name_of("column", "revenue_at_risk_amount", translate)
    return {
        **{it: config.TextColumn(name_of("field", it, translate)) for it in texts},
        "is_strategic": config.CheckboxColumn(name_of("field", "is_strategic", translate)),
        "nps_class": config.TextColumn(name_of("column", "nps_class", translate)),
        "churn_rate": config.NumberColumn(
            name_of("column", "churn_rate", translate), format="percent"
        ),
        "class_customer_count": config.NumberColumn(
            name_of("column", "class_customer_count", translate), format=amount_format()
        ),
        "is_small_base": config.CheckboxColumn(name_of("column", "is_small_base", translate)),
        "annual_revenue_amount": config.NumberColumn(
            f"{revenue} ({currency})", format=amount_format()
        ),
        "revenue_at_risk_amount": config.NumberColumn(
            f"{at_risk} ({currency})", format=amount_format()
        ),
        "value": config.TextColumn(translate("Cost if lost × leaving rate")),
        "last_score": config.NumberColumn(name_of("column", "last_score", translate)),
        "last_answered_on": config.DateColumn(
            name_of("column", "last_answered_on", translate), format="DD/MM/YYYY"
        ),
    }


def _draw_assumptions(filters: Filters, churn: dict[str, Any]) -> None:
    translate, currency = tr(), _currency()
    swings = cached(tornado, filters)
    title = translate("Which assumption moves the cost most?")
    show_title(title)
    if swings.is_empty():
        show_nothing(say.reason_sentence(churn["reason"], translate))
    else:
        figure = sensitivity_figure(swings, translate, currency)
        show_chart("sensitivity", figure, scope="customers")
        show_note([translate("Each alone from its low to its high value, all others central.")])
        _show_data(
            "tornado", title, lambda: tables.tornado_table(swings, currency, translate), swings
        )
    show_title(translate("Assumptions"))
    listed = assumptions(store().settings)
    show_table(tables.assumptions_table(listed, currency, translate))
    show_note([translate("Low and high are those that make the cost low and high.")])
    for entry in PAGES:
        if entry.url_path == "settings":
            st.page_link(
                entry.path,
                label=translate("Change the assumptions"),
                icon=":material/tune:",
                query_params=page_query(offer()) | {PART: ["churn"]},
            )
    show_title(translate("What was changed"))
    changes = cached(churn_changes)
    if changes:
        show_table(setting_changes_table(changes, translate))
    else:
        show_note([translate("No assumption was changed: all are those of the settings file.")])


def churn_changes(con: Store) -> tuple[SettingChange, ...]:
    """Changes of the churn economics, oldest first."""
    return tuple(it for it in all_changes(con) if it.setting.startswith("churn"))


def _show_data(
    key: str, title: str, texts: Callable[[], pl.DataFrame], frame: pl.DataFrame
) -> None:
    show_data(f"churn_{key}", title, texts, frame, scope="customers")


def _level() -> str:
    """How often intervals hold the truth, in words: 95%."""
    return say.percent_text(store().settings.answers.confidence, tr())


def _currency() -> str:
    return store().settings.firm.currency
