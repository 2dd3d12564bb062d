"""A store with a tiny group in every dimension, month and class, beside larger ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from cxdata.store.connection import Store
from tests.stores import add

# Of each dimension one value for three people, one for a few more, and two for many.
VALUES = {
    "segment": ("Tiny", "Small", "Big", "Home"),
    "region": ("Isle", "Coast", "North", "South"),
    "product": ("Rare", "Some", "Fibre", "Mobile"),
    "journey": ("Odd", "Move", "Repair", "Billing"),
    "channel": ("social", "email", "chat", "call"),
}
SIZES = (3, 11, 90, 120)
CHANNELS = VALUES["channel"]


def people() -> Iterator[tuple[int, dict[str, str]]]:
    """Each with the values of one size, but for some of the many, who are mixed."""
    number = 0
    for size, count in enumerate(SIZES):
        for place in range(count):
            mixed = 2 + place % 2 if size > 1 else size
            values = {
                name: kinds[mixed if name in ("region", "journey") else size]
                for name, kinds in VALUES.items()
            }
            yield number, values
            number += 1


def add_small_groups(opened: Store, own_column: str | None = None) -> None:
    """Customers, their answers of two years and their contacts; ``own_column`` is a dimension of
    the firm's own, with values like those of the segments.
    """
    clients, answers, contacts = [], [], []
    for number, values in people():
        owned = {name: values[name] for name in ("segment", "region", "product")}
        if own_column:
            values[own_column] = owned[own_column] = f"Shop {values['segment']}"
        is_lost = number % 7 == 0 or number < 2
        clients.append(
            {
                "customer_id": f"C{number}",
                "started_on": date(2019 + number % 3, 1 + number % 12, 5),
                "ended_on": date(2026, 1, 1 + number % 28) if is_lost else None,
                "end_reason": ("Moved" if number < 4 else "Price" if number % 2 else "Service")
                if is_lost
                else None,
                "annual_revenue_amount": 1000 + number,
                **owned,
            }
        )
        # The tiny group's month is one of few answers, too.
        month = 8 if values["segment"] == "Tiny" else 1 + number % 6
        day = datetime(2025 if month == 8 else 2026, month, 1 + number % 28, 12)
        for moment, back in ((day, ""), (datetime(2025, 3, 1 + number % 28), "before ")):
            answers.append(
                {
                    "response_id": f"{back}A{number}",
                    "customer_id": f"C{number}",
                    "responded_at": moment,
                    "nps_score": (0, 3, 8, 9, 10, 7)[number % 6],
                    "csat_score": 1 + number % 5,
                    "ces_score": 1 + number % 5,
                    "survey": "relationship",
                    **values,
                }
            )
        opened_at = day + timedelta(hours=number % 8 - 4)
        contacts.append(
            {
                "contact_id": f"K{number}",
                "customer_id": f"C{number}",
                "opened_at": opened_at,
                "first_response_at": day
                + timedelta(hours=number % 8 - 4)
                + timedelta(seconds=20 if number % 3 else 90_000),
                "resolved_at": day + timedelta(days=2),
                "reason": "odd" if number < 3 else "rare" if number < 9 else "invoice",
                **values,
            }
        )
    scales = {"ces_score": "1-5"}
    add(opened, clients, "customers")
    add(opened, answers, "responses", scales=scales)
    add(opened, contacts, "contacts")
