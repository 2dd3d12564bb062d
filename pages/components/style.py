"""The few rules of style that Streamlit's themes have no option for."""

from pathlib import Path

STYLE = Path(__file__).with_name("style.css")
