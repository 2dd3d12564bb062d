"""What the page import_extract alone uses."""
