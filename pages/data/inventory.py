"""Data: what is in the store, how fresh and how complete is it, who loaded it; undo."""

from cxdata.ingest import recorded_batches
from cxdata.ingest.storing.inventory import holdings
from cxdata.tables import holdings_table
from pages.components.backups import draw_backups
from pages.components.context import cached, tr, whole_store
from pages.components.figures import show_nothing, show_table, show_title
from pages.components.reader import can
from pages.components.refused import draw_refused
from pages.parts.inventory.batches import draw_batches
from pages.parts.inventory.inbox import draw_inbox
from pages.parts.inventory.person import draw_person
from pages.parts.inventory.record import draw_record
from pages.parts.inventory.soundness import draw_soundness

translate = tr()
show_title(translate("What is in the store"))
held = cached(holdings)
if held.is_empty():
    show_nothing(translate("The store is empty: import an extract."))
else:
    show_table(holdings_table(held, translate))

batches = cached(recorded_batches)
if not batches.is_empty():
    show_title(translate("What was imported"))
    draw_batches(batches)
    draw_refused(batches)

draw_inbox()
draw_soundness()
if can("backup"):
    draw_backups(whole_store())
draw_record()
draw_person()
