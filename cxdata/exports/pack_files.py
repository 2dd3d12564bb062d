"""The faces of a pack as files, by the end of their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from cxdata.exports.deck.slides import as_deck
from cxdata.exports.mail import Attachment, pack_mail
from cxdata.exports.pack_workbook import pack_workbook
from cxdata.exports.report.pages import as_report
from cxdata.i18n import N_, translator
from cxdata.pack.pack import Pack

Face = Literal["pptx", "pdf", "xlsx", "eml"]
FACES: tuple[Face, ...] = get_args(Face)
MEDIA_TYPES: dict[Face, str] = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "eml": "message/rfc822",
}
FILE_STEM = N_("board-pack")


@dataclass(frozen=True)
class PackLook:
    """The firm's own template and logo; None: ours, and none."""

    template: Path | None = None
    logo: Path | None = None


@dataclass(frozen=True)
class PackFile:
    """A file of a pack, and sentences for whoever made it."""

    content: bytes
    notes: tuple[str, ...] = ()


def pack_file(pack: Pack, face: Face, look: PackLook | None = None) -> PackFile:
    """One face of the pack.

    Raises
    ------
    FileError
        If the template or the logo can't be used.
    """
    used = look or PackLook()
    made: dict[Face, Callable[[], PackFile]] = {
        "pptx": lambda: _slides(pack, used),
        "pdf": lambda: PackFile(as_report(pack)),
        "xlsx": lambda: PackFile(pack_workbook(pack)),
        "eml": lambda: _mail(pack, used),
    }
    return made[face]()


def file_stem(locale: str) -> str:
    """What a pack's file is called, without its end."""
    return translator(locale)(FILE_STEM)


def _slides(pack: Pack, look: PackLook) -> PackFile:
    deck = as_deck(pack, template=look.template, logo=look.logo)
    return PackFile(deck.content, deck.notes)


def _mail(pack: Pack, look: PackLook) -> PackFile:
    slides, stem = _slides(pack, look), file_stem(pack.locale)
    attachments = [
        Attachment(f"{stem}.pptx", MEDIA_TYPES["pptx"], slides.content),
        Attachment(f"{stem}.pdf", MEDIA_TYPES["pdf"], as_report(pack)),
    ]
    return PackFile(pack_mail(pack, attachments), slides.notes)
