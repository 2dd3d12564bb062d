"""Schedules of board packs by mail: what is sent, when, to whom, for whose rights.

A recipient who has rights of their own gets what these reach, in their language; one without is
refused unless the schedule says what such addresses may see. Nobody's names go to them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, cast, get_args
from uuid import uuid4
from zoneinfo import ZoneInfo

from cxdata.access.acts import see_may
from cxdata.access.identity import Identity, reader_of
from cxdata.access.rights import recorded_rights, scope_of
from cxdata.config import is_mailbox
from cxdata.errors import AccessError, CxDataError
from cxdata.followup.rhythm import RHYTHMS, Rhythm, latest_occasion, next_occasion
from cxdata.i18n import LOCALES, N_, Locale
from cxdata.models import (
    COMPARISONS,
    DIMENSIONS,
    SURVEYS,
    ChosenValues,
    Comparison,
    Dimension,
    Filters,
    Period,
    Reader,
    Scope,
    Survey,
    last_months,
)
from cxdata.outbox import Writing, one_line_of, queue_pack, see_address, utc_now
from cxdata.record.acts import INSERT, act_row
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

# What is attached, as the ends of its files; slides, PDF, workbook.
MailFace = Literal["pptx", "pdf", "xlsx"]
MAIL_FACES: tuple[MailFace, ...] = get_args(MailFace)
# Periods that move on with the data; the last ones whole.
MAIL_MONTHS = {"1m": 1, "3m": 3, "6m": 6, "12m": 12, "24m": 24}
WHOLE_MONTH, WHOLE_QUARTER, ALL_DAYS = "last_month", "last_quarter", "all"
MAIL_PERIODS = (*MAIL_MONTHS, WHOLE_MONTH, WHOLE_QUARTER, ALL_DAYS)
MOST_RECIPIENTS = 100
HISTORY_ACTS = 50  # of the history of a schedule
# What is sent later than this after it was due says so.
LATE = timedelta(hours=2)


@dataclass(frozen=True)
class Recipient:
    """An address, and the language in which it is written to; ``is_outside``: it had no rights
    here when the schedule was set, so that it never gets what it has by losing them."""

    address: str
    locale: Locale
    is_outside: bool = False


@dataclass(frozen=True)
class RelativeFilters(ChosenValues):
    """Filters whose period moves on with the data: one of ``MAIL_PERIODS``."""

    period: str = "12m"
    comparison: Comparison = "previous_period"
    survey: Survey = "relationship"

    def on(self, last_on: date | None, start_of_quarter: Callable[[date], date]) -> Filters:
        """The filters when the data ends on that day; without data, of the whole history."""
        chosen: Any = {name: getattr(self, name) for name in DIMENSIONS}
        return Filters(
            period=None if last_on is None else self._days(last_on, start_of_quarter),
            comparison=self.comparison,
            survey=self.survey,
            **chosen,
        )

    def _days(self, last_on: date, start_of_quarter: Callable[[date], date]) -> Period | None:
        if self.period in MAIL_MONTHS:
            return last_months(last_on, MAIL_MONTHS[self.period])
        after = last_on + timedelta(days=1)
        if self.period == WHOLE_MONTH:
            return last_months(after.replace(day=1) - timedelta(days=1), 1)
        if self.period == WHOLE_QUARTER:
            return last_months(start_of_quarter(after) - timedelta(days=1), 3)
        return None


@dataclass(frozen=True)
class MailRecipe:
    """What is sent: when, to whom, which parts of the pack, with which filters.

    ``outside_scope`` is what addresses without rights may see; None: they are refused.
    """

    title: str
    rhythm: Rhythm
    recipients: tuple[Recipient, ...]
    faces: tuple[MailFace, ...] = MAIL_FACES[:2]
    sections: tuple[str, ...] = ()
    with_names: bool = False
    filters: RelativeFilters = RelativeFilters()
    outside_scope: Scope | None = None


# What can differ between two recipes, in the order in which it is said.
RECIPE_FIELDS = tuple(it.name for it in fields_of(MailRecipe))


@dataclass(frozen=True)
class MailSchedule:
    """A recipe that somebody set; ``considered_until`` (UTC): what was due by then is settled."""

    schedule_id: str
    recipe: MailRecipe
    made_at: datetime  # UTC
    made_by: str | None
    is_paused: bool
    considered_until: datetime  # UTC

    def next_at(self, store: Store, now: datetime | None = None) -> datetime | None:
        """When it is due next (UTC); None while it is paused, or never again."""
        if self.is_paused:
            return None
        after = max(self.considered_until, now or utc_now())
        return next_occasion(self.recipe.rhythm, store.settings, after)


def save_schedule(
    store: Store,
    recipe: MailRecipe,
    by: Reader,
    *,
    signed: str | None = None,
    now: datetime | None = None,
) -> str:
    """Keep a schedule; its schedule_id. What was due before now isn't sent.

    Raises
    ------
    AccessError
        If they may not, or give addresses without rights something to see and may not give rights.
    CxDataError
        If it has no title or recipient, one that no mail may go to, or is never due.
    """
    see_recipe(store, recipe, by)
    recipe = _with_outsiders(store, recipe)
    at, schedule_id = now or utc_now(), uuid4().hex
    if next_occasion(recipe.rhythm, store.settings, at) is None:
        raise CxDataError(N_("That day is past."), N_("Choose a meeting that is still to come."))
    with store.keeping() as con:
        con.execute(
            """insert into mail_schedules (schedule_id, title, recipe, made_at, made_by,
                is_paused, considered_until)
            values ($id, $title, $recipe, $now, $by, false, $now)""",
            {
                "id": schedule_id,
                "title": one_line_of(recipe.title),
                "recipe": recipe_json(recipe),
                "now": at.replace(microsecond=0),
                "by": signed,
            },
        )
        _note(con, "set", recipe, schedule_id)
    return schedule_id


def change_schedule(
    store: Store,
    schedule_id: str,
    recipe: MailRecipe,
    by: Reader,
    *,
    seen: MailRecipe,
    now: datetime | None = None,
) -> tuple[str, ...]:
    """Give a schedule another recipe; the fields of it that differ, none where nothing does.

    A new rhythm begins now: nothing is sent for it that was due before. Mails that wait for
    somebody who isn't a recipient any more are dropped.

    Parameters
    ----------
    seen
        The recipe as it was when it was opened to be changed.

    Raises
    ------
    AccessError, CxDataError
        As of :func:`save_schedule`; who neither adds an address without rights nor changes what
        these may see needn't be allowed to give rights. Also if somebody else has changed or
        deleted it since it was opened: nothing is overwritten.
    """
    before = schedule_called(store, schedule_id).recipe
    see_recipe(store, recipe, by, before=before)
    recipe = _with_outsiders(store, recipe)
    fields = tuple(it for it in RECIPE_FIELDS if getattr(recipe, it) != getattr(before, it))
    if not fields:
        return ()
    at = now or utc_now()
    if next_occasion(recipe.rhythm, store.settings, at) is None:
        raise CxDataError(N_("That day is past."), N_("Choose a meeting that is still to come."))
    with store.keeping() as con:
        changed = con.execute(
            """update mail_schedules set title = $title, recipe = $recipe,
                considered_until = case when $is_new_rhythm then greatest(considered_until, $now)
                    else considered_until end
            where schedule_id = $id and recipe = $seen returning 1""",
            {
                "id": schedule_id,
                "title": one_line_of(recipe.title),
                "recipe": recipe_json(recipe),
                "seen": recipe_json(seen),
                "is_new_rhythm": "rhythm" in fields,
                "now": at.replace(microsecond=0),
            },
        ).fetchall()
        if not changed:
            raise CxDataError(
                N_("“{title}” was changed since you opened it: nothing is overwritten."),
                N_("Close the form, and look at it again."),
                title=before.title,
            )
        con.execute(
            """update mails set state = 'dropped', ended_at = $now
            where schedule_id = $id and state in ('waiting', 'dead')
                and lower(recipient) not in (select unnest($kept))""",
            {
                "id": schedule_id,
                "kept": [it.address.lower() for it in recipe.recipients],
                "now": at.replace(microsecond=0),
            },
        )
        _note(con, "changed", recipe, schedule_id, fields)
    return fields


def schedule_history(store: Store, schedule_id: str) -> list[dict[str, Any]]:
    """What was done with a schedule, newest first, as far back as the record goes.

    Each act has ``done_at`` (UTC), ``done_by``, ``what`` (``set``, ``changed``, ``paused``,
    ``resumed``), the ``fields`` that were changed, and ``to``, its recipients from then on.
    """
    with store.cursor() as con:
        rows = con.execute(
            """select done_at, done_by, details from acts
            where act = 'mails_scheduled' and json_extract_string(details, '$.schedule') = $id
            order by done_at desc, rowid desc limit $most""",
            {"id": schedule_id, "most": HISTORY_ACTS},
        ).fetchall()
    told = ((at, by, stored_json(details, "acts.details")) for at, by, details in rows)
    return [{"fields": [], **said, "done_at": at, "done_by": by} for at, by, said in told]


def see_recipe(
    store: Store, recipe: MailRecipe, by: Reader, *, before: MailRecipe | None = None
) -> None:
    """Refuse what can't be sent, before it is due; as of :func:`save_schedule`.

    ``before``: what it is changed from.
    """
    see_may(by, "mails")
    recipe.rhythm.see_possible()
    if not one_line_of(recipe.title):
        raise CxDataError(N_("A mail needs a title."), N_("Such as the name of the meeting."))
    if not 0 < len(recipe.recipients) <= MOST_RECIPIENTS:
        raise CxDataError(
            N_("A schedule has 1 to {most} recipients."), N_("Add somebody."), most=MOST_RECIPIENTS
        )
    for it in recipe.recipients:
        see_address(store.file_settings.mail, it.address)
    without = outside_addresses(store, recipe)
    if without and recipe.outside_scope is None:
        raise AccessError(
            N_("{name} has no rights here."),
            N_("Give them rights, or say what addresses without rights may see."),
            name=without[0],
        )
    if without and not _opens_nothing(recipe, without, before):
        see_may(by, "rights")  # it lets somebody see something who could not


def _opens_nothing(recipe: MailRecipe, without: list[str], before: MailRecipe | None) -> bool:
    """Whether all addresses without rights see the same as before, and none is new."""
    if before is None or recipe.outside_scope != before.outside_scope:
        return False
    outside = {it.address.lower() for it in before.recipients if it.is_outside}
    return outside.issuperset(it.lower() for it in without)


def _with_outsiders(store: Store, recipe: MailRecipe) -> MailRecipe:
    """The recipe with each address once, and who of them has no rights now."""
    outside = set(outside_addresses(store, recipe))
    by_address: dict[str, Recipient] = {}
    for it in recipe.recipients:
        by_address.setdefault(it.address.lower(), replace(it, is_outside=it.address in outside))
    return replace(recipe, recipients=tuple(by_address.values()))


def outside_addresses(store: Store, recipe: MailRecipe) -> list[str]:
    """Those of the recipients who have no rights of their own here."""
    known = _known_persons(store)
    return [it.address for it in recipe.recipients if it.address.lower() not in known]


def known_recipients(store: Store) -> list[str]:
    """Persons with rights whose names are addresses that mails may go to, by name."""
    mail = store.file_settings.mail
    return sorted(it for it in _known_persons(store) if is_mailbox(it) and mail.lets_through(it))


def recipient_reader(store: Store, recipe: MailRecipe, address: str) -> Reader:
    """For whom the mail to an address is computed, by the rights in the store now.

    Raises
    ------
    AccessError
        If their rights have ended, or they have none and the schedule says nothing of such.
    """
    known = address.lower() in _known_persons(store)
    is_outside = any(it.is_outside for it in recipe.recipients if it.address == address)
    if is_outside and not known and recipe.outside_scope is not None:
        return Reader(address, "reader", recipe.outside_scope, may_see_people=False)
    return reader_of(store, Identity(address.lower()))


def _known_persons(store: Store) -> set[str]:
    """Also those whose rights have ended: they don't become strangers by that."""
    subjects = (right.subject for right in recorded_rights(store))
    return {it.name for it in subjects if it.kind == "person"}


