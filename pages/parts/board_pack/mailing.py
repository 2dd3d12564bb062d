"""The pack by mail: schedules, a form for a new one, and what became of mails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import streamlit as st

from cxdata.errors import CxDataError
from cxdata.exports.mailing.sending import send_soon, send_test
from cxdata.exports.mailing.smtp import see_mail_settings
from cxdata.followup.mail_schedules import (
    MAIL_FACES,
    MAIL_PERIODS,
    MOST_RECIPIENTS,
    MailRecipe,
    MailSchedule,
    Recipient,
    RelativeFilters,
    change_schedule,
    delete_schedule,
    known_recipients,
    pause_schedule,
    recorded_schedules,
    save_schedule,
    schedule_history,
    send_now,
)
from cxdata.followup.rhythm import LAST_WORKING_DAY, MOST_DAYS_BEFORE, RHYTHMS, Every, Rhythm
from cxdata.i18n import LOCALES, N_, Translator, translator
from cxdata.i18n.names import name_of
from cxdata.models import DIMENSIONS, EVERYTHING, Filters, Scope
from cxdata.outbox import drop_mail, outbox_counts, recorded_mails, retry_mail, utc_now
from cxdata.pack.making import PACK_TITLE_LETTERS, PackChoice
from cxdata.tables.mails import (
    mailing_line,
    outbox_text,
    problem_text,
    recipients_text,
    schedule_act_parts,
    schedule_text,
)
from pages.components.context import plain, show_error, tr, whole_store
from pages.components.figures import show_note, show_text, show_title
from pages.components.reader import can, guard, signed_name
from pages.components.url_state import current_view

SHOWN_MAILS = 20
MORNING = time(7, 30)
OUTSIDE = ("none", "filters", "all")
_SAID, _FORM = "mailing_said", "mailing_form"


def draw_mailing(filters: Filters, choice: PackChoice) -> None:
    """One line, with all of it behind a click; nothing for whoever may not send."""
    if not can("mails"):
        return
    translate, con = tr(), whole_store()
    zone = con.settings.firm.time_zone
    schedules, counts, now = recorded_schedules(con), outbox_counts(con), utc_now()
    dues = [due for it in schedules if (due := it.next_at(con, now))]
    if said := st.session_state.pop(_SAID, None):
        st.success(plain(said), icon=":material/check:")
    line = mailing_line(len(schedules), min(dues, default=None), counts, zone, translate)
    icon = ":material/error:" if counts.needs_somebody else ":material/schedule_send:"
    with st.expander(plain(line), icon=icon):
        if not _may_leave(translate):
            return
        for schedule in schedules:
            _draw_schedule(schedule, zone, filters, choice, translate)
        with _place_of_form(translate, is_first=not schedules):
            _draw_form(filters, choice, translate)
        _draw_outbox(zone, translate)
        _draw_test(translate)


def _may_leave(translate: Translator) -> bool:
    """Whether any mail can, or why none does; what waits is shown all the same."""
    try:
        see_mail_settings(whole_store().file_settings.mail)
    except CxDataError as error:
        sentence, hint = translate.error(error)
        st.warning(plain(f"{sentence} {hint}"), icon=":material/unsubscribe:")
        _draw_outbox(whole_store().settings.firm.time_zone, translate)
        return False
    return True


def _draw_schedule(
    schedule: MailSchedule,
    zone: str,
    filters: Filters,
    choice: PackChoice,
    translate: Translator,
) -> None:
    key = schedule.schedule_id
    next_at = schedule.next_at(whole_store())
    show_text(schedule_text(schedule, next_at, zone, translate))
    show_note([recipients_text(schedule)])
    with st.container(horizontal=True):
        if st.button(translate("Send now"), key=f"mail_now:{key}", icon=":material/send:"):
            _do(
                lambda: _send_now(key),
                translate("The mails of “{title}” are on their way.", title=schedule.recipe.title),
            )
        if st.button(translate("Change it"), key=f"mail_change:{key}", icon=":material/edit:"):
            _open_change(schedule, filters, choice)
        label = translate("Go on") if schedule.is_paused else translate("Pause")
        icon = ":material/play_arrow:" if schedule.is_paused else ":material/pause:"
        if st.button(label, key=f"mail_pause:{key}", icon=icon):
            _do(
                lambda: pause_schedule(
                    whole_store(), key, guard("mails"), is_paused=not schedule.is_paused
                ),
                translate("“{title}” was changed.", title=schedule.recipe.title),
            )
        if st.button(translate("Delete"), key=f"mail_delete:{key}", icon=":material/delete:"):
            _do(
                lambda: delete_schedule(whole_store(), key, guard("mails")),
                translate("“{title}” isn't sent any more.", title=schedule.recipe.title),
            )
    _draw_history(schedule, zone, translate)


def _send_now(schedule_id: str) -> None:
    send_now(whole_store(), schedule_id, guard("mails"), signed=signed_name())
    send_soon()


def _open_change(schedule: MailSchedule, filters: Filters, choice: PackChoice) -> None:
    """The schedule in a dialog, as it was when it was opened, whatever others do meanwhile."""

    @st.dialog(tr()("A schedule of mails"), width="medium")
    def ask() -> None:
        draw_schedule_change(schedule, filters, choice, tr())

    ask()


def draw_schedule_change(
    schedule: MailSchedule, filters: Filters, choice: PackChoice, translate: Translator
) -> None:
    given, key = schedule.recipe, schedule.schedule_id
    asked = _asked(given, filters, f"{key}:{translate.locale}", translate)
    takes_over = st.checkbox(
        translate("With the sections and the values of filters that are chosen now."),
        key=f"mail_takes_over:{key}",
    )
    recipe = replace(asked, sections=given.sections, with_names=given.with_names)
    if takes_over:
        recipe = replace(asked, **_chosen_now(filters, choice, asked.filters.period))
    if st.button(translate("Save"), type="primary", icon=":material/check:", key=f"mail_ok:{key}"):
        _do(
            lambda: change_schedule(whole_store(), key, recipe, guard("mails"), seen=given),
            translate("“{title}” was changed.", title=recipe.title),
        )


def _draw_history(schedule: MailSchedule, zone: str, translate: Translator) -> None:
    """Who did what with it, the newest first; nothing where the record doesn't reach back."""
    rows = schedule_history(whole_store(), schedule.schedule_id)
    if rows:
        with st.expander(translate("History"), icon=":material/history:"):
            for row in rows:
                show_note(schedule_act_parts(row, zone, translate))


