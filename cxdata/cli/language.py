"""In which language the command line refuses: that of the terminal, as its environment says."""

from __future__ import annotations

import os

from cxdata.errors import CxDataError
from cxdata.i18n import LOCALES, SOURCE_LOCALE, Locale, translator

# The first that is set counts, as in any program of the system.
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def terminal_language() -> Locale:
    """The language of the environment, English for one that there is no catalogue for."""
    said = next((os.environ[it] for it in VARIABLES if os.environ.get(it)), "")
    code = said.partition("_")[0].partition(".")[0].lower()
    return code if code in LOCALES else SOURCE_LOCALE


def refusal_text(error: CxDataError) -> str:
    """Sentence and hint of a refusal, in the language of the terminal.

    In English its values stand as they are typed: days as 2026-06-30.
    """
    language = terminal_language()
    if language == SOURCE_LOCALE:
        return str(error)
    return " ".join(it for it in translator(language).error(error) if it)
