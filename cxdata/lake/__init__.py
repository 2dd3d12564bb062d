"""Facts that lie in the firm's lake are counted there; the store takes the counts."""

from cxdata.lake.counting import CountedElsewhere, count_elsewhere

__all__ = ["CountedElsewhere", "count_elsewhere"]
