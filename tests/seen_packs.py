"""A board pack as its reader gets it, to be held beside the same of another store.

As plain data, and as the texts of its four files, each opened as a spreadsheet, a slide show, a
reader of PDF or a mail program would open it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from email import message_from_bytes, policy
from io import BytesIO
from typing import Any

import polars as pl
from pypdf import PdfReader

from cxdata.errors import AccessError
from cxdata.i18n import Locale, translator
from cxdata.models import EVERYTHING, Filters, Scope
from cxdata.pack.making import PackChoice, pack_of
from cxdata.panels import Request
from cxdata.store.connection import Store
from cxdata.store.narrowing import lacking_dimensions
from tests.programs import Program

Asked = tuple[tuple[str, str], ...]
# Of a pack's own facts: what tells one store from another, and to what the rights are limited.
OWN_FACTS = ("Data version", "Version des données", "Limited to", "Limité à")
# In a file each is a line, or two; what it takes away may move where the lines after it break.
_OWN = re.compile(rf"\"?({'|'.join(OWN_FACTS)})(\W*\n\s*)?[^\n]*")
_TEXT = re.compile(r"<(?:\w+:)?(?:t|v|f)(?: [^>]*)?>([^<]*)<")
# Sums of the same numbers in another order differ in their last digits.
_LONG = re.compile(r"-?\d+\.\d{8,}(e-?\d+)?")
# A cell of a workbook that names its text by its place among all texts.
_SHARED = re.compile(r't="s"><v>(\d+)<')


def pack_said(
    store: Store,
    locale: Locale,
    filters: Filters,
    rights: Scope = EVERYTHING,
    *,
    with_names: bool = False,
) -> Any:
    """All that a pack holds, or the sentence that refuses it.

    Where ``rights`` are by what a figure doesn't count, it is empty, and only its reason differs:
    that is left out.
    """
    tr = translator(locale, store.settings.own_dimensions.pairs)
    request = Request.computed_now(store, filters, tr)
    try:
        pack = pack_of(request, PackChoice(with_names=with_names))
    except AccessError as error:
        return str(error)
    said = plain(pack)
    said["facts"] = [it for it in said["facts"] if it[0] not in OWN_FACTS]
    for section, shown in zip(said["sections"], pack.sections, strict=True):
        for figure, it in zip(section["figures"], shown.figures, strict=True):
            if it.is_empty and (rights.is_nothing or lacking_dimensions(rights, it.subject)):
                figure["reason"] = ""
    return said


def plain(value: Any) -> Any:
    """Named values, lists and frames as dictionaries and lists."""
    if is_dataclass(value):
        return {it.name: plain(getattr(value, it.name)) for it in fields(value)}
    if isinstance(value, pl.DataFrame):
        return [value.columns, *map(list, value.rows())]
    if isinstance(value, tuple | list):
        return [plain(it) for it in value]
    return value


def pack_questions() -> Iterator[Asked]:
    """Each file in each language, with and without names, of everything and of a part."""
    for face in ("pptx", "pdf", "xlsx", "eml"):
        for lang in ("en", "fr"):
            yield (("format", face), ("lang", lang))
            yield (("format", face), ("lang", lang), ("where", "segment=SMB"), ("names", "true"))


def exported(
    program: Program, token: str, asked: Iterable[Asked]
) -> dict[str, tuple[int, list[str]]]:
    """Status and texts of each file that is asked for."""
    found = {}
    for pairs in asked:
        said = program.ask("GET", "export", *pairs, token=token)
        is_file = said.status == 200
        texts = file_texts(dict(pairs)["format"], said.body) if is_file else [said.body.decode()]
        kept = _OWN.sub("", "\n".join(texts))
        lines = _LONG.sub(lambda it: f"{float(it[0]):.7g}", kept).splitlines()
        found[f"export {pairs}"] = said.status, [" ".join(it.split()) for it in lines if it.strip()]
    return found


def file_texts(end: str, content: bytes) -> list[str]:
    """Every text and number in a file, those of the files in it as well, in their order."""
    if end == "pdf":
        return _of_pdf(content)
    if end == "eml":
        return _of_mail(content)
    if end in ("pptx", "xlsx"):
        return _of_office(content)
    return [content.decode()]


def _of_office(content: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = sorted(archive.namelist())
        strings = "xl/sharedStrings.xml"
        shared = _TEXT.findall(archive.read(strings).decode()) if strings in names else []
        for name in names:
            if name.endswith(".xlsx"):
                found += _of_office(archive.read(name))
            elif name.endswith(".xml") and not name.startswith("docProps/") and name != strings:
                text = archive.read(name).decode()
                found += _TEXT.findall(_SHARED.sub(lambda it: f"><v>{shared[int(it[1])]}<", text))
    return found


def _of_pdf(content: bytes) -> list[str]:
    reader = PdfReader(BytesIO(content))
    # One line: where lines and pages break depends on what stands on the first.
    pages = "\n".join(it.extract_text() for it in reader.pages)
    attached = [it.decode() for files in reader.attachments.values() for it in files]
    return [" ".join(_OWN.sub("", pages).split()), *attached]


def _of_mail(content: bytes) -> list[str]:
    mail = message_from_bytes(content, policy=policy.default)
    found = [str(mail["subject"])]
    for part in mail.walk():
        name = part.get_filename()
        if name:
            found += file_texts(name.rsplit(".", 1)[-1], part.get_content())
        elif not part.is_multipart():
            found.append(part.get_content())
    return found
