"""A mail server of the tests' own: TLS and a login, and faults in the order in which they come."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cxdata.config import Settings, load_settings

USER, PASSWORD = "cx", "correct horse"
# later, never: a reply at that word; drop: the line ends there; slow: no reply in time. taken_drop,
# taken_slow: the mail is in, and the line ends or says nothing then.
Fault = Literal[
    "",
    "mail_later",
    "mail_drop",
    "rcpt_later",
    "rcpt_never",
    "rcpt_drop",
    "rcpt_slow",
    "data_later",
    "data_never",
    "taken_drop",
    "taken_slow",
]
BEFORE_THE_END: tuple[Fault, ...] = (
    "mail_later", "mail_drop", "rcpt_later", "rcpt_drop", "data_later",
)  # fmt: skip
WHILE_TAKEN: tuple[Fault, ...] = ("taken_drop", "taken_slow")


@dataclass
class Faults:
    """What goes wrong with the next mails, one each, and what arrived."""

    to_come: deque[Fault] = field(default_factory=deque)
    arrived: list[tuple[str, EmailMessage]] = field(default_factory=list)
    slow_seconds: float = 3.0
    now: Fault = ""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.now = self.to_come.popleft() if self.to_come else ""
        said = await self._at(server, "mail")
        if not said:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return said or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._at(server, "rcpt")
        if not said:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await self._at(server, "data")
        if said:
            return said
        content = cast(bytes, envelope.content)
        message = message_from_bytes(content, policy=default)
        self.arrived += [(it, cast(EmailMessage, message)) for it in envelope.rcpt_tos]
        return await self._at(server, "taken") or "250 OK"

    async def _at(self, server: SMTP, word: str) -> str:
        place, _, what = self.now.partition("_")
        if place != word:
            return ""
        if what == "drop":
            cast(Any, server.transport).abort()
        elif what == "slow":
            await asyncio.sleep(self.slow_seconds)
        return {"later": "451 Try again later", "never": "550 Not here"}.get(what, "")


@contextmanager
def mail_server(
    folder: Path, port: int, faults: Faults, *, is_open: bool = False
) -> Iterator[None]:
    """As long as this is open, a server with STARTTLS and a login listens there; ``is_open``: it
    wants neither."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(folder))
    controller = Controller(
        faults,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=not is_open,
        auth_required=not is_open,
        authenticator=let_in,
        server_hostname="localhost",
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def let_in(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    said = isinstance(data, LoginPassword) and (data.login, data.password)
    return AuthResult(success=said == (USER.encode(), PASSWORD.encode()), handled=False)


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, made once: also the authority that is trusted."""
    place = folder / "server.pem"
    if place.exists():
        return place
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return place


def mail_settings(folder: Path, port: int, /, **changes: object) -> Settings:
    """Settings with which mails to example.org leave through that server."""
    password = folder / "password"
    password.write_text(PASSWORD + "\n", "utf-8")
    values: dict[str, object] = {
        "sender": "cx@example.org",
        "server": "127.0.0.1",
        "port": port,
        "user": USER,
        "password_file": str(password),
        "certificate_file": str(certificate(folder)),
        "timeout_seconds": 20,
        "allowed": ["example.org"],
        "most_per_hour": 10_000,
        **changes,
    }
    return load_settings().changed({f"mail.{name}": it for name, it in values.items()})
