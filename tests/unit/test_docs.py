"""Documents: links lead somewhere, commands parse, figures and fields are those of the code."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

from cxdata.cli import main
from cxdata.cli.showing import METRICS
from cxdata.config import DEFAULT_SETTINGS, load_settings
from cxdata.i18n import translator
from cxdata.i18n.messages import translations
from cxdata.ingest.columns import COLUMNS_FILE, load_columns, plain_form
from cxdata.ingest.comments.words import WORDING
from cxdata.metrics.churn.value import ASSUMPTION_NAMES
from cxdata.metrics.nps.answers_behind import LISTED_ROWS
from cxdata.metrics.nps.control import LIMITS_MINIMUM_COUNT
from cxdata.metrics.nps.drivers import (
    ANSWERS_PER_TOUCHPOINT,
    DRAW_COUNT,
    MAXIMUM_PREDICTORS,
    johnson_weights,
    r_squared,
)
from cxdata.metrics.nps.phrases import REPEATED_SHARE
from cxdata.metrics.nps.score import verdicts
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.metrics.response_time.contact_hours import LEAST_COUNT, LEAST_DIFFERENCE
from cxdata.metrics.statistics.intervals import (
    ClassCounts,
    nps,
    nps_difference,
    nps_interval,
    smallest_detectable_change,
)
from cxdata.metrics.statistics.shares import (
    ShareCounts,
    benjamini_hochberg,
    newcombe_interval,
    share_difference_p,
)
from cxdata.models import CHANNELS, KINDS, OWN_DIMENSIONS, Kind
from tests.refusal_reasons import REFUSAL_REASONS

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *DOCS.rglob("*.md"), *PROJECT.glob("sample_data/*.md")])
READMES = ("README.md", "README.fr.md")
COMMAND_LINES = ("command-line.md", "command-line.fr.md")
SETTINGS = ("settings.md", "settings.fr.md")
DEPLOYMENTS = ("deployment.md", "deployment.fr.md")
FRENCH = [path for path in DOCUMENTS if path.name.endswith(".fr.md")]
METHODS = ("metrics.md", "metrics.fr.md")
CONTRACT = (DOCS / "data-contract.md").read_text("utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text("utf-8")
RAW_SETTINGS = tomllib.loads(DEFAULT_SETTINGS.read_text("utf-8"))
RAW_COLUMNS = tomllib.loads(COLUMNS_FILE.read_text("utf-8"))

Table = list[list[str]]


def tables(text: str) -> list[Table]:
    """The Markdown tables of a text, each as rows of cells; the header is the first row."""
    found = re.findall(r"(?:^\|.*\|$\n?)+", text, flags=re.MULTILINE)
    return [[cells(line) for line in table.splitlines() if "---" not in line] for table in found]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def table_with(text: str, *headers: str) -> Table:
    """The rows, without the header, of the table that begins with these header cells."""
    return next(it[1:] for it in tables(text) if it[0][: len(headers)] == list(headers))


def numbers(text: str) -> list[float]:
    """The numbers of a text, English or French: 26.7, 26,7, 1 000, −3."""
    joined = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3})", "", text)
    found = re.findall(r"[−-]?\d+(?:[.,]\d+)?", joined)
    return [float(it.replace("−", "-").replace(",", ".")) for it in found]


def blocks(text: str, language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [block for it, block in found if it == language]


def read(name: str) -> str:
    return (PROJECT / name if name in READMES else DOCS / name).read_text("utf-8")


def links(path: Path, *, pictures: bool) -> Iterator[Path]:
    """The files of the project that a document links to, or shows."""
    mark = "!" if pictures else r"(?<!!)"
    for target in re.findall(rf"{mark}\[[^\]]*\]\(([^)]+)\)", path.read_text("utf-8")):
        if not re.match(r"https?:", target):
            yield path.parent / target.split("#")[0]


# Links and commands -----------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_link_leads_to_a_file(path: Path) -> None:
    assert [str(target) for target in links(path, pictures=False) if not target.exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_row_of_a_table_has_as_many_cells_as_its_header(path: Path) -> None:
    for table in tables(path.read_text("utf-8")):
        assert {len(row) for row in table} == {len(table[0])}, table[0]


@pytest.mark.parametrize("name", READMES)
def test_every_picture_is_there(name: str) -> None:
    shown = list(links(PROJECT / name, pictures=True))
    assert shown
    assert [str(picture) for picture in shown if not picture.exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_the_readme_is_short_and_shows_the_two_commands(name: str) -> None:
    assert len(read(name).splitlines()) < 100
    lines = [block.strip() for block in blocks(read(name), "")]
    assert {"make run", "make test"} <= set(lines)


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_every_make_target_exists(name: str) -> None:
    targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(
        r"(?:^|`)(?:\w+=\S+ )?make ([a-z]+)", (PROJECT / name).read_text("utf-8"), re.M
    )
    assert named
    assert set(named) <= set(targets)


def test_every_path_of_the_recipes_exists() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:cxdata|pages|tests|docs)/[\w./-]+)`", text))
    assert len(named) > 20
    assert [it for it in sorted(named) if not (PROJECT / it).exists()] == []


@pytest.mark.parametrize("path", FRENCH, ids=lambda path: path.name)
def test_a_document_has_the_same_form_in_both_languages(path: Path) -> None:
    """The same headings, lists, tables and commands; the words differ."""
    english, french = (
        it.read_text("utf-8") for it in (path.with_name(path.name.replace(".fr.", ".")), path)
    )
    assert blocks(english, "") == blocks(french, "")
    assert blocks(english, "toml") == blocks(french, "toml")
    assert outline(english) == outline(french)


def outline(text: str) -> list[str]:
    """How each line begins: a heading, an item of a list, a table's row with what it is of."""
    return [
        first_code(line) if line.startswith("|") else beginning(line) for line in text.splitlines()
    ]


