"""The time zone that a header names: "(UTC)", created_at_utc, "GMT+1", "heure de Paris"."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from zoneinfo import available_timezones

from cxdata.config import is_time_zone

_AREAS = "Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc"
_NAMED = re.compile(rf"\b(?:{_AREAS})/[A-Za-z]+(?:[ _/+-]?[A-Za-z0-9]+)*", re.IGNORECASE)
_OFFSET = re.compile(
    r"(?<![A-Za-z])(?:utc|gmt)\s*(?P<sign>[+\-−–])\s*(?P<hours>[0-9]{1,2})"
    r"(?:[:h]?(?P<minutes>[0-9]{2}))?(?![0-9])",
    re.IGNORECASE,
)
_UNIVERSAL = re.compile(
    r"(?<![A-Za-z])(?:utc|gmt|zulu)(?![A-Za-z])|temps universel(?: coordonn[eé])?", re.IGNORECASE
)
_UNIVERSAL_JOINED = re.compile(r"(?<=[a-z])(?:UTC|GMT|Utc|Gmt)(?![a-z])|(?<=[a-z])utc$")
# No city has a longer name; without an end a comment of 10,000 letters, which is asked as well
# whether it is a header, takes seconds.
_PLACE = r"[^\W\d_][^()\[\],;:]{0,60}"
_CITY_HOUR = re.compile(
    r"\b(?:heure|horaire|fuseau)\s+(?:de\s+la\s+|de\s+|du\s+|d['’]\s*)?" rf"(?P<place>{_PLACE})",
    re.IGNORECASE,
)
_CITY_TIME = re.compile(
    rf"(?P<place>{_PLACE}?)\s+(?:local\s+|standard\s+|daylight\s+)?time\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[](?P<inside>[^()\[\]]*)[)\]]")
_BRACKETED_EMPTY = re.compile(r"[(\[]\s*[)\]]")
_SHORT = re.compile(r"(?<![A-Za-z])(?P<short>[A-Z]{2,4})(?![A-Za-z])")
# Abbreviations in capitals that mean one zone to those who write them into a header.
_SHORTS = {
    **dict.fromkeys(("CET", "CEST", "MEZ", "MESZ"), "Europe/Paris"),
    **dict.fromkeys(("BST", "WET"), "Europe/London"),
    **dict.fromkeys(("EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("MST", "MDT"), "America/Denver"),
    "CDT": "America/Chicago",
    "AEST": "Australia/Sydney",
    "JST": "Asia/Tokyo",
}
# What people call zones that are named after another city.
_ALIASES = {
    "londres": "Europe/London",
    "bruxelles": "Europe/Brussels",
    "geneve": "Europe/Zurich",
    "geneva": "Europe/Zurich",
    "berne": "Europe/Zurich",
    "montreal": "America/Toronto",
    "lyon": "Europe/Paris",
    "france": "Europe/Paris",
    "lisbonne": "Europe/Lisbon",
    "athenes": "Europe/Athens",
    "vienne": "Europe/Vienna",
    "varsovie": "Europe/Warsaw",
    "moscou": "Europe/Moscow",
    "pekin": "Asia/Shanghai",
    "beijing": "Asia/Shanghai",
    "singapour": "Asia/Singapore",
    "eastern": "America/New_York",
    "us eastern": "America/New_York",
    "central": "America/Chicago",
    "us central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "us pacific": "America/Los_Angeles",
    "central european": "Europe/Paris",
    "europe centrale": "Europe/Paris",
}
# Offsets of a part of an hour, by a zone that never changes its clocks.
_PARTS = {
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+09:30": "Australia/Darwin",
}


@lru_cache(maxsize=20_000)
def zone_in(header: str) -> str | None:
    """The time zone that a header names; None if it names none.

    >>> zone_in("Created at (UTC)"), zone_in("created_at_utc"), zone_in("Ouvert (heure de Paris)")
    ('UTC', 'UTC', 'Europe/Paris')
    >>> zone_in("Start [GMT+1]"), zone_in("Date (UTC-05:00)"), zone_in("Time to answer")
    ('Etc/GMT-1', 'Etc/GMT+5', None)
    """
    found = _found(header)
    return found[0] if found else None


@lru_cache(maxsize=20_000)
def without_zone(header: str) -> str:
    """The header without the words that name a time zone.

    >>> without_zone("created_at_utc").split(), without_zone("Created (Europe/Paris)").split()
    (['created', 'at'], ['Created'])
    """
    found = _found(header)
    if not found:
        return header
    text, (start, end) = _spaced(header), found[1]
    return _BRACKETED_EMPTY.sub(" ", f"{text[:start]} {text[end:]}").strip()


def _spaced(header: str) -> str:
    """With spaces for underscores, but within the names of zones."""
    named = _NAMED.search(header)
    if named:
        before, after = header[: named.start()], header[named.end() :]
        return before.replace("_", " ") + named[0] + after.replace("_", " ")
    return header.replace("_", " ")


def _found(header: str) -> tuple[str, tuple[int, int]] | None:
    """The zone, and where in the spaced header it stands."""
    text = _spaced(header)
    if match := _NAMED.search(text):
        zone = _known().get(match[0].replace(" ", "_").casefold())
        if zone:
            return zone, match.span()
    if match := _OFFSET.search(text):
        zone = _fixed(match["sign"], int(match["hours"]), int(match["minutes"] or 0))
        return (zone, match.span()) if zone else None
    if match := _UNIVERSAL.search(text) or _UNIVERSAL_JOINED.search(text):
        return "UTC", match.span()
    return _of_place(text) or _of_short(text)


def _of_place(text: str) -> tuple[str, tuple[int, int]] | None:
    for match in _BRACKETED.finditer(text):
        if zone := _cities().get(_plain(match["inside"])):
            return zone, match.span()
    for form in (_CITY_HOUR, _CITY_TIME):
        for match in form.finditer(text):
            if zone := _cities().get(_plain(match["place"])):
                return zone, match.span()
    return None


def _of_short(text: str) -> tuple[str, tuple[int, int]] | None:
    """In brackets, or as the last word: in a sentence, EST may be a verb in capitals."""
    places = [*_BRACKETED.finditer(text)]
    last = re.search(r"(?<=\s)(?P<inside>[A-Z]{3,4})$", text)
    for match in [*places, *([last] if last and text != text.upper() else [])]:
        short = _SHORT.fullmatch(match["inside"].strip())
        if short and short["short"] in _SHORTS:
            return _SHORTS[short["short"]], match.span()
    return None


def _fixed(sign: str, hours: int, minutes: int) -> str | None:
    """The zones called Etc/GMT-1 are an hour ahead."""
    is_ahead = sign == "+"
    if minutes:
        return _PARTS.get(f"{'+' if is_ahead else '-'}{hours:02}:{minutes:02}")
    if hours == 0:
        return "UTC"
    name = f"Etc/GMT{'-' if is_ahead else '+'}{hours}"
    return name if is_time_zone(name) else None


@cache
def _known() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(available_timezones()) if "/" in name}


@cache
def _cities() -> dict[str, str]:
    named = [name for name in sorted(available_timezones()) if name.startswith(_CITY_AREAS)]
    return {_plain(name.rpartition("/")[2].replace("_", " ")): name for name in named} | _ALIASES


_CITY_AREAS = ("Africa/", "America/", "Asia/", "Australia/", "Europe/", "Pacific/")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(it for it in letters if not unicodedata.combining(it)).split())
