"""What only the page of decisions uses: the list, a change, the files."""
