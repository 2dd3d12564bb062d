"""Who did what with people's data: written down when it is done, read by administrators."""

from cxdata.record.acting import acting_as, actor
from cxdata.record.acts import ACTS, Act, note_act, note_done
from cxdata.record.reading import recorded_acts

__all__ = ["ACTS", "Act", "acting_as", "actor", "note_act", "note_done", "recorded_acts"]
