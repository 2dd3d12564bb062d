"""Methods: how is each figure computed?"""

import streamlit as st

from pages.components.context import tr
from pages.components.documents import document

st.markdown(document("metrics", tr().locale))
