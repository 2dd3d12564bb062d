"""The frame around every page: language, filters, address, navigation, a store that won't open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import streamlit
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from cxdata.i18n import translator
from cxdata.models import Filters, FiscalYear, Period
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from pages.components.context import offer_of, plain
from pages.components.filters import _pick, _pick_comparison, _pick_period
from pages.components.navigation import PAGES, PageEntry
from pages.components.style import uploader_words
from pages.components.url_state import Offer, Query, View, as_query, parsed_view, period_of

PROJECT = Path(__file__).parents[2]
FRAME = str(PROJECT / "pages" / "frame.py")

OFFER = Offer(
    surveys=("relationship", "transactional"),
    values={"segment": ("Gold", "Silver & more"), "region": ("Nord", "Sud"), "channel": ("call",)},
    first_on=date(2024, 1, 1),
    last_on=date(2026, 6, 30),
)
ANSWERS = """
    insert into response_versions (
        response_id, customer_id, responded_at, responded_on, survey, journey, channel, nps_score,
        csat_score, ces_score, ces_scale, comment, language, segment, region, product, batch_id,
        content_hash, is_current
    )
    select 'r' || i, 'c' || i, day, cast(day as date),
        case when i % 2 = 0 then 'relationship' else 'transactional' end,
        case when i % 3 = 0 then '*Delivery*' else '<b>Repair</b>' end,
        'call', i % 11, null, null, null, null, 'fr',
        case when i % 2 = 0 then 'Gold' else 'Silver & more' end,
        case when i % 5 = 0 then 'Nord' else 'Sud' end,
        'Heating', 1, i, true
    from (
        select i, timestamp '2024-01-01 12:00:00' + interval (i) day as day
        from range(912) as t(i)
    )
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """912 answers, one a day from 1 January 2024 to 30 June 2026."""
    store = Store.open(tmp_path_factory.mktemp("frame") / "cx.duckdb")
    with store.transaction() as con:
        con.execute(ANSWERS)
        rebuild_days(con, store.settings_history, ["responses"])
    yield store
    store.close()


