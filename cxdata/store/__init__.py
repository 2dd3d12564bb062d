"""The store: one DuckDB file, its schema, and the one place where SQL becomes a frame."""
