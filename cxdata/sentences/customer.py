"""What happened with a customer, in words: a line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxdata.i18n import Translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.sentences.cases import case_value_text


def event_text(event: Mapping[str, Any], currency: str, tr: Translator) -> str:
    """One event of :func:`cxdata.cases.customer.customer_events`, without its moment and its
    text."""
    code, value, said = event["code"], event["value"], event["value_text"]
    match event["event"]:
        case "answer":
            survey = name_of("survey", code, tr)
            if value is None:
                return tr("Answer · {survey}", survey=survey)
            return tr("Answer · {survey} · {n} of 10", survey=survey, n=tr.number(value))
        case "contact":
            status = name_of("status", said, tr) if said in NAMES["status"] else ""
            parts = [name_of("channel", code, tr), status]
            return tr("Contact · {told}", told=" · ".join(filter(None, parts)))
        case "case_opened":
            return tr("Case {number} opened", number=event["case_number"])
        case "started":
            return tr("Became a customer")
        case "ended":
            return tr("Left: {reason}", reason=said) if said else tr("Left")
        case "segment":
            return tr("Segment: {before} → {after}", before=said or "–", after=code or "–")
        case "revenue":
            before = tr.money(float(said), currency, digits=3) if said else "–"
            after = tr.money(value, currency, digits=3)
            return tr("Yearly revenue: {before} → {after}", before=before, after=after)
    field = str(event["event"]).removeprefix("case_")
    return tr(
        "Case {number} · {field}: {value}",
        number=event["case_number"],
        field=name_of("case_field", field, tr),
        value="" if event["text"] else case_value_text(field, code, tr),
    )
