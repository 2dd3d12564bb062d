"""What can be done about a refused value, by why it was refused."""

from __future__ import annotations

from cxdata.i18n import N_
from cxdata.ingest.judging.dates import (
    NO_SUCH_DAY,
    NO_SUCH_TIME,
    NOT_A_DATE,
    YEAR_OUT_OF_RANGE,
)
from cxdata.ingest.judging.durations import NOT_A_DURATION
from cxdata.ingest.judging.refusals import UNKNOWN_BUT_NEAR
from cxdata.ingest.judging.scales import CES_OUT_OF_SCALE
from cxdata.ingest.judging.values import (
    EMPTY,
    NOT_A_NUMBER,
    NOT_A_SCORE,
    SCORE_OUT_OF_RANGE,
    UNKNOWN_CHOICE,
)

TEACH = N_("Say once what it stands for; it is kept for the next files.")
OTHER_SCALE = N_("If the scale is another, say which; else take another column.")
OTHER_DATES = N_("If days and months stand the other way round, say so; else correct it.")
OTHER_NUMBERS = N_("Say which sign is the decimal mark, or take another column.")
AS_DURATION = N_("Write it as h:mm:ss, or as a number with its unit in the header.")
FILL_IN = N_("Fill it in, take another column, or give all rows the same value.")
CORRECT = N_("Correct it in the file and import that again.")

CURES = {
    UNKNOWN_CHOICE: TEACH,
    UNKNOWN_BUT_NEAR: TEACH,
    SCORE_OUT_OF_RANGE: OTHER_SCALE,
    NOT_A_SCORE: OTHER_SCALE,
    CES_OUT_OF_SCALE: OTHER_SCALE,
    NOT_A_DATE: OTHER_DATES,
    NO_SUCH_DAY: OTHER_DATES,
    NO_SUCH_TIME: CORRECT,
    YEAR_OUT_OF_RANGE: CORRECT,
    NOT_A_NUMBER: OTHER_NUMBERS,
    NOT_A_DURATION: AS_DURATION,
    EMPTY: FILL_IN,
}


def cure_of(reason: str) -> str:
    """What to do about a value that was refused for this reason; translatable.

    >>> cure_of(UNKNOWN_CHOICE) == TEACH, cure_of("Something else.") == CORRECT
    (True, True)
    """
    return CURES.get(reason, CORRECT)
