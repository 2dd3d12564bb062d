"""Up to when answers, contacts and customers are known, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.models import CHANNELS

KNOWN_UNTIL = {
    "answers": N_("answers known until {day}"),
    "contacts": N_("contacts known until {day}"),
    "customers": N_("customers known until {day}"),
    "invitations": N_("invitations known until {day}"),
}


def known_text(days: Mapping[str, date], tr: Translator) -> str:
    """Each kind with its last known day; of contacts each channel if they differ.

    ``days`` are as :meth:`cxdata.metrics.known_until.KnownUntil.days` gives them. Kinds that are
    known equally long are one.
    """
    channels = {name: day for name, day in days.items() if name in CHANNELS}
    is_even = len({*channels.values()}) <= 1
    kinds = {name: day for name, day in days.items() if name not in CHANNELS}
    if channels and is_even:
        kinds["contacts"] = max(channels.values())
    if len(kinds) > 1 and is_even and len({*kinds.values()}) == 1:
        return tr("data until {day}", day=tr.day(max(kinds.values())))
    told = [tr(KNOWN_UNTIL[name], day=tr.day(day)) for name, day in kinds.items()]
    if not is_even:
        parts = [
            f"{name_of('channel', it, tr)} {tr.short_day(day)}" for it, day in channels.items()
        ]
        told.append(tr("contacts known until: {parts}", parts=", ".join(parts)))
    return " · ".join(told) or tr("no data yet")
