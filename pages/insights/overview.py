"""Overview: are customers more loyal, how mature is the experience, do we answer in time,
what does churn cost? And what should we decide?"""

import streamlit as st

from cxdata.ingest.storing.inventory import holdings
from cxdata.panels.overview import CARDS
from pages.components.context import cached
from pages.components.figures import show_scope
from pages.components.panels import request
from pages.parts.overview.cards import draw_card
from pages.parts.overview.start import draw_beginning, draw_missing

asked = request()
show_scope(asked.filters, known=asked.all_known())
held = cached(holdings)
draw_beginning(held)
rows = [st.columns(2, gap="small") for _ in CARDS[::2]]
places = [place for row in rows for place in row]
for place, card in zip(places, CARDS, strict=False):
    draw_card(place, card, card.make(asked))
draw_missing(held)
