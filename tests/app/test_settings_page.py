"""The Settings page: what is changed counts for everybody, and is kept with who and from when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cxdata.i18n import Locale, translator
from cxdata.models import FiscalYear
from cxdata.store.connection import Store
from pages.parts.settings.forms import as_number
from tests.app.conftest import Opened
from tests.stores import add, calls

Open = Callable[..., Opened]
PAGE = "data/settings.py"
GOAL = "response_time.call.goal"


def choose(page: Opened, code: str, locale: str = "en") -> Opened:
    page.app.selectbox(key=f"settings_group:{locale}").set_value(code).run()
    assert not page.app.exception
    return page


def save(page: Opened, code: str) -> Opened:
    page.app.button(key=f"settings_save:{code}").click().run()
    assert not page.app.exception
    return page


def test_a_changed_goal_is_kept_with_who_and_from_when(empty: Store, opened: Open) -> None:
    page = opened(empty, PAGE)
    page.app.text_input(key=f"settings:{GOAL}:{empty.data_version}").set_value("90")
    page.app.text_input(key="settings_by:standard_call").set_value("  Ana   Roy ")
    page.app.date_input(key="settings_from:standard_call").set_value(date(2026, 7, 1))
    assert "1 setting was changed." in save(page, "standard_call").text
    history = empty.settings_history
    goals = [history.on(day).response_time["call"].goal for day in (date(2026, 6, 30), date.max)]
    assert goals == [0.8, 0.9]
    rows = choose(page, "history").rows("Setting")
    assert rows[0][:5] == [
        "Standard: Calls · Goal: share in time", "0.8", "0.9", "1 July 2026", "Ana Roy",
    ]  # fmt: skip


def test_the_fiscal_year_is_chosen_by_the_name_of_its_first_month(
    empty: Store, opened: Open
) -> None:
    page = choose(opened(empty, PAGE, lang="fr"), "firm", "fr")
    asked = page.app.selectbox(key=f"settings:firm.fiscal_year_month:{empty.data_version}")
    assert (asked.value, asked.options[3]) == (1, "Avril")
    asked.set_value(4)
    assert "1 réglage modifié." in save(page, "firm").text
    assert empty.settings.fiscal_year == FiscalYear(4)


def test_a_correction_counts_for_all_contacts(empty: Store, opened: Open) -> None:
    page = opened(empty, PAGE)
    page.app.text_input(key=f"settings:{GOAL}:{empty.data_version}").set_value("70")
    page.app.toggle(key="settings_ever:standard_call").set_value(True)
    save(page, "standard_call")
    assert empty.settings_history.on(date(1990, 1, 1)).response_time["call"].goal == 0.7


def test_what_makes_no_sense_is_refused_with_a_sentence(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "hours")
    page.app.text_input(key=f"settings:opening_hours.monday:{empty.data_version}").set_value("9-18")
    assert "it has to be spans such as 09:00-12:30" in save(page, "hours").text
    assert empty.data_version == 0


def test_saving_without_a_change_says_so(empty: Store, opened: Open) -> None:
    assert "Nothing was changed." in save(opened(empty, PAGE), "standard_call").text


def test_a_duration_can_be_given_in_another_unit(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "standard_email")
    key = f"settings:response_time.email.favourable:{empty.data_version}"
    page.app.text_input(key=key).set_value("2")
    page.app.selectbox(key=f"{key}:unit").set_value("hours")
    save(page, "standard_email")
    assert empty.settings.response_time["email"].favourable_seconds == 7200


def test_the_referral_rate_can_be_changed(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "churn")
    key = f"settings:churn.referral_rate.central:{empty.data_version}"
    page.app.text_input(key=key).set_value("0.08")
    assert "1 setting was changed." in save(page, "churn").text
    assert empty.settings.churn.referral_rate.central == 0.08


def test_an_assumption_of_a_segment_is_written_into_a_table(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "segments")
    write(page, empty, {"segment": "Gold", "assumption": "margin_rate", "low": 0.4,
                        "central": 0.5, "high": 0.6, "source": "CFO"})  # fmt: skip
    assert "1 setting was changed." in save(page, "segments").text
    own = empty.settings.churn.assumption("margin_rate", "Gold")
    assert (own.low, own.central, own.high, own.source) == (0.4, 0.5, 0.6, "CFO")
    assert empty.settings.churn.assumption("margin_rate", "Other").central == 0.3


def test_an_absurd_assumption_of_a_segment_is_refused(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "segments")
    write(page, empty, {"segment": "Gold", "assumption": "margin_rate", "low": 0.6,
                        "central": 0.5, "high": 0.9})  # fmt: skip
    assert "it has to be low, central and high in order" in save(page, "segments").text
    assert not empty.settings.churn.overrides


ABSURD = [
    ("margin_rate.high", "300", "Margin, high is 300%; it has to be a number from 0% to 100%."),
    ("margin_rate.high", "a lot", "Margin, high is a lot; it has to be a number from 0% to 100%."),
    ("margin_rate.high", " ", "Margin, high is –; it has to be a number from 0% to 100%."),
    ("margin_rate.high", "nan", "Margin, high is nan; it has to be a number from 0% to 100%."),
    ("discount_rate.central", "-5", "Discount rate a year, central is -5%; it has to be a number "
     "from 0% to 100%."),
    ("margin_rate.low", "90", "Margin is 90%, 30%, 40%; it has to be low, central and high in "
     "order."),
    ("acquisition_cost_amount.high", "1e12", "Cost of replacing, high is 1,000,000,000,000; it has "
     "to be a number from 0 to 1,000,000,000."),
    ("horizon_years.low", "0.5", "Years counted at most, low is 0.50; it has to be a number from 1 "
     "to 100."),
    ("referral_rate.high", "-0.1", "New customers per promoter a year, high is -0.10; it has to be "
     "a number from 0 to 10."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "sentence"), ABSURD)
def test_an_absurd_assumption_is_refused_in_the_words_of_the_page_and_nothing_is_lost(
    name: str, value: str, sentence: str, empty: Store, opened: Open
) -> None:
    page = choose(opened(empty, PAGE), "churn")
    other = page.app.text_input(key=f"settings:churn.margin_rate.source:{empty.data_version}")
    other.set_value("CFO, 2026")
    page.app.text_input(key=f"settings:churn.{name}:{empty.data_version}").set_value(value)
    assert sentence in save(page, "churn").text
    assert empty.data_version == 0
    kept = page.app.text_input(key=f"settings:churn.margin_rate.source:{empty.data_version}")
    assert kept.value == "CFO, 2026"


def test_numbers_are_read_as_the_reader_writes_them(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE, lang="fr"), "churn", "fr")
    shown = page.app.text_input(key=f"settings:churn.referral_rate.low:{empty.data_version}")
    assert shown.value == "0,02"
    shown.set_value("0,025")
    high = page.app.text_input(key=f"settings:churn.margin_rate.high:{empty.data_version}")
    high.set_value("42,5 %")
    most = page.app.text_input(
        key=f"settings:churn.acquisition_cost_amount.high:{empty.data_version}"
    )
    most.set_value("1 200")
    save(page, "churn")
    churn = empty.settings.churn
    assert (churn.referral_rate.low, churn.margin_rate.high) == (0.025, 0.425)
    assert churn.acquisition_cost_amount.high == 1200


@pytest.mark.parametrize("typed", ["2.5", "two"])
def test_a_count_has_to_be_whole(typed: str, empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "contacts")
    page.app.text_input(key=f"settings:contacts.return_days:{empty.data_version}").set_value(typed)
    assert "it has to be a number from 1 to 90." in save(page, "contacts").text
    assert empty.settings.contacts.return_days == 7


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("12,5", "fr", 12.5), ("12,5", "en", 12.5), ("12.5", "fr", 12.5), ("1,000", "en", 1000),
        ("1,000", "fr", 1), ("1,000.5", "en", 1000.5), ("1\u202f000,5", "fr", 1000.5),
        ("−5 %", "fr", -5), ("", "en", ""), ("1,00,0", "en", "1,00,0"), ("x", "fr", "x"),
    ],
)  # fmt: skip
def test_a_typed_number_is_read_in_its_language(
    text: str, locale: Locale, expected: float | str
) -> None:
    assert as_number(text, translator(locale)) == expected


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("value", [0.02, 12.5, 30.0, 20_000_000, 0.1 + 0.2, 0, -5])
def test_a_shown_number_is_read_as_itself(value: float, locale: Locale) -> None:
    assert as_number(translator(locale).typable(value), translator(locale)) == round(value, 6)


def test_a_refused_cell_of_a_table_is_named_by_row_and_column(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE, lang="fr"), "segments", "fr")
    write(page, empty, {"segment": "Gold", "assumption": "margin_rate", "high": 30.0})
    told = save(page, "segments").text.replace("\u00a0", " ")
    assert (
        "Le réglage Hypothèses propres à un segment, ligne 1, Coût haut vaut 30 ; ce doit être un "
        "nombre de 0 à 1."
    ) in told


def test_a_row_without_an_assumption_lists_them_by_name(empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE), "segments")
    write(page, empty, {"segment": "Gold", "low": 0.1})
    assert (
        "Assumptions of segments, row 1, Assumption is None; it has to be one of Margin rate, "
        "Discount rate, Acquisition cost, Horizon, Referral rate."
    ) in save(page, "segments").text


ASSUMED = ("margin_rate", "discount_rate", "acquisition_cost_amount", "horizon_years",
           "referral_rate")  # fmt: skip


@pytest.mark.parametrize("name", ASSUMED)
def test_each_assumption_of_a_segment_is_taken_and_listed(
    name: str, empty: Store, opened: Open
) -> None:
    page = choose(opened(empty, PAGE), "segments")
    write(page, empty, {"segment": "Gold", "assumption": name, "low": 1.0, "central": 1.0,
                        "high": 1.0})  # fmt: skip
    save(page, "segments")
    own = empty.settings.churn.overrides
    assert {key: (it.low, it.central, it.high, it.source) for key, it in own.items()} == {
        ("Gold", name): (1.0, 1.0, 1.0, "")
    }


def write(page: Opened, store: Store, row: dict[str, object]) -> None:
    """The table's first row, as a browser sends what was typed."""
    key = f"settings_segments_rows:{store.data_version}"
    page.app.session_state[key] = {"edited_rows": {0: row}, "added_rows": [], "deleted_rows": []}


