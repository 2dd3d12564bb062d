"""Cases: whom to call back and why, what was done, and the rules that open them.

Rules read figures and facts inside the transaction of an import (``watching``); people work on
cases (``changing``), and every change of a case is kept beside it.
"""
