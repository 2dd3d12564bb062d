"""Customer-experience data: import, store, metrics, charts. Knows nothing of Streamlit."""

__version__ = "0.1.0"
