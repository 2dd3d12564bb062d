"""A pack as slides: a native ``.pptx`` whose charts are PowerPoint's own, with their data."""
