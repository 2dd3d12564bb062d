"""Numbers in workbooks to their last digit: xlsxwriter keeps 16, and a number may need 17."""

from __future__ import annotations


class WholeNumber(float):
    """A number that is written with all its digits, whatever form is asked for.

    >>> f"{10726.927695193808:.16G}", f"{WholeNumber(10726.927695193808):.16G}"
    ('10726.92769519381', '10726.927695193808')
    """

    def __format__(self, form: str) -> str:
        return repr(float(self))
