"""Do we answer in time: compliance, waits, backlog, returns."""
