"""The small dashboard in Dash, started with waitress: python dash_app.py PORT."""

from __future__ import annotations

import sys

from counted import PERIODS, figures, segments
from dash import Dash, Input, Output, callback, dcc, html
from waitress import serve

app = Dash(__name__, title="Peers")
app.layout = html.Div(
    [
        html.H1("Customer experience"),
        dcc.Dropdown([*PERIODS], "Last 12 months", id="period", clearable=False, searchable=False),
        dcc.Dropdown(segments(), segments()[0], id="segment", clearable=False, searchable=False),
        dcc.Graph(id="trend"),
        dcc.Graph(id="channels"),
    ]
)


@callback(
    Output("trend", "figure"),
    Output("channels", "figure"),
    Input("period", "value"),
    Input("segment", "value"),
)
def draw(period: str, segment: str) -> tuple[object, object]:
    return figures(period, segment)


if __name__ == "__main__":
    serve(app.server, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
