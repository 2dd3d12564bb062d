"""Figures as things."""
