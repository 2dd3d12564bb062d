"""What the figures say, in a sentence for a leadership meeting. Codes in, words out.

Texts from files (segment and journey names) go into these sentences as they are: whoever
shows a sentence must show it as text."""

from cxdata.sentences.churn_cost import (
    assumptions_text,
    churn_basis,
    cost_amounts,
    cost_sentence,
    cost_title,
    cost_value,
    dissatisfaction_sentence,
    revenue_at_risk_sentence,
)
from cxdata.sentences.cx_pyramid import held_back_sentence, level_state, level_title, level_value
from cxdata.sentences.nps import (
    nps_basis,
    nps_change_sentence,
    nps_title,
    nps_value,
    weakest_sentence,
)
from cxdata.sentences.nps_detail import (
    DRIVER_REASONS,
    drivers_basis,
    drivers_sentence,
    line_name,
    mix_sentence,
    satisfaction_basis,
    satisfaction_sentence,
    themes_sentence,
)
from cxdata.sentences.response_time import (
    abandon_text,
    compliance_basis,
    compliance_title,
    compliance_value,
    standard_text,
    worst_channel_sentence,
)
from cxdata.sentences.scope import (
    REASONS,
    SCOPES,
    p_text,
    period_text,
    reason_sentence,
    scope_text,
    total,
    unfiltered_text,
    value_name,
)

__all__ = [
    "DRIVER_REASONS",
    "REASONS",
    "SCOPES",
    "abandon_text",
    "assumptions_text",
    "churn_basis",
    "compliance_basis",
    "compliance_title",
    "compliance_value",
    "cost_amounts",
    "cost_sentence",
    "cost_title",
    "cost_value",
    "dissatisfaction_sentence",
    "drivers_basis",
    "drivers_sentence",
    "held_back_sentence",
    "level_state",
    "level_title",
    "level_value",
    "line_name",
    "mix_sentence",
    "nps_basis",
    "nps_change_sentence",
    "nps_title",
    "nps_value",
    "p_text",
    "period_text",
    "reason_sentence",
    "revenue_at_risk_sentence",
    "satisfaction_basis",
    "satisfaction_sentence",
    "scope_text",
    "standard_text",
    "themes_sentence",
    "total",
    "unfiltered_text",
    "value_name",
    "weakest_sentence",
    "worst_channel_sentence",
]
