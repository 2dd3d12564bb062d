"""Writes the workbooks among the samples: python tests/samples/make_workbooks.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parent
MADE_AT = datetime(2026, 4, 1)

Cell = str | int | datetime | None

MICROSOFT_FORMS: Sequence[Sequence[Cell]] = [
    [
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "How likely are you to recommend us to a friend or colleague?",
        "What is the main reason for your score?",
    ],
    [1, datetime(2026, 3, 2, 9, 0), datetime(2026, 3, 2, 9, 2, 30), "anonymous", None, 9, "Quick"],
    [2, datetime(2026, 3, 2, 10, 0), datetime(2026, 3, 2, 10, 1), "anonymous", None, 4, "Late"],
    [3, datetime(2026, 3, 31, 23, 50), datetime(2026, 3, 31, 23, 59), "anonymous", None, 7, None],
]
MICROSOFT_FORMS_FR: Sequence[Sequence[Cell]] = [
    [
        "ID",
        "Heure de début",
        "Heure de fin",
        "Adresse de messagerie",
        "Nom",
        "Heure de la dernière modification",
        "Recommanderiez-vous notre service à un collègue ?",
        "Pourquoi cette note ?",
    ],
    [
        1,
        datetime(2026, 3, 2, 9, 0),
        datetime(2026, 3, 2, 9, 2, 30),
        "anonymous",
        None,
        None,
        10,
        "Clair",
    ],
    [2, datetime(2026, 3, 3, 8, 0), datetime(2026, 3, 3, 8, 1), "anonymous", None, None, 6, "Lent"],
]
CODEBOOK: Sequence[Sequence[Cell]] = [
    ["Variable", "Label", "Values"],
    ["nps", "Likelihood to recommend", "0 to 10"],
    ["segment", "Customer segment", "Premium, Standard"],
]
ANSWERS: Sequence[Sequence[Cell]] = [
    ["Response date", "NPS", "Segment"],
    [datetime(2026, 3, 2, 9, 0), 9, "Premium"],
    [datetime(2026, 3, 3, 9, 0), 5, "Standard"],
]
EARLIER_ANSWERS: Sequence[Sequence[Cell]] = [
    ["Response date", "NPS", "Segment"],
    [datetime(2026, 2, 2, 9, 0), 8, "Premium"],
]

WORKBOOKS = {
    "microsoft_forms.xlsx": {"Sheet1": MICROSOFT_FORMS},
    "microsoft_forms_fr.xlsx": {"Feuil1": MICROSOFT_FORMS_FR},
    "codebook_first.xlsx": {"Codebook": CODEBOOK, "Data": ANSWERS},
    "two_months.xlsx": {"March": ANSWERS, "February": EARLIER_ANSWERS},
}


def write_workbook(path: Path, sheets: dict[str, Sequence[Sequence[Cell]]]) -> None:
    """One sheet per name; the same bytes every time."""
    book = xlsxwriter.Workbook(path, {"default_date_format": "m/d/yy h:mm:ss"})
    book.set_properties({"created": MADE_AT})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()


if __name__ == "__main__":
    for file_name, content in WORKBOOKS.items():
        write_workbook(FOLDER / file_name, content)
