"""How this process knows who asks: decided once, at its start, and never loosened afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from cxdata.config import AccessSettings
from cxdata.errors import AccessError
from cxdata.i18n import N_

Way = Literal["header", "login", "local", "none"]
LOCAL_NAMES = ("localhost",)
# As long as what it signs with: whoever guesses it can be anybody.
SECRET_LETTERS = 32


@dataclass(frozen=True)
class WayIn:
    """``header``: a proxy names people; ``login``: they log in here; ``local``: whoever reaches
    the address is the one administrator; ``none``: nobody is let in, for the reason given."""

    way: Way
    settings: AccessSettings
    reason: AccessError | None = None
    is_encrypted: bool = False  # people come back from a login by HTTPS


@dataclass(frozen=True)
class LoginFile:
    """What was found of a login of our own: whether one is set up or was meant to be, where people
    come back to after it, and how long the secret is that its cookie is signed with."""

    is_meant: bool = False
    is_there: bool = False
    redirect_uri: str = ""
    secret_letters: int = 0

    @property
    def is_usable(self) -> bool:
        return (
            self.is_there
            and self.redirect_uri.startswith(("http://", "https://"))
            and self.redirect_uri.endswith("/oauth2callback")
            and self.secret_letters >= SECRET_LETTERS
        )


def login_file(paths: Iterable[Path | str], *, is_told: bool = False) -> LoginFile:
    """What the files say of a login, a later one before an earlier; ``is_told``: one was asked
    for. A file that can't be read was meant for something, and so for a login."""
    found = LoginFile(is_meant=is_told)
    for path in map(Path, paths):
        try:
            section = tomllib.loads(path.read_text("utf-8")).get("auth")
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            found = replace(found, is_meant=True)
            continue
        if isinstance(section, dict):
            uri, secret = section.get("redirect_uri", ""), section.get("cookie_secret", "")
            found = LoginFile(found.is_meant, True, str(uri), len(str(secret)))
    return found


def way_in(settings: AccessSettings, address: str, login: LoginFile) -> WayIn:
    """Which way holds for a server that listens on ``address`` (empty: on all).

    A trusted header goes before a login of our own. Without either, only a server that this
    computer alone reaches lets anybody in, unless ``access.without_login`` says otherwise. A login
    that is meant and can't work lets nobody in.
    """
    if settings.trusted_header:
        return WayIn("header", settings)
    if login.is_usable:
        is_encrypted = login.redirect_uri.startswith("https://")
        return WayIn("login", settings, is_encrypted=is_encrypted)
    if login.is_meant or login.is_there:
        return WayIn("none", settings, unusable_login())
    if not (is_loopback(address) or settings.is_without_login):
        return WayIn("none", settings, nobody_logs_in())
    return WayIn("local", settings)


def is_loopback(address: str) -> bool:
    """Whether only this computer reaches a server that listens there.

    >>> [is_loopback(it) for it in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", "10.0.0.7")]
    [True, True, True, False, False, False]
    """
    if address in LOCAL_NAMES:
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def nobody_logs_in() -> AccessError:
    """Why a server refuses that others may reach and nobody logs in to."""
    return AccessError(
        N_("Others may reach this dashboard, and nobody logs in to it: it lets nobody in."),
        N_(
            "Set up a login or a proxy that has one, or say --without-login; see "
            "docs/deployment.md."
        ),
    )


def unusable_login() -> AccessError:
    """Why a server refuses whose login is meant and can't work."""
    return AccessError(
        N_("The login of this dashboard isn't set up right: it lets nobody in."),
        N_(
            "The table [auth] of its file needs a redirect_uri that ends with /oauth2callback, and "
            "a cookie_secret of {letters} characters at least."
        ),
        letters=SECRET_LETTERS,
    )
