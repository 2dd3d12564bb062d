"""Where each kind of fact is kept."""

from __future__ import annotations

from dataclasses import dataclass

from cxdata.models import Kind

KEYLESS_PREFIX = "row-"  # begins the key of a row that has no identifier of its own


@dataclass(frozen=True)
class FactTable:
    """Where a kind of fact is kept: its table, its key, and the day derived from a moment."""

    name: str
    key: str
    view: str
    moment: str = ""
    day: str = ""
    takes_dimensions: bool = False


TABLES: dict[Kind, FactTable] = {
    "responses": FactTable(
        "response_versions", "response_id", "responses", "responded_at", "responded_on", True
    ),
    "contacts": FactTable(
        "contact_versions", "contact_id", "contacts", "opened_at", "opened_on", True
    ),
    "customers": FactTable("customer_versions", "customer_id", "customers"),
    "assessments": FactTable("assessment_versions", "assessment_id", "assessments"),
    "invitations": FactTable(
        "invitation_versions", "invitation_id", "invitations", "sent_at", "sent_on", True
    ),
}
