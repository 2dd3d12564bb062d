"""The mail server: one connection for all mails of a run, and what it says as one sentence.

What matters of a failure is what is known after it: the mail surely didn't leave and may be tried
again, it never will be taken, or the line broke while the server took it.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from cxdata.config import MAIL_PASSWORD_VARIABLE, MailSettings
from cxdata.errors import CxDataError, SettingsError
from cxdata.i18n import N_

# server: nobody's mail can be handed over now; later, never: of this one mail; unsure: it may have
# arrived.
Known = Literal["server", "later", "never", "unsure"]
REPLY_LETTERS = 200
SERVER_HINT = N_("It is tried again by itself.")


class MailFault(CxDataError):
    """A mail that couldn't be handed over, with what is known of it."""

    def __init__(self, known: Known, message: str, hint: str = "", **values: object) -> None:
        super().__init__(message, hint, **values)
        self.known = known


def see_mail_settings(mail: MailSettings) -> None:
    """Refuse settings with which nothing can leave.

    Raises
    ------
    SettingsError
        With the first thing that is missing or unsafe.
    """
    hint = N_("Whoever looks after the server sets it in the settings file, under [mail].")
    if not mail.server:
        raise SettingsError(N_("No mail can leave: no mail server is set (mail.server)."), hint)
    if not mail.sender:
        raise SettingsError(N_("No mail can leave: mails have no sender (mail.sender)."), hint)
    if not mail.allowed:
        raise SettingsError(
            N_("No mail may leave: the list of allowed addresses and domains is empty."),
            N_("Whoever looks after the server fills mail.allowed in the settings file."),
        )
    if mail.user and mail.security == "none" and not _is_this_computer(mail.server):
        raise SettingsError(
            N_("No mail leaves: the password would travel unencrypted (mail.security is none)."),
            hint,
        )
    if mail.user:
        mail_password(mail)


def mail_password(mail: MailSettings) -> str:
    """The password of the login: from the environment, else the first line of the file.

    Raises
    ------
    SettingsError
        If there is none.
    """
    said = os.environ.get(MAIL_PASSWORD_VARIABLE, "")
    if said:
        return said
    if not mail.password_file:
        raise SettingsError(
            N_("No mail can leave: the mail server's login has no password."),
            N_("Set {variable}, or mail.password_file in the settings file."),
            variable=MAIL_PASSWORD_VARIABLE,
        )
    try:
        text = Path(mail.password_file).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            N_("The file with the mail server's password can't be read: {path}."),
            N_("Check mail.password_file, and who may read it."),
            path=mail.password_file,
        ) from error
    password = text.partition("\n")[0].strip("\r")
    if not password:
        raise SettingsError(
            N_("The file with the mail server's password is empty: {path}."),
            path=mail.password_file,
        )
    return password


def _is_this_computer(server: str) -> bool:
    try:
        return ip_address(server).is_loopback
    except ValueError:
        return server.lower() == "localhost"


