"""Words of comments: what each does in its sentence, and the stem that stands for its forms.

The lists are in ``wording.toml``; what is on none of them is a word that says something.
"""

from __future__ import annotations

import tomllib
import unicodedata
from enum import IntEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.french_stemmer import FrenchStemmer

Language = Literal["fr", "en"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
WORDING: dict[str, Any] = tomllib.loads(Path(__file__).with_name("wording.toml").read_text("utf-8"))
# The classes, not snowballstemmer.stemmer(): that one takes another version where installed.
STEMMERS = {"fr": FrenchStemmer, "en": EnglishStemmer}


class WordRole(IntEnum):
    """What a word does in its clause, as ``wording.toml`` explains."""

    BORDER = 0  # no word: what parts two clauses
    STOP = 1
    LINK = 2
    TURN = 3
    NE = 4
    NOT = 5
    NOT_AFTER_NE = 6
    BEFORE = 7
    WEAK = 8
    CONTENT = 9


class Word(NamedTuple):
    """A word as written; ``stem`` is empty if it can't stand in a term."""

    role: WordRole
    stem: str
    text: str


BORDER = Word(WordRole.BORDER, "", "")


def fold(word: str) -> str:
    """Without accents.

    >>> fold("œuvré à l'été")
    "oeuvre a l'ete"
    """
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word.replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@lru_cache(maxsize=100_000)
def words_of(token: str, language: Language) -> tuple[Word, ...]:
    """The words of a token: none of a sign, several of ``qu'on`` or ``pouvez-vous``."""
    return tuple(_word(part, language) for part in _parts(token, language))


@lru_cache(maxsize=100_000)
def function_word_count(token: str, language: Language) -> int:
    """How many words of a token are function words; none is stemmed for that.

    >>> function_word_count("qu'on", "fr"), function_word_count("lave-linge", "fr")
    (2, 0)
    """
    return sum(_role(part, language) < WordRole.BEFORE for part in _parts(token, language))


def stem(word: str, language: Language) -> str:
    """What the forms of a word have in common, without accents.

    >>> {stem(word, "fr") for word in ("livré", "livrée", "livrés", "livree")}
    {'livr'}
    """
    # A new stemmer each time: it keeps its word, and threads must not share that.
    stemmed = fold(STEMMERS[language]().stemWord(word.replace("-", "").replace("'", "")))
    return stemmed.rstrip("e") or stemmed if language == "fr" else stemmed


@cache
def _listed(language: Language, name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in WORDING[language][name].split())


@cache
def _roles(language: Language) -> dict[str, WordRole]:
    """The role of each listed word; of a word on two lists, that of the later one here."""
    lists = {
        "stop": WordRole.STOP,
        "links": WordRole.LINK,
        "turns": WordRole.TURN,
        "weak": WordRole.WEAK,
        "before": WordRole.BEFORE,
        "negations": WordRole.NOT,
        "negations_after_ne": WordRole.NOT_AFTER_NE,
        "ne": WordRole.NE,
    }
    return {word: role for name, role in lists.items() for word in _listed(language, name)}


def _parts(token: str, language: Language) -> list[str]:
    if not token.replace("'", "").replace("-", "").isalpha():
        return []
    return _french_parts(token) if language == "fr" else _english_parts(token)


def _french_parts(token: str) -> list[str]:
    """
    >>> _french_parts("qu'aujourd'hui"), _french_parts("pouvez-vous"), _french_parts("lave-linge")
    (["qu'", "aujourd'hui"], ['pouvez', 'vous'], ['lave-linge'])
    """
    parts = []
    elided, mark, rest = token.partition("'")
    while mark and elided in _listed("fr", "elided"):
        parts.append(elided + mark)
        token = rest
        elided, mark, rest = token.partition("'")
    pieces = token.split("-")
    is_inverted = len(pieces) > 1 and _listed("fr", "inverted").issuperset(pieces[1:])
    return [*parts, *(pieces if is_inverted and pieces[0] != "rendez" else [token])]


def _english_parts(token: str) -> list[str]:
    """
    >>> _english_parts("customer's"), _english_parts("didn't")
    (['customer'], ["didn't"])
    """
    return [token if token.endswith("n't") else token.partition("'")[0]]


def _word(text: str, language: Language) -> Word:
    spelled = WORDING[language]["spellings"].get(text, text)
    role = _role(text, language)
    has_stem = role >= WordRole.NOT_AFTER_NE and _plain(text) not in _listed(language, "stop")
    return Word(role, stem(spelled, language) if has_stem else "", spelled)


def _role(text: str, language: Language) -> WordRole:
    is_word = 2 <= len(text.rstrip("'")) <= WORDING["limits"]["word_letters"]
    usual = WordRole.CONTENT if is_word else WordRole.STOP
    if language == "en" and text.endswith("n't"):
        usual = WordRole.NOT
    return _roles(language).get(_plain(text), usual)


def _plain(text: str) -> str:
    """As the lists have it."""
    return fold(text).rstrip("'")
