"""The parts of the Churn cost page; of the sections only the chosen one is computed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from cxdata import sentences as say
from cxdata.charts.theme import group_name
from cxdata.exports.extract import Extract
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.models import GRAINS, OWN_DIMENSIONS, Dimension, Grain
from cxdata.panels import Headline, Panel, Request, churn
from cxdata.panels.groups import churn_groups, churn_groups_panel, of_group
from cxdata.panels.revenue_retention import revenue_retention_panel
from cxdata.sentences import churn_detail as tell
from cxdata.store.connection import Store
from cxdata.store.settings_history import SettingChange
from cxdata.tables import NOTHING
from pages.components.annotations import draw_events_and_lines
from pages.components.case_links import offer_case
from pages.components.choosing import EXPORTED_ROWS, draw_files, view_fingerprint
from pages.components.context import cached, offer, plain, store, tr
from pages.components.figures import (
    amount_format,
    is_on_phone,
    pick_one,
    show_note,
    show_table,
    show_text,
    show_title,
)
from pages.components.grids import grid_rows, in_words
from pages.components.navigation import PAGES
from pages.components.panels import (
    request,
    show_figure,
    show_notes,
    show_panel,
    show_panel_data,
    show_value,
)
from pages.components.reader import can
from pages.components.recording import may_show_list
from pages.components.row_cards import draw_row_cards
from pages.components.settings_words import all_changes, setting_changes_table
from pages.components.url_state import PART, choose_here, open_choice, page_query
from pages.parts.churn_cost.scenarios import draw_what_if

SECTIONS = {
    "over_time": N_("Over time"),
    "cost": N_("Cost"),
    "reasons": N_("Why they leave"),
    "survival": N_("How long they stay"),
    "at_risk": N_("Accounts at risk"),
    "what_if": N_("What if"),
    "assumptions": N_("Assumptions"),
}
# Weeks are too short for a rate of leaving.
CHURN_GRAINS = tuple(it for it in GRAINS if it != "week")
# What an account manager looks for first stands first.
LISTED = (
    "name", "revenue_at_risk_amount", "nps_class", "last_contact_on", "owner_email", "is_strategic",
    "last_score", "last_answered_on", "annual_revenue_amount", "value", "churn_rate",
    "class_customer_count", "is_small_base", "segment", "region", "product", *OWN_DIMENSIONS,
    "customer_id",
)  # fmt: skip
MOST_BUTTONS = 8  # groups that are offered as buttons
CARD_HEADS = ("name", "customer_id", "is_strategic")
ALWAYS_LISTED = {"customer_id", "revenue_at_risk_amount", "nps_class"}


def draw_numbers(asked: Request, rate: Panel) -> None:
    """What churn costs, what of it goes with dissatisfaction and what could be kept, each beside
    the one before; below, both rates, what is compared and what is assumed."""
    numbers = churn.numbers_panel(asked)
    for place, number in zip(st.columns(len(numbers.parts)), numbers.parts, strict=True):
        with place:
            told = number.headline or Headline(number.title, NOTHING)
            show_value(replace(told, basis=()))
            show_note([*told.basis, *(number.notes[0] if number.notes else [number.reason])])
    rates = [_rate_text(it) for it in (rate, churn.revenue_churn_panel(asked))]
    with st.container(key="churn_basis", gap=None):
        for parts in (rates, *numbers.notes):
            show_note(parts)


def _rate_text(panel: Panel) -> str:
    """A rate in words, with its interval; one that can't be given says why."""
    if panel.headline is None:
        return f"{panel.title} {NOTHING} ({panel.reason.rstrip('.')})"
    told = f"{panel.headline.label} {panel.headline.value}"
    return f"{told} ({panel.headline.interval})" if panel.headline.interval else told


def draw_section(section: str, asked: Request) -> None:
    """The part that the reader chose."""
    {
        "cost": _draw_cost,
        "over_time": _draw_over_time,
        "reasons": _draw_reasons,
        "survival": _draw_survival,
        "at_risk": _draw_at_risk,
        "what_if": draw_what_if,
        "assumptions": _draw_assumptions,
    }[section](asked)


