"""Methods: how is each figure computed?"""

import streamlit as st

from pages.components.context import tr
from pages.components.figures import show_note, show_title
from pages.components.methods import found_sections, method_sections
from pages.parts.methods.contents import draw_contents, draw_sections

translate = tr()
intro, *sections = method_sections(translate.locale)
show_title(intro.title)
contents, text = st.columns([1, 3], gap="medium")
with contents, st.container(key="methods_contents", gap="xsmall"):
    asked = st.text_input(translate("Search the methods"), key=f"methods_search:{translate.locale}")
    found = found_sections(asked, translate.locale)
    if asked.strip():
        show_note([translate.plural("{n} section", "{n} sections", len(found))])
    draw_contents(found if asked.strip() else sections)
with text:
    st.markdown(intro.text)
    draw_sections(sections)
