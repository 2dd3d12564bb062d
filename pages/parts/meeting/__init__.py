"""What the meeting mode alone uses."""
