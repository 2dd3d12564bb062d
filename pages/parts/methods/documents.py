"""The project's own documents, as the pages show them."""

from __future__ import annotations

from functools import cache

from cxdata.i18n import Locale
from cxdata.installed import DOCS_FOLDER


@cache
def document(name: str, locale: Locale) -> str:
    """``docs/<name>.<locale>.md``; the English one, without a locale in its name, if there is none.

    Raises
    ------
    FileNotFoundError
        If there is no such document at all.
    """
    own = DOCS_FOLDER / f"{name}.{locale}.md"
    return (own if own.exists() else DOCS_FOLDER / f"{name}.md").read_text("utf-8")
