"""What the page cx_pyramid alone uses."""
