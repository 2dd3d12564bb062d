"""How sure something has to be when many groups are looked at and one of them is named.

Of many groups that don't differ, some are beyond their own intervals by chance. A screen that
names the furthest therefore asks for more of each: the confidence below holds for all that it
looks at together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxdata.metrics.statistics.intervals import FloatArray, normal_quantile, two_sided_p

# Figures that name groups stand up to three to a screen (groups, pairs of groups; channels, hours,
# periods): each may be wrong a third as often as a screen.
FIGURES_OF_A_SCREEN = 3


def simultaneous_confidence(confidence: float, looks: int) -> float:
    """The confidence of each of so many intervals that hold together with ``confidence``.

    Notes
    -----
    Bonferroni: 1 - (1 - confidence) / looks, which holds however the looks depend on each other.

    References
    ----------
    .. [1] Dunn, O. J. (1961). Multiple Comparisons Among Means. JASA 56.

    Examples
    --------
    >>> round(simultaneous_confidence(0.95, 10), 4)
    0.995
    """
    return 1 - (1 - confidence) / max(looks, 1)


def simultaneous_p(p_values: npt.ArrayLike, looks: int) -> FloatArray:
    """The p-values of so many looks, of which chance alone brings one below p in p of cases.

    >>> simultaneous_p([0.004, 0.5], 10).tolist()
    [0.04, 1.0]
    """
    return np.asarray(np.minimum(np.asarray(p_values, dtype=np.float64) * max(looks, 1), 1.0))


def student_p(t: npt.ArrayLike, degrees_of_freedom: npt.ArrayLike) -> FloatArray:
    """How likely chance alone goes this far where the spread is itself estimated (two-sided).

    Far out, where many looks are, a normal curve takes small groups for surer than they are.

    Notes
    -----
    Student's t by Wallace: z = (8 ν + 1) / (8 ν + 3) · sqrt(ν ln(1 + t² / ν)), within 0.002 of p
    from 5 degrees of freedom on.

    References
    ----------
    .. [1] Wallace, D. L. (1959). Bounds on Normal Approximations to Student's and the Chi-Square
       Distributions. Annals of Mathematical Statistics 30.

    Examples
    --------
    >>> round(float(student_p(2.228, 10)), 3)  # the table's t of 95 %
    0.05
    """
    nu, square = np.asarray(degrees_of_freedom, dtype=np.float64), np.square(t, dtype=np.float64)
    return two_sided_p((8 * nu + 1) / (8 * nu + 3) * np.sqrt(nu * np.log1p(square / nu)))


def student_quantile(confidence: float, degrees_of_freedom: npt.ArrayLike) -> FloatArray:
    """How many standard errors lie on each side of the interval that :func:`student_p` fits.

    >>> round(float(student_quantile(0.95, 10)), 2)  # 2.228 by the table
    2.23
    """
    nu = np.asarray(degrees_of_freedom, dtype=np.float64)
    z = normal_quantile(confidence) * (8 * nu + 3) / (8 * nu + 1)
    return np.asarray(np.sqrt(nu * np.expm1(z**2 / nu)), dtype=np.float64)
