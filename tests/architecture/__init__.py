"""Rules that break the build."""
