"""Dimensions of the firm's own: named at import or by a setting, then like the others."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from cxdata import cli
from cxdata.cli.choosing import chosen_filters
from cxdata.errors import FilterError, ImportRefused, SettingsError
from cxdata.exports.extract import Extract, as_csv
from cxdata.followup.scenarios import recorded_scenarios, save_scenario
from cxdata.i18n import LOCALES, translator
from cxdata.ingest import import_file, preview_file, recorded_batches, undo_batch
from cxdata.ingest.formulas import defused
from cxdata.ingest.soundness import soundness
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.churn.cost import churn_cost_by
from cxdata.metrics.nps.answers_behind import Choice, answers_behind
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.score import nps_by, nps_summary
from cxdata.metrics.response_time.backlog import backlog_contacts
from cxdata.metrics.response_time.compliance import compliance_by
from cxdata.metrics.response_time.contacts_behind import ContactChoice, contacts_behind
from cxdata.models import OWN_DIMENSIONS, Filters
from cxdata.panels import Request
from cxdata.panels.document import panel_document
from cxdata.panels.nps import nps_by_panel
from cxdata.sentences import scope_text, unfiltered_text
from cxdata.store.connection import Store
from tests.stores import HOSTILE_TEXTS, add, answers, calls, customers, withhold_nothing
from tests.unit.test_scenarios import FIGURES, MOVES

SAMPLE = Path(__file__).parents[1] / "samples" / "magasins.csv"
EVERYTHING = Filters()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def sample_rows() -> list[dict[str, str]]:
    text = SAMPLE.read_bytes().decode("cp1252")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def nps_of(rows: list[dict[str, str]]) -> float:
    """Counted from the file itself, by nothing of the dashboard."""
    scores = [int(row["Note NPS"]) for row in rows]
    return 100 * (sum(it >= 9 for it in scores) - sum(it <= 6 for it in scores)) / len(scores)


def run(store: Store, *words: object) -> Any:
    place = store.path
    result = CliRunner().invoke(cli.main, ["--store", str(place), *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


def names(store: Store) -> dict[str, str]:
    return dict(store.settings.own_dimensions.names)


def held(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.cursor() as con:
        return con.execute(sql).fetchall()


# A French export with stores and agencies


def test_a_figure_of_a_store_is_what_the_file_says(store: Store) -> None:
    report = import_file(store, SAMPLE, dimensions=["Magasin", "Agence"])
    assert report.refused_count == 0
    assert names(store) == {"own_1": "Magasin", "own_2": "Agence"}
    rows = sample_rows()
    for place, column in (("own_1", "Magasin"), ("own_2", "Agence")):
        for value in {row[column] for row in rows if row[column]}:
            own = [row for row in rows if row[column] == value]
            shown = nps_summary(store, Filters(**{place: (value,)}))
            assert shown["answer_count"].item() == len(own)
            assert shown["nps"].item() == pytest.approx(nps_of(own))
    unsaid = nps_by(store, EVERYTHING, "own_1").row(
        by_predicate=pl.col("own_1").is_null(), named=True
    )
    assert unsaid["answer_count"] == sum(not row["Magasin"] for row in rows)


def test_the_command_line_keeps_filters_and_splits(store: Store) -> None:
    said = run(store, "import", SAMPLE, "--dimension", "Magasin")
    assert "accepted" in said
    lille = [row for row in sample_rows() if row["Magasin"] == "Lille"]
    document = json.loads(run(store, "show", "nps", "--where", "magasin=Lille", "--json"))
    assert document["rows"][0]["answer_count"] == len(lille)
    assert document["rows"][0]["nps"] == pytest.approx(nps_of(lille))
    assert document["filters"]["own_1"] == ["Lille"]
    assert document["own_dimensions"] == {"own_1": "Magasin"}
    assert "own_2" not in document["filters"]
    table = run(store, "show", "nps", "--by", "Magasin")
    assert table.split()[0] == "Magasin"
    figure = json.loads(run(store, "figures", "nps", "--where", "Magasin=Lille", "--json"))
    assert figure["filters"]["own_1"] == ["Lille"]
    assert "Lille" in figure["scope"]


def test_an_unknown_name_is_told_with_those_that_there_are(store: Store) -> None:
    import_file(store, SAMPLE, dimensions=["Magasin"])
    with pytest.raises(FilterError, match=r"no filter called Magazin. Did you mean Magasin"):
        chosen_filters(store, None, None, ["Magazin=Lille"], None)
    with pytest.raises(FilterError, match=r"No data has Magasin Lile. Did you mean Lille"):
        chosen_filters(store, None, None, ["Magasin=Lile"], None)
    with pytest.raises(FilterError, match=r"no filter called own_2"):
        chosen_filters(store, None, None, ["own_2=x"], None)
    result = CliRunner().invoke(
        cli.main, ["--store", str(store.path), "show", "nps", "--by", "own_2"]
    )
    assert result.exit_code == 2
    assert "Magasin" in result.output


def test_later_files_fill_it_by_themselves_whatever_their_case(store: Store) -> None:
    import_file(store, SAMPLE, dimensions=["Magasin"])
    again = b"Horodateur;Note NPS;MAGASIN\n2026-05-01;9;Brest\n"
    report = import_file(store, again, file_name="mai.csv")
    assert report.mapping["own_1"] == "MAGASIN"
    assert (
        nps_summary(
            store,
            Filters(own_1=("Brest",)),
        )["answer_count"].item()
        is None
    )
    assert held(store, "select count(*) from responses where own_1 = 'Brest'") == [(1,)]


def test_a_name_of_the_firms_goes_before_what_a_header_may_mean(store: Store) -> None:
    store.change_settings({"own_dimensions.own_1": "Gamme"})
    report = import_file(store, b"Horodateur;Note NPS;Gamme\n2026-05-01;9;Premium\n")
    assert report.mapping["own_1"] == "Gamme"
    assert "product" not in report.mapping


# Answers, contacts and customers alike


def test_contacts_and_customers_have_it_and_answers_take_their_customers(store: Store) -> None:
    store.change_settings({"own_dimensions.own_1": "Agence"})
    withhold_nothing(store)
    people = [
        {**row, "Agence": "Nord" if place % 2 else "Sud"}
        for place, row in enumerate(customers(20, 6))
    ]
    add(store, people, "customers")
    add(store, answers([9, 3], customer_id="C1"), "responses")
    (call,) = calls([0])
    waiting = {**call, "contact_id": "waits", "first_response_at": None, "Agence": "Sud"}
    add(store, [*calls([10, 500, 10], Agence="Nord"), waiting], "contacts")
    assert nps_by(store, EVERYTHING, "own_1").rows()[0][:2] == ("Nord", 2)
    compliance = compliance_by(store, EVERYTHING, "own_1").filter(channel="call")
    assert dict(compliance.select("own_1", "contact_count").iter_rows()) == {"Nord": 3, "Sud": 1}
    cost = churn_cost_by(store, EVERYTHING, "own_1")
    assert dict(cost.select("own_1", "customer_count").iter_rows()) == {"Nord": 10, "Sud": 10}
    south = Filters(own_1=("Sud",))
    assert contacts_behind(store, south, ContactChoice()).contacts["own_1"].to_list() == ["Sud"]
    assert backlog_contacts(store, south)["own_1"].to_list() == ["Sud"]
    assert set(at_risk_accounts(store, south)["own_1"]) == {"Sud"}
    behind = answers_behind(store, EVERYTHING, Choice(values=(("own_1", "Nord"),)))
    assert behind.answer_count == 2
    assert set(behind.answers["own_1"]) == {"Nord"}
    assert "own_2" not in behind.answers.columns


def test_two_of_them_cross_and_small_groups_are_withheld(store: Store) -> None:
    import_file(store, SAMPLE, dimensions=["Magasin", "Agence"])
    heat = nps_heat(store, EVERYTHING, "own_1", "own_2")
    assert heat["answer_count"].drop_nulls().min() >= 5
    add(store, answers([0, 0, 10], Magasin="Brest"), "responses")
    small = nps_by(store, EVERYTHING, "own_1").filter(own_1="Brest").row(0, named=True)
    assert (small["nps"], small["answer_count"], small["reason"]) == (None, None, "too_few_to_show")


def test_assessments_have_none_and_say_so(store: Store) -> None:
    store.change_settings({"own_dimensions.own_1": "Agence"})
    tr = translator("en", store.settings.own_dimensions.pairs)
    filters = Filters(own_1=("Nord",))
    assert "not filtered by Agence" in unfiltered_text(filters, tr, "assessments")
    assert "Nord" in scope_text(filters, tr, "customers")


# What came before, what comes again, and the way back


def test_what_came_before_is_not_known_and_the_same_file_again_fills_it(store: Store) -> None:
    first = import_file(store, SAMPLE)
    assert first.replaced_count == 0
    assert nps_by(store, EVERYTHING, "own_1")["own_1"].to_list() == [None]
    again = import_file(store, SAMPLE, dimensions=["Magasin"])
    assert again.replaced_count == sum(bool(row["Magasin"]) for row in sample_rows())
    lille = [row for row in sample_rows() if row["Magasin"] == "Lille"]
    assert nps_summary(store, Filters(own_1=("Lille",)))["answer_count"].item() == len(lille)
    assert nps_summary(store, EVERYTHING)["answer_count"].item() == len(sample_rows())
    whole = import_file(store, SAMPLE, dimensions=["Magasin", "Agence"])
    assert whole.accepted_count == len(sample_rows())
    assert not soundness(store, "deep").problems
    for batch_id in recorded_batches(store)["batch_id"].sort(descending=True)[:-1]:
        undo_batch(store, batch_id)
    assert held(store, "select count(*), count(own_1), count(own_2) from responses") == [
        (len(sample_rows()), 0, 0)
    ]
    assert not soundness(store, "deep").problems


def test_a_row_that_says_nothing_of_it_is_still_the_same_row(store: Store) -> None:
    """Of the rows of a file that came before there were own dimensions none counts as new."""
    rows = [{"response_id": f"R{n}", **row} for n, row in enumerate(answers([9, 8, 3]))]
    add(store, rows, "responses")
    report = add(store, [*rows, {**rows[0], "response_id": "R9"}], "responses")
    assert (report.duplicate_count, report.replaced_count) == (3, 0)


def test_a_file_of_one_store_is_not_that_of_another(store: Store) -> None:
    for shop in ("Lille", "Lyon"):
        lines = "".join(f"2026-05-{day:02};9;{shop}\n" for day in range(1, 21))
        import_file(store, f"Date;Note NPS;Magasin\n{lines}".encode(), dimensions=["Magasin"])
    counts = nps_by(store, EVERYTHING, "own_1").select("own_1", "answer_count").iter_rows()
    assert dict(counts) == {"Lille": 20, "Lyon": 20}


def test_nothing_is_named_by_a_look_a_dry_run_or_a_refusal(store: Store) -> None:
    preview = preview_file(store, SAMPLE, dimensions=["Magasin"])
    assert preview.mapping["own_1"] == "Magasin"
    import_file(store, SAMPLE, dimensions=["Magasin"], dry_run=True)
    with pytest.raises(ImportRefused, match=r"no column Magazin"):
        import_file(store, SAMPLE, dimensions=["Magazin"])
    assert names(store) == {}
    assert not held(store, "select 1 from settings_history")


# Names


def test_a_name_is_changed_and_taken_away_and_its_values_stay(store: Store) -> None:
    import_file(store, SAMPLE, dimensions=["Magasin"])
    store.change_settings({"own_dimensions.own_1": "Boutique"})
    assert chosen_filters(store, None, None, ["Boutique=Lille"], None).own_1 == ("Lille",)
    store.change_settings({"own_dimensions.own_1": ""})
    assert "own_1" not in store.settings.used_dimensions()
    kept = [(sum(bool(row["Magasin"]) for row in sample_rows()),)]
    assert held(store, "select count(own_1) from responses") == kept
    import_file(store, SAMPLE, dimensions=["Agence"])
    assert names(store) == {"own_2": "Agence"}
    other = b"Horodateur;Note NPS;Boutique\n2026-05-01;9;Lille\n"
    import_file(store, other, dimensions=["Boutique"])
    assert names(store) == {"own_1": "Boutique", "own_2": "Agence"}
    assert held(store, "select count(own_1) from responses") == [(kept[0][0] + 1,)]


def test_there_are_six_and_a_seventh_is_told(store: Store) -> None:
    headers = [f"Axe {number}" for number in range(7)]
    content = ";".join(["Horodateur", "Note NPS", *headers]) + "\n2026-05-01;9;a;b;c;d;e;f;g\n"
    with pytest.raises(ImportRefused, match=r"Axe 6 can't be kept as a dimension: all 6"):
        import_file(store, content.encode(), dimensions=headers)
    import_file(store, content.encode(), dimensions=headers[:6])
    assert list(names(store).values()) == headers[:6]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Region", "another dimension"),
        ("Région", "another dimension"),
        ("Survey", "another dimension"),
        ("two\nlines", "on one line"),
        (" Magasin", "on one line"),
        ("a=b", "without ="),
        ("M" * 41, "at most 40"),
        (7, "has to be a name"),
    ],
)
def test_a_name_that_means_something_else_is_refused(store: Store, name: object, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        store.change_settings({"own_dimensions.own_1": name})


def test_two_dimensions_have_two_names(store: Store) -> None:
    store.change_settings({"own_dimensions.own_1": "Équipe"})
    with pytest.raises(SettingsError, match=r"another dimension"):
        store.change_settings({"own_dimensions.own_2": "equipe"})


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", [*HOSTILE_TEXTS.values(), "NPS", "Answers", "Réponses"])
def test_a_name_is_shown_as_typed_in_every_language(store: Store, name: str, locale: str) -> None:
    shown = name.replace("=", "")[:40].strip()
    store.change_settings({"own_dimensions.own_1": shown})
    add(store, answers([9, 3, 10, 8, 7, 9], **{shown: "Lille"}), "responses")
    tr = translator(locale, store.settings.own_dimensions.pairs)
    panel = nps_by_panel(Request.computed_now(store, EVERYTHING, tr), "own_1")
    assert panel.texts is not None
    texts = panel.texts()
    assert texts.columns[0] in (shown, f"{shown} (2)")
    assert len(set(texts.columns)) == texts.width
    assert texts.row(0)[0] == "Lille"
    document = panel_document(panel, tr)
    assert document["own_dimensions"] == {"own_1": shown}
    assert panel.frame is not None
    file = as_csv(Extract("nps", "t", panel.frame, "s", None), tr).decode("utf-8-sig")
    assert defused(shown).replace('"', '""') in file.splitlines()[0]


# What can't be one


def test_a_column_that_names_rows_is_refused_with_its_number_of_values(store: Store) -> None:
    lines = "".join(f"2026-05-01;9;T{number}\n" for number in range(301))
    content = ("Horodateur;Note NPS;Ticket\n" + lines).encode()
    with pytest.raises(ImportRefused, match=r"Ticket has 301 different values.* at most 300"):
        import_file(store, content, dimensions=["Ticket"])
    assert import_file(store, content).accepted_count == 301
    store.change_settings({"own_dimensions.most_values": 301})
    assert import_file(store, content, dimensions=["Ticket"]).accepted_count == 301


def test_a_column_of_personal_data_is_no_dimension_unless_it_is_kept(store: Store) -> None:
    lines = "".join(f"2026-05-01;9;ann{number % 7}@example.com\n" for number in range(40))
    content = ("Horodateur;Note NPS;Vendeur\n" + lines).encode()
    report = import_file(store, content, dimensions=["Vendeur"])
    assert "own_1" not in report.mapping
    assert any("Personal data, not taken: Vendeur" in str(note) for note in report.notes)
    assert names(store) == {}
    import_file(store, content, dimensions=["Vendeur"], kept_columns=["Vendeur"])
    assert names(store) == {"own_1": "Vendeur"}


# What people keep


def test_a_scenario_keeps_its_filter_by_an_own_dimension(store: Store) -> None:
    store.change_settings({"own_dimensions.own_3": "Plan"})
    save_scenario(store, "Pro", MOVES, Filters(own_3=("Pro",)), FIGURES)
    kept = recorded_scenarios(store)
    assert kept["own_3"].to_list() == ["Pro"]
    assert not {"own_1", "own_2"} & set(kept.columns)
    store.change_settings({"own_dimensions.own_3": ""})
    assert recorded_scenarios(store)["own_3"].to_list() == ["Pro"]


def test_every_place_is_used_by_every_kind_that_has_dimensions(store: Store) -> None:
    values = {f"own_dimensions.{it}": f"Axe {it[-1]}" for it in OWN_DIMENSIONS}
    store.change_settings(values)
    texts = {f"Axe {it[-1]}": f"v{it[-1]}" for it in OWN_DIMENSIONS}
    add(store, answers([9] * 6, **texts), "responses")
    add(store, calls([10] * 6, **texts), "contacts")
    add(store, customers(6, **texts), "customers")
    for name in OWN_DIMENSIONS:
        filters = Filters(**{name: (f"v{name[-1]}",)})
        assert nps_summary(store, filters)["answer_count"].item() == 6
        assert compliance_by(store, filters, name)["contact_count"].sum() == 6
        assert at_risk_accounts(store, filters).height == 6
        other = Filters(**{name: ("else",)})
        assert nps_summary(store, other)["answer_count"].item() == 0