def _place_of_form(translate: Translator, *, is_first: bool) -> AbstractContextManager[Any]:
    """Open where nothing is sent yet; folded below the schedules that there are."""
    title = translate("Send this pack by itself")
    if is_first:
        show_title(title)
        return st.container()
    return st.expander(title, icon=":material/add:")


def _draw_form(filters: Filters, choice: PackChoice, translate: Translator) -> None:
    """A new schedule, of the sections and filters that are chosen on the page."""
    version = f"{st.session_state.get(_FORM, 0)}:{translate.locale}"
    show_note([translate("With the sections and the values of filters that are chosen now.")])
    view = current_view()
    new = MailRecipe(
        choice.title or translate("Customer experience: board pack"),
        Rhythm("week", 0, MORNING),
        (),
        filters=RelativeFilters(
            period=view.period if view and view.period in MAIL_PERIODS else "12m"
        ),
    )
    asked = _asked(new, filters, version, translate)
    if not st.button(
        translate("Send it so"), type="primary", icon=":material/check:", key=f"mail_save:{version}"
    ):
        return
    recipe = replace(asked, **_chosen_now(filters, choice, asked.filters.period))
    _do(lambda: _save(recipe), translate("The schedule is set."))


def _chosen_now(filters: Filters, choice: PackChoice, period: str) -> dict[str, Any]:
    """What the page has chosen, for a period that moves on with the data."""
    chosen: dict[str, Any] = {name: getattr(filters, name) for name in DIMENSIONS}
    moving = RelativeFilters(
        period=period, comparison=filters.comparison, survey=filters.survey, **chosen
    )
    return {"sections": choice.sections, "with_names": choice.with_names, "filters": moving}


def _asked(given: MailRecipe, filters: Filters, version: str, translate: Translator) -> MailRecipe:
    """A recipe as it is given, with what is asked for in a form: all but sections and filters."""
    title = st.text_input(
        translate("What it is called"),
        value=given.title,
        max_chars=PACK_TITLE_LETTERS,
        key=f"mail_title:{version}",
    )
    rhythm = _asked_rhythm(given.rhythm, version, translate)
    recipients = _asked_recipients(given.recipients, version, translate)
    left, right = st.columns(2)
    faces = left.multiselect(
        translate("Attached"),
        MAIL_FACES,
        default=given.faces,
        format_func=str.upper,
        key=f"mail_faces:{version}",
    )
    period = right.selectbox(
        translate("Period, up to the last day of the data"),
        MAIL_PERIODS,
        index=MAIL_PERIODS.index(given.filters.period),
        format_func=lambda code: name_of("mail_period", code, translate),
        key=f"mail_period:{version}",
    )
    return replace(
        given,
        title=title or "",
        rhythm=rhythm,
        recipients=recipients,
        faces=tuple(it for it in MAIL_FACES if it in faces),
        filters=replace(given.filters, period=period),
        outside_scope=_asked_outside(given.outside_scope, filters, version, translate),
    )


def _save(recipe: MailRecipe) -> None:
    save_schedule(whole_store(), recipe, guard("mails"), signed=signed_name())
    st.session_state[_FORM] = st.session_state.get(_FORM, 0) + 1


