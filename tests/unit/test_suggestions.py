"""Which kind a comment is, by rules and by people; suggestions gathered, counted and answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cxdata.cases.suggestions import (
    COMMENT_KINDS,
    MOST_REPLY_LETTERS,
    comment_kinds,
    comment_to_check,
    listed_comments,
    note_kind,
    note_reply,
    suggestion_counts,
    typed_comments,
)
from cxdata.errors import AccessError, CxDataError
from cxdata.i18n import translator
from cxdata.ingest import undo_batch
from cxdata.ingest.people.erasing import erase_person
from cxdata.models import Filters, Reader, Scope
from cxdata.panels import Request, panel
from cxdata.store.connection import Store
from tests.stores import HOSTILE_TEXTS, MIDDAY, add

SAID = {
    "Vous devriez proposer la livraison le samedi": "suggestion",
    "It would be nice to have a store in Lille. Thanks!": "suggestion",
    "Il manque un numéro de suivi": "suggestion",
    "Quand serai-je remboursé ?": "question",
    "How do I change my address": "question",
    "Livraison en retard, colis abîmé": "problem",
    "Not happy at all": "problem",
    "Still broken": "problem",
    "Aucun problème, merci beaucoup": "compliment",
    "Great service": "compliment",
    "Pas rapide": "none",
    "RAS": "none",
    HOSTILE_TEXTS["html"]: "none",
}
IDEA = "Vous devriez ouvrir le samedi"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def add_comments(store: Store, *comments: str, segment: str = "Home", first: int = 0) -> None:
    rows = [
        {"response_id": f"R{place}", "customer_id": f"C{place}", "nps_score": 7,
         "segment": segment, "responded_at": MIDDAY + timedelta(minutes=place), "comment": it}
        for place, it in enumerate(comments, start=first)
    ]  # fmt: skip
    add(store, rows, "responses", kept_columns=["segment"])


def kinds(store: Store) -> dict[str, int | None]:
    return dict(comment_kinds(store, Filters()).select("comment_kind", "comment_count").iter_rows())


def test_rules_tell_the_kinds_in_both_languages(store: Store) -> None:
    add_comments(store, *SAID)
    found = typed_comments(store, Filters())
    by_id = dict(found.select("response_id", "kind").iter_rows())
    assert {text: by_id[f"R{place}"] for place, text in enumerate(SAID)} == SAID


def test_what_a_person_says_counts_also_for_the_same_words_and_the_last_one_stands(
    store: Store,
) -> None:
    add_comments(store, *["Samedi, svp!", "samedi svp"] * 3, *["RAS"] * 5)
    assert kinds(store) == {
        "suggestion": 0, "question": 0, "problem": 0, "compliment": 0, "none": 11,
    }  # fmt: skip
    note_kind(store, "R0", "problem", guess="none", noted_by="ada")
    note_kind(store, "R0", "suggestion", guess="none", noted_by="ada")
    assert kinds(store)["suggestion"] == 6
    assert typed_comments(store, Filters())["is_told"].sum() == 1
    with pytest.raises(CxDataError, match="of no kind called idea"):
        note_kind(store, "R1", "idea", guess="none")


def test_precision_is_of_comments_drawn_by_chance_alone(store: Store) -> None:
    add_comments(store, *(f"{IDEA} {place}" for place in range(12)))
    for place in range(4):
        note_kind(store, f"R{place}", "none", guess="suggestion")  # found by looking
    first = comment_kinds(store, Filters()).row(0, named=True)
    assert (first["checked_count"], first["precision_share"]) == (0, None)
    shown = panel(Request.computed_now(store, Filters(), translator("en")), "suggestions")
    assert "not measured yet" in str(shown.notes)
    for place in range(4, 12):
        told = "suggestion" if place < 10 else "question"
        note_kind(store, f"R{place}", told, guess="suggestion", is_drawn=True)
    first = comment_kinds(store, Filters()).row(0, named=True)
    assert (first["checked_count"], first["right_count"], first["precision_share"]) == (8, 6, 0.75)
    assert first["precision_share_low"] == pytest.approx(0.409, abs=0.001)  # Wilson
    shown = panel(Request.computed_now(store, Filters(), translator("en")), "suggestions")
    assert shown.title == "6 suggestions"
    assert "Rightly typed by the rules: 75% (n = 8" in str(shown.notes)
    assert comment_to_check(store, Filters()) is None


def test_suggestions_are_counted_listed_and_answered(store: Store) -> None:
    add_comments(store, *[IDEA] * 6)
    add_comments(store, *[IDEA] * 4, segment="Pro", first=6)  # too few people
    note_reply(store, "R2", "Open on <b>Saturdays</b> now", guess="suggestion", noted_by="ada")
    counts = suggestion_counts(store, Filters())
    assert ("segment", "Home", 6, 1) in counts.rows()
    assert "Pro" not in counts["value"].to_list()
    assert ("theme", "samedi", 10, 1) in counts.rows()
    [answered] = listed_comments(store, Filters(), "suggestion", is_answered=True).to_dicts()
    assert (answered["response_id"], answered["reply"], answered["replied_by"]) == (
        "R2", "Open on <b>Saturdays</b> now", "ada",
    )  # fmt: skip
    assert listed_comments(store, Filters(), "suggestion", is_answered=False).height == 9
    assert listed_comments(store, Filters(), "problem").is_empty()
    note_reply(store, "R2", "", guess="suggestion")
    assert listed_comments(store, Filters(), "suggestion", is_answered=True).is_empty()
    with pytest.raises(CxDataError, match="are the most"):
        note_reply(store, "R2", "x" * (MOST_REPLY_LETTERS + 1), guess="suggestion")


def test_fewer_than_five_people_are_not_listed_nor_counted(store: Store) -> None:
    add_comments(store, *[IDEA] * 4, *["RAS"] * 6)
    assert kinds(store)["suggestion"] is None
    assert comment_kinds(store, Filters())["comment_share"].null_count() == len(COMMENT_KINDS)
    assert listed_comments(store, Filters(), "suggestion").is_empty()
    assert suggestion_counts(store, Filters()).is_empty()
    shown = panel(Request.computed_now(store, Filters(), translator("en")), "suggestions")
    assert shown.reason == "Too few suggestions to show."


def test_rights_reach_suggestions(store: Store) -> None:
    add_comments(store, *[IDEA] * 6)
    add_comments(store, *[IDEA] * 6, segment="Pro", first=6)
    home = store.seen_by(
        Reader("n", "manager", Scope.of({"segment": ["Home"]}), may_see_people=True)
    )
    assert kinds(home)["suggestion"] == 6
    with pytest.raises(CxDataError, match="There is no such answer"):
        note_reply(home, "R7", "done", guess="suggestion")
    unnamed = store.seen_by(Reader("u", "manager"))
    assert comment_kinds(unnamed, Filters()).is_empty()
    with pytest.raises(AccessError):
        listed_comments(unnamed, Filters(), "suggestion")
    with pytest.raises(AccessError):
        note_kind(unnamed, "R1", "none", guess="suggestion")


def test_an_undone_import_and_an_erased_person_take_theirs_along(store: Store) -> None:
    add_comments(store, *[IDEA] * 6)
    note_reply(store, "R2", "Said to C2: open", guess="suggestion", noted_by="ada")
    erase_person(store, "C2")
    assert kinds(store)["suggestion"] == 5
    with store.cursor() as con:
        [(key, value)] = con.execute("select response_id, value from comment_notes").fetchall()
    assert (key == "R2", value) == (False, "")
    undo_batch(store, 1)
    assert comment_kinds(store, Filters()).is_empty()