def _draw_cost(asked: Request) -> None:
    show_text(churn.board_panel(asked).title)
    cost = churn.cost_panel(asked)
    show_figure(cost)
    show_notes(cost)
    show_panel_data(cost)
    left, right = st.columns(2, gap="medium")
    with left:
        waterfall = churn.waterfall_panel(asked)
        show_title(waterfall.title or waterfall.question)
        show_panel(waterfall, is_titled=False)
    with right:
        _draw_told(churn.classes_panel(asked))
    offered = asked.store.settings.used_dimensions("customers")
    dimension: Dimension = pick_one("churn_by", tr()("By"), offered, "dimension", "segment")
    _draw_told(churn.cost_by_panel(asked, dimension))
    promoters = churn.promoters_panel(asked)
    show_title(promoters.title)
    show_notes(promoters)
    show_panel_data(promoters)


def _draw_told(panel: Panel) -> None:
    """A panel whose title or table says by itself why nothing is drawn."""
    show_title(panel.title)
    _draw_known(panel)


def _draw_known(panel: Panel) -> None:
    if not panel.is_empty:
        show_figure(panel)
    show_notes(panel)
    show_panel_data(panel)


def _draw_over_time(asked: Request) -> None:
    grain: Grain = pick_one("churn_grain", tr()("Grain"), CHURN_GRAINS, "grain", "month")
    _draw_told(churn.trend_panel(asked, grain))
    for rate in (churn.customer_churn_panel(asked), churn.revenue_churn_panel(asked)):
        if rate.headline:
            show_note([f"{rate.headline.label} {rate.headline.value}", *rate.notes[0]])
    draw_events_and_lines()
    _draw_told(churn_groups_panel(asked, _split(asked, "churn_groups_by")))
    retention = revenue_retention_panel(asked)
    if retention.reason:
        show_note([f"{retention.title}. {retention.reason}"])
    else:
        show_title(retention.title)
        show_notes(retention)


def _split(asked: Request, key: str) -> Dimension:
    """By which dimension of customers to look."""
    offered = asked.store.settings.used_dimensions("customers")
    picked: Dimension = pick_one(key, tr()("By"), offered, "dimension", "segment")
    return picked


def _draw_reasons(asked: Request) -> None:
    """Why customers left, all of them or those of one group."""
    dimension = _split(asked, "churn_reasons_by")
    groups = churn_groups(asked, dimension)[:MOST_BUTTONS]
    key = f"churn_reasons_of:{dimension}:{asked.tr.locale}"
    open_choice(f"reasons_{dimension}", key, groups, None)
    group = st.pills(
        asked.tr("Group"),
        groups,
        format_func=lambda it: plain(group_name(it, dimension, asked.tr)),
        key=key,
        on_change=choose_here,
        args=(f"reasons_{dimension}", key),
        label_visibility="collapsed",
    )
    shown = asked if group is None else request(of_group(asked.filters, dimension, group))
    reasons = churn.reasons_panel(shown)
    title = reasons.title or reasons.question
    show_title(f"{group_name(group, dimension, asked.tr)} · {title}" if group else title)
    if not reasons.title:
        show_figure(reasons)
        return
    _draw_known(reasons)


def _draw_survival(asked: Request) -> None:
    show_panel(churn.survival_panel(asked))
    show_panel(churn.cohorts_panel(asked))


def _draw_at_risk(asked: Request) -> None:
    """The list as a grid that can be sorted; its files are longer."""
    translate, filters = asked.tr, asked.filters
    panel = churn.at_risk_panel(asked)
    show_title(panel.title)
    if panel.frame is None or not may_show_list("accounts_at_risk"):
        return
    show_text(panel.lead)
    show_text(churn.revenue_at_risk_panel(asked).title)
    listed = _of_owner(panel.frame, translate)
    _draw_accounts(listed, panel.title, f"{view_fingerprint(filters)}:{listed.height}", translate)
    show_notes(panel)
    if panel.table is not None:
        show_table(panel.table)
    data, told = store(), say.scope_text(filters, translate, "customers")

    def extract() -> Extract:
        whole_list = at_risk_accounts(data, filters, most_rows=EXPORTED_ROWS)
        return Extract("at_risk", panel.title, whole_list, told, panel.data_until)

    draw_files(view_fingerprint(filters, "at_risk"), "accounts_at_risk", extract)


