"""Calls, emails, chats and social messages: when they open, why, and what becomes of them."""

from __future__ import annotations

import numpy as np
import polars as pl
from clock import DAY_SECONDS, after_open_seconds, holiday_days, local_from_utc, utc_from_local
from people import People, chosen
from plan import (
    ACHAT,
    AUTOMATIC_SHARES,
    BASE_CONTACT_COUNT,
    CALL,
    CHANNEL_GROWTH,
    CHANNEL_SHARES,
    CHANNELS,
    CHAT,
    COMPANY_SHARES,
    CONTACT_JOURNEYS,
    CONTACT_WEIGHTS,
    DELIVERY_FIX_ON,
    DELIVERY_REASONS_AFTER_FIX,
    EMAIL,
    EXTRACTED_AT,
    FIRST_ON,
    FORGOTTEN_SHARE,
    HOLIDAY_WEIGHTS,
    HOURS,
    JOURNEY_WAIT_FACTORS,
    LAST_CHAT_SECONDS,
    LAST_ON,
    LIVRAISON,
    NEVER_SOLVED_SHARES,
    OWN_REASONS,
    PATIENCE_MEDIANS,
    PATIENCE_SIGMA,
    PRODUCT_SHARES,
    REASONS,
    REPEAT_ROUNDS,
    REPEAT_SHARES,
    SEASON,
    SLUMP_MEDIANS,
    SOCIAL,
    SOLVED_AT_ONCE_SHARES,
    UNKNOWN_CALLER_SHARE,
    WAIT_MEDIANS,
    WAIT_SIGMAS,
    WEEKDAYS,
    epoch_day,
)

CUSTOMER, COMPANY, AUTOMATIC = range(3)
UNKNOWN = -1  # customer of a contact that was not recognised
HANDLING_MEDIANS = np.array([360.0, 0.0, 480.0, 900.0])  # seconds, when solved at once


def contacts(rng: np.random.Generator, people: People) -> pl.DataFrame:
    """One row per contact, oldest first, with positions for names and UTC seconds."""
    first = _first_contacts(rng, people)
    rounds = [first]
    for _ in range(REPEAT_ROUNDS):
        rounds.append(_repeats(rng, people, rounds[-1]))
    opened = pl.concat([*rounds, _last_chats(first)]).sort("opened_at", maintain_order=True)
    answered = _with_waits(rng, opened)
    return _as_seen_at_the_extract(_with_solutions(rng, answered))


def _first_contacts(rng: np.random.Generator, people: People) -> pl.DataFrame:
    counts = [round(BASE_CONTACT_COUNT * share) for share in CHANNEL_SHARES]
    channel = np.repeat(np.arange(len(CHANNELS)), counts)
    day = np.concatenate([_days(rng, which, count) for which, count in enumerate(counts)])
    journey = chosen(rng, CONTACT_JOURNEYS, len(channel))
    initiated_by = _initiators(rng, journey)
    channel = np.where((initiated_by == AUTOMATIC) & (channel == CALL), EMAIL, channel)
    opened_at = _opened_at(rng, day, channel)
    frame = pl.DataFrame(
        {
            "customer": _callers(rng, people, day),
            "channel": channel,
            "journey": journey,
            "reason": _reasons(rng, journey, initiated_by, day),
            "initiated_by": initiated_by,
            "opened_at": opened_at,
            "product": chosen(rng, PRODUCT_SHARES, len(channel)),
        }
    )
    return frame.filter(pl.col("opened_at") < EXTRACTED_AT)


def _days(rng: np.random.Generator, channel: int, count: int) -> np.ndarray:
    days = np.arange(epoch_day(FIRST_ON), epoch_day(LAST_ON) + 1)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    weights = np.array(SEASON)[month] * np.array(WEEKDAYS[channel])[(days + 3) % 7]
    weights = weights * np.exp(CHANNEL_GROWTH[channel] * (days - days[0]) / 365.25)
    weights[np.isin(days, holiday_days())] *= HOLIDAY_WEIGHTS[channel]
    return days[chosen(rng, weights, count)]


