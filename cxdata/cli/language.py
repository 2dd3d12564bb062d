"""In which language the command line speaks: as ``--lang`` says, else as the terminal does."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cxdata.errors import CxDataError
from cxdata.i18n import LOCALES, SOURCE_LOCALE, Locale, translator

OPTION = "--lang"
# The first that is set counts, as in any program of the system.
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def terminal_language() -> Locale:
    """The language of the environment, English for one that there is no catalogue for."""
    said = next((os.environ[it] for it in VARIABLES if os.environ.get(it)), "")
    code = said.partition("_")[0].partition(".")[0].lower()
    return code if code in LOCALES else SOURCE_LOCALE


def language_of_words(words: Sequence[str]) -> Locale:
    """The language that the words of a command name, wherever they do; else the terminal's.

    >>> language_of_words(["import", "--lang", "fr", "a.csv"]), language_of_words(["--lang=fr"])
    ('fr', 'fr')
    """
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name == OPTION:
            said = value if sign else "".join(words[place + 1 : place + 2])
            if said in LOCALES:
                return said
    return terminal_language()


def refusal_text(error: CxDataError, language: Locale) -> str:
    """Sentence and hint of a refusal.

    In English its values stand as they are typed: days as 2026-06-30.
    """
    if language == SOURCE_LOCALE:
        return str(error)
    return " ".join(it for it in translator(language).error(error) if it)
