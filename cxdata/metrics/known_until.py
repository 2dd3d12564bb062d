"""Up to when each kind of file tells: answers and invitations per survey, contacts per channel.

Each is known until the extract date of its own files or, without one, until the last moment in
them. What another kind's file tells later says nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cxdata.models import CHANNELS, Counted, Filters
from cxdata.store.connection import Store


@dataclass(frozen=True)
class KnownUntil:
    """The last known day of each kind.

    ``answers`` and ``invitations`` have it by survey, ``contacts`` by channel, in the order of
    ``CHANNELS``; ``customers`` is None without customers, or if nothing says it.
    """

    answers: Mapping[str, date]
    contacts: Mapping[str, date]
    customers: date | None
    invitations: Mapping[str, date] = field(default_factory=dict)

    def days(self, scope: Counted, filters: Filters) -> dict[str, date]:
        """The last known day of each part of what is counted, by its code; empty without data.

        Of answers and invitations that of the filters' survey, of contacts that of each of the
        filters' channels, of customers one (``customers``).
        """
        if scope == "customers":
            return {"customers": self.customers} if self.customers else {}
        if scope in ("answers", "invitations"):
            of_survey = self.answers if scope == "answers" else self.invitations
            day = of_survey.get(filters.survey)
            return {scope: day} if day else {}
        chosen = filters.channel or tuple(self.contacts)
        return {name: day for name, day in self.contacts.items() if name in chosen}

    def all_days(self, filters: Filters) -> dict[str, date]:
        """:meth:`days` of answers, contacts and customers together."""
        scopes: tuple[Counted, ...] = ("answers", "contacts", "customers")
        return {name: day for scope in scopes for name, day in self.days(scope, filters).items()}

    def until(self, scope: Counted, filters: Filters) -> date | None:
        """The last day up to which all of what is counted is known; None without data."""
        return min(self.days(scope, filters).values(), default=None)


def known_until(store: Store) -> KnownUntil:
    """Up to when each kind of file tells, whatever the filters."""
    contacts = dict(store.query("contacts_known").iter_rows())
    return KnownUntil(
        dict(store.query("answers_known").iter_rows()),
        {name: contacts[name] for name in CHANNELS if name in contacts},
        store.query("customers_known")["known_on"].item(),
        dict(store.query("invitations_known").iter_rows()),
    )