class MailServer:
    """A connection that is opened with the first mail; to be closed by ``close``."""

    def __init__(self, mail: MailSettings) -> None:
        self._mail = mail
        self._line: smtplib.SMTP | None = None

    def close(self) -> None:
        """Say goodbye; whatever the server answers."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(smtplib.SMTPException, OSError):
                line.quit()
            line.close()

    def connect(self) -> smtplib.SMTP:
        """The open line.

        Raises
        ------
        MailFault
            ``server``: it isn't reached, isn't who it should be, or doesn't let us in.
        SettingsError
            If the login has no password.
        """
        if self._line is None:
            with _reaching(self._mail):
                line = self._opened()
                try:
                    line.ehlo_or_helo_if_needed()
                    if self._mail.user:
                        line.login(self._mail.user, mail_password(self._mail))
                except BaseException:
                    line.close()
                    raise
                self._line = line
        return self._line

    def _opened(self) -> smtplib.SMTP:
        mail = self._mail
        trusted = ssl.create_default_context(cafile=mail.certificate_file or None)
        if mail.security == "tls":
            return smtplib.SMTP_SSL(
                mail.server, mail.port, timeout=mail.timeout_seconds, context=trusted
            )
        line = smtplib.SMTP(mail.server, mail.port, timeout=mail.timeout_seconds)
        try:
            if mail.security == "starttls":
                line.starttls(context=trusted)
        except BaseException:
            line.close()
            raise
        return line

    def hand_over(
        self, message: EmailMessage, recipient: str, may_have_left: Callable[[], None]
    ) -> None:
        """Give one mail to the server; ``may_have_left`` is called before the last word of it.

        Raises
        ------
        MailFault
            With what is known: unless that is ``unsure``, the mail surely didn't leave.
        """
        line = self.connect()
        # No line begins with a single dot and each ends as the protocol wants it (RFC 5321, 4.5.2).
        body = re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=SMTP))
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        try:
            with _talking():
                _see(line.mail(self._mail.sender))
                _see(line.rcpt(recipient), recipient)
                line.putcmd("data")
                _see(line.getreply(), ready=354)
                line.send(body)
        except MailFault as fault:
            self._begin_anew(fault)
            raise
        try:
            may_have_left()
        except BaseException:  # the server still waits for the end of the mail: it gets none
            self._hang_up()
            raise
        try:
            line.send(b".\r\n")
            reply = line.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise MailFault("unsure", _BROKE) from error
        try:
            _see(reply)
        except MailFault as fault:
            self._begin_anew(fault)
            raise

    def _begin_anew(self, fault: MailFault) -> None:
        """After a mail that was refused the line is ready for the next; a broken one is closed."""
        if self._line is None:
            return
        if fault.known != "server":
            with suppress(smtplib.SMTPException, OSError):
                self._line.rset()
                return
        self._hang_up()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


_BROKE = N_("The line to the mail server broke.")


@contextmanager
def _talking() -> Iterator[None]:
    """A line that breaks before the last word of a mail: nothing left."""
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        raise MailFault("server", _BROKE, SERVER_HINT) from error


@contextmanager
def _reaching(mail: MailSettings) -> Iterator[None]:
    """What keeps a line from being opened, as one sentence."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailFault(
            "server",
            N_("The mail server {server} doesn't prove who it is: {reason}."),
            N_("Name its certificate authority in mail.certificate_file."),
            server=mail.server,
            reason=error.verify_message,
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise MailFault(
            "server",
            N_("The mail server {server} doesn't accept the login of {user}: {reply}."),
            N_("Check mail.user and the password."),
            server=mail.server,
            user=mail.user,
            reply=_shown(error.smtp_code, error.smtp_error),
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailFault(
            "server",
            N_("The mail server {server} doesn't offer what the settings want of it: {reason}."),
            N_("Check mail.security, mail.port and mail.user."),
            server=mail.server,
            reason=str(error).rstrip("."),
        ) from error
    except smtplib.SMTPResponseException as error:
        raise MailFault(
            "server",
            N_("The mail server {server} refuses the connection: {reply}."),
            SERVER_HINT,
            server=mail.server,
            reply=_shown(error.smtp_code, error.smtp_error),
        ) from error
    except TimeoutError as error:
        raise MailFault(
            "server",
            N_("The mail server {server}:{port} doesn't answer in time."),
            SERVER_HINT,
            server=mail.server,
            port=mail.port,
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailFault(
            "server",
            N_("The mail server {server}:{port} can't be reached: {reason}."),
            SERVER_HINT,
            server=mail.server,
            port=mail.port,
            reason=_reason(error),
        ) from error


def _see(reply: tuple[int, bytes], recipient: str = "", ready: int = 250) -> None:
    """Refuse what isn't the reply that was hoped for."""
    code, text = reply
    if code == ready or (ready == 250 and 200 <= code < 300):
        return
    if code in (-1, 421):  # it hangs up
        raise MailFault("server", _BROKE, SERVER_HINT)
    known: Known = "never" if 500 <= code < 600 else "later"
    said = _shown(code, text)
    if recipient:
        raise MailFault(
            known,
            N_("The mail server doesn't take mails for {recipient}: {reply}."),
            recipient=recipient,
            reply=said,
        )
    raise MailFault(known, N_("The mail server doesn't take the mail: {reply}."), reply=said)


def _shown(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {said}".split())[:REPLY_LETTERS].rstrip(".")


def _reason(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split())[:REPLY_LETTERS].rstrip(".") or type(error).__name__
