"""Board pack: what do we show on Monday? Sections, language and names chosen, files taken."""

from pages.components.context import tr
from pages.components.figures import show_note, show_scope, show_title
from pages.components.panels import request
from pages.parts.board_pack.choosing import draw_choice
from pages.parts.board_pack.files import draw_pack_files
from pages.parts.board_pack.mailing import draw_mailing

asked = request()
translate = tr()
show_title(translate("The figures of these filters as slides, PDF, workbook or mail"))
show_scope(asked.filters)
choice, language = draw_choice()
draw_pack_files(asked, choice, language)
show_note(
    [
        translate("Charts on the slides are PowerPoint's own and hold their data."),
        translate("The PDF has its numbers attached; the mail opens as a draft."),
    ]
)
draw_mailing(asked.filters, choice)
