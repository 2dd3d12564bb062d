"""The currencies that amounts are written in: their codes and signs."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Signs that several currencies share are read as the firm's own, if it is one of them.
SIGNS: Mapping[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "£": ("GBP",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "¥": ("JPY", "CNY"),
}
CODES = (
    *("AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS"),
    *("INR", "JPY", "KRW", "MAD", "MXN", "NOK", "NZD", "PLN", "RON", "SAR", "SEK", "SGD", "TND"),
    *("TRY", "USD", "XAF", "XOF", "XPF", "ZAR"),
)
CURRENCY = rf"(?:{'|'.join([*map(re.escape, SIGNS), *CODES])})"
