"""What fields are called on the page: by their labels, never by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from cxdata.i18n import Translator, translator
from cxdata.i18n.names import NAMES, name_of, touchpoint_name
from cxdata.ingest import FilePreview
from cxdata.ingest.columns import RATING_PREFIX, YEARLY_PREFIX, is_yearly
from cxdata.ingest.judging.spellings import CHOICE_FIELDS
from cxdata.ingest.recognising.own_dimensions import name_of_column
from cxdata.models import OWN_DIMENSIONS
from pages.components.context import plain, tr

# The values of a sentence that hold fields.
HOLD_FIELDS = ("field", "fields")
# Those that hold values of the store.
HOLD_VALUES = ("known", "near")


def field_name(field: str) -> str:
    if field.startswith(RATING_PREFIX):
        rated = touchpoint_name(field.removeprefix(RATING_PREFIX), tr())
        return tr()("Rating: {touchpoint}", touchpoint=rated)
    if is_yearly(field):
        return tr()("Revenue of {year}", year=field.removeprefix(YEARLY_PREFIX))
    return name_of("field", field, tr()) if field in NAMES["field"] else field


def field_label(field: str) -> str:
    """The same above a widget: who hears the page read aloud hears no escapes in our own words."""
    is_ours = field in NAMES["field"] and field not in tr().own_names
    return field_name(field) if is_ours else plain(field_name(field))


def naming_dimensions(preview: FilePreview) -> Translator:
    """The reader's translator, which also knows what columns will be kept as dimensions."""
    translate = tr()
    headers = {it: name for it, name in preview.mapping.items() if it in OWN_DIMENSIONS}
    names = {it: name_of_column(header) for it, header in headers.items()} | translate.own_names
    touchpoints, journeys = (
        tuple(it.items()) for it in (translate.touchpoint_names, translate.journey_names)
    )
    return translator(translate.locale, tuple(names.items())).naming(touchpoints, journeys)


def missing_text(preview: FilePreview) -> str:
    """The fields that have to be mapped first; of alternatives one is enough."""
    return ", ".join(
        " / ".join(field_name(field) for field in alternatives.split(" / "))
        for alternatives in preview.missing
    )


def values_in_words(values: Mapping[str, object]) -> dict[str, object]:
    """What fills a sentence: labels of fields instead of their codes, days in words."""
    return {name: _in_words(name, value) for name, value in values.items()}


def _in_words(name: str, value: object) -> object:
    if name in HOLD_FIELDS:
        return ", ".join(field_name(each) for each in str(value).split(", "))
    if isinstance(value, date) and not isinstance(value, datetime):
        return tr().day(value)
    if name in HOLD_VALUES:
        return ", ".join(_value_name(each) for each in str(value).split(", "))
    return value


def _value_name(code: str) -> str:
    """What a value of the store is called; anything else as it is."""
    found = next(
        (NAMES[field][code] for field in CHOICE_FIELDS if code in NAMES.get(field, ())), ""
    )
    return tr()(found) if found else code
