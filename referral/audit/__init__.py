"""Who changed and who read what about whom."""