def _asked_rhythm(given: Rhythm, version: str, translate: Translator) -> Rhythm:
    every_place, number_place, time_place = st.columns([2, 2, 1], vertical_alignment="bottom")
    every: Every = every_place.selectbox(
        translate("When"),
        RHYTHMS,
        index=RHYTHMS.index(given.every),
        format_func=lambda code: name_of("rhythm", code, translate),
        key=f"mail_every:{version}",
    )
    meeting_on, is_given = None, every == given.every
    if every == "week":
        number = number_place.selectbox(
            translate("Day"),
            range(7),
            index=given.number if is_given else 0,
            format_func=translate.weekday,
            key=f"mail_week:{version}",
        )
    elif every == "meeting":
        meeting_on = number_place.date_input(
            translate("Day of the meeting"),
            value=given.meeting_on or utc_now().date() + timedelta(days=14),
            format="DD/MM/YYYY",
            key=f"mail_meeting:{version}",
        )
        number = int(
            number_place.number_input(
                translate("Days before"),
                0,
                MOST_DAYS_BEFORE,
                given.number if is_given else 2,
                key=f"mail_before:{version}",
            )
        )
    else:
        most = 31 if every == "month" else LAST_WORKING_DAY
        label = translate("Day of the month") if every == "month" else translate("Working day")
        number = int(
            number_place.number_input(
                label,
                1,
                most,
                given.number if is_given else 1,
                key=f"mail_number:{every}:{version}",
            )
        )
    at = time_place.time_input(translate("At"), value=given.at, step=300, key=f"mail_at:{version}")
    return Rhythm(every, number, at or given.at, meeting_on)


def _asked_recipients(
    given: tuple[Recipient, ...], version: str, translate: Translator
) -> tuple[Recipient, ...]:
    """Persons with rights are offered; other addresses are typed. One list per language."""
    known, found = known_recipients(whole_store()), []
    for place, code in zip(st.columns(len(LOCALES)), LOCALES, strict=True):
        own = [it.address for it in given if it.locale == code]
        picked = place.multiselect(
            translate("Recipients: {language}", language=translator(code).own_name),
            [*known, *(it for it in own if it not in known)],
            default=own,
            accept_new_options=True,
            max_selections=MOST_RECIPIENTS,
            placeholder=translate("address of a mailbox"),
            key=f"mail_to:{code}:{version}",
        )
        found += [Recipient(it.strip(), code) for it in picked]
    return tuple(found)


def _asked_outside(
    given: Scope | None, filters: Filters, version: str, translate: Translator
) -> Scope | None:
    """What addresses without rights may see; only who gives rights is asked."""
    if not can("rights"):
        return given
    picked = st.selectbox(
        translate("Addresses without rights here get"),
        OUTSIDE if given is None else ("before", *OUTSIDE),
        format_func=lambda code: name_of("mail_outside", code, translate),
        key=f"mail_outside:{version}",
    )
    if picked == "before":
        return given
    if picked == "filters":
        chosen = {name: it for name in DIMENSIONS if (it := getattr(filters, name))}
        return Scope.of(chosen) if chosen else None  # without any, it would be everything
    return EVERYTHING if picked == "all" else None


def _draw_outbox(zone: str, translate: Translator) -> None:
    rows = recorded_mails(whole_store(), limit=SHOWN_MAILS).to_dicts()
    if not rows:
        return
    show_title(translate("Mails"))
    for row in rows:
        show_text(outbox_text(row, zone, translate))
        if problem := problem_text(row, translate):
            show_note([problem])
        if row["state"] in ("waiting", "unsure", "dead"):
            _draw_decision(row["mail_id"], translate)


def _draw_decision(mail_id: str, translate: Translator) -> None:
    with st.container(horizontal=True):
        if st.button(translate("Try again"), key=f"mail_retry:{mail_id}", icon=":material/send:"):
            _do(lambda: _retry(mail_id), translate("The mail is tried again."))
        if st.button(translate("Give up"), key=f"mail_drop:{mail_id}", icon=":material/close:"):
            _do(lambda: _drop(mail_id), translate("The mail isn't sent."))


def _retry(mail_id: str) -> None:
    guard("mails")
    retry_mail(whole_store(), mail_id)
    send_soon()


def _drop(mail_id: str) -> None:
    guard("mails")
    drop_mail(whole_store(), mail_id)


def _draw_test(translate: Translator) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        address = st.text_input(
            translate("Address for a test"), value=signed_name() or "", key="mail_test_address"
        )
        sends = st.button(
            translate("Send a test"), key="mail_test", icon=":material/mark_email_read:"
        )
    if sends:
        _do(lambda: _test((address or "").strip(), translate), translate("The test has left."))


def _test(address: str, translate: Translator) -> None:
    done = send_test(whole_store(), address, guard("mails"), translate)
    if done.problem is not None:
        raise done.problem
    if not done.sent_count:
        raise CxDataError(N_("The test hasn't left yet: see the list of mails."))


def _do(act: Callable[[], object], said: str) -> None:
    """Do it and draw the page anew with what was done, or say why not."""
    try:
        act()
    except CxDataError as error:
        show_error(error)
        return
    st.session_state[_SAID] = said
    st.rerun()
