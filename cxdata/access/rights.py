"""Rights in the store: who has which role, sees what, until when, and how that came about.

Each change is a row of its own that is never rewritten; of each subject the last one counts.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args

import duckdb

from cxdata.errors import AccessError
from cxdata.i18n import N_
from cxdata.models import DIMENSIONS, EVERYTHING, ROLES, Role, Scope
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

SubjectKind = Literal["person", "group"]
SUBJECT_KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)
SUBJECT_LETTERS = 254  # as long as an address of a mailbox can be
WHO_LETTERS = 80


@dataclass(frozen=True)
class Subject:
    """A person or a group, as the login names them."""

    kind: SubjectKind
    name: str

    @classmethod
    def of(cls, kind: SubjectKind, name: str) -> Subject:
        """The subject of a name as it was typed or told: a person's in lower case, a group's as
        it is, since a directory may tell apart what differs in case only.

        >>> Subject.of("person", " Ada@Example.org ")
        Subject(kind='person', name='ada@example.org')
        """
        named = unicodedata.normalize("NFC", name).strip()
        return cls(kind, named.lower() if kind == "person" else named)


@dataclass(frozen=True)
class Right:
    """What a subject may do and see; ``until_on`` is the last day on which it may, None: for good.

    ``changed_at`` (UTC) and ``changed_by`` say when and by whom it was given so.
    """

    subject: Subject
    role: Role
    scope: Scope = EVERYTHING
    may_see_people: bool = False
    until_on: date | None = None
    changed_at: datetime | None = None
    changed_by: str | None = None

    def counts_on(self, day: date) -> bool:
        return self.until_on is None or day <= self.until_on

    @property
    def is_lasting_administrator(self) -> bool:
        return self.role == "administrator" and self.until_on is None


@dataclass(frozen=True)
class RightsChange:
    """One change of a subject's rights; ``right`` is None where they were taken away."""

    number: int
    subject: Subject
    right: Right | None
    changed_at: datetime
    changed_by: str | None


def recorded_rights(store: Store) -> tuple[Right, ...]:
    """The rights of all subjects that have any, expired ones included; groups first, by name."""
    rows = store.query("rights").iter_rows(named=True)
    return tuple(_right_of(row) for row in rows)


def rights_changes(store: Store) -> tuple[RightsChange, ...]:
    """All changes of rights, the newest first."""
    return tuple(
        RightsChange(
            row["change_number"],
            Subject(row["subject_kind"], row["subject"]),
            _right_of(row) if row["role"] else None,
            row["changed_at"],
            row["changed_by"],
        )
        for row in store.query("rights_changes").iter_rows(named=True)
    )


def grant(store: Store, right: Right, *, changed_by: str | None = None) -> None:
    """Give a subject this right in the place of what it had.

    Raises
    ------
    AccessError
        If the subject has no name or too long a one, an administrator's scope isn't everything, a
        dimension is named without a value, or no lasting administrator would be left.
    """
    subject = Subject.of(right.subject.kind, right.subject.name)
    _see_subject(subject)
    if right.role not in ROLES:
        raise ValueError(f"no role: {right.role}")
    if right.role == "administrator" and not right.scope.is_everything:
        raise AccessError(
            N_("An administrator sees everything."),
            N_("Give the role of a manager, or leave the dimensions out."),
        )
    if right.scope.is_nothing:
        raise AccessError(
            N_("A dimension that limits what somebody sees needs a value at least."),
            N_("Leave the dimension out for all of its values."),
        )
    scope = json.dumps({name: list(values) for name, values in right.scope.allowed})
    _change(store, subject, right.role, scope, right.may_see_people, right.until_on, changed_by)


def revoke(store: Store, subject: Subject, *, changed_by: str | None = None) -> None:
    """Take all rights from a subject; what it had stays in the history.

    Raises
    ------
    AccessError
        If it has none, or no lasting administrator would be left.
    """
    named = Subject.of(subject.kind, subject.name)
    if named not in {right.subject for right in recorded_rights(store)}:
        raise AccessError(
            N_("{name} has no rights here."), N_("Look at the list of rights."), name=named.name
        )
    _change(store, named, None, "{}", False, None, changed_by)


def _see_subject(subject: Subject) -> None:
    if not subject.name or len(subject.name) > SUBJECT_LETTERS or not subject.name.isprintable():
        raise AccessError(
            N_("A right needs the name of a person or a group, of {most} characters at most."),
            N_("As the login gives it: mostly the address of a mailbox."),
            most=SUBJECT_LETTERS,
        )


def _change(
    store: Store,
    subject: Subject,
    role: Role | None,
    scope: str,
    may_see_people: bool,
    until_on: date | None,
    changed_by: str | None,
) -> None:
    """Add a change; the data version rises, so that every session looks its rights up anew."""
    with store.transaction() as con:
        con.execute(
            """insert into rights_changes (change_number, subject_kind, subject, role, scope,
                may_see_people, until_on, changed_at, changed_by)
            select coalesce(max(change_number), 0) + 1, $kind, $subject, $role, $scope,
                $may_see_people, $until_on, $changed_at, $changed_by
            from rights_changes""",
            {
                "kind": subject.kind,
                "subject": subject.name,
                "role": role,
                "scope": scope,
                "may_see_people": may_see_people,
                "until_on": until_on,
                "changed_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
                "changed_by": " ".join((changed_by or "").split())[:WHO_LETTERS] or None,
            },
        )
        _see_administrator_left(con)
        con.execute("update store_info set data_version = data_version + 1")


def _see_administrator_left(con: duckdb.DuckDBPyConnection) -> None:
    """Once there was an administrator, there is always one whose rights don't end."""
    ever, lasting = con.execute(
        """select count(*) filter (where role = 'administrator'),
            count(*) filter (where role = 'administrator' and until_on is null and place = 1)
        from (
            select role, until_on, row_number() over (
                partition by subject_kind, subject order by change_number desc
            ) as place
            from rights_changes
        ) as numbered"""
    ).fetchall()[0]
    if ever and not lasting:
        raise AccessError(
            N_("There has to be one administrator at least whose rights don't end."),
            N_("Make somebody else administrator first."),
        )


def _right_of(row: dict[str, Any]) -> Right:
    return Right(
        Subject(row["subject_kind"], row["subject"]),
        row["role"],
        scope_of(row["scope"]),
        row["may_see_people"],
        row["until_on"],
        row["changed_at"],
        row["changed_by"],
    )


def scope_of(text: str) -> Scope:
    """The scope that a column of the store keeps as JSON; what can't be read is nothing.

    A dimension that doesn't exist any more lets nothing through: leaving it out would show more
    than was given.

    >>> scope_of('{"region": ["Nord"]}')
    Scope(allowed=(('region', ('Nord',)),))
    >>> scope_of('{"planet": ["Mars"]}').is_nothing
    True
    """
    values = stored_json(text, "rights_changes.scope")
    is_readable = isinstance(values, dict) and all(
        name in DIMENSIONS and isinstance(it, list) and all(isinstance(one, str) for one in it)
        for name, it in values.items()
    )
    return Scope.of(values if is_readable else {DIMENSIONS[0]: ()})
