"""Import: here are the new extracts; what was taken, corrected, refused?"""

import streamlit as st

from pages.components.context import tr, whole_store
from pages.components.figures import show_note, show_title
from pages.components.style import uploader_words
from pages.parts.import_extract.files import draw_file, draw_import_all, draw_interruption
from pages.parts.import_extract.sample import draw_sample_mark
from pages.parts.import_extract.saved import draw_saved
from pages.parts.import_extract.start import draw_start
from pages.parts.import_extract.uploads import chosen_files, take, wanted

translate = tr()
show_title(translate("Import an extract"))
whole_store()  # whoever may not have it reads why, and nothing below
st.html(uploader_words(translate, st.get_option("server.maxUploadSize")))
uploads = chosen_files()
draw_sample_mark()
draw_interruption()
with st.empty().container():
    if to_take := wanted(uploads):
        take(to_take)
    if not uploads:
        show_note(
            [translate("Answers, contacts, customers, assessments or invitations, one row each.")]
        )
        draw_start()
    for upload in uploads:
        draw_file(upload, uploads)
    draw_import_all(uploads)
    draw_saved()
