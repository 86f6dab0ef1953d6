"""Counts that are honest about what they leave out."""
