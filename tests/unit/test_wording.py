"""Comments to terms: words, pairs, negation, languages, and text that isn't language."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxdata.ingest.comments.wording import EVERY_COMMENT, comment_terms, stated_language
from cxdata.ingest.comments.words import WORDING, Language, stem
from tests.terms_one_by_one import terms_of


def terms(comment: str, language: Language = "fr") -> list[str]:
    return [term.removeprefix(f"{language}:") for term, _ in terms_of(comment, language)]


def labels(comment: str, language: Language = "fr") -> list[str]:
    return [label for _, label in terms_of(comment, language)]


def rows(comments: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [(str(index), *each) for index, each in enumerate(comments)],
        schema={"response_id": pl.String, "comment": pl.String, "language": pl.String},
        orient="row",
    )
    return pl.concat(
        [
            pl.DataFrame(schema={"response_id": pl.String, "term": pl.String, "label": pl.String}),
            *comment_terms(frame),
        ]
    )


@pytest.mark.parametrize(
    ("comment", "language", "expected"),
    [
        ("Toujours pas livré", "fr", ["pas livré"]),
        ("Je n'ai pas encore été livrée !", "fr", ["pas encore été livrée"]),
        ("Le chat ne comprend pas", "fr", ["chat", "ne comprend pas"]),
        ("ça marche pas du tout", "fr", ["marche pas"]),
        ("Personne n'est venu", "fr", ["personne n'est venu"]),
        ("Il n'y a plus personne", "fr", ["plus personne"]),
        ("La bonne personne", "fr", ["personne", "bonne personne"]),
        ("Plus de retard", "fr", ["retard"]),
        ("Aucun suivi de commande", "fr", ["aucun suivi", "commande"]),
        ("Je ne sais pas où est ma commande", "fr", ["commande"]),
        ("Livré sans problème", "fr", ["livré", "sans problème"]),
        ("Pas mal", "fr", ["pas mal"]),
        ("It didn't arrive", "en", ["didn't arrive"]),
        ("not been delivered", "en", ["not been delivered"]),
        ("No one came", "en", ["no one came"]),
        ("Would never recommend", "en", ["never recommend"]),
    ],
)
def test_a_negation_stays_with_its_word(
    comment: str, language: Language, expected: list[str]
) -> None:
    assert labels(comment, language) == expected


def test_negated_and_plain_words_are_different_terms() -> None:
    assert terms("Pas livré") == terms("jamais été livrés") == ["!livr"]
    assert terms("Livré") == ["livr"]


@pytest.mark.parametrize(
    ("comment", "language", "expected"),
    [
        ("Délai de livraison", "fr", ["délai", "livraison", "délai de livraison"]),
        ("Prix trop élevé", "fr", ["prix", "élevé", "trop élevé"]),
        ("L'accueil, le prix", "fr", ["accueil", "prix"]),
        ("3 jours de retard", "fr", ["retard", "jours de retard"]),
        ("service client, rdv", "fr", ["service", "service client", "rendez-vous"]),
        ("Pouvez-vous rappeler jusqu'à midi", "fr", ["rappeler", "midi"]),
        ("Delivery was late", "en", ["delivery", "late", "delivery was late"]),
        ("The customer's order", "en", ["order", "customer order"]),
    ],
)  # fmt: skip
def test_words_and_pairs_leave_out_function_words(
    comment: str, language: Language, expected: list[str]
) -> None:
    assert labels(comment, language) == expected


@pytest.mark.parametrize(
    "forms",
    [
        ["livré", "livrée", "livrés", "livrées", "LIVRÉ".lower(), "livree"],
        ["problème", "problèmes", "probleme"],
        ["délai", "délais", "delai"],
        ["technicien", "techniciens", "technicienne"],
        ["réparé", "réparer", "reparation", "réparations"],
    ],
)
def test_accents_plurals_and_endings_fold_into_one_term(forms: list[str]) -> None:
    assert len({stem(form, "fr") for form in forms}) == 1
    assert len({tuple(terms(form)) for form in forms}) == 1


def test_the_same_letters_written_in_two_ways_are_the_same_word() -> None:
    assert terms("re\u0301paration l’e\u0301te\u0301") == terms("réparation l'été")
    assert terms("ser\u00advice") == ["servic"]


@pytest.mark.parametrize(
    "text",
    ["https://example.com/retard?x=1", "www.example.com", "jean@example.com", "@jean", "06 12 34",
     "😡👍", "<script>", "=1+1", "\x00\x1b", "!!!", "-", "'", "", "   ", "a" * 10_000],
)  # fmt: skip
def test_what_is_no_word_makes_no_term(text: str) -> None:
    assert terms(text) == []
    assert terms(f"{text} livraison {text}") == ["livraison"]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("<b>Très</b> déçu <img src=x onerror=alert(1)>", ["déçu"]),
        ("l&#39;attente &lt;b&gt;", ["attente"]),
        ("# Remboursez-moi\n**Vite** | a |", ["remboursez", "vite"]),
        ("[Mon dossier](https://example.com)", ["dossier"]),
        ('=HYPERLINK("https://example.com";"cliquez ici")', ["hyperlink", "cliquez"]),
    ],
)  # fmt: skip
def test_markup_and_formulas_are_only_text(comment: str, expected: list[str]) -> None:
    assert labels(comment) == expected


@given(st.text(max_size=200), st.sampled_from(["fr", "en"]))
def test_labels_are_letters_with_single_spaces_apostrophes_and_hyphens(
    comment: str, language: Language
) -> None:
    found = terms_of(comment, language)
    assert found == terms_of(comment, language)
    assert len({term for term, _ in found}) == len(found)
    for label in labels(comment, language):
        assert label[0].isalpha()
        assert all(each.isalpha() or each in " '-" for each in label)


def test_a_long_comment_gives_only_its_first_terms() -> None:
    comment = " ".join(f"mot{chr(97 + i % 26)}{chr(97 + i // 26)}e," for i in range(600))
    found = terms(comment)
    assert len(found) == WORDING["limits"]["terms"]
    assert found[0] == terms("motaae")[0]
    assert terms("livraison " * 5_000) == ["livraison", "livraison livraison"]


@pytest.mark.parametrize(
    ("comment", "others", "term"),
    [
        ("Je suis très déçu par le service", "I am happy", "fr:servic"),
        ("Livré en retard", "I am happy", "fr:retard"),
        ("Service livré", "I am happy", "fr:servic livr"),
        ("I am very disappointed with the services", "Je suis déçu", "en:servic"),
        ("Service", "I am happy", "en:servic"),
        ("Service", "Je suis déçu", "fr:servic"),
    ],
)
def test_function_words_and_accents_tell_the_language_whatever_the_others_are_in(
    comment: str, others: str, term: str
) -> None:
    assert term in rows([(others, None), (others, None), (comment, None)])["term"].to_list()


def test_the_stated_language_is_taken_first() -> None:
    assert rows([("Service", "EN-gb")])["term"].to_list() == [EVERY_COMMENT, "en:servic"]
    assert rows([("Service rapide", "français")])["term"].to_list()[1] == "fr:servic"


def test_a_comment_that_tells_no_language_takes_the_usual_one() -> None:
    french = [("Je suis déçu", None), ("Excellent", None)]
    english = [("I am happy", None), ("Excellent", None)]
    assert rows(french)["term"].to_list()[-1] == "fr:excellent"
    assert rows(english)["term"].to_list()[-1] == "en:excel"


def test_comments_in_other_languages_are_not_read() -> None:
    assert stated_language("nl-BE") == "other"
    assert rows([("De levering was te laat", "nl")]).is_empty()


def test_every_comment_that_was_read_has_the_row_of_all_comments() -> None:
    found = rows([("Livraison, livraisons", "fr"), ("😡", "fr"), (" ", "fr"), (None, "fr")])
    assert found.rows() == [
        ("0", EVERY_COMMENT, ""),
        ("0", "fr:livraison", "livraison"),
        ("1", EVERY_COMMENT, ""),
    ]


def test_no_comments_give_no_rows() -> None:
    assert rows([]).is_empty()
