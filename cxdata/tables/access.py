"""Rights as tables of texts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxdata.access.rights import Right, RightsChange
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import Scope

NOT_TOLD = "–"


def rights_table(rights: Sequence[Right], time_zone: str, translate: Translator) -> pl.DataFrame:
    """One row per person or group that has rights; no rows without any."""
    return pl.DataFrame(
        [
            {
                translate("Person or group"): subject_text(right, translate),
                translate("Role"): name_of("role", right.role, translate),
                translate("Sees"): scope_in_rights(right.scope, translate),
                translate("Names and comments"): _yes_or_no(right.may_see_people, translate),
                translate("Until"): _until(right, translate),
                translate("Changed by"): right.changed_by or NOT_TOLD,
                translate("Changed at"): _moment(right, time_zone, translate),
            }
            for right in rights
        ]
    )


def rights_changes_table(
    changes: Sequence[RightsChange], time_zone: str, translate: Translator
) -> pl.DataFrame:
    """One row per change, in the order given; no rows without any."""
    return pl.DataFrame(
        [
            {
                translate("Person or group"): _named(change, translate),
                translate("Became"): _became(change.right, translate),
                translate("Changed by"): change.changed_by or NOT_TOLD,
                translate("Changed at"): translate.moment(change.changed_at, time_zone),
            }
            for change in changes
        ]
    )


def subject_text(right: Right, translate: Translator) -> str:
    name = right.subject.name
    return translate("{name} (group)", name=name) if right.subject.kind == "group" else name


def scope_in_rights(scope: Scope, translate: Translator) -> str:
    """Which rows a scope lets through, in one line, as beside the pages of whoever has it."""
    parts = [
        f"{name_of('dimension', name, translate)} {_values(name, values, translate)}"
        for name, values in scope.allowed
    ]
    return " · ".join(parts) or translate("everything")


def _values(name: str, values: Sequence[str], translate: Translator) -> str:
    shown = [name_of("channel", it, translate) if name == "channel" else it for it in values]
    return ", ".join(shown) or translate("nothing")


def _named(change: RightsChange, translate: Translator) -> str:
    name = change.subject.name
    return translate("{name} (group)", name=name) if change.subject.kind == "group" else name


def _became(right: Right | None, translate: Translator) -> str:
    if right is None:
        return translate("no rights any more")
    people = translate("with names and comments") if right.may_see_people else ""
    until = translate("until {day}", day=translate.day(right.until_on)) if right.until_on else ""
    seen = scope_in_rights(right.scope, translate)
    role = name_of("role", right.role, translate)
    return " · ".join(part for part in (role, seen, people, until) if part)


def _until(right: Right, translate: Translator) -> str:
    return translate.day(right.until_on) if right.until_on else NOT_TOLD


def _moment(right: Right, time_zone: str, translate: Translator) -> str:
    return translate.moment(right.changed_at, time_zone) if right.changed_at else NOT_TOLD


def _yes_or_no(truth: bool, translate: Translator) -> str:
    return translate("yes") if truth else translate("no")