def _draw_accounts(accounts: pl.DataFrame, title: str, key: str, translate: Translator) -> None:
    """The accounts as a grid that can be sorted; on a phone as cards."""
    currency = store().settings.firm.currency
    rows, columns = _listed(accounts, translate, currency), _columns(translate, currency)
    if is_on_phone():
        draw_row_cards(
            rows,
            columns,
            f"at_risk:{key}",
            heads=CARD_HEADS,
            foot=lambda place: _offer(accounts, place),
        )
        return
    event = st.dataframe(
        grid_rows(rows),
        key=f"at_risk:{key}",
        column_config=columns,
        hide_index=True,
        height=min(420, 38 + 35 * max(accounts.height, 1)),
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="",
        alt=title,
    )
    for place, _ in event.selection.cells[:1]:
        _offer(accounts, place)


def _offer(accounts: pl.DataFrame, place: int) -> None:
    """A case about the account in that row."""
    if place < accounts.height:
        customer_id = accounts["customer_id"][place]
        offer_case(f"account:{customer_id}", customer_id=customer_id)


def _of_owner(accounts: pl.DataFrame, translate: Translator) -> pl.DataFrame:
    """The accounts of the owners that the reader chooses; all of them at first."""
    owners = accounts["owner_email"].drop_nulls().unique().sort().to_list()
    if len(owners) < 2:
        return accounts
    picked = st.multiselect(
        translate("Owner"),
        owners,
        placeholder=translate("All owners"),
        key=f"at_risk_owners:{store().data_version}",
        label_visibility="collapsed",
    )
    return accounts.filter(pl.col("owner_email").is_in(picked)) if picked else accounts


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
    there = [it for it in LISTED if it in worded.columns]
    known = [it for it in there if it in ALWAYS_LISTED or worded[it].is_not_null().any()]
    return worded.select(known)


def _columns(translate: Translator, currency: str) -> dict[str, Any]:
    config = st.column_config
    texts = ("name", "segment", "region", "product", *OWN_DIMENSIONS, "customer_id", "owner_email")
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
        "last_contact_on": config.DateColumn(
            name_of("column", "last_contact_on", translate), format="DD/MM/YYYY"
        ),
        "last_answered_on": config.DateColumn(
            name_of("column", "last_answered_on", translate), format="DD/MM/YYYY"
        ),
    }


def _draw_assumptions(asked: Request) -> None:
    translate = asked.tr
    show_panel(churn.tornado_panel(asked))
    assumed = churn.assumptions_panel(asked)
    show_title(assumed.title)
    show_figure(assumed)
    show_notes(assumed)
    for entry in PAGES:
        if entry.url_path == "settings" and can(entry.act):
            st.page_link(
                entry.path,
                label=translate("Change the assumptions"),
                icon=":material/tune:",
                query_params=page_query(offer()) | {PART: ["churn"]},
            )
    if not store().scope.is_everything:
        return  # the history of settings is about all of the data
    changes = cached(churn_changes)
    if changes:
        show_title(
            translate.plural(
                "{n} change of the assumptions, the last on {day}",
                "{n} changes of the assumptions, the last on {day}",
                len(changes),
                day=translate.day(max(it.changed_at for it in changes).date()),
            )
        )
        show_table(setting_changes_table(changes, translate))
    else:
        show_note([translate("No assumption was changed: all are those of the settings file.")])


def churn_changes(con: Store) -> tuple[SettingChange, ...]:
    """Changes of the churn economics, oldest first."""
    return tuple(it for it in all_changes(con) if it.setting.startswith("churn"))
