"""Comments to terms: what a comment in French or English talks about, as words to count.

A term is a word, or two neighbouring words, as stems: ``fr:retard livraison``. A negated word
is a term of its own: ``pas livré`` is ``fr:!livr`` and never ``fr:livr``. Beside each term
stands its label, the words as written: letters, spaces, apostrophes and hyphens, nothing else.
The same comments give the same terms on any machine.

Each different piece of text is cut into words once, each different word is stemmed once, and the
terms of all comments of a slice are found together (``clauses.py``).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress, count
from typing import NamedTuple

import numpy as np
import polars as pl

from cxdata.ingest.comments.clauses import MARGIN, NOWHERE, Flags, Integers, Roles, Spans, terms_in
from cxdata.ingest.comments.words import (
    BORDER,
    LANGUAGES,
    WORDING,
    Language,
    Word,
    fold,
    function_word_count,
    words_of,
)

NEGATED = "!"  # before the stem of a negated word
EVERY_COMMENT = ""  # the term of every comment that was read: what shares are shares of
SLICE_LETTERS = 2_000_000  # of the comments that are read at a time
LANGUAGE_SAMPLE_SIZE = 2_000  # comments that show which language is the usual one

_NO_WORDS = re.compile(
    r"""(?:https?://|www\.)[^\s"<>]+|[^\s"<>]+@[^\s"<>]+\.\w+|@\w+|</?[a-z!][^<>]*>"""
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_APOSTROPHES = {ord(mark): "'" for mark in "’ʼ‘´`"}
_REPLACED = _INVISIBLE | _APOSTROPHES
_REPLACEABLE = re.compile(f"[{''.join(map(chr, _REPLACED))}]")
_TOKENS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[\d_]+|[^\w\s]")
_ACCENTED = re.compile(r"[à-öø-ÿœ]")
_PART = "."  # a piece of text that parts clauses


class Pieces(NamedTuple):
    """Comments as pieces between blanks, and a part after each line and comment.

    Attributes
    ----------
    texts
        The different pieces.
    numbers
        Of all comments one after the other, which piece stands there.
    comments
        And in which comment, counted from 0; ascending.
    """

    texts: list[str]
    numbers: Integers
    comments: Integers


class Lexicon:
    """The words of a language in the pieces of comments, by number; number 0 is the border."""

    def __init__(self, pieces: Sequence[str], language: Language) -> None:
        numbers: dict[Word, int] = {BORDER: 0}
        found = [
            [numbers.setdefault(word, len(numbers)) for word in _words_or_border(piece, language)]
            for piece in pieces
        ]
        self.words = list(numbers)
        self.roles: Roles = np.array([word.role for word in self.words], dtype=np.int8)
        self.counts = _integers(map(len, found))  # words of each piece
        self.all = _integers(chain.from_iterable(found))
        self.starts = self.counts.cumsum() - self.counts  # of each piece in ``all``
        stems: dict[str, int] = {BORDER.stem: 0}
        self.stems = _integers(stems.setdefault(word.stem, len(stems)) for word in self.words)
        self.stem_texts = list(stems)


def comment_terms(
    comments: pl.DataFrame, on_step: Callable[[float], None] = lambda done: None
) -> Iterator[pl.DataFrame]:
    """The terms of each comment, slice by slice.

    Parameters
    ----------
    comments
        ``response_id``, ``comment``, ``language`` (String; null, or a language's name or code).
    on_step
        Called before each slice with the share of the comments that was read.

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
    start = 0
    for length in _slice_lengths(written["comment"]):
        on_step(start / written.height)
        yield _slice_terms(written.slice(start, length), usual)
        start += length


def plain_text(comment: str) -> str:
    """Lower case, without tags, addresses and invisible characters.

    >>> plain_text("<b>Tr&egrave;s</b> déçu : https://example.com/x?y a@b.fr")
    ' très  déçu :    '
    """
    text = comment[: WORDING["limits"]["letters"]]
    if "&" in text:
        text = html.unescape(text)
    text = unicodedata.normalize("NFC", text.lower())
    if "@" in text or "<" in text or "://" in text or "www." in text:
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


def _pieces(texts: Iterable[str]) -> Pieces:
    cut = [f"{text} {_PART}".replace("\n", f" {_PART} ").split() for text in texts]
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    placed = _integers(map(numbers.__getitem__, chain.from_iterable(cut)))
    comments = np.repeat(np.arange(len(cut)), _integers(map(len, cut)))
    return Pieces(list(numbers), placed, comments)


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def _words_or_border(piece: str, language: Language) -> Iterator[Word]:
    """A number, a sign, or what else is no word, parts clauses."""
    for token in _TOKENS.findall(piece):
        yield from words_of(token, language) or (BORDER,)


def _guessed_languages(pieces: Pieces) -> list[Language | None]:
    """Of each comment."""
    french, english = (
        _summed([_function_word_count(text, language) for text in pieces.texts], pieces)
        for language in LANGUAGES
    )
    accents = [bool(_ACCENTED.search(text)) for text in pieces.texts]
    is_french = (french > english) | ((french == english) & (_summed(accents, pieces) > 0))
    return [
        "fr" if likes_french else "en" if likes_english else None
        for likes_french, likes_english in zip(is_french, english > french, strict=True)
    ]


def _function_word_count(piece: str, language: Language) -> int:
    return sum(function_word_count(token, language) for token in _TOKENS.findall(piece))


def _summed(counts: Sequence[int], pieces: Pieces) -> Integers:
    """The counts of all pieces of each comment."""
    return np.bincount(pieces.comments, _integers(counts)[pieces.numbers]).astype(np.int64)


def _usual_language(comments: pl.DataFrame) -> Language:
    sample = comments.head(LANGUAGE_SAMPLE_SIZE)
    counts = Counter(_languages(sample, _pieces(map(plain_text, sample["comment"]))))
    return max(LANGUAGES, key=lambda language: counts[language])


def _languages(comments: pl.DataFrame, pieces: Pieces) -> list[str | None]:
    """Of each comment the stated language, else the guessed one."""
    stated = [stated_language(value) for value in comments["language"]]
    if None not in stated:
        return stated
    guessed = _guessed_languages(pieces)
    return [said or guess for said, guess in zip(stated, guessed, strict=True)]


def _slice_terms(comments: pl.DataFrame, usual: Language) -> pl.DataFrame:
    pieces = _pieces(map(plain_text, comments["comment"]))
    languages = np.array([each or usual for each in _languages(comments, pieces)])
    every = pl.DataFrame({"comment": np.flatnonzero(languages != "other")}).with_columns(
        term=pl.lit(EVERY_COMMENT), label=pl.lit("")
    )
    found = [
        _language_terms(_of_comments(pieces, languages == language), language)
        for language in LANGUAGES
    ]
    terms = pl.concat([every, *found]).sort("comment", maintain_order=True)
    response_ids = comments["response_id"].gather(terms["comment"])
    return terms.select(response_ids, "term", "label")


def _slice_lengths(comments: pl.Series) -> list[int]:
    """How many comments to read at a time, so that few long ones take as much memory as many."""
    letters = comments.str.len_chars().clip(upper_bound=WORDING["limits"]["letters"])
    slices = letters.cast(pl.Int64).cum_sum() // SLICE_LETTERS
    return slices.rle().struct.field("len").to_list()


def _of_comments(pieces: Pieces, are_meant: Flags) -> Pieces:
    """With their own pieces only."""
    stays = are_meant[pieces.comments]
    is_used = np.zeros(len(pieces.texts), dtype=bool)
    is_used[pieces.numbers[stays]] = True
    renumbered = is_used.cumsum() - 1
    return Pieces(
        texts=list(compress(pieces.texts, is_used)),
        numbers=renumbered[pieces.numbers[stays]],
        comments=pieces.comments[stays],
    )


def _language_terms(pieces: Pieces, language: Language) -> pl.DataFrame:
    """``comment`` (its number), ``term`` and ``label``, in reading order."""
    lexicon = Lexicon(pieces.texts, language)
    words, comments = _words_in_order(pieces, lexicon)
    stems = lexicon.stems[words]
    spans = terms_in(lexicon.roles[words], stems > 0)
    kept = spans.taken(_first_terms(spans, stems, comments))
    return pl.DataFrame(
        {
            "comment": comments[kept.word],
            "term": _terms(kept, stems, lexicon, language),
            "label": _labels(kept, words, lexicon),
        }
    )


def _words_in_order(pieces: Pieces, lexicon: Lexicon) -> tuple[Integers, Integers]:
    """All words between two margins of borders, and the number of each one's comment."""
    counts = lexicon.counts[pieces.numbers]
    ends = counts.cumsum()
    within = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
    words = lexicon.all[np.repeat(lexicon.starts[pieces.numbers], counts) + within]
    return np.pad(words, MARGIN), np.pad(np.repeat(pieces.comments, counts), MARGIN)


def _first_terms(spans: Spans, stems: Integers, comments: Integers) -> Integers:
    """Of each comment each term once, and no more of them than are counted; their places."""
    comment, count = comments[spans.word], stems.max() + 1
    pairs = (comment * count + stems[spans.partner]) * count + stems[spans.word]
    different = np.flatnonzero(pl.Series(2 * pairs + spans.is_negated).is_first_distinct())
    found = comment[different]
    are_early = np.arange(len(found)) - np.searchsorted(found, found) < WORDING["limits"]["terms"]
    return np.compress(are_early, different)


def _terms(spans: Spans, stems: Integers, lexicon: Lexicon, language: Language) -> pl.Series:
    partners = pl.Series([f"{language}:{stem} " for stem in lexicon.stem_texts])
    partners[NOWHERE] = f"{language}:"
    parts = (
        partners.gather(stems[spans.partner]),
        pl.Series(["", NEGATED]).gather(spans.is_negated.astype(np.int64)),
        pl.Series(lexicon.stem_texts).gather(stems[spans.word]),
    )
    return pl.select(pl.concat_str(*parts)).to_series()


def _labels(spans: Spans, words: Integers, lexicon: Lexicon) -> pl.Series:
    """The words of each span as one text: no space after an elision."""
    texts = [word.text for word in lexicon.words]
    followed = pl.Series([text if text.endswith("'") else f"{text} " for text in texts])
    followed[NOWHERE] = ""
    places = (spans.first + step for step in range(MARGIN - 1))
    parts = [
        followed.gather(words[np.where(place < spans.last, place, NOWHERE)]) for place in places
    ]
    return pl.select(pl.concat_str(*parts, pl.Series(texts).gather(words[spans.last]))).to_series()
