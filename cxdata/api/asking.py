"""Who asks over HTTP, and in which language they are answered."""

from __future__ import annotations

import getpass
import hmac
import re

from starlette.requests import Request

from cxdata.errors import AccessError
from cxdata.i18n import LOCALES, SOURCE_LOCALE, Locale
from cxdata.models import Reader
from cxdata.store.connection import Store
from cxdata.store.tokens import reader_of_token

SCHEME = "bearer"
LONGEST_TOKEN = 200
_LANGUAGE = re.compile(r"\s*([a-zA-Z]{1,8})(?:-[\w-]+)?\s*(?:;\s*q=([0-9.]{1,5}))?\s*")


class UnknownCaller(AccessError):
    """Nobody that is known here: to be answered with 401."""


def reader_of_request(request: Request, store: Store, local_token: str | None) -> Reader:
    """For whom a request is answered: this computer's own user, or the holder of a token.

    Only the header ``Authorization`` counts: a page of another site can't send it, and no address
    or log shows it.

    Raises
    ------
    UnknownCaller
        If there is no token, or none that is valid.
    """
    token = token_of(request)
    if local_token is not None and hmac.compare_digest(token.encode(), local_token.encode()):
        return Reader(own_name(), "administrator", may_see_people=True)
    reader = reader_of_token(store, token)
    if reader is None:
        raise UnknownCaller("This token isn't valid.", "Ask an administrator for another.")
    return reader


def token_of(request: Request) -> str:
    """The token of a request.

    Raises
    ------
    UnknownCaller
        If there is none.
    """
    said = request.headers.getlist("authorization")
    scheme, _, token = (said[0] if len(said) == 1 else "").partition(" ")
    if scheme.lower() != SCHEME or not 0 < len(token.strip()) <= LONGEST_TOKEN:
        raise UnknownCaller(
            "This needs a token.", "Send it as the header Authorization: Bearer TOKEN."
        )
    return token.strip()


def own_name() -> str:
    """The user whose process this is."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "local"


def language_of(request: Request) -> Locale:
    """The language of ``lang``, else the first of ``Accept-Language`` that there is."""
    said = request.query_params.get("lang")
    if said in LOCALES:
        return said
    return preferred(request.headers.get("accept-language", ""))


def preferred(accepted: str) -> Locale:
    """The language that a browser's header prefers.

    >>> preferred("de, fr-CH;q=0.9, en;q=0.8"), preferred("en;q=0.1, fr"), preferred("*;;")
    ('fr', 'fr', 'en')
    """
    found: list[tuple[float, Locale]] = []
    for part in accepted[:1_000].split(","):
        match = _LANGUAGE.fullmatch(part)
        if match and match[1].lower() in LOCALES:
            found.append((_weight(match[2]), match[1].lower()))
    return max(found, key=lambda it: it[0], default=(0.0, SOURCE_LOCALE))[1]


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
