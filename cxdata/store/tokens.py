"""Tokens for other systems: who one is for, and until when; they themselves are kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from datetime import UTC, date, datetime, timedelta

import polars as pl

from cxdata.errors import SettingsError
from cxdata.models import DIMENSIONS, EVERYTHING, Reader, Role, Scope
from cxdata.store.connection import Store
from cxdata.store.narrowing import scope_of_json

PREFIX = "cxd"
ID_BYTES, SECRET_BYTES, KEY_BYTES = 5, 32, 16
LONGEST_SYSTEM_NAME = 80
LONGEST_DAYS = 1_100
_TOKEN = re.compile(rf"{PREFIX}_(?P<id>[0-9a-f]{{10}})_(?P<secret>[\w-]{{40,60}})", re.ASCII)


def create_token(
    store: Store,
    name: str,
    role: Role,
    days: int,
    *,
    scope: Scope = EVERYTHING,
    may_see_people: bool = False,
    created_by: str | None = None,
) -> str:
    """A new token, which is shown this once: the store keeps a keyed hash of it.

    Raises
    ------
    SettingsError
        If the name is empty or too long, or the days are none or too many.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_SYSTEM_NAME:
        raise SettingsError(
            "A token needs a name of 1 to {most} letters.",
            "Name the system.",
            most=LONGEST_SYSTEM_NAME,
        )
    if not 0 < days <= LONGEST_DAYS:
        raise SettingsError("A token is valid for 1 to {most} days.", most=LONGEST_DAYS)
    token_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    key, now = secrets.token_hex(KEY_BYTES), _now()
    with store.transaction() as con:
        con.execute(
            """insert into access_tokens
                (token_id, name, role, scope, may_see_people, hash_key, hash, created_at,
                created_by, valid_until, last_used_on, revoked_at)
            values ($token_id, $name, $role, $scope, $may_see_people, $key, $hash, $now,
                $created_by, $until, null, null)""",
            {
                "token_id": token_id,
                "name": name,
                "role": role,
                "scope": json.dumps(dict(scope.allowed), ensure_ascii=False),
                "may_see_people": may_see_people,
                "key": key,
                "hash": _hash(secret, key),
                "now": now,
                "created_by": created_by,
                "until": now + timedelta(days=days),
            },
        )
    return f"{PREFIX}_{token_id}_{secret}"


def recorded_tokens(store: Store) -> pl.DataFrame:
    """All tokens, newest first, without what could open anything.

    Columns: ``token_id``, ``name``, ``role``, ``scope`` (JSON, dimension -> values),
    ``may_see_people``, ``created_at``, ``created_by``, ``valid_until`` (UTC), ``last_used_on``,
    ``revoked_at``.
    """
    with store.cursor() as con:
        rows: pl.DataFrame = con.sql(
            """select token_id, name, role, scope, may_see_people, created_at, created_by,
                valid_until, last_used_on, revoked_at
            from access_tokens order by created_at desc, token_id"""
        ).pl()
        return rows


def revoke_token(store: Store, token_id: str) -> None:
    """From now on the token opens nothing.

    Raises
    ------
    SettingsError
        If there is no such token, or it is revoked already.
    """
    with store.transaction() as con:
        done = con.execute(
            """update access_tokens set revoked_at = $now
            where token_id = $token_id and revoked_at is null returning token_id""",
            {"now": _now(), "token_id": token_id},
        ).fetchall()
    if not done:
        raise SettingsError(
            "There is no token {token} in force.", "token list shows them.", token=token_id
        )


def reader_of_token(store: Store, token: str) -> Reader | None:
    """For whom a token opens what; None for one that is unknown, revoked or too old."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    with store.cursor() as con:
        rows = con.execute(
            """select name, role, scope, may_see_people, hash_key, hash, last_used_on
            from access_tokens
            where token_id = $token_id and revoked_at is null and valid_until > $now""",
            {"token_id": found["id"], "now": _now()},
        ).fetchall()
    if len(rows) != 1:
        return None
    name, role, scope, may_see_people, key, kept_hash, used_on = rows[0]
    if not hmac.compare_digest(_hash(found["secret"], key), str(kept_hash)):
        return None
    _note_use(store, found["id"], used_on)
    # A dimension that doesn't exist any more lets nothing through, as in the rights of people.
    allowed = scope_of_json(scope) if scope else None
    reached = Scope.of({DIMENSIONS[0]: ()}) if allowed is None else allowed
    return Reader(name, role, reached, bool(may_see_people))


def _note_use(store: Store, token_id: str, used_on: date | None) -> None:
    """Once a day: a token that is used often doesn't write each time."""
    today = _now().date()
    if used_on == today:
        return
    with store.transaction() as con:
        con.execute(
            "update access_tokens set last_used_on = $today where token_id = $token_id",
            {"today": today, "token_id": token_id},
        )


def _hash(secret: str, key: str) -> str:
    return hashlib.blake2b(secret.encode(), key=key.encode(), digest_size=32).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
