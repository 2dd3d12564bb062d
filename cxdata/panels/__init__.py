"""Figures as things: one function each, one list of all of them, and no face."""

from cxdata.panels.panel import Behind, Headline, Mood, Panel, Picture, Request
from cxdata.panels.registry import PANELS, PanelEntry, panel, panels_of

__all__ = [
    "PANELS",
    "Behind",
    "Headline",
    "Mood",
    "Panel",
    "PanelEntry",
    "Picture",
    "Request",
    "panel",
    "panels_of",
]
