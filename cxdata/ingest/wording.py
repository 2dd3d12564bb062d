"""Comments to terms: what a comment in French or English talks about, as words to count.

A term is a word, or two neighbouring words, as stems: ``fr:retard livraison``. A negated word
is a term of its own: ``pas livré`` is ``fr:!livr`` and never ``fr:livr``. Beside each term
stands its label, the words as written: letters, spaces, apostrophes and hyphens, nothing else.
The same comments give the same terms on any machine.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from cxdata.ingest.words import LANGUAGES, WORDING, Language, Role, Word, fold, words_of

NEGATED = "!"  # before the stem of a negated word
EVERY_COMMENT = ""  # the term of every comment that was read: what shares are shares of
SLICE_SIZE = 5_000
SAMPLE_SIZE = 2_000  # comments that show which language is the usual one
NEGATIONS = frozenset({Role.NOT, Role.NOT_AFTER_NE})
REACH = 4  # how many words a negation may stand away from its word
SPAN = 2  # how many links may stand between the two words of a term

COLUMNS = {"response_id": pl.String, "term": pl.String, "label": pl.String}

_NO_WORDS = re.compile(
    r"""(?:https?://|www\.)[^\s"<>]+|[^\s"<>]+@[^\s"<>]+\.\w+|@\w+|</?[a-z!][^<>]*>"""
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_APOSTROPHES = {ord(mark): "'" for mark in "’ʼ‘´`"}
_REPLACED = _INVISIBLE | _APOSTROPHES
_REPLACEABLE = re.compile(f"[{''.join(map(chr, _REPLACED))}]")
_TOKENS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[\d_]+|[^\w\s]|\n")
_ACCENTED = re.compile(r"[à-öø-ÿœ]")


class Term(NamedTuple):
    term: str
    label: str


def comment_terms(comments: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The terms of each comment, slice by slice.

    Parameters
    ----------
    comments
        ``response_id``, ``comment``, ``language`` (String; null, or a language's name or code).

    Yields
    ------
    pl.DataFrame
        One row per comment and term: ``response_id``, ``term``, ``label``; in reading order,
        each term once, at most as many as ``wording.toml`` says. Each comment that was read
        has a row of ``EVERY_COMMENT`` besides. A comment said to be in a language other than
        French and English isn't read.

    Notes
    -----
    The language is the stated one, else that with more function words in the comment, else
    the usual one of these comments.
    """
    written = comments.filter(pl.col("comment").str.contains(r"\S"))
    usual = _usual_language(written)
    for part in written.iter_slices(SLICE_SIZE):
        texts = list(part.select("comment", "language").iter_rows())
        known = {(comment, stated): _read(comment, stated, usual) for comment, stated in set(texts)}
        yield _rows(part["response_id"], [known[text] for text in texts])


def terms_of(comment: str, language: Language) -> list[Term]:
    """The terms of one comment in reading order.

    >>> [term.label for term in terms_of("Toujours pas livré ! Délai de livraison trop long", "fr")]
    ['pas livré', 'délai', 'livraison', 'délai de livraison', 'long', 'trop long']
    """
    return _terms(_TOKENS.findall(plain_text(comment)), language)


def _terms(tokens: Sequence[str], language: Language) -> list[Term]:
    labels: dict[str, str] = {}
    limit: int = WORDING["limits"]["terms"]
    for clause in _clauses(tokens, language):
        for term, label in _clause_terms(clause):
            labels.setdefault(term, label)
        if len(labels) >= limit:
            break
    return [Term(f"{language}:{term}", label) for term, label in labels.items()][:limit]


def plain_text(comment: str) -> str:
    """Lower case, without tags, addresses and invisible characters.

    >>> plain_text("<b>Tr&egrave;s</b> déçu : https://example.com/x?y a@b.fr")
    ' très  déçu :    '
    """
    text = comment[: WORDING["limits"]["letters"]]
    if "&" in text:
        text = html.unescape(text)
    text = unicodedata.normalize("NFC", text.lower())
    if any(sign in text for sign in ("@", "<", "://", "www.")):
        text = _NO_WORDS.sub(" ", text)
    return text.translate(_REPLACED) if _REPLACEABLE.search(text) else text


@lru_cache(maxsize=1000)
def stated_language(value: str | None) -> str | None:
    """The language that a column names: ``fr``, ``en``, ``other``, or None if it says none.

    >>> [stated_language(value) for value in ("fr-BE", "English", "nl", "", "Web")]
    ['fr', 'en', 'other', None, None]
    """
    name = fold((value or "").strip().lower())
    code = re.split(r"[^a-z]", name)[0]
    if code in ("fr", "fra", "fre") or name.startswith(("franc", "french")):
        return "fr"
    if code in ("en", "eng") or name.startswith(("english", "angl")):
        return "en"
    return "other" if len(code) == 2 else None


def guessed_language(comment: str) -> Language | None:
    """The language with more function words in the comment; None if that tells nothing.

    >>> [guessed_language(text) for text in ("Je suis déçu", "It was late", "Livré", "Service")]
    ['fr', 'en', 'fr', None]
    """
    text = plain_text(comment)
    return _guessed(text, _TOKENS.findall(text))


def _guessed(text: str, tokens: Sequence[str]) -> Language | None:
    french, english = (_function_word_count(tokens, language) for language in LANGUAGES)
    if french != english:
        return "fr" if french > english else "en"
    return "fr" if _ACCENTED.search(text) else None


def _function_word_count(tokens: Sequence[str], language: Language) -> int:
    return sum(_function_words_in(token, language) for token in tokens)


@lru_cache(maxsize=100_000)
def _function_words_in(token: str, language: Language) -> int:
    return sum(word.role < Role.BEFORE for word in words_of(token, language))


def _usual_language(comments: pl.DataFrame) -> Language:
    sample = comments.select("comment", "language").head(SAMPLE_SIZE).iter_rows()
    languages = [stated_language(stated) or guessed_language(comment) for comment, stated in sample]
    counts = Counter(languages)
    return max(LANGUAGES, key=lambda language: counts[language])


def _read(comment: str, stated: str | None, usual: Language) -> list[Term]:
    language = stated_language(stated)
    if language == "other":
        return []
    text = plain_text(comment)
    tokens = _TOKENS.findall(text)
    chosen: Language = "en" if language == "en" else "fr"
    if language is None:
        chosen = _guessed(text, tokens) or usual
    return [Term(EVERY_COMMENT, ""), *_terms(tokens, chosen)]


def _rows(response_ids: pl.Series, found: list[list[Term]]) -> pl.DataFrame:
    counts = pl.Series([len(terms) for terms in found], dtype=pl.UInt32)
    columns = {
        "response_id": response_ids.repeat_by(counts).explode().drop_nulls(),
        "term": [term.term for terms in found for term in terms],
        "label": [term.label for terms in found for term in terms],
    }
    return pl.DataFrame(columns, schema=COLUMNS)


def _clauses(tokens: Sequence[str], language: Language) -> Iterator[list[Word]]:
    """The words between two marks of punctuation, numbers or other signs."""
    clause: list[Word] = []
    for token in tokens:
        words = words_of(token, language)
        if words:
            clause += words
        elif clause:
            yield clause
            clause = []
    if clause:
        yield clause


def _clause_terms(clause: list[Word]) -> Iterator[Term]:
    negated: dict[int, tuple[int, int]] = {}
    if any(word.role in NEGATIONS for word in clause):
        clause = _settled(clause)
        negated = _negated(clause)
    start: int | None = None  # the word that the next one may stand beside
    for index, word in enumerate(clause):
        if index in negated:
            first, last = negated[index]
            yield Term(NEGATED + word.stem, _text(clause[first : last + 1]))
            start = None
        elif word.role >= Role.BEFORE:
            if word.role == Role.CONTENT:
                yield Term(word.stem, word.text)
            if start is not None and _is_pair(clause[start], word):
                yield Term(f"{clause[start].stem} {word.stem}", _text(clause[start : index + 1]))
            start = index
        elif start is not None and (word.role != Role.LINK or index - start > SPAN):
            start = None


def _is_pair(first: Word, second: Word) -> bool:
    return second.role != Role.BEFORE and Role.CONTENT in (first.role, second.role)


def _settled(clause: list[Word]) -> list[Word]:
    """*Plus* and *personne* are negations near *ne*, and words like others elsewhere."""
    return [
        _as_negation_or_word(clause, index) if word.role == Role.NOT_AFTER_NE else word
        for index, word in enumerate(clause)
    ]


def _as_negation_or_word(clause: list[Word], index: int) -> Word:
    word, around = clause[index], clause[max(0, index - REACH) : index + 2]
    is_second = index > 0 and clause[index - 1].role in (Role.NOT, Role.NOT_AFTER_NE)
    if any(each.role == Role.NE for each in around) and not is_second:
        return word._replace(role=Role.NOT)
    return word._replace(role=Role.CONTENT if word.stem else Role.STOP)


def _negated(clause: list[Word]) -> dict[int, tuple[int, int]]:
    """The negated words, each with the first and last word of its label."""
    negated: dict[int, tuple[int, int]] = {}
    for index, word in enumerate(clause):
        if word.role == Role.NOT:
            found = _verb_between(clause, index) or _word_after(clause, index)
            if found is None and index and clause[index - 1].role == Role.CONTENT:
                found = index - 1, (index - 1, index)  # ça marche pas
            if found is not None:
                negated.setdefault(*found)
    return negated


def _verb_between(clause: list[Word], index: int) -> tuple[int, tuple[int, int]] | None:
    """What stands between *ne* and the negation at ``index``: *ne comprend pas*."""
    for ne in range(index - 1, max(-1, index - 1 - REACH), -1):
        if clause[ne].role == Role.NE:
            verbs = [at for at in range(ne + 1, index) if clause[at].role == Role.CONTENT]
            return (verbs[0], (ne, index)) if verbs else None
    return None


def _word_after(clause: list[Word], index: int) -> tuple[int, tuple[int, int]] | None:
    """What the negation at ``index`` stands before: *pas encore livré*, *n'a pas été livré*."""
    weak = None
    for at in range(index + 1, min(len(clause), index + 1 + REACH)):
        if clause[at].role == Role.CONTENT:
            return at, (index, at)
        if clause[at].role in (Role.TURN, Role.NOT):
            break
        if clause[at].role >= Role.BEFORE and weak is None:
            weak = at
    return None if weak is None else (weak, (index, weak))


def _text(words: list[Word]) -> str:
    """The words as one text: no space after an elision."""
    return " ".join(word.text for word in words).replace("' ", "'")
