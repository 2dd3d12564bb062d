"""A pack as a PDF, set by typst: tagged, with its fonts and its numbers inside."""
