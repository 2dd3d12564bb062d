"""What the page overview alone uses."""
