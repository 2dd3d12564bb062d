"""What the page of cases alone uses."""
