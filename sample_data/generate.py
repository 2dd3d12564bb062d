"""Makes the sample extracts of a fictional firm: always the same ones.

python sample_data/generate.py [--to DIR]
"""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

import contact_log
import numpy as np
import people
import polars as pl
import surveys
import wording
import xlsxwriter
from plan import (
    ASSESSED,
    ASSESSED_ON,
    CHANNELS,
    JOURNEYS,
    PRODUCTS,
    REGIONS,
    REVENUE_MISSING_SHARE,
    SEED,
    SEGMENTS,
    STRATEGIC_SHARES,
)

INITIATORS = ("customer", "company", "automatic")
END_REASONS = (
    "Prix",
    "Déménagement",
    "Concurrence",
    "Insatisfaction service",
    "Cessation d'activité",
)
END_REASON_SHARES = {  # by class of the last answer
    people.DETRACTOR: (0.20, 0.10, 0.22, 0.42, 0.06),
    people.PASSIVE: (0.27, 0.22, 0.27, 0.14, 0.10),
    people.PROMOTER: (0.24, 0.38, 0.18, 0.05, 0.15),
    people.NO_CLASS: (0.26, 0.26, 0.24, 0.14, 0.10),
}
ASSESSORS = ("qualite@example.com", "audit@example.com")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the sample extracts.")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent, metavar="DIR")
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    generate(folder)


def generate(folder: Path) -> None:
    rng = np.random.default_rng(SEED)
    everyone = people.customers(rng)
    relationship = people.live_through(rng, everyone)
    log = contact_log.contacts(rng, everyone)
    transactional = surveys.transactional_answers(rng, everyone, log)
    answers = surveys.responses(rng, everyone, relationship, transactional)
    _write_clients(folder / "clients.csv", _clients(rng, everyone))
    _write_parquet(folder / "responses.parquet", answers)
    _write_parquet(folder / "contacts.parquet", _contacts(everyone, log))
    _write_assessments(folder / "assessments.xlsx", _assessments())


def _clients(rng: np.random.Generator, everyone: people.People) -> pl.DataFrame:
    """One row per customer, in the form in which a French Excel saves it."""
    has_left = everyone.ended_day < people.NEVER
    ended_day = np.where(has_left, everyone.ended_day, 0)
    revenue = [_french_amount(amount) for amount in everyone.revenue_amount]
    is_known = rng.random(len(revenue)) >= REVENUE_MISSING_SHARE
    return pl.DataFrame(
        {
            "N° client": surveys.customer_ids(np.arange(len(revenue))),
            "Nom": wording.customer_names(rng, everyone.segment == 2),
            "Segment": np.array(SEGMENTS)[everyone.segment],
            "Région": np.array(REGIONS)[everyone.region],
            "Produit": np.array(PRODUCTS)[everyone.product],
            "Compte stratégique": np.where(_is_strategic(everyone), "Oui", "Non"),
            "E-mail du responsable": wording.owner_emails(rng, everyone.region),
            "Date d'entrée": _french_days(everyone.started_day),
            "Date de sortie": _french_days(ended_day, has_left),
            "Motif de départ": _end_reasons(rng, everyone, has_left),
            "CA annuel": [
                amount if known else "" for amount, known in zip(revenue, is_known, strict=True)
            ],
        }
    )


def _french_amount(amount: float) -> str:
    """1234.5 becomes 1 234,50, with a no-break space."""
    return f"{amount:,.2f}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def _french_days(days: np.ndarray, is_known: np.ndarray | None = None) -> pl.Series:
    text = pl.Series(days).cast(pl.Int32).cast(pl.Date).dt.strftime("%d/%m/%Y")
    return text if is_known is None else text.zip_with(pl.Series(is_known), pl.Series([""]))


