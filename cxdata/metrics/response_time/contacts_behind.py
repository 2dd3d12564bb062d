"""The contacts behind a figure: who waited, for what, and how long.

Lists of people read single contacts, as :mod:`cxdata.metrics.nps.answers_behind` reads single
answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any, Literal, cast, get_args

import polars as pl

from cxdata.metrics.nps.answers_behind import LISTED_ROWS, Choice, filters_of_choice
from cxdata.metrics.response_time.wait_effects import WAIT_CLASSES, WaitClass
from cxdata.models import (
    CHANNELS,
    DIMENSIONS,
    GRAINS,
    Channel,
    Dimension,
    Filters,
    Grain,
    Period,
)
from cxdata.store.connection import Store

ContactStatus = Literal["met", "missed", "not_yet_due", "ignored"]
ContactOutcome = Literal["answered", "abandoned", "waiting", "unknown"]
Repeat = Literal["returned", "switched"]
ChoiceField = Dimension | Literal["reason"]
STATUSES: tuple[ContactStatus, ...] = get_args(ContactStatus)
CHOSEN_FIELDS: tuple[ChoiceField, ...] = (*DIMENSIONS, "reason")
OUTCOMES: tuple[ContactOutcome, ...] = get_args(ContactOutcome)
REPEATS: tuple[Repeat, ...] = get_args(Repeat)


@dataclass(frozen=True)
class ContactChoice:
    """Which part of a figure's contacts is meant; without any field, all of them.

    ``repeat`` are contacts after which the customer asked again (``returned``), or again on
    another channel (``switched``). ``weekday`` is 0 for Monday to 6; ``local_hours`` are first
    and last, the latter (up to 24) not included. ``wait_seconds`` are a bin of waits, the
    latter not included. ``grain`` and ``period_on`` are a period of a trend, cut to the
    filters' period. ``values`` are dimensions, or the contact's ``reason``, with the value
    chosen, None for contacts that don't say.
    """

    channel: Channel | None = None
    status: ContactStatus | None = None
    outcome: ContactOutcome | None = None
    wait_class: WaitClass | None = None
    repeat: Repeat | None = None
    weekday: int | None = None
    local_hours: tuple[int, int] | None = None
    wait_seconds: tuple[float, float] | None = None
    grain: Grain | None = None
    period_on: date | None = None
    values: tuple[tuple[ChoiceField, str | None], ...] = ()


@dataclass(frozen=True)
class ContactsBehind:
    """A list of contacts, or the reason why there is none.

    ``contact_count`` is the number of contacts, also of those beyond the list's end; None if
    withheld. ``reason`` is ``no_contacts``, ``too_few_to_show`` or None.
    """

    contacts: pl.DataFrame
    contact_count: int | None
    reason: str | None


def contacts_behind(
    store: Store, filters: Filters, choice: ContactChoice, *, most_rows: int = LISTED_ROWS
) -> ContactsBehind:
    """The contacts behind a figure: those of the filters, or what was chosen of them.

    Returns
    -------
    ContactsBehind
        ``contacts`` has one row per contact that a customer began, worst first: missed ones, the
        most favourable times waited first; then abandoned ones, the longest wait first; then
        those not yet due, due soonest first; then met ones; ``most_rows`` at the most, no rows
        if there are none or if they are withheld.

        - ``contact_id`` (String), ``opened_at`` (Datetime, UTC)
        - ``channel``, ``journey``, ``reason`` (String): null where not given
        - ``status`` (String): ``met``, ``missed``, ``not_yet_due`` or ``ignored``
        - ``outcome`` (String): ``answered``, ``abandoned``, ``waiting`` or ``unknown`` (no file
          says)
        - ``wait_seconds``, ``favourable_seconds`` (Float64): on the clock of the contact's
          standard, until answer, abandon or "now"
        - ``clock`` (String): that clock, ``elapsed``, ``opening`` or ``business``: by the
          standard that the contact was judged by, which may be one of its own; null if none was
        - ``due_at`` (Datetime, UTC): of waiting ones, when the favourable time ends
        - ``customer_id``, ``name`` (String), ``is_strategic`` (Boolean),
          ``annual_revenue_amount`` (Float64): the customer's, null if not known
        - ``segment``, ``region``, ``product`` and the firm's own dimensions that are used,
          such as ``own_1`` (String): as they were at that moment

    Notes
    -----
    Privacy, as for answers: the group is what filters, period, hours and values leave; status,
    outcome, wait and repeat choose of it. Nothing is listed, and no count given, if the group
    or what is chosen of it has fewer than ``minimum_count`` contacts.
    """
    meant = filters_of_choice(filters, Choice(grain=choice.grain, period_on=choice.period_on))
    if meant is None:
        nobody = Filters(period=Period(date.min, date.min))
        return _listed(_found(store, nobody, choice, 0), 0, "no_contacts")
    found = _found(store, meant, choice, most_rows)
    minimum = store.settings.answers.minimum_count
    group_count, count = found.select("group_contacts", "chosen_contacts").row(0)
    if group_count == 0 or (group_count >= minimum and count == 0):
        return _listed(found, 0, "no_contacts")
    if min(group_count, count) < minimum:
        return _listed(found, None, "too_few_to_show")
    return _listed(found, count, None)


def contact_choice_of(named: Sequence[object], *, grain: Grain = "month") -> ContactChoice:
    """A choice from names and values in turn, as the points of a chart carry them.

    Names: ``status``, ``outcome``, ``wait_class``, ``repeat``, ``weekday``, ``local_hour`` (one
    hour), ``from_hour`` and ``until_hour``, ``from_seconds`` and ``until_seconds``, ``period``
    (first day of a period of the ``grain``), ``grain``, ``reason`` and the dimensions.

    >>> contact_choice_of(["channel", "call", "weekday", 0, "local_hour", 9]).local_hours
    (9, 10)

    Raises
    ------
    ValueError
        If a name or value doesn't exist: what a browser sends can be anything.
    """
    if len(named) % 2:
        raise ValueError("a choice has a value for each name")
    given = {str(name): value for name, value in zip(named[::2], named[1::2], strict=True)}
    unknown = given.keys() - {*_CODES, *CHOSEN_FIELDS, *_OTHERS}
    if unknown:
        raise ValueError(f"nothing can be chosen by {', '.join(sorted(unknown))}")
    codes: dict[str, Any] = {
        name: _one_of(known, given[name]) for name, known in _CODES.items() if name in given
    }
    return ContactChoice(
        **codes,
        weekday=_whole(given["weekday"], 0, 6) if "weekday" in given else None,
        local_hours=_hours(given),
        wait_seconds=_seconds(given),
        grain=_one_of(GRAINS, given.get("grain", grain)) if "period" in given else None,
        period_on=date.fromisoformat(str(given["period"])[:10]) if "period" in given else None,
        values=tuple((name, _value(name, given[name])) for name in CHOSEN_FIELDS if name in given),
    )


def named_contact_choice(choice: ContactChoice) -> list[str | float | None]:
    """A choice as names and values in turn, from which :func:`contact_choice_of` makes one that
    lists the same contacts.

    >>> named_contact_choice(ContactChoice(channel="call", local_hours=(9, 10)))
    ['from_hour', 9, 'until_hour', 10, 'channel', 'call']
    """
    from_hour, until_hour = choice.local_hours or (None, None)
    from_seconds, until_seconds = choice.wait_seconds or (None, None)
    named: dict[str, str | float | None] = {
        **{name: getattr(choice, name) for name in _CODES},
        "weekday": choice.weekday,
        "from_hour": from_hour,
        "until_hour": until_hour,
        "from_seconds": from_seconds,
        "until_seconds": until_seconds,
        "period": choice.period_on.isoformat() if choice.period_on else None,
        "grain": choice.grain,
        "channel": choice.channel,
    }
    said = {name: value for name, value in named.items() if value is not None}
    return [part for pair in (said | dict(choice.values)).items() for part in pair]


_CODES: Mapping[str, Sequence[str]] = {
    "status": STATUSES,
    "outcome": OUTCOMES,
    "wait_class": WAIT_CLASSES,
    "repeat": REPEATS,
}
_OTHERS = (
    "weekday", "local_hour", "from_hour", "until_hour", "from_seconds", "until_seconds", "period",
    "grain",
)  # fmt: skip


def _hours(given: Mapping[str, object]) -> tuple[int, int] | None:
    if "local_hour" in given:
        hour = _whole(given["local_hour"], 0, 23)
        return hour, hour + 1
    if "from_hour" not in given and "until_hour" not in given:
        return None
    return _whole(given.get("from_hour"), 0, 23), _whole(given.get("until_hour"), 1, 24)


def _seconds(given: Mapping[str, object]) -> tuple[float, float] | None:
    if "from_seconds" not in given and "until_seconds" not in given:
        return None
    return _number(given.get("from_seconds")), _number(given.get("until_seconds"))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _whole(value: object, least: int, most: int) -> int:
    number = _number(value)
    if not least <= number <= most or number != int(number):
        raise ValueError(f"not a whole number from {least} to {most}")
    return int(number)


def _one_of(codes: Sequence[str], value: object) -> Any:
    if value not in codes:
        raise ValueError(f"none of {', '.join(codes)}")
    return value


def _value(name: ChoiceField, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("not a text")
    return cast(str, _one_of(CHANNELS, value)) if name == "channel" else value


def _found(store: Store, filters: Filters, choice: ContactChoice, most_rows: int) -> pl.DataFrame:
    own: dict[ChoiceField, str | None] = dict(choice.values)
    if choice.channel is not None:
        own["channel"] = choice.channel
    from_hour, until_hour = choice.local_hours or (None, None)
    from_seconds, until_seconds = choice.wait_seconds or (None, None)
    return store.query(
        "contacts_behind",
        filters,
        own=list(own),
        **{f"own_{name}": own.get(name) for name in CHOSEN_FIELDS},
        **{name: getattr(choice, name) for name in _CODES},
        weekday=choice.weekday,
        from_hour=from_hour,
        until_hour=until_hour,
        from_seconds=from_seconds,
        until_seconds=until_seconds,
        minimum_count=store.settings.answers.minimum_count,
        most_rows=most_rows,
    ).drop(store.settings.unused_dimensions)


def _listed(found: pl.DataFrame, count: int | None, reason: str | None) -> ContactsBehind:
    contacts = found.filter(pl.col("contact_id").is_not_null())
    return ContactsBehind(contacts.drop("group_contacts", "chosen_contacts"), count, reason)
