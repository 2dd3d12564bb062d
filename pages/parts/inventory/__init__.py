"""What the page inventory alone uses."""
