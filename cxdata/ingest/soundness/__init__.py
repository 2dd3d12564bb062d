"""Whether the store is what was stored: the check, what it doesn't look at, and the repair."""

from cxdata.ingest.soundness.checking import Depth, check_store, light_check, soundness
from cxdata.ingest.soundness.repairing import repair_store
from cxdata.ingest.soundness.report import Problem, Soundness

__all__ = [
    "Depth",
    "Problem",
    "Soundness",
    "check_store",
    "light_check",
    "repair_store",
    "soundness",
]
