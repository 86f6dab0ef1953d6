"""Instruments, screenings, answers, and the needs they show."""
