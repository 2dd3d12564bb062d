"""What the page nps alone uses."""