def first_code(row: str) -> str:
    return " ".join(["|", *re.findall(r"`[^`]+`", cells(row)[0])])


def beginning(line: str) -> str:
    mark = re.match(r"#+ |\s*- ", line)
    return mark[0] if mark else "text" if line else ""


def commands(*names: str) -> list[str]:
    """What follows the name of the program in the code blocks of documents, each once."""
    code = "\n".join(block for name in names for block in blocks(read(name), ""))
    begin = r"^(?:\S*python -m cxdata|(?:uvx --from \. )?cx-dashboard) (.+)$"
    return sorted(set(re.findall(begin, code, flags=re.MULTILINE)))


@pytest.mark.parametrize("command", commands(*READMES, *COMMAND_LINES, *DEPLOYMENTS))
def test_the_command_line_accepts_what_the_documents_show(command: str) -> None:
    words = shlex.split(command)
    place = next(index for index, word in enumerate(words) if word in main.commands)
    context = main.make_context("cxdata", words[: place + 1])
    main.commands[words[place]].make_context(words[place], words[place + 1 :], parent=context)


def chapters(name: str) -> dict[str, str]:
    """The parts of a document below its second and third headings, by the first word in code."""
    parts = re.split(r"^##+ ", read(name), flags=re.MULTILINE)[1:]
    return {re.sub(r"^`(\S+?)(?: .*)?`$", r"\1", it.splitlines()[0]): it for it in parts}


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_the_command_line_is_described_with_every_command_and_option(name: str) -> None:
    """Each command has its heading, each option a row of the table below it, and none too many."""
    chapter = chapters(name)
    assert set(main.commands) <= set(chapter)
    shared = options(main) | set(main.context_settings["help_option_names"])
    assert listed_options(next(it for it in chapter.values() if "`--version`" in it)) == shared
    for command in main.commands.values():
        assert listed_options(chapter[str(command.name)]) == options(command) - shared, command.name


def options(command: click.Command) -> set[str]:
    return {it for each in command.params if isinstance(each, click.Option) for it in each.opts}


def listed_options(text: str) -> set[str]:
    rows = [row for it in tables(text) if it[0][0] == "Option" for row in it[1:]]
    return {option for row in rows for option in re.findall(r"`(--?[a-z-]+)", row[0])}


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_the_command_line_is_shown_with_every_command_and_figure(name: str) -> None:
    shown = " ".join(commands(name)).split()
    assert [it for it in main.commands if it not in shown] == []
    assert {it.split()[1] for it in commands(name) if it.startswith("show ")} == set(METRICS)
    figures = next(it for it in tables(read(name)) if it[0][0] in ("Figure", "Chiffre"))
    assert [row[0].strip("`") for row in figures[1:]] == list(METRICS)


