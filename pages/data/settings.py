"""Settings: thresholds, hours, economics, each with its source; who changed what, from when?"""

import streamlit as st

from pages.components.context import tr, whole_store
from pages.components.figures import show_note, show_title
from pages.components.settings_entries import groups
from pages.components.settings_words import draw_history, settings_group_name
from pages.components.url_state import choose_part, open_part
from pages.parts.settings.access import draw_access
from pages.parts.settings.finding import draw_finder, draw_ways_back
from pages.parts.settings.forms import draw_group
from pages.parts.settings.lists import (
    draw_own_assumptions,
    draw_own_standards,
    draw_targets,
)
from pages.parts.settings.naming import draw_given_names

translate = tr()
show_title(translate("Settings"))
whole_store()  # whoever may not have it reads why, and nothing below
others = {
    "targets": translate("Targets"),
    "touchpoints": translate("Names of journeys and touchpoints"),
    "own": translate("Standards for some contacts"),
    "segments": translate("Assumptions of segments"),
    "history": translate("What was changed"),
    "access": translate("Who may see and do what"),
}
codes, key = [*groups(), *others], f"settings_group:{translate.locale}"
open_part(codes, key)
which, finder = st.columns(2)
with finder:
    draw_finder(codes, key)
code = which.selectbox(
    translate("Which settings"),
    codes,
    format_func=lambda each: others.get(each) or settings_group_name(each, translate),
    key=key,
    on_change=choose_part,
    args=(codes, key),
)
if code == "history":
    draw_history()
elif code == "access":
    draw_access()
elif code == "targets":
    draw_targets()
elif code == "touchpoints":
    draw_given_names()
elif code == "own":
    draw_own_standards()
elif code == "segments":
    draw_own_assumptions()
else:
    draw_group(code)
    draw_ways_back(code)
show_note([translate("A change counts at once for everybody, and is kept with who and when.")])