def _opened_at(rng: np.random.Generator, day: np.ndarray, channel: np.ndarray) -> np.ndarray:
    hour = np.zeros(len(day), dtype=np.int64)
    for which in range(len(CHANNELS)):
        of_channel = channel == which
        hour[of_channel] = chosen(rng, HOURS[which], int(of_channel.sum()))
    return utc_from_local(day * DAY_SECONDS + hour * 3600 + rng.integers(0, 3600, len(day)))


def _initiators(rng: np.random.Generator, journey: np.ndarray) -> np.ndarray:
    draw = rng.random(len(journey))
    automatic = np.array(AUTOMATIC_SHARES)[journey]
    company = np.array(COMPANY_SHARES)[journey]
    return np.where(
        draw < automatic, AUTOMATIC, np.where(draw < automatic + company, COMPANY, CUSTOMER)
    )


def _reasons(
    rng: np.random.Generator, journey: np.ndarray, initiated_by: np.ndarray, day: np.ndarray
) -> np.ndarray:
    reason = np.full(len(journey), "", dtype=object)
    is_fixed = (journey == LIVRAISON) & (day >= epoch_day(DELIVERY_FIX_ON))
    for which, own in REASONS.items():
        at_journey = (journey == which) & (initiated_by == CUSTOMER)
        _fill(rng, reason, at_journey & ~is_fixed, own)
        _fill(rng, reason, at_journey & is_fixed, DELIVERY_REASONS_AFTER_FIX)
        for initiator, firms in zip((COMPANY, AUTOMATIC), OWN_REASONS[which], strict=True):
            _fill(rng, reason, (journey == which) & (initiated_by == initiator), firms)
    return reason


def _fill(
    rng: np.random.Generator, values: np.ndarray, where: np.ndarray, shares: dict[str, float]
) -> None:
    names = np.array(list(shares), dtype=object)
    values[where] = names[chosen(rng, list(shares.values()), int(where.sum()))]


def _callers(rng: np.random.Generator, people: People, day: np.ndarray) -> np.ndarray:
    """A customer of that day for each contact: drawn again until everyone is one."""
    weights = np.array(CONTACT_WEIGHTS)[people.segment]
    caller = np.full(len(day), UNKNOWN)
    open_places = np.arange(len(day))
    while len(open_places):
        drawn = chosen(rng, weights, len(open_places))
        fits = _is_customer(people, drawn, day[open_places])
        caller[open_places[fits]] = drawn[fits]
        open_places = open_places[~fits]
    caller[rng.random(len(day)) < UNKNOWN_CALLER_SHARE] = UNKNOWN
    return caller


def _is_customer(people: People, who: np.ndarray, day: np.ndarray) -> np.ndarray:
    return (people.started_day[who] <= day) & (day < people.ended_day[who])


def _repeats(rng: np.random.Generator, people: People, before: pl.DataFrame) -> pl.DataFrame:
    """The same customer gets in touch again, for the same reason, one to six days later."""
    shares = np.array(REPEAT_SHARES)[before["journey"].to_numpy()]
    known = (pl.col("initiated_by") == CUSTOMER) & (pl.col("customer") != UNKNOWN)
    again = before.filter(known & pl.Series(rng.random(len(before)) < shares))
    day = local_from_utc(again["opened_at"].to_numpy()) // DAY_SECONDS
    day = _next_working_day(day + rng.integers(1, 4, len(again)))
    opened_at = _opened_at(rng, day, again["channel"].to_numpy())
    is_customer = _is_customer(people, again["customer"].to_numpy(), day)
    again = again.with_columns(opened_at=pl.Series(opened_at))
    return again.filter(pl.Series(is_customer) & (pl.col("opened_at") < EXTRACTED_AT))


def _next_working_day(day: np.ndarray) -> np.ndarray:
    """The day itself, unless it is a Sunday or a public holiday; at most three days later."""
    for _ in range(3):
        day = day + (((day + 3) % 7 == 6) | np.isin(day, holiday_days()))
    return day


def _last_chats(contacts: pl.DataFrame) -> pl.DataFrame:
    """Chats opened seconds before the extract, by customers of the last day."""
    recent = contacts.filter(
        (pl.col("channel") == CHAT)
        & (pl.col("initiated_by") == CUSTOMER)
        & (pl.col("journey") == ACHAT)
    ).sort("opened_at")
    opened_at = pl.Series([EXTRACTED_AT - seconds for seconds in LAST_CHAT_SECONDS])
    return recent.tail(len(LAST_CHAT_SECONDS)).with_columns(opened_at=opened_at)


