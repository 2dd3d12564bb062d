"""What a table holds: its header, its kind, which column is which field."""
