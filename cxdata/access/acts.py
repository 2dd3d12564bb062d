"""What can be done in the dashboard, and which role may do it.

The one list: pages, the command line through the running dashboard, HTTP routes and the assistant's
door name an act of it, and :func:`see_may` alone decides.
"""

from __future__ import annotations

from typing import Literal, get_args

from cxdata.errors import AccessError
from cxdata.i18n import N_
from cxdata.models import ROLES, Reader, Role
from cxdata.store.connection import Store

Permission = Literal[
    "see",  # figures, and the imports they rest on, within the scope
    "measures",  # how much there is and how old it is, for those who look after the server
    "change",  # whatever changes the store or tells of all of it: what the acts below need, too
    "import",  # files into the store, what was refused of them, what is kept for the next
    "undo",  # a batch out of the store
    "words",  # profiles and spellings that files are read with
    "events",  # events, targets and benchmarks on the charts
    "assess",  # assessments of journeys, and what level 6 would be
    "scenarios",  # saved scenarios
    "snapshots",  # figures kept as they were
    "cases",  # who is called back: opened, assigned, noted, closed, of those that are seen
    "rules",  # what opens cases, and those that wait for a yes
    "decisions",  # what was decided, who does it until when, and that it is done
    "mails",  # who is sent the board pack when, and mails that failed
    "views",  # what is seen, kept under a name for oneself
    "share_views",  # views that everybody may open, and what everybody starts with
    "settings",  # whatever changes figures for everybody
    "backup",  # a copy of all there is
    "restore",  # a backup in the place of the store
    "repair",  # what a check found
    "person",  # one person's data shown, exported, erased
    "record",  # who did what
    "rights",  # who may do and see what, and the dashboard as somebody else sees it
    "tokens",  # what other systems ask the dashboard with
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
LEAST_ROLE: dict[Permission, Role] = {
    "see": "reader",
    "measures": "reader",
    "change": "manager",
    "import": "manager",
    "undo": "manager",
    "words": "manager",
    "events": "manager",
    "assess": "manager",
    "scenarios": "manager",
    "snapshots": "manager",
    "cases": "manager",
    "rules": "manager",
    "decisions": "manager",
    "mails": "manager",
    "views": "reader",
    "share_views": "manager",
    "settings": "administrator",
    "backup": "administrator",
    "restore": "administrator",
    "repair": "administrator",
    "person": "administrator",
    "record": "administrator",
    "rights": "administrator",
    "tokens": "administrator",
}
# All else changes or tells of the store as a whole: who sees a part of it may not.
WITHIN_A_SCOPE: frozenset[Permission] = frozenset({"see", "views", "cases"})
ASK = N_("Ask an administrator of this dashboard.")
ROLE_TOO_LOW: dict[Role, str] = {
    "reader": N_("Only readers of this dashboard may do this."),
    "manager": N_("Only managers and administrators of this dashboard may do this."),
    "administrator": N_("Only administrators of this dashboard may do this."),
}


def see_may(reader: Reader, act: Permission) -> None:
    """Refuse an act that the reader's role or scope doesn't allow.

    Raises
    ------
    AccessError
        With the role that may, or that it takes the whole.
    ValueError
        If there is no such act.
    """
    if act not in LEAST_ROLE:
        raise ValueError(f"no act: {act}")
    least = LEAST_ROLE[act]
    if ROLES.index(reader.role) < ROLES.index(least):
        raise AccessError(ROLE_TOO_LOW[least], N_("Ask one of them."))
    if act not in WITHIN_A_SCOPE and not reader.scope.is_everything:
        raise AccessError(
            N_("This concerns all of the data, of which your rights reach only a part."), ASK
        )


def may(reader: Reader, act: Permission) -> bool:
    """Whether :func:`see_may` lets the reader do it: for what is drawn; what is done asks that."""
    try:
        see_may(reader, act)
    except AccessError:
        return False
    return True


def store_for(store: Store, reader: Reader, act: Permission) -> Store:
    """The store as an act of this reader has it: what is seen of it, or for what changes it all.

    Raises
    ------
    AccessError
        As of :func:`see_may`.
    """
    see_may(reader, act)
    return store.seen_by(reader) if act in WITHIN_A_SCOPE else store
