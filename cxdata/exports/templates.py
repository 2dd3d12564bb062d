"""A workbook for each kind of extract, with an example that is filled in: to be filled anew.

Its headers are words of the reader's language, and the import reads it without a question.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cxdata.config import load_settings
from cxdata.i18n import N_, Translator
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.models import Kind

WIDEST = 60
DAY_FORMAT, MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
AT = datetime.fromisoformat  # a moment of the firm's own clock, as a sheet has it

ExampleCell = str | int | date | datetime | None


@dataclass(frozen=True)
class TemplateColumn:
    """A column of a template: its field, its header, what it holds, and a cell per example.

    Headers, meanings and texts among the cells are translatable.
    """

    field: str
    header: str
    meaning: str
    cells: tuple[ExampleCell, ...]
    is_needed: bool = False


CUSTOMER = N_("Your own number of the customer; the same in all files")
RESPONSES = (
    TemplateColumn(
        "response_id",
        N_("Response ID"),
        N_("The survey tool's number of the answer"),
        ("A-0001", "A-0002", "A-0003"),
    ),
    TemplateColumn(
        "responded_at",
        N_("Response date"),
        N_("When the answer was given"),
        (AT("2026-03-02 09:15"), AT("2026-03-13 18:40"), AT("2026-03-31 08:05")),
        is_needed=True,
    ),
    TemplateColumn(
        "nps_score",
        N_("NPS score"),
        N_("The recommendation, from 0 to 10; one of the scores is needed"),
        (10, 4, 8),
    ),
    TemplateColumn(
        "csat_score",
        N_("CSAT score (1-5)"),
        N_("Satisfaction from 1 to 5; 5 is best"),
        (5, 2, None),
    ),
    TemplateColumn("customer_id", N_("Customer ID"), CUSTOMER, ("C-1001", "C-1002", None)),
    TemplateColumn(
        "survey",
        N_("Survey"),
        N_("Relationship, or transactional if it is about one contact or journey"),
        (N_("relationship"), N_("transactional"), N_("relationship")),
    ),
    TemplateColumn(
        "journey",
        N_("Journey"),
        N_("The journey that it is about"),
        (None, N_("Delivery"), None),
    ),
    TemplateColumn(
        "comment",
        N_("Comment"),
        N_("What the customer wrote; without names, please"),
        (N_("Quick and friendly."), N_("I had to call three times."), None),
    ),
)
CONTACTS = (
    TemplateColumn(
        "contact_id",
        N_("Contact ID"),
        N_("The tool's number of the call, ticket or conversation"),
        ("T-0001", "T-0002", "T-0003"),
    ),
    TemplateColumn(
        "opened_at",
        N_("Opened at"),
        N_("When the customer began: day and time"),
        (AT("2026-03-02 09:15"), AT("2026-03-13 10:00"), AT("2026-03-31 14:30")),
        is_needed=True,
    ),
    TemplateColumn(
        "channel",
        N_("Channel"),
        N_("Call, e-mail, chat or social media"),
        (N_("call"), N_("e-mail"), N_("call")),
        is_needed=True,
    ),
    TemplateColumn("customer_id", N_("Customer ID"), CUSTOMER, ("C-1001", "C-1002", None)),
    TemplateColumn(
        "first_response_at",
        N_("First response at"),
        N_("When somebody first answered; empty if nobody did"),
        (AT("2026-03-02 09:16"), AT("2026-03-13 14:20"), None),
    ),
    TemplateColumn(
        "abandoned_at",
        N_("Abandoned at"),
        N_("When the customer gave up; empty if it was answered"),
        (None, None, AT("2026-03-31 14:33")),
    ),
    TemplateColumn(
        "resolved_at",
        N_("Resolved at"),
        N_("When it was settled; empty while it is open"),
        (AT("2026-03-02 09:24"), AT("2026-03-16 11:00"), None),
    ),
    TemplateColumn(
        "reason",
        N_("Reason"),
        N_("What it was about"),
        (N_("Invoice"), N_("Delivery"), None),
    ),
    TemplateColumn(
        "journey",
        N_("Journey"),
        N_("The journey that it is about"),
        (None, N_("Delivery"), None),
    ),
)
CUSTOMERS = (
    TemplateColumn(
        "customer_id", N_("Customer ID"), CUSTOMER, ("C-1001", "C-1002", "C-1003"), is_needed=True
    ),
    TemplateColumn(
        "name",
        N_("Name"),
        N_("The name of the firm; leave it out for private persons"),
        (N_("Example Ltd"), N_("Sample Ltd"), None),
    ),
    TemplateColumn(
        "segment",
        N_("Segment"),
        N_("A group of customers, as you use it"),
        (N_("Business"), N_("Business"), N_("Private")),
    ),
    TemplateColumn(
        "region",
        N_("Region"),
        N_("Where the customer belongs"),
        (N_("North"), N_("South"), N_("North")),
    ),
    TemplateColumn(
        "product",
        N_("Product"),
        N_("What the customer has"),
        (N_("Basic"), N_("Plus"), N_("Basic")),
    ),
    TemplateColumn(
        "started_on",
        N_("Customer since"),
        N_("The first day as a customer"),
        (date(2023, 5, 2), date(2024, 1, 15), date(2024, 9, 1)),
    ),
    TemplateColumn(
        "ended_on",
        N_("Customer until"),
        N_("The last day as a customer; empty for those who are there"),
        (None, date(2026, 2, 28), None),
    ),
    TemplateColumn(
        "end_reason",
        N_("Reason for leaving"),
        N_("Why the customer left"),
        (None, N_("Price"), None),
    ),
    TemplateColumn(
        "annual_revenue_amount",
        N_("Annual revenue"),
        N_("Revenue of a year, in your currency"),
        (12_000, 3_600, 480),
    ),
    TemplateColumn(
        "is_strategic",
        N_("Strategic account"),
        N_("Yes for the accounts that you can't lose"),
        (N_("yes"), N_("no"), N_("no")),
    ),
)
ASSESSMENTS = (
    TemplateColumn(
        "journey",
        N_("Journey"),
        N_("The journey that was assessed"),
        (N_("Delivery"), N_("Delivery")),
        is_needed=True,
    ),
    TemplateColumn(
        "level", N_("Level"), N_("The level of the pyramid, from 1 to 6"), (1, 1), is_needed=True
    ),
    TemplateColumn(
        "indicator",
        N_("Indicator"),
        N_("The indicator's code, from the sheet beside"),
        ("information_findable", "information_findable"),
        is_needed=True,
    ),
    TemplateColumn(
        "value",
        N_("Value"),
        N_("The share of cases that were good, as a percentage"),
        ("80 %", "90 %"),
        is_needed=True,
    ),
    TemplateColumn(
        "assessed_on",
        N_("Assessed on"),
        N_("The day of the assessment"),
        (date(2026, 1, 15), date(2026, 3, 31)),
        is_needed=True,
    ),
    TemplateColumn(
        "assessed_by",
        N_("Assessed by"),
        N_("Who assessed"),
        ("reviewer@example.com", "reviewer@example.com"),
        is_needed=True,
    ),
    TemplateColumn(
        "evidence",
        N_("Evidence"),
        N_("What it rests on"),
        (N_("20 usual questions, looked up"), N_("20 usual questions, looked up")),
    ),
    TemplateColumn(
        "case_count", N_("Cases reviewed"), N_("How many cases were looked at"), (20, 20)
    ),
)
INVITATIONS = (
    TemplateColumn(
        "invitation_id",
        N_("Invitation ID"),
        N_("The survey tool's number of the invitation"),
        ("I-0001", "I-0002", "I-0003"),
    ),
    TemplateColumn("customer_id", N_("Customer ID"), CUSTOMER, ("C-1001", "C-1002", "C-1003")),
    TemplateColumn(
        "survey",
        N_("Survey"),
        N_("Relationship, or transactional if it is about one contact or journey"),
        (N_("relationship"), N_("relationship"), N_("relationship")),
    ),
    TemplateColumn(
        "sent_at",
        N_("Sent at"),
        N_("When it was sent"),
        (AT("2026-03-02 09:00"), AT("2026-03-02 09:00"), AT("2026-03-13 09:00")),
        is_needed=True,
    ),
    TemplateColumn(
        "sent_by",
        N_("Sent by"),
        N_("E-mail, SMS, link, app, phone or letter"),
        (N_("e-mail"), N_("e-mail"), "SMS"),
    ),
    TemplateColumn(
        "wave",
        N_("Campaign"),
        N_("The wave or campaign that it belongs to"),
        (N_("March"), N_("March"), N_("March")),
    ),
    TemplateColumn(
        "is_delivered",
        N_("Delivered"),
        N_("No if it came back; leave the column out if you don't know"),
        (N_("yes"), N_("yes"), N_("no")),
    ),
    TemplateColumn(
        "is_opened",
        N_("Opened"),
        N_("Whether it was opened; leave the column out if you don't know"),
        (N_("yes"), N_("no"), N_("no")),
    ),
    TemplateColumn(
        "answered_at",
        N_("Answered on"),
        N_("When the answer came; empty if none did"),
        (AT("2026-03-03 18:20"), None, None),
    ),
)
TEMPLATES: dict[Kind, tuple[TemplateColumn, ...]] = {
    "responses": RESPONSES,
    "contacts": CONTACTS,
    "customers": CUSTOMERS,
    "assessments": ASSESSMENTS,
    "invitations": INVITATIONS,
}
# What the file is called; its kind's name in the reader's language would hold spaces and accents.
FILE_NAMES: dict[Kind, str] = {
    "responses": N_("template-answers.xlsx"),
    "contacts": N_("template-contacts.xlsx"),
    "customers": N_("template-customers.xlsx"),
    "assessments": N_("template-assessments.xlsx"),
    "invitations": N_("template-invitations.xlsx"),
}


def template_workbook(kind: Kind, tr: Translator) -> bytes:
    """A sheet with headers and example rows, and one that says what each column holds."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    columns = TEMPLATES[kind]
    with xlsxwriter.Workbook(target, options) as workbook:
        bold = workbook.add_format({"bold": True, "bottom": 1})
        forms = {
            date: workbook.add_format({"num_format": DAY_FORMAT}),
            datetime: workbook.add_format({"num_format": MOMENT_FORMAT}),
        }
        data = workbook.add_worksheet(tr("Data"))
        for place, column in enumerate(columns):
            _write_column(data, place, column, bold, forms, tr)
        data.freeze_panes(1, 0)
        meanings = template_rows(kind, tr)
        _write_list(workbook, tr("Columns"), (tr("Column"), tr("Description")), meanings)
        if kind == "assessments":
            indicators = _assessed_indicators(tr)
            _write_list(workbook, tr("Indicators"), (tr("Code"), tr("Description")), indicators)
    return target.getvalue()


