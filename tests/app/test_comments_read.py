"""What customers say: three comments of each class, a reader with search, for who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cxdata.metrics.nps.answers_behind import Choice
from cxdata.metrics.nps.comments import quotations, read_comments
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.stores import HOSTILE_TEXTS, add, answers

Open = Callable[..., Opened]
NPS = "insights/nps.py"
YEAR = Filters(period=Period(date(2025, 7, 1), date(2026, 6, 30)), segment=("Premium",))


def test_what_premium_detractors_say_is_quoted_without_names(sample: Store) -> None:
    quoted = quotations(sample, YEAR, Choice())
    assert list(quoted) == ["detractor", "passive", "promoter"]
    for nps_class, found in quoted.items():
        assert found.comments.height == 3
        assert set(found.comments["nps_class"]) == {nps_class}
        assert set(found.comments["segment"]) == {"Premium"}
        assert not {"name", "customer_id"} & set(found.comments.columns)
        newest = read_comments(sample, YEAR, Choice(nps_class=nps_class), most=400).comments
        assert found.comments["comment"].is_in(newest["comment"].implode()).all()


def test_a_search_is_of_words_as_typed_whatever_their_case(sample: Store) -> None:
    whole = read_comments(sample, YEAR, Choice(nps_class="detractor"), most=5000).comments
    word = whole["comment"][0].split()[0]
    lowered = whole["comment"].str.to_lowercase()
    held = whole.filter(lowered.str.contains(word.lower(), literal=True))
    found = read_comments(sample, YEAR, Choice(nps_class="detractor"), search=f" {word.upper()} ")
    assert found.comment_count == held.height > 0
    assert read_comments(sample, YEAR, Choice(), search=".*").comment_count == 0


def test_the_page_shows_them_as_text_and_narrows_to_a_group(empty: Store, opened: Open) -> None:
    texts = [*HOSTILE_TEXTS.values()] * 3
    rows = [
        {**row, "comment": text, "segment": "Gold" if place % 2 else "Mass"}
        for place, (row, text) in enumerate(
            zip(answers([2, *[10] * (len(texts) - 1)]), texts, strict=True)
        )
    ]
    add(empty, rows, "responses")
    page = opened(empty, NPS, part="words")
    assert not page.app.exception
    read = page.text
    assert any(text.strip() in read for text in texts)
    gold = opened(empty, NPS, part="words", words_segment="Gold")
    assert gold.button_group("words_segment").value == "Gold"


def test_few_people_are_not_quoted(sample: Store) -> None:
    one_day = Filters(period=Period(date(2024, 8, 1), date(2024, 8, 2)))
    quoted = quotations(sample, one_day, Choice())
    assert all(found.comments.is_empty() for found in quoted.values())
    assert {found.reason for found in quoted.values()} <= {"too_few_to_show", "no_answers"}


def test_what_leads_to_a_person_is_hidden_in_what_they_wrote(empty: Store) -> None:
    written = "Call me on 06 12 34 56 78 or at jean.d'arc@ex-ample.co.uk: order 1234567 of 12/03/24"
    add(empty, [{**row, "comment": written} for row in answers([2] * 6)], "responses")
    everything = Filters()
    [shown] = set(read_comments(empty, everything, Choice()).comments["comment"])
    assert shown == "Call me on […] or at […]: order 1234567 of 12/03/24"
    assert read_comments(empty, everything, Choice(), search="jean").comment_count == 0
    assert set(quotations(empty, everything, Choice())["detractor"].comments["comment"]) == {shown}
