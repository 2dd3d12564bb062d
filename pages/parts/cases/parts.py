"""The parts of the page: the list, whether it helped, the rules."""

from __future__ import annotations

from cxdata.i18n import N_
from cxdata.panels import follow_up
from pages.components.figures import show_scope
from pages.components.panels import request, show_panel
from pages.components.reader import can
from pages.parts.cases.listing import draw_cases
from pages.parts.cases.rules import draw_rules
from pages.parts.cases.suggestions import draw_suggestions

TABS = {
    "list": N_("Cases"),
    "helped": N_("Did it help?"),
    "suggestions": N_("Suggestions"),
    "rules": N_("Rules"),
}
HELPED_PANELS = (
    follow_up.in_time_panel,
    follow_up.rescue_panel,
    follow_up.leaving_panel,
    follow_up.causes_panel,
)


def tabs_of_cases() -> dict[str, str]:
    """The parts of the page that the reader may see."""
    return {code: name for code, name in TABS.items() if code != "rules" or can("rules")}


def draw_part(code: str) -> None:
    """The part that the reader chose."""
    if code == "rules":
        draw_rules()
    elif code == "suggestions":
        draw_suggestions()
    elif code == "helped":
        asked = request()
        show_scope(asked.filters, scope="customers")
        for make in HELPED_PANELS:
            show_panel(make(asked))
    else:
        draw_cases()
