"""What people add to the figures: events and lines that are drawn with them."""
