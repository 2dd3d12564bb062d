"""Who asks, and what they may do and see: looked up at each run, never remembered by a browser.

A cookie or a header says who somebody is. Rights stand in the store alone: one that is taken away
while a page is open is gone with the next click.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit import auth_util, config
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cxdata.access.acts import Permission, may, see_may
from cxdata.access.identity import LOCAL, LOCAL_READER, Identity, reader_of
from cxdata.access.rights import Subject
from cxdata.access.ways_in import WayIn, login_file, nobody_logs_in, way_in
from cxdata.config import LOGIN_VARIABLE, AccessSettings, load_settings
from cxdata.errors import AccessError, LoginNeeded
from cxdata.i18n import N_
from cxdata.models import Reader
from cxdata.store.connection import Store

# The subject as whom an administrator sees the dashboard; of this session only.
_SEEN_AS = "seen_as"
# When the session began, of which a proxy said whose it is.
_CAME_IN_AT = "came_in_at"
# Of the one session that the process opens itself, to build a first page for nobody.
STARTING = "starting"
START_MARK = secrets.token_hex(32)
# How far the clock of whoever logs people in may be ahead of ours.
CLOCKS_APART_SECONDS = 300
ACTS_NOTHING = N_("You see the dashboard as {name}: nothing can be changed.")

P = ParamSpec("P")
R = TypeVar("R")

_ended_logins: dict[tuple[str, ...], float] = {}


def current_reader() -> Reader:
    """For whom this run computes: looked up in the store at each call.

    Administrators who see the dashboard as somebody else are that somebody, here and in all that
    is computed; what they do is refused (:func:`guard`).

    Raises
    ------
    AccessError
        If nobody is logged in, or whoever it is has no rights.
    """
    reader, subject = true_reader(), seen_as()
    return reader if subject is None else _reader_as(subject)


def true_reader() -> Reader:
    """Who really asks, whomever they see the dashboard as."""
    return _looked_up(session_identity())


def seen_as() -> Subject | None:
    """The subject as whom this session's administrator sees the dashboard; None: as themselves."""
    subject: Subject | None = st.session_state.get(_SEEN_AS)
    if subject is not None and not may(true_reader(), "rights"):
        del st.session_state[_SEEN_AS]
        return None
    return subject


def see_as(subject: Subject | None) -> None:
    """From now on, this session sees the dashboard as somebody else, or as itself again."""
    if subject is not None:
        see_may(true_reader(), "rights")
    st.session_state[_SEEN_AS] = subject


def guard(act: Permission) -> Reader:
    """Whoever asks, if they may do that; called where it is done, not only where it is drawn.

    Raises
    ------
    AccessError
        If their role or scope doesn't allow it, or they see the dashboard as somebody else.
    """
    reader, subject = current_reader(), seen_as()
    if subject is not None and act != "see":
        raise AccessError(ACTS_NOTHING, N_("Leave that view first."), name=subject.name)
    see_may(reader, act)
    return reader


def can(act: Permission) -> bool:
    """Whether whom the dashboard is shown to may do that: for what is drawn."""
    try:
        return may(current_reader(), act)
    except AccessError:  # nobody is logged in any more
        return False


