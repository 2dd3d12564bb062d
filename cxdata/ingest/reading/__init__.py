"""From a file's bytes to tables of text cells."""
