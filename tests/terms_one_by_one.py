"""The terms of one comment, word by word: what finding those of many together is held to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from cxdata.ingest.comments.clauses import REACH, SPAN
from cxdata.ingest.comments.wording import (
    EVERY_COMMENT,
    LANGUAGE_SAMPLE_SIZE,
    NEGATED,
    comment_terms,
    plain_text,
    stated_language,
)
from cxdata.ingest.comments.words import LANGUAGES, WORDING, Language, Word, WordRole, words_of

NEGATIONS = frozenset({WordRole.NOT, WordRole.NOT_AFTER_NE})
TOKENS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[\d_]+|[^\w\s]|\n")


class Term(NamedTuple):
    term: str
    label: str


def terms_of(comment: str, language: Language) -> list[Term]:
    """What ``comment_terms`` finds in a comment of which the language is said."""
    said = pl.DataFrame({"response_id": ["1"], "comment": [comment], "language": [language]})
    rows = (row for part in comment_terms(said) for row in part.iter_rows())
    return [Term(term, label) for _, term, label in rows if term != EVERY_COMMENT]


def rows_one_by_one(comments: pl.DataFrame) -> list[tuple[str, str, str]]:
    """What ``comment_terms`` yields, all slices together."""
    written = comments.filter(pl.col("comment").str.contains(r"\S"))
    sample = written.select("comment", "language").head(LANGUAGE_SAMPLE_SIZE).iter_rows()
    languages = [stated_language(stated) or guessed(comment) for comment, stated in sample]
    counts = Counter(languages)
    usual = max(LANGUAGES, key=lambda language: counts[language])
    return [
        (response_id, *term)
        for response_id, comment, stated in written.iter_rows()
        for term in _read(comment, stated, usual)
    ]


def terms_one_by_one(comment: str, language: Language) -> list[Term]:
    labels: dict[str, str] = {}
    limit: int = WORDING["limits"]["terms"]
    for clause in _clauses(TOKENS.findall(plain_text(comment)), language):
        for term, label in _clause_terms(clause):
            labels.setdefault(term, label)
    return [Term(f"{language}:{term}", label) for term, label in labels.items()][:limit]


def guessed(comment: str) -> Language | None:
    text = plain_text(comment)
    french, english = (
        sum(
            word.role < WordRole.BEFORE
            for token in TOKENS.findall(text)
            for word in words_of(token, language)
        )
        for language in LANGUAGES
    )
    if french != english:
        return "fr" if french > english else "en"
    return "fr" if re.search(r"[à-öø-ÿœ]", text) else None


def _read(comment: str, stated: str | None, usual: Language) -> list[Term]:
    language = stated_language(stated) or guessed(comment) or usual
    if language == "other":
        return []
    chosen: Language = "en" if language == "en" else "fr"
    return [Term(EVERY_COMMENT, ""), *terms_one_by_one(comment, chosen)]


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
        elif word.role >= WordRole.BEFORE:
            if word.role == WordRole.CONTENT:
                yield Term(word.stem, word.text)
            if start is not None and _is_pair(clause[start], word):
                yield Term(f"{clause[start].stem} {word.stem}", _text(clause[start : index + 1]))
            start = index
        elif start is not None and (word.role != WordRole.LINK or index - start > SPAN):
            start = None


def _is_pair(first: Word, second: Word) -> bool:
    return second.role != WordRole.BEFORE and WordRole.CONTENT in (first.role, second.role)


def _settled(clause: list[Word]) -> list[Word]:
    """*Plus* and *personne* are negations near *ne*, and words like others elsewhere."""
    return [
        _as_negation_or_word(clause, index) if word.role == WordRole.NOT_AFTER_NE else word
        for index, word in enumerate(clause)
    ]


def _as_negation_or_word(clause: list[Word], index: int) -> Word:
    word, around = clause[index], clause[max(0, index - REACH) : index + 2]
    is_second = index > 0 and clause[index - 1].role in (WordRole.NOT, WordRole.NOT_AFTER_NE)
    if any(each.role == WordRole.NE for each in around) and not is_second:
        return word._replace(role=WordRole.NOT)
    return word._replace(role=WordRole.CONTENT if word.stem else WordRole.STOP)


def _negated(clause: list[Word]) -> dict[int, tuple[int, int]]:
    """The negated words, each with the first and last word of its label."""
    negated: dict[int, tuple[int, int]] = {}
    for index, word in enumerate(clause):
        if word.role == WordRole.NOT:
            found = _verb_between(clause, index) or _word_after(clause, index)
            if found is None and index and clause[index - 1].role == WordRole.CONTENT:
                found = index - 1, (index - 1, index)  # ça marche pas
            if found is not None:
                negated.setdefault(*found)
    return negated


def _verb_between(clause: list[Word], index: int) -> tuple[int, tuple[int, int]] | None:
    """What stands between *ne* and the negation at ``index``: *ne comprend pas*."""
    for ne in range(index - 1, max(-1, index - 1 - REACH), -1):
        if clause[ne].role == WordRole.NE:
            verbs = [at for at in range(ne + 1, index) if clause[at].role == WordRole.CONTENT]
            return (verbs[0], (ne, index)) if verbs else None
    return None


def _word_after(clause: list[Word], index: int) -> tuple[int, tuple[int, int]] | None:
    """What the negation at ``index`` stands before: *pas encore livré*, *n'a pas été livré*."""
    weak = None
    for at in range(index + 1, min(len(clause), index + 1 + REACH)):
        if clause[at].role == WordRole.CONTENT:
            return at, (index, at)
        if clause[at].role in (WordRole.TURN, WordRole.NOT):
            break
        if clause[at].role >= WordRole.BEFORE and weak is None:
            weak = at
    return None if weak is None else (weak, (index, weak))


def _text(words: list[Word]) -> str:
    """The words as one text: no space after an elision."""
    return " ".join(word.text for word in words).replace("' ", "'")
