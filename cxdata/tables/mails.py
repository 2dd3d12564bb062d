"""Schedules of mails and the outbox in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cxdata.followup.mail_schedules import MailSchedule
from cxdata.followup.rhythm import LAST, Rhythm
from cxdata.i18n import Translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.outbox import OutboxCounts, told_problem


def due_text(rhythm: Rhythm, tr: Translator) -> str:
    """When something is due, in words."""
    said: dict[str, object] = {"time": rhythm.at.strftime("%H:%M"), "n": rhythm.number}
    if rhythm.every == "week":
        day = tr.weekday(rhythm.number, starts_line=False)
        return tr("every {weekday} at {time}", weekday=day, **said)
    if rhythm.every == "month":
        if rhythm.number == LAST:
            return tr("on the last day of each month at {time}", **said)
        return tr("on day {n} of each month at {time}", **said)
    if rhythm.every == "working_day":
        return tr("on working day {n} of each month at {time}", **said)
    said["day"] = tr.day(rhythm.meeting_on) if rhythm.meeting_on else ""
    if not rhythm.number:
        return tr("on the day of the meeting, {day}, at {time}", **said)
    return tr.plural(
        "{n} day before the meeting on {day}, at {time}",
        "{n} days before the meeting on {day}, at {time}",
        rhythm.number,
        day=said["day"],
        time=said["time"],
    )


def schedule_text(
    schedule: MailSchedule, next_at: datetime | None, time_zone: str, tr: Translator
) -> str:
    """One schedule in a line: its title, when, to how many, and when next."""
    recipe = schedule.recipe
    count = len(recipe.recipients)
    to = tr.plural("{n} recipient", "{n} recipients", count)
    parts = [recipe.title, due_text(recipe.rhythm, tr), to]
    if schedule.is_paused:
        parts.append(tr("paused"))
    elif next_at is None:
        parts.append(tr("not due again"))
    else:
        parts.append(tr("next: {moment}", moment=tr.moment(next_at, time_zone)))
    return " · ".join(parts)


def recipients_text(schedule: MailSchedule) -> str:
    """To whom it goes, in which language."""
    return ", ".join(f"{it.address} ({it.locale})" for it in schedule.recipe.recipients)


def schedule_act_parts(row: Mapping[str, Any], time_zone: str, tr: Translator) -> list[str]:
    """One act of a schedule's history: when, who, what, and to whom it goes from then on."""
    names = NAMES["recipe_field"]
    fields = [name_of("recipe_field", it, tr) for it in row["fields"] if it in names]
    what = name_of("schedule_act", row["what"], tr) if row["what"] in NAMES["schedule_act"] else ""
    if fields:
        what = tr("{label}: {value}", label=what, value=", ".join(fields))
    to = ", ".join(row["to"]) if row["what"] == "set" or "recipients" in row["fields"] else ""
    said = (tr.moment(row["done_at"], time_zone), str(row["done_by"]), what, to)
    return [it for it in said if it]


def mailing_line(
    schedule_count: int, next_at: datetime | None, counts: OutboxCounts, zone: str, tr: Translator
) -> str:
    """What the mail of this dashboard does, in one line."""
    parts = [tr.plural("{n} schedule", "{n} schedules", schedule_count)] if schedule_count else []
    if next_at:
        parts.append(tr("next: {moment}", moment=tr.moment(next_at, zone)))
    waiting = counts.waiting_count + counts.retried_count
    if waiting:
        parts.append(tr.plural("{n} mail waits", "{n} mails wait", waiting))
    if counts.needs_somebody:
        parts.append(
            tr.plural(
                "{n} mail needs a decision", "{n} mails need a decision", counts.needs_somebody
            )
        )
    return " · ".join([tr("Sent by mail"), *parts])


def outbox_text(row: dict[str, object], time_zone: str, tr: Translator) -> str:
    """One mail of the outbox in a line: its state, to whom, about what, when."""
    at = row["ended_at"] or row["queued_at"]
    kind = str(row["kind"])
    named = name_of("mail_kind", kind, tr) if kind in NAMES["mail_kind"] else kind
    about = row["title"] or named
    parts = [name_of("mail_state", _shown_state(row), tr), str(row["recipient"]), str(about)]
    if isinstance(at, datetime):
        parts.append(tr.moment(at, time_zone))
    if row["attempt_count"] and isinstance(row["next_at"], datetime):
        parts.append(tr("next attempt: {moment}", moment=tr.moment(row["next_at"], time_zone)))
    return " · ".join(parts)


def problem_text(row: dict[str, object], tr: Translator) -> str:
    """Why its last attempt failed; empty if none did."""
    problem = row["problem"]
    message, hint, values = told_problem(problem if isinstance(problem, str) else None)
    return " ".join(tr(it, **values) for it in (message, hint) if it)


def _shown_state(row: dict[str, object]) -> str:
    is_again = row["state"] == "waiting" and row["attempt_count"]
    return "retried" if is_again else str(row["state"])