def test_the_chosen_settings_stand_in_the_address_and_a_link_opens_them(
    empty: Store, opened: Open
) -> None:
    page = choose(opened(empty, PAGE), "churn")
    assert page.app.query_params["part"] == "churn"
    linked = opened(empty, PAGE, part="segments")
    assert linked.app.selectbox(key="settings_group:en").value == "segments"
    assert linked.app.query_params["part"] == "segments"
    assert choose(linked, "hours").app.query_params["part"] == "hours"
    unknown = opened(empty, PAGE, part="nonsense")
    assert unknown.app.selectbox(key="settings_group:en").value == "standard_call"


CODES = (
    "standard_chat",
    "hours",
    "own",
    "segments",
    "contacts",
    "answers",
    "churn",
    "imports",
    "firm",
)


@pytest.mark.parametrize("code", CODES)
def test_every_group_can_be_opened_in_french(code: str, empty: Store, opened: Open) -> None:
    page = choose(opened(empty, PAGE, lang="fr"), code, "fr")
    assert "Enregistrer" in [button.label for button in page.app.button]


def test_a_setting_is_found_by_its_name_and_goes_back_to_its_default(
    empty: Store, opened: Open
) -> None:
    page = opened(empty, PAGE)
    page.app.selectbox(key="settings_found").set_value("firm.currency").run()
    assert page.app.selectbox(key="settings_group:en").value == "firm"
    page.app.text_input(key=f"settings:firm.currency:{empty.data_version}").set_value("CHF")
    save(page, "firm")
    assert empty.settings.firm.currency == "CHF"
    assert "The firm · Currency: CHF (default: EUR)" in page.text
    page.app.button(key="settings_back:firm.currency").click().run()
    assert empty.settings.firm.currency == "EUR"
    assert "(default: EUR)" not in page.text


