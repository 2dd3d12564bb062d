"""What is typed wrongly, said in the language of whoever typed it."""

from __future__ import annotations

import click

from cxdata.errors import AskedWrongly
from cxdata.i18n import N_

# What an option takes, by the name that click gives its type.
TAKES = {
    "integer": N_("{name} takes a whole number."),
    "integer range": N_("{name} takes a whole number within its range."),
    "datetime": N_("{name} takes a day, such as 2026-06-30."),
}


class WrongUsage(click.UsageError):
    """Options that don't go together, or a value of another form; a sentence with its template."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template.format(**values))
        self.template = template
        self.values = values


def as_refusal(error: click.UsageError) -> AskedWrongly:
    """What was typed wrongly, as a sentence that can be translated."""
    if isinstance(error, WrongUsage):
        return AskedWrongly(error.template, "", **error.values)
    if isinstance(error, click.NoSuchOption):
        return AskedWrongly("There is no option {name}.", name=error.option_name)
    if isinstance(error, click.MissingParameter):
        return AskedWrongly("{name} is missing.", name=_name(error.param))
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _bad_value(error.param, error)
    return AskedWrongly("{said}", said=error.format_message())


def _bad_value(parameter: click.Parameter, error: click.BadParameter) -> AskedWrongly:
    name, kind = _name(parameter), parameter.type
    if isinstance(kind, click.Choice):
        choices = ", ".join(map(str, kind.choices))
        return AskedWrongly("{name} is one of: {choices}.", name=name, choices=choices)
    if kind.name in TAKES:
        return AskedWrongly(TAKES[kind.name], name=name)
    return AskedWrongly("{said}", said=error.format_message())


def _name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return ""
    is_option = isinstance(parameter, click.Option)
    return max(parameter.opts, key=len) if is_option else parameter.human_readable_name
