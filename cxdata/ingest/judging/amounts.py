"""Amounts of money: of which currency each is, and which can't be summed with the others."""

from __future__ import annotations

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import is_yearly
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import nothing_like
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.currencies import CURRENCY, SIGNS
from cxdata.ingest.recognising.revenue_years import header_factor

AMOUNTS = ("annual_revenue_amount", "monthly_revenue_amount")
# A firm with more revenue from one customer than this exists nowhere: a slip of digits.
LARGEST_AMOUNT = 1e12

OTHER_CURRENCY = N_(
    "This amount is in another currency than the firm's. Convert it, or set the firm's currency "
    "(firm.currency) if all amounts are in this one."
)
NEGATIVE_AMOUNT = N_(
    "A customer's revenue can't be negative: credits are no revenue. Correct it, or leave it empty "
    "if it isn't known."
)
TOO_LARGE = N_("No customer brings so much: check digits and units.")

IN_THOUSANDS = N_("{columns}: amounts were taken {factor} times, as the header says.")

_SAYS_FACTOR = r"\d\s*[kKM]"
_NAMED = rf"({CURRENCY})"


def scale_amounts(judging: Judging) -> list[Note]:
    """Bring amounts in thousands or millions, as the header of their column says, to whole ones.

    A column in whose cells that stands too is right already.
    """
    by_factor: dict[float, list[str]] = {}
    for name in (*AMOUNTS, *filter(is_yearly, judging.values)):
        if name not in judging.values or name not in judging.layout.columns:
            continue
        factor = header_factor(judging.header(name))
        if factor > 1 and not judging.texts[name].str.contains(_SAYS_FACTOR).any():
            judging.values[name] = judging.values[name] * factor
            by_factor.setdefault(factor, []).append(name)
    return [
        Note(IN_THOUSANDS, columns=judging.headers(names), factor=f"{factor:.0f}")
        for factor, names in by_factor.items()
    ]


def refuse_amounts(judging: Judging, firm_currency: str) -> None:
    """Refuse the amounts that are of another currency, negative, or absurd.

    An amount's currency is that in its cell, else in the row's ``currency``, else in the header,
    else the firm's.
    """
    for name in (*AMOUNTS, *filter(is_yearly, judging.values)):
        if name not in judging.values or name not in judging.layout.columns:
            continue
        amount = judging.values[name]
        stated = _stated(judging, name, firm_currency)
        judging.refuse(name, (stated != firm_currency) & amount.is_not_null(), OTHER_CURRENCY)
        judging.refuse(name, amount < 0, NEGATIVE_AMOUNT)
        judging.refuse(name, amount > LARGEST_AMOUNT, TOO_LARGE)


def _stated(judging: Judging, name: str, firm_currency: str) -> pl.Series:
    """The currency of each amount; null where nobody says it."""
    stated = _codes(judging.texts[name], firm_currency)
    if "currency" in judging.texts:
        stated = stated.fill_null(_row_codes(judging.texts["currency"], firm_currency))
    header = _codes(pl.Series([judging.header(name)], dtype=pl.String), firm_currency)[0]
    return stated if header is None else stated.fill_null(header)


def _row_codes(text: pl.Series, firm_currency: str) -> pl.Series:
    """Of a column of currencies: a code or sign, or else whatever it says."""
    said = text.str.strip_chars().str.to_uppercase()
    filled = said.zip_with(said != "", nothing_like(said))
    return _codes(filled, firm_currency).fill_null(filled)


def _codes(text: pl.Series, firm_currency: str) -> pl.Series:
    """The first code or sign in each text, as a code; null where there is none."""
    found = text.str.extract(rf"(?:^|[^A-Za-z]|k|K|M){_NAMED}(?:$|[^A-Za-z])")
    signs = {
        sign: firm_currency if firm_currency in codes else codes[0] for sign, codes in SIGNS.items()
    }
    return found.replace(signs)
