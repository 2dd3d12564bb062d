"""Where a running dashboard is found: a private file beside the store it holds.

Whoever can read the file can read the store beside it, so the token in it opens everything that
the command line may do. The file goes when the server ends; one that a killed server left names a
process that is gone, or an address where nobody can prove that he knows the token.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

ENDING = ".server.json"
TOKEN_BYTES = 32
LARGEST_NOTE_BYTES = 65_536


@dataclass(frozen=True)
class Running:
    """A dashboard that runs: ``certificate`` is that of a server that speaks HTTPS itself."""

    address: str
    token: str
    process: int
    certificate: str | None = None


def note_beside(store_path: Path | str) -> Path:
    """Where the server that holds this store says how it is reached."""
    place = Path(store_path).resolve()
    return place.with_name(place.name + ENDING)


@contextmanager
def noted_as_running(
    store_path: Path | str, address: str, certificate: str | None = None
) -> Iterator[Running]:
    """As long as this is open, the file says where the server is; its token is a new one.

    A folder that can't be written hinders nothing but the command line.
    """
    running = Running(address, secrets.token_urlsafe(TOKEN_BYTES), os.getpid(), certificate)
    place = note_beside(store_path)
    with suppress(OSError):
        write_privately(place, json.dumps(asdict(running)).encode())
    try:
        yield running
    finally:
        if found_running(store_path) == running:
            with suppress(OSError):
                place.unlink()


def found_running(store_path: Path | str) -> Running | None:
    """What the file beside the store says, None where there is none of this user's.

    Whether it still holds is for the caller to find out: ``is_proof``.
    """
    place = note_beside(store_path)
    try:
        if not _is_private(place):
            return None
        said = json.loads(place.read_bytes()[:LARGEST_NOTE_BYTES])
        return Running(
            str(said["address"]), str(said["token"]), int(said["process"]), said["certificate"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def proof_of(token: str, nonce: str) -> str:
    """What only somebody who knows the token can answer to this nonce.

    >>> is_proof(proof_of("token", "once"), "token", "once")
    True
    >>> is_proof(proof_of("other", "once"), "token", "once")
    False
    """
    return hmac.new(token.encode(), nonce.encode(), hashlib.sha256).hexdigest()


def is_proof(said: str, token: str, nonce: str) -> bool:
    return hmac.compare_digest(said.encode(), proof_of(token, nonce).encode())


def _is_private(place: Path) -> bool:
    """A plain file of this user that nobody else can read or write."""
    found = place.lstat()
    if not hasattr(os, "getuid"):  # Windows: the folder's own rights hold
        return place.is_file()
    is_plain = (found.st_mode & 0o170000) == 0o100000
    return is_plain and found.st_uid == os.getuid() and not found.st_mode & 0o077


def write_privately(place: Path, content: bytes) -> None:
    """Whole or not at all, and never through a link that lies there."""
    part = place.with_name(f".cxdata-{secrets.token_hex(8)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.replace(place)
    except OSError:
        part.unlink(missing_ok=True)
        raise
