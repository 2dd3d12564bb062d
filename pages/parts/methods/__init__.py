"""What the page methods alone uses."""