@pytest.fixture
def opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens the frame with the given query parameters."""
    monkeypatch.setenv("CXDATA_STORE", str(store.path))

    def opened(**query: str | list[str]) -> AppTest:
        app = AppTest.from_file(FRAME, default_timeout=60)
        for name, values in query.items():
            app.query_params[name] = values
        return app.run()

    return opened


def picked(app: AppTest, name: str) -> object:
    return widget(app, name).value


def widget(app: AppTest, name: str):  # type: ignore[no-untyped-def]
    """The filter of that name, whatever the language."""
    filters = [*app.main.selectbox, *app.main.multiselect]
    [found] = [widget for widget in filters if widget.key.startswith(f"{name}:")]
    return found


def language(app: AppTest):  # type: ignore[no-untyped-def]
    return app.sidebar.button_group[0]


def view(app: AppTest) -> View:
    chosen: View = app.session_state["view"]
    return chosen


# What the URL says


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, View()),
        ({"lang": ["fr"]}, View(lang="fr")),
        ({"segment": ["Gold", "Silver & more"]}, View(segment=("Gold", "Silver & more"))),
        ({"segment": ["Gold", "Gold"]}, View(segment=("Gold",))),
        (
            {"period": ["all"], "survey": ["transactional"]},
            View(period="all", survey="transactional"),
        ),
        ({"period": ["2026-01-01..2026-03-31"]}, View(period="2026-01-01..2026-03-31")),
        ({"comparison": ["same_period_last_year"]}, View(comparison="same_period_last_year")),
        ({"comparison": ["2025-01-01..2025-03-31"]}, View(comparison="2025-01-01..2025-03-31")),
        ({"utm_source": ["mail"]}, View()),
    ],
)
def test_a_query_string_gives_the_view_it_names(query: Query, expected: View) -> None:
    assert parsed_view(query, View(), OFFER) == (expected, [])


@pytest.mark.parametrize(
    "query",
    [
        {"lang": ["de"]},
        {"period": ["13m"]},
        {"period": ["2026-02-30..2026-03-31"]},
        {"period": ["2026-03-31..2026-01-01"]},
        {"period": ["0001-01-01..9999-12-31"]},
        {"period": ["２０２６-01-01..2026-03-31"]},
        {"comparison": ["yesterday"]},
        {"comparison": ["2025-03-31..2025-01-01"]},
        {"comparison": ["all"]},
        {"survey": ["benchmark"]},
        {"segment": ["gold"]},
        {"product": [""]},
    ],
)
def test_what_does_not_exist_is_left_out_and_named(query: Query) -> None:
    [[value]] = query.values()
    assert parsed_view(query, View(), OFFER) == (View(), [value])


def test_a_known_value_is_kept_beside_an_unknown_one() -> None:
    view, unknown = parsed_view({"segment": ["Bronze", "Gold"]}, View(), OFFER)
    assert (view.segment, unknown) == (("Gold",), ["Bronze"])


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(lang="fr", period="all", survey="transactional", segment=("Silver & more", "Gold")),
        View(
            period="2026-01-01..2026-03-31", comparison="same_period_last_year", channel=("call",)
        ),
        View(period="this_year"),
        View(period="last_year"),
        View(comparison="2025-01-01..2025-03-31"),
    ],
)
def test_a_view_comes_back_from_its_own_address(view: View) -> None:
    assert parsed_view(as_query(view, View()), View(), OFFER) == (view, [])


def test_defaults_leave_the_address_clean() -> None:
    assert as_query(View(lang="fr"), View(lang="fr")) == {}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("12m", Period(date(2025, 7, 1), date(2026, 6, 30))),
        ("3m", Period(date(2026, 4, 1), date(2026, 6, 30))),
        ("this_year", Period(date(2026, 1, 1), date(2026, 6, 30))),
        ("last_year", Period(date(2025, 1, 1), date(2025, 12, 31))),
        ("2026-01-01..2026-01-01", Period(date(2026, 1, 1), date(2026, 1, 1))),
        ("all", None),
        ("last_month", Period(date(2026, 6, 1), date(2026, 6, 30))),
        ("last_quarter", Period(date(2026, 4, 1), date(2026, 6, 30))),
    ],
)
def test_a_period_ends_at_the_last_day_of_the_data(code: str, expected: Period | None) -> None:
    assert period_of(code, OFFER) == expected


@pytest.mark.parametrize(
    ("month", "this_year", "last_year"),
    [
        (4, (date(2026, 4, 1), date(2026, 6, 30)), (date(2025, 4, 1), date(2026, 3, 31))),
        (7, (date(2025, 7, 1), date(2026, 6, 30)), (date(2024, 7, 1), date(2025, 6, 30))),
    ],
)
def test_this_and_last_year_are_fiscal_ones(
    month: int, this_year: tuple[date, date], last_year: tuple[date, date]
) -> None:
    offer = replace(OFFER, fiscal_year=FiscalYear(month))
    assert period_of("this_year", offer) == Period(*this_year)
    assert period_of("last_year", offer) == Period(*last_year)


@pytest.mark.parametrize(
    ("last_on", "first_month", "code", "expected"),
    [
        (date(2026, 6, 29), 1, "last_month", (date(2026, 5, 1), date(2026, 5, 31))),
        (date(2026, 6, 29), 1, "last_quarter", (date(2026, 1, 1), date(2026, 3, 31))),
        (date(2026, 6, 30), 2, "last_quarter", (date(2026, 2, 1), date(2026, 4, 30))),
        (date(2025, 12, 31), 1, "last_quarter", (date(2025, 10, 1), date(2025, 12, 31))),
    ],
)
def test_the_last_full_month_and_quarter_are_over(
    last_on: date, first_month: int, code: str, expected: tuple[date, date]
) -> None:
    offer = replace(OFFER, last_on=last_on, fiscal_year=FiscalYear(first_month))
    assert period_of(code, offer) == Period(*expected)


def test_chosen_days_take_the_place_of_a_comparison() -> None:
    filters = View(period="3m", comparison="2025-01-01..2025-03-31").filters(OFFER)
    assert filters.compared_to == Period(date(2025, 1, 1), date(2025, 3, 31))
    assert View(comparison="same_period_last_year").filters(OFFER).compared_to is None


def test_without_data_the_default_period_is_everything() -> None:
    assert View().filters(Offer()) == Filters()


# What the store offers


def test_the_offer_is_what_the_answers_have(store: Store) -> None:
    offer = offer_of(store)
    assert offer.surveys == ("relationship", "transactional")
    assert offer.values["segment"] == ("Gold", "Silver & more")
    assert offer.values["product"] == ("Heating",)
    assert (offer.first_on, offer.last_on) == (date(2024, 1, 1), date(2026, 6, 30))


def test_an_empty_store_offers_nothing(tmp_path: Path) -> None:
    empty = Store.open(tmp_path / "empty.duckdb")
    offer = offer_of(empty)
    empty.close()
    assert offer.surveys == ("relationship",)
    assert not any(offer.values.values())
    assert offer.last_on is None


# The frame itself


def test_a_link_opens_with_its_filters(opened: Callable[..., AppTest]) -> None:
    app = opened(segment="Silver & more", period="3m", comparison="same_period_last_year")
    assert not app.exception
    assert picked(app, "segment") == ["Silver & more"]
    assert picked(app, "period") == "3m"
    assert picked(app, "comparison") == "same_period_last_year"


def test_a_link_to_a_vanished_value_says_so_and_shows_it_as_text(
    opened: Callable[..., AppTest],
) -> None:
    app = opened(segment="<b>*Bronze*</b>", region="Nord")
    assert plain("<b>*Bronze*</b>") in app.warning[0].value
    assert picked(app, "segment") == []
    assert picked(app, "region") == ["Nord"]
    assert "segment" not in app.query_params


def test_a_dimension_without_a_choice_has_no_filter(opened: Callable[..., AppTest]) -> None:
    names = [widget.key.split(":")[0] for widget in opened().main.multiselect]
    assert names == ["segment", "region", "journey"]


def test_picking_a_value_writes_it_to_the_address(opened: Callable[..., AppTest]) -> None:
    app = opened()
    widget(app, "segment").select("Silver & more").run()
    widget(app, "period").select("all").run()
    assert app.query_params == {"segment": "Silver & more", "period": "all"}


def test_filters_hold_across_pages(opened: Callable[..., AppTest]) -> None:
    app = opened(region="Nord", lang="fr")
    app.switch_page("insights/nps.py").run()
    assert not app.exception
    assert view(app).region == ("Nord",)
    assert picked(app, "region") == ["Nord"]
    assert app.query_params["region"] == "Nord"


def test_switching_the_language_keeps_every_filter(opened: Callable[..., AppTest]) -> None:
    app = opened(segment="Gold", period="24m", survey="transactional")
    english = view(app)
    language(app).set_value("fr").run()
    assert not app.exception
    assert picked(app, "period") == "24m"
    assert picked(app, "segment") == ["Gold"]
    assert app.query_params["lang"] == "fr"
    language(app).set_value("en").run()
    assert view(app) == english
    assert "lang" not in app.query_params


def test_the_filter_offers_this_year_and_the_one_before_by_name(
    opened: Callable[..., AppTest],
) -> None:
    app = opened(period="this_year")
    assert not app.exception
    assert picked(app, "period") == "this_year"
    assert widget(app, "period").options[2:4] == [
        "This year (2026)",
        "Last year (2025)",
    ]
    language(app).set_value("fr").run()
    assert widget(app, "period").options[2:4] == [
        "Année en cours (2026)",
        "Année précédente (2025)",
    ]


def test_choosing_days_starts_from_the_period_shown(opened: Callable[..., AppTest]) -> None:
    app = opened(period="3m")
    widget(app, "period").select("custom").run()
    assert view(app).period == "2026-04-01..2026-06-30"
    app.main.date_input[0].set_value((date(2026, 1, 1), date(2026, 1, 31))).run()
    assert app.query_params["period"] == "2026-01-01..2026-01-31"


def test_choosing_days_to_compare_with_starts_from_those_compared(
    opened: Callable[..., AppTest],
) -> None:
    app = opened(period="3m", comparison="same_period_last_year")
    widget(app, "comparison").select("custom").run()
    assert view(app).comparison == "2025-04-01..2025-06-30"
    app.main.date_input[0].set_value((date(2025, 1, 1), date(2025, 1, 31))).run()
    assert app.query_params["comparison"] == "2025-01-01..2025-01-31"
    assert picked(app, "period") == "3m"
    widget(app, "comparison").select("previous_period").run()
    assert "comparison" not in app.query_params
    assert not app.main.date_input


def test_a_link_opens_with_the_days_it_compares_with(opened: Callable[..., AppTest]) -> None:
    app = opened(period="2026-01-01..2026-01-31", comparison="2025-01-01..2025-01-31", lang="fr")
    assert not app.exception
    assert picked(app, "comparison") == "custom"
    assert [widget.value for widget in app.main.date_input] == [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2025, 1, 1), date(2025, 1, 31)),
    ]
    app.main.date_input[1].set_value((date(2025, 2, 1),)).run()
    assert view(app).comparison == "2025-01-01..2025-01-31"
    assert view(app).period == "2026-01-01..2026-01-31"


@pytest.mark.parametrize(
    ("comparison", "is_said"), [("2026-03-01..2026-04-01", True), ("2026-03-01..2026-03-31", False)]
)
def test_periods_that_overlap_are_said_not_to_be_compared(
    opened: Callable[..., AppTest], comparison: str, is_said: bool
) -> None:
    captions = [it.value for it in opened(period="3m", comparison=comparison).main.caption]
    assert ("The two periods overlap: nothing is compared." in captions) == is_said


def chips(app: AppTest) -> dict[str, str]:
    """What the chips say, and their help."""
    shown = [it for it in app.main.button if (it.key or "").startswith("chip:")]
    return {it.label.replace("\\", ""): it.help.replace("\\", "") for it in shown}


def test_a_chip_says_what_is_in_force_and_takes_it_away(opened: Callable[..., AppTest]) -> None:
    app = opened(segment=["Gold", "Silver & more"], region="Nord")
    assert list(chips(app)) == ["Gold", "Silver & more", "Nord"]
    assert chips(app)["Nord"] == "Remove Region: Nord"
    [gold] = [it for it in app.main.button if it.label == "Gold"]
    gold.click().run()
    assert app.query_params == {"segment": "Silver & more", "region": "Nord"}


def test_a_filter_that_cannot_act_is_struck_out_with_the_reason(
    opened: Callable[..., AppTest],
) -> None:
    app = opened(journey="*Delivery*", survey="transactional", segment="Gold")
    assert "~~*Delivery*~~" not in chips(app)
    app.switch_page("insights/churn_cost.py").run()
    told = chips(app)
    assert "not filtered by Journey: customers have none" in told["~~*Delivery*~~"]
    assert "doesn't depend on the survey" in told["~~Transactional survey~~"]
    assert next(iter(told)) == "Gold"
    assert [it.key.split(":")[0] for it in app.main.multiselect] == ["segment", "region"]


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "overview")
def test_only_pages_that_are_filtered_have_a_filter_bar(
    entry: PageEntry, opened: Callable[..., AppTest]
) -> None:
    app = opened(segment="Gold")
    app.switch_page(entry.path).run()
    keys = {str(it.key).split(":")[0] for it in app.main.selectbox}
    assert ("period" in keys) == (entry.acting is not None)
    assert bool(chips(app)) == (entry.acting is not None)


def test_one_day_picked_of_two_changes_nothing_yet(opened: Callable[..., AppTest]) -> None:
    app = opened(period="2026-01-01..2026-01-31")
    app.main.date_input[0].set_value((date(2026, 3, 1),)).run()
    assert not app.exception
    assert view(app).period == "2026-01-01..2026-01-31"


def test_reset_keeps_only_the_language(opened: Callable[..., AppTest]) -> None:
    app = opened(lang="fr", segment="Gold", period="all")
    next(button for button in app.main.button if button.key == "reset:fr").click().run()
    assert view(app) == View(lang="fr")
    assert app.query_params == {"lang": "fr"}
    assert picked(app, "segment") == []


def test_a_value_that_an_undone_import_took_away_is_dropped(
    opened: Callable[..., AppTest], store: Store
) -> None:
    app = opened(segment="Silver & more", region="Sud")
    with store.transaction() as con:
        con.execute("update response_versions set is_current = segment = 'Gold'")
        rebuild_days(con, store.settings_history, ["responses"])
    try:
        app.run()
        assert not app.exception
        assert (view(app).segment, view(app).region) == ((), ("Sud",))
    finally:
        with store.transaction() as con:
            con.execute("update response_versions set is_current = true")
            rebuild_days(con, store.settings_history, ["responses"])


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "overview")
def test_every_page_opens_in_french(entry, opened: Callable[..., AppTest]) -> None:  # type: ignore[no-untyped-def]
    app = opened(lang="fr")
    app.switch_page(entry.path).run()
    assert not app.exception
    assert app.sidebar.caption


def test_a_store_that_is_none_gives_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_store = tmp_path / "notes.duckdb"
    no_store.write_text("this is not a database")
    monkeypatch.setenv("CXDATA_STORE", str(no_store))
    app = AppTest.from_file(FRAME, default_timeout=60).run()
    assert not app.exception
    assert "is not a store of this dashboard" in app.error[0].value.replace("\\", "")


def test_text_from_data_stays_text() -> None:
    assert plain("*a* :red[b] <i>") == r"\*a\* \:red\[b\] \<i\>"


# Amounts that can be sorted


AMOUNTS = """
import streamlit as st
from pages.components.figures import amount_format
from pages.components.style import uploader_words
from pages.components.url_state import Offer, read_url

