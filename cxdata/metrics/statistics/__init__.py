"""Pure arithmetic: intervals, shares, rates, survival."""