def recorded_schedules(store: Store) -> list[MailSchedule]:
    """All schedules, by title."""
    with store.cursor() as con:
        rows = con.execute(
            """select schedule_id, recipe, made_at, made_by, is_paused, considered_until
            from mail_schedules order by title, schedule_id"""
        ).fetchall()
    return [MailSchedule(row[0], recipe_of(row[1]), *row[2:]) for row in rows]


def schedule_called(store: Store, schedule_id: str) -> MailSchedule:
    """One schedule.

    Raises
    ------
    CxDataError
        If there is none of that number.
    """
    found = [it for it in recorded_schedules(store) if it.schedule_id == schedule_id]
    if not found:
        raise CxDataError(
            N_("There is no schedule {schedule} any more."),
            N_("Look at the list of schedules."),
            schedule=schedule_id,
        )
    return found[0]


def pause_schedule(
    store: Store, schedule_id: str, by: Reader, *, is_paused: bool, now: datetime | None = None
) -> None:
    """Pause it, or let it go on: what was due meanwhile isn't sent."""
    see_may(by, "mails")
    schedule = schedule_called(store, schedule_id)
    with store.keeping() as con:
        con.execute(
            """update mail_schedules set is_paused = $is_paused, considered_until = $now
            where schedule_id = $id""",
            {"id": schedule_id, "is_paused": is_paused, "now": now or utc_now()},
        )
        _note(con, "paused" if is_paused else "resumed", schedule.recipe, schedule_id)


