"""Templates: each is imported as it is, in each language, without a question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.exports.templates import FILE_NAMES, TEMPLATES, template_workbook
from cxdata.i18n import LOCALES, Locale, translator
from cxdata.ingest import check_store, import_file, preview_file
from cxdata.ingest.recognising.known_exports import load_exports
from cxdata.ingest.recognising.tool_guides import guides
from cxdata.models import KINDS, Kind
from cxdata.store.connection import Store

BOTH = [(kind, lang) for kind in KINDS for lang in LOCALES]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


@pytest.mark.parametrize(("kind", "lang"), BOTH)
def test_a_template_is_imported_without_a_question(store: Store, kind: Kind, lang: Locale) -> None:
    content = template_workbook(kind, translator(lang))
    preview = preview_file(store, content)
    assert (preview.kind, preview.questions, preview.missing) == (kind, (), ())
    assert preview.mapping.keys() == {it.field for it in TEMPLATES[kind]}
    report = import_file(store, content)
    examples = len(TEMPLATES[kind][0].cells)
    assert (report.accepted_count, report.refused_count) == (examples, 0)
    assert check_store(store) == []


@pytest.mark.parametrize("lang", LOCALES)
def test_the_examples_keep_their_values(store: Store, lang: Locale) -> None:
    for kind in KINDS:
        import_file(store, template_workbook(kind, translator(lang)))
    with store.cursor() as con:
        answers = con.execute("select nps_score, csat_score from responses order by 1").fetchall()
        calls = con.execute("select channel, first_response_at is null from contacts order by 2, 1")
        contacts = calls.fetchall()
        lost = con.execute(
            "select customer_id, annual_revenue_amount from customers where ended_on is not null"
        ).fetchall()
        shares = con.execute("select value, case_count from assessments order by 1").fetchall()
    assert answers == [(4, 2), (8, None), (10, 5)]
    assert contacts == [("call", False), ("email", False), ("call", True)]
    assert lost == [("C-1002", 3600)]
    assert shares == [(0.8, 20), (0.9, 20)]


def test_the_command_writes_a_template_and_replaces_nothing(tmp_path: Path) -> None:
    target = tmp_path / "contacts.xlsx"
    words = ["--store", str(tmp_path / "cx.duckdb"), "template", "contacts", "--lang", "fr"]
    run = CliRunner().invoke(main, [*words, "--output", str(target)])
    assert run.exit_code == 0
    assert not (tmp_path / "cx.duckdb").exists()
    again = CliRunner().invoke(main, [*words, "--output", str(target)])
    assert again.exit_code == 1
    assert CliRunner().invoke(main, [*words, "--output", str(target), "--force"]).exit_code == 0


def test_a_template_has_a_name_of_its_own_in_each_language() -> None:
    names = {translator(lang)(name) for lang in LOCALES for name in FILE_NAMES.values()}
    assert len(names) == len(KINDS) * len(LOCALES)


def test_each_known_tool_has_a_guide_of_its_kind() -> None:
    shown = {(guide.name, guide.kind) for kind in KINDS for guide in guides(kind)}
    assert shown == {(each.name, each.kind) for each in load_exports() if each.is_tool}


def test_a_guide_says_what_an_export_lacks() -> None:
    told = {guide.name: guide.tells_answers for guide in guides("contacts")}
    assert (told["HubSpot"], told["Zendesk"], told["Salesforce"]) == (True, True, False)


def test_the_languages_of_one_tool_are_one_guide() -> None:
    [google] = [guide for guide in guides("responses") if guide.name == "Google Forms"]
    assert google.headers["responded_at"].split(" / ") == [
        "Zeitstempel",
        "Timestamp",
        "Marca temporal",
        "Horodateur",
    ]