@pytest.mark.parametrize("name", [path.name for path in FRENCH])
def test_no_line_of_a_french_text_can_break_before_a_mark(name: str) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", read(name), flags=re.DOTALL)
    assert re.findall(r".* [:;!?%»].*|.*« .*", text) == []


# Settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETTINGS)
def test_the_settings_are_described_with_every_table_and_default(name: str) -> None:
    """A column of a table is one of the settings file, a cell the default as it stands there."""
    described: dict[str, dict[str, Any]] = {}
    for header, *rows in tables(read(name)):
        for place, of in enumerate(header):
            if match := re.fullmatch(r"`\[([\w.]+)\]`", of):
                cells_of = {row[0].strip("`"): row[place].strip("`") for row in rows}
                described[match[1]] = {key: toml(it) for key, it in cells_of.items() if it}
    assert described == dict(setting_tables(RAW_SETTINGS))


@pytest.mark.parametrize("name", SETTINGS)
def test_the_lists_among_the_settings_are_described(name: str) -> None:
    lists = {key for key, value in RAW_SETTINGS.items() if isinstance(value, list)}
    assert {it.strip("[]") for it in chapters(name) if it.startswith("[[")} == lists


@pytest.mark.parametrize("name", SETTINGS)
def test_every_environment_variable_is_described(name: str) -> None:
    code = [*PROJECT.glob("cxdata/**/*.py"), *PROJECT.glob("pages/**/*.py"), PROJECT / "app.py"]
    used = {it for path in code for it in re.findall(r"CXDATA_[A-Z_]+", path.read_text("utf-8"))}
    rows = [row[0] for it in tables(read(name)) if it[0][0] == "Variable" for row in it[1:]]
    assert set(re.findall(r"\w+", " ".join(rows))) == used


def toml(text: str) -> Any:
    return tomllib.loads(f"it = {text}")["it"]


