"""The project's own documents, as the pages show them."""

from __future__ import annotations

from functools import cache

from cxdata.i18n import Locale
from cxdata.installed import DOCS_FOLDER


@cache
def document(name: str, locale: Locale) -> str:
    """``docs/<name>.<locale>.md``; the English one has no locale in its name."""
    file = f"{name}.md" if locale == "en" else f"{name}.{locale}.md"
    return (DOCS_FOLDER / file).read_text("utf-8")