def template_rows(kind: Kind, tr: Translator) -> list[tuple[str, str]]:
    """Header and meaning of each column; those that are needed are said to be."""
    return [(tr(it.header), _meaning(it, tr)) for it in TEMPLATES[kind]]


def _write_column(
    sheet: Worksheet,
    place: int,
    column: TemplateColumn,
    bold: Format,
    forms: dict[type[date], Format],
    tr: Translator,
) -> None:
    sheet.write_string(0, place, tr(column.header), bold)
    widest = len(tr(column.header))
    for row, cell in enumerate(column.cells, 1):
        match cell:
            case None:
                continue
            case str():
                sheet.write_string(row, place, tr(cell))
                widest = max(widest, len(tr(cell)))
            case date():
                sheet.write_datetime(row, place, cell, forms[type(cell)])
                widest = max(widest, len(MOMENT_FORMAT))
            case _:
                sheet.write_number(row, place, cell)
    sheet.set_column(place, place, min(WIDEST, widest + 2))


def _write_list(
    workbook: xlsxwriter.Workbook, name: str, header: tuple[str, str], rows: Sequence[Sequence[str]]
) -> None:
    """A sheet of explanations; the import passes over what has such a header."""
    sheet = workbook.add_worksheet(name)
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for row, texts in enumerate([header, *rows]):
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, None if row else bold)
    for place, title in enumerate(header):
        widest = max(len(title), *(len(texts[place]) for texts in rows))
        sheet.set_column(place, place, min(2 * WIDEST, 2 + widest))


def _assessed_indicators(tr: Translator) -> list[tuple[str, str]]:
    """Code and name of the indicators that people assess."""
    assessed = [it for it in pyramid_model(load_settings()).indicators if it.kind == "assessed"]
    return [
        (it.id, tr("level {level}: {name}", level=it.level, name=tr(it.name))) for it in assessed
    ]


def _meaning(column: TemplateColumn, tr: Translator) -> str:
    meaning = tr(column.meaning)
    return tr("{meaning} (needed)", meaning=meaning) if column.is_needed else meaning
