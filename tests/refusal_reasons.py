"""Every reason for which a value or a row is refused: what documents list and catalogues hold."""

from cxdata.cases import outcomes
from cxdata.ingest import returned_cases
from cxdata.ingest.judging import amounts, building, dates, durations, scales, validation, values
from cxdata.ingest.judging.refusals import UNKNOWN_BUT_NEAR
from cxdata.ingest.reading.rows import BAD_JSON, BAD_QUOTES, RAGGED

REFUSAL_REASONS = (
    values.EMPTY,
    dates.NOT_A_DATE,
    dates.NO_SUCH_DAY,
    dates.NO_SUCH_TIME,
    dates.YEAR_OUT_OF_RANGE,
    durations.NOT_A_DURATION,
    values.NOT_A_SCORE,
    values.SCORE_OUT_OF_RANGE,
    values.NOT_A_NUMBER,
    values.UNKNOWN_CHOICE,
    UNKNOWN_BUT_NEAR,
    building.UNTOLD_END,
    validation.BEFORE_OPENED,
    validation.BEFORE_SENT,
    validation.ENDS_BEFORE_START,
    amounts.OTHER_CURRENCY,
    amounts.NEGATIVE_AMOUNT,
    amounts.TOO_LARGE,
    validation.NOT_A_SHARE,
    validation.NOT_A_COUNT,
    scales.CES_OUT_OF_SCALE,
    RAGGED,
    BAD_QUOTES,
    BAD_JSON,
    returned_cases.NOT_A_CASE,
    returned_cases.NOT_A_VERSION,
    outcomes.NO_SUCH_CASE,
    outcomes.NO_SUCH_REVISION,
    outcomes.TWICE,
    outcomes.CHANGED_SINCE,
    outcomes.UNKNOWN_VALUE,
    outcomes.UNKNOWN_OWNER,
    outcomes.TOO_LONG,
    outcomes.CONTACT_OUT_OF_TIME,
)
