"""Batches in the store: taken in, listed, undone."""
