"""What surrounds every page: the address, the navigation, the filters, the page itself."""

import streamlit as st

from pages.components.admission import admit, draw_signed_in, draw_view_mark, see_page
from pages.components.context import offer, tr
from pages.components.figures import begin_page
from pages.components.filters import draw_data_date, draw_filters, draw_language, show_unknown
from pages.components.navigation import current_page, draw_page_links, set_up_tab
from pages.components.recording import begin_record
from pages.components.style import STYLE
from pages.components.url_state import page_query, read_url, write_url

page = current_page()
admit(page)
begin_record(page.url_path)
unknown = read_url(page.url_path, offer())
set_up_tab(page, tr())
st.html(STYLE)
with st.sidebar.container(gap="xsmall"):
    draw_language()
    draw_page_links(page_query(offer()), tr())
    draw_filters()
    draw_data_date()
    draw_signed_in()
write_url(offer())
draw_view_mark()
show_unknown(unknown)
see_page(page)
begin_page()
page.run()
