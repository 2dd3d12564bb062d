"""Commands whose help, and what is typed wrongly, are said in the caller's language."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from cxdata.cli.language import language_of_words, terminal_language
from cxdata.cli.usage import as_refusal
from cxdata.i18n import N_, SOURCE_LOCALE, Locale, Translator, translator
from cxdata.i18n.messages import help_text

LANGUAGE = "cxdata.language"  # in what click keeps of one call
# What click itself writes above the parts of a help text.
HEADINGS = {"Options": N_("Options"), "Commands": N_("Commands")}
HELP_HELP = N_("Show this message and exit.")
VERSION_HELP = N_("Show the version and exit.")


class SpokenFormatter(click.HelpFormatter):
    """Headings in the language of a call."""

    def __init__(self, tr: Translator, **size: Any) -> None:
        super().__init__(**size)
        self.tr = tr

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or self.tr("Usage:") + " ")

    def section(self, name: str) -> Any:
        return super().section(self.tr(HEADINGS.get(name, name)))

    def write_heading(self, heading: str) -> None:
        colon = "\N{NO-BREAK SPACE}:" if self.tr.locale == "fr" else ":"
        self.write(f"{'':>{self.current_indent}}{heading}{colon}\n")


class SpokenContext(click.Context):
    """A call of a command, whose words say its language."""

    @property
    def tr(self) -> Translator:
        return translator(self.meta.get(LANGUAGE) or terminal_language())

    def make_formatter(self) -> click.HelpFormatter:
        if self.tr.locale == SOURCE_LOCALE:
            return super().make_formatter()
        return SpokenFormatter(self.tr, width=self.terminal_width, max_width=self.max_content_width)


class SpokenCommand(click.Command):
    """A command that explains itself in the language of the call."""

    context_class = SpokenContext

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta.setdefault(LANGUAGE, language_of_words(args))
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        said = spoken(ctx)(help_text(self.help or ""))
        if said:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(said)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [it for it in (_help_record(each, ctx) for each in self.get_params(ctx)) if it]
        if rows:
            with formatter.section("Options"):
                formatter.write_dl(rows)


class SpokenGroup(SpokenCommand, click.Group):
    """Several of them."""

    command_class = SpokenCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        tr = spoken(ctx)
        rows = [
            (name, tr(help_text(each.help or "")).partition("\n\n")[0])
            for name, each in sorted(self.commands.items())
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """As click has it; what is typed wrongly is said in the caller's language."""
        words = sys.argv[1:] if args is None else [*args]
        language = language_of_words(words)
        if language == SOURCE_LOCALE or not standalone_mode:
            return super().main(words, prog_name, complete_var, standalone_mode, **extra)
        tr = translator(language)
        try:
            status = super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
        except click.UsageError as error:
            _say_wrong(error, tr)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo(tr("Nothing was done."), err=True)
            sys.exit(1)
        sys.exit(status if isinstance(status, int) else 0)


spoken_command = partial(click.command, cls=SpokenCommand)


def spoken(context: click.Context) -> Translator:
    """The translator of a call."""
    return context.tr if isinstance(context, SpokenContext) else translator(terminal_language())


def language_of_call(context: click.Context) -> Locale:
    """In which language a call is answered."""
    return spoken(context).locale


def _help_record(parameter: click.Parameter, ctx: click.Context) -> tuple[str, str] | None:
    """The row of an option, what it says of itself in the language of the call."""
    found = parameter.get_help_record(ctx)
    said = getattr(parameter, "help", None)
    if found is None or isinstance(parameter, click.Argument) or not said:
        return found if isinstance(parameter, click.Option) else None
    tr = spoken(ctx)
    told = found[1].replace(said, tr(help_text(said)), 1)
    if tr.locale != SOURCE_LOCALE:
        told = told.replace("[default: ", "[" + tr("unless said:") + " ")
    return found[0], told


def _say_wrong(error: click.UsageError, tr: Translator) -> None:
    context = error.ctx
    if context is not None:
        click.echo(context.get_usage(), err=True)
        command = f"{context.command_path} --help"
        click.echo(tr("{command} says more.", command=command) + "\n", err=True)
    click.echo(" ".join(filter(None, tr.error(as_refusal(error)))), err=True)