def setting_tables(table: dict[str, Any], where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of the settings file that hold values, by their names with dots."""
    for key, value in table.items():
        if isinstance(value, dict):
            values = {name: it for name, it in value.items() if not isinstance(it, dict)}
            if values:
                yield where + key, values
            yield from setting_tables(value, f"{where}{key}.")


@pytest.mark.parametrize("name", [*SETTINGS, *DEPLOYMENTS])
def test_the_settings_that_documents_show_are_accepted(name: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    loaded = []
    for block in blocks(read(name), "toml"):
        path.write_text(block, "utf-8")
        loaded.append(load_settings(path))
    if name in SETTINGS:
        assert loaded[0].firm.country == "BE"
        assert [len(it.response_time_overrides) for it in loaded] == [0, 1, 0, 0, 0, 0, 0]
        assert [len(it.churn.overrides) for it in loaded] == [0, 0, 1, 0, 0, 0, 0]
        assert [len(it.targets) for it in loaded] == [0, 0, 0, 1, 0, 0, 0]
        assert [len(it.touchpoint_names) for it in loaded] == [0, 0, 0, 0, 1, 0, 0]
        assert [len(it.journey_names) for it in loaded] == [0, 0, 0, 0, 0, 1, 0]
        assert [len(it.pyramid.overrides) for it in loaded] == [0, 0, 0, 0, 0, 0, 1]
    else:
        assert loaded[0].server.allowed_hosts == ("cx.example.org", "localhost:9000")


def test_the_floors_are_those_that_the_architecture_test_holds() -> None:
    tree = ast.parse((PROJECT / "tests/unit/test_architecture.py").read_text("utf-8"))
    (held,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "FLOORS" and node.value
    )
    rows = table_with((DOCS / "architecture.md").read_text("utf-8"), "Floor", "Rooms")
    assert [set(re.findall(r"`([\w.]+)`", row[1])) for row in rows] == held


# Data contract ----------------------------------------------------------------------------


def section(kind: Kind) -> str:
    return next(part for part in CONTRACT.split("\n## ") if f"(`{kind}`)" in part.splitlines()[0])


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_lists_every_field_with_its_scale_and_whether_it_is_required(
    kind: Kind,
) -> None:
    listed = {row[0].strip("`"): row for row in table_with(section(kind), "Field", "Type")}
    fields = load_columns().fields[kind]
    assert [*listed] == [name for name in fields if name not in OWN_DIMENSIONS]
    for name, field in fields.items():
        if name in OWN_DIMENSIONS:
            continue
        _, type_text, required, _ = listed[name]
        assert (required == "yes") == field.is_required, name
        assert required.startswith("one of") == bool(field.one_of), name
        if field.type == "score":
            assert numbers(type_text) == [field.low, field.high], name


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_lists_exactly_the_headers_that_are_accepted(kind: Kind) -> None:
    for row in table_with(section(kind), "Field", "English headers"):
        field = load_columns().fields[kind][row[0].strip("`")]
        listed = {plain_form(header) for header in ", ".join(row[1:]).split(", ") if header}
        assert listed | {plain_form(field.name)} == set(field.synonyms), field.name


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_lists_exactly_the_phrases_that_are_found(kind: Kind) -> None:
    phrases = {
        name: set(it.phrases) for name, it in load_columns().fields[kind].items() if it.phrases
    }
    rows = table_with(section(kind), "Field", "Phrases") if phrases else []
    listed = {row[0].strip("`"): {plain_form(it) for it in row[1].split(", ")} for row in rows}
    assert listed == phrases


def test_the_contract_lists_every_spelling_of_a_choice() -> None:
    for family, value, spelled in table_with(CONTRACT, "Field", "Value", "Also spelled"):
        spellings = RAW_COLUMNS["spellings"][family.strip("`")][value.strip("`")]
        listed = {plain_form(it) for it in [value, *spelled.split(", ")]}
        assert listed == {plain_form(it) for it in spellings}, (family, value)


def test_the_contract_lists_every_word_for_no_value() -> None:
    assert [it for it in RAW_COLUMNS["words"]["nothing"] if f"`{it}`" not in CONTRACT] == []


def test_the_contract_names_every_reason_for_a_refusal() -> None:
    listed = {row[0] for row in table_with(CONTRACT, "Reason", "When")}
    assert listed == {re.sub(r"\{\w+\}", "…", reason) for reason in REFUSAL_REASONS}


def test_the_contract_names_every_table_and_view() -> None:
    files = [PROJECT / "cxdata/store/schema.sql", *PROJECT.glob("cxdata/store/migrations/*.sql")]
    schema = "\n".join(file.read_text("utf-8") for file in files)
    names = re.findall(r"^create (?:table|view) (\w+)", schema, flags=re.MULTILINE)
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in CONTRACT] == []


# Methods ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_the_methods_need_no_html_no_formula_images_and_no_other_file(name: str) -> None:
    """The Methods page renders them as they are; a dollar sign would begin a formula."""
    text = read(name)
    assert not re.search(r"</?[a-z]|\$|\]\(", text)


def test_the_two_languages_have_the_same_headings_and_the_same_numbers_in_tables() -> None:
    english, french = map(read, METHODS)
    depths = [
        [len(it) for it in re.findall(r"^#+", text, re.MULTILINE)] for text in (english, french)
    ]
    assert depths[0] == depths[1]
    rows = [[row for table in tables(text) for row in table] for text in (english, french)]
    for one, other in zip(*rows, strict=True):
        assert sorted(numbers(" ".join(one))) == sorted(numbers(" ".join(other))), (one, other)


def shown_words(name: str, *headers: str) -> list[str]:
    """The first cells of the tables that say which words a page shows."""
    return [row[0] for it in tables(read(name)) if it[0][0] in headers for row in it[1:]]


def test_the_words_that_the_methods_call_shown_are_those_of_the_interface() -> None:
    """Without the signs before them; some sentences go on after what the methods quote."""
    texts = [
        tuple(re.sub(r"^\W+", "", text).casefold() for text in pair)
        for pair in translations("fr").items()
    ]
    english = shown_words("metrics.md", "Words shown", "Outcome")
    french = shown_words("metrics.fr.md", "Mots affichés", "Résultat")
    assert len(english) > 20
    for one, other in zip(english, french, strict=True):
        is_nothing = {one, other} == {"–"}
        pair = one.casefold(), other.casefold()
        assert is_nothing or any(
            text.startswith(pair[0]) and its_french.startswith(pair[1])
            for text, its_french in texts
        ), pair


def seconds(cell: str) -> float:
    """A duration as the methods write it: 90 s, 4 h, 1 business day."""
    match = re.match(r"\D*(\d+)\s(s|h|business day|jour)", cell)
    assert match, cell
    day = load_settings().response_time["email"].favourable_seconds  # "1 business day"
    return float(match[1]) * {"s": 1, "h": 3600, "business day": day, "jour": day}[match[2]]


@pytest.mark.parametrize(
    ("name", "header", "strict", "published", "elapsed"),
    [
        ("metrics.md", "Channel", "less than", "published", "elapsed"),
        ("metrics.fr.md", "Canal", "moins de", "publié", "écoulé"),
    ],
)
def test_the_standards_per_channel_are_those_of_the_settings(
    name: str, header: str, strict: str, published: str, elapsed: str
) -> None:
    rows = table_with(read(name), header)
    for channel, row in zip(CHANNELS, rows, strict=True):
        rule = load_settings().response_time[channel]
        assert seconds(row[1]) == rule.favourable_seconds, channel
        assert (strict in row[1]) == rule.is_strict, channel
        assert seconds(row[2]) == rule.limit_seconds, channel
        assert numbers(row[3]) == [100 * rule.goal], channel
        assert (published in row[3]) == rule.goal_is_published, channel
        assert (elapsed in row[4]) == (rule.clock == "elapsed"), channel


@pytest.mark.parametrize(
    ("name", "header"), [("metrics.md", "People"), ("metrics.fr.md", "Personnes")]
)
def test_the_small_bases_are_those_of_the_settings(name: str, header: str) -> None:
    answers = load_settings().answers
    least, small = answers.minimum_count, answers.small_base_count
    listed = [numbers(row[0]) for row in table_with(read(name), header)]
    assert listed == [[small], [least, small - 1], [1, least - 1], [0]]


@pytest.mark.parametrize(
    ("name", "header"), [("metrics.md", "Assumption"), ("metrics.fr.md", "Hypothèse")]
)
def test_the_assumptions_are_those_of_the_settings(name: str, header: str) -> None:
    rows = table_with(read(name), header)
    for assumption, row in zip(ASSUMPTION_NAMES, rows, strict=True):
        value = getattr(load_settings().churn, assumption)
        factor = 100 if assumption.endswith("_rate") else 1
        ends = [factor * it for it in (value.low, value.central, value.high)]
        assert numbers(" ".join(row[1:])) == pytest.approx(ends), assumption


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "metrics.md",
            (
                "fewer than {small} people on either side",
                "p is below 1 − confidence: {alpha} as shipped",
                "(`answers.confidence`, {confidence} % as shipped)",
                "less than {abandon} s of elapsed time",
                "{draws} drawn rates",
                "fewer than {least} customers",
                "fewer than {cases} cases",
                "holds for {months} months",
                "fewer than {limits} of them there are no limits",
                "at least {small} are needed, and {each} per touchpoint",
                "{touchpoints} touchpoints that are rated more often",
                "{samples} samples drawn again",
                "of one comment at most {terms} terms count",
                "fewer than {least} comments mention",
                "at least {repeated} % of its comments",
                "fewer than {small} comments in either period",
                "group has fewer than {least} answers",
                "the page lists {listed}",
                "same journey, within {return_days} days",
                "in the {answer_days} days before it",
                "ended within {leave_days} days after it",
                "at least {difference} points above that of all other hours",
                "at least {due} contacts due",
            ),
        ),
        (
            "metrics.fr.md",
            (
                "moins de {small} personnes d’un côté",
                "p est inférieur à 1 − confiance, soit {alpha} à la livraison",
                "(`answers.confidence`, {confidence} % à la livraison)",
                "moins de {abandon} s de temps écoulé",
                "{draws} taux tirés au sort",
                "moins de {least} clients",
                "moins de {cases} cas",
                "vaut {months} mois",
                "moins de {limits}, il n’y a pas de limites",
                "il en faut au moins {small}, et {each} par point de contact",
                "{touchpoints} points de contact notés plus souvent",
                "{samples} échantillons retirés",
                "d’un commentaire, {terms} termes au plus",
                "moins de {least} commentaires",
                "au moins {repeated} % de ses commentaires",
                "moins de {small} commentaires dans l’une des deux périodes",
                "le groupe a moins de {least} réponses",
                "la page en liste {listed}",
                "même parcours, en {return_days} jours au plus",
                "dans les {answer_days} jours qui la précèdent",
                "dans les {leave_days} jours qui suivent",
                "dépasse d’au moins {difference} points celle de toutes les autres heures",
                "au moins {due} contacts échus",
            ),
        ),
    ],
)
def test_thresholds_in_sentences_are_those_of_the_settings(
    name: str, sentences: tuple[str, ...]
) -> None:
    settings, model = load_settings(), pyramid_model(load_settings())
    answers = settings.answers
    (abandon,) = {rule.short_abandon_seconds for rule in settings.response_time.values()}
    (cases,) = {it.min_count for it in model.indicators if it.kind == "measured"}
    alpha = f"{1 - answers.confidence:.2f}"
    values = {
        "small": answers.small_base_count,
        "least": answers.minimum_count,
        "alpha": alpha if name == "metrics.md" else alpha.replace(".", ","),
        "confidence": f"{100 * answers.confidence:g}",
        "abandon": f"{abandon:g}",
        "draws": settings.churn.bootstrap_count,
        "cases": cases,
        "months": model.assessed_valid_months,
        "limits": LIMITS_MINIMUM_COUNT,
        "each": ANSWERS_PER_TOUCHPOINT,
        "touchpoints": MAXIMUM_PREDICTORS,
        "samples": DRAW_COUNT,
        "terms": WORDING["limits"]["terms"],
        "repeated": f"{100 * REPEATED_SHARE:g}",
        "listed": LISTED_ROWS,
        "return_days": settings.contacts.return_days,
        "answer_days": settings.contacts.answer_days,
        "leave_days": settings.contacts.leave_days,
        "difference": f"{100 * LEAST_DIFFERENCE:g}",
        "due": LEAST_COUNT,
    }
    text = re.sub(r"(?<=\d)\u00a0(?=\d)", "", read(name)).replace("\u00a0", " ")
    for sentence in sentences:
        assert sentence.format(**values).lower() in text.lower()


@pytest.mark.parametrize(
    ("name", "header", "lower"),
    [("metrics.md", "Level", "at most"), ("metrics.fr.md", "Niveau", "au plus")],
)
def test_the_indicators_are_those_of_the_pyramid(name: str, header: str, lower: str) -> None:
    second = "Indicator" if header == "Level" else "Indicateur"
    listed = table_with(read(name), header, second)
    for indicator, row in zip(pyramid_model(load_settings()).indicators, listed, strict=True):
        assert row[1] == f"`{indicator.id}`"
        assert int(row[0]) == indicator.level
        assert numbers(row[4]) == pytest.approx([100 * indicator.threshold]), indicator.id
        assert (lower in row[4]) == (indicator.direction == "lower"), indicator.id
    measured = {"measured", "mesuré"}
    kinds = [row[2] in measured for row in listed]
    assert kinds == [it.kind == "measured" for it in pyramid_model(load_settings()).indicators]


def test_the_levels_are_named_as_in_the_pyramid() -> None:
    for name, header, locale in (("metrics.md", "Level", "en"), ("metrics.fr.md", "Niveau", "fr")):
        rows = next(it[1:] for it in tables(read(name)) if it[0][0] == header and len(it[0]) == 3)
        named = [
            (level.number, translator(locale)(level.name), level.gartner_2018)
            for level in pyramid_model(load_settings()).levels
        ]
        assert [(int(row[0]), row[1], row[2]) for row in rows] == named


def test_the_worked_intervals_are_what_the_code_computes() -> None:
    for classes, score, interval in table_with(
        read("metrics.md"), "Detractors, passives, promoters"
    ):
        detractors, passives, promoters = numbers(classes)
        counts = ClassCounts(promoters, passives, detractors)
        low, high = nps_interval(counts)
        assert numbers(score) == [round(float(nps(counts)), 1)]
        assert numbers(interval) == [round(float(low), 1), round(float(high), 1)]


def test_the_worked_changes_are_what_the_code_computes() -> None:
    rows = table_with(read("metrics.md"), "Detractors, passives, promoters: now, before")
    for classes, change, p_value, verdict, smallest in rows:
        values = numbers(classes)
        now, before = (ClassCounts(*reversed(values[place : place + 3])) for place in (0, 3))
        found = nps_difference(now, before)
        assert numbers(change) == [round(float(found.difference), 1)]
        assert numbers(p_value) == [round(float(found.p_value), 3)]
        assert numbers(smallest) == [round(float(smallest_detectable_change(now, before)), 1)]
        column = [ClassCounts(*([it] for it in counts)) for counts in (now, before)]
        (code,) = verdicts(column[0], column[1], load_settings().answers)
        assert verdict == {"real_change": "real change", "within_noise": "within the noise"}[code]


def test_the_worked_weights_are_what_the_code_computes() -> None:
    rows = table_with(read("metrics.md"), "Two touchpoints that correlate at 0.5")
    target = [numbers(row[1])[0] for row in rows]
    between = [[1, 0.5], [0.5, 1]]
    weights, explained = johnson_weights(between, target), r_squared(between, target)
    assert f"R² is {explained:.2f}" in read("metrics.md")
    for row, weight, coefficient in zip(
        rows, weights, np.linalg.solve(between, target), strict=True
    ):
        assert numbers(row[2]) == pytest.approx([coefficient], abs=0.05)
        assert numbers(row[3]) == pytest.approx([weight], abs=5e-4)
        assert numbers(row[4]) == pytest.approx([100 * weight / explained], abs=0.05)


def test_the_worked_themes_are_what_the_code_computes() -> None:
    rows = table_with(read("metrics.md"), "Detractors, promoters who mention it")
    for counts, shares, difference, p_value in rows:
        part, whole, other_part, other_whole = numbers(counts)
        one, other = ShareCounts(part, whole), ShareCounts(other_part, other_whole)
        assert numbers(shares) == [round(100 * float(it.share), 1) for it in (one, other)]
        low, high = newcombe_interval(one, other)
        found = [100 * float(it) for it in (one.share - other.share, low, high)]
        assert numbers(difference) == pytest.approx(found, abs=0.05)
        assert numbers(p_value) == [round(float(share_difference_p(one, other)), 3)]


def test_the_worked_adjustment_is_what_the_code_computes() -> None:
    (sentence,) = re.findall(r"Example: (0\.005.*?) become (.*?)\. Of", read("metrics.md"))
    before, after = map(numbers, sentence)
    assert benjamini_hochberg(before).tolist() == pytest.approx(after)


# Glossary ---------------------------------------------------------------------------------


def glossary_rows() -> Iterator[list[str]]:
    for table in tables(GLOSSARY):
        assert table[0] == ["English", "Français", "In code", "Meaning"]
        yield from table[1:]


def test_every_term_has_both_languages_a_name_in_code_and_a_meaning() -> None:
    assert [row for row in glossary_rows() if len(row) != 4 or not all(row)] == []


def test_no_term_stands_twice() -> None:
    terms = [row[0] for row in glossary_rows()]
    assert len(terms) == len(set(terms))


def test_every_name_that_the_glossary_gives_is_in_the_code() -> None:
    files = [*PROJECT.glob("cxdata/**/*.py"), *PROJECT.glob("cxdata/**/*.sql")]
    code = "\n".join(path.read_text("utf-8") for path in files)
    names = [name for row in glossary_rows() for name in re.findall(r"`…?(\w+)`", row[2])]
    assert [name for name in names if name not in code] == []


def test_the_interface_uses_the_words_of_the_glossary() -> None:
    """Where a term is a text of the interface, its French begins with the glossary's word."""
    shown = {
        english.casefold(): french.casefold() for english, french in translations("fr").items()
    }
    for english, french, *_ in glossary_rows():
        if english.casefold() in shown:
            assert shown[english.casefold()].startswith(french.casefold()), english
