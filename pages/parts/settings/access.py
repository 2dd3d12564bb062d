"""Who may see and do what: the list, a form for one of them, and the dashboard as they see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cxdata.access.rights import (
    SUBJECT_KINDS,
    SUBJECT_LETTERS,
    Right,
    Subject,
    SubjectKind,
    grant,
    recorded_rights,
    revoke,
    rights_changes,
)
from cxdata.errors import CxDataError
from cxdata.i18n import Translator
from cxdata.i18n.names import name_of
from cxdata.models import EVERYTHING, ROLES, Dimension, Role, Scope
from cxdata.tables.access import rights_changes_table, rights_table, subject_text
from pages.components.admission import refuses
from pages.components.context import offer, plain, show_error, tr, whole_store
from pages.components.figures import show_note, show_nothing, show_table, show_title
from pages.components.reader import entrance_of_process, guard, see_as, signed_name

NEW = ""
_SAID = "access_said"


def draw_access() -> None:
    """For administrators: all rights, one of them to be changed, and how they came about."""
    if refuses("rights"):
        return
    translate, rights = tr(), recorded_rights(whole_store())
    if said := st.session_state.pop(_SAID, None):
        st.success(plain(said), icon=":material/check:")
    _draw_way(translate)
    zone = whole_store().settings.firm.time_zone
    if rights:
        show_table(rights_table(rights, zone, translate))
    else:
        show_nothing(translate("Nobody has been given rights yet."))
    named = {f"{right.subject.kind}:{right.subject.name}": right for right in rights}
    _draw_form(named, translate)
    if rights:
        _draw_view_as(named, translate)
    changes = rights_changes(whole_store())
    if changes:
        with st.expander(translate("What was changed"), icon=":material/history:"):
            show_table(rights_changes_table(changes, zone, translate))


def _draw_way(translate: Translator) -> None:
    """How this dashboard knows who asks; rights count only where it does."""
    said = {
        "header": translate("A proxy before this dashboard says who people are."),
        "login": translate("People log in to this dashboard."),
    }.get(
        entrance_of_process().way,
        translate(
            "Nobody logs in: whoever reaches this address is its one administrator. Rights count "
            "once a login is set up."
        ),
    )
    show_note([said])


def _draw_form(named: Mapping[str, Right], translate: Translator) -> None:
    """One person or group: new, or changed, or without rights again."""
    version = f"{whole_store().data_version}:{translate.locale}"
    show_title(translate("Give or change rights"))
    picked: str = st.selectbox(
        translate("Person or group"),
        [NEW, *named],
        format_func=lambda it: subject_text(named[it], translate) if it else translate("a new one"),
        key=f"access_picked:{version}",
    )
    known = named.get(picked)
    with st.form(f"access_form:{picked}:{version}", border=False):
        subject = known.subject if known else _asked_subject(version, translate)
        right = _asked_right(subject, known, f"{picked}:{version}", translate)
        with st.container(horizontal=True):
            saves = st.form_submit_button(
                translate("Save"), type="primary", icon=":material/check:", key="access_save"
            )
            removes = known is not None and st.form_submit_button(
                translate("Take all rights away"), icon=":material/delete:", key="access_remove"
            )
    if removes:
        if _done(lambda: revoke(whole_store(), subject, changed_by=signed_name())):
            _say(translate("{name} has no rights any more.", name=subject.name))
    elif saves and _done(lambda: grant(whole_store(), right, changed_by=signed_name())):
        _say(translate("The rights of {name} were saved.", name=subject.name))


def _asked_subject(version: str, translate: Translator) -> Subject:
    kinds, names = st.columns([1, 2], vertical_alignment="bottom")
    kind: SubjectKind = (
        kinds.segmented_control(
            translate("Who"),
            SUBJECT_KINDS,
            default=SUBJECT_KINDS[0],
            required=True,
            format_func=lambda code: name_of("subject_kind", code, translate),
            key=f"access_kind:{version}",
        )
        or SUBJECT_KINDS[0]
    )  # it may come empty from the browser all the same
    name = names.text_input(
        translate("Name, as the login gives it"),
        max_chars=SUBJECT_LETTERS,
        key=f"access_name:{version}",
        help=translate(
            "Of a person mostly the address of a mailbox; of a group, letter by letter."
        ),
    )
    return Subject.of(kind, name or "")


def _asked_right(subject: Subject, known: Right | None, key: str, translate: Translator) -> Right:
    roles, days = st.columns(2)
    role: Role = roles.selectbox(
        translate("Role"),
        ROLES,
        index=ROLES.index(known.role) if known else 0,
        format_func=lambda code: name_of("role", code, translate),
        key=f"access_role:{key}",
        help=translate(
            "Readers look. Managers also import, undo, and write events and scenarios. "
            "Administrators also change settings and rights, and restore backups."
        ),
    )
    until_on = days.date_input(
        translate("Last day (empty: for good)"),
        value=known.until_on if known else None,
        format="DD/MM/YYYY",
        key=f"access_until:{key}",
    )
    scope = _asked_scope(known.scope if known else EVERYTHING, key, translate)
    sees_people = st.toggle(
        translate("Sees names, comments and lists of people"),
        value=known.may_see_people if known else False,
        key=f"access_people:{key}",
    )
    return Right(subject, role, scope, sees_people, until_on)


def _asked_scope(known: Scope, key: str, translate: Translator) -> Scope:
    """Of each dimension the values that may be seen; values that the data lost stay on offer."""
    show_note([translate("Sees only these; a dimension without a choice isn't limited.")])
    allowed, places = dict(known.allowed), st.columns(2)
    offered: Mapping[Dimension, tuple[str, ...]] = {
        name: tuple(dict.fromkeys([*offer().values.get(name, ()), *allowed.get(name, ())]))
        for name in dict.fromkeys([*offer().values, *allowed])
    }
    chosen: dict[Dimension, list[str]] = {}
    for position, (name, values) in enumerate(offered.items()):
        if not values:
            continue
        chosen[name] = places[position % 2].multiselect(
            name_of("dimension", name, translate),
            values,
            default=allowed.get(name, ()),
            format_func=_value_names(name, translate),
            placeholder=translate("everything"),
            key=f"access_scope:{name}:{key}",
        )
    return Scope.of({name: values for name, values in chosen.items() if values})


def _value_names(name: Dimension, translate: Translator) -> Callable[[str], str]:
    if name == "channel":
        return lambda code: name_of("channel", code, translate)
    return str


def _draw_view_as(named: Mapping[str, Right], translate: Translator) -> None:
    show_title(translate("See the dashboard as somebody else"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = st.selectbox(
            translate("As whom"),
            list(named),
            format_func=lambda it: subject_text(named[it], translate),
            key=f"access_view:{whole_store().data_version}:{translate.locale}",
        )
        opens = st.button(
            translate("See it so"), key="access_view_do", icon=":material/visibility:"
        )
    if opens and _done(lambda: see_as(named[picked].subject)):
        st.switch_page("insights/overview.py")


def _say(said: str) -> None:
    """Draw the page anew, with what was done."""
    st.session_state[_SAID] = said
    st.rerun()


def _done(act: Callable[[], None]) -> bool:
    """Do it if the reader may, or say why not; whether it was done."""
    try:
        guard("rights")
        act()
    except CxDataError as error:
        show_error(error)
        return False
    return True