def delete_schedule(store: Store, schedule_id: str, by: Reader) -> None:
    """It goes, and with it those of its mails that wait."""
    see_may(by, "mails")
    schedule = schedule_called(store, schedule_id)
    with store.keeping() as con:
        con.execute("delete from mail_schedules where schedule_id = $id", {"id": schedule_id})
        con.execute(
            """update mails set state = 'dropped', ended_at = $now
            where schedule_id = $id and state in ('waiting', 'dead')""",
            {"id": schedule_id, "now": utc_now()},
        )
        _note(con, "deleted", schedule.recipe, schedule_id)


def send_now(store: Store, schedule_id: str, by: Reader, *, signed: str | None = None) -> int:
    """Put the mails of a schedule into the outbox as if it were due now; how many."""
    see_may(by, "mails")
    schedule, at = schedule_called(store, schedule_id), utc_now()
    with store.keeping() as con:
        return _queue(con, schedule, at, at, key=f"now {at.isoformat()}", by=signed)


def queue_due(store: Store, now: datetime | None = None) -> int:
    """Put into the outbox what schedules have due; how many mails.

    Of occasions that were missed the last one is sent, once. What was due before a meeting that
    is over isn't.
    """
    at = now or utc_now()
    due = [(it, when) for it in recorded_schedules(store) if (when := _due_at(store, it, at))]
    if not due:
        return 0
    count = 0
    with store.transaction() as con:
        for schedule, occasion in due:
            if not _is_over(store, schedule, at):
                count += _queue(con, schedule, occasion, at, by=schedule.made_by)
            con.execute(
                """update mail_schedules set considered_until = $until
                where schedule_id = $id""",
                {"id": schedule.schedule_id, "until": occasion},
            )
    return count


