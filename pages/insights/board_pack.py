"""Board pack: what do we show on Monday? Sections, language and names chosen, files taken; and what
earlier meetings saw."""

import streamlit as st

from cxdata.i18n import N_
from pages.components.context import tr
from pages.components.figures import pick_section, show_note, show_scope, show_title
from pages.components.meeting_way import MEETING_PATH
from pages.components.panels import request
from pages.parts.board_pack.choosing import draw_choice
from pages.parts.board_pack.files import draw_pack_files
from pages.parts.board_pack.freezing import draw_freezing
from pages.parts.board_pack.mailing import draw_mailing
from pages.parts.board_pack.snapshots import draw_snapshots

translate = tr()
show_title(translate("The figures of these filters as slides, PDF, workbook or mail"))
part = pick_section("board_pack", {"pack": N_("Pack"), "snapshots": N_("Snapshots")})
if part == "snapshots":
    draw_snapshots()
else:
    asked = request()
    show_scope(asked.filters)
    choice, language = draw_choice()
    draw_pack_files(asked, choice, language)
    show_note(
        [
            translate("Charts on the slides are PowerPoint's own and hold their data."),
            translate("The PDF has its numbers attached; the mail opens as a draft."),
        ]
    )
    st.page_link(
        MEETING_PATH,
        label=translate("Meeting mode, with these filters"),
        icon=":material/co_present:",
    )
    draw_freezing(asked, choice)
    draw_mailing(asked.filters, choice)
