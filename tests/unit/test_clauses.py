"""Clauses: the terms of many comments found together are those found word by word."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata.ingest.comments import wording
from cxdata.ingest.comments.wording import comment_terms
from cxdata.ingest.comments.words import LANGUAGES, WORDING, Language
from tests.examples import examples
from tests.terms_one_by_one import rows_one_by_one, terms_of, terms_one_by_one

SAMPLE = Path(__file__).parents[2] / "sample_data" / "responses.parquet"
CONTENT = "livraison livré retard service ouvert rembours delivery late order"
# Every listed word, a few that say something, and what parts clauses or hides words.
LISTED = sorted(
    {
        word
        for language in LANGUAGES
        for name, words in WORDING[language].items()
        if isinstance(words, str) and name not in ("elided", "inverted")
        for word in words.split()
    }
)
PARTS = [
    *(".", ",", "\n", " \n", "!", "12", "x_y", "😡", "’", "l'", "n’", "qu'", "l’a-t-on", "veux-tu"),
    *("a@b.fr", "www.x.fr/a", "<b>", "&amp;", "&eacute", "\u200b", "\u00ad", "e\u0301", "Σ"),
]
NEGATING = ["ne", "n'", "pas", "plus", "personne", "jamais", "sans", "rien", "not", "never", "no"]
WORDS = st.one_of(
    st.sampled_from(LISTED),
    st.sampled_from(CONTENT.split()),
    st.sampled_from(NEGATING),
    st.sampled_from(PARTS),
    st.text(max_size=4),
)
SENTENCES = st.lists(WORDS, max_size=25).flatmap(
    lambda words: st.sampled_from([" ", " ", ""]).map(lambda between: between.join(words))
)
STATED = st.sampled_from([None, "fr", "English", "nl", "", "Web"])


@settings(max_examples=examples(300))
@given(st.one_of(SENTENCES, st.text(max_size=200)), st.sampled_from(LANGUAGES))
def test_the_terms_of_a_comment_are_those_found_word_by_word(
    comment: str, language: Language
) -> None:
    assert terms_of(comment, language) == terms_one_by_one(comment, language)


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(SENTENCES, STATED), max_size=12))
def test_the_terms_of_many_comments_are_those_of_each(
    comments: list[tuple[str, str | None]],
) -> None:
    frame = pl.DataFrame(
        [(str(number), *each) for number, each in enumerate(comments)],
        schema={"response_id": pl.String, "comment": pl.String, "language": pl.String},
        orient="row",
    )
    found = [row for part in comment_terms(frame) for row in part.iter_rows()]
    assert found == rows_one_by_one(frame)


@pytest.mark.parametrize("has_language", [True, False])
def test_the_terms_of_the_sample_are_those_found_word_by_word(
    has_language: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also slice by slice, each of half a million letters."""
    monkeypatch.setattr(wording, "SLICE_LETTERS", 500_000)
    answers = pl.read_parquet(SAMPLE).drop_nulls("comment")
    language = pl.col("language") if has_language else pl.lit(None, pl.String).alias("language")
    comments = answers.select("response_id", "comment", language)
    steps: list[float] = []
    slices = list(comment_terms(comments, steps.append))
    assert steps == [0, *sorted(steps[1:])]
    assert len(slices) == len(steps) == 1 + comments["comment"].str.len_chars().sum() // 500_000
    assert [row for part in slices for row in part.iter_rows()] == rows_one_by_one(comments)


def test_shuffled_words_of_the_sample_give_the_terms_found_word_by_word() -> None:
    """Words in an order that nobody writes meet every rule."""
    draw = random.Random(5)
    answers = pl.read_parquet(SAMPLE).drop_nulls("comment")["comment"].head(5_000)
    words = [word for comment in answers for word in comment.split()] + 2_000 * NEGATING
    for _ in range(300):
        comment = " ".join(draw.choices(words, k=40))
        for language in LANGUAGES:
            assert terms_of(comment, language) == terms_one_by_one(comment, language)
