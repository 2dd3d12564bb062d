"""What the page of the board pack alone uses."""
