"""The project's own documents, as the pages show them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cxdata.i18n import Locale

DOCS = Path(__file__).parents[2] / "docs"


@cache
def document(name: str, locale: Locale) -> str:
    """``docs/<name>.<locale>.md``; the English one has no locale in its name."""
    return (DOCS / (f"{name}.md" if locale == "en" else f"{name}.{locale}.md")).read_text("utf-8")
