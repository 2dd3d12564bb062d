"""From the person who asks to the reader for whom something is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cxdata.access.acts import ASK
from cxdata.access.rights import Right, Subject, recorded_rights
from cxdata.errors import AccessError
from cxdata.i18n import N_
from cxdata.models import DIMENSIONS, EVERYTHING, ROLES, Reader, Scope
from cxdata.store.connection import Store

LOCAL_NAME = "local"


@dataclass(frozen=True)
class Identity:
    """Who asks, as the login says it: a name, and the groups it tells; nothing about rights.

    ``is_local``: whoever sits at this computer, of a dashboard that nobody logs in to.
    """

    name: str
    groups: tuple[str, ...] = ()
    is_local: bool = False


LOCAL = Identity(LOCAL_NAME, is_local=True)
LOCAL_READER = Reader(LOCAL_NAME, "administrator", EVERYTHING, may_see_people=True)


def reader_of(store: Store, identity: Identity, on: date | None = None) -> Reader:
    """The reader that somebody is by the rights in the store now.

    A person's own right counts alone, also one that has ended: so somebody can be given less than
    the groups have. Without one, those of the groups count that haven't ended: of them the ones
    with the highest role. Several of these are joined only where nothing comes out that none of
    them gives (see :func:`joined`).

    Parameters
    ----------
    on
        The day; today in the firm's time zone unless said.

    Raises
    ------
    AccessError
        If there is no right, it has ended, or those of the groups can't be joined.
    """
    if identity.is_local:
        return LOCAL_READER
    day = on or datetime.now(ZoneInfo(store.settings.firm.time_zone)).date()
    rights = {right.subject: right for right in recorded_rights(store)}
    person = Subject.of("person", identity.name)
    if person.name and person in rights:
        return _reader(person.name, _in_force([rights[person]], day)[0])
    groups = dict.fromkeys(Subject.of("group", name) for name in identity.groups)
    found = [rights[group] for group in groups if group in rights]
    if not found:
        raise AccessError(
            N_("Nobody has given {name} rights here yet."), ASK, name=person.name or "–"
        )
    return _reader(person.name, joined(_in_force(found, day)))


def joined(rights: Sequence[Right]) -> Right:
    """The right of somebody in several groups; never more than one of them gives.

    Only those with the highest role count. One that gives all that another gives takes it in; two
    whose scopes differ in the values of one dimension alone become one with the values of both.
    Names and comments are seen if each of them lets them be seen.

    Raises
    ------
    AccessError
        If what is left can't be joined so.
    """
    highest = max(rights, key=lambda it: ROLES.index(it.role)).role
    counting = [it for it in rights if it.role == highest]
    scopes = _joined_scopes([it.scope for it in counting])
    if len(scopes) > 1:
        raise AccessError(
            N_("Your groups give rights that don't go together."),
            N_("Ask an administrator of this dashboard for rights of your own."),
        )
    sees_people = all(it.may_see_people for it in counting)
    return Right(counting[0].subject, highest, scopes[0], sees_people)


def _joined_scopes(scopes: Sequence[Scope]) -> list[Scope]:
    """The scopes with those put together that can be; in the end none of them can."""
    left = list(dict.fromkeys(scopes))
    for place, one in enumerate(left):
        for other in left[place + 1 :]:
            both = _both(one, other)
            if both is not None:
                rest = [it for it in left if it not in (one, other)]
                return _joined_scopes([*rest, both])
    return left


def _both(one: Scope, other: Scope) -> Scope | None:
    """What lets through what either does, and nothing else; None if no scope does."""
    if one.is_within(other):
        return other
    if other.is_within(one):
        return one
    mine, theirs = dict(one.allowed), dict(other.allowed)
    differing = [it for it in DIMENSIONS if mine.get(it) != theirs.get(it)]
    if mine.keys() != theirs.keys() or len(differing) != 1:
        return None
    [name] = differing
    return Scope.of({**mine, name: (*mine[name], *theirs[name])})


def _in_force(rights: Sequence[Right], day: date) -> list[Right]:
    counting = [right for right in rights if right.counts_on(day)]
    if not counting:
        raise AccessError(N_("Your rights here have ended."), ASK)
    return counting


def _reader(name: str, right: Right) -> Reader:
    return Reader(name, right.role, right.scope, right.may_see_people)
