"""Messages to Teams, Slack and the like: by the library apprise, as text, to addresses in a file.

An address of a chat is a secret: whoever has it can write there. It stands in a file of its own, as
the mail server's password does, and in no setting, store or log.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cxdata.config import MailSettings
from cxdata.errors import SettingsError
from cxdata.exports.mailing.smtp import MailFault
from cxdata.i18n import N_
from cxdata.outbox import CHAT_PREFIX, Letter

# Teams takes no message of more than 28 KB.
CHAT_BYTES = 22_000
FILE_HINT = N_("Check mail.chats_file, and who may read it: a line each, name = address.")


def chat_addresses(mail: MailSettings) -> dict[str, str]:
    """The addresses of chats by the names that rules and rights have for them.

    Raises
    ------
    SettingsError
        If the file can't be read, or a line of it names no chat.
    """
    if not mail.chats_file:
        return {}
    try:
        lines = Path(mail.chats_file).expanduser().read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            N_("The file with the addresses of chats can't be read: {path}."),
            FILE_HINT,
            path=mail.chats_file,
        ) from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        name, sign, address = (it.strip() for it in line.partition("="))
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not name or not sign or "://" not in address:
            raise SettingsError(
                N_("Line {line} of the file with the addresses of chats names no chat."),
                FILE_HINT,
                line=number,
            )
        found[name.lower()] = address
    return found


def post_to_chat(
    mail: MailSettings, recipient: str, letter: Letter, note_leaving: Callable[[], None]
) -> None:
    """Write a letter into a chat; ``note_leaving`` is called just before it may be there.

    Raises
    ------
    MailFault
        ``never``: there is no such chat, or its address is none; ``later``: it wasn't taken.
    SettingsError
        If the addresses can't be read.
    """
    name = recipient.removeprefix(CHAT_PREFIX)
    address = chat_addresses(mail).get(name)
    if address is None:
        raise MailFault("never", N_("There is no chat called {name}."), FILE_HINT, name=name)
    # Half a second to load, and only who writes into chats needs it.
    from apprise import Apprise, AppriseAsset, NotifyFormat

    asset = AppriseAsset(app_id="", image_url_mask="", image_url_logo="", secure_logging=True)
    chat = Apprise(asset=asset)
    if not chat.add(address):
        raise MailFault(
            "never", N_("The address of the chat {name} is none."), FILE_HINT, name=name
        )
    note_leaving()
    if not chat.notify(body=chat_text(letter), body_format=NotifyFormat.TEXT):
        raise MailFault(
            "later",
            N_("The chat {name} didn't take the message."),
            N_("It is tried again by itself."),
            name=name,
        )


def chat_text(letter: Letter) -> str:
    """A letter as one text; where a chat takes no more, its end is left out, and said."""
    links = [f"{name}: {url}" for name, url in letter.links]
    parts = [letter.subject, *letter.paragraphs]
    tail = "\n".join(links)
    text = "\n\n".join(filter(None, (*parts, tail)))
    raw = text.encode()
    if len(raw) <= CHAT_BYTES:
        return text
    room = max(CHAT_BYTES - len(tail.encode()) - 8, 0)
    return f"{raw[:room].decode('utf-8', 'ignore')} […]\n\n{tail}"
