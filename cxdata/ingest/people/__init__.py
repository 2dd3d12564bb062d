"""One person's data: found, erased, proven gone; and what goes after its time."""
