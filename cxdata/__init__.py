"""Customer-experience data: import, store, metrics, charts. Knows nothing of Streamlit."""