read_url("", Offer())
st.text(amount_format())
"""


@pytest.mark.parametrize(
    ("page", "browser", "written"),
    [("fr", "fr-FR", "localized"), ("en", "en-GB", "localized"), ("fr", "en-GB", "%.0f")],
)
def test_a_browser_of_another_language_groups_no_amount(
    page: str, browser: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "locale", property(lambda _: browser))
    app = AppTest.from_string(AMOUNTS)
    app.query_params["lang"] = page
    assert app.run().text[0].value == written


# Words that Streamlit has in English only


def test_the_place_for_files_speaks_the_readers_language() -> None:
    english, french = (uploader_words(translator(locale), 300) for locale in ("en", "fr"))
    assert 'content: "or drop them here · 300 MB each at most"' in english
    assert 'content: "Choisir des fichiers"' in french


@pytest.mark.parametrize("pick", [_pick_period, _pick_comparison])
def test_a_choice_that_comes_empty_changes_nothing(
    pick: Callable[[str, Offer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it is clicked twice while the page is still running."""
    view = View(lang="fr", period="3m")
    state = {"view": view, "widget": None}
    monkeypatch.setattr(streamlit, "session_state", state)
    pick("widget", OFFER)
    for name in View.__annotations__:
        _pick(name, "widget")
    assert state["view"] == view


def test_a_list_behind_a_button_is_a_new_one_after_a_change_elsewhere(
    opened: Callable[..., AppTest],
) -> None:
    app = opened(segment=["Gold", "Silver & more"])
    before = widget(app, "segment").key
    widget(app, "region").select("Nord").run()
    assert widget(app, "segment").key == before
    [gold] = [it for it in app.main.button if it.label == "Gold"]
    gold.click().run()
    assert widget(app, "segment").key != before
    assert picked(app, "segment") == ["Silver & more"]
