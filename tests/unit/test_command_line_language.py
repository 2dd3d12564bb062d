"""The command line speaks the caller's language: reports, refusals, wrong usage and help."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cxdata import cli
from cxdata.cli.through_server import TOLD_TYPE
from cxdata.store.connection import Store
from tests.programs import Program

PROJECT = Path(__file__).parents[2]
SPEAKING = [*(PROJECT / "cxdata" / "cli").glob("*.py"), *(PROJECT / "cxdata" / "api").glob("*.py")]
# What says a line to people, and where what it says is no sentence.
LINES = {"print", "note", "add", "say", "echo", "confirm"}
# What was put into the caller's language before; tables and what a document is.
SPOKEN_BEFORE = {
    "session.py": {"echo"},
    "figures.py": {"print", "note"},
    "speaking.py": {"echo"},
    "told.py": {"print"},
}
ANSWERS = "response_id;responded_at;nps_score;channel\n" + "".join(
    f"{number};2026-01-{number % 28 + 1:02};{12 if number == 3 else 9};phone\n"
    for number in range(40)
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("language")
    (folder / "answers.csv").write_text(ANSWERS, "utf-8")
    yield folder / "cx.duckdb"
    Store.open(folder / "cx.duckdb").close()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def run(place: Path, *words: object) -> Result:
    environment = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "", "CXDATA_STORE": str(place)}
    return CliRunner(env=environment).invoke(cli.main, [*map(str, words)])


def texts_said() -> Iterator[tuple[str, int, ast.expr]]:
    """Each text that a command or the API says to people."""
    for path in SPEAKING:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.args and node.func.attr in LINES - SPOKEN_BEFORE.get(path.name, set()):
                yield path.name, node.lineno, node.args[0]


def is_sentence_of_its_own(text: ast.expr) -> bool:
    """Whether words stand in it that no catalogue has."""
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    written = [it.value for it in parts if isinstance(it, ast.Constant)]
    return any(isinstance(it, str) and any(map(str.isalpha, it)) for it in written)


def test_no_line_is_said_past_the_catalogue() -> None:
    found = [(name, line) for name, line, text in texts_said() if is_sentence_of_its_own(text)]
    assert found == []
    assert len([*texts_said()]) > 40


def test_no_wrong_usage_is_said_past_the_catalogue() -> None:
    raised = [
        (path.name, node.lineno)
        for path in SPEAKING
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("click.")
        if node.func.attr in {"UsageError", "BadParameter"}  # type: ignore[attr-defined]
    ]
    assert raised == []


def test_a_night_is_reported_in_french(place: Path, tmp_path: Path) -> None:
    """What a scheduler does, one after the other; each line differs from the English one."""
    file = place.parent / "answers.csv"
    told = run(place, "import", "--lang", "fr", file).output
    assert "lignes\N{NO-BREAK SPACE}: 40, prises\N{NO-BREAK SPACE}: 39" in told
    assert "lot 1" in told
    assert "NPS va de 0 à 10" in told
    assert "sinon prenez une autre colonne" in told
    assert "Par le tableau" not in told
    for words, said in (
        (("undo", 7), "Il n’y a pas de lot 7."),
        (("check",), "La base est saine."),
        (("backup", tmp_path / "b.duckdb"), "La base a été copiée dans"),
        (("restore", "--dry-run", tmp_path / "b.duckdb"), "Rien n’a été modifié."),
        (("profiles",), "Aucun profil n’a été enregistré."),
        (("show", "nps"), "Données jusqu’au 28 janvier 2026."),
        (("snapshots",), "Aucun instantané n’a encore été pris."),
        (("sample",), "aucune donnée d’exemple n’a été chargée"),
        (("undo", 1), "Le lot 1 est annulé"),
    ):
        assert said in run(place, "--lang=fr", *words).output, words
    assert run(place, "batches", "--lang", "de").exit_code == 2


def test_sentences_in_a_document_follow_and_codes_stay(place: Path) -> None:
    file = place.parent / "answers.csv"
    words = ("import", file, "--dry-run", "--json")
    french, english = (json.loads(run(place, *words, "--lang", it).stdout) for it in ("fr", "en"))
    assert french["refused"][0]["reason"] != english["refused"][0]["reason"]
    sentences = ("refused", "notes")
    assert all(french[it] == english[it] for it in english if it not in sentences)


def test_over_http_the_callers_language_counts(place: Path) -> None:
    program = Program(place)
    asked = {"body": ANSWERS.encode(), "accept_language": "fr", "accept": TOLD_TYPE}
    said = program.ask("POST", "import", ("dry_run", "1"), **asked)  # type: ignore[arg-type]
    assert any("prises" in text for _, text in said.document["lines"])
    assert "NPS va de 0 à" in said.document["document"]["refused"][0]["reason"]
    wrong = program.ask("GET", "show", ("metric", "nps"), ("by", "x"), accept_language="fr")
    assert wrong.document["sentence"].startswith("Il n’y a pas de --by x")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nps", "--nothing"), "Il n’y a pas d’option --nothing."),
        (("show", "nothing"), "METRIC est l’un de"),
        (("show",), "METRIC manque."),
        (("undo", "x"), "BATCH prend un nombre entier."),
        (("show", "nps", "--from", "x"), "--from prend un jour"),
        (("show", "nps", "--where", "x"), "--where prend DIM=VALUE, pas 'x'."),
        (("check", "--accept"), "--accept va avec --repair."),
        (("backup",), "Nommez un FILE"),
    ],
)
def test_wrong_usage_is_said_in_the_callers_language(
    place: Path, words: tuple[str, ...], said: str
) -> None:
    told = run(place, "--lang", "fr", *words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr
    assert "Usage\N{NO-BREAK SPACE}:" in told.stderr
    assert said not in run(place, *words).stderr


@pytest.mark.parametrize("command", [None, *sorted(cli.main.commands)])
def test_help_is_in_the_callers_language(place: Path, command: str | None) -> None:
    words = ("--help",) if command is None else (command, "--help")
    told = run(place, *words, "--lang", "fr") if command is None else run(place, *words)
    assert told.exit_code == 0
    french = run(place, "--lang", "fr", *words).stdout
    assert french.startswith("Usage\N{NO-BREAK SPACE}:")
    one = cli.main if command is None else cli.main.commands[command]
    for each in one.params:
        if isinstance(each, click.Option) and each.help and command is not None:
            assert " ".join(each.help.split()) not in " ".join(french.split()), each.name