def guarded(act: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Of a function that does something: refuses it to whoever may not."""

    def wrapped(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def asked(*arguments: P.args, **options: P.kwargs) -> R:
            guard(act)
            return function(*arguments, **options)

        return asked

    return wrapped


def signed_name() -> str | None:
    """Under what name somebody's changes are kept; None where nobody logs in, so they are asked."""
    return None if entrance_of_process().way == "local" else true_reader().name


def session_identity() -> Identity:
    """Who asks, by the one way that holds for this process.

    Raises
    ------
    LoginNeeded
        If nobody is logged in, or the login is older than ``access.login_hours``.
    AccessError
        If the proxy names nobody, or nobody may be let in at all.
    """
    entrance = entrance_of_process()
    if is_starting():
        return LOCAL
    if entrance.way == "header":
        _see_recent(entrance.settings.login_seconds)
        return header_identity(st.context.headers.get_all, entrance.settings)
    if entrance.way == "login":
        return login_identity(_told_of_user(), entrance.settings, time.time())
    if entrance.way == "local":
        return LOCAL
    raise entrance.reason or nobody_logs_in()


def _see_recent(most_seconds: float) -> None:
    """A proxy asks who somebody is when the page is loaded, and never again while it is open."""
    came_in_at: float = st.session_state.setdefault(_CAME_IN_AT, time.time())
    if time.time() - came_in_at > most_seconds:
        raise AccessError(N_("This page has been open for too long."), N_("Load the page again."))


@cache
def entrance_of_process() -> WayIn:
    """Decided once: a file that is changed or lost later never opens the door."""
    told = os.environ.get(LOGIN_VARIABLE, "")
    if told:
        config.set_option("secrets.files", [told])
    login = login_file(config.get_option("secrets.files"), is_told=bool(told))
    return way_in(load_settings().access, str(config.get_option("server.address") or ""), login)


def header_identity(values: Callable[[str], list[str]], settings: AccessSettings) -> Identity:
    """Who the proxy says it is; ``values`` gives all values of a header.

    Raises
    ------
    AccessError
        If it names nobody, or more than one.
    """
    names = [_utf8(it).strip() for it in values(settings.trusted_header)]
    if len(names) != 1 or not names[0]:
        raise AccessError(
            N_("The proxy before this dashboard doesn't say who you are."),
            N_("Ask whoever looks after it."),
        )
    listed = values(settings.groups_header) if settings.groups_header else []
    groups = [_utf8(each).strip() for it in listed for each in it.split(",")]
    return Identity(names[0].lower(), tuple(it for it in groups if it))


def login_identity(claims: Mapping[str, Any], settings: AccessSettings, now: float) -> Identity:
    """Who the login says it is, while it isn't older than allowed.

    The age is that of the token that was given here (``iat``), not of the session at whoever logs
    people in (``auth_time``), which lasts for days where people log in to everything at once.

    Raises
    ------
    LoginNeeded
        If nobody is logged in, or it was too long ago, or has been ended.
    AccessError
        If the claims name nobody, or an address that nobody has proved is theirs.
    """
    if claims.get("is_logged_in") is not True:
        raise LoginNeeded(N_("Log in to see this dashboard."))
    issued = claims.get("iat")
    is_timed = isinstance(issued, int | float) and not isinstance(issued, bool)
    age = now - issued if is_timed and issued is not None else None
    if age is None or not -CLOCKS_APART_SECONDS <= age <= settings.login_seconds:
        raise LoginNeeded(N_("Your login is too old."), N_("Log in again."))
    if _login_key(claims) in _ended_logins:
        raise LoginNeeded(N_("You have logged out."), N_("Log in again."))
    name = claims.get(settings.name_claim)
    is_unproved = settings.name_claim == "email" and claims.get("email_verified") in (
        False,
        "false",
    )
    if not isinstance(name, str) or not name.strip() or is_unproved:
        raise AccessError(
            N_("Your login doesn't say who you are (claim {claim})."),
            N_("Ask whoever looks after it."),
            claim=settings.name_claim,
        )
    listed = claims.get(settings.groups_claim)
    groups = listed if isinstance(listed, list) else [listed]
    return Identity(name.strip().lower(), tuple(it for it in groups if isinstance(it, str) and it))


def login_providers() -> list[str | None]:
    """The ways to log in that the file of secrets names; None is the one without a name."""
    section: Mapping[str, Any] = auth_util.get_secrets_auth_section()
    if section.get("client_id"):
        return [None]
    return [name for name in section if isinstance(section[name], Mapping)]


def log_out() -> None:
    """End the login: in this session, and in all others that were opened with it."""
    claims, now = _told_of_user(), time.time()
    kept = entrance_of_process().settings.login_seconds
    for key in [key for key, ended_at in _ended_logins.items() if now - ended_at > kept]:
        del _ended_logins[key]
    _ended_logins[_login_key(claims)] = now
    st.session_state.pop(_SEEN_AS, None)
    st.logout()


def _login_key(claims: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(claims.get(name)) for name in ("iss", "sub", "iat", "nonce"))


def is_starting() -> bool:
    """Whether this is the session that the process opens itself."""
    mark = _told_of_user().get(STARTING)
    return isinstance(mark, str) and secrets.compare_digest(mark.encode(), START_MARK.encode())


def _told_of_user() -> Mapping[str, Any]:
    """What the session was told of its user when it was opened; nothing outside of one.

    ``st.user`` tells the same, and looks through the files of secrets at each call: a seventh of
    what a page costs that asks a hundred times.
    """
    context = get_script_run_ctx(suppress_warning=True)
    return context.user_info if context else {}


def _reader_as(subject: Subject) -> Reader:
    """The reader that somebody else is; a group is somebody who is in no other."""
    if subject.kind == "person":
        return _looked_up(Identity(subject.name))
    return replace(_looked_up(Identity("", (subject.name,))), name=subject.name)


def _looked_up(identity: Identity) -> Reader:
    """By the rights in the store now: each change of them changes its state."""
    if identity.is_local:
        return LOCAL_READER
    from pages.components.context import store_path  # which itself asks this module

    store = Store.open(store_path())
    today = datetime.now(ZoneInfo(store.settings.firm.time_zone)).date()
    return _reader_in(store.path, store.state, identity, today)


@lru_cache(maxsize=1024)
def _reader_in(path: Path, state: tuple[int, int], identity: Identity, today: date) -> Reader:
    return reader_of(Store.open(path), identity, today)


def _utf8(value: str) -> str:
    """A header as it was written: HTTP's own letters are those of Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
