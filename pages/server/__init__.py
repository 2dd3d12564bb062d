"""What runs once per process, and what stands before every request."""
