"""Which level of the pyramid is reached, and what the next one takes."""