def _is_strategic(everyone: people.People) -> np.ndarray:
    """The largest revenues of a segment."""
    is_strategic = np.zeros(len(everyone.segment), dtype=bool)
    for segment, share in enumerate(STRATEGIC_SHARES):
        of_segment = everyone.segment == segment
        least = np.quantile(everyone.revenue_amount[of_segment], 1 - share)
        is_strategic |= of_segment & (everyone.revenue_amount > least)
    return is_strategic


def _end_reasons(
    rng: np.random.Generator, everyone: people.People, has_left: np.ndarray
) -> np.ndarray:
    reasons = np.full(len(has_left), "", dtype=object)
    for nps_class, shares in END_REASON_SHARES.items():
        left = has_left & (everyone.nps_class == nps_class)
        reasons[left] = np.array(END_REASONS)[people.chosen(rng, shares, int(left.sum()))]
    return reasons.astype(str)


def _write_clients(path: Path, clients: pl.DataFrame) -> None:
    text = clients.write_csv(separator=";", line_terminator="\r\n")
    path.write_bytes(text.encode("cp1252"))


def _contacts(everyone: people.People, log: pl.DataFrame) -> pl.DataFrame:
    """Positions become names; the product is known even when the customer is not."""
    who = log["customer"].to_numpy()
    is_known = pl.col("customer") != contact_log.UNKNOWN
    product = np.where(who < 0, log["product"].to_numpy(), everyone.product[who])
    of_customer = {
        "customer_id": surveys.customer_ids(who),
        "segment": np.array(SEGMENTS)[everyone.segment[who]],
        "region": np.array(REGIONS)[everyone.region[who]],
    }
    moments = ["opened_at", "first_response_at", "abandoned_at", "resolved_at"]
    return log.select(
        pl.format("K{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)).alias(
            "contact_id"
        ),
        pl.when(is_known).then(pl.Series(of_customer.pop("customer_id"))).alias("customer_id"),
        _names("channel", CHANNELS, log),
        _names("journey", JOURNEYS, log),
        "reason",
        _names("initiated_by", INITIATORS, log),
        *(pl.from_epoch(name, "s").cast(pl.Datetime("ms", "UTC")).alias(name) for name in moments),
        *(
            pl.when(is_known).then(pl.Series(values)).alias(name)
            for name, values in of_customer.items()
        ),
        pl.Series("product", np.array(PRODUCTS)[product]),
    )


def _names(column: str, names: tuple[str, ...], log: pl.DataFrame) -> pl.Series:
    return pl.Series(column, np.array(names)[log[column].to_numpy()])


def _write_parquet(path: Path, frame: pl.DataFrame) -> None:
    frame.write_parquet(path, compression="zstd", compression_level=19)


def _assessments() -> list[tuple[str, int, str, float, date, str, str]]:
    """Every half-year a little better, until the planned value."""
    rows = []
    for turn, day in enumerate(ASSESSED_ON):
        still_missing = 0.03 * (len(ASSESSED_ON) - 1 - turn)
        for indicator, (level, values) in ASSESSED.items():
            for journey, value in zip(JOURNEYS, values, strict=True):
                if value is not None:
                    reached = round(value * (1 - still_missing), 2)
                    evidence = f"Grille d'audit {day:%Y-%m}, parcours {journey}, 60 dossiers relus"
                    assessor = ASSESSORS[level % len(ASSESSORS)]
                    rows.append((journey, level, indicator, reached, day, assessor, evidence))
    return rows


def _write_assessments(path: Path, rows: list[tuple[str, int, str, float, date, str, str]]) -> None:
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"})
    book.set_properties({"created": datetime(2026, 6, 30, 20)})  # noqa: DTZ001 (Excel has no zone)
    sheet = book.add_worksheet("assessments")
    sheet.set_column(0, 6, 22)
    header = ("journey", "level", "indicator", "value", "assessed_on", "assessed_by", "evidence")
    sheet.write_row(0, 0, header, book.add_format({"bold": True}))
    for line, row in enumerate(rows, start=1):
        sheet.write_row(line, 0, row)
    sheet.freeze_panes(1, 0)
    book.close()


if __name__ == "__main__":
    main()
