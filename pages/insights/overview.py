"""Overview: what must this meeting know; are customers more loyal, how mature is the experience,
do we answer in time, what does churn cost? And what should we decide?"""

from cxdata.ingest.storing.inventory import holdings
from cxdata.panels.follow_up import followed_up
from cxdata.panels.overview import CARDS, briefing, since_last_snapshot
from pages.components.context import cached
from pages.components.figures import show_scope
from pages.components.panels import request
from pages.parts.overview.cards import draw_briefing, draw_cards, draw_since
from pages.parts.overview.start import draw_beginning, draw_missing

asked, held = request(), cached(holdings)
if held.is_empty():
    draw_beginning(held)
else:
    draw_briefing(asked.made(briefing))
    draw_since(asked.made(since_last_snapshot))
    show_scope(asked.filters, known=asked.all_known(), also=followed_up(asked))
    draw_cards([(card, asked.made(card.make)) for card in CARDS])
    draw_missing(held)
