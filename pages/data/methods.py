"""Methods: how is each figure computed?"""

import streamlit as st

from pages.components.context import tr
from pages.parts.methods.documents import document

st.markdown(document("metrics", tr().locale))