def _due_at(store: Store, schedule: MailSchedule, now: datetime) -> datetime | None:
    if schedule.is_paused:
        return None
    return latest_occasion(schedule.recipe.rhythm, store.settings, schedule.considered_until, now)


def _is_over(store: Store, schedule: MailSchedule, now: datetime) -> bool:
    """Whether the meeting that it is for was before today."""
    meeting_on = schedule.recipe.rhythm.meeting_on
    zone = ZoneInfo(store.settings.firm.time_zone)
    today = now.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
    return meeting_on is not None and meeting_on < today


def _queue(
    con: Writing,
    schedule: MailSchedule,
    occasion: datetime,
    now: datetime,
    *,
    key: str = "",
    by: str | None,
) -> int:
    made = [
        queue_pack(
            con,
            schedule.schedule_id,
            occasion,
            it.address,
            locale=it.locale,
            queued_by=by,
            key=key,
            now=now,
        )
        for it in schedule.recipe.recipients
    ]
    return sum(it is not None for it in made)


def _note(
    con: Writing, what: str, recipe: MailRecipe, schedule_id: str, fields: tuple[str, ...] = ()
) -> None:
    details: dict[str, object] = {
        "what": what,
        "schedule": schedule_id,
        "title": one_line_of(recipe.title),
        "to": [it.address for it in recipe.recipients],
        "names": recipe.with_names,
    }
    if fields:
        details["fields"] = list(fields)
    con.execute(INSERT, act_row("mails_scheduled", details=details))


