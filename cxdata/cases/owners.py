"""Who can be given a case: people with rights, owners of accounts, whom a setting names."""

from __future__ import annotations

from cxdata.access.rights import recorded_rights
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.store.connection import Store

OWNER_LETTERS = 254


def known_owners(store: Store) -> tuple[str, ...]:
    """Everybody who can be given a case, by name, in lower case.

    Parameters
    ----------
    store
        The whole store; rights are told to nobody else.
    """
    people = {it.subject.name for it in recorded_rights(store) if it.subject.kind == "person"}
    return tuple(sorted({*people, *owners_within(store)}))


def owners_within(store: Store) -> tuple[str, ...]:
    """The owners of accounts that are seen, and those whom the setting names."""
    accounts = store.query("account_owners")["owner_email"].to_list()
    named = {*store.settings.cases.owners, *(str(it).lower() for it in accounts)}
    return tuple(sorted(it for it in named if it))


def owner_called(store: Store, name: str) -> str | None:
    """The owner of that name; None for nobody.

    Raises
    ------
    CxDataError
        If nobody of that name can be given a case.
    """
    said = " ".join(name.split()).lower()
    if not said:
        return None
    if len(said) > OWNER_LETTERS or said not in known_owners(store):
        raise CxDataError(
            N_("Nobody called {owner} can be given a case."),
            N_("Give them rights, make them an account's owner, or name them in {setting}."),
            owner=said[:80],
            setting="cases.owners",
        )
    return said
