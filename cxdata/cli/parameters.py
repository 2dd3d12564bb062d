"""The options of a command as the parameters of an address, and back.

A command's options are said once, where the command is; over HTTP they have the same names, with
``_`` for ``-``, and the same meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from cxdata.cli.days import COMPARISON_WORDS
from cxdata.cli.usage import as_refusal
from cxdata.errors import AskedWrongly
from cxdata.models import Period

# What only a terminal has: where to print, which store, files beside the command.
ONLY_HERE = frozenset(
    {"is_json", "store_path", "language", "files", "refused_path", "ics_path", "force"}
)
YES, NO = ("1", "true", "yes"), ("0", "false", "no")


def offered(command: click.Command) -> dict[str, click.Parameter]:
    """The parameters of a command that can be said over HTTP, by their names there."""
    return {address_name(it): it for it in command.params if it.name not in ONLY_HERE}


def address_name(parameter: click.Parameter) -> str:
    """What a parameter is called in an address.

    >>> address_name(click.Option(["--date-order"])), address_name(click.Argument(["metric"]))
    ('date_order', 'metric')
    """
    if isinstance(parameter, click.Argument):
        return str(parameter.name)
    return max(parameter.opts, key=len).lstrip("-").replace("-", "_")


def pairs_of(command: click.Command, options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options as a command has them, as pairs of an address; what isn't said is left out."""
    pairs = []
    for name, parameter in offered(command).items():
        value = options.get(str(parameter.name))
        many = value if isinstance(value, (tuple, list)) else (value,)
        pairs += [(name, written(it)) for it in many if it is not None and it is not False]
    return pairs


def written(value: Any) -> str:
    """A value as it is typed.

    >>> from datetime import date
    >>> written(datetime(2026, 6, 30)), written(Period(date(2025, 1, 1), date(2025, 3, 31)))
    ('2026-06-30', '2025-01-01..2025-03-31')
    """
    if value is True:
        return YES[0]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, Period):
        return f"{value.first_on}..{value.last_on}"
    words = {code: word for word, code in COMPARISON_WORDS.items()}
    return words.get(value, str(value))


def options_of(command: click.Command, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The options of a command from the pairs of an address, checked as the command checks them.

    Raises
    ------
    AskedWrongly
        If a name or a value is none that the command knows, or one is lacking.
    """
    known = offered(command)
    said: dict[str, list[str]] = {}
    for name, text in pairs:
        if name not in known:
            raise AskedWrongly(
                "There is no parameter called {name}.",
                "There are: {known}.",
                name=name,
                known=", ".join(known),
            )
        said.setdefault(name, []).append(text)
    options, arguments = [], []
    for name, texts in said.items():
        parameter = known[name]
        if not parameter.multiple and len(texts) > parameter.nargs:
            raise AskedWrongly("{name} is said twice.", name=name)
        if isinstance(parameter, click.Argument):
            arguments += texts
        else:
            options += _words(parameter, name, texts)
    return _parsed(command, [*options, "--", *arguments])


def _words(parameter: click.Parameter, name: str, texts: Sequence[str]) -> list[str]:
    option = max(parameter.opts, key=len)
    if parameter.nargs > 1:  # its words one after the other
        return [option, *texts]
    if not getattr(parameter, "is_flag", False):
        return [f"{option}={text}" for text in texts]
    if texts[0].lower() not in (*YES, *NO):
        raise AskedWrongly("{name} is {yes} or {no}.", name=name, yes=YES[0], no=NO[0])
    return [option] if texts[0].lower() in YES else []


def _parsed(command: click.Command, words: list[str]) -> dict[str, Any]:
    needs_files = any(it.name == "files" for it in command.params)
    try:
        context = command.make_context(str(command.name), [*words, *(["-"] if needs_files else [])])
    except click.UsageError as error:
        raise as_refusal(error) from error
    return {name: it for name, it in context.params.items() if name not in ONLY_HERE}
