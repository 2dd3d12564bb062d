"""What the page settings alone uses."""
