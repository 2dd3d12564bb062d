import streamlit as st

st.write(st.selectbox("Segment", ["Gold", "Silver"], key="segment"))
