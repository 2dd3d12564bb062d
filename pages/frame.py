"""What surrounds every page: the address, the navigation, the filters, the page itself."""

from pathlib import Path

import streamlit as st

from pages.components.admission import admit, draw_signed_in, draw_view_mark, see_page
from pages.components.ahead import note_look, page_run
from pages.components.brand import draw_brand, draw_words
from pages.components.context import offer, tr
from pages.components.deciding import offer_deciding
from pages.components.explaining import begin_explaining
from pages.components.figures import begin_page
from pages.components.filters import (
    draw_copy_link,
    draw_data_age,
    draw_filter_bar,
    draw_language,
    draw_rights,
    show_unknown,
)
from pages.components.meeting_way import draw_way_back
from pages.components.navigation import current_page, draw_page_links, entry_of, set_up_tab
from pages.components.recording import begin_record
from pages.components.saved_views import draw_views, follow_view, show_views_said
from pages.components.style import STYLE
from pages.components.url_state import page_query, read_url, write_url

page = current_page()
admit(page)
begin_record(page.url_path)
follow_view(page)
unknown = read_url(page.url_path, offer())
set_up_tab(page, tr())
st.html(STYLE)
with st.sidebar:
    with st.container(key="brand", gap="xsmall", horizontal=True, vertical_alignment="center"):
        draw_brand()
    with st.container(key="pages", gap="xsmall"):
        draw_page_links(page_query(offer()), tr())
    with st.container(key="foot", gap="xsmall"):
        draw_rights()
        draw_language()
        draw_signed_in()
        draw_words()
write_url(offer())
note_look(page.url_path)
# Fixed places, so that nothing of a page moves when one of them is filled.
bar, above = st.container(key="filter_bar", horizontal=True, gap="xsmall"), st.container()
acting = entry_of(page).acting
if acting:
    with bar, st.container(key="filters", horizontal=True, gap="xsmall"):
        draw_filter_bar(acting)
    with bar, st.container(key="bar_end", horizontal=True, gap="xsmall", width="content"):
        draw_data_age()
        draw_views()
        draw_copy_link()
        offer_deciding("bar", Path(entry_of(page).path).stem)
with above:
    draw_view_mark()
    draw_way_back(page.url_path)
    show_unknown(unknown)
    show_views_said()
    see_page(page)
begin_page()
begin_explaining()
with st.container(key="page"), page_run():
    page.run()
