"""How many examples a property is tried on."""

from __future__ import annotations

from hypothesis import settings


def examples(count: int) -> int:
    """``count``; fewer where the profile asks for few (tests/conftest.py)."""
    is_few = settings.get_current_profile_name() == "few"
    return min(count, settings.default.max_examples) if is_few else count
