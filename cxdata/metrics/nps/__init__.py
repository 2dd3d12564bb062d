"""Are customers more loyal, for whom, and why: NPS, satisfaction, effort, themes, drivers."""
