"""Mapping: which column is which field, in two languages, and what a user may say about it."""

from __future__ import annotations

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest.columns import load_columns
from cxdata.ingest.mapping import choose_layout, detect_kind, propose_mapping, require_complete
from cxdata.ingest.values import Forms, parse
from cxdata.models import CHANNELS, KINDS, SURVEYS, Kind

ANSWERS = [(1, ["Date", "NPS", "Remarque", "Autre"]), (2, ["01/02/2026", "9", "bien", ""])]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (["responded_at", "nps_score"], "responses"),
        (["Date de réponse", "Note NPS", "N° client"], "responses"),
        (["RecordedDate", "ResponseId", "How likely are you to recommend us?"], "responses"),
        (["Ticket ID", "Created at", "Via"], "contacts"),
        (["N° client", "Nom", "Segment", "Client depuis"], "customers"),
        (["Parcours", "Niveau", "Indicateur", "Valeur", "Évalué le", "Évalué par"], "assessments"),
        (["customer_id", "nps_score", "segment"], "responses"),
        (["a", "b"], None),
        (["customer_id", "segment"], None),
    ],
)
def test_the_kind_is_known_by_its_headers(headers: list[str], kind: Kind | None) -> None:
    if headers == ["customer_id", "segment"]:
        assert detect_kind(headers) != "customers"
    else:
        assert detect_kind(headers) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_found_by_its_own_name(kind: Kind) -> None:
    names = list(load_columns().fields[kind])
    assert propose_mapping(names, kind) == {name: name for name in names}


@pytest.mark.parametrize("kind", KINDS)
def test_no_synonym_stands_for_two_fields_at_the_same_rank_of_certainty(kind: Kind) -> None:
    fields = load_columns().fields[kind].values()
    names = {synonym for field in fields for synonym in field.synonyms[:1]}
    assert len(names) == len(fields)


def test_case_accents_spaces_tags_and_punctuation_do_not_matter() -> None:
    assert propose_mapping(["<b>DATE  DE REPONSE</b>", "nps-Score "], "responses") == {
        "responded_at": "<b>DATE  DE REPONSE</b>",
        "nps_score": "nps-Score ",
    }


def test_rating_columns_name_their_touchpoint() -> None:
    found = propose_mapping(["rating_delivery", "note_Prix", "Note: accueil", "note"], "responses")
    assert found == {
        "rating_delivery": "rating_delivery",
        "rating_Prix": "note_Prix",
        "rating_accueil": "Note: accueil",
    }


def test_a_group_column_is_never_taken_for_the_score() -> None:
    headers = ["RecordedDate", "Q1_NPS_GROUP", "Q1"]
    labels = [
        "Recorded Date",
        "How likely are you to recommend us? - Group",
        "How likely are you to recommend us?",
    ]
    layout = choose_layout([(1, headers), (2, labels), (3, ["2026-01-01", "3", "10"])], "responses")
    assert layout.mapping == {"responded_at": "RecordedDate", "nps_score": "Q1"}
    assert layout.extra_lines == (2,)


@pytest.mark.parametrize(
    ("target", "header"),
    [("Autre", "Autre"), ("#4", "Autre"), ("autr", "Autre"), ("AUTRE", "Autre")],
)
def test_a_column_can_be_named_by_header_number_or_beginning(target: str, header: str) -> None:
    assert choose_layout(ANSWERS, None, {"segment": target}).mapping["segment"] == header


def test_a_fixed_value_and_a_field_left_out() -> None:
    layout = choose_layout(ANSWERS, None, {"survey": "=transactional", "comment": ""})
    assert layout.mapping["survey"] == "=transactional"
    assert "comment" not in layout.mapping


def test_a_column_serves_one_field_only() -> None:
    layout = choose_layout(ANSWERS, None, {"csat_score": "NPS"})
    assert layout.mapping["csat_score"] == "NPS"
    assert "nps_score" not in layout.mapping


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"nps_scor": "NPS"}, "no field called nps_scor. Did you mean nps_score"),
        ({"nps_score": "NSP"}, "no column NSP in the file. Did you mean NPS"),
        ({"nps_score": "#9"}, "no column #9"),
    ],
)
def test_a_wrong_mapping_is_refused_with_a_suggestion(
    overrides: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        require_complete(choose_layout(ANSWERS, None, overrides))


def test_a_missing_column_is_named_with_those_that_there_are() -> None:
    layout = choose_layout([(1, ["NPS", "Remarque", "Magasin"])])
    with pytest.raises(ImportRefused) as refused:
        require_complete(layout)
    assert "no column for responded_at" in str(refused.value)
    assert "NPS, Remarque, Magasin" in str(refused.value)
    assert "--map responded_at=COLUMN" in str(refused.value)


def test_a_title_above_the_header_is_passed_over() -> None:
    layout = choose_layout([(1, ["Export of March"]), *[(line + 2, row) for line, row in ANSWERS]])
    assert (layout.header_line, layout.mapping["nps_score"]) == (3, "NPS")


def test_a_first_row_with_bad_values_is_data_and_no_header() -> None:
    bad = (2, ["31/02/2026", "eleven", "x", ""])
    assert choose_layout([ANSWERS[0], bad, (3, ["01/02/2026", "9", "", ""])]).extra_lines == ()


def test_an_unnamed_column_does_not_make_a_header_of_the_first_row() -> None:
    head = [(1, ["Date", "NPS", "", "", ""]), (2, ["01/02/2026", "9", "a", "b", "c"])]
    assert choose_layout([*head, (3, ["01/02/2026", "9", "a", "b", "c"])]).extra_lines in ((), (2,))
    numbered = [(1, ["Date", "NPS", "", "", ""]), (2, ["01/02/2026", "9", "a", "a", "1"])]
    assert choose_layout(numbered).extra_lines == ()


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("channel", CHANNELS),
        ("survey", SURVEYS),
        ("initiated_by", ("customer", "company", "automatic")),
    ],
)
def test_every_spelling_leads_to_a_value_of_the_store(table: str, values: tuple[str, ...]) -> None:
    import polars as pl

    from cxdata.ingest.columns import Field

    assert set(load_columns().spellings[table].values()) == set(values)
    parsed = parse(pl.Series(list(values)), Field(table, table), Forms("UTC"))
    assert parsed.values.to_list() == list(values)
    assert not parsed.is_corrected.any()


def test_columns_without_a_header_of_their_own_are_named_by_label_or_number() -> None:
    head = [
        (1, ["Date", "Which?", "", "", "", "NPS", "NPS"]),
        (2, ["", "Shop", "Web", "Shop", "Phone", "", ""]),
        (3, ["01/02/2026", "x", "", "", "", "9", "8"]),
    ]
    layout = choose_layout(head, "responses", {"segment": "#3", "nps_score": "#7"})
    assert layout.column_names == ("Date", "Which?", "Web", "Shop", "Phone", "#6", "#7")
    assert layout.mapping == {"responded_at": "Date", "nps_score": "#7", "segment": "Web"}
    assert choose_layout(head, "responses", layout.mapping).columns == layout.columns
