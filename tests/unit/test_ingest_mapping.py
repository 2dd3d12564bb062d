"""Mapping: which column is which field, in two languages, and what a user may say about it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest.columns import CLOCK, HISTORY, load_columns
from cxdata.ingest.judging.dates import DateForm
from cxdata.ingest.judging.values import Forms, parse
from cxdata.ingest.recognising.layout import require_complete
from cxdata.ingest.recognising.mapping import choose_layout
from cxdata.models import CHANNELS, KINDS, OWN_DIMENSIONS, SURVEYS, Kind

ANSWERS = [(1, ["Date", "NPS", "Remarque", "Autre"]), (2, ["01/02/2026", "9", "bien", ""])]


def kind_of(headers: list[str]) -> Kind | None:
    found = choose_layout([(1, headers)])
    return found.kind if found.match_count else None


def mapped(headers: list[str], kind: Kind) -> dict[str, str]:
    return dict(choose_layout([(1, headers)], kind).mapping)


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
        (["ID ticket", "Canal", "Ouvert le"], "contacts"),
        (["a", "b"], None),
        (["Fruit", "Colour"], None),
        (["customer_id", "segment"], None),
    ],
)
def test_the_kind_is_known_by_its_headers(headers: list[str], kind: Kind | None) -> None:
    if headers == ["customer_id", "segment"]:
        assert kind_of(headers) != "customers"
    else:
        assert kind_of(headers) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_found_by_its_own_name(kind: Kind) -> None:
    # A time of day is known by its cells, a firm's own dimension by its setting.
    fields = load_columns().fields[kind].values()
    names = [it.name for it in fields if it.type != CLOCK and it.name not in OWN_DIMENSIONS]
    assert {name: mapped([name], kind) for name in names} == {name: {name: name} for name in names}
    made = (*OWN_DIMENSIONS, HISTORY)  # a revenue over time is made from rows or columns
    stored = [name for name in load_columns().stored(kind) if name not in made]
    assert mapped(stored, kind) == {name: name for name in stored}


@pytest.mark.parametrize("kind", KINDS)
def test_no_synonym_stands_for_two_fields_at_the_same_rank_of_certainty(kind: Kind) -> None:
    fields = [it for it in load_columns().fields[kind].values() if it.name not in OWN_DIMENSIONS]
    names = {synonym for field in fields for synonym in field.synonyms[:1]}
    assert len(names) == len(fields)


def test_case_accents_spaces_tags_and_punctuation_do_not_matter() -> None:
    assert mapped(["<b>DATE  DE REPONSE</b>", "nps-Score "], "responses") == {
        "responded_at": "<b>DATE  DE REPONSE</b>",
        "nps_score": "nps-Score",
    }


def test_rating_columns_name_their_touchpoint() -> None:
    found = mapped(["rating_delivery", "note_Prix", "Note: accueil", "note"], "responses")
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
    parsed = parse(pl.Series(list(values)), Field(table, table), Forms(DateForm("UTC")))
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


# Questions as headers, confidence, guesses ------------------------------------------------


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("How likely are you to recommend Example to a friend or colleague?", "nps_score"),
        ("Would you recommend us?", "nps_score"),
        ("Sur une échelle de 0 à 10, recommanderiez-vous Exemple à un proche ?", "nps_score"),
        ("Quelle est la probabilité que vous recommandiez nos services ?", "nps_score"),
        ("Seriez-vous prêt à recommander notre agence ?", "nps_score"),
        ("Overall, how satisfied or dissatisfied are you with us?", "csat_score"),
        ("Êtes-vous satisfait(e) de votre achat ?", "csat_score"),
        ("Avez-vous été satisfait de l’accueil ?", "csat_score"),
        ("The company made it easy for me to handle my issue.", "ces_score"),
        ("L’entreprise m’a facilité la tâche", "ces_score"),
        ("How much effort did you personally have to put forth?", "ces_score"),
        ("What is the main reason for your score?", "comment"),
        ("Pour quelle raison avez-vous donné cette note ?", "comment"),
    ],
)
def test_a_question_is_its_field(question: str, field: str) -> None:
    assert mapped([question], "responses") == {field: question}


def test_a_name_is_surer_than_brackets_and_those_surer_than_values() -> None:
    head = [
        (1, ["Response date (UTC)", "Comment", "Q1"]),
        *[(line, [f"2026-03-0{line}", "Fine", str(line + 4)]) for line in range(2, 6)],
    ]
    layout = choose_layout(head, "responses", guesses=True)
    assert layout.confidence == {"comment": 1.0, "responded_at": 0.9, "nps_score": 0.5}
    assert choose_layout(head, "responses").missing == ("nps_score / csat_score / ces_score",)


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "2", "3", "4"],  # low numbers may be anything
        ["8", "9", "11", "7"],
        ["8", "9", "7.5", "7"],
        ["8", "9"],
    ],
)
def test_what_is_no_score_for_sure_is_not_guessed(cells: list[str]) -> None:
    head = [(1, ["When", "Q1"]), *[(n, ["2026-03-01", cell]) for n, cell in enumerate(cells, 2)]]
    assert "nps_score" not in choose_layout(head, "responses", guesses=True).columns


def test_of_two_columns_that_could_be_it_none_is_guessed() -> None:
    head = [(1, ["When", "Q1", "Q2"]), *[(n, ["2026-03-01", "9", "8"]) for n in range(2, 6)]]
    layout = choose_layout(head, "responses", guesses=True)
    assert layout.mapping == {"responded_at": "When"}


def test_a_comment_in_the_first_row_is_no_question() -> None:
    """Only rows that belong to the header name a column."""
    head = [
        (1, ["Date", "NPS", "Text"]),
        (2, ["2026-03-01", "9", "I told a friend: would you recommend them?"]),
        (3, ["2026-03-02", "3", "No"]),
    ]
    assert choose_layout(head).mapping == {"responded_at": "Date", "nps_score": "NPS"}
    without = [(line, [row[0], row[2]]) for line, row in head]
    assert "nps_score" not in choose_layout(without, "responses").mapping


def test_of_a_moment_and_a_duration_the_moment_is_taken() -> None:
    headers = ["Created at", "Channel", "First response at", "First response time", "ARR", "MRR"]
    found = mapped(headers, "contacts")
    assert found["first_response_at"] == "First response at"
    assert "first_response_after" not in found
    assert "monthly_revenue_amount" not in mapped(headers, "customers")
    said = choose_layout(
        [(1, headers)], "contacts", {"first_response_after": "First response time"}
    )
    assert "first_response_at" not in said.mapping


def test_a_wait_and_an_answer_go_together() -> None:
    headers = ["Start time", "Channel", "Wait time", "Answered at", "Abandoned"]
    assert mapped(headers, "contacts").keys() >= {"wait_time", "is_abandoned"}


# What a table looks like ------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        [["2026-03-01", "9", "fine"], ["2026-03-02", "3", "slow"]],
        [["1", "9"], ["2", "7"], ["3", "4"]],
        [["01/03/2026 10:00", "x"], ["02/03/2026 10:00", "y"]],
    ],
)
def test_a_table_without_headers_is_read_by_numbers(rows: list[list[str]]) -> None:
    head = list(enumerate(rows, start=1))
    layout = choose_layout(head)
    with pytest.raises(ImportRefused, match="first row holds values, not headers"):
        require_complete(layout)
    said = choose_layout(head, "responses", {"responded_at": "=2026-01-01", "nps_score": "#2"})
    assert (said.header_line, said.width, said.mapping["nps_score"]) == (0, len(rows[0]), "#2")


@pytest.mark.parametrize(
    "rows",
    [
        [["Export of", "31/03/2026"], ["Date", "NPS"], ["01/03/2026", "9"]],
        [["Date", "NPS"], ["01/03/2026", "9"]],
        [["Region", "2024", "2025"], ["North", "1", "2"]],
    ],
)
def test_a_table_with_headers_is_not_taken_for_one_without(rows: list[list[str]]) -> None:
    assert choose_layout(list(enumerate(rows, start=1))).header_line > 0


@pytest.mark.parametrize(
    "rows",
    [
        [["", "Web", "Shop", "Total"], ["North", "3", "4", "7"], ["South", "1", "2", "3"]],
        [["NPS by region"], ["", "0-6", "Promoters"], ["North", "10 %", "90 %"], ["S", "5%", "1%"]],
        [["Segment", *map(str, range(11))], ["A", *"12345678901"], ["B", *"12345678901"]],
    ],
)
def test_a_cross_tab_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(ImportRefused, match="cross-tab"):
        require_complete(choose_layout(list(enumerate(rows, start=1))))


@pytest.mark.parametrize(
    "rows",
    [
        [["response_id", "nps", "csat"], ["a", "9", "5"], ["b", "7", "4"]],
        [["label", "value"], ["celsius", "22"], ["fahrenheit", "72"]],
        [["Date", "NPS", "CSAT"], ["01/03/2026", "9", "5"], ["02/03/2026", "9", "5"]],
    ],
)
def test_rows_with_identifiers_or_days_are_no_cross_tab(rows: list[list[str]]) -> None:
    assert not choose_layout(list(enumerate(rows, start=1))).is_cross_tab


def test_a_table_twice_as_wide_is_twice_the_work_to_lay_out() -> None:
    headers = [f"Question {n}: how do you like the traditional cuisine?" for n in range(400)]
    head = [(1, headers), *[(line, ["some words"] * 400) for line in range(2, 31)]]
    half = [(line, cells[:200]) for line, cells in head]
    assert calls_within(lambda: choose_layout(head)) < 2.5 * calls_within(
        lambda: choose_layout(half)
    )


def calls_within(act: Callable[[], object]) -> int:
    """How often a function of Python is called meanwhile."""
    count = 0

    def hear(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


def test_fields_of_two_kinds_can_not_be_mapped_in_one_file() -> None:
    with pytest.raises(ImportRefused, match="No kind of file has all of these fields: nps_score, "):
        choose_layout(ANSWERS, overrides={"nps_score": "NPS", "opened_at": "Date"})


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        (
            "responses",
            {
                "responded_at": "Date enquête",
                "nps_score": "Quelle est la probabilité que vous nous recommandiez ?",
                "customer_id": "Client n°",
                "comment": "Remarques libres",
            },
        ),
        (
            "contacts",
            {
                "opened_at": "Date d'appel",
                "channel": "Canal",
                "customer_id": "Client n°",
                "first_response_at": "Heure de prise en charge",
                "reason": "Motif d'appel",
            },
        ),
        ("contacts", {"opened_at": "Horodatage", "first_response_after": "Délai 1ère réponse"}),
        (
            "customers",
            {
                "customer_id": "N° de client",
                "ended_on": "Date de résiliation",
                "end_reason": "Motif de la résiliation",
                "monthly_revenue_amount": "CA mensuel HT",
            },
        ),
    ],
)
def test_everyday_french_headers_are_known(kind: Kind, headers: dict[str, str]) -> None:
    assert mapped(list(headers.values()), kind) == headers


def test_the_state_of_a_ticket_is_no_region() -> None:
    assert "region" not in mapped(["Ticket", "Created", "Source", "State"], "contacts")
