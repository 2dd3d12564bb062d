"""What a customer is worth: expected lifetime value, and what replacing one costs.

Pure arithmetic on assumptions that nobody measured, each with a low, a central and a high end
and, if the firm wishes, with values of its own for a segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from cxdata.config import AssumptionName, ChurnSettings, Settings

Case = Literal["low", "central", "high"]
Numbers = npt.NDArray[np.float64]

CASES: tuple[Case, ...] = get_args(Case)
ASSUMPTION_NAMES: tuple[AssumptionName, ...] = get_args(AssumptionName)


@dataclass(frozen=True)
class Economics:
    """One value per assumption: what a customer is worth, and costs to replace."""

    margin_rate: float
    discount_rate: float
    acquisition_cost_amount: float
    horizon_years: float


# The assumptions that the cost of a lost customer rests on.
COST_ASSUMPTIONS = tuple(
    name for name in ASSUMPTION_NAMES if name in {field.name for field in fields(Economics)}
)


def economics(
    churn: ChurnSettings,
    case: Case,
    segment: str | None = None,
    moved: Mapping[str, Case] | None = None,
) -> Economics:
    """All assumptions at their low, central or high end, but those of ``moved`` at their own.

    ``segment``'s own assumptions where it has any, else the firm's.
    """
    ends = dict.fromkeys(COST_ASSUMPTIONS, case) | dict(moved or {})
    return Economics(
        **{name: getattr(churn.assumption(name, segment), ends[name]) for name in COST_ASSUMPTIONS}
    )


def assumptions(settings: Settings) -> pl.DataFrame:
    """What the amounts rest on, as shown beside them.

    Returns
    -------
    pl.DataFrame
        One row per assumption of the firm, in the order of ``ASSUMPTION_NAMES``; then one per
        assumption of a segment of its own, by segment.

        - ``name`` (String): an ``AssumptionName``
        - ``low``, ``central``, ``high`` (Float64): the ends that make the cost low and high
        - ``unit``, ``source`` (String): English, to be translated
        - ``segment`` (String): whose it is; null for the firm's
    """
    churn = settings.churn
    own = sorted((segment, name) for segment, name in churn.overrides)
    listed = [(None, name) for name in ASSUMPTION_NAMES] + [*own]
    rows = [(name, segment, churn.assumption(name, segment)) for segment, name in listed]
    return pl.DataFrame(
        [
            (name, it.low, it.central, it.high, it.unit, it.source, segment)
            for name, segment, it in rows
        ],
        schema={
            "name": pl.String(),
            **dict.fromkeys(CASES, pl.Float64()),
            **dict.fromkeys(("unit", "source", "segment"), pl.String()),
        },
        orient="row",
    )


def expected_life_years(yearly_churn_rate: float) -> float:
    """How long a customer stays on average at a constant churn rate: 1 / rate.

    >>> expected_life_years(0.05)
    20.0
    """
    if not 0 < yearly_churn_rate <= 1:
        raise ValueError("a life can be expected only from a rate above 0 and up to 1")
    return 1 / yearly_churn_rate


def counted_years(
    retention_rate: npt.ArrayLike, discount_rate: float, horizon_years: float | None = None
) -> Numbers:
    """How many yearly margins the expected life counts for: Σ xᵗ with x = r / (1 + d).

    See :func:`expected_clv`; ``retention_rate`` is a number or an array of them.

    >>> counted_years([0.8, 1.1], 0.1, 2).round(4).tolist()
    [1.7273, 2.0]
    """
    kept = np.asarray(retention_rate, dtype=np.float64) / (1 + discount_rate)
    endless = np.inf if horizon_years is None else horizon_years
    counted = 1.0 if horizon_years is None else 1 - kept**horizon_years
    is_level = np.isclose(kept, 1, rtol=0, atol=1e-12)
    years: Numbers = np.where(is_level, endless, counted / np.where(is_level, 1, 1 - kept))
    return years


def expected_clv(
    margin_amount: float,
    retention_rate: float,
    discount_rate: float,
    horizon_years: float | None = None,
) -> float:
    """Expected lifetime value of a customer who would have stayed, first year's margin included.

    Notes
    -----
    With x = r / (1 + d), the margin of year t = 0, 1, 2 … counts xᵗ, so

    - without a horizon E(CLV) = m / (1 − x) = m (1 + d) / (1 + d − r);
    - over the first H years m (1 − x^H) / (1 − x), and m H where x = 1.

    References
    ----------
    .. [1] Fader, P. & Hardie, B. (2012). Reconciling and Clarifying CLV Formulas.

    >>> round(expected_clv(100, 0.8, 0.1), 2)
    366.67
    >>> round(expected_clv(100, 0.8, 0.1, horizon_years=2), 2)
    172.73
    """
    return margin_amount * float(counted_years(retention_rate, discount_rate, horizon_years))


def value_amount(
    revenue_amount: float, customer_count: float, retention_rate: float, economy: Economics
) -> float:
    """What these customers' leaving costs: lost margin over their expected life + replacing them.

    >>> one = Economics(0.3, 0.1, 80, 2)
    >>> round(value_amount(1000, 1, 0.8, one), 2)
    598.18
    """
    margin = revenue_amount * economy.margin_rate
    lost = expected_clv(margin, retention_rate, economy.discount_rate, economy.horizon_years)
    return lost + customer_count * economy.acquisition_cost_amount


def value_amounts(
    revenue_amount: Numbers,
    customer_count: Numbers,
    retention_rate: Numbers,
    economies: Sequence[Economics],
) -> Numbers:
    """``value_amount`` of many groups at once.

    Parameters
    ----------
    revenue_amount, customer_count
        Segments × classes.
    retention_rate
        Draws × segments.
    economies
        One per segment.

    Returns
    -------
    ndarray
        Draws × segments × classes.

    >>> one = Economics(0.3, 0.1, 80, 2)
    >>> revenue, count, kept = np.array([[1000.0]]), np.array([[1.0]]), np.array([[0.8]])
    >>> value_amounts(revenue, count, kept, [one]).round(2).tolist()
    [[[598.18]]]
    """
    per_revenue, per_customer = worth(retention_rate, economies)
    amounts: Numbers = (
        per_revenue[:, :, None] * revenue_amount + per_customer[:, None] * customer_count
    )
    return amounts


def worth(retention_rate: Numbers, economies: Sequence[Economics]) -> tuple[Numbers, Numbers]:
    """What losing a unit of yearly revenue costs (draws × segments), and replacing a customer."""
    years = np.stack(
        [
            counted_years(retention_rate[:, place], it.discount_rate, it.horizon_years)
            for place, it in enumerate(economies)
        ],
        axis=-1,
    )
    margin = np.array([it.margin_rate for it in economies])
    return years * margin, np.array([it.acquisition_cost_amount for it in economies])


def referral_value_amount(
    new_customer_count: float,
    referred_share: float,
    customer_value_amount: float,
    comment_count: float,
    comments_per_promoter: float = 1,
) -> float:
    """What one promoter brings by word of mouth.

    The customers who came by referral × their value ÷ all positive comments × the comments
    of one promoter.

    References
    ----------
    .. [1] Reichheld, F. (2006). The Ultimate Question, on Dell (Bain & Company).

    >>> referral_value_amount(4_000_000, 0.25, 210, 40_000_000, comments_per_promoter=8)
    42.0
    """
    referred_amount = new_customer_count * referred_share * customer_value_amount
    return referred_amount / comment_count * comments_per_promoter
