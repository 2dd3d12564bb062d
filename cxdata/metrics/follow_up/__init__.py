"""Whether customers were called back in time, and whether it helped."""