def test_the_effect_of_a_change_is_shown_before_it_is_saved(empty: Store, opened: Open) -> None:
    add(empty, calls([20, 40, 60, 200] * 3), "contacts")
    page = opened(empty, PAGE)
    key = f"settings:response_time.call.favourable:{empty.data_version}"
    page.app.text_input(key=key).set_value("30")
    page.app.toggle(key="settings_ever:standard_call").set_value(True)
    page.app.button(key="settings_effect:standard_call").click().run()
    assert not page.app.exception
    assert ["Answered in time, Calls", "75.0%", "25.0%", "12"] in page.rows("Figure")
    assert empty.settings.response_time["call"].favourable_seconds == 90


def test_touchpoints_and_journeys_are_named_in_tables(empty: Store, opened: Open) -> None:
    rows = [{"journey": "Delivery", "fr": "La livraison"}]
    names = {"touchpoint_names": [{"touchpoint": "delivery", "fr": "Livraison"}]}
    empty.change_settings(names | {"journey_names": rows})
    page = choose(opened(empty, PAGE), "touchpoints")
    save(page, "touchpoints")
    assert empty.settings.touchpoints_in("fr") == (("delivery", "Livraison"),)
    assert empty.settings.journeys_in("fr") == (("Delivery", "La livraison"),)
    told = [it[0] for it in choose(page, "history").rows("Setting")]
    assert any("Names of touchpoints" in it for it in told)
    assert any("Names of journeys" in it for it in told)
