"""A panel as one document of plain values: for JSON, and for whoever reads without looking."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from cxdata.i18n import Translator
from cxdata.models import LEFT_OUT, Filters, Scope, dimensions_of
from cxdata.panels.panel import Panel


def panel_document(panel: Panel, tr: Translator) -> dict[str, Any]:
    """What a panel says and the rows behind it, in words of the translator's language.

    Returns
    -------
    dict
        Values that JSON has words for: days and moments in ISO form, null for what isn't known.

        - ``key``, ``question``, ``title``, ``reason``, ``decision`` (texts; empty if none)
        - ``headline``: ``label``, ``value``, ``verdict``, ``mood``; null if there is none
        - ``notes``: a text each, those above the chart first
        - ``scope``: filters and data date in words; ``filters``: as codes, those that apply
        - ``data_until``: the day up to which all that is counted is known, or null;
          ``known_until``: that day of each part, by its code (a channel, answers, customers);
          ``method``: a heading's anchor in docs/metrics.md
        - ``units``: of each column of the rows that has numbers or days
        - ``rows``: one dictionary a row; of a panel without data, the rows of its table of texts
    """
    headline = panel.headline and {
        "label": panel.headline.label,
        "value": panel.headline.value,
        "verdict": panel.headline.verdict,
        "mood": panel.headline.mood,
    }
    rows = panel.frame if panel.frame is not None else panel.table
    document = {
        "key": panel.key,
        "question": panel.question,
        "title": panel.title,
        "headline": headline,
        "notes": note_texts(panel),
        "decision": panel.decision,
        "reason": panel.reason,
        "scope": " · ".join(panel.scope_parts(tr)),
        "filters": applied_filters(panel.filters, panel.scope),
        "data_until": panel.data_until,
        "known_until": dict(panel.known),
        "method": panel.method,
        "units": panel.column_units(),
        "rows": [] if rows is None else rows.to_dicts(),
    }
    return {name: _plain(value) for name, value in document.items()}


def note_texts(panel: Panel) -> list[str]:
    """The small print, a text a line."""
    return [" · ".join(parts) for parts in (*panel.notes_above, *panel.notes) if any(parts)]


def applied_filters(filters: Filters, scope: Scope) -> dict[str, Any]:
    """The filters as codes; those that what is counted can't have are left out."""
    period, other = filters.period, filters.compared_to
    document: dict[str, Any] = {
        "from": period and period.first_on,
        "to": period and period.last_on,
        "comparison": [other.first_on, other.last_on] if other else filters.comparison,
    }
    if "survey" not in LEFT_OUT[scope]:
        document["survey"] = filters.survey
    return document | {name: list(getattr(filters, name)) for name in dimensions_of(scope)}


def _plain(value: object) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
