"""What differs between two packs, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxdata.i18n import N_, Translator
from cxdata.pack.comparing import Cause, FigureDifference, LaterRows, PackComparison

CAUSES: Mapping[Cause, str] = {
    "later": N_("later files"),
    "undone": N_("files that were undone"),
    "settings": N_("settings"),
    "program": N_("another version of the program"),
    "filters": N_("other filters"),
    "added": N_("what people wrote: events, targets, views, rights"),
}
# Of settings, so many are named; the list has all.
NAMED_SETTINGS = 4
FIRST_FIGURES = ("nps", "overview_nps")


def comparison_lines(found: PackComparison, tr: Translator) -> list[str]:
    """What was said then, what holds now and why, a sentence a line."""
    lines = [_first_line(found, tr)]
    if not found.is_traced:
        lines.append(tr("An earlier version took it: files and settings of then weren't kept."))
    lines += [it for it in (_rows_text(found, tr), _undone_text(found, tr)) if it]
    if found.settings:
        named = ", ".join(name for name, _, _ in found.settings[:NAMED_SETTINGS])
        more = len(found.settings) - NAMED_SETTINGS
        rest = f" + {tr.number(more)}" if more > 0 else ""
        lines.append(tr("Settings changed: {named}.", named=named + rest))
    one, other = found.programs
    if one != other and found.is_traced:
        lines.append(tr("The program was {then}, now {now}.", then=one, now=other))
    if len({it for each in found.differing for it in each.causes}) > 1:
        lines.append(tr("Where several causes are named they can't be told apart."))
    return lines


def cause_text(causes: Sequence[Cause], tr: Translator) -> str:
    """Why a figure differs; empty if it doesn't."""
    return ", ".join(tr(CAUSES[it]) for it in causes)


def figure_text(figure: FigureDifference, tr: Translator) -> str:
    """How far a figure is another one now."""
    if figure.is_same:
        return tr("the same")
    if not figure.then:
        return tr("new since then")
    if not figure.now:
        return tr("not there any more")
    if not figure.differing_count:
        return tr("other words, the same numbers")
    return tr(
        "{n} of {whole} numbers differ",
        n=tr.number(figure.differing_count),
        whole=tr.number(figure.number_count),
    )


def _first_line(found: PackComparison, tr: Translator) -> str:
    """As a meeting remembers it: the NPS said then, and now."""
    day = tr.day(found.then.taken_at.date())
    count = len(found.differing)
    if not count:
        return tr("Everything is as it was in “{title}” on {day}.", title=found.then.title, day=day)
    first = next((it for it in found.figures if it.key in FIRST_FIGURES), None)
    then = first.then if first else ""
    now = first.now if first else ""
    if then and now and then != now:
        said = tr(
            "On {day} (“{title}”) we said {then}; it is {now} now.",
            day=day,
            title=found.then.title,
            then=then,
            now=now,
        )
    else:
        said = tr("Since “{title}” on {day}:", title=found.then.title, day=day)
    return (
        said
        + " "
        + tr.plural(
            "{n} of {whole} figures differs.",
            "{n} of {whole} figures differ.",
            count,
            whole=tr.number(len(found.figures)),
        )
    )


def _rows_text(found: PackComparison, tr: Translator) -> str:
    files = sum(found.later.values())
    if not files:
        return ""
    came = tr.plural("{n} file came later", "{n} files came later", files)
    parts = [text for it in found.rows for text in _row_texts(it, tr)]
    return tr("{files}: {rows}.", files=came, rows=", ".join(parts)) if parts else f"{came}."


def _row_texts(rows: LaterRows, tr: Translator) -> list[str]:
    new, corrected = rows.row_count - rows.corrected_count, rows.corrected_count
    if rows.counted == "answers":
        texts = [
            tr.plural("{n} answer of the period", "{n} answers of the period", new),
            tr.plural("{n} answer told anew", "{n} answers told anew", corrected),
        ]
    elif rows.counted == "contacts":
        texts = [
            tr.plural("{n} contact of the period", "{n} contacts of the period", new),
            tr.plural("{n} contact told anew", "{n} contacts told anew", corrected),
        ]
    else:
        texts = [
            tr.plural("{n} new customer", "{n} new customers", new),
            tr.plural("{n} customer told anew", "{n} customers told anew", corrected),
        ]
    return texts if corrected else texts[:1]


def _undone_text(found: PackComparison, tr: Translator) -> str:
    files = sum(found.undone.values())
    if not files:
        return ""
    return tr.plural(
        "{n} file of then counts no more: it was undone, or a backup took its place.",
        "{n} files of then count no more: they were undone, or a backup took their place.",
        files,
    )
