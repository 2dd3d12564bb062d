"""Assessments that a person writes down on the page: a tiny file, imported like any other.

So each one is a batch: it is listed with who brought it and when, and can be undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from cxdata.errors import CxDataError
from cxdata.followup.annotations import FIRST_DAY, NAME_LETTERS
from cxdata.i18n import N_
from cxdata.ingest import import_file
from cxdata.metrics.pyramid.model import Indicator
from cxdata.models import ImportReport
from cxdata.store.connection import Store

EVIDENCE_LETTERS = 500


@dataclass(frozen=True)
class Assessment:
    """What a person found of an assessed indicator: ``value`` is a share, 0 to 1.

    With ``found_count`` and ``reviewed_count``, the value is the one out of the other, and both
    go into the evidence. ``reviewed_count`` alone is the number of cases that ``value`` is a
    share of; without it, the share has no interval.
    """

    journey: str
    indicator: Indicator
    assessed_on: date
    assessed_by: str
    evidence: str
    value: float | None = None
    found_count: int | None = None
    reviewed_count: int | None = None


def record_assessment(store: Store, assessment: Assessment) -> ImportReport:
    """Store an assessment as a batch of its own. One of the same journey, indicator and day takes
    the place of the earlier one.

    Raises
    ------
    CxDataError
        If the journey, the name or the evidence is missing or too long, the day lies ahead, or
        the value is not a share.
    """
    row = _row(assessment)
    file = pl.DataFrame([row]).write_csv(quote_style="always").encode("utf-8")
    return import_file(
        store,
        file,
        file_name=f"{row['journey']} · {row['indicator']} · {row['assessed_on']}.csv",
        kind="assessments",
        encoding="utf-8",
        delimiter=",",
        decimal_mark=".",
        kept_columns=("journey", "assessed_by", "evidence"),  # written here on purpose
        # The name isn't kept there either where hashes are stored in the place of names.
        loaded_by=None if store.settings.privacy.hash_names else assessment.assessed_by,
    )


def _row(assessment: Assessment) -> dict[str, object]:
    if assessment.indicator.kind != "assessed":
        raise ValueError(f"{assessment.indicator.id} is measured")
    journey = _filled(assessment.journey, N_("Name the journey."), NAME_LETTERS)
    person = _filled(assessment.assessed_by, N_("Sign with your name."), NAME_LETTERS)
    evidence = _filled(
        assessment.evidence, N_("Say what you looked at: that is the evidence."), EVIDENCE_LETTERS
    )
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # it may be tomorrow there already
    if not FIRST_DAY <= assessment.assessed_on <= tomorrow:
        raise CxDataError(N_("An assessment can't be of a day that lies ahead."))
    return {
        "journey": journey,
        "level": assessment.indicator.level,
        "indicator": assessment.indicator.id,
        "value": _share(assessment),
        "assessed_on": assessment.assessed_on.isoformat(),
        "assessed_by": person,
        "evidence": _with_counts(evidence, assessment),
        "case_count": "" if assessment.reviewed_count is None else assessment.reviewed_count,
    }


def _share(assessment: Assessment) -> float:
    found, reviewed = assessment.found_count, assessment.reviewed_count
    if found is not None and reviewed is not None:
        if not 0 <= found <= reviewed or reviewed == 0:
            raise CxDataError(
                N_("{found} of {reviewed} cases can't be."),
                N_("Review at least one case; those found are among them."),
                found=found,
                reviewed=reviewed,
            )
        return found / reviewed
    if assessment.value is None or not 0 <= assessment.value <= 1:
        raise CxDataError(N_("A share lies between 0 and 100 %."))
    if reviewed is not None and reviewed < 1:
        raise CxDataError(N_("Review at least one case, or leave their number open."))
    return assessment.value


def _with_counts(evidence: str, assessment: Assessment) -> str:
    if assessment.found_count is None or assessment.reviewed_count is None:
        return evidence
    return f"{assessment.found_count}/{assessment.reviewed_count} · {evidence}"


def _filled(text: str, question: str, most: int) -> str:
    """The text on one line, without what no keyboard types."""
    line = " ".join("".join(it if it >= " " else " " for it in text).split())
    if not line:
        raise CxDataError(question)
    if len(line) > most:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(line),
            most=most,
        )
    return line
