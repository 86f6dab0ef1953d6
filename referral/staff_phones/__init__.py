"""Texts to phones of organizations' staff: consent, what they are told, and what their digits do."""
