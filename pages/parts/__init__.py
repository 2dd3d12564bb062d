"""What one page alone uses, a folder for each."""