def _with_waits(rng: np.random.Generator, contacts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``first_response_at`` and ``abandoned_at``; 0 means never."""
    channel, opened_at = contacts["channel"].to_numpy(), contacts["opened_at"].to_numpy()
    wait = _wait_seconds(rng, contacts)
    patience = np.array(PATIENCE_MEDIANS)[channel] * rng.lognormal(0, PATIENCE_SIGMA, len(wait))
    hangs_up = np.isin(channel, (CALL, CHAT)) & (wait > patience)
    is_forgotten = np.isin(channel, (EMAIL, SOCIAL)) & (rng.random(len(wait)) < FORGOTTEN_SHARE)
    response = np.where(
        channel == EMAIL, after_open_seconds(opened_at, wait.astype(np.int64)), opened_at + wait
    ).astype(np.int64)
    is_asked = contacts["initiated_by"].to_numpy() == CUSTOMER
    return contacts.with_columns(
        first_response_at=pl.Series(np.where(is_asked & ~hangs_up & ~is_forgotten, response, 0)),
        abandoned_at=pl.Series(
            np.where(is_asked & hangs_up, opened_at + patience, 0).astype(np.int64)
        ),
    )


def _wait_seconds(rng: np.random.Generator, contacts: pl.DataFrame) -> np.ndarray:
    channel = contacts["channel"].to_numpy()
    median = np.where(
        _is_slump(channel, contacts["opened_at"].to_numpy()),
        np.array(SLUMP_MEDIANS)[channel],
        np.array(WAIT_MEDIANS)[channel],
    )
    spread = rng.standard_normal(len(channel)) * np.array(WAIT_SIGMAS)[channel]
    journey = np.array(JOURNEY_WAIT_FACTORS)[contacts["journey"].to_numpy()]
    return np.maximum(median * journey * np.exp(spread), 1.0)


def _is_slump(channel: np.ndarray, opened_at: np.ndarray) -> np.ndarray:
    day, second = np.divmod(local_from_utc(opened_at), DAY_SECONDS)
    is_monday_morning = ((day + 3) % 7 == 0) & (second >= 8 * 3600) & (second < 12 * 3600)
    is_evening = second >= 18 * 3600
    return ((channel == CALL) & is_monday_morning) | ((channel == CHAT) & is_evening)


def _with_solutions(rng: np.random.Generator, contacts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``resolved_at``: at once, days later, or never (0)."""
    channel, journey = contacts["channel"].to_numpy(), contacts["journey"].to_numpy()
    is_asked = contacts["initiated_by"].to_numpy() == CUSTOMER
    begun = np.where(is_asked, contacts["first_response_at"], contacts["opened_at"])
    at_once = rng.random(len(begun)) < np.array(SOLVED_AT_ONCE_SHARES)[journey]
    is_never = rng.random(len(begun)) < np.array(NEVER_SOLVED_SHARES)[journey]
    handling = HANDLING_MEDIANS[channel] * rng.lognormal(0, 0.6, len(begun))
    later = rng.lognormal(np.log(2.0 * DAY_SECONDS), 0.7, len(begun))
    resolved = begun + np.where(at_once | ~is_asked, handling, later).astype(np.int64)
    to_the_minute = -(-resolved // 60) * 60  # what a case tool notes
    resolved = np.where(at_once, resolved, to_the_minute)
    return contacts.with_columns(
        resolved_at=pl.Series(np.where((begun == 0) | is_never, 0, resolved))
    )


def _as_seen_at_the_extract(contacts: pl.DataFrame) -> pl.DataFrame:
    """What had not happened yet is null, and so is what never happens."""
    moments = ["first_response_at", "abandoned_at", "resolved_at"]
    is_last_chat = (pl.col("channel") == CHAT) & (
        pl.col("opened_at") >= EXTRACTED_AT - max(LAST_CHAT_SECONDS)
    )
    return contacts.with_columns(
        pl.when(pl.col(name).is_between(1, EXTRACTED_AT) & ~is_last_chat).then(pl.col(name))
        for name in moments
    )
