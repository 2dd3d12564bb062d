"""What the page response_times alone uses."""
