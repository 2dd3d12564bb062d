"""JSON that the store keeps in a column, read back."""

from __future__ import annotations

import json
from typing import Any

from cxdata.errors import StoreDamaged


def stored_json(text: str, where: str) -> Any:
    """What was kept as JSON; ``where`` is its table and column.

    Raises
    ------
    StoreDamaged
        If it can't be read.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise StoreDamaged(
            "The store is damaged: a value of {where} can't be read.",
            "Check the store, and restore a backup.",
            where=where,
        ) from error
