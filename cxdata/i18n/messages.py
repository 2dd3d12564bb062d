"""Which texts the code can show: read from its syntax, so that none is forgotten.

``python -m cxdata.i18n.messages`` prints those that a catalogue lacks, of every language or of
those that are named: all of them where there is no catalogue yet.
"""

from __future__ import annotations

import ast
import inspect
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from cxdata.config import DEFAULT_SETTINGS
from cxdata.i18n.translator import LOCALES, SOURCE_LOCALE, catalogue_file
from cxdata.installed import PAGES_FOLDER

PACKAGE = Path(__file__).parents[1]
PYRAMID = PACKAGE / "pyramid.toml"
IN_PYRAMID = ("name", "meaning", "definition", "why", "unexplained")
# The name that is called -> how many of its first arguments are texts.
CALLS = {
    "tr": 1,
    "translate": 1,
    "Note": 1,
    "N_": 1,
    "plural": 2,
    "StoreError": 2,
    "StoreDamaged": 2,
    "StoreHeld": 2,
    "ImportRefused": 2,
    "SettingsError": 2,
    "FilterError": 2,
    "FileError": 2,
    "EngineError": 2,
    "AccessError": 2,
    "AskedWrongly": 2,
    "BodyTooLarge": 2,
    "LoginNeeded": 2,
    "UnknownCaller": 2,
    "WrongUsage": 1,
}
# Texts that ``--help`` shows: what options say of themselves, and what commands do.
OPTIONS, HELP = ("option", "version_option"), "help"
COMMANDS = ("spoken_command", "group")
TRANSLATOR_MODULE = "translator.py"


def source_files() -> Iterator[Path]:
    """Every module that can speak to a user."""
    for folder in (PACKAGE, PAGES_FOLDER):
        yield from sorted(folder.rglob("*.py"))


def texts_in(path: Path) -> Iterator[str]:
    """The English texts of one module, in the order of its syntax tree."""
    calls = dict(CALLS)
    if path.name == TRANSLATOR_MODULE:
        calls["self"] = 1
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            for argument in node.args[: calls.get(_name(node.func), 0)]:
                yield from _literals(argument)
            if _name(node.func) in OPTIONS:
                said = [it.value for it in node.keywords if it.arg == HELP]
                yield from (help_text(it) for each in said for it in _literals(each))
        elif isinstance(node, ast.FunctionDef) and _is_command(node):
            yield help_text(ast.get_docstring(node) or "")


def help_text(text: str) -> str:
    """What ``--help`` shows, without the line ends of the code: paragraphs with a line between.

    >>> help_text("Print\\n    it.\\n\\n    Or not.")
    'Print it.\\n\\nOr not.'
    """
    parts = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(it.split()) for it in parts)


def _is_command(function: ast.FunctionDef) -> bool:
    made = [it.func for it in function.decorator_list if isinstance(it, ast.Call)]
    return any(_name(it) in COMMANDS for it in made)


def _literals(node: ast.expr) -> Iterator[str]:
    """A text, or the texts that a condition chooses between."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Call):  # tr()("a text")
        return _name(function.func)
    return function.attr if isinstance(function, ast.Attribute) else ""


def texts_in_settings(table: Mapping[str, Any]) -> Iterator[str]:
    """Sources and units of the default settings; a firm's own are shown as it wrote them."""
    yield from _texts_under(table, ("source", "unit"))


def _texts_under(value: Any, names: Collection[str]) -> Iterator[str]:
    """The texts that stand under these names in a table and the tables and lists in it."""
    if isinstance(value, list):
        for each in value:
            yield from _texts_under(each, names)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if name in names and isinstance(each, str):
                yield each
            else:
                yield from _texts_under(each, names)


@cache
def all_texts() -> frozenset[str]:
    """Every text that the code, its default settings or the pyramid's description can show."""
    settings, pyramid = (
        tomllib.loads(path.read_text("utf-8")) for path in (DEFAULT_SETTINGS, PYRAMID)
    )
    in_code = {text for path in source_files() for text in texts_in(path)}
    in_files = {*texts_in_settings(settings), *_texts_under(pyramid, IN_PYRAMID)}
    return frozenset(in_code | in_files)


def catalogue(locale: str) -> Catalog:
    """The catalogue of a language; without a text if it has none yet."""
    path = catalogue_file(locale)
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def lacking(locale: str) -> list[str]:
    """The texts without a translation, in order; none of the language that the texts are in."""
    if locale == SOURCE_LOCALE:
        return []
    return sorted(all_texts() - translations(locale).keys())


def translations(locale: str) -> dict[str, str]:
    """English text -> translation; a plural's two forms are two entries."""
    found: dict[str, str] = {}
    for message in catalogue(locale):
        found.update(zip(_forms(message.id), _forms(message.string), strict=True))
    found.pop("", None)
    return found


def _forms(text: object) -> list[str]:
    return [str(it) for it in text] if isinstance(text, (tuple, list)) else [str(text)]


if __name__ == "__main__":
    for each in sys.argv[1:] or LOCALES:
        for text in lacking(each):
            print(f"{each}: {text!r}")  # noqa: T201
