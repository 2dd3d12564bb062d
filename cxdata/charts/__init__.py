"""Charts: a frame and a translator in, a figure in plotly's JSON form out."""
