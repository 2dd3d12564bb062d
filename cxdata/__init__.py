"""Customer-experience data: import, store, metrics, charts. Knows nothing of Streamlit."""

# The same as in pyproject.toml. A store keeps which version gave it its tables.
__version__ = "0.1.0"