def recipe_json(recipe: MailRecipe) -> str:
    """A recipe as it is kept."""
    rhythm, filters, outside = recipe.rhythm, recipe.filters, recipe.outside_scope
    said: dict[str, Any] = {
        "title": one_line_of(recipe.title),
        "rhythm": {
            "every": rhythm.every,
            "number": rhythm.number,
            "at": rhythm.at.strftime("%H:%M"),
            "meeting_on": rhythm.meeting_on and rhythm.meeting_on.isoformat(),
        },
        "recipients": [[it.address, it.locale, it.is_outside] for it in recipe.recipients],
        "faces": list(recipe.faces),
        "sections": list(recipe.sections),
        "with_names": recipe.with_names,
        "filters": {
            "period": filters.period,
            "comparison": filters.comparison,
            "survey": filters.survey,
            **{name: list(it) for name in DIMENSIONS if (it := getattr(filters, name))},
        },
        "outside_scope": None if outside is None else dict(outside.allowed),
    }
    return json.dumps(said, ensure_ascii=False)


def recipe_of(text: str) -> MailRecipe:
    """A recipe that was kept; what a later version doesn't know any more is left out, and an
    audience that can't be read lets nothing through."""
    said = stored_json(text, "mail_schedules.recipe")
    rhythm, filters, outside = said["rhythm"], said["filters"], said["outside_scope"]
    meeting = rhythm["meeting_on"]
    values: dict[Dimension, tuple[str, ...]] = {
        name: tuple(filters[name]) for name in DIMENSIONS if name in filters
    }
    return MailRecipe(
        title=said["title"],
        rhythm=Rhythm(
            _known(rhythm["every"], RHYTHMS),
            int(rhythm["number"]),
            time.fromisoformat(rhythm["at"]),
            meeting and date.fromisoformat(meeting),
        ),
        recipients=tuple(
            Recipient(it, _known(code, LOCALES), bool(is_outside))
            for it, code, is_outside in said["recipients"]
        ),
        faces=tuple(it for it in MAIL_FACES if it in said["faces"]),
        sections=tuple(said["sections"]),
        with_names=bool(said["with_names"]),
        filters=replace(
            RelativeFilters(
                period=_known(filters["period"], MAIL_PERIODS),
                comparison=_known(filters["comparison"], COMPARISONS),
                survey=_known(filters["survey"], SURVEYS),
            ),
            **cast(Any, values),
        ),
        outside_scope=None if outside is None else scope_of(json.dumps(outside)),
    )


def _known(code: str, codes: Any) -> Any:
    return code if code in codes else next(iter(codes))
