"""Import: bytes to text rows, mapped, validated, and stored in one transaction as one batch."""

from cxdata.ingest.columns import fields_of
from cxdata.ingest.importing import FilePreview, import_file, preview_file, refused_rows
from cxdata.ingest.judging.refusals import reason_text
from cxdata.ingest.soundness import check_store
from cxdata.ingest.storing.batches import recorded_batches, recorded_refusals, undo_batch

__all__ = [
    "FilePreview",
    "check_store",
    "fields_of",
    "import_file",
    "preview_file",
    "reason_text",
    "recorded_batches",
    "recorded_refusals",
    "refused_rows",
    "undo_batch",
]
