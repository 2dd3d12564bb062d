"""Cases: whom to call back, why, who does it until when, and did it help?"""

from cxdata.cases.listing import case_counts
from pages.components.context import store, tr
from pages.components.figures import show_nothing, show_title
from pages.components.insight import pick_tab
from pages.components.reader import current_reader
from pages.components.url_state import placed_here
from pages.parts.cases.customer import draw_customer
from pages.parts.cases.listing import counts_text
from pages.parts.cases.one_case import draw_case
from pages.parts.cases.parts import draw_part, tabs_of_cases

if not store().may_see_people:
    show_title(tr()("Cases"))
    show_nothing(tr()("Cases name people, whom your rights don't reach."))
elif placed_here("customer"):
    draw_customer(placed_here("customer")[0])
elif placed_here("case"):
    draw_case(placed_here("case")[0])
else:
    show_title(counts_text(case_counts(store(), current_reader().name), tr()))
    draw_part(pick_tab("cases", tabs_of_cases()))
