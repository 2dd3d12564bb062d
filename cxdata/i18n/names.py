"""What codes are called in the interface: one word per thing, in both languages."""

from __future__ import annotations

from cxdata.i18n.translator import N_, Translator

NAMES: dict[str, dict[str, str]] = {
    "channel": {
        "call": N_("Calls"),
        "email": N_("Emails"),
        "chat": N_("Chat"),
        "social": N_("Social media"),
    },
    "nps_class": {
        "promoter": N_("Promoters"),
        "passive": N_("Passives"),
        "detractor": N_("Detractors"),
        "unknown": N_("No answer yet"),
    },
    "dimension": {
        "segment": N_("Segment"),
        "region": N_("Region"),
        "product": N_("Product"),
        "channel": N_("Channel"),
        "journey": N_("Journey"),
    },
    "grain": {
        "week": N_("Week"),
        "month": N_("Month"),
        "quarter": N_("Quarter"),
        "year": N_("Year"),
    },
    "survey": {
        "relationship": N_("Relationship"),
        "transactional": N_("Transactional"),
        "benchmark": N_("Benchmark"),
    },
    "comparison": {
        "previous_period": N_("Previous period"),
        "same_period_last_year": N_("Same period last year"),
    },
    "kind": {
        "responses": N_("Answers"),
        "contacts": N_("Contacts"),
        "customers": N_("Customers"),
        "assessments": N_("Assessments"),
    },
    "outcome": {
        "pass": N_("✓ passed"),
        "not_established": N_("≈ within the noise"),
        "fail": N_("✗ failed"),
        "no_evidence": N_("? no evidence"),
    },
    "axis": {
        "trigger": N_("Trigger"),
        "effort": N_("Effort"),
        "completeness": N_("Completeness"),
        "emotion": N_("Emotion"),
    },
    "evidence": {"measured": N_("measured"), "assessed": N_("assessed")},
    "goal": {
        "reached": N_("✓ reached"),
        "missed": N_("✗ missed"),
        "cannot_tell": N_("≈ can't tell"),
    },
    "change": {
        "real_change": N_("real change"),
        "within_noise": N_("within the noise"),
        "too_few_answers": N_("too few answers"),
    },
    "quadrant": {
        "fix": N_("repair first"),
        "keep": N_("keep strong"),
        "watch": N_("watch"),
        "maintain": N_("maintain"),
    },
    "trend": {
        "rising": N_("↗ rising"),
        "falling": N_("↘ falling"),
        "new": N_("new"),
        "steady": N_("→ steady"),
    },
    "assumption": {
        "margin_rate": N_("Margin rate"),
        "discount_rate": N_("Discount rate"),
        "acquisition_cost_amount": N_("Acquisition cost"),
        "horizon_years": N_("Horizon"),
    },
    "column": {
        "period": N_("Period"),
        "is_complete": N_("Complete"),
        "answer_count": N_("Answers"),
        "promoter_count": N_("Promoters"),
        "passive_count": N_("Passives"),
        "detractor_count": N_("Detractors"),
        "nps": N_("NPS"),
        "nps_low": N_("NPS, low (95%)"),
        "nps_high": N_("NPS, high (95%)"),
        "base": N_("Base"),
        "rest_difference": N_("Against the rest (points)"),
        "rest_p_value": N_("p"),
        "rest_verdict": N_("Verdict"),
        "rate_effect": N_("Rate effect"),
        "mix_effect": N_("Mix effect"),
        "customer_count": N_("Customers"),
        "lost_count": N_("Lost"),
        "customer_churn_rate": N_("Customer churn"),
        "revenue_churn_rate": N_("Revenue churn"),
        "rate_low": N_("Low (95%)"),
        "rate_high": N_("High (95%)"),
        "nps_class": N_("Class"),
        "verdict": N_("Verdict"),
    },
    "field": {
        "responded_at": N_("Date of the answer"),
        "nps_score": N_("NPS score (0–10)"),
        "csat_score": N_("Satisfaction (1–5)"),
        "ces_score": N_("Effort"),
        "ces_scale": N_("Effort scale (5 or 7)"),
        "response_id": N_("Answer number"),
        "customer_id": N_("Customer number"),
        "survey": N_("Survey"),
        "journey": N_("Journey"),
        "channel": N_("Channel"),
        "comment": N_("Comment"),
        "language": N_("Language"),
        "segment": N_("Segment"),
        "region": N_("Region"),
        "product": N_("Product"),
        "opened_at": N_("Opened at"),
        "contact_id": N_("Contact number"),
        "first_response_at": N_("First answered at"),
        "abandoned_at": N_("Abandoned at"),
        "resolved_at": N_("Resolved at"),
        "initiated_by": N_("Initiated by"),
        "reason": N_("Reason"),
        "name": N_("Name"),
        "is_strategic": N_("Strategic account"),
        "owner_email": N_("Owner's email"),
        "started_on": N_("Customer since"),
        "ended_on": N_("Customer until"),
        "end_reason": N_("Reason for leaving"),
        "annual_revenue_amount": N_("Yearly revenue"),
        "level": N_("Level"),
        "indicator": N_("Indicator"),
        "value": N_("Value"),
        "assessed_on": N_("Assessed on"),
        "assessed_by": N_("Assessed by"),
        "evidence": N_("Evidence"),
    },
}


def name_of(family: str, code: str | None, tr: Translator) -> str:
    """The name of a code of a family; "not given" for None.

    Raises
    ------
    KeyError
        If the family has no such code.
    """
    return tr("not given") if code is None else tr(NAMES[family][code])


def touchpoint_name(touchpoint: str) -> str:
    """A rated touchpoint as its column was called, without the underscores.

    >>> touchpoint_name("after_sales")
    'After sales'
    """
    words = touchpoint.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
