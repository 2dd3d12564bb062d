"""Settings: thresholds, hours, economics, each with its source; who changed what, from when?"""

import streamlit as st

from pages.components.context import tr
from pages.components.figures import show_note, show_title
from pages.components.settings_forms import (
    draw_group,
    draw_history,
    draw_own_assumptions,
    draw_own_standards,
    group_name,
    groups,
)

translate = tr()
show_title(translate("Settings"))
others = {
    "own": translate("Standards for some contacts"),
    "segments": translate("Assumptions of segments"),
    "history": translate("What was changed"),
}
code = st.selectbox(
    translate("Which settings"),
    [*groups(), *others],
    format_func=lambda each: others.get(each) or group_name(each, translate),
    key=f"settings_group:{translate.locale}",
)
if code == "history":
    draw_history()
elif code == "own":
    draw_own_standards()
elif code == "segments":
    draw_own_assumptions()
else:
    draw_group(code)
show_note([translate("A change counts at once for everybody, and is kept with who and when.")])
