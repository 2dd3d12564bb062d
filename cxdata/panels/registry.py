"""The list of all panels: what pages show, and what files, mails and other faces choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cxdata.errors import FilterError
from cxdata.panels import (
    churn,
    coverage,
    decided,
    follow_up,
    groups,
    invitations,
    nps,
    nps_weighting,
    overview,
    pyramid,
    response_time,
    revenue_retention,
    suggestions,
)
from cxdata.panels.panel import Panel, Request


@dataclass(frozen=True)
class PanelEntry:
    """A panel's name, the page on which it stands, and the function that makes it.

    ``page`` is empty if it stands on none: files, mails and the command line have it.
    """

    key: str
    page: str
    make: Callable[[Request], Panel]


# In the order in which a reader meets them.
PANELS: tuple[PanelEntry, ...] = (
    *(PanelEntry(card.key, "overview", card.make) for card in overview.CARDS),
    PanelEntry("nps", "nps", nps.nps_panel),
    PanelEntry("nps_trend", "nps", nps.nps_trend_panel),
    PanelEntry("nps_target", "nps", nps.nps_target_panel),
    PanelEntry("nps_groups", "nps", groups.nps_groups_panel),
    PanelEntry("nps_two_periods", "nps", groups.nps_two_periods_panel),
    PanelEntry("nps_mix", "nps", nps.nps_why_panel),
    PanelEntry("nps_customers", "nps", nps_weighting.nps_customers_panel),
    PanelEntry("nps_sources", "nps", nps.nps_sources_panel),
    PanelEntry("nps_by", "nps", nps.nps_by_panel),
    PanelEntry("nps_scores", "nps", nps.score_panel),
    PanelEntry("nps_heat", "nps", nps.nps_heat_panel),
    PanelEntry("nps_drivers", "nps", nps.drivers_panel),
    PanelEntry("nps_themes", "nps", nps.themes_panel),
    PanelEntry("nps_theme_points", "nps", nps.theme_points_panel),
    PanelEntry("nps_csat", "nps", nps.satisfaction_panel),
    PanelEntry("response_rate", "nps", invitations.response_rate_panel),
    PanelEntry("response_rate_trend", "nps", invitations.response_rate_trend_panel),
    PanelEntry("response_rate_by", "nps", invitations.response_rate_by_panel),
    PanelEntry("leaving_by_answering", "nps", invitations.leaving_by_answering_panel),
    PanelEntry("compliance", "response_times", response_time.compliance_panel),
    PanelEntry("compliance_trend", "response_times", response_time.compliance_trend_panel),
    PanelEntry("response_groups", "response_times", groups.compliance_groups_panel),
    PanelEntry("response_missed_by_hour", "response_times", response_time.hours_panel),
    PanelEntry("response_waits", "response_times", response_time.waits_panel),
    PanelEntry("response_backlog", "response_times", response_time.backlog_panel),
    PanelEntry("response_map", "response_times", response_time.compliance_map_panel),
    PanelEntry("response_compliance_by", "response_times", response_time.compliance_by_panel),
    PanelEntry("response_journeys", "response_times", response_time.across_panel),
    PanelEntry("response_return_rates", "response_times", response_time.returns_panel),
    PanelEntry("response_returns", "response_times", response_time.returns_by_panel),
    PanelEntry("response_scores_by_wait", "response_times", response_time.wait_scores_panel),
    PanelEntry("response_leaving_by_wait", "response_times", response_time.leaving_panel),
    PanelEntry("churn_board", "churn_cost", churn.board_panel),
    PanelEntry("churn_numbers", "churn_cost", churn.numbers_panel),
    PanelEntry("churn_customers", "churn_cost", churn.customer_churn_panel),
    PanelEntry("churn_revenue", "churn_cost", churn.revenue_churn_panel),
    PanelEntry("churn_revenue_at_risk", "churn_cost", churn.revenue_at_risk_panel),
    PanelEntry("churn_summary", "churn_cost", churn.cost_panel),
    PanelEntry("churn_waterfall", "churn_cost", churn.waterfall_panel),
    PanelEntry("churn_by_class", "churn_cost", churn.classes_panel),
    PanelEntry("churn_cost_by", "churn_cost", churn.cost_by_panel),
    PanelEntry("churn_promoters", "churn_cost", churn.promoters_panel),
    PanelEntry("churn_trend", "churn_cost", churn.trend_panel),
    PanelEntry("churn_groups", "churn_cost", groups.churn_groups_panel),
    PanelEntry("churn_reasons", "churn_cost", churn.reasons_panel),
    PanelEntry("churn_survival", "churn_cost", churn.survival_panel),
    PanelEntry("churn_cohorts", "churn_cost", churn.cohorts_panel),
    PanelEntry("churn_at_risk", "churn_cost", churn.at_risk_panel),
    PanelEntry("churn_what_if", "churn_cost", churn.what_if_panel),
    PanelEntry("churn_scenarios", "churn_cost", churn.scenarios_panel),
    PanelEntry("churn_tornado", "churn_cost", churn.tornado_panel),
    PanelEntry("churn_assumptions", "churn_cost", churn.assumptions_panel),
    PanelEntry("pyramid_levels", "cx_pyramid", pyramid.levels_panel),
    PanelEntry("pyramid_holds", "cx_pyramid", pyramid.holds_panel),
    PanelEntry("pyramid_steps", "cx_pyramid", pyramid.steps_panel),
    PanelEntry("pyramid_gartner", "cx_pyramid", pyramid.gartner_panel),
    PanelEntry("pyramid_evidence", "cx_pyramid", pyramid.evidence_panel),
    PanelEntry("pyramid_gates", "cx_pyramid", pyramid.gates_panel),
    PanelEntry("pyramid_history", "cx_pyramid", pyramid.history_panel),
    PanelEntry("pyramid_changes", "cx_pyramid", pyramid.changes_panel),
    PanelEntry("pyramid_vision", "cx_pyramid", pyramid.vision_panel),
    PanelEntry("pyramid_missing", "cx_pyramid", pyramid.missing_panel),
    PanelEntry("pyramid_thresholds", "cx_pyramid", pyramid.thresholds_panel),
    PanelEntry("decisions", "decisions", decided.decisions_panel),
    PanelEntry("decisions_since", "decisions", decided.decisions_since_panel),
    PanelEntry("follow_up_in_time", "cases", follow_up.in_time_panel),
    PanelEntry("follow_up_rescue", "cases", follow_up.rescue_panel),
    PanelEntry("follow_up_leaving", "cases", follow_up.leaving_panel),
    PanelEntry("follow_up_causes", "cases", follow_up.causes_panel),
    PanelEntry("suggestions", "cases", suggestions.suggestions_panel),
    PanelEntry("comment_kinds", "cases", suggestions.kinds_panel),
    PanelEntry("answer_coverage", "", coverage.answer_coverage_panel),
    PanelEntry("revenue_retention", "", revenue_retention.revenue_retention_panel),
)


def panel(request: Request, key: str) -> Panel:
    """One panel of the list, as it is without choices of its own.

    Raises
    ------
    FilterError
        If there is no panel of that name.
    """
    entry = next((it for it in PANELS if it.key == key), None)
    if entry is None:
        known = ", ".join(it.key for it in PANELS)
        raise FilterError(
            "There is no figure called {choice}.", "There are: {known}.", choice=key, known=known
        )
    return entry.make(request)


def panels_of(request: Request, page: str | None = None) -> list[Panel]:
    """All panels, or those of one page, in the order of the list."""
    return [it.make(request) for it in PANELS if page in (None, it.page)]
