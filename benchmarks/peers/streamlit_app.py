"""The small dashboard in plain Streamlit: streamlit run streamlit_app.py."""

from __future__ import annotations

import streamlit as st
from counted import PERIODS, figures, segments

st.set_page_config("Peers", layout="wide")
st.title("Customer experience")
period = st.selectbox("Period", [*PERIODS])
segment = st.selectbox("Segment", st.cache_data(segments)())
for number, figure in enumerate(st.cache_data(figures)(period, segment)):
    st.plotly_chart(figure, key=f"chart{number}")
