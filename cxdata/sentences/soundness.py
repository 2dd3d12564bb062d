"""What a check of the store found, in words."""

from __future__ import annotations

from cxdata.i18n import Translator
from cxdata.ingest.notes import Note
from cxdata.ingest.soundness import Soundness


def problem_texts(found: Soundness, tr: Translator) -> list[str]:
    """Each problem with what to do about it."""
    return [
        " ".join(_told(part, tr) for part in (problem, problem.remedy) if part)
        for problem in found.problems
    ]


def not_checked_texts(found: Soundness, tr: Translator) -> list[str]:
    return [_told(note, tr) for note in found.not_checked]


def verdict_text(found: Soundness, tr: Translator) -> str:
    """The result in one sentence."""
    if found.is_sound:
        return tr("Nothing is wrong with what was checked.")
    count = len(found.problems)
    return tr.plural("One thing is wrong.", "{n} things are wrong.", count)


def _told(note: Note, tr: Translator) -> str:
    return tr(note.template, **note.values)
